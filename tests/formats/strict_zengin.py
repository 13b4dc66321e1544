"""A strict reader of 全銀 種別21 (総合振込), written from the published record description alone.

It shares nothing with the codec under test: positions are typed again here, bytes are compared as bytes, and every fault is
a sentence. An empty list means that a bank's own checker would have nothing to say.
"""

RECORD = 120
HEADER, DATA, TRAILER, END = b"1", b"2", b"8", b"9"

# name, first position (1-based), length, kind: N digits, C text of names, B text of branches, E EDI, S spaces
HEADER_21 = [
    ("区分", 1, 1, "N"), ("種別", 2, 2, "N"), ("コード区分", 4, 1, "N"), ("依頼人コード", 5, 10, "N"),
    ("依頼人名", 15, 40, "C"), ("振込指定日", 55, 4, "N"), ("仕向銀行番号", 59, 4, "N"), ("仕向銀行名", 63, 15, "B"),
    ("仕向支店番号", 78, 3, "N"), ("仕向支店名", 81, 15, "B"), ("預金種目", 96, 1, "N"), ("口座番号", 97, 7, "N"),
    ("ダミー", 104, 17, "S"),
]  # fmt: skip
DATA_21 = [
    ("区分", 1, 1, "N"), ("被仕向銀行番号", 2, 4, "N"), ("被仕向銀行名", 6, 15, "B"), ("被仕向支店番号", 21, 3, "N"),
    ("被仕向支店名", 24, 15, "B"), ("手形交換所番号", 39, 4, "N"), ("預金種目", 43, 1, "N"), ("口座番号", 44, 7, "N"),
    ("受取人名", 51, 30, "C"), ("振込金額", 81, 10, "N"), ("新規コード", 91, 1, "N"), ("顧客コード", 92, 20, "N"),
    ("振込指定区分", 112, 1, "N"), ("識別表示", 113, 1, "S"), ("ダミー", 114, 7, "S"),
]  # fmt: skip
TRAILER_21 = [("区分", 1, 1, "N"), ("合計件数", 2, 6, "N"), ("合計金額", 8, 12, "N"), ("ダミー", 20, 101, "S")]
END_21 = [("区分", 1, 1, "N"), ("ダミー", 2, 119, "S")]

# ｱ to ﾝ, the two voicing marks; no ｦ (A6), no small kana (A7-AF), no ｰ (B0)
KANA = set(range(0xB1, 0xE0))
LETTERS = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
SIGNS = {"B": set(b"-"), "C": set(b"()-."), "E": set(b"\\()-/.") | {0xA6, 0xA2, 0xA3}}
VOICED, SEMI = 0xDE, 0xDF
MAY_BE_VOICED = {0xB3, *range(0xB6, 0xC5), *range(0xCA, 0xCF)}
MAY_BE_SEMI = set(range(0xCA, 0xCF))


def faults_of_transfers(data: bytes) -> list[str]:
    """Everything that is wrong with a file of 種別21."""
    records, faults = split(data)
    if faults:
        return faults
    kinds = b"".join(each[:1] for each in records)
    if not kinds.endswith(TRAILER + END) or kinds[:1] != HEADER or kinds.count(END) != 1:
        return [f"レコードの並び {kinds.decode('ascii', 'replace')}"]
    count = total = 0
    expected = HEADER
    for number, record in enumerate(records, start=1):
        kind = record[:1]
        if (expected == HEADER and kind not in (HEADER, END)) or (expected == DATA and kind not in (DATA, TRAILER)):
            faults.append(f"{number}: ここに区分{kind!r}は置けない")
            break
        layout = {HEADER: HEADER_21, DATA: DATA_21, TRAILER: TRAILER_21, END: END_21}[kind]
        faults += [f"{number}: {fault}" for fault in faults_of_record(record, layout)]
        if kind == HEADER:
            count, total, expected = 0, 0, DATA
            faults += [f"{number}: {fault}" for fault in _faults_of_header(record)]
        elif kind == DATA:
            count, total = count + 1, total + number_at(record, 81, 10)
            faults += [f"{number}: {fault}" for fault in _faults_of_data(record)]
        elif kind == TRAILER:
            expected = HEADER
            if (number_at(record, 2, 6), number_at(record, 8, 12)) != (count, total):
                faults.append(f"{number}: 合計が {count}件 {total}円 でない")
    keys = [record[91:111] for record in records if record[:1] == DATA]
    if len(set(keys)) != len(keys):
        faults.append("顧客コードが重なる")
    return faults


