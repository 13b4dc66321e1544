"""繰上徴収と保全。条件から告知、督促なしの差押え、取消し、完納まで。確定の前の差押えは、確定するまで換価できない。"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.advances.actions import refresh_advances
from osame.collection.advances.deciding import (
    AdvancedAlready,
    AdvanceOfNothing,
    AdvanceTerms,
    DeadlineNotEarlier,
    DeadlinePassed,
    propose_advance,
    propose_cancel,
)
from osame.collection.advances.models import AdvanceCollection, Preservation
from osame.collection.advances.preserving import (
    PreservationClosed,
    PreservationTerms,
    fix_preservation,
    offer_security,
    propose_preservation,
    release_preservation,
)
from osame.collection.advances.queries import advance_file, deadlines_of, preservation_file, preservations_to_release
from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.stages import stages_of
from osame.collection.assets.queries import asset_numbered
from osame.collection.demands.estimates import estimated_charges
from osame.collection.demands.selection import list_due, select_candidates
from osame.collection.dispositions.collecting import Money, NotCollectable, collect, record_service
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.preserving import (
    NoDutyToRelease,
    NotYetFixed,
    PreservationSeizure,
    propose_preservation_seizure,
    release_preserved,
    take_over,
)
from osame.collection.dispositions.queries import disposition_file, dispositions_of
from osame.collection.dispositions.releasing import NoGroundToRelease, ReleaseJudgement, release
from osame.collection.dispositions.seizing import SeizureTerms, judge_seizure, propose_seizure
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.kernel.periods import months_after
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureStage, TransitionNotAllowed
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination, notice, revision
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.seizure_cast import as_officer, asset_of, carried
from tests.systems.collection.suspension_cast import pay_late, today
from tests.systems.collection.test_letters import texts

Ground = AdvanceCollection.Ground


def soon(days: int) -> date:
    return today() + timedelta(days=days)


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤の三期。どれも納期限の前である。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, *(
        determination(SATO, term, 50_000, due_on=soon(30 * term), determined_on=date(2026, 5, 1), levy_year=2026,
                      tax_year=2026)
        for term in (1, 2, 3)
    ), on=date(2026, 5, 1))  # fmt: skip
    return tmp_path


def terms(*numbers: int, days: int = 1, **changes: object) -> AdvanceTerms:
    facts = {"addressee_number": SATO, "ground": Ground.ENFORCEMENT, "evidence": "競売開始決定の官報", "deadline": soon(days),
             "charges": tuple(charge_of(SATO, each) for each in numbers), "reason": "ほかに財産がない"}  # fmt: skip
    return AdvanceTerms(**(facts | changes))  # type: ignore[arg-type]


def advanced(*numbers: int, days: int = 1) -> int:
    with as_officer(OFFICER):
        number = propose_advance(terms(*numbers, days=days), as_of=today())
    assert "告知し" in carried(number)
    return int(fetch_all("SELECT max(advance_collection_id) FROM advance_collection")[0][0])


def refused(asset: int, on: date, *numbers: int) -> list[str]:
    case = case_of(SATO, [charge_of(SATO, each) for each in numbers], as_of=on, but=asset_numbered(asset))
    return [each.key for each in judge_seizure(asset_numbered(asset), case, as_of=on).unmet]


def test_an_advance_lets_seizure_begin_the_day_after_without_a_demand(owing: Path) -> None:
    number = advanced(2, 3, days=1)  # 一部の期別だけ
    assert deadlines_of(SATO) == {charge_of(SATO, 2): soon(1), charge_of(SATO, 3): soon(1)}
    asset = asset_of()
    assert refused(asset, soon(1), 2) == ["overdue", "demanded"]
    assert refused(asset, soon(2), 2) == []
    assert refused(asset, soon(2), 1) == ["overdue", "demanded"]  # 繰り上げない期別は、元のまま
    (line,) = [
        each.line
        for each in judge_seizure(
            asset_numbered(asset), case_of(SATO, [charge_of(SATO, 2)], as_of=soon(2)), as_of=soon(2)
        ).items
        if each.key == "demanded"
    ]
    assert "繰上徴収の期限" in line
    assert "地方税法第331条第1項第2号" in line
    ((due, kept),) = fetch_all(
        "SELECT c.due_date, x.due_date FROM charge c JOIN advance_collection_charge x USING (addressee_number, charge_id) "
        "WHERE c.charge_id = %s",
        [charge_of(SATO, 2)],
    )
    assert due == kept == soon(60)  # 調定の納期限は動かない。延滞金は元の納期限から
    with transaction.atomic():
        list_due(as_of=soon(120))
        select_candidates(as_of=soon(120))
        assert sorted(row[0] for row in fetch_all("SELECT reason FROM demand_candidate")) == ["", "03", "03"]
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-107'")
    (page,) = texts(print_run(run_id).directory)
    for part in ("繰上徴収決定通知書", "佐藤花子様", "100,000円", "第13条の2第1項第1号", "督促をしないで", "審査請求"):
        assert part in page, part
    assert ProcedureStage.IN_FORCE in stages_of(SATO, as_of=today())[charge_of(SATO, 2)][Procedure.ADVANCE_COLLECTION]
    assert advance_file(number).head.left == 100_000
    assert verify_everything().sound


def test_a_cancelled_advance_restores_everything(owing: Path) -> None:
    before = case_of(SATO, [charge_of(SATO)], as_of=today())
    number = advanced(1)
    assert case_of(SATO, [charge_of(SATO)], as_of=today()) != before
    with as_officer(OFFICER):
        again = propose_cancel(number, reason="競売が取り下げられた")
    assert "元の納期限に戻りました" in carried(again)
    assert case_of(SATO, [charge_of(SATO)], as_of=today()) == before
    assert deadlines_of(SATO) == {}
    assert fetch_all("SELECT count(*) FROM demand_stop WHERE released_on IS NULL OR released_on > starts_on") == [(0,)]
    assert fetch_all("SELECT count(*) FROM prescription_event_advances") == [(0,)]
    assert fetch_all("SELECT count(*) FROM letter WHERE subject = %s", [f"advance:{number}"]) == [(2,)]
    with as_officer(OFFICER), pytest.raises(TransitionNotAllowed):
        propose_cancel(number, reason="もう一度")
    advanced(1)  # 改めて告知できる
    assert deadlines_of(SATO) == {charge_of(SATO): soon(1)}


def test_the_law_is_asked_first(owing: Path) -> None:
    with as_officer(OFFICER):
        for wrong, refusal in (
            (terms(1, days=30), DeadlineNotEarlier),
            (terms(1, days=-1), DeadlinePassed),
            (terms(), AdvanceOfNothing),
            (terms(1, is_uncollectable=False), ConditionNotMet),
        ):
            with pytest.raises(refusal):
                propose_advance(wrong, as_of=today())
        advanced(1)
        with pytest.raises(AdvancedAlready):
            propose_advance(terms(1), as_of=today())


def test_payment_or_seizure_ends_the_advance_and_keeps_its_deadline(owing: Path) -> None:
    paid, held = advanced(1), advanced(2, days=0)
    pay_late(owing, notice(1, SATO, 50_000, today()), on=today())
    asset = asset_of()
    with as_officer(OFFICER):
        with pytest.raises(ConditionNotMet, match="繰上徴収の期限"):
            propose_seizure(_seizure(asset, 2), as_of=today())
    assert refresh_advances(as_of=today(), officer=OFFICER) == (1, 0)
    assert advance_file(paid).head.stage is ProcedureStage.COMPLETED
    assert advance_file(held).head.stage is ProcedureStage.IN_FORCE
    assert charge_of(SATO, 2) in deadlines_of(SATO)


def _seizure(asset: int, term: int) -> SeizureTerms:
    return SeizureTerms(asset, "滞納", "残高の全額", (charge_of(SATO, term),), soon(10))


@pytest.mark.parametrize("statement", [
    "UPDATE advance_collection SET deadline = '2020-01-01'",
    "UPDATE advance_collection SET stage = 'NONE'",
    "DELETE FROM advance_collection_charge",
    "INSERT INTO advance_collection_event (addressee_number, advance_collection_id, event_number, act, from_stage, to_stage, article, "
    "happened_on, note, officer) SELECT addressee_number, advance_collection_id, 9, 'CANCEL', 'IN_FORCE', 'CANCELLED', '', "
    "'2026-01-01', '', '' FROM advance_collection",
])  # fmt: skip
def test_no_sql_advances_without_the_second_officer(owing: Path, statement: str) -> None:
    advanced(1)
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)


# -- preservation -------------------------------------------------------------------------------------------------


def preserved(kind: Preservation.Kind = Preservation.Kind.SEIZURE, amount: int = 80_000) -> int:
    deadline = soon(20) if kind is Preservation.Kind.SECURITY else None
    asked = PreservationTerms(
        SATO, kind, "2026年度 市町村たばこ税", "臨検により帳簿を領置した", amount, 100_000, "隠滅のおそれ", deadline
    )
    with as_officer(OFFICER):
        number = propose_preservation(asked, as_of=today())
    assert "通知し" in carried(number)
    return int(fetch_all("SELECT max(preservation_id) FROM preservation")[0][0])


def kept(preservation: int, asset: int) -> tuple[str, int]:
    asked = PreservationSeizure(preservation, asset, "残高の全額", "保全", soon(30))
    with as_officer(OFFICER):
        number = propose_preservation_seizure(asked, as_of=today())
    carried(number)
    return dispositions_of(SATO)[0].key


def test_a_preservation_seizure_waits_for_the_tax_and_then_becomes_a_seizure(owing: Path) -> None:
    number, asset = preserved(), asset_of()
    key = kept(number, asset)
    record_service(key, SeizureService(third_party_served_on=today()), officer=OFFICER)
    assert asset_numbered(asset).is_seized
    file = disposition_file(key)
    assert (file.head.procedure, file.parts) == (Procedure.PRESERVATION_SEIZURE, ())
    with pytest.raises(NotCollectable):  # 確定の前には、取り立てない
        collect(key, Money(1_000, today(), "銀行"), as_of=today(), officer=OFFICER)
    with pytest.raises(NoGroundToRelease):
        release(key, ReleaseJudgement("完納"), as_of=today(), officer=OFFICER)
    with pytest.raises(NoDutyToRelease):
        release_preserved(key, "理由なく", as_of=today(), officer=OFFICER)
    with pytest.raises(NotYetFixed):
        take_over(key, as_of=today(), officer=OFFICER)
    fix_preservation(number, (charge_of(SATO),), as_of=today(), officer=OFFICER)
    made = take_over(key, as_of=today(), officer=OFFICER)
    after = disposition_file(made)
    assert after.head.procedure is Procedure.SEIZURE
    assert (after.head.done_on, after.head.effect_on) == (file.head.done_on, today())
    assert [each.charge_id for each in after.parts] == [charge_of(SATO)]
    assert disposition_file(key).head.stage is ProcedureStage.CONVERTED
    assert asset_numbered(asset).is_seized
    told = "".join("".join(texts(print_run(run).directory)) for (run,) in fetch_all(
        "SELECT DISTINCT run_id FROM letter WHERE subject IN (%s, %s)", [f"disposition:{key[1]}", f"preservation:{number}"]))  # fmt: skip
    for part in ("保全差押金額通知書", "80,000円", "第16条の4", "税額が確定するまで、換価しません"):
        assert part in told, part
    assert verify_everything().sound


def test_security_or_time_releases_what_was_kept(owing: Path) -> None:
    number, asset = preserved(amount=100_000), asset_of()
    key = kept(number, asset)
    over = months_after(today(), 6) + timedelta(days=1)
    assert preservations_to_release(as_of=over - timedelta(days=1)) == ()
    assert [each.key for each in preservations_to_release(as_of=over)] == [(SATO, number)]
    offer_security(number, "国債", 100_000, on=today(), as_of=today(), officer=OFFICER)
    other = asset_of(amount=10_000)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="担保の提供"):
        propose_preservation_seizure(PreservationSeizure(number, other, "全額", "保全", soon(30)), as_of=today())
    release_preserved(key, "担保の提供", as_of=today(), officer=OFFICER)
    assert not asset_numbered(asset).is_seized
    release_preservation(number, "期間の経過", as_of=over, officer=OFFICER)
    assert preservation_file(number).head.stage is ProcedureStage.RELEASED
    with pytest.raises(PreservationClosed):
        fix_preservation(number, (charge_of(SATO),), as_of=over, officer=OFFICER)


def test_an_order_for_security_names_its_deadline(owing: Path) -> None:
    number = preserved(Preservation.Kind.SECURITY)
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-109'")
    (page,) = texts(print_run(run_id).directory)
    for part in ("保全担保提供命令書", "80,000円", "第16条の3第1項"):
        assert part in page, part
    assert preservation_file(number).head.duty(as_of=soon(400)) is None
    too_much = PreservationTerms(SATO, Preservation.Kind.SEIZURE, "2026年度", "嫌疑", 100_001, 100_000, "理由")
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="確定の見込み"):
        propose_preservation(too_much, as_of=today())


# -- the taxing side moves a due date -----------------------------------------------------------------------------


def test_a_due_date_moved_by_the_taxing_side_reaches_demand_charge_and_prescription(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """納期変更の異動を取り込むと、督促も延滞金も新しい納期限から数え、時効の法定納期限は動かない。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    old, new = today() - timedelta(days=60), today() - timedelta(days=10)
    facts = {"due_on": old, "determined_on": date(2026, 5, 1), "levy_year": 2026, "tax_year": 2026}
    levy(tmp_path, determination(SATO, 1, 500_000, **facts), on=date(2026, 5, 1))
    before, ends = estimated_charges([charge_of(SATO)], as_of=today()), prescription_of(SATO, as_of=today())
    moved = revision(
        SATO, 1, 500_000, 0, **(facts | {"due_on": new, "statutory_due_on": old, "determined_on": today()})
    )
    levy(tmp_path, moved, name="moved.csv", on=today())
    assert fetch_all("SELECT due_date, statutory_due_date FROM charge WHERE charge_id > 0") == [(new, old)]
    after = estimated_charges([charge_of(SATO)], as_of=today())
    assert before[charge_of(SATO)] > after.get(charge_of(SATO), 0)
    with transaction.atomic():
        list_due(as_of=new)
        assert fetch_all("SELECT count(*) FROM demand_due") == [(0,)]
    assert prescription_of(SATO, as_of=today())[charge_of(SATO)].completes_on == _five_years(new)
    assert ends[charge_of(SATO)].completes_on != _five_years(new)
    assert verify_everything().sound


def _five_years(due: date) -> date:
    return date(due.year + 5, due.month, due.day)
