"""刷る束と、刷ってよい根拠。法が一括の発送を命じるか、大量出力として決裁されたか、少ない人数か。"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from osame.collection.letters.actions import LetterRunNotFound
from osame.collection.letters.folders import letters_home, run_folder
from osame.collection.letters.kinds import LetterKind, kind_of
from osame.platform.approvals.models import HighRiskAct
from osame.platform.database import fetch_all, fetch_one
from osame.platform.egress.authority import APPROVAL_DAYS, NONE, Authority, limit, orders_in_bulk
from osame.platform.letters.engine import Template


@dataclass(frozen=True, slots=True)
class RunFacts:
    """刷る束。"""

    run_id: int
    kind: LetterKind
    issued_on: date
    document_number: str
    requested: int
    dispatched_on: date | None

    @property
    def authority_name(self) -> str:
        """法による一括の実行としての名。"""
        return f"letter-run:{self.run_id}" if self.kind.ordered_by_law or _was_approved(self) else ""

    @property
    def query(self) -> str:
        """大量出力の起案で、この束を名指す文。"""
        return f"文書の束{self.run_id} {self.kind.name}（{self.document_number}、{self.requested:,}通）"

    @property
    def template(self) -> Template:
        """発付日に作った形の、組版のひな型。"""
        return Template(self.kind.source, int(datetime.combine(self.issued_on, time(), UTC).timestamp()))


@orders_in_bulk("letter-run")
def people_of_run(run_id: str) -> int:
    """その束にかかわる人数。法が一括を命じる種類でも、決裁を受けて刷った束でもなければ、零。"""
    facts = run_facts(int(run_id))
    return people_in(facts.run_id) if facts.kind.ordered_by_law or _was_approved(facts) else 0


def people_in(run_id: int) -> int:
    """束にかかわる人数。"""
    return int(fetch_one("SELECT count(DISTINCT addressee_number) FROM letter WHERE run_id = %s", [run_id])[0])


def approval_of(facts: RunFacts, *, waiting: bool = False) -> int | None:
    """この束を刷る大量出力の、まだ使っていない起案番号。 waiting: 照査と決裁を待つものも。"""
    rows = fetch_all(
        "SELECT p.proposal_id FROM proposal p WHERE p.act = %(act)s AND p.content ->> 'query' = %(query)s "
        "AND (p.state IN ('3', '4') OR %(waiting)s AND p.state IN ('1', '2')) "
        "AND NOT EXISTS (SELECT 1 FROM egress_record e WHERE e.proposal_id = p.proposal_id) "
        "AND (p.decided_at IS NULL OR p.decided_at > now() - %(days)s * interval '1 day') "
        "ORDER BY p.proposal_id DESC LIMIT 1",
        {"act": str(HighRiskAct.BULK_EXPORT), "query": facts.query, "waiting": waiting, "days": APPROVAL_DAYS},
    )
    return int(rows[0][0]) if rows else None


def needs_approval(facts: RunFacts) -> bool:
    """大量出力の決裁を受けてからでなければ刷れない束か。"""
    return not facts.kind.ordered_by_law and people_in(facts.run_id) > limit() and approval_of(facts) is None


def _was_approved(facts: RunFacts) -> bool:
    """決裁を受けて刷った束か。刷ったファイルを画面から保存するときに、もう一度の決裁は要らない。"""
    place = f"{letters_home() / run_folder(facts.run_id)}"
    return bool(
        fetch_all(
            "SELECT 1 FROM egress_record e JOIN proposal p USING (proposal_id) WHERE starts_with(e.place, %s) "
            "AND p.content ->> 'query' = %s AND e.released_at IS NOT NULL LIMIT 1",
            [place, facts.query],
        )
    )


def run_facts(run_id: int) -> RunFacts:
    """刷る束。なければ断る。"""
    rows = fetch_all(
        "SELECT form, issued_on, document_number, requested, dispatched_on FROM letter_run WHERE run_id = %s", [run_id]
    )
    if not rows:
        raise LetterRunNotFound(f"束 {run_id}")
    form, *facts = rows[0]
    return RunFacts(run_id, kind_of(form), *facts)


def authority_of(facts: RunFacts, reason: str) -> Authority:
    """刷ってよい根拠。法の命じる束、決裁された大量出力、少ない人数の順に。"""
    if facts.kind.ordered_by_law:
        return Authority(bulk_by_law=facts.authority_name, reason=reason.strip())
    if (proposal := approval_of(facts)) is not None:
        return Authority(proposal_id=proposal, query=facts.query, reason=reason.strip())
    return Authority(reason=reason.strip()) if reason.strip() else NONE