def split(data: bytes) -> tuple[list[bytes], list[str]]:
    """Records of 120 bytes, all ended by CR LF or none at all."""
    if b"\r\n" in data:
        if not data.endswith(b"\r\n"):
            return [], ["最後に改行がない"]
        records = data[:-2].split(b"\r\n")
    else:
        records = [data[place : place + RECORD] for place in range(0, len(data), RECORD)]
    bad = [str(number) for number, each in enumerate(records, start=1) if len(each) != RECORD]
    if not records or bad:
        return [], [f"120バイトでないレコード {'、'.join(bad) or '（空）'}"]
    wrong = [
        str(number) for number, each in enumerate(records, start=1) if each[:1] not in (HEADER, DATA, TRAILER, END)
    ]
    return records, [f"知らない区分のレコード {'、'.join(wrong)}"] if wrong else []


def faults_of_record(record: bytes, layout: list[tuple[str, int, int, str]]) -> list[str]:
    """Each item by its kind, and no byte without an item."""
    faults, covered = [], 0
    for name, first, length, kind in layout:
        if first != covered + 1:
            faults.append(f"{name}の位置 {first}")
        covered = first + length - 1
        body = record[first - 1 : covered]
        if fault := fault_of(body, kind):
            faults.append(f"{name} {body!r} {fault}")
    if covered != RECORD:
        faults.append(f"項目の合計 {covered}")
    return faults


def fault_of(body: bytes, kind: str) -> str:
    """What is wrong with one item."""
    if kind == "N":
        return "" if all(0x30 <= byte <= 0x39 for byte in body) else "数字でない"
    if kind == "S":
        return "" if body == b" " * len(body) else "空白でない"
    for place, byte in enumerate(body):
        before = body[place - 1] if place else 0
        if byte == VOICED and before not in MAY_BE_VOICED:
            return "濁点だけがある"
        if byte == SEMI and before not in MAY_BE_SEMI:
            return "半濁点だけがある"
        if byte not in KANA | LETTERS | SIGNS[kind]:
            return f"使えない字 {byte:02x}"
    return "左に詰まっていない" if body.strip() and body[:1] == b" " else ""


def number_at(record: bytes, first: int, length: int) -> int:
    """The digits at a position; nothing readable is -1."""
    body = record[first - 1 : first - 1 + length]
    return int(body) if body.isdigit() else -1


def _faults_of_header(record: bytes) -> list[str]:
    faults = []
    if record[1:4] != b"210":
        faults.append("種別・コード区分が 21・0 でない")
    month, day = number_at(record, 55, 2), number_at(record, 57, 2)
    if not 1 <= month <= 12 or not 1 <= day <= {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31):
        faults.append("振込指定日が暦にない")
    if record[95:96] not in (b"1", b"2", b"9"):
        faults.append("預金種目")
    if not record[14:54].strip():
        faults.append("依頼人名がない")
    return faults


def _faults_of_data(record: bytes) -> list[str]:
    faults = []
    if record[42:43] not in (b"1", b"2", b"4", b"9"):
        faults.append("預金種目")
    if number_at(record, 81, 10) < 1:
        faults.append("振込金額が1円に満たない")
    if record[90:91] not in (b"0", b"1", b"2"):
        faults.append("新規コード")
    if record[111:112] not in (b"7", b"8"):
        faults.append("振込指定区分")
    if number_at(record, 39, 4) != 0:
        faults.append("手形交換所番号が 0000 でない")
    if not record[50:80].strip():
        faults.append("受取人名がない")
    return faults
