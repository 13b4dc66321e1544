"""猶予。申請から許可・延長・取消しまで。免除期間は許可から流れ、督促は止まり、手続は法の表のとおりにだけ進む。"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.arrears.stages import stages_of
from osame.collection.cases.batch import refresh_cases
from osame.collection.certificates.certified import certified
from osame.collection.demands.estimates import estimated_charges
from osame.collection.demands.selection import list_due, select_candidates
from osame.collection.grace.actions import (
    Application,
    ChargeInAnotherGrace,
    Security,
    SecurityStillNeeded,
    apply_grace,
    lapse_uncured,
    notify_defect,
    receive_document,
    release_security,
    take_security,
)
from osame.collection.grace.deciding import (
    Decision,
    HearingNeeded,
    Judgement,
    NoGroundToCancel,
    expire_graces,
    propose_decision,
)
from osame.collection.grace.letters import send_release
from osame.collection.grace.models import GraceDocument, GraceSecurity
from osame.collection.grace.queries import grace_file, instalment_standing
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import (
    Procedure,
    ProcedureAct,
    ProcedureStage,
    TransitionNotAllowed,
    blocked_by,
)
from osame.law.grace import GraceGround
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_all, run_sql
from osame.platform.gate import Acting, acting
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.certificate_cast import application
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.test_letters import texts

DAY = date(2026, 3, 2)
PERIOD = (date(2026, 3, 2), date(2027, 3, 1))
PLAN = ((date(2026, 3, 31), 200_000), (date(2026, 4, 30), 300_000))


def as_officer(name: str) -> object:
    return acting(Acting(name, "collection.grace.propose", "arrears_management", role="operator"))


def carried(number: int) -> str:
    """照査、決裁、執行。"""
    for name, step in (("高橋", check), ("部長", decide)):
        with as_officer(name):
            step(number)
    with as_officer(OFFICER):
        return str(execute(number))


def decided(key: tuple[str, int], decision: Decision, judgement: Judgement | None = None, on: date = DAY) -> str:
    with as_officer(OFFICER):
        number = propose_decision(key, decision, judgement or Judgement("猶予の申請のとおり"), as_of=on)
    return carried(number)


@pytest.fixture
def applied(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[str, int]]:
    """佐藤の固定資産税第1期50万円について、徴収猶予を申請する。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 500_000), determination(SATO, 2, 30_000, due_on=date(2026, 5, 31)))

    def apply(ground: GraceGround = GraceGround.ILLNESS, **changes: object) -> tuple[str, int]:
        facts = {
            "addressee_number": SATO, "ground": ground, "charges": (charge_of(SATO),), "period": PERIOD,
            "circumstances": "入院のため収入が減った", "applied_on": DAY, "instalments": PLAN,
        } | changes  # fmt: skip
        with as_officer(OFFICER):
            return SATO, apply_grace(Application(**facts), as_of=DAY, officer=OFFICER)  # type: ignore[arg-type]

    return apply


def late(on: date) -> int:
    return estimated_charges([charge_of(SATO)], as_of=on).get(charge_of(SATO), 0)


def test_a_grant_lets_the_exemption_and_the_stop_follow(applied: Callable[..., tuple[str, int]]) -> None:
    before, key = late(date(2026, 3, 1)), applied()
    assert "許可を執行" in decided(key, Decision.GRANT)
    assert late(date(2026, 9, 30)) == before  # 猶予の間は、病気なら全額が免除される
    file = grace_file(key)
    assert [(each.act, each.target) for each in file.events] == [
        (ProcedureAct.APPLY, ProcedureStage.APPLIED), (ProcedureAct.GRANT, ProcedureStage.IN_FORCE),
    ]  # fmt: skip
    stages = stages_of(SATO, as_of=date(2026, 9, 30))[charge_of(SATO)]
    assert blocked_by(stages, Procedure.SEIZURE, ProcedureAct.SEIZE)
    assert blocked_by(stages, Procedure.DEMAND, ProcedureAct.ISSUE)
    with transaction.atomic():
        list_due(as_of=date(2026, 3, 31))
        select_candidates(as_of=date(2026, 3, 31))
        assert fetch_all("SELECT reason, stop_reason FROM demand_candidate") == [("03", "01")]
    events = fetch_all("SELECT kind, happened_on, through_on FROM prescription_event_grace")
    assert sorted(events) == [("承認", DAY, None), ("猶予", PERIOD[0], PERIOD[1])]
    refresh_cases(as_of=date(2026, 4, 1), officer=OFFICER)
    reviews = fetch_all("SELECT due_on FROM case_task WHERE kind = '16' AND done_on IS NULL ORDER BY 1")
    assert reviews == [(date(2026, 9, 2),), (date(2027, 1, 30),)]  # 半年ごとと、満了の30日前
    assert verify_everything().sound


