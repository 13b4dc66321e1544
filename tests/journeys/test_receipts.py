"""収納ファイルを、届く道ごとに取り込む。速報・確報・取消し、過不足、延滞金だけの残り。"""

from datetime import date
from pathlib import Path

import pytest

from tests.journeys.town import AS_OF, at_the_store, write_debits, write_eltax, write_store
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import (
    KAKU,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    reference,
    slip,
    write_determinations,
    write_notices,
)

DAY = date(2025, 7, 10)
STORES = (("cvs", "mizuho_factor_120"), ("cvs-mufg", "mufg_factor_120"), ("cvs-dsk", "dsk_csv"))


@pytest.fixture
def levied(town: Typist, tmp_path: Path) -> Typist:
    """四人の第1期、50,000円ずつ。"""
    rows = [determination(who) for who in (SATO, TANAKA, KAKU, SUZUKI)]
    town.take("determinations", write_determinations(tmp_path / "d.csv", *rows), "--as-of", AS_OF)
    return town


def take(osame: Typist, path: Path, channel: str, on: date = DAY) -> tuple[int, int, int, int]:
    return osame.take("receipts", path, "--channel", channel, "--as-of", on)


def balance(osame: Typist, who: str, name: str = "principal_tax") -> int:
    return osame.json("charge", "list", who)[0][name]


def test_a_bank_notice(levied: Typist, tmp_path: Path) -> None:
    """済通。納付書番号でも期別でも引き、分からないものは保留し、同じ済通は断り、同じファイルは何も変えない。"""
    path = write_notices(
        tmp_path / "bank.csv",
        notice(1, SATO, 50_000, DAY), notice(2, TANAKA, 20_000, DAY, slip_number=None, charge_reference=reference(TANAKA)),
        notice(3, SATO, 777, DAY, slip_number=999_999), notice(1, SATO, 50_000, DAY), on=DAY,
    )  # fmt: skip
    told = levied.ok("import", "receipts", path, "--channel", "bank", "--as-of", DAY, *OFFICER)
    assert "行 4 ＝ 取込 2 ＋ 保留 1 ＋ 不受理 1" in told
    assert "消込 70,000円、保留 777円、不受理 50,000円" in told
    assert (balance(levied, SATO), balance(levied, TANAKA)) == (0, 30_000)
    digest = levied.ok("ledger", "digest")
    assert "受領済み。何も変えていません" in levied.ok("import", "receipts", path, "--channel", "bank", "--as-of", DAY)
    assert levied.ok("ledger", "digest") == digest
    levied.ok("ledger", "verify")


def test_a_direct_debit(levied: Typist, tmp_path: Path) -> None:
    """口座振替の結果。振替済だけを消し込み、不能は理由とともに履歴に残す。"""
    path = write_debits(tmp_path / "debit.txt", DAY, [(SATO, 1, 50_000, "0"), (TANAKA, 1, 50_000, "1")])
    assert take(levied, path, "debit") == (2, 2, 0, 0)
    assert (balance(levied, SATO), balance(levied, TANAKA)) == (0, 50_000)
    shown = levied.ok("charge", "show", slip(TANAKA), "--as-of", DAY)
    assert "振替不能" in shown
    assert "結果コード 1" in shown


def test_eltax(levied: Typist, tmp_path: Path) -> None:
    path = write_eltax(tmp_path / "eltax.csv", DAY, SATO, 50_000)
    assert take(levied, path, "eltax") == (1, 1, 0, 0)
    assert balance(levied, SATO) == 0
    assert "チャネル 05" in levied.ok("charge", "show", slip(SATO), "--as-of", DAY)


@pytest.mark.parametrize(("channel", "profile"), STORES)
def test_a_store_tells_first_and_pays_later(levied: Typist, tmp_path: Path, channel: str, profile: str) -> None:
    """速報は報告だけで金は動かず、確報で消し込み、取消しは速報を打ち消す。"""
    told = [at_the_store("01", who, 50_000, DAY) for who in (SATO, TANAKA)]
    path = write_store(tmp_path / "1", DAY, *told, profile=profile)
    first = levied.json("import", "receipts", path, "--channel", channel, "--as-of", DAY)
    assert (first["rows_posted"], first["amount_matched"], first["amount_reported"]) == (2, 0, 100_000)
    assert balance(levied, SATO) == 50_000
    assert "速報" in levied.ok("charge", "show", slip(SATO), "--as-of", DAY)
    later = date(2025, 7, 22)
    path = write_store(tmp_path / "2", later, at_the_store("02", SATO, 50_000, DAY),
                       at_the_store("03", TANAKA, 50_000, DAY), at_the_store("02", KAKU, 50_000, DAY), profile=profile)  # fmt: skip
    second = levied.json("import", "receipts", path, "--channel", channel, "--as-of", later)
    assert (second["rows_posted"], second["amount_matched"], second["amount_reported"]) == (3, 100_000, 50_000)
    assert [balance(levied, who) for who in (SATO, TANAKA, KAKU)] == [0, 50_000, 0]
    assert "速報の取消し" in levied.ok("charge", "show", slip(TANAKA), "--as-of", later)
    assert levied.json("receipt", "reports", "--as-of", "2025-08-31") == []
    levied.ok("ledger", "verify")


