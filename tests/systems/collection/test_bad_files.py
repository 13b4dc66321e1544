"""壊れたファイル。落ちず、半分だけ記帳せず、どの行がなぜだめかを日本語で言う。良い行は通す。"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from osame.collection.determinations.importing import import_determinations, retry_held
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports.registry import ImportResult
from tests.formats.conftest import make as make
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    TANAKA,
    determination,
    notice,
    revision,
    slip,
    write_determinations,
    write_notices,
)
from tests.systems.collection.demand_cast import levy, move_in

ROOT = Path(__file__).parents[3]
LIMIT = 512
GIGABYTE = 1 << 30
PAID = date(2024, 12, 2)  # 見本のファイルの日付より後
FIXED = ("zengin_91", "mizuho_factor_120", "mufg_factor_120")
PROFILES = (*FIXED, "dsk_csv", "eltax_keshikomi_v0", "bank_notice_v0")
DETERMINATIONS = "osame_036o005"
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
WORKER = """
import sys, warnings; warnings.simplefilter("ignore")
import django; django.setup()

from datetime import date
from pathlib import Path
from osame.collection.determinations.importing import import_determinations
from osame.collection.matching.importing import import_receipts
path, profile = Path(sys.argv[1]), sys.argv[2]
terms = {"as_of": date(2025, 9, 10), "officer": "山本"}
result = (import_determinations(path, **terms) if profile == "osame_036o005"
          else import_receipts(path, profile=profile, **terms))
# getrusage は、このプロセスを生んだ親の大きさを引きずる。自分の最大だけを見る
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(peak // 1024, result.rows_in, result.rows_posted,
      result.rows_held, result.rows_rejected, result.refusal)
"""


def take(path: Path, profile: str, *, as_of: date = AS_OF) -> ImportResult:
    if profile == DETERMINATIONS:
        return import_determinations(path, as_of=as_of, officer=OFFICER)
    return import_receipts(path, profile=profile, as_of=as_of, officer=OFFICER)


def measured(path: Path, profile: str) -> tuple[int, list[int], str]:
    """別のプロセスで取り込む。使った記憶域（MB）、行数、断り。"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WORKER, str(path), profile], cwd=ROOT, text=True, capture_output=True,
        timeout=240, check=False, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    megabytes, *rows = done.stdout.split(maxsplit=5)
    return int(megabytes), [int(each) for each in rows[:4]], rows[4] if len(rows) > 4 else ""


@pytest.fixture
def base(city: str, tmp_path: Path) -> str:
    """調定が三つ。"""
    levy(tmp_path, determination(SATO), determination(SATO, 2), determination(TANAKA))
    return city


def lines_of(data: bytes) -> list[bytes]:
    return data.split(b"\r\n")


def joined(lines: list[bytes]) -> bytes:
    return b"\r\n".join(lines)


def without_trailer(data: bytes) -> bytes:
    """データ行までで切れている。"""
    return joined([*lines_of(data)[:3], b""])


def longer(data: bytes) -> bytes:
    lines = lines_of(data)
    return joined([*lines[:2], lines[2] + b"X" * 400, *lines[3:]])


def wrong_total(data: bytes) -> bytes:
    """トレーラの最後の数字を変える。"""
    lines = lines_of(data)
    place = max(
        number for number, line in enumerate(lines) if line[:1] in {b"8", b"9"} and any(48 < c < 58 for c in line[1:])
    )
    spot = max(index for index, code in enumerate(lines[place]) if 48 <= code < 58)
    changed = bytearray(lines[place])
    changed[spot] = 48 + (changed[spot] - 47) % 10
    return joined([*lines[:place], bytes(changed), *lines[place + 1 :]])