def test_a_realization_grace_keeps_the_grace_rate_and_does_not_stop_demands(
    applied: Callable[..., tuple[str, int]],
) -> None:
    key = applied(GraceGround.REALIZATION_EX_OFFICIO, applied_on=None)
    assert grace_file(key).head.stage is ProcedureStage.NONE
    decided(key, Decision.GRANT)
    grown = late(date(2026, 9, 30)) - late(date(2026, 3, 1))
    # 500,000 × 1.3% × 213日 ÷ 365 = 3,793円
    assert 3_700 <= grown <= 3_800
    with transaction.atomic():
        list_due(as_of=date(2026, 3, 31))
        select_candidates(as_of=date(2026, 3, 31))
        assert fetch_all("SELECT reason FROM demand_candidate") == [("",)]
    asked = application().asked  # 督促を止めない猶予も、納税証明に現れる。期間の前と後には現れない
    assert "猶予を受けている税があります。" in certified(asked, as_of=date(2026, 3, 31)).text
    assert "猶予を受けている税があります。" not in certified(asked, as_of=date(2026, 2, 1)).text


def test_a_cancel_ends_the_exemption_only_by_a_ground_of_the_law(applied: Callable[..., tuple[str, int]]) -> None:
    before, key = late(date(2026, 3, 1)), applied()
    decided(key, Decision.GRANT)
    with as_officer(OFFICER):
        with pytest.raises(NoGroundToCancel):
            propose_decision(key, Decision.CANCEL, Judgement("連絡がない"), as_of=date(2026, 4, 1))
        assert instalment_standing(grace_file(key), as_of=date(2026, 4, 7)).missed == 0  # 知らせを待つ7日
        standing = instalment_standing(grace_file(key), as_of=date(2026, 4, 8))
        assert (standing.due, standing.paid, standing.missed) == (200_000, 0, 1)
        with pytest.raises(HearingNeeded):
            propose_decision(key, Decision.CANCEL, Judgement("分割の不履行"), as_of=date(2026, 4, 8))
    why = Judgement("分割の不履行", cause_arose_on=date(2026, 4, 1), hearing="電話で聴いた。事情の変化はない")
    decided(key, Decision.CANCEL, why, on=date(2026, 4, 8))
    assert late(date(2026, 3, 31)) == before
    assert late(date(2026, 9, 30)) > before + 15_000  # 4月1日からは、元の割合で数える
    assert stages_of(SATO, as_of=date(2027, 2, 28)) == {}  # 取消しの日の後
    assert fetch_all("SELECT count(*) FROM demand_stop WHERE released_on IS NULL") == [(0,)]


def test_an_extension_goes_to_two_years_and_no_further(applied: Callable[..., tuple[str, int]]) -> None:
    before, key = late(date(2026, 3, 1)), applied()
    decided(key, Decision.GRANT)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="2年以内"):
        propose_decision(key, Decision.EXTEND, Judgement("療養が続く", date(2028, 3, 2)), as_of=date(2027, 2, 1))
    plan = ((date(2027, 12, 28), 500_000),)
    decided(key, Decision.EXTEND, Judgement("療養が続く", date(2028, 3, 1), instalments=plan), on=date(2027, 2, 1))
    file = grace_file(key)
    assert file.head.through_on == date(2028, 3, 1)
    assert [(each.number, each.amount) for each in file.instalments] == [(1, 500_000)]
    assert late(date(2026, 12, 31)) == before
    assert expire_graces(as_of=date(2028, 3, 2), officer=OFFICER) == 1
    assert grace_file(key).head.stage is ProcedureStage.COMPLETED


def test_the_law_is_asked_before_a_grant_is_proposed(applied: Callable[..., tuple[str, int]], tmp_path: Path) -> None:
    key = applied(GraceGround.REALIZATION_ON_APPLICATION)  # 納期限から6月を過ぎた申請
    with as_officer(OFFICER):
        with pytest.raises(ConditionNotMet, match="期限までに申請がある"):
            propose_decision(key, Decision.GRANT, Judgement("申請のとおり"), as_of=DAY)
        with pytest.raises(ConditionNotMet, match="誠実な意思"):
            propose_decision(key, Decision.GRANT, Judgement("申請のとおり", sincere=False), as_of=DAY)
    assert "不許可を執行" in decided(key, Decision.REFUSE, Judgement("申請の期限を過ぎている"))
    with as_officer(OFFICER), pytest.raises(TransitionNotAllowed):
        propose_decision(key, Decision.CANCEL, Judgement("x", hearing="y"), as_of=DAY)


