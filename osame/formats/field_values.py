"""固定長・CSVの項目の値を読む小さな関数。

Field values: dates, amounts and digits, from `bytes` or `str`. Nothing here raises.
"""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=4096)
def read_date(text: bytes | str) -> date | None:
    """YYYYMMDD の日付。実在しない日付、1950年より前、2100年以後は None。"""
    if len(text) != 8 or not text.isdigit() or not text.isascii():
        return None
    if not b"1950" <= (text if isinstance(text, bytes) else text.encode("ascii")) < b"2100":
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def read_number(text: bytes | str) -> int | None:
    """数字だけの整数。空白や符号や全角数字は None。"""
    return int(text) if text.isdigit() and text.isascii() else None


@lru_cache(maxsize=4096)
def read_time(text: bytes | str) -> str | None:
    """HHMM の時刻。"""
    if len(text) != 4 or not text.isdigit() or not text.isascii():
        return None
    if int(text[:2]) > 23 or int(text[2:]) > 59:
        return None
    return text.decode("ascii") if isinstance(text, bytes) else text


@lru_cache(maxsize=4096)
def read_text(raw: bytes) -> str:
    """半角の文字項目。右の空白を落とす。読めないバイトは置き換える。"""
    return raw.decode("cp932", "replace").rstrip(" ")


def show(raw: bytes | str) -> str:
    """理由の文に載せる値。制御文字を見える形にし、長ければ切る。"""
    text = raw.decode("cp932", "replace") if isinstance(raw, bytes) else raw
    shown = "".join(char if char.isprintable() else "�" for char in text[:40])
    return shown + ("…" if len(text) > 40 else "")


def write_date(day: date | None) -> str:
    """YYYYMMDD。日付がなければ 00000000。"""
    return "00000000" if day is None else f"{day.year:04d}{day.month:02d}{day.day:02d}"
