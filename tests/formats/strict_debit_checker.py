"""口座振替（種別91）の厳しい検査。interfaces.md の第1節だけから書き、様式の実装とは一行も分け合わない。

Reads a request or a result byte by byte and names every fault. Written from the published layout alone; it imports nothing of
Osame, so that a fault of the writer cannot hide in the reader.
"""

from __future__ import annotations

import re

HALF_KANA = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"
STORE = re.compile(f"[{HALF_KANA}A-Z0-9 -]*")
PERSON = re.compile(f"[{HALF_KANA}A-Z0-9 ().-]*")
STRAY_MARK = re.compile("(?<![ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ])ﾞ|(?<![ﾊﾋﾌﾍﾎ])ﾟ")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HEAD = (  # 始まり（1から）、長さ、種類、名
    (1, 1, "=1", "データ区分"), (2, 2, "=91", "種別コード"), (4, 1, "=0", "コード区分"), (5, 10, "N", "委託者コード"),
    (15, 40, "P", "委託者名"), (55, 4, "D", "引落日"), (59, 4, "N", "取引銀行番号"), (63, 15, "S", "取引銀行名"),
    (78, 3, "N", "取引支店番号"), (81, 15, "S", "取引支店名"), (96, 1, "129", "預金種目"), (97, 7, "N", "口座番号"),
    (104, 17, " ", "ダミー"),
)  # fmt: skip
BODY = (
    (1, 1, "=2", "データ区分"), (2, 4, "N", "引落銀行番号"), (6, 15, "S", "引落銀行名"), (21, 3, "N", "引落支店番号"),
    (24, 15, "S", "引落支店名"), (39, 4, " ", "ダミー"), (43, 1, "1239", "預金種目"), (44, 7, "N", "口座番号"),
    (51, 30, "P", "預金者名"), (81, 10, "N", "引落金額"), (91, 1, "120", "新規コード"), (92, 20, "N", "顧客番号"),
    (112, 1, "R", "振替結果コード"), (113, 8, " ", "ダミー"),
)  # fmt: skip
FOOT = (
    (1, 1, "=8", "データ区分"), (2, 6, "N", "合計件数"), (8, 12, "N", "合計金額"), (20, 6, "N", "振替済件数"),
    (26, 12, "N", "振替済金額"), (38, 6, "N", "振替不能件数"), (44, 12, "N", "振替不能金額"), (56, 65, " ", "ダミー"),
)  # fmt: skip
LAST = ((1, 1, "=9", "データ区分"), (2, 119, " ", "ダミー"))
SHAPES = {"1": HEAD, "2": BODY, "8": FOOT, "9": LAST}


def faults(content: bytes, *, result: bool = False, line_break: bytes = b"\r\n") -> list[str]:
    """すべての誤り。なければ空。 result: 結果のファイルか（依頼なら、結果コードと済・不能の合計は0）。"""
    found: list[str] = []
    step = 120 + len(line_break)
    if not content or len(content) % step:
        return [f"長さ{len(content)}は、{step}バイトの倍数ではありません"]
    rows = []
    for number in range(len(content) // step):
        piece = content[number * step : (number + 1) * step]
        if piece[120:] != line_break:
            found.append(f"{number + 1}件目: 改行が違います")
        if any(byte < 0x20 or 0x7F <= byte <= 0xA0 or byte > 0xDF or 0xA1 <= byte <= 0xAF for byte in piece[:120]):
            found.append(f"{number + 1}件目: 使えないバイトがあります")  # 漢字・小書き・制御文字
        if b"\xb0" in piece[:120] or b"," in piece[:120]:
            found.append(f"{number + 1}件目: 長音またはコンマがあります")
        rows.append(piece[:120].decode("shift_jis", "replace"))
    order = "".join(row[0] for row in rows)
    if not re.fullmatch("(12*8)+9", order):
        found.append(f"レコードの順が違います: {order[:40]}")
    for number, row in enumerate(rows, 1):
        found += [f"{number}件目の{fault}" for fault in _cells(row, result=result)]
    return found + _sums(rows, result=result) + _twice(rows)


def _cells(row: str, *, result: bool) -> list[str]:
    wrong = []
    for start, length, kind, name in SHAPES.get(row[0], ()):
        cell = row[start - 1 : start - 1 + length]
        if not _fits(cell, kind, result=result):
            wrong.append(f"{name}「{cell}」が違います")
    if row[0] == "2" and row[80:90].isdigit() and not int(row[80:90]):
        wrong.append("引落金額が0です")
    if row[0] == "2" and not row[50:80].strip():
        wrong.append("預金者名がありません")
    return wrong


def _fits(cell: str, kind: str, *, result: bool) -> bool:
    if kind.startswith("="):
        return cell == kind[1:]
    if kind == "N":
        return cell.isascii() and cell.isdigit()
    if kind == "D":
        return cell.isdigit() and 1 <= int(cell[:2]) <= 12 and 1 <= int(cell[2:]) <= DAYS[int(cell[:2]) - 1]
    if kind == "R":
        return cell in "0123489" if result else cell == "0"
    if kind == " ":
        return not cell.strip(" ")
    if kind in {"S", "P"}:
        allowed = STORE if kind == "S" else PERSON
        return bool(allowed.fullmatch(cell)) and not STRAY_MARK.search(cell) and not (cell.strip() and cell[0] == " ")
    return cell in kind


def _sums(rows: list[str], *, result: bool) -> list[str]:
    wrong, body = [], []
    for number, row in enumerate(rows, 1):
        if row[0] == "1":
            body = []
        elif row[0] == "2":
            body.append((int(row[80:90]) if row[80:90].isdigit() else 0, row[111]))
        elif row[0] == "8" and row[1:55].isdigit():
            paid = [amount for amount, code in body if result and code == "0"]
            unpaid = [amount for amount, code in body if result and code != "0"]
            counted = [len(body), sum(a for a, _ in body), len(paid), sum(paid), len(unpaid), sum(unpaid)]
            said = [int(row[a:b]) for a, b in ((1, 7), (7, 19), (19, 25), (25, 37), (37, 43), (43, 55))]
            if counted != said:
                wrong.append(f"{number}件目の合計{said}が、データの{counted}と違います")
    return wrong


def _twice(rows: list[str]) -> list[str]:
    numbers = [row[91:111] for row in rows if row[0] == "2"]
    return [f"顧客番号{each}が二度あります" for each in sorted({n for n in numbers if numbers.count(n) > 1})] if (
        len(set(numbers)) != len(numbers)
    ) else []  # fmt: skip
