"""osame addressee agent … / relation … — 代理人と関係人。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.addressee.agents import actions
from osame.addressee.agents.actions import AgentRequest, RelationRequest
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.agents.papers import decision_paper
from osame.kernel.dates import parse_date
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, ReceiverClass
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, refusals_told

app = typer.Typer(no_args_is_help=True, help="代理人")
relation = typer.Typer(no_args_is_help=True, help="関係人")
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Number = Annotated[str, typer.Argument(help="本人の宛名番号")]
Start = Annotated[str | None, typer.Option("--from", help="開始日（省けば今日）")]
Until = Annotated[str | None, typer.Option(help="終了日の翌日")]


@app.command()
@bound("addressee.agents.notify")
@refusals_told
def notify(
    addressee: Number,
    agent: Annotated[str, typer.Argument(help="代理人の宛名番号")],
    kind: Annotated[
        str, typer.Option(help="01 納税管理人、02 成年後見人、04 相続人代表者、05 破産管財人、06 弁護士 …")
    ],
    start: Start = None,
    until: Until = None,
    notified: Annotated[str | None, typer.Option(help="届出日（省けば今日）")] = None,
    tax_item: Annotated[str, typer.Option("--tax-item", help="この税目だけ")] = "",
    _by: Officer = None,
) -> None:
    """代理人の届出を受ける。承認されるまでは、代理人として扱わない。"""
    if kind not in Agent.Kind.values:
        raise typer.BadParameter("、".join(f"{each.value} {each.label}" for each in Agent.Kind))
    request = AgentRequest(
        addressee, agent, Agent.Kind(kind), day(start), day(notified), parse_date(until) if until else None, tax_item
    )
    done = actions.notify_agent(request)
    console.print(f"代理人 {done.agent_id} の届出を受けました。")
    if done.is_other_party:
        console.print("[red]注意：[/red]支援措置の相手方です。何も渡さず、上司に報告してください。")


@app.command()
@bound("addressee.agents.approve")
@refusals_told
def approve(
    agent: int, on: Annotated[str | None, typer.Option(help="承認日（省けば今日）")] = None, _by: Officer = None
) -> None:
    """代理人を承認する。届出を受けた職員にはできない。"""
    actions.approve_agent(agent, approved_on=day(on))
    console.print("承認しました。")


@app.command()
@bound("addressee.agents.approve")
@refusals_told
def refuse(
    agent: int, reason: Annotated[str, typer.Option(help="理由（必須）")],
    on: Annotated[str | None, typer.Option(help="承認しないと決めた日（省けば今日）")] = None, _by: Officer = None,
) -> None:  # fmt: skip
    """代理人を承認しない。"""
    actions.refuse_agent(agent, reason=reason, refused_on=day(on))
    console.print("承認しませんでした。")


@app.command()
@bound("addressee.agents.notify")
@refusals_told
def end(
    agent: int,
    on: Annotated[str, typer.Option(help="この日から代理人でない")],
    reason: Annotated[str, typer.Option(help="理由（必須）")],
    _by: Officer = None,
) -> None:
    """代理人を終える。"""
    actions.end_agent(agent, valid_until=parse_date(on), reason=reason)
    console.print("終えました。")


@app.command()
@bound("addressee.agents.paper")
@refusals_told
def paper(
    addressee: Number, agent: int, issuer: Annotated[str, typer.Option(help="発する者（市長の職と氏名）")],
    output: Annotated[Path, typer.Option("--out", help="通知書のファイル（PDF）")], _by: Officer = None,
) -> None:  # fmt: skip
    """納税管理人の承認・不承認の通知書を作る。"""
    made = decision_paper(addressee, agent, issuer=issuer, on=day(None))
    to = Output(EgressKind.LETTER, [addressee], ReceiverClass.CITIZEN, made.receiver)
    console.print(f"{emit(made.body, output, to).serial} として出しました。")


@relation.command("add")
@bound("addressee.agents.relate")
@refusals_told
def add_relation(
    addressee: Number,
    related: Annotated[str, typer.Argument(help="関係人の宛名番号")],
    kind: Annotated[str, typer.Option(help="01 世帯員、02 配偶者、03 生計一親族、04 同居者、05 勤務先、06 保証人 …")],
    basis: Annotated[str, typer.Option(help="根拠（必須）")],
    start: Start = None,
    until: Until = None,
    _by: Officer = None,
) -> None:
    """関係人を登録する。"""
    if kind not in AddresseeRelation.Kind.values:
        raise typer.BadParameter("、".join(f"{each.value} {each.label}" for each in AddresseeRelation.Kind))
    request = RelationRequest(
        addressee, related, AddresseeRelation.Kind(kind), basis, day(start), parse_date(until) if until else None
    )
    console.print(f"関係 {actions.relate(request)} を登録しました。")


@relation.command("end")
@bound("addressee.agents.relate")
@refusals_told
def end_relation_command(
    relation_id: int, on: Annotated[str, typer.Option(help="この日から関係がない")], _by: Officer = None
) -> None:
    """関係を終える。"""
    actions.end_relation(relation_id, valid_until=parse_date(on))
    console.print("終えました。")
