"""担保権付財産が譲渡されたときの、質権者・抵当権者の受ける配当からの徴収。限度の内でだけ、二人目の職員を経て通知し、配当は一度だけ期別に入る。"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from osame.collection.arrears.stages import stages_of
from osame.collection.assets.models import ThirdParty
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.liabilities.transfer_cli import app
from osame.collection.liabilities.transfer_deciding import (
    NothingFromCreditor,
    propose_transfer_cancel,
    propose_transfer_notice,
    propose_transfer_request,
)
from osame.collection.liabilities.transfer_measuring import (
    Conveyed,
    OtherClaimUnreadable,
    TransferTerms,
    other_claims,
    transfer_measured,
)
from osame.collection.liabilities.transfer_models import EncumberedTransfer
from osame.collection.liabilities.transfer_paying import DividendBeyondLimit, receive_dividend, refresh_transfers
from osame.collection.liabilities.transfer_queries import transfer_file
from osame.kernel.money import Yen
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureStage, TransitionNotAllowed
from osame.law.distribution import Creditor, CreditorKind
from osame.law.encumbered_transfer import limit_from_creditor
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination, notice, slip
from tests.systems.collection.demand_cast import charge_of, levy, set_value
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import as_officer, asset_of, carried, party_of
from tests.systems.collection.suspension_cast import pay_late, today
from tests.systems.collection.test_letters import texts
from tests.systems.collection.test_suspension_pages import ARREARS, call, proposal, sent
from tests.systems.collection.weighty import Weighty

BANK, COURT = ThirdParty.Kind.BANK, ThirdParty.Kind.COURT
ESTATE = "架空市岩渕1番の土地"


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤は二期を滞納し（法定納期限等は令和7年）、抵当権を付けた土地を譲渡した。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, determination(SATO, 1, 500_000), determination(SATO, 2, 300_000, due_on=date(2025, 8, 31)))
    return tmp_path


@pytest.fixture
def desk(owing: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with pages_on(today().isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def conveyed(proceeds: int = 5_000_000, secured: int = 4_800_000, others: str = "") -> Conveyed:
    return Conveyed(
        party_of(BANK, "架空銀行"), EncumberedTransfer.Security.MORTGAGE, ESTATE, "譲受 三郎", date(2025, 10, 1),
        date(2025, 12, 1), secured, proceeds, other_claims(others),
    )  # fmt: skip


def terms(given: Conveyed | None = None, *numbers: int, found: bool = True) -> TransferTerms:
    charges = tuple(charge_of(SATO, each) for each in numbers or (1,))
    return TransferTerms(SATO, given or conveyed(), charges, "登記事項証明書", "調査のとおり", found)


def notified(asked: TransferTerms | None = None) -> int:
    with as_officer(OFFICER):
        number = propose_transfer_notice(asked or terms(), as_of=today())
    assert "通知し" in carried(number)
    return int(fetch_all("SELECT max(encumbered_transfer_id) FROM encumbered_transfer")[0][0])


def requested(number: int) -> int:
    """交付要求をした束の番号。"""
    body = party_of(COURT, "津地方裁判所")
    with as_officer(OFFICER):
        again = propose_transfer_request(number, body, "令和8年(ケ)第3号", reason="競売の開始", as_of=today())
    assert "交付要求をし" in carried(again)
    return int(fetch_all("SELECT max(run_id) FROM letter_run")[0][0])


# -- the limit ----------------------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
@given(
    proceeds=st.integers(1, 20_000_000),
    secured=st.integers(1, 20_000_000),
    tax=st.integers(1, 5_000_000),
    cost=st.integers(0, 300_000),
    first=st.integers(0, 8_000_000),
    later=st.integers(0, 8_000_000),
)
def test_the_limit_is_what_the_creditor_gained_by_the_transfer(
    proceeds: int, secured: int, tax: int, cost: int, first: int, later: int
) -> None:
    """順に引くだけの計算と同じになる。費用、法定納期限等の前の抵当権、（市税）、この抵当権、後の抵当権の順。"""
    kind = CreditorKind.SECURED
    others = [
        Creditor("費用", CreditorKind.PROCEDURE_COST, Yen(cost)), Creditor("先順位", kind, Yen(first), date(2025, 1, 1)),
        Creditor("後順位", kind, Yen(later), date(2025, 11, 1)),
        Creditor("譲受人の税", CreditorKind.SEIZING_TAX, Yen(later), date(2024, 1, 1)),  # 譲渡の前の担保権に後れる
    ]  # fmt: skip
    own = Creditor("市税", CreditorKind.REQUESTING_TAX, Yen(tax), date(2025, 6, 30))
    mortgage = Creditor("架空銀行", kind, Yen(secured), date(2025, 10, 1))
    found = limit_from_creditor(Yen(proceeds), mortgage, others, [own], transferred_on=date(2025, 12, 1))
    room = max(0, proceeds - cost - first)
    actual, assumed = min(secured, room), min(secured, max(0, room - tax))
    assert (found.actual, found.assumed, found.limit) == (actual, assumed, actual - assumed)


def test_the_amount_is_measured_and_the_law_is_asked_first(owing: Path) -> None:
    base = conveyed()
    found = transfer_measured(terms(base), as_of=today())
    assert (found.limit.actual, found.amount) == (4_800_000, found.limit.limit)
    assert found.limit.limit == 4_800_000 - found.limit.assumed
    assert any("譲渡" in each.text for each in found.conditions.items)
    wrong = (
        (terms(base, found=False), ConditionNotMet, "十分な財産"),
        (terms(replace(base, registered_on=date(2025, 1, 1))), ConditionNotMet, "法定納期限等より後"),
        (terms(replace(base, transferred_on=date(2025, 9, 1))), ConditionNotMet, "譲渡した"),
        (terms(replace(base, proceeds=9_000_000)), NothingFromCreditor, "0円"),
    )
    with as_officer(OFFICER):
        for asked, refusal, words in wrong:
            with pytest.raises(refusal, match=words):
                propose_transfer_notice(asked, as_of=today())
        with pytest.raises(OtherClaimUnreadable):
            other_claims("担保権 架空信金 百万 R5.4.1")
    asset_of(amount=5_000_000)  # 納税者の財産で足りる
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="不足"):
        propose_transfer_notice(terms(base), as_of=today())


# -- the way ------------------------------------------------------------------------------------------------------


def test_the_share_is_requested_and_goes_once_to_the_transferor(owing: Path) -> None:
    number = notified()
    head = transfer_file(number).head
    assert 0 < head.amount <= head.limit_yen
    assert Procedure.ENCUMBERED_TRANSFER in stages_of(SATO, as_of=today())[charge_of(SATO)]
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="通知していない"):
        propose_transfer_notice(terms(replace(conveyed(), creditor_id=head.creditor_id)), as_of=today())
    with pytest.raises(TransitionNotAllowed):  # 交付要求の前に、配当はない
        receive_dividend(number, 1, as_of=today(), officer=OFFICER)
    requested(number)
    with pytest.raises(DividendBeyondLimit):
        receive_dividend(number, head.limit_yen + 1, as_of=today(), officer=OFFICER)
    receive_dividend(number, 150_000, as_of=today(), officer=OFFICER)
    assert refresh_transfers(as_of=today(), officer=OFFICER) == (0, 0)  # まだ納まっていない
    ((number_of_slip, before),) = fetch_all(
        "SELECT s.slip_number, (SELECT principal_tax FROM charge WHERE charge_id = %s) FROM encumbered_transfer_slip s",
        [charge_of(SATO)],
    )
    pay_late(owing, notice(1, SATO, 150_000, today(), slip_number=number_of_slip), on=today(), sequence=1)
    assert fetch_all("SELECT principal_tax FROM charge WHERE charge_id = %s", [charge_of(SATO)]) == [
        (before - 150_000,)
    ]
    assert transfer_file(number).head.limit_left == head.limit_yen - 150_000
    assert refresh_transfers(as_of=today(), officer=OFFICER) == (1, 0)
    assert transfer_file(number).head.stage is ProcedureStage.COMPLETED
    assert verify_everything().sound


def test_a_cancelled_collection_tells_everybody_and_can_begin_again(owing: Path) -> None:
    number = notified()
    requested(number)
    with as_officer(OFFICER):
        again = propose_transfer_cancel(number, reason="競売の取下げ")
    carried(again)
    assert transfer_file(number).head.stage is ProcedureStage.CANCELLED
    ((run, told),) = fetch_all("SELECT run_id, count(*) FROM letter GROUP BY run_id ORDER BY run_id DESC LIMIT 1")
    assert told == 3  # 抵当権者、裁判所、納税者
    assert all("徴収取消通知書" in page for page in texts(print_run(run).directory)[::2])
    with as_officer(OFFICER), pytest.raises(TransitionNotAllowed):
        propose_transfer_cancel(number, reason="もう一度")
    notified()


def test_no_sql_goes_round_the_second_officer(owing: Path) -> None:
    number = notified()
    for statement in (
        "UPDATE encumbered_transfer SET limit_yen = 9000000",
        "UPDATE encumbered_transfer SET stage = 'COLLECTING'",
        "DELETE FROM encumbered_transfer_charge",
        f"INSERT INTO encumbered_transfer_event SELECT addressee_number, {number}, 9, 'APPLY', 'IN_FORCE', 'COLLECTING', 'x', "
        "happened_on, '', proposal_id, officer FROM encumbered_transfer_event",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)


# -- letters, pages, commands -------------------------------------------------------------------------------------


def test_the_papers_name_the_property_and_not_where_a_protected_person_lives(owing: Path) -> None:
    run_sql(
        "UPDATE addressee SET address = '架空市秘密町1番地', protection_measure = true WHERE addressee_number = %s",
        [SATO],
    )
    number = notified()
    (run,) = fetch_all("SELECT max(run_id) FROM letter_run")[0]
    shown = fetch_all("SELECT context::text FROM letter WHERE run_id = %s", [run])[0][0]
    assert ESTATE in shown
    assert "記載しません" in shown
    assert "秘密町" not in shown
    asked = requested(number)
    for (context,) in fetch_all("SELECT context::text FROM letter WHERE run_id = %s", [asked]):
        assert "秘密町" not in context


def test_from_the_proposal_to_the_dividend_on_the_pages(desk: Client) -> None:
    bank, court = party_of(BANK, "架空銀行"), party_of(COURT, "津地方裁判所")
    told = {"creditor": bank, "security": "2", "property_text": ESTATE, "transferee": "譲受 三郎", "registered_on": "R7.10.1",
            "transferred_on": "R7.12.1", "secured_claim": "4800000", "proceeds": "5000000", "charges": [charge_of(SATO)],
            "facts": "登記", "reason": "調査のとおり", "was_without_other": "on"}  # fmt: skip
    place = f"/people/{SATO}/encumbered-transfers/new/"
    wrong = sent(desk, place, **told, others="費用")
    assert wrong.status_code == 422  # type: ignore[attr-defined]
    assert "ほかの債権が読み取れません" in text(wrong)
    done = sent(desk, place, **told, others="費用 手数料 100,000円\n担保権 架空信金 50,000 R8.1.5")
    assert done.status_code == 302, text(done)  # type: ignore[attr-defined]
    carried(proposal("liability"))
    page = text(desk.get(f"/encumbered-transfers/1/?{ARREARS}"))
    for part in (
        "第14条の16第2項",
        "実際の配当",
        "納税者の財産とみなした配当",
        "交付要求を起案する",
        "担保権付財産の徴収通知書",
    ):
        assert part in page, part
    assert "質権者・抵当権者からの徴収" in text(desk.get(f"/liabilities/?{ARREARS}"))
    asked = {"body": court, "case_number": "令和8年(ケ)第3号", "reason": "競売の開始"}
    assert sent(desk, "/encumbered-transfers/1/request/", **asked).status_code == 302  # type: ignore[attr-defined]
    carried(proposal("liability"))
    many = sent(desk, "/encumbered-transfers/1/dividend/", amount="9000000")
    assert "徴収できる額を超えています" in text(many)
    assert sent(desk, "/encumbered-transfers/1/dividend/", amount="100000").status_code == 302  # type: ignore[attr-defined]
    assert "配当済み" in text(desk.get(f"/encumbered-transfers/1/?{ARREARS}"))


def test_the_commands(desk: Client) -> None:
    weighty, bank, court = Weighty(), party_of(BANK, "架空銀行"), party_of(COURT, "津地方裁判所")
    given = ("--transferee", "譲受 三郎", "--registered", "R7.10.1", "--transferred", "R7.12.1", "--secured", "4800000",
             "--proceeds", "5000000", "--other", "費用 手数料 100,000円", "--charge", str(slip(SATO)))  # fmt: skip
    found = json.loads(call(app, "measure", SATO, str(bank), ESTATE, *given, "--json"))
    assert 0 < found["amount"] <= found["limit"]
    assert "【適】" in call(app, "measure", SATO, str(bank), ESTATE, *given)
    weighty.types(app, "propose", SATO, str(bank), ESTATE, "登記", "調査", *given)
    carried(proposal("liability"))
    assert json.loads(call(app, "list", "--json"))[0]["creditor"] == "架空銀行"
    weighty.types(app, "request", "1", str(court), "令和8年(ケ)第3号", "競売の開始")
    carried(proposal("liability"))
    assert "文書の束" in call(app, "dividend", "1", "100000")
    assert "実際の配当" in call(app, "show", "1")
    assert json.loads(call(app, "show", "1", "--json"))["transfer"]["dividend"] == 100_000
    assert "架空銀行" in call(app, "list", SATO)
