"""代理人と関係人。承認されるまで代理人ではなく、同じ種別・税目に二人はいない。"""

from datetime import date
from typing import Any

import pypdfium2
import pytest
from django.db import transaction

from osame.addressee.agents.actions import (
    AgentApprovedByTheSame,
    AgentIsThePerson,
    AgentNotAtThatStage,
    AgentNotRegistered,
    AgentOverlaps,
    AgentPeriodInverted,
    AgentRequest,
    RelationMakesCycle,
    RelationNeedsBasis,
    RelationRequest,
    approve_agent,
    end_agent,
    end_relation,
    notify_agent,
    refuse_agent,
    relate,
)
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.agents.papers import AgentIsOtherParty, IssuerNeeded, NoDecisionYet, NotATaxAgent, decision_paper
from osame.addressee.agents.queries import agent_for, agents_of, decided_tax_agents, relations_of
from osame.addressee.people.facts import Standing
from osame.addressee.people.recording import Change, record_version
from osame.platform.database import fetch_all
from tests.systems.addressee.people_cast import facts
from tests.systems.addressee.protection_cast import (
    CHILD,
    COMPANY,
    FRIEND,
    FROM,
    HER,
    HIM,
    TODAY,
    officer,
    protect_her,
    settle,
)

pytestmark = pytest.mark.usefixtures("addressee_database")
Kind, Related = Agent.Kind, AddresseeRelation.Kind


@pytest.fixture(autouse=True)
def _people(addressee_database: str) -> None:
    with officer():
        settle(HER, HIM, CHILD, COMPANY, FRIEND)


def notify(who: str = FRIEND, kind: Agent.Kind = Kind.TAX_AGENT, **changes: Any) -> int:
    told: dict[str, Any] = {"valid_from": FROM, "notified_on": FROM}
    return notify_agent(AgentRequest(HER, who, kind, **(told | changes))).agent_id


def test_from_notice_to_end() -> None:
    """届出だけでは代理人でない。別の職員の承認から、終わりの日の前日まで。"""
    with officer():
        agent = notify()
        assert agent_for(HER, kind=Kind.TAX_AGENT, on=TODAY) is None
        with pytest.raises(AgentApprovedByTheSame), transaction.atomic():
            approve_agent(agent, approved_on=TODAY)
    with officer("suzuki"):
        approve_agent(agent, approved_on=TODAY)
        found = agent_for(HER, kind=Kind.TAX_AGENT, tax_item="11", on=TODAY)
        assert found is not None
        assert found.agent_number == FRIEND
        assert agent_for(HER, kind=Kind.TAX_AGENT, on=date(2025, 3, 31)) is None
        assert agent_for(HER, kind=Kind.LAWYER, on=TODAY) is None
        with pytest.raises(AgentNotAtThatStage), transaction.atomic():
            approve_agent(agent, approved_on=TODAY)
        end_agent(agent, valid_until=TODAY, reason="解任")
        assert agent_for(HER, kind=Kind.TAX_AGENT, on=TODAY) is None
    with officer():
        assert fetch_all("SELECT state FROM agent_history ORDER BY pgh_id") == [("1",), ("2",), ("3",)]


def test_one_of_a_kind_and_tax_item_at_a_time() -> None:
    """すべての税目の代理人は、どの税目とも重なる。"""
    with officer():
        notify(tax_item="11")
        for changes in ({"tax_item": "11"}, {}, {"tax_item": "11", "valid_from": date(2026, 1, 1)}):
            with pytest.raises(AgentOverlaps), transaction.atomic():
                notify(HIM, **changes)
        notify(HIM, tax_item="21")
        notify(HIM, Kind.LAWYER)
        notify(HIM, tax_item="11", valid_from=date(2024, 1, 1), valid_until=FROM)
        refused = notify(HIM, Kind.ADULT_GUARDIAN)
        refuse_agent(refused, reason="要件を欠く", refused_on=TODAY)
        notify(FRIEND, Kind.ADULT_GUARDIAN)


