"""osame demand … — 督促の予定、実行、督促状、取消し、停止、門の認容。"""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from osame.collection.demands.actions import cancel_demand, record_dispatch, withdraw
from osame.collection.demands.apart import print_apart
from osame.collection.demands.batch import run_demands
from osame.collection.demands.confirmation import propose_protected_letters, waiting_letters
from osame.collection.demands.forms import LETTER
from osame.collection.demands.gate import GateResult, check_gate
from osame.collection.demands.letters import print_demand_letters
from osame.collection.demands.list_papers import list_paper, stop_paper, write_paper
from osame.collection.demands.lists import (
    LISTS,
    write_held_list,
    write_list,
    write_print_file,
)
from osame.collection.demands.models import DemandStop
from osame.collection.demands.protected import recall_unsent
from osame.collection.demands.queries import DemandPreview
from osame.collection.demands.queries import preview as demand_preview
from osame.collection.demands.reissue import write_reissued
from osame.collection.demands.stops import FindingNotFound, StopRequest, release_stop, stop_demand, waive
from osame.collection.ledger.queries import find_charge
from osame.collection.payment_slips.demand_slips import papers
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="督促する")
AsOf = Annotated[str | None, typer.Option("--as-of", help="発付日・処理日（和暦・西暦。省けば今日）")]
CutOff = Annotated[str | None, typer.Option("--cut-off", help="収納の締切日（省けば発付日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Reason = Annotated[str, typer.Option("--reason", help="理由（必須）")]
Run = Annotated[int, typer.Argument(help="督促の実行番号")]


@app.command()
@bound("collection.demands.preview")
@refusals_told
def preview(as_of: AsOf = None, cut_off: CutOff = None, as_json: Json = False) -> None:
    """督促したらどうなるかを示す。何も書かない。"""
    issued = day(as_of)
    shown = demand_preview(as_of=issued, cut_off=day(cut_off) if cut_off else issued)
    if as_json:
        say_json(shown)
        return
    _tell_preview(shown)


@app.command()
@bound("collection.demands.run")
@refusals_told
def run(as_of: AsOf = None, cut_off: CutOff = None, by: Officer = None, as_json: Json = False) -> None:
    """督促する。門が開いていなければ断る。"""
    issued = day(as_of)
    result = run_demands(as_of=issued, cut_off=day(cut_off) if cut_off else issued, officer=officer(by))
    if as_json:
        say_json(result)
        return
    already = "（前に済んでいます。何も変えていません）" if result.replayed else ""
    console.print(
        f"実行番号{result.run_id}: {result.letters:,}通・{result.charges:,}期別、税額{result.principal_tax:,}円、"
        f"手数料{result.demand_fee:,}円、除外{result.left_out:,}件{already}",
        soft_wrap=True,
    )
    designated, seizable = format_wareki(result.designated_due_date), format_wareki(result.seizable_from)
    console.print(f"指定期限 {designated}、差し押さえられる日 {seizable}から", soft_wrap=True)


@app.command()
@bound("collection.demands.gate")
@refusals_told
def gate(cut_off: CutOff = None, as_json: Json = False) -> None:
    """督促の門を確かめる。閉じていれば終了コード1。"""
    found = check_gate(cut_off=day(cut_off))
    if as_json:
        say_json(found)
    else:
        _tell_gate(found)
    if not found.is_open:
        raise SystemExit(1)


@app.command("waive")
@bound("collection.demands.waive")
@refusals_told
def waive_command(subject: str, reason: Reason, cut_off: CutOff = None, as_of: AsOf = None, by: Officer = None) -> None:
    """門が挙げた事柄（対象で名指す）を、名前と理由を付けて認める。"""
    limit = day(cut_off)
    found = [each for each in check_gate(cut_off=limit).findings if each.subject == subject]
    if not found:
        raise FindingNotFound(subject)
    waive(found[0], as_of=day(as_of), waived_by=officer(by), reason=reason)
    console.print(f"認めました: {escape(found[0].what)}", soft_wrap=True)


@app.command()
@bound("collection.demands.letters")
@refusals_told
def letters(
    run_id: Run,
    again: Annotated[str, typer.Option("--again", help="もう一度刷る理由（刷り直しのときだけ）")] = "",
    paper: Annotated[str, typer.Option("--paper", help="letter 封書・postcard 圧着はがき・slip 納付書一体型")] = LETTER,
    by: Officer = None,
    as_json: Json = False,
) -> None:
    """督促状を刷り、一枚ずつ読み返してから渡す。"""
    chosen = papers(run_id, officer=officer(by))
    if paper not in {LETTER, *chosen}:
        raise typer.BadParameter(f"{LETTER}・{'・'.join(chosen)} のどれかを指定してください。")
    apart = print_apart(run_id, chosen[paper], reason=again) if paper in chosen else None
    result = apart.letters if apart else print_demand_letters(run_id, reason=again)
    if held := (apart or result).held:
        write_held_list(run_id, held, result.directory.with_name(f"{result.directory.name}-held.csv"))
    if as_json:
        say_json(apart or result)
        return
    if apart:
        console.print(
            f"依頼{apart.requested:,}通 ＝ {apart.name}{apart.apart.generated:,}通 ＋ 封書{result.generated:,}通 ＋ 手作業{len(held):,}通",
            soft_wrap=True,
        )
        console.print(f"出力先 {apart.apart.directory}", soft_wrap=True)
    printed = f"印刷{result.generated:,}通（{result.pages:,}頁）"
    console.print(f"依頼{result.requested:,}通 ＝ {printed} ＋ 手作業{len(result.held):,}通", soft_wrap=True)
    console.print(f"出力先 {result.directory}", soft_wrap=True)
    if waiting := waiting_letters(run_id):
        console.print(
            f"[yellow]注意：[/yellow]支援措置の対象者の{waiting:,}通は、別の職員の確認を待っています"
            f"（osame demand confirm {run_id} で起案し、決裁を受けて執行すると刷ります）。",
            soft_wrap=True,
        )


@app.command()
@bound("collection.demands.confirm")
@refusals_told
def confirm(run_id: Run, reason: Reason, by: Officer = None) -> None:  # noqa: ARG001 - 門が読む
    """支援措置の対象者の督促状を刷ることを起案する。別の職員が照査・決裁し、執行したときに刷る。"""
    proposal = propose_protected_letters(run_id, reason=reason)
    console.print(
        f"起案番号 {proposal}　別の職員の照査と決裁を受けて、osame approval execute {proposal}", soft_wrap=True
    )


@app.command("list")
@bound("collection.demands.list")
@refusals_told
def list_command(
    run_id: Run, kind: Annotated[str, typer.Argument(help="issued / excluded / withdrawn")], to: Path
) -> None:
    """一覧を書く（発付・除外・引抜き）。名が .pdf で終われば紙、ほかは CSV。"""
    if kind not in LISTS:
        raise typer.BadParameter(f"{'・'.join(LISTS)} のどれかを指定してください。")
    if to.suffix == ".pdf":
        write_paper(list_paper(run_id, kind, as_of=day(None)), to)
    else:
        write_list(run_id, kind, to)
    console.print(f"書きました: {to}", soft_wrap=True)


@app.command("reissue")
@bound("collection.demands.letters")
@refusals_told
def reissue_command(
    run_id: Run,
    letter_number: Annotated[int, typer.Argument(help="発付番号")],
    to: Annotated[Path, typer.Argument(help="書き出す PDF")],
    reason: Annotated[str, typer.Option("--reason", help="再発行する理由（必須）")],
    as_of: AsOf = None,
) -> None:
    """督促状一通を、理由を残して、もう一度刷る。"""
    made = write_reissued(run_id, letter_number, to, as_of=day(as_of), reason=reason)
    console.print(f"{made.serial} として出しました：{to}", soft_wrap=True)


@app.command("print-file")
@bound("collection.demands.print_file")
@refusals_told
def print_file(
    run_id: Run, contractor: Annotated[str, typer.Option(help="委託先（必須）")], as_json: Json = False
) -> None:
    """外部委託の印刷データを、照合表とともに書く。"""
    result = write_print_file(run_id, contractor=contractor)
    if as_json:
        say_json(result)
        return
    console.print(
        f"{result.letters:,}通・{result.charges:,}期別・税額{result.principal_tax:,}円 SHA-256 {result.sha256}",
        soft_wrap=True,
    )
    console.print(f"出力先 {result.directory}", soft_wrap=True)


@app.command()
@bound("collection.demands.dispatched")
@refusals_told
def dispatched(run_id: Run, on: Annotated[str, typer.Option(help="差出日（必須）")], by: Officer = None) -> None:
    """督促状を差し出した日を記録する。差押可能日を、その日から数え直す。"""
    count = record_dispatch(run_id, dispatched_on=parse_date(on), officer=officer(by))
    console.print(f"{count:,}期別の差押可能日を記録しました。", soft_wrap=True)


@app.command()
@bound("collection.demands.cancel")
@refusals_told
def cancel(
    charge: str,
    reason: Reason,
    as_of: AsOf = None,
    by: Officer = None,
    before_mailing: Annotated[bool, typer.Option("--withdraw", help="差し出す前の引抜き")] = False,
) -> None:
    """督促を取り消す（手数料も戻す）。--withdraw なら、差し出す前の引抜き。"""
    found = find_charge(charge)
    act = withdraw if before_mailing else cancel_demand
    done = act(found.addressee_number, found.charge_id, as_of=day(as_of), reason=reason, officer=officer(by))
    paid = f"、納付済みの{done.fee_to_overpayment:,}円は過誤納金になりました" if done.fee_to_overpayment else ""
    console.print(f"督促を取り消しました。手数料{done.demand_fee:,}円を戻しました{paid}。", soft_wrap=True)


@app.command()
@bound("collection.demands.stop")
@refusals_told
def stop(
    addressee: str,
    kind: Annotated[str, typer.Option(help="停止理由のコード（01 猶予、02 災害、03 審査請求中 …）")],
    reason: Reason,
    as_of: AsOf = None,
    through: Annotated[str | None, typer.Option(help="停止の末日")] = None,
    tax_item: Annotated[str, typer.Option("--tax-item", help="この税目だけを止める")] = "",
    charge: Annotated[str | None, typer.Option(help="この期別だけを止める（納付書番号など）")] = None,
    by: Officer = None,
) -> None:
    """督促を停止する。税目も期別も省けば、その宛名のすべての期別を止める。"""
    if kind not in DemandStop.Reason.values:
        raise typer.BadParameter("、".join(f"{each.value} {each.label}" for each in DemandStop.Reason))
    last = parse_date(through) if through else None
    one = find_charge(charge).charge_id if charge else None
    request = StopRequest(addressee, DemandStop.Reason(kind), reason, day(as_of), last, one, tax_item)
    console.print(f"督促停止 {stop_demand(request, officer=officer(by))} を登録しました。", soft_wrap=True)


@app.command("stop-list")
@bound("collection.demands.stops")
@refusals_told
def stop_list(
    to: Annotated[Path, typer.Argument(help="書き出す PDF")],
    every: Annotated[bool, typer.Option("--every", help="終わった停止も")] = False,
    as_of: AsOf = None,
) -> None:
    """督促停止一覧（R-059）を、庁内の帳票として書く。"""
    write_paper(stop_paper(as_of=day(as_of), every=every), to)
    console.print(f"書きました: {to}", soft_wrap=True)


@app.command()
@bound("collection.demands.release")
@refusals_told
def release(stop_id: int, as_of: AsOf = None, by: Officer = None) -> None:
    """督促停止を解除する。"""
    console.print(
        f"{format_wareki(release_stop(stop_id, as_of=day(as_of), officer=officer(by)))}に解除しました。", soft_wrap=True
    )


@app.command()
@bound("collection.demands.recall")
@refusals_told
def recall(as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """支援措置の対象者になった人の、まだ差し出していない督促状を回収する。"""
    found = recall_unsent(as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(found)
        return
    console.print(f"{len(found.letters):,}通・{found.charges:,}期別を引き抜きました。", soft_wrap=True)
    for path in found.set_aside:
        console.print(f"脇に置きました。刷り直してください: {path}", soft_wrap=True)


def _tell_preview(shown: DemandPreview) -> None:
    table(
        f"督促の予定 {format_wareki(shown.as_of)}",
        ("税目", "期別数", "税額", "手数料の額"),
        [(each.name, each.charges, each.principal_tax, each.demand_fee) for each in shown.tax_items]
        + [(f"計（{shown.letters:,}通）", shown.charges, shown.principal_tax, shown.demand_fee)],
    )
    if shown.left_out:
        table(
            "除外", ("理由", "期別数", "未納額"), [(each.label, each.charges, each.unpaid) for each in shown.left_out]
        )
    if shown.comparison:
        before = shown.comparison
        console.print(
            f"前年 {format_wareki(before.issued_on)}: {before.letters:,}通・{before.principal_tax:,}円"
            f"（通数{before.letters_percent}%、税額{before.principal_tax_percent}%）",
            soft_wrap=True,
        )
    for warning in shown.warnings:
        console.print(f"[yellow]注意：[/yellow]{warning}", soft_wrap=True)
    _tell_gate(shown.gate)


def _tell_gate(found: GateResult) -> None:
    if found.is_open:
        console.print(f"門は開いています（締切日 {format_wareki(found.cut_off)}）。", soft_wrap=True)
    for each in found.findings:
        console.print(f"[red]門が閉じています：[/red]{escape(each.sentence)}", soft_wrap=True)
        console.print(f"　対象 {escape(each.subject)}", soft_wrap=True)
    for waived in found.waived:
        console.print(
            f"認めた事柄: {escape(waived.finding.what)}（{escape(waived.waived_by)}: {escape(waived.reason)}）",
            soft_wrap=True,
        )
