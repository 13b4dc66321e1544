"""osame addressee candidates / consolidate … — 同一人の候補を探し、名寄せを起案する。"""

from collections.abc import Sequence
from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.consolidation import actions, queries
from osame.addressee.consolidation.batch import find_candidates
from osame.addressee.inquiry.queries import officer_reader
from osame.addressee.protection.queries import subjects_of
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.suppression.decision import decision
from osame.platform.terminal import console, refusals_told, table, today

app = typer.Typer(no_args_is_help=True, help="名寄せ（照査・決裁・執行は、重要行為の道による）")
Number = Annotated[str, typer.Argument(help="宛名番号")]
Reason = Annotated[str, typer.Option(help="理由")]


@bound("addressee.consolidation.find")
@refusals_told
def candidates_command(
    find: Annotated[bool, typer.Option("--find", help="まず探し直す（十分な根拠のある組は束ねる）")] = False,
    limit: Annotated[int, typer.Option(min=1, help="見せる組の数")] = 50,
) -> None:
    """同一人の候補で、確かめを待つ組を見せる。"""
    if find:
        found = find_candidates()
        console.print(f"宛名{found.people:,}件　自動の名寄せ{found.linked:,}組　確かめ待ち{found.waiting:,}組")
    with transaction.atomic():
        waiting = _shown(queries.waiting(limit))
    table(
        "確かめを待つ組",
        ("候補番号", "名寄せ元", "代表", "根拠", "疑い"),
        [
            (str(each.candidate_id), each.addressee_number, each.representative_number, each.evidence, each.doubts)
            for each in waiting
        ],
    )


def _shown(waiting: Sequence[queries.Candidate]) -> list[queries.Candidate]:
    """見せてよい組。支援措置の対象者との一致は、住所を知らせるので、権限のある職員にだけ見せる。"""
    numbers = {number for each in waiting for number in (each.addressee_number, each.representative_number)}
    subjects, reader = subjects_of(sorted(numbers), on=today()), officer_reader()
    hidden = {number for number, subject in subjects.items() if not decision(reader, subject).opens_everything}
    return [each for each in waiting if not {each.addressee_number, each.representative_number} & hidden]


@app.command("dismiss")
@bound("addressee.consolidation.dismiss")
@refusals_told
def dismiss_command(candidate: Annotated[int, typer.Argument(help="候補番号")]) -> None:
    """候補を別人とする。"""
    actions.dismiss(candidate)
    console.print("別人としました。二度と候補に挙げません。")


@app.command("link")
@bound("addressee.consolidation.propose")
@refusals_told
def link_command(member: Number, representative: Number, reason: Reason) -> None:
    """名寄せを起案する。"""
    console.print(f"起案しました。起案番号 {actions.propose_link(member, representative, reason=reason)}")


@app.command("unlink")
@bound("addressee.consolidation.propose")
@refusals_told
def unlink_command(member: Number, reason: Reason) -> None:
    """名寄せの解除を起案する。"""
    console.print(f"起案しました。起案番号 {actions.propose_unlink(member, reason=reason)}")


@app.command("hand-over")
@bound("addressee.consolidation.propose")
@refusals_told
def hand_over_command(
    representative: Number,
    successor: Number,
    reason: Reason,
    closes_on: Annotated[str, typer.Option(help="前の代表を廃止する日（省けば廃止しない）")] = "",
) -> None:
    """代表の交替を起案する。"""
    closing = parse_date(closes_on) if closes_on else None
    proposal = actions.propose_hand_over(representative, successor, reason=reason, closes_on=closing)
    console.print(f"起案しました。起案番号 {proposal}")


@app.command("show")
@bound("addressee.consolidation.show")
@refusals_told
def show_command(number: Number) -> None:
    """名寄せの代表と、束ねられた宛名、これまでの紐付けを見せる。"""
    with transaction.atomic():
        group, representative = queries.group_of(number), queries.representative_of(number)
        links = queries.links_of(number)
    console.print(f"代表 {representative}　束ねられた宛名 {'、'.join(group)}")
    table(
        "紐付け",
        ("紐付番号", "名寄せ元", "代表", "根拠", "いま"),
        [
            (str(link.link_id), link.addressee_number, link.representative_number, link.evidence,
             "解除" if link.ended else "有効")
            for link in links
        ],
    )  # fmt: skip
