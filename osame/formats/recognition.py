"""届いたファイルの様式を、中身の初めから見分ける。

What a payment file is, told from its first bytes. When nothing fits, the answer is empty and an officer chooses.
"""

from osame.formats import gs1_128
from osame.formats.layout import load_layout

STORES = ("mizuho_factor_120", "mufg_factor_120")
HEADED = ("bank_notice_v0", "pension_notice_v0", "eltax_keshikomi_v0")


def recognise(data: bytes) -> str:
    """収納ファイルの様式。見分けられなければ空。

    >>> recognise("1,bank_notice,v0,0155,20250910,001".encode())
    'bank_notice_v0'
    """
    first, _, rest = data.partition(b"\n")
    first = first.rstrip(b"\r")
    for key in HEADED:
        form = load_layout(key).records["1"].field("form_id").value
        if first.startswith(f"1,{form},".encode()):
            return key
    if first == _heading("dsk_csv"):
        return "dsk_csv"
    if not first.startswith(b"1") or not first[1:9].isdigit():
        return ""
    if first.startswith(b"191") and len(first) == load_layout("zengin_91").record_length:
        return "zengin_91"
    return _store(first, rest)


def _store(first: bytes, rest: bytes) -> str:
    """コンビニの120バイト。二つの型は、バーコードの位置で見分ける。"""
    length = load_layout(STORES[0]).record_length
    row = rest[:length] if rest else first[length : length * 2]
    if len(row) < length or not row.startswith(b"2"):
        return ""
    fitting = [key for key in STORES if gs1_128.is_valid(row[load_layout(key).records["2"].cut("barcode")])]
    return fitting[0] if len(fitting) == 1 else ""


def _heading(key: str) -> bytes:
    layout = load_layout(key)
    return ",".join(field.name for field in layout.records["2"].fields).encode(layout.encoding)