def test_the_notice_says_what_was_decided_and_never_where_anybody_lives() -> None:
    """納税管理人の承認と不承認の通知書。判断の前には作れず、支援措置の相手方についても作らない。"""
    mayor = "架空市長 架空 太郎"
    with officer():
        agent, refused = notify(), notify(COMPANY, tax_item="06", valid_from=date(2024, 1, 1), valid_until=FROM)
        with pytest.raises(NoDecisionYet):
            decision_paper(HER, agent, issuer=mayor, on=TODAY)
        with pytest.raises(IssuerNeeded):
            decision_paper(HER, agent, issuer=" ", on=TODAY)
        with pytest.raises(NotATaxAgent):
            decision_paper(HER, notify(FRIEND, Kind.LAWYER), issuer=mayor, on=TODAY)
        refuse_agent(refused, reason="市外に住所があり、便宜を有しない", refused_on=TODAY)
        other = notify(HIM, tax_item="07", valid_from=date(2023, 1, 1), valid_until=date(2024, 1, 1))
    with officer("suzuki"):
        for each in (agent, other):
            approve_agent(each, approved_on=TODAY)
    with officer():
        assert [each for each, _ in decided_tax_agents(HER)] == [other, refused, agent]
        protect_her()
        with pytest.raises(AgentIsOtherParty):
            decision_paper(HER, other, issuer=mayor, on=TODAY)
        yes, no = (told(decision_paper(HER, each, issuer=mayor, on=TODAY).body) for each in (agent, refused))
    for part in ("納税管理人承認通知書", "架空市長架空太郎", "書類の送り先", "地方税法第300条第1項"):
        assert part in yes, part
    for part in ("納税管理人不承認通知書", "承認しない理由", "市外に住所があり", "審査請求", "第355条第2項"):
        assert part in no, part
    assert "丁目" not in yes + no


def told(pdf: bytes) -> str:
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf))


def test_the_person_and_a_stranger_are_no_agents() -> None:
    with officer():
        with pytest.raises(AgentIsThePerson):
            notify(HER)
        with pytest.raises(AgentNotRegistered), transaction.atomic():
            notify("999999999999999")
        with pytest.raises(AgentPeriodInverted):
            notify(valid_until=FROM)


def test_a_dead_agent_is_flagged_and_not_used() -> None:
    with officer():
        agent = notify()
    with officer("suzuki"):
        approve_agent(agent, approved_on=FROM)
    with officer():
        dead = facts(name="田中　一郎", died_on=date(2025, 6, 1), standing=Standing.DEAD.value)
        record_version(Change(FRIEND, date(2025, 6, 1), "09", dead))
        assert agent_for(HER, kind=Kind.TAX_AGENT, on=date(2025, 5, 31)) is not None
        assert agent_for(HER, kind=Kind.TAX_AGENT, on=TODAY) is None
        assert "死亡" in agents_of(HER, on=TODAY)[0].warning


def test_relations_do_not_run_in_a_circle_where_that_makes_no_sense() -> None:
    with officer():
        relate(RelationRequest(HER, HIM, Related.SPOUSE, "戸籍", FROM))
        relate(RelationRequest(HIM, HER, Related.SPOUSE, "戸籍", FROM))
        relate(RelationRequest(CHILD, HER, Related.PARENT, "戸籍", FROM))
        relate(RelationRequest(HER, FRIEND, Related.PARENT, "戸籍", FROM))
        with pytest.raises(RelationMakesCycle), transaction.atomic():
            relate(RelationRequest(FRIEND, CHILD, Related.PARENT, "戸籍", FROM))
        with pytest.raises(RelationMakesCycle):
            relate(RelationRequest(HER, HER, Related.SPOUSE, "戸籍", FROM))
        with pytest.raises(RelationNeedsBasis):
            relate(RelationRequest(HER, COMPANY, Related.WORKPLACE, " ", FROM))
        job = relate(RelationRequest(HER, COMPANY, Related.WORKPLACE, "給与支払報告書", FROM))
        assert relate(RelationRequest(HER, COMPANY, Related.WORKPLACE, "給与支払報告書", FROM)) == job
        assert [each.kind for each in relations_of(HER, on=TODAY)] == ["配偶者", "勤務先", "親"]
        end_relation(job, valid_until=TODAY)
        assert [each.kind for each in relations_of(HER, on=TODAY)] == ["配偶者", "親"]
