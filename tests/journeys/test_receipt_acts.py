"""職員が収納を正す。不明入金、取消し、組替え、手入力、延滞金の強制入力。"""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.journeys.town import AS_OF
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import (
    KAKU,
    SATO,
    TANAKA,
    determination,
    notice,
    revision,
    slip,
    write_determinations,
    write_notices,
)

ON = ("--as-of", "2025-09-10", *OFFICER)
PAID = date(2025, 9, 1)
EARLY = date(2025, 6, 10)


@pytest.fixture
def levied(town: Typist, tmp_path: Path) -> Typist:
    """佐藤は 500,000円、田中と架空商事は 50,000円。納期限は6月30日。"""
    rows = (determination(SATO, 1, 500_000), determination(TANAKA), determination(KAKU))
    town.take("determinations", write_determinations(tmp_path / "d.csv", *rows), "--as-of", AS_OF)
    return town


@pytest.fixture
def pay(levied: Typist, tmp_path: Path) -> Any:
    """済通一枚を取り込む。"""

    def one(who: str, amount: int, paid_on: date = PAID, **changes: Any) -> None:
        number = len(list(tmp_path.glob("p*.csv"))) + 1
        path = write_notices(tmp_path / f"p{number}.csv", notice(number, who, amount, paid_on, **changes),
                             on=date(2025, 9, 10), sequence=number)  # fmt: skip
        levied.take("receipts", path, "--channel", "bank", "--as-of", "2025-09-10")

    return one


def charge(osame: Typist, who: str) -> dict[str, Any]:
    return osame.json("charge", "list", who)[0]


def receipt(osame: Typist, who: str) -> str:
    """The number of the receipt, read off the history as an officer reads it."""
    history = osame.json("charge", "show", slip(who), "--as-of", "2025-09-10")["history"]
    note = [each["note"] for each in history if each["what"] == "収納"][-1]
    return note.rpartition("番号 ")[2]


def test_money_without_an_owner_is_found_one(levied: Typist, pay: Any) -> None:
    """不明入金は一覧に出て、期別に消し込める。二度目は無害、別の期別へは断る。"""
    pay(SATO, 50_000, EARLY, slip_number=999_999, payer_kana="ﾀﾅｶ")
    (held,) = levied.json("receipt", "held")
    assert (held["amount"], held["paid_on"], held["channel"]) == (50_000, "2025-06-10", "01")
    assert "50,000" in levied.ok("receipt", "held")
    key = held["receipt_key"]
    assert "消し込みました" in levied.ok("receipt", "identify", key, slip(TANAKA), *ON)
    assert "何も変えていません" in levied.ok("receipt", "identify", key, slip(TANAKA), *ON)
    levied.refused("receipt", "identify", key, slip(KAKU), *ON)
    assert charge(levied, TANAKA)["principal_tax"] == 0
    assert levied.json("receipt", "held") == []
    assert "調査中の入金の一覧にありません" in levied.refused("receipt", "identify", UUID(int=1), slip(KAKU), *ON)
    levied.ok("ledger", "verify")


def test_a_dishonoured_payment_is_taken_back(levied: Typist, pay: Any) -> None:
    """不渡り。収納は取り消され、未納と延滞金が戻り、元の記録と理由が残る。"""
    pay(SATO, 500_000)
    assert charge(levied, SATO)["delinquency_charge"] == 4_800
    key = receipt(levied, SATO)
    words = ("receipt", "cancel", key, slip(SATO), "--reason", "dishonour", "--note", "小切手の不渡り", *ON)
    assert "取り消しました" in levied.ok(*words)
    assert "既に取り消しています。何も変えていません" in levied.ok(*words)
    assert charge(levied, SATO)["principal_tax"] == 500_000
    shown = levied.ok("charge", "show", slip(SATO), "--as-of", "2025-09-10")
    for told in ("収納（取消済み）", "収納の取消し", "小切手の不渡り"):
        assert told in shown
    assert levied.json("receipt", "held") == []
    levied.ok("ledger", "verify")


def test_a_wrong_match_goes_back_to_suspense(levied: Typist, pay: Any) -> None:
    """誤消込。金は市に残るので、調査中の入金に戻る。説明のない取消しと、ない収納の取消しは断る。"""
    pay(TANAKA, 50_000, EARLY)
    key = receipt(levied, TANAKA)
    assert "理由の説明がありません" in levied.refused("receipt", "cancel", key, slip(TANAKA), "--note", " ", *ON)
    assert "その収納はありません" in levied.refused("receipt", "cancel", UUID(int=1), slip(TANAKA), "--note", "誤", *ON)
    levied.refused("receipt", "cancel", key, slip(TANAKA), "--note", "誤", "--reason", "whim", *ON, code=2)
    levied.ok("receipt", "cancel", key, slip(TANAKA), "--note", "他人の納付", *ON)
    assert charge(levied, TANAKA)["principal_tax"] == 50_000
    (held,) = levied.json("receipt", "held")
    assert (held["amount"], held["paid_on"]) == (50_000, "2025-06-10")
    levied.ok("ledger", "verify")


