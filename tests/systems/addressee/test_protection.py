"""支援措置。その取引から伏せ、期限では開かず、二人の決裁でだけ開く。"""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from osame.addressee.agents.actions import AgentRequest, RelationRequest, approve_agent, notify_agent, relate
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.agents.queries import agent_for, agents_of
from osame.addressee.inquiry.queries import officer_reader, person_view
from osame.addressee.mailing.actions import ContactRequest, register_contact
from osame.addressee.mailing.models import Contact
from osame.addressee.protection.actions import (
    ExtensionIsNotLater,
    MeasureIsReleased,
    MeasurePeriodInverted,
    MeasureRequest,
    MeasureWithoutOffice,
    OtherParty,
    OtherPartyIsThePerson,
    PersonNotKnown,
    add_other_party,
    decide_measure,
    expire_measures,
    extend,
    one_year,
    propose_release,
    receive_flags,
)
from osame.addressee.protection.models import ProtectionMeasure
from osame.addressee.protection.queries import letter_reader, measures_of, protection_of, subject_of, to_review
from osame.platform.approvals import actions as approvals
from osame.platform.approvals.actions import NotAtThatStage, SamePerson
from osame.platform.audit.models import AuditEvent
from osame.platform.database import fetch_all, run_sql
from osame.platform.suppression.decision import FactClass, Relation, decision
from osame.platform.suppression.facts import MARKER
from tests.systems.addressee.protection_cast import CHILD, FRIEND, FROM, HER, HIM, TODAY, officer, protect_her, settle
from tests.systems.conftest import server

pytestmark = pytest.mark.usefixtures("addressee_database")
HOUSEHOLD = {"household_number": "000000000000777", "standing": "1"}


@pytest.fixture(autouse=True)
def _people(addressee_database: str) -> None:
    with officer():
        settle(HER, HIM, CHILD, FRIEND, **HOUSEHOLD)


def view_of(number: str, role: str = "collection_clerk", purpose: str = "statutory"):
    with officer("viewer", role=role, purpose=purpose):
        return person_view(number, officer_reader(), as_of=TODAY)


def test_it_hides_from_the_same_transaction_on() -> None:
    """仮支援でも、登録した取引の中から伏せる。権限と目的のある職員にだけ見える。"""
    assert view_of(HER).facts["address"] == "三重県伊勢市岩渕1-7-29"
    with officer():
        protect_her()
        assert person_view(HER, officer_reader(), as_of=TODAY).facts["address"] == MARKER
    seen = view_of(HER)
    assert seen.protected
    assert {seen.facts[name] for name in ("address", "postal_code", "municipality_code", "household_number")} == {
        MARKER
    }
    assert seen.facts["name"] == "伊勢　花子"
    assert seen.hidden == tuple(each.value for each in FactClass)
    assert view_of(HER, role="collection_chief").facts["address"] == "三重県伊勢市岩渕1-7-29"
    with officer():
        assert measures_of(HER)[0].state == "仮支援"


def test_a_year_unless_said_and_an_office_always() -> None:
    assert one_year(date(2024, 2, 29)) == date(2025, 2, 28)
    with officer():
        protect_her()
        assert measures_of(HER)[0].through == date(2026, 3, 31)
        for wrong, refusal in (
            ({"requesting_office": " "}, MeasureWithoutOffice),
            ({"through": FROM - timedelta(days=1)}, MeasurePeriodInverted),
            ({"addressee_number": "999999999999999"}, PersonNotKnown),
            ({"others": (OtherParty(number=HER),)}, OtherPartyIsThePerson),
        ):
            with pytest.raises(refusal), transaction.atomic():
                protect_her(**wrong)


def test_the_other_party_passes_with_no_right() -> None:
    """相手方への文書には、どの関係でも載せない。本人への文書と、守られていない者は別。"""
    with officer():
        protect_her()
        subject = subject_of(HER, on=TODAY)
        for relation in Relation:
            assert not decision(letter_reader(HIM, relation), subject).shows(FactClass.ADDRESS)
        assert decision(letter_reader(HER, Relation.SELF), subject).opens_everything
        to_her = decision(letter_reader(HER, Relation.CO_OWNER), subject_of(HIM, on=TODAY))
        assert not to_her.shows(FactClass.ADDRESS)


def test_an_end_of_period_opens_nothing() -> None:
    """末日を過ぎても伏せたまま、要確認になる。延長すれば有効に戻る。"""
    with officer():
        measure = protect_her(decided=True, through=TODAY)
        assert expire_measures(as_of=TODAY) == 0
        assert expire_measures(as_of=TODAY + timedelta(days=1)) == 1
        assert [each.measure_id for each in to_review()] == [measure]
        assert protection_of(HER).active
        with pytest.raises(ExtensionIsNotLater):
            extend(measure, through=TODAY)
        extend(measure, through=TODAY + timedelta(days=365))
        assert measures_of(HER)[0].state == "有効"
    assert view_of(HER).facts["address"] == MARKER