def test_an_uncured_application_is_withdrawn(applied: Callable[..., tuple[str, int]]) -> None:
    key = applied()
    kinds = {each.kind for each in grace_file(key).documents}
    assert kinds == {GraceDocument.Kind.APPLICATION, GraceDocument.Kind.STATEMENT, GraceDocument.Kind.PROOF}
    through = notify_defect(key, GraceDocument.Kind.PROOF, "診断書がない", on=DAY, officer=OFFICER)
    assert through == date(2026, 3, 22)
    assert lapse_uncured(as_of=through, officer=OFFICER) == ()
    other = key
    assert lapse_uncured(as_of=date(2026, 3, 23), officer=OFFICER) == (other,)
    assert grace_file(key).head.stage is ProcedureStage.NONE


def test_a_cured_application_goes_on_and_a_second_one_is_refused(applied: Callable[..., tuple[str, int]]) -> None:
    key = applied()
    notify_defect(key, GraceDocument.Kind.PROOF, "診断書がない", on=DAY, officer=OFFICER)
    receive_document(key, GraceDocument.Kind.PROOF, on=date(2026, 3, 10), officer=OFFICER)
    assert lapse_uncured(as_of=date(2026, 4, 23), officer=OFFICER) == ()
    with pytest.raises(ChargeInAnotherGrace):
        applied()


def test_a_large_amount_needs_security_that_stays_until_it_is_paid(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 1_500_000))
    with as_officer(OFFICER):
        application = Application(SATO, GraceGround.ILLNESS, (charge_of(SATO),), PERIOD, "入院", DAY)
        key = (SATO, apply_grace(application, as_of=DAY, officer=OFFICER))
        with pytest.raises(ConditionNotMet, match="担保"):
            propose_decision(key, Decision.GRANT, Judgement("申請のとおり"), as_of=DAY)
        land = Security(GraceSecurity.Kind.LAND, "架空市岩渕1番の土地", 2_000_000, DAY)
        security = take_security(key, land, officer=OFFICER)
    decided(key, Decision.GRANT)
    with pytest.raises(SecurityStillNeeded):
        release_security(key, security, reason="申出", as_of=DAY, officer=OFFICER)
    expire_graces(as_of=date(2027, 3, 2), officer=OFFICER)
    file = release_security(key, security, reason="猶予の終了", as_of=date(2027, 3, 2), officer=OFFICER)
    run_id = send_release(file, file.securities[0], as_of=date(2027, 3, 2), officer=OFFICER)
    (page,) = texts(print_run(run_id).directory)
    for part in ("担保解除通知書", "架空市岩渕1番の土地", "2,000,000円"):
        assert part in page, part


@pytest.mark.parametrize("statement", [
    "UPDATE grace SET stage = 'IN_FORCE'",
    "INSERT INTO grace_event (addressee_number, grace_id, event_number, act, from_stage, to_stage, article, happened_on, note, "
    "officer) SELECT addressee_number, grace_id, 9, 'CANCEL', 'IN_FORCE', 'CANCELLED', '', '2026-01-01', '', '' FROM grace",
    "INSERT INTO grace_event (addressee_number, grace_id, event_number, act, from_stage, to_stage, article, happened_on, note, "
    "officer) SELECT addressee_number, grace_id, 9, 'GRANT', 'APPLIED', 'COMPLETED', '', '2026-01-01', '', '' FROM grace",
    "DELETE FROM grace_event",
])  # fmt: skip
def test_no_sql_moves_a_grace_off_the_table_of_the_law(applied: Callable[..., tuple[str, int]], statement: str) -> None:
    applied()
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)


def test_the_notice_says_what_was_granted_and_how_to_appeal(applied: Callable[..., tuple[str, int]]) -> None:
    decided(applied(), Decision.GRANT)
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-072'")
    (page,) = texts(print_run(run_id).directory)
    for part in (
        "徴収猶予許可通知書",
        "佐藤花子様",
        "令和8年3月2日から令和9年3月1日まで",
        "200,000",
        "審査請求",
        "病気・負傷",
    ):
        assert part in page, part