def test_reports_that_need_a_look(levied: Typist, tmp_path: Path) -> None:
    """確報の来ない速報と、取消しの後に着いた確報は、調べるべき報告に挙がる。速報の後の窓口納付は二重にならない。"""
    told = [at_the_store("01", who, 50_000, DAY) for who in (SATO, TANAKA)]
    take(levied, write_store(tmp_path / "1", DAY, *told), "cvs")
    later = date(2025, 7, 22)
    take(levied, write_store(tmp_path / "2", later, at_the_store("03", TANAKA, 50_000, DAY)), "cvs", later)
    take(levied, write_store(tmp_path / "3", later, at_the_store("02", TANAKA, 50_000, DAY)), "cvs", later)
    assert levied.json("receipt", "reports", "--as-of", "2025-07-20", "--days", 10) != []
    told_by = {
        each["slip_number"]: each["problem"] for each in levied.json("receipt", "reports", "--as-of", "2025-07-31")
    }
    assert "確報が来ません" in told_by[slip(SATO)]
    assert "取消しが届いています" in told_by[slip(TANAKA)]
    assert "確報が来ません" in levied.ok("receipt", "reports", "--as-of", "2025-07-31", "--days", 5)
    path = write_notices(tmp_path / "bank.csv", notice(9, SATO, 50_000, later), on=later)
    take(levied, path, "bank", later)
    assert (balance(levied, SATO), balance(levied, SATO, "overpayment")) == (0, 0)


def test_too_much_and_too_little(levied: Typist, tmp_path: Path) -> None:
    """一円不足は一円の未納、一円過納は一円の過誤納。二重に納めれば、二度目の全額が過誤納。"""
    early = date(2025, 6, 20)
    path = write_notices(
        tmp_path / "bank.csv", notice(1, SATO, 49_999, early), notice(2, TANAKA, 50_001, early),
        notice(3, KAKU, 50_000, early), notice(4, KAKU, 50_000, early), on=DAY,
    )  # fmt: skip
    assert take(levied, path, "bank") == (4, 4, 0, 0)
    assert balance(levied, SATO) == 1
    assert (balance(levied, TANAKA), balance(levied, TANAKA, "overpayment")) == (0, 1)
    assert balance(levied, KAKU, "overpayment") == 50_000
    assert "過大納付" in levied.ok("charge", "show", slip(TANAKA), "--as-of", DAY)
    assert "二重納付" in levied.ok("charge", "show", slip(KAKU), "--as-of", DAY)


def test_only_the_delinquency_charge_is_left(town: Typist, tmp_path: Path) -> None:
    """遅れて完納すれば延滞金が確定し、延滞金だけが残り、納めれば何も残らない。1,000円未満は残らない。

    500,000円を9月1日に納付：31日 × 2.4% ＝ 1,019円、32日 × 8.7% ＝ 3,813円、計 4,832円 → 4,800円。
    """
    rows = (determination(SATO, 1, 500_000), determination(TANAKA))
    town.take("determinations", write_determinations(tmp_path / "d.csv", *rows), "--as-of", AS_OF)
    paid, later = date(2025, 9, 1), date(2025, 10, 1)
    path = write_notices(tmp_path / "1.csv", notice(1, SATO, 500_000, paid), notice(2, TANAKA, 50_000, paid), on=paid)
    take(town, path, "bank", paid)
    left = town.json("charge", "quote", slip(SATO), "--as-of", "2025-12-01")
    assert (left["principal_tax"], left["delinquency_charge"], left["fixed"]) == (0, 4_800, True)
    assert "延滞金（確定）4,800円" in town.ok("charge", "quote", slip(SATO), "--as-of", "2025-12-01")
    assert town.json("charge", "quote", slip(TANAKA), "--as-of", "2025-12-01")["total"] == 0
    take(town, write_notices(tmp_path / "2.csv", notice(3, SATO, 4_800, later), on=later), "bank", later)
    assert town.json("charge", "quote", slip(SATO), "--as-of", "2025-12-01")["total"] == 0
    assert balance(town, SATO, "overpayment") == 0
    town.ok("ledger", "verify")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data.replace(b"8,0000001,", b"8,0000002,"), "件"),
        (lambda data: data[:60], "トレーラ"),
        (lambda data: data.decode().encode("utf-16"), "1行目"),
        (lambda _: b"", "0バイト"),
    ],
)
def test_a_broken_file_is_refused_whole(levied: Typist, tmp_path: Path, spoil, reason: str) -> None:
    path = write_notices(tmp_path / "bank.csv", notice(1, SATO, 50_000, DAY), on=DAY)
    path.write_bytes(spoil(path.read_bytes()))
    assert reason in levied.refused("import", "receipts", path, "--channel", "bank", "--as-of", DAY)
    assert balance(levied, SATO) == 50_000


def test_dates_the_wrong_way_round_and_unknown_channels(levied: Typist, tmp_path: Path) -> None:
    """領収日が収入日より後、領収日がない済通は、その行だけ断る。知らないチャネルは使い方を示す。"""
    late = notice(1, SATO, 50_000, date(2025, 7, 11), received_on=DAY)
    path = write_notices(tmp_path / "bank.csv", late, notice(2, TANAKA, 50_000, DAY), on=DAY)
    assert take(levied, path, "bank") == (2, 1, 0, 1)
    assert "bank" in levied.refused("import", "receipts", path, "--channel", "pigeon", code=2)
    assert "読めません" in levied.refused("import", "receipts", tmp_path / "nowhere", "--channel", "bank")
