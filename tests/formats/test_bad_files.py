"""壊れたファイル。落ちない、半分だけ反映しない、どの行がなぜだめかを言う。"""

import io
import random

import pytest

from osame.formats import inbound
from osame.formats.refusals import MAX_BYTES, MAX_RECORDS
from osame.formats.reports import ReportFile

FIXED = ["zengin_91", "mizuho_factor_120", "mufg_factor_120"]
EVERY = [*FIXED, "dsk_csv", "eltax_keshikomi_v0", "bank_notice_v0", "pension_notice_v0"]
RESEND = "送付元に再送を依頼してください。"


def refusal_of(key, data):
    file = inbound.read(key, data, business_year=2024)
    assert file.refusal is not None
    assert (file.records, file.problems) == ((), ())
    return file.refusal.reason


@pytest.mark.parametrize("key", [key for key in EVERY if key != "dsk_csv"])
def test_zero_bytes(key):
    assert refusal_of(key, b"") == f"ファイルが0バイトです。送信が途中で切れた可能性があります。{RESEND}"


@pytest.mark.parametrize("key", EVERY)
def test_byte_order_mark(make, key):
    expected = "1行目: 先頭にBOM（EF BB BF）があります。BOMを付けない形での再送を依頼してください。"
    assert refusal_of(key, b"\xef\xbb\xbf" + make.files()[key]) == expected
    expected = "1行目: 文字コードがUTF-16です。様式の文字コードでの再送を依頼してください。"
    assert refusal_of(key, b"\xff\xfe" + make.files()[key]) == expected


@pytest.mark.parametrize("key", EVERY)
def test_nul(make, key):
    lines = make.files()[key].split(b"\r\n")
    lines[1] = lines[1][:10] + b"\0" + lines[1][11:]
    expected = f"2行目: NUL（0x00）が含まれています。ファイルが壊れています。{RESEND}"
    assert refusal_of(key, b"\r\n".join(lines)) == expected


@pytest.mark.parametrize("key", FIXED)
def test_carriage_return_only(make, key):
    expected = "1行目: 改行がCRだけです。改行をCRLFにするか、改行なしでの再送を依頼してください。"
    assert refusal_of(key, make.files()[key].replace(b"\r\n", b"\r")) == expected


@pytest.mark.parametrize("key", FIXED)
@pytest.mark.parametrize(("length", "change"), [(119, -1), (121, +1)])
def test_record_length(make, key, length, change):
    lines = make.files()[key].split(b"\r\n")
    lines[2] = lines[2][:-1] if change < 0 else lines[2] + b" "
    expected = f"3行目: 長さが{length}バイトです（120バイトのはず）。{RESEND}"
    assert refusal_of(key, b"\r\n".join(lines)) == expected


@pytest.mark.parametrize("key", FIXED)
def test_record_length_without_line_breaks(make, key):
    data = make.files()[key].replace(b"\r\n", b"")
    count = len(data) // 120
    assert refusal_of(key, data[:-1]) == f"{count}行目: 長さが119バイトです（120バイトのはず）。{RESEND}"


@pytest.mark.parametrize("key", FIXED)
def test_utf8_instead_of_single_bytes(make, key):
    lines = make.files()[key].split(b"\r\n")
    lines[0] = lines[0][:60] + "ｲｾｼ".encode() + lines[0][63:]
    assert refusal_of(key, b"\r\n".join(lines)) == (
        f"1行目: 長さが126バイトです（120バイトのはず）。文字コードがUTF-8のようです。{RESEND}"
    )


@pytest.mark.parametrize("key", FIXED)
def test_ebcdic(make, key):
    data = make.files()[key].replace(b"\r\n", b"").decode("cp932").encode("cp037", "replace")
    assert refusal_of(key, data) == "1行目: 文字コードがEBCDICです。JIS（コード区分0）での再送を依頼してください。"


