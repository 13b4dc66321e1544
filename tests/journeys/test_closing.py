"""一日を締める。差異があれば断り、合えば締め、締めた後の入金は次の日に載り、二人で締めを解く。"""

import re
from datetime import date
from pathlib import Path

import pytest

from osame.collection.closing.importing import BankTotal, write_bank_totals
from osame.formats.reports import Channel
from tests.journeys.town import AS_OF, write_debits
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import (
    KAKU,
    SATO,
    TANAKA,
    determination,
    notice,
    slip,
    write_determinations,
    write_notices,
)
from tests.systems.conftest import server

DAY, NEXT = date(2025, 7, 10), date(2025, 7, 11)
TODAY = ("--as-of", "2025-07-14")
BANK, DEBIT = Channel.BANK, Channel.DIRECT_DEBIT


@pytest.fixture
def busy(town: Typist, tmp_path: Path) -> Typist:
    """7月10日に、窓口で二件 70,777円（うち一件は不明入金 777円）と、口座振替で一件 50,000円。"""
    rows = [determination(who) for who in (SATO, TANAKA, KAKU)]
    town.take("determinations", write_determinations(tmp_path / "d.csv", *rows), "--as-of", AS_OF)
    path = write_notices(tmp_path / "b.csv", notice(1, SATO, 50_000, DAY), notice(2, SATO, 777, DAY, slip_number=999),
                         on=DAY)  # fmt: skip
    town.take("receipts", path, "--channel", "bank", *TODAY)
    path = write_debits(tmp_path / "z.txt", DAY, [(TANAKA, 1, 50_000, "0")])
    town.take("receipts", path, "--channel", "debit", *TODAY)
    return town


def totals(osame: Typist, path: Path, *each: BankTotal) -> str:
    path.write_bytes(write_bank_totals(each))
    return osame.ok("import", "bank-totals", path, *TODAY, *OFFICER)


def close_both(osame: Typist, tmp_path: Path) -> None:
    totals(osame, tmp_path / "t.csv", BankTotal(DAY, BANK, 2, 50_777), BankTotal(DAY, DEBIT, 1, 50_000))
    osame.ok("close", "day", DAY, *TODAY, *OFFICER)


def test_a_day_closes_only_without_difference(busy: Typist, tmp_path: Path) -> None:
    """公金日計がなければ、また一円でも違えば締められない。仮締めはでき、直せば締まり、二度目は無害。"""
    assert "差異がある" in busy.refused("close", "day", DAY, *TODAY)
    totals(busy, tmp_path / "1.csv", BankTotal(DAY, BANK, 2, 50_776), BankTotal(DAY, DEBIT, 1, 50_000))
    shown = busy.ok("close", "sheet", "令和7年7月10日")
    for told in ("金融機関窓口", "口座振替", "固定資産税", "不明入金", "差異があります"):
        assert told in shown
    refused = busy.refused("close", "day", DAY, *TODAY)
    assert "差異1円" in refused
    assert "金融機関窓口 消込2件50,777円・日計2件50,776円" in refused
    assert "仮締めしました" in busy.ok("close", "day", DAY, "--provisional", *TODAY)
    close_both(busy, tmp_path)
    sheet = busy.json("close", "sheet", DAY)
    assert [(c["channel"], c["receipts"], c["amount"], c["bank_amount"]) for c in sheet["channels"]] == [
        ("01", 2, 50_777, 50_777), ("03", 1, 50_000, 50_000)
    ]  # fmt: skip
    assert "差異はありません" in busy.ok("close", "sheet", DAY)
    again = busy.json("close", "day", DAY, *TODAY)
    assert (again["replayed"], again["receipts"], again["amount"], again["difference"]) == (True, 3, 100_777, 0)
    assert "前に締めています" in busy.ok("close", "day", DAY, *TODAY)
    assert "締めたときのまま" in busy.ok("close", "seals")
    assert busy.json("close", "seals") == {"broken": []}