def test_a_receipt_moves_with_its_day(levied: Typist, pay: Any) -> None:
    """組替え。領収日を引き継ぐので、組替え先に延滞金は付かない。"""
    pay(TANAKA, 500_000, EARLY)
    words = ("receipt", "move", receipt(levied, TANAKA), slip(TANAKA), slip(SATO), "--note", "佐藤さんの納付", *ON)
    assert "組み替えました" in levied.ok(*words)
    assert "何も変えていません" in levied.ok(*words)
    assert (charge(levied, TANAKA)["received"], charge(levied, TANAKA)["overpayment"]) == (0, 0)
    assert (charge(levied, SATO)["principal_tax"], charge(levied, SATO)["delinquency_charge"]) == (0, 0)
    levied.ok("ledger", "verify")


def test_slips_are_entered_in_a_bundle(levied: Typist, tmp_path: Path) -> None:
    """束の入力。件数・合計が合わない、照合者が同じ、同じ済通番号、領収日が先、のどれも確定しない。"""
    path = tmp_path / "slips.csv"
    head = "納付書番号,金額,領収日,済通番号\n"
    good = f"{head}{slip(TANAKA)},50000,R7.9.1,A1\n{slip(SATO)},10000,2025-09-02,A2\n"
    path.write_text(good, encoding="utf-8")
    base = ("receipt", "enter", path, "--received-on", "2025-09-02", "--checked-by", "高橋", *OFFICER)
    assert "束の件数または合計と合いません" in levied.refused(*base, "--count", 2, "--total", 60_001)
    same = ("receipt", "enter", path, "--received-on", "2025-09-02", "--checked-by", "山本", *OFFICER)
    assert "別の職員の照合" in levied.refused(*same, "--count", 2, "--total", 60_000)
    assert "消込 2 件、保留 0 件、不受理 0 件" in levied.ok(*base, "--count", 2, "--total", 60_000)
    assert "何も変えていません" in levied.ok(*base, "--count", 2, "--total", 60_000)
    assert (charge(levied, TANAKA)["principal_tax"], charge(levied, SATO)["principal_tax"]) == (0, 490_000)
    path.write_text(f"{head}{slip(KAKU)},1,R7.9.1,B1\n{slip(KAKU)},1,R7.9.1,B1\n", encoding="utf-8")
    assert "2行目にもあります" in levied.refused(*base, "--count", 2, "--total", 2)
    path.write_text(f"{head}{slip(KAKU)},1,R7.9.3,B1\n", encoding="utf-8")
    assert "より後です" in levied.refused(*base, "--count", 1, "--total", 1)
    path.write_text(good, encoding="cp932")
    assert "UTF-8" in levied.refused(*base, "--count", 2, "--total", 60_000)
    levied.ok("ledger", "verify")


def test_distributions_and_deposit_payouts_are_counted_apart(levied: Typist, tmp_path: Path) -> None:
    """配当（15）と供託の払渡し（16）を、ほかの収納と分けて計上する。取り消せば戻る。"""
    for channel, number, amount in (("15", "H1", 30_000), ("16", "K1", 20_000)):
        path = tmp_path / f"{channel}.csv"
        path.write_text(f"納付書番号,金額,領収日,済通番号\n{slip(TANAKA)},{amount},R7.9.1,{number}\n", encoding="utf-8")
        words = ("--received-on", "2025-09-02", "--checked-by", "高橋", "--count", 1, "--total", amount)
        assert "消込 1 件" in levied.ok("receipt", "enter", path, "--channel", channel, *words, *OFFICER)
    assert charge(levied, TANAKA)["principal_tax"] == 0
    sheet = levied.json("close", "sheet", "2025-09-02")
    assert {(line["channel"], line["amount"]) for line in sheet["lines"]} == {("15", 30_000), ("16", 20_000)}
    words = (
        "receipt",
        "cancel",
        receipt(levied, TANAKA),
        slip(TANAKA),
        "--reason",
        "channel",
        "--note",
        "配当の取消し",
    )
    levied.ok(*words, *ON)
    assert charge(levied, TANAKA)["principal_tax"] > 0
    levied.ok("ledger", "verify")


