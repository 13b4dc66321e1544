"""納税管理人の承認・不承認の通知書（PDF）。届け出た本人に渡す書面で、だれの住所も載せない。

The notice that a tax agent was or was not approved. It names the agent and never says where anybody lives; a last pass refuses the
paper if a protected person's place stands on it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.addressee.agents.actions import AgentNotKnown
from osame.addressee.agents.models import Agent
from osame.addressee.people.tax_items import TAX_ITEMS
from osame.addressee.protection.queries import protection_of
from osame.addressee.search.queries import summaries
from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_before
from osame.kernel.refusals import Refusal
from osame.platform import systems
from osame.platform.letters.engine import Letter, Template, compile_letters
from osame.platform.privacy.guarding import guard_of

SOURCE = "addressee/agents/typst/decision.typ"
BASIS = "地方税法第300条第1項（個人の市町村民税）、第355条第1項（固定資産税）ほか、税目ごとの規定と条例"
APPEAL = (
    "この決定に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、審査請求をすることができます。取消しの訴えは、審査請求に対する"
    "裁決があったことを知った日の翌日から起算して6か月以内に提起することができます（行政不服審査法第18条第1項、地方税法第19条の12、"
    "行政事件訴訟法第14条第1項）。"
)
SENT_TO = "納税通知書など、上の税目についての書類は、納税管理人に送ります。納税管理人を変え、またはやめるときは、届け出てください。"
AGAIN = "ほかの者を納税管理人に定めて、改めて申告または申請をしてください。納税管理人を定めなくても納税の確保に支障がないときは、その認定を申請できます（地方税法第300条第2項、第355条第2項）。"


class NoDecisionYet(Refusal):
    """納税管理人の承認・不承認の判断が、まだありません。判断を記録してから、通知書を作ってください。"""


class NotATaxAgent(Refusal):
    """納税管理人ではありません。承認の通知書は、納税管理人の届出について作ります。"""


class AgentIsOtherParty(Refusal):
    """納税管理人が支援措置の相手方です。通知書を作らず、何も渡さず、係長に知らせてください。"""


class IssuerNeeded(Refusal):
    """通知書を発する者がありません。市長の職と氏名を入力してください。"""


@dataclass(frozen=True, slots=True)
class DecisionPaper:
    """通知書一通。 file_name: 保存するときの名。"""

    addressee_number: str
    receiver: str
    body: bytes
    file_name: str


def decision_paper(addressee_number: str, agent_id: int, *, issuer: str, on: date) -> DecisionPaper:
    """承認・不承認の通知書を作る。判断がなければ断る。納税管理人が支援措置の相手方なら、何も作らない。

    要件: F24-07, F27-01
    """
    if not issuer.strip():
        raise IssuerNeeded
    with transaction.atomic():
        row, receiver, agent = _decided(addressee_number, agent_id, on)
        facts, approved = _facts(row, agent), row.approved_on is not None
        guarded = guard_of(systems.current().code).values
        guarded.refuse_in("\n".join([receiver, issuer, *(value for _, value in facts)]), reader=addressee_number)
    title = "納税管理人承認通知書" if approved else "納税管理人不承認通知書"
    content = {
        "title": title, "receiver": receiver, "facts": facts,
        "opening": f"届出のありました納税管理人について、次のとおり{'承認しました' if approved else '承認しないことにしました'}ので、通知します。",
        "notes": [["書類の送り先", SENT_TO]] if approved else [["改めて定めるとき", AGAIN], ["不服の申立て", APPEAL]],
    }  # fmt: skip
    run = {"made_on": format_wareki(on), "issuer": issuer.strip()}
    stamp = (on - date(1970, 1, 1)).days * 86_400
    body = compile_letters(Template(SOURCE, stamp), run, [Letter(0, 1, addressee_number, 1, content)])
    return DecisionPaper(addressee_number, receiver, body, f"tax-agent-{agent_id}.pdf")


def _decided(addressee_number: str, agent_id: int, on: date) -> tuple[Agent, str, str]:
    """判断のある納税管理人の届出と、本人と納税管理人の氏名。"""
    row = Agent.objects.filter(pk=agent_id, addressee_number=addressee_number).first()
    if row is None:
        raise AgentNotKnown(str(agent_id))
    if row.kind != Agent.Kind.TAX_AGENT:
        raise NotATaxAgent(Agent.Kind(row.kind).label)
    if row.approved_on is None and row.refused_on is None:
        raise NoDecisionYet(Agent.State(row.state).label)
    if row.agent_number in protection_of(addressee_number).other_parties:
        raise AgentIsOtherParty
    people = summaries([addressee_number, row.agent_number], as_of=on)
    return row, people[addressee_number].name, people[row.agent_number].name


def _facts(row: Agent, agent: str) -> list[list[str]]:
    until = f"{format_wareki(day_before(row.valid_until))}まで" if row.valid_until else ""
    decided = row.approved_on or row.refused_on
    assert decided is not None
    facts = [
        ["納税管理人", f"{agent}　{row.title}".strip()],
        ["税目", TAX_ITEMS.get(row.tax_item, row.tax_item) if row.tax_item else "すべての税目"],
        ["届出の日", format_wareki(row.notified_on)], ["期間", f"{format_wareki(row.valid_from)}から{until}"],
        ["承認の日" if row.approved_on else "承認しないと決めた日", format_wareki(decided)],
    ]  # fmt: skip
    if row.refused_on:
        facts.append(["承認しない理由", row.ended_reason])
    return [*facts, ["根拠", BASIS]]