def test_two_people_release_and_nobody_alone() -> None:
    """起案した職員は照査も決裁もできない。執行されて初めて開き、二度は執行できない。"""
    with officer():
        measure = protect_her()
        proposal = propose_release(measure, released_on=TODAY, reason="申出があった")
        with pytest.raises(SamePerson), transaction.atomic():
            approvals.check(proposal)
    assert view_of(HER).protected
    with officer("suzuki", role="collection_chief"):
        approvals.check(proposal)
    with officer("kato", role="collection_manager"):
        approvals.decide(proposal)
    assert view_of(HER).protected
    with officer():
        approvals.execute(proposal)
    assert view_of(HER).facts["address"] == "三重県伊勢市岩渕1-7-29"
    with officer(), pytest.raises(NotAtThatStage):
        approvals.execute(proposal)
    with officer(), pytest.raises(MeasureIsReleased):
        extend(measure, through=date(2030, 1, 1))
    with officer():
        again = protect_her()
        assert again != measure
        assert protection_of(HER).active
        assert protect_her() == again


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE protection_measure SET state = '9', released_on = now(), release_proposal = 1",
        "UPDATE protection_measure SET state = '9'",
        "DELETE FROM protection_measure",
        "UPDATE protection_measure SET addressee_number = '000000000000015'",
        "DELETE FROM protected_relation",
        "UPDATE protected_relation SET other_number = '000000000000015'",
    ],
)
def test_no_statement_opens_a_measure(addressee_database: str, statement: str) -> None:
    """データベースの管理者の一文でも、決裁なしには開かない。"""
    with officer():
        protect_her()
    with server(addressee_database) as admin, pytest.raises(Exception, match=r"ません|要ります|violates"):
        admin.execute(statement)
    with officer():
        assert protection_of(HER).other_parties == (HIM,)
    with pytest.raises(DatabaseError), officer():
        run_sql(statement)


def test_without_a_purpose_nothing_is_there() -> None:
    with officer():
        protect_her()
    with transaction.atomic():
        for table in ("protection_measure", "protection_measure_history", "protected_relation"):
            assert fetch_all(f"SELECT * FROM {table}") == []


def test_flags_of_the_resident_register() -> None:
    """住民記録の旗は届いた時から効き、二度届いても一つ。向こうの解除では開かず、要確認になる。"""
    flag = MeasureRequest(
        HER, ProtectionMeasure.Kind.STALKING, FROM, "住民記録", decided=True,
        source=ProtectionMeasure.Source.RESIDENT_REGISTER, source_key="001-1", others=(OtherParty(name="不明の男"),),
    )  # fmt: skip
    with officer():
        receive_flags([flag, flag])
        assert len(measures_of(HER)) == 1
        assert protection_of(HER).other_names == ("不明の男",)
        receive_flags([], [(HER, "001-1")])
        assert measures_of(HER)[0].state == "期限切れ（要確認）"
        assert protection_of(HER).active


def test_a_stronger_notice_strengthens_and_a_weaker_does_not() -> None:
    with officer():
        measure = protect_her()
        assert protect_her(decided=True, through=date(2027, 1, 1)) == measure
        assert protect_her(through=date(2025, 12, 31)) == measure
        (kept,) = measures_of(HER)
        assert (kept.state, kept.through) == ("有効", date(2027, 1, 1))
        decide_measure(measure, decided_on=TODAY)
        add_other_party(measure, OtherParty(name="その父"))
        assert protection_of(HER).other_names == ("その父",)


def test_they_are_not_shown_together() -> None:
    """相手方の画面に、世帯員としても関係人としても現れない。権限のある職員の画面でも並べない。"""
    with officer():
        relate(RelationRequest(HIM, HER, AddresseeRelation.Kind.SPOUSE, "戸籍", FROM))
        relate(RelationRequest(HIM, CHILD, AddresseeRelation.Kind.COHABITANT, "届出", FROM))
        relate(RelationRequest(FRIEND, HER, AddresseeRelation.Kind.COHABITANT, "届出", FROM))
    names = [each["name"] for each in view_of(HIM).household]
    assert "伊勢　花子" in names
    with officer():
        protect_her()
    for role in ("collection_clerk", "collection_chief"):
        seen = view_of(HIM, role=role)
        assert "伊勢　花子" not in str(seen)
        assert HER not in str(seen)
        assert CHILD in str(seen)
    assert HER not in str(view_of(FRIEND))
    assert HER in str(view_of(FRIEND, role="collection_chief"))
    assert HIM not in str(view_of(HER, role="collection_chief").household)


def test_an_other_party_as_agent_is_flagged_and_never_used() -> None:
    with officer():
        protect_her()
        done = notify_agent(AgentRequest(HER, HIM, Agent.Kind.TAX_AGENT, FROM, FROM))
        assert done.is_other_party
    with officer("suzuki"):
        approve_agent(done.agent_id, approved_on=TODAY)
        assert agent_for(HER, kind=Agent.Kind.TAX_AGENT, on=TODAY) is None
        assert "相手方" in agents_of(HER, on=TODAY)[0].warning
    with officer():
        assert AuditEvent.objects.filter(
            act="支援措置の相手方から代理人の届出を受けた", subjects__contains=[HIM]
        ).exists()


def test_every_state_is_kept_and_every_act_audited() -> None:
    with officer():
        measure = protect_her()
        decide_measure(measure, decided_on=TODAY)
    with officer():
        states = fetch_all("SELECT state, changed_by FROM protection_measure_history ORDER BY pgh_id")
        assert states == [("1", "yamamoto"), ("2", "yamamoto")]
        acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"支援措置を登録した", "支援措置を決定した"} <= acts


def test_the_audit_says_which_facts_were_shown() -> None:
    with officer():
        protect_her()
        register_contact(ContactRequest(HER, Contact.Kind.MOBILE, "090-0000-0000", FROM))
    view_of(HER)
    view_of(HER, role="collection_chief")
    with officer():
        shown = AuditEvent.objects.filter(act="宛名を開いた", subjects__contains=[HER]).order_by("event_id")
        fields = [set(each.fields) for each in shown]
    assert "town" not in fields[0]
    assert "name" in fields[0]
    assert "town" in fields[1]
    connection.close()