def test_the_same_slip_in_another_bundle_is_rejected(levied: Typist, tmp_path: Path) -> None:
    """同じ済通を別の束で入力しても、二度は消し込まない。誤って入れた分は取り消し、元の記録が残る。"""
    path = tmp_path / "slips.csv"
    row = f"{slip(TANAKA)},20000,R7.9.1,A1\n"
    path.write_text(f"納付書番号,金額,領収日,済通番号\n{row}", encoding="utf-8")
    base = ("receipt", "enter", path, "--received-on", "2025-09-02", "--checked-by", "高橋", *OFFICER)
    levied.ok(*base, "--count", 1, "--total", 20_000)
    path.write_text(f"納付書番号,金額,領収日,済通番号\n{row}{slip(KAKU)},50000,R7.9.1,A3\n", encoding="utf-8")
    told = levied.ok(*base, "--count", 2, "--total", 70_000)
    assert "消込 1 件、保留 0 件、不受理 1 件" in told
    assert "2行目" in told
    assert charge(levied, TANAKA)["principal_tax"] == 30_000
    words = ("receipt", "cancel", receipt(levied, TANAKA), slip(TANAKA), "--reason", "channel", "--note", "打ち間違い")
    levied.ok(*words, *ON)
    assert charge(levied, TANAKA)["principal_tax"] == 50_000
    assert "収納（取消済み）" in levied.ok("charge", "show", slip(TANAKA), "--as-of", "2025-09-10")


def test_an_override_needs_two_and_is_released(levied: Typist, pay: Any) -> None:
    """延滞金の強制入力。承認者が同じなら断り、解除すれば自動計算に戻り、どちらも履歴に残る。"""
    pay(SATO, 500_000)
    words = ("receipt", "override", slip(SATO), "--amount", 1_000, *ON)
    assert "別の職員の承認" in levied.refused(*words, "--note", "減免", "--approved-by", "山本")
    assert "理由がありません" in levied.refused(*words, "--note", " ", "--approved-by", "伊藤")
    levied.refused("receipt", "override", slip(SATO), "--amount", -1, "--note", "誤", "--approved-by", "伊藤", code=2)
    assert "入力しました" in levied.ok(*words, "--note", "やむを得ない理由", "--approved-by", "伊藤")
    assert levied.json("charge", "quote", slip(SATO), "--as-of", "2025-12-01")["delinquency_charge"] == 1_000
    assert "自動計算に戻しました" in levied.ok("receipt", "release-override", slip(SATO), *ON)
    assert levied.json("charge", "quote", slip(SATO), "--as-of", "2025-12-01")["delinquency_charge"] == 4_800
    shown = levied.ok("charge", "show", slip(SATO), "--as-of", "2025-12-01")
    for told in ("延滞金の強制入力", "強制入力の解除", "やむを得ない理由（入力 山本、承認 伊藤）"):
        assert told in shown
    levied.ok("ledger", "verify")


def test_an_override_outlives_payments_and_corrections(levied: Typist, pay: Any, tmp_path: Path) -> None:
    """完納の前に入力した額は、その後の更正と納付の後でも自動計算に代わる。入力がなければ、解除するものもない。"""
    words = ("receipt", "override", slip(SATO), "--amount", 0, "--note", "災害", "--approved-by", "伊藤", *ON)
    levied.ok(*words)
    row = revision(SATO, 1, 480_000, -20_000, determined_on=date(2025, 8, 1))
    levied.take("determinations", write_determinations(tmp_path / "r.csv", row), "--as-of", "2025-08-01")
    assert levied.json("charge", "quote", slip(SATO), "--as-of", "2025-12-01")["delinquency_charge"] == 0
    pay(SATO, 480_000)
    assert levied.json("charge", "quote", slip(SATO), "--as-of", "2025-12-01")["total"] == 0
    assert "強制入力はありません" in levied.ok("receipt", "release-override", slip(TANAKA), *ON)
    levied.ok("ledger", "verify")


def test_the_history_tells_channel_shop_and_days(levied: Typist, pay: Any) -> None:
    """収納履歴。チャネル、店舗、領収日、収入日、取込番号と行を、取消しとともに日の順に示す。"""
    pay(TANAKA, 20_000, date(2025, 7, 15))
    pay(TANAKA, 10_000, date(2025, 7, 10))
    history = levied.json("charge", "show", slip(TANAKA), "--as-of", "2025-09-10")["history"]
    assert [(each["on"], each["amount"]) for each in history if each["what"] == "収納"] == [
        ("2025-07-10", 10_000), ("2025-07-15", 20_000)
    ]  # fmt: skip
    note = next(each["note"] for each in history if each["what"] == "収納")
    for told in ("収入日 2025-07-10", "チャネル 01", "店舗 0155", "取込番号"):
        assert told in note
