"""口座振替の一年。申込みから、依頼、結果、再振替、通知まで、命令だけで。"""

from datetime import date
from pathlib import Path

import pytest

from tests.formats.strict_debit_checker import faults
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import KAKU, SATO, SUZUKI, TANAKA, determination, slip, write_determinations
from tests.systems.collection.debit_cast import answered

BANK = """
[[debit_consignor]]
bank_code = "0155"
valid_from = 2000-01-01
consignor_code = "0000123456"
consignor_name = "ｲｾｼ"
branch_code = "701"
account_type = "1"
account_number = "1234567"
takes_others = true

[[setting]]
name = "口座振替の開始までの日数"
valid_from = 2000-01-01
value = "45"
basis = "取扱要領"

[[setting]]
name = "口座振替を止める連続不能の回数"
valid_from = 2000-01-01
value = "3"
basis = "取扱要領"

[[installment_term]]
levy_year = 2025
tax_item = "06"
installment_term = 1
name = "第1期"
year_month = "2025-06"
due_date = 2025-06-30
sort_order = 1
"""
DUE = ("--due", "R7.6.30")


@pytest.fixture
def town_with_bank(town: Typist, tmp_path: Path) -> Typist:
    facts = tmp_path / "bank.toml"
    facts.write_text(BANK, encoding="utf-8")
    town.ok("parameters", "load", facts, *OFFICER)
    rows = [determination(who) for who in (SATO, TANAKA, KAKU, SUZUKI)]
    town.take("determinations", write_determinations(tmp_path / "d.csv", *rows), "--as-of", "2025-05-10")
    return town


def test_from_an_application_to_the_year_end(town_with_bank: Typist, tmp_path: Path) -> None:
    osame = town_with_bank
    told = osame.ok(
        "debit", "apply", SATO, "06", "--bank", "0155", "--branch", "701", "--number", "1234567", "--holder", "サトウ ハナコ",
        "--received", "2025-05-12", *OFFICER,
    )  # fmt: skip
    assert "受付番号 1　開始 2025年度 第1期" in told
    osame.ok("debit", "accept", 1, "--as-of", "2025-05-20", *OFFICER)
    osame.ok("debit", "set", TANAKA, "06", "--bank", "9900", "--symbol", "12340", "--number", "55543051", "--holder", "ﾀﾅｶ ｲﾁﾛｳ",
             "--reason", "依頼書", "--as-of", "2025-05-01", *OFFICER)  # fmt: skip
    osame.ok("debit", "set", SUZUKI, "06", "--bank", "0155", "--branch", "701", "--number", "4", "--holder", "ｽｽﾞｷ ｲｴ",
             "--reason", "依頼書", "--as-of", "2025-05-01", *OFFICER)  # fmt: skip
    osame.ok("debit", "suspend", SUZUKI, "06", "--reason", "本人の申出", "--as-of", "2025-06-01", *OFFICER)
    assert "****567" in str(osame.json("debit", "accounts", SATO, "--as-of", "2025-06-30"))
    assert osame.json("debit", "preview", *DUE, "--as-of", "2025-06-16")["count"] == 2
    made = osame.json("debit", "request", *DUE, "--as-of", "2025-06-16", *OFFICER)
    again = osame.json("debit", "request", *DUE, "--as-of", "2025-06-16", *OFFICER)
    assert (made["count"], again["request_id"], again["replayed"]) == (2, made["request_id"], True)
    osame.ok("debit", "send", 1, "0155", tmp_path / "bank.txt", "--as-of", "2025-06-17")
    content = (tmp_path / "bank.txt").read_bytes()
    assert faults(content) == []
    assert "前にも渡しています" in osame.refused(
        "debit", "send", 1, "0155", tmp_path / "b.txt", "--as-of", "2025-06-17"
    )
    assert "期限を過ぎて" in osame.refused(
        "debit", "send", 1, "0155", tmp_path / "b.txt", "--as-of", "2026-06-17", "--again", "再送"
    )
    result = tmp_path / "result.txt"
    result.write_bytes(answered(content, {slip(TANAKA): "1"}))
    assert "取込 2 ＋ 保留 0" in osame.ok("debit", "results", result, "--as-of", "2025-07-02", *OFFICER)
    digest = osame.ok("ledger", "digest")
    assert "何も変えていません" in osame.ok(
        "import", "receipts", result, "--channel", "debit", "--as-of", "2025-07-02", *OFFICER
    )
    assert osame.ok("ledger", "digest") == digest
    assert [each["code"] for each in osame.json("debit", "failures", 1)] == ["1"]
    shown = osame.json("debit", "show", 1)
    assert [each["name"] for each in shown["results"]] == ["振替済", "資金不足"]
    for kind in ("totals", "lines", "results", "failures", "changed"):
        osame.ok("debit", "list", 1, kind, tmp_path / f"{kind}.csv")
    assert b"5554305" not in (tmp_path / "lines.csv").read_bytes()
    assert "束の番号" in osame.ok("debit", "letters", "failures", 1, "--as-of", "2025-07-03", *OFFICER)
    assert "束の番号" in osame.ok("debit", "letters", "notices", "2000-01-01", "--as-of", "2025-07-03", *OFFICER)
    assert "束の番号" in osame.ok("debit", "letters", "form", KAKU, "--as-of", "2025-07-03", *OFFICER)
    redebit = osame.json(
        "debit", "request", *DUE, "--on", "2025-07-22", "--again-from", 1, "--as-of", "2025-07-10", *OFFICER
    )
    assert (redebit["count"], redebit["amount"]) == (1, 50_000)
    osame.ok("debit", "cancel", redebit["request_id"], "--reason", "日程の変更", "--as-of", "2025-07-10")
    assert [each["amount"] for each in osame.json("debit", "statement", 2025)] == [50_000]
    assert "束の番号" in osame.ok("debit", "letters", "statements", 2025, "--as-of", date(2026, 1, 15), *OFFICER)
    osame.ok("debit", "resume", SUZUKI, "06", "--reason", "本人の申出", "--as-of", "2025-08-01", *OFFICER)
    osame.ok("debit", "end", SUZUKI, "06", "--reason", "廃止届", "--as-of", "2025-09-01", *OFFICER)
    osame.ok("ledger", "verify")
