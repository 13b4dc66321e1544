"""担保についての行いと、納付の委託。求めに応じないことは取消しの事由になり、証券は、金が届くまで取立済みにならない。"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from typer.testing import CliRunner

from osame.collection.cases.batch import refresh_cases
from osame.collection.cases.queries import tasks_of
from osame.collection.grace.actions import Security, take_security
from osame.collection.grace.cli import app
from osame.collection.grace.deciding import Decision, Judgement, expire_graces, propose_decision
from osame.collection.grace.entrusting import (
    GraceOfOthers,
    MoneyNotCome,
    NewPaper,
    PaperNotDue,
    PaperSettled,
    entrust,
    paper_numbered,
    papers,
    reentrust,
    settle_paper,
)
from osame.collection.grace.models import EntrustedPaper, GraceSecurity, SecurityAct
from osame.collection.grace.queries import grace_file
from osame.collection.grace.securing import (
    AskingNeedsDay,
    GuarantorIsNotified,
    NewSecurityAct,
    NotDisposed,
    NothingAsked,
    StillInGrace,
    act_on_security,
)
from osame.collection.letters.printing import print_run
from osame.collection.matching.importing import import_receipts
from osame.law.conditions import ConditionNotMet
from osame.law.payment_entrustment import EntrustmentGround
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, SATO, notice, write_notices
from tests.systems.collection.demand_cast import charge_of
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.test_grace import DAY, applied, as_officer, decided
from tests.systems.collection.test_letters import texts

__all__ = ["applied"]
ARREARS = "osame-purpose=arrears_management"
State, Kind = EntrustedPaper.State, SecurityAct.Kind
PAYABLE = date(2026, 5, 29)


def cheque(**changes: object) -> NewPaper:
    told = {
        "addressee_number": SATO, "charges": (charge_of(SATO),), "kind": EntrustedPaper.Kind.POSTDATED_CHEQUE,
        "ground": EntrustmentGround.SINCERE, "paper_number": "AB12345", "drawer": "架空商事株式会社",
        "payable_at": "架空銀行 本店", "amount": 200_000, "payable_on": PAYABLE, "certain_because": "支払場所に残高を確かめた",
    } | changes  # fmt: skip
    return NewPaper(**told)  # type: ignore[arg-type]


def letters(form: str = "R-075") -> list[str]:
    return [
        page
        for (run_id,) in fetch_all("SELECT run_id FROM letter_run WHERE form = %s ORDER BY run_id", [form])
        for page in texts(print_run(run_id).directory)
    ]


def test_the_law_is_asked_before_a_paper_is_taken(applied: Callable[..., tuple[str, int]]) -> None:
    key = applied()
    for changes, part in (
        ({"amount": 2_000_000}, "証券の額が徴収金の額を超えない"), ({"payable_on": DAY}, "支払期日が、受け取る日より後である"),
        ({"amount": 2_000_000, "payable_on": date(2027, 1, 29)}, "証券の額が徴収金の額を超えない"),  # 翌年の割合は、まだない
        ({"ground": EntrustmentGround.LATER_DUE}, "納期限が、支払期日以後に来る"),
        ({"cost_settled": False}, "取立ての費用を併せて提供した"),
    ):  # fmt: skip
        with pytest.raises(ConditionNotMet, match=part):
            entrust(cheque(**changes), as_of=DAY, officer=OFFICER)
    with pytest.raises(GraceOfOthers):
        entrust(cheque(ground=EntrustmentGround.GRACE, grace_id=key[1]), as_of=DAY, officer=OFFICER)
    assert fetch_one("SELECT count(*) FROM entrusted_paper") == (0,)


def test_a_paper_is_collected_only_when_its_money_has_come(
    applied: Callable[..., tuple[str, int]], tmp_path: Path
) -> None:
    key = applied()
    decided(key, Decision.GRANT)
    number = entrust(cheque(ground=EntrustmentGround.GRACE, grace_id=key[1]), as_of=DAY, officer=OFFICER)
    assert grace_file(key).secured == 200_000  # 証券の限度で、担保の提供があったものとする
    (receipt,) = letters()
    for part in ("納付受託証書", "200,000円", "AB12345", "架空商事株式会社", "令和8年5月29日", "第16条の2第2項"):
        assert part in receipt, part
    refresh_cases(as_of=date(2026, 7, 1), officer=OFFICER)
    assert [each.due_on for each in tasks_of(SATO) if each.kind == "17"] == [PAYABLE]
    reentrust(number, "架空銀行", as_of=DAY)
    with pytest.raises(PaperNotDue):
        settle_paper(number, State.COLLECTED, "入金", as_of=DAY, officer=OFFICER)
    with pytest.raises(MoneyNotCome, match="納まった額0円"):
        settle_paper(number, State.COLLECTED, "入金", as_of=date(2026, 6, 1), officer=OFFICER)
    path = write_notices(tmp_path / "cheque.csv", notice(1, SATO, 200_000, PAYABLE), on=PAYABLE)
    assert (
        import_receipts(path, profile="bank_notice_v0", as_of=date(2026, 6, 1), officer=OFFICER).amount_matched
        == 200_000
    )
    assert (
        settle_paper(number, State.COLLECTED, "取立金を収納", as_of=date(2026, 6, 1), officer=OFFICER)
        is State.COLLECTED
    )
    twin = entrust(cheque(payable_on=date(2026, 5, 28)), as_of=DAY, officer=OFFICER)
    with pytest.raises(MoneyNotCome, match="納まった額0円"):  # 一つの入金は、一つの証券の取立てにしかならない
        settle_paper(twin, State.COLLECTED, "入金", as_of=date(2026, 6, 1), officer=OFFICER)
    settle_paper(twin, State.RETURNED, "返した", as_of=date(2026, 6, 1), officer=OFFICER)
    with pytest.raises(PaperSettled):
        settle_paper(number, State.DISHONOURED, "残高不足", as_of=date(2026, 6, 1), officer=OFFICER)
    assert (papers(), grace_file(key).secured) == ((), 0)
    with pytest.raises(DatabaseError, match="書き換えられません"), transaction.atomic():
        run_sql("UPDATE entrusted_paper SET state = '1', settled_on = NULL")


def test_a_dishonoured_paper_is_told_and_no_longer_secures(applied: Callable[..., tuple[str, int]]) -> None:
    key = applied()
    decided(key, Decision.GRANT)
    number = entrust(cheque(ground=EntrustmentGround.GRACE, grace_id=key[1]), as_of=DAY, officer=OFFICER)
    settle_paper(number, State.DISHONOURED, "残高不足", as_of=PAYABLE, officer=OFFICER)
    assert grace_file(key).secured == 0
    assert "受託した証券の不渡りの通知" in letters()[1]
    assert "令和8年6月8日" in letters()[1]


def test_more_security_is_asked_and_refusing_it_is_a_ground_to_cancel(
    applied: Callable[..., tuple[str, int]],
) -> None:
    key = applied()
    decided(key, Decision.GRANT)
    land = take_security(key, Security(GraceSecurity.Kind.LAND, "架空市岩渕1番の土地", 600_000, DAY), officer=OFFICER)
    suretyship = take_security(key, Security(GraceSecurity.Kind.GUARANTOR, "田中 一郎", 600_000, DAY), officer=OFFICER)

    def act(kind: SecurityAct.Kind, security: int = land, on: date = DAY, **more: object) -> None:
        new = NewSecurityAct(kind, "地価が下がった。増担保を求める", **more)  # type: ignore[arg-type]
        act_on_security(key, security, new, as_of=on, officer=OFFICER)

    for kind, refusal in ((Kind.ASKED, AskingNeedsDay), (Kind.REFUSED, NothingAsked), (Kind.DISPOSED, StillInGrace),
                          (Kind.PROCEEDS, NotDisposed)):  # fmt: skip
        with pytest.raises(refusal):
            act(kind)
    act(Kind.ASKED, through=date(2026, 3, 31))
    (asking,) = letters()
    for part in ("増担保の提供などの求め", "令和8年3月31日", "架空市岩渕1番の土地", "第16条第3項"):
        assert part in asking, part
    assert not grace_file(key).is_security_refused
    act(Kind.REFUSED, on=date(2026, 4, 1))
    with as_officer(OFFICER):
        number = propose_decision(
            key, Decision.CANCEL, Judgement("担保の求めに応じない", hearing="聴いた"), as_of=date(2026, 4, 1)
        )
    (content,) = fetch_one("SELECT content->>'conditions' FROM proposal WHERE proposal_id = %s", [number])
    assert "増担保の求めに応じない" in content
    expire_graces(as_of=date(2027, 3, 2), officer=OFFICER)
    with pytest.raises(GuarantorIsNotified):
        act(Kind.DISPOSED, suretyship, date(2027, 3, 2))
    act(Kind.DISPOSED, on=date(2027, 3, 2))
    act(Kind.PROCEEDS, on=date(2027, 6, 1), amount=500_000)
    assert [each.kind for each in grace_file(key).securities[0].acts] == [
        Kind.ASKED,
        Kind.REFUSED,
        Kind.DISPOSED,
        Kind.PROCEEDS,
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("DELETE FROM security_act")


def test_the_pages_and_the_commands(applied: Callable[..., tuple[str, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    key = applied()
    decided(key, Decision.GRANT)
    land = take_security(key, Security(GraceSecurity.Kind.LAND, "架空市岩渕1番の土地", 600_000, DAY), officer=OFFICER)
    with pages_on(DAY.isoformat(), monkeypatch):
        desk = officer_at_desk("A0001", "山本 昇", "collection_clerk")
        address = f"/people/{SATO}/papers/new/?{ARREARS}"
        told = fields(desk.get(address)) | {
            "charges": [charge_of(SATO)], "ground": "SINCERE", "grace_id": "", "kind": "1", "paper_number": "AB1",
            "drawer": "架空商事", "payable_at": "架空銀行", "amount": "100,000", "payable_on": "R8.5.29",
            "certain_because": "残高を確かめた", "cost_settled": "on",
        }  # fmt: skip
        made = desk.post(address, told)
        assert made.status_code == 302, made.context["form"].errors
        place = f"{made.headers['Location']}?{ARREARS}"
        assert desk.get(place).status_code == 200, text(desk.get(place))[-3000:]
        refused = desk.post(place, fields(desk.get(place)) | {"act": "3", "note": "残高不足"})
        assert (refused.status_code, "支払期日の前です" in text(refused)) == (422, True)
        assert "AB1" in text(desk.get(place))
        assert "100,000" in text(desk.get(f"/graces/papers/?{ARREARS}"))
        act = f"/graces/{key[1]}/security/{land}/act/?{ARREARS}"
        asked = {"kind": "1", "note": "地価が下がった", "through": "R8.3.31", "amount": ""}
        assert desk.post(act, fields(desk.get(act)) | asked).status_code == 302
        assert "増担保などを求めた：地価が下がった" in text(desk.get(f"/graces/{key[1]}/?{ARREARS}"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")

    def call(*words: str) -> str:
        answer = CliRunner().invoke(app, list(words))
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    (charge,) = fetch_one("SELECT slip_number FROM charge WHERE charge_id = %s", [charge_of(SATO)])
    call("entrust", SATO, "--amount", "50000", "--payable-on", "2026-06-30", "--paper", "CD9,架空商事,架空銀行", "--certain", "確かめた",
         "--charge", str(charge), "--as-of", "2026-03-02")  # fmt: skip
    number = str(papers()[-1].paper.paper_id)
    call("settle-paper", number, "4", "差し替えのため返した", "--as-of", "2026-03-03")
    assert paper_numbered(int(number)).state is State.RETURNED
    assert "返還" in call("papers", "--all")
    call("security-act", str(key[1]), str(land), "2", "土地を追加した", "--as-of", "2026-03-20")
    assert not grace_file(key).is_security_refused