@pytest.mark.parametrize("key", FIXED)
def test_missing_parts(make, key):
    lines = make.files()[key].split(b"\r\n")[:-1]

    def reason(rows):
        return refusal_of(key, b"".join(row + b"\r\n" for row in rows))

    last = len(lines)
    cut = "送信が途中で切れた可能性があります。"
    assert reason(lines[:-1]) == f"エンドレコードがありません。{cut}{RESEND}"
    assert reason(lines[:-2]) == f"トレーラがありません。{cut}{RESEND}"
    assert reason(lines[1:]) == f"1行目: ヘッダーより前にデータがあります。{RESEND}"
    assert reason([*lines, lines[1]]) == f"{last + 1}行目: エンドレコードの後にデータがあります。{RESEND}"
    assert reason([*lines[:-1], lines[1]]) == f"{last}行目: トレーラの後にデータがあります。{RESEND}"
    assert reason([lines[0], lines[0]]) == f"2行目: トレーラがないまま次のヘッダーがあります。{RESEND}"
    assert reason([lines[-1]]) == f"1行目: トレーラがないままエンドレコードがあります。{RESEND}"
    assert reason([*lines, b""]).startswith(f"{last + 1}行目: 長さが0バイトです")
    data = b"".join(row + b"\r\n" for row in lines)
    assert refusal_of(key, data + b"x").startswith(f"{last + 1}行目: 長さが1バイトです")


@pytest.mark.parametrize("key", EVERY)
def test_a_gigabyte_of_junk_is_refused_unread(key):
    class Junk(io.RawIOBase):
        served = 0

        def read(self, size=-1):
            assert 0 < size <= MAX_BYTES + 1
            self.served += size
            return bytes(size)

    stream = Junk()
    file = inbound.read_stream(key, stream, business_year=2024)
    expected = "ファイルが大きすぎます（上限256MiB）。別のファイルと取り違えていないか確かめてください。"
    assert file.refusal.reason == expected
    assert stream.served == MAX_BYTES + 1


@pytest.mark.parametrize("key", EVERY)
def test_junk(key):
    source = random.Random(20240604)
    for size in (1, 119, 120, 121, 5000, 200_000):
        for data in (source.randbytes(size), b"\n" * size, b"2" * size, b"," * size, b"1\n" * size):
            file = inbound.read(key, data, business_year=2024)
            assert file.refusal is not None
            assert file.refusal.reason
            assert len(file.refusal.raw) <= 4096


def test_small_stream_is_read(make):
    file = inbound.read_stream("zengin_91", io.BytesIO(make.debit_file()), business_year=2024)
    assert len(file.records) == 7


@pytest.mark.parametrize("key", ["dsk_csv", "mizuho_factor_120", "eltax_keshikomi_v0"])
def test_too_many_rows(make, key, monkeypatch):
    assert MAX_RECORDS >= 300_000
    monkeypatch.setattr("osame.formats.refusals.MAX_RECORDS", 2)
    monkeypatch.setattr("osame.formats.batch_file.MAX_RECORDS", 2)
    assert refusal_of(key, make.files()[key]) == "データが2件を超えています。送付元に分割を依頼してください。"


@pytest.mark.parametrize("year", [0, -1, 10000, 2024])
def test_strange_years_do_not_crash(make, year):
    assert isinstance(inbound.read("zengin_91", make.debit_file(), business_year=year), ReportFile)


@pytest.mark.parametrize("key", EVERY)
def test_profiles_read_each_others_files_without_crashing(make, key):
    for other, data in make.files().items():
        file = inbound.read(key, data, business_year=2024)
        if other == key:
            assert (file.refusal, file.problems) == (None, ())
        elif {key, other} != {"mizuho_factor_120", "mufg_factor_120"}:
            assert file.refusal is not None
        else:
            assert file.records == ()


@pytest.mark.parametrize("key", ["zengin_91", "eltax_keshikomi_v0"])
def test_more_bytes_than_the_rows_allowed_are_refused_before_reading(key):
    data = b" " * (MAX_RECORDS + 1_001) * (122 if key == "zengin_91" else 384)
    assert refusal_of(key, data) == "データが400,000件を超えています。送付元に分割を依頼してください。"