def test_the_totals_file_is_read_strictly(busy: Typist, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(write_bank_totals((BankTotal(DAY, BANK, 1, 1),)).replace(b"9,,,1,1", b"9,,,1,2"))
    assert "トレーラ" in busy.refused("import", "bank-totals", path, *TODAY)
    path.write_bytes(write_bank_totals((BankTotal(date(2025, 7, 15), BANK, 1, 1),)))
    assert "まだ来ていない日" in busy.refused("import", "bank-totals", path, *TODAY)


def test_days_close_in_order_and_after_they_end(busy: Typist, tmp_path: Path) -> None:
    """まだ終わらない日、前の日が開いている日は締められない。"""
    path = write_notices(tmp_path / "n.csv", notice(3, KAKU, 10_000, NEXT), on=NEXT)
    busy.take("receipts", path, "--channel", "bank", *TODAY)
    totals(busy, tmp_path / "t.csv", BankTotal(NEXT, BANK, 1, 10_000))
    assert "前の日が締まっていない" in busy.refused("close", "day", NEXT, *TODAY)
    assert "まだ終わっていない日" in busy.refused("close", "day", "2025-07-20", *TODAY)
    close_both(busy, tmp_path)
    busy.ok("close", "day", NEXT, *TODAY)
    assert "この日より後の日を締めている" in busy.refused("close", "day", "2025-07-09", *TODAY)


def test_what_comes_after_closing_counts_on_the_next_day(busy: Typist, tmp_path: Path) -> None:
    """締めた後の入金と取消しは、次の開いている日に載り、締めた日の日計と封印は変わらない。"""
    close_both(busy, tmp_path)
    before = busy.json("close", "sheet", DAY)
    path = write_notices(tmp_path / "late.csv", notice(4, KAKU, 50_000, DAY), on=DAY, sequence=2)
    busy.take("receipts", path, "--channel", "bank", *TODAY)
    history = busy.json("charge", "show", slip(SATO), *TODAY)["history"]
    key = next(each["note"] for each in history if each["what"] == "収納").rpartition("番号 ")[2]
    busy.ok("receipt", "cancel", key, slip(SATO), "--reason", "dishonour", "--note", "不渡り", "--as-of", NEXT)
    assert busy.json("close", "sheet", DAY) == before
    moved = {(line["receipts"], line["amount"]) for line in busy.json("close", "sheet", NEXT)["channels"]}
    assert moved == {(0, 0)}
    busy.ok("close", "seals")
    path.write_bytes(write_bank_totals((BankTotal(DAY, BANK, 9, 9),)))
    assert "締めを解いて" in busy.refused("import", "bank-totals", path, *TODAY)


def test_two_officers_reopen_the_last_day(busy: Typist, tmp_path: Path) -> None:
    """締めを解けるのは最後の日だけで、別の職員の承認と理由が要る。解けば、締め直せる。"""
    close_both(busy, tmp_path)
    words = ("close", "reopen", DAY, *OFFICER)
    assert "別の職員の承認" in busy.refused(*words, "--approver", "山本", "--reason", "訂正")
    assert "理由がありません" in busy.refused(*words, "--approver", "課長", "--reason", " ")
    wrong_day = ("close", "reopen", NEXT, *OFFICER, "--approver", "課長", "--reason", "訂正")
    assert "最後に締めた日だけ" in busy.refused(*wrong_day)
    assert "締めを解きました" in busy.ok(*words, "--approver", "課長", "--reason", "訂正")
    assert "本締めしました" in busy.ok("close", "day", DAY, *TODAY, *OFFICER)


def test_a_missing_file_keeps_the_day_open(busy: Typist, parameters: Path, tmp_path: Path) -> None:
    expected = f'\n[[expected_file]]\nprofile = "eltax_keshikomi_v0"\nsender = "地方税共同機構"\nbusiness_on = {DAY}\n'
    parameters.write_text(parameters.read_text(encoding="utf-8") + expected, encoding="utf-8")
    busy.ok("parameters", "load", parameters)
    totals(busy, tmp_path / "t.csv", BankTotal(DAY, BANK, 2, 50_777), BankTotal(DAY, DEBIT, 1, 50_000))
    assert "地方税共同機構" in busy.refused("close", "day", DAY, *TODAY)
    words = ("demand", "waive", f"eltax_keshikomi_v0:{DAY}", "--reason", "休止日", "--cut-off", DAY, *OFFICER)
    busy.ok(*words)
    busy.ok("close", "day", DAY, *TODAY)


def test_a_changed_entry_breaks_seal_and_verification(busy: Typist, database: str, tmp_path: Path) -> None:
    """締めた日の仕訳が一つでも変われば、封印も検証も終了コード1で知らせる。"""
    close_both(busy, tmp_path)
    assert "食い違いはありません" in busy.ok("ledger", "verify")
    assert busy.json("ledger", "verify")["findings"] == []
    digest = busy.json("ledger", "digest")["digest"]
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert busy.ok("ledger", "digest").strip() == digest
    with server(database) as admin:
        admin.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        admin.execute("UPDATE entry SET amount = amount + 1 WHERE entry_id = (SELECT min(entry_id) FROM entry)")
    assert "封印が合いません：令和7年7月10日" in busy("close", "seals").output
    assert busy.json("close", "seals", code=1) == {"broken": [str(DAY)]}
    told = busy("ledger", "verify")
    assert (told.exit_code, "食い違い" in told.stderr) == (1, True)
    assert busy.json("ledger", "verify", code=1)["findings"] != []


def test_an_empty_ledger_is_not_called_sound(osame: Typist) -> None:
    told = osame("ledger", "verify")
    assert (told.exit_code, "検証する仕訳がありません" in told.stderr) == (1, True)