BREAKERS: dict[str, Callable[[bytes], bytes]] = {
    "0バイト": lambda _: b"",
    "改行だけCR": lambda data: data.replace(b"\r\n", b"\r"),
    "NUL": lambda data: joined([*lines_of(data)[:1], lines_of(data)[1][:20] + b"\0" + lines_of(data)[1][21:], *lines_of(data)[2:]]),
    "UTF-16": lambda data: b"\xff\xfe" + data.decode("cp932", "replace").encode("utf-16-le"),
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "EBCDIC": lambda data: data.decode("cp932", "replace").encode("cp037", "replace"),
    "途中まで": lambda data: data[: len(data) // 2],
    "トレーラなし": without_trailer,
    "件数・合計違い": wrong_total,
    "長すぎる行": longer,
    "乱数": lambda data: bytes(range(256)) * 40,
    "空白": lambda data: b" " * 5000,
    "空行": lambda data: b"\r\n" * 500,
    "引用符の閉じ忘れ": lambda data: data.replace(b"2", b'"2', 1),
    "別の業務": lambda data: "氏名,住所\r\n山田,津市\r\n".encode(),
}  # fmt: skip
WHOLE_FILE = {"0バイト", "途中まで", "トレーラなし"}  # 行を名指せない
NO_TRAILER = {("dsk_csv", "件数・合計違い"), ("dsk_csv", "トレーラなし"), ("dsk_csv", "0バイト")}  # トレーラのない様式


def good(make: SimpleNamespace) -> dict[str, bytes]:
    return make.files() | {
        DETERMINATIONS: write_determinations(
            Path(os.environ["OSAME_HOME"]) / f"good-{os.getpid()}.csv",
            determination(TANAKA, 3),
            determination(TANAKA, 4),
        ).read_bytes()
    }


@pytest.mark.parametrize("profile", [*PROFILES, DETERMINATIONS])
def test_broken_files_are_refused_or_their_bad_lines_told(
    base: str, tmp_path: Path, make: SimpleNamespace, profile: str
) -> None:
    for number, (name, breaker) in enumerate(BREAKERS.items()):
        if (profile, name) in NO_TRAILER:
            continue
        before = ledger_digest()
        path = tmp_path / f"{number}.dat"
        path.write_bytes(breaker(good(make)[profile]))
        result = take(path, profile)
        told = result.refusal or " ".join(reason for _, reason in result.problems)
        assert JAPANESE.search(told), (name, told)
        if result.refusal:
            assert (result.rows_in, result.rows_posted, result.rows_held) == (0, 0, 0), name
            assert ledger_digest() == before, name
        else:  # 行ごとに分かる様式では、その行だけを断る
            assert result.rows_rejected > 0, name
            assert result.rows_in == result.rows_posted + result.rows_held + result.rows_rejected
        if name not in WHOLE_FILE:
            assert re.search(r"\d+行目", told), (name, told)
        assert take(path, profile).already_received
        state, refusal = fetch_one(
            "SELECT state, refusal FROM intake_file WHERE intake_file_id = %s", [result.intake_file_id]
        )
        assert (state == "9") == bool(refusal)
    assert verify_ledger().findings == ()


def test_good_rows_of_a_receipt_file_go_through(base: str, tmp_path: Path) -> None:
    data = write_notices(
        tmp_path / "mixed.csv", *(notice(number, SATO, 1_000, AS_OF) for number in range(1, 7)), on=AS_OF
    ).read_bytes()
    lines = lines_of(data)
    lines[2] = lines[2].replace(b"20250910", b"20250931")  # 実在しない日
    lines[3] = lines[3].replace(b",00000001000,", b",123456789012,")  # 12桁
    lines[4] = lines[4].replace(b",00000001000,", b",-0000001000,")
    lines[5] = "2,読めない".encode("euc-jp")
    path = tmp_path / "partly.csv"
    path.write_bytes(joined(lines))
    result = take(path, "bank_notice_v0")
    assert (result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected) == (6, 2, 0, 4)
    assert [line for line, _ in result.problems] == [3, 4, 5, 6]
    for (line, reason), word in zip(
        result.problems, ("実在しない", "桁", "数字ではありません", "読めません"), strict=True
    ):
        assert reason.startswith(f"{line}行目")
        assert word in reason
    assert verify_ledger().findings == ()


def test_good_rows_of_a_determination_file_go_through(base: str, tmp_path: Path) -> None:
    rows = [determination(TANAKA, term) for term in range(2, 12)]
    rows[1] = replace(rows[1], tax_item="99")
    rows[2] = replace(rows[2], municipality_code="131016")
    rows[3] = replace(rows[3], determined_on=date(2031, 5, 1), due_on=date(2031, 6, 30))
    data = write_determinations(tmp_path / "mixed.csv", *rows).read_bytes()
    lines = lines_of(data)
    lines[5] = lines[5].replace(b",50000,50000,", b",123456789012,123456789012,")
    lines[6] = lines[6].replace(b",2025-06-30,", b",2025-06-31,", 1)
    lines[7] = lines[7].replace(b",50000,50000,", b",50000,40000,")
    lines[8] = lines[8].replace(b",2025-06-30,", b",today,", 1)
    lines[9] = "1,読めない".encode("cp932")
    path = tmp_path / "partly.csv"
    path.write_bytes(joined(lines))
    result = take(path, DETERMINATIONS)
    assert (result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected) == (10, 2, 0, 8)
    words = {
        3: "税目「99」", 4: "131016", 5: "一年を超えて先", 6: "桁を超えて", 7: "実在する日付", 8: "違います", 9: "実在する日付",
        10: "UTF-8",
    }  # fmt: skip
    assert [line for line, _ in result.problems] == list(words)
    for line, reason in result.problems:
        assert words[line] in reason
    assert len(fetch_all("SELECT 1 FROM rejected_row WHERE intake_file_id = %s", [result.intake_file_id])) == 8
    assert verify_ledger().findings == ()


def test_the_fast_way_reads_no_more_loosely_than_the_careful_way(base: str, tmp_path: Path) -> None:
    """COPY なら通してしまう書き方も、様式になければ断る。"""
    for number, (before, after) in enumerate(
        ((b",50000,50000,", b",50_000,50_000,"), (b",50000,50000,", b",0xC350,0xC350,"), (b",50000,50000,", b", 50000 ,50000,"),
         (b",2025-06-30,", b",2025/06/30,"), (b",2025-06-30,", b",Jun 30 2025,"), (b",2025-06-30,", b",tomorrow,"),
         (b",2025-06-30,", b",infinity,"))
    ):  # fmt: skip
        path = tmp_path / f"{number}.csv"
        path.write_bytes(write_determinations(path, determination(TANAKA, 5)).read_bytes().replace(before, after, 1))
        result = take(path, DETERMINATIONS)
        assert (result.rows_posted, result.rows_rejected) == (0, 1) or result.refusal, after
    quoted = tmp_path / "quoted.csv"
    write_determinations(quoted, determination(TANAKA, 5, correction_reason="減免,災害"), determination(TANAKA, 6))
    assert take(quoted, DETERMINATIONS).rows_posted == 2


def test_a_held_row_is_read_again_as_it_was_read_first(base: str, tmp_path: Path) -> None:
    """日付のない印や、ゼロだけの納付書番号のある行を保留しても、後の取込みを止めない。"""
    newcomer = "0" * 13 + "77"
    path = tmp_path / "held.csv"
    row = determination(newcomer, confirmation_number="12345678", operator_id="OPERATOR-00001")
    data = write_determinations(path, row, replace(row, installment_term=2)).read_bytes()
    data = data.replace(f"{slip(newcomer):020d}".encode(), b"0" * 20).replace(
        b"2025-05-01,,", b"2025-05-01,0000-00-00,"
    )
    path.write_bytes(data)
    assert take(path, DETERMINATIONS).rows_held == 2
    other = write_determinations(tmp_path / "other.csv", determination(TANAKA, 9))
    assert take(other, DETERMINATIONS).rows_posted == 1
    move_in(newcomer)
    assert retry_held(as_of=AS_OF, officer=OFFICER, cause="転入") == 2
    rows = fetch_all("SELECT slip_number, tax_amount FROM charge WHERE addressee_number = %s", [newcomer])
    assert rows == [(None, 50_000), (None, 50_000)]
    assert verify_ledger().findings == ()


def test_what_has_not_happened_yet_is_not_taken(base: str, tmp_path: Path, make: SimpleNamespace) -> None:
    before = ledger_digest()
    later = AS_OF + timedelta(days=1)
    path = write_notices(tmp_path / "future.csv", notice(1, SATO, 50_000, later), on=later)
    result = take(path, "bank_notice_v0")
    assert result.refusal.startswith("1行目: ファイルの日付2025-09-11")
    assert take(path, "bank_notice_v0").already_received
    assert ledger_digest() == before
    assert take(path, "bank_notice_v0", as_of=later).rows_posted == 1  # その日になれば受け付ける
    assert take(path, "bank_notice_v0", as_of=later).already_received
    path.write_bytes(make.files()["dsk_csv"])
    result = take(path, "dsk_csv", as_of=date(2024, 1, 1))
    assert (result.rows_posted, result.rows_rejected) == (0, 4)
    assert all("先の日付" in reason for _, reason in result.problems)
    assert verify_ledger().findings == ()


def test_december_results_that_arrive_in_january(base: str, tmp_path: Path, make: SimpleNamespace) -> None:
    path = tmp_path / "december.dat"
    path.write_bytes(make.debit_file(business_on=date(2024, 12, 27)))
    assert take(path, "zengin_91", as_of=date(2025, 1, 6)).rows_held == 1
    assert fetch_one("SELECT paid_on FROM held_receipt") == (date(2024, 12, 27),)


def test_a_file_under_the_wrong_profile_can_be_taken_under_the_right_one(base: str, tmp_path: Path) -> None:
    path = write_notices(tmp_path / "notices.csv", notice(1, SATO, 50_000, AS_OF))
    assert take(path, "zengin_91").refusal
    assert take(path, DETERMINATIONS).refusal
    assert take(path, "bank_notice_v0").rows_posted == 1


def test_enormous_amounts(base: str, tmp_path: Path) -> None:
    """11桁の税額が、遅れて納付されても。"""
    huge = 99_999_999_999
    levy(tmp_path, determination(TANAKA, 7, huge), name="huge.csv")
    path = write_notices(
        tmp_path / "huge-paid.csv", notice(1, TANAKA, huge, AS_OF, term=7), notice(2, TANAKA, huge, AS_OF, term=7)
    )
    result = take(path, "bank_notice_v0")
    assert result.rows_posted == 2
    assert fetch_one("SELECT received FROM charge WHERE tax_amount = %s", [huge]) == (2 * huge,)
    assert verify_ledger().findings == ()


def junk(path: Path, head: bytes, block: bytes, size: int = GIGABYTE) -> Path:
    """先頭だけ正しい、巨大なごみ。ブロックが空なら、穴あきファイル（NUL）。"""
    with path.open("wb") as file:
        file.write(head)
        if not block:
            file.truncate(size)
            return path
        many = block * max(1, (4 << 20) // len(block))
        for _ in range(size // len(many)):
            file.write(many)
    return path


@pytest.mark.parametrize(
    "block", [b"", b"1,junk\r\n", b"x" * 4096, b'"\r\n'], ids=["nul", "lines", "one line", "quotes"]
)
def test_a_gigabyte_of_junk_as_determinations(base: str, tmp_path: Path, block: bytes) -> None:
    before = ledger_digest()
    head = lines_of(write_determinations(tmp_path / "head.csv", determination(TANAKA, 5)).read_bytes())
    path = junk(tmp_path / "junk.csv", b"" if not block else joined(head[:2]) + b"\r\n", block)
    try:
        megabytes, rows, refusal = measured(path, DETERMINATIONS)
    finally:
        path.unlink()
    assert megabytes <= LIMIT
    assert JAPANESE.search(refusal)
    assert rows == [0, 0, 0, 0]
    assert ledger_digest() == before


@pytest.mark.parametrize("profile", PROFILES)
def test_a_gigabyte_of_junk_as_receipts(base: str, tmp_path: Path, make: SimpleNamespace, profile: str) -> None:
    before = ledger_digest()
    read = (46 << 20,) if profile in {"zengin_91", "dsk_csv", "bank_notice_v0"} else ()  # 読み手ごとに一つ
    for size in (GIGABYTE, *read):  # 読まずに断る大きさと、読む大きさ
        lines = lines_of(make.files()[profile])
        path = junk(
            tmp_path / "junk.dat", joined(lines[:1]) + b"\r\n", b"" if size == GIGABYTE else lines[1] + b"\r\n", size
        )
        try:
            megabytes, rows, refusal = measured(path, profile)
        finally:
            path.unlink()
        assert megabytes <= LIMIT, size
        assert JAPANESE.search(refusal) or rows[3]
        assert rows[1] == 0 or profile == "dsk_csv"
    if profile != "dsk_csv":
        assert ledger_digest() == before


def test_three_hundred_thousand_payments_fit_in_memory(base: str, tmp_path: Path) -> None:
    path = write_notices(tmp_path / "many.csv", *(notice(number, SATO, 1, AS_OF) for number in range(1, 300_001)))
    megabytes, rows, refusal = measured(path, "bank_notice_v0")
    assert (rows, refusal) == ([300_000, 300_000, 0, 0], "")
    assert megabytes <= LIMIT
    assert fetch_one("SELECT received, overpayment FROM charge WHERE slip_number = %s", [slip(SATO)]) == (
        300_000,
        250_000,
    )


def test_a_revision_nobody_can_apply_is_told(base: str, tmp_path: Path) -> None:
    path = write_determinations(tmp_path / "wrong.csv", revision(SATO, 1, 45_000, -4_000))
    result = take(path, DETERMINATIONS)
    assert result.rows_rejected == 1
    assert "一致しません" in result.problems[0][1]
