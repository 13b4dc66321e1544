"""代理人・関係人の照会。この税目について、その日、誰が代わりに受け取るか。"""

from dataclasses import dataclass
from datetime import date

from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.protection.queries import protection_of
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all

State = Agent.State
AGENTS = """
SELECT a.agent_id, a.agent_number, a.kind, a.tax_item, a.title, a.state, a.valid_from, a.valid_until,
       EXISTS (SELECT 1 FROM addressee_version v WHERE v.addressee_number = a.agent_number AND v.superseded_at IS NULL
               AND v.died_on IS NOT NULL AND v.died_on <= %(on)s),
       EXISTS (SELECT 1 FROM protection_measure m JOIN protected_relation r USING (measure_id, addressee_number)
               WHERE m.addressee_number = a.addressee_number AND m.state <> '9' AND r.other_number = a.agent_number)
FROM agent a
WHERE a.addressee_number = %(number)s AND a.state IN ('1', '2') AND a.valid_from <= %(on)s
  AND (a.valid_until IS NULL OR a.valid_until > %(on)s)
ORDER BY a.state DESC, a.tax_item = '', a.kind, a.agent_id
"""


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """代理人一件。 died: 代理人が死亡している; is_other_party: 代理人が支援措置の相手方である。どちらも使えない。"""

    agent_id: int
    agent_number: str
    kind: str
    tax_item: str
    title: str
    state: str
    valid_from: date
    valid_until: date | None
    died: bool
    is_other_party: bool

    @property
    def usable(self) -> bool:
        """代理人として扱ってよい。"""
        return self.state == State.ACTIVE and not self.died and not self.is_other_party

    @property
    def warning(self) -> str:
        """職員に告げる注意。なければ空。"""
        if self.is_other_party:
            return "代理人が支援措置の相手方です。何も渡さないでください。"
        return "代理人が死亡しています。届出を確かめてください。" if self.died else ""


@dataclass(frozen=True, slots=True)
class RelationFacts:
    """関係人一件。"""

    relation_id: int
    related_number: str
    kind: str
    basis: str
    valid_from: date
    valid_until: date | None


def agents_of(addressee_number: str, *, on: date) -> list[AgentFacts]:
    """一人の、その日の代理人（届出中も）。"""
    return [AgentFacts(*row) for row in fetch_all(AGENTS, {"number": addressee_number, "on": on})]


def agent_for(addressee_number: str, *, kind: Agent.Kind, tax_item: str = "", on: date) -> AgentFacts | None:
    """その種別・税目の代理人。届出だけのもの、死亡した者、支援措置の相手方は、代理人として扱わない。

    要件: F02-04, F27-01
    """
    for each in agents_of(addressee_number, on=on):
        if each.kind == kind and each.tax_item in {"", tax_item} and each.usable:
            return each
    return None


def relations_of(addressee_number: str, *, on: date) -> list[RelationFacts]:
    """一人の、その日の関係人。支援措置の相手方とその本人は、互いの関係人として並べない。

    要件: F02-05, F27-01
    """
    apart = parted_from(addressee_number)
    rows = AddresseeRelation.objects.filter(
        addressee_number=addressee_number, superseded_at=None, valid_from__lte=on
    ).exclude(related_number__in=apart)
    return [
        RelationFacts(
            each.relation_id, each.related_number, AddresseeRelation.Kind(each.kind).label, each.basis, each.valid_from,
            each.valid_until,
        )
        for each in rows.order_by("kind", "relation_id")
        if each.valid_until is None or each.valid_until > on
    ]  # fmt: skip


def agent_of(addressee_number: str, agent_id: int) -> Agent | None:
    """この人の、届出中か有効な代理人一件。"""
    known = Agent.objects.filter(addressee_number=addressee_number, pk=agent_id)
    return known.filter(state__in=(State.NOTIFIED, State.ACTIVE)).first()


def decided_tax_agents(addressee_number: str) -> list[tuple[int, str]]:
    """承認・不承認を決めた納税管理人の届出。（代理人番号、言い方）。新しい順。

    要件: F24-07
    """
    known = Agent.objects.filter(addressee_number=addressee_number, kind=Agent.Kind.TAX_AGENT)
    return [
        (each.agent_id, f"{format_wareki(day)}に{'承認' if each.approved_on else '不承認'}")
        for each in known.order_by("-agent_id")
        if (day := each.approved_on or each.refused_on)
    ]


def relation_of(addressee_number: str, relation_id: int) -> AddresseeRelation | None:
    """この人の関係一件。なかったことになったものは、ない。"""
    return AddresseeRelation.objects.filter(
        addressee_number=addressee_number, pk=relation_id, superseded_at=None
    ).first()


def parted_from(addressee_number: str) -> set[str]:
    """この人と一緒に表示してはならない人。この人が守られる相手と、この人から守られている人。"""
    kept_from = {
        row[0]
        for row in fetch_all(
            "SELECT m.addressee_number FROM protection_measure m JOIN protected_relation r "
            "USING (measure_id, addressee_number) WHERE r.other_number = %s AND m.state <> '9'",
            [addressee_number],
        )
    }
    return kept_from | set(protection_of(addressee_number).other_parties)
