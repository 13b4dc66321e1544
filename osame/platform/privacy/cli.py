"""osame privacy … — 本人の請求（開示・訂正・利用停止）。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, ReceiverClass
from osame.platform.functions.binding import bound
from osame.platform.privacy import deciding, requests
from osame.platform.privacy.models import PrivacyMeasure, PrivacyRequest
from osame.platform.privacy.paper import decision_paper
from osame.platform.privacy.requests import Intake, items_of
from osame.platform.terminal import console, day, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="本人の請求 — 開示・訂正・利用停止")
By = Annotated[str | None, typer.Option("--officer", help="行う職員の職員番号（省けば端末の利用者）")]
Number = Annotated[int, typer.Argument(metavar="番号", help="開示等請求番号")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Reason = Annotated[str, typer.Option("--reason", help="理由")]


def choice(words: dict[str, str], told: str, name: str) -> str:
    """日本語の名か符号を、符号にする。"""
    found = {label: code for code, label in words.items()} | {code: code for code in words}
    if told not in found:
        raise typer.BadParameter(f"{name}は {'・'.join(words.values())} のどれかです。")
    return found[told]


@app.command("list")
@bound("floor.privacy.list")
@refusals_told
def list_command(
    every: Annotated[bool, typer.Option("--all", help="済んだ請求も")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
    as_json: Json = False,
) -> None:
    """開示等請求を、決定の期限の早いものから並べる。"""
    rows = [
        {"number": each.request_id, "kind": each.get_kind_display(), "addressee_number": each.addressee_number,
         "requested_on": each.requested_on, "due_on": each.due_on, "days_left": (each.due_on - today()).days,
         "state": each.get_state_display()}
        for each in requests.listed(open_only=not every)
    ]  # fmt: skip
    if as_json:
        say_json(rows)
        return
    heading = ("番号", "種類", "宛名番号", "請求のあった日", "決定の期限", "残りの日数", "段階")
    table("開示等の請求", heading, [tuple(each.values()) for each in rows])


@app.command()
@bound("floor.privacy.receive")
@refusals_told
def receive(
    addressee: Annotated[str, typer.Argument(metavar="宛名番号", help="本人の宛名番号")],
    kind: Annotated[str, typer.Option(help="開示請求・訂正請求・利用停止請求")],
    name: Annotated[str, typer.Option(help="請求する者の氏名")],
    scope: Annotated[str, typer.Option(help="請求の内容")],
    proof: Annotated[str, typer.Option(help="本人確認書類（個人番号カード、運転免許証など）")],
    received: Annotated[str | None, typer.Option("--received", help="請求のあった日（省けば今日）")] = None,
    requester: Annotated[str, typer.Option(help="本人・法定代理人・任意代理人")] = "本人",
    authority: Annotated[str, typer.Option(help="代理権を証する書類")] = "",
    disclosed: Annotated[str | None, typer.Option(help="開示を受けた日（訂正・利用停止）")] = None,
    unified: Annotated[bool, typer.Option("--unified", help="団体内統合宛名番号で指す")] = False,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """開示等請求を受け付ける。本人確認書類を見て確かめてから。"""
    kinds = PrivacyRequest.NumberKind
    intake = Intake(
        kind=choice(dict(PrivacyRequest.Kind.choices), kind, "請求の種類"),
        addressee_number=addressee.zfill(15), number_kind=kinds.UNIFIED if unified else kinds.ADDRESSEE,
        requester=choice(dict(PrivacyRequest.Requester.choices), requester, "請求する者"), requester_name=name,
        proof=choice(dict(PrivacyRequest.Proof.choices), proof, "本人確認書類"), authority_paper=authority, scope=scope,
        requested_on=day(received), disclosed_on=day(disclosed) if disclosed else None,
    )  # fmt: skip
    number = requests.receive(intake, as_of=today())
    console.print(f"開示等請求番号 {number} を受け付けました。決定の期限は {requests.one(number).due_on} です。")


@app.command()
@bound("floor.privacy.gather")
@refusals_told
def gather(number: Number, by: By = None, as_json: Json = False) -> None:  # noqa: ARG001 - 門が読む
    """この方について持つすべてを抽出し、表ごとの件数を示す。"""
    requests.gather(number)
    rows = [
        {"table": each.table_name, "label": each.table_label, "rows": each.row_count, "masked": each.masked_count}
        for each in items_of(number)
    ]
    if as_json:
        say_json(rows)
        return
    table("抽出した項目", ("表", "説明", "件数", "伏せた値の数"), [tuple(each.values()) for each in rows])


@app.command()
@bound("floor.privacy.judge")
@refusals_told
def judge(
    number: Number,
    name: Annotated[str, typer.Argument(metavar="表", help="表の名（gather が示す）")],
    withhold: Annotated[str, typer.Option(help="開示しない理由（項目のすべて）")] = "",
    opened: Annotated[list[str] | None, typer.Option("--open", help="確かめて開く列。いくつでも")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """一つの項目を見分ける。"""
    requests.judge(number, name, withheld_ground=withhold, opened=opened or ())
    console.print("見分けました。")


@app.command()
@bound("floor.privacy.decide")
@refusals_told
def propose(
    number: Number,
    outcome: Annotated[str, typer.Option(help="全部に応じる・一部に応じる・応じない・存否を答えない")],
    reason: Reason = "",
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """決定を起案する。照査・決裁・執行は osame approval で、別の職員が行う。"""
    proposal = deciding.propose_decision(
        number, choice(dict(PrivacyRequest.Outcome.choices), outcome, "決定"), reason=reason
    )
    console.print(f"起案番号 {proposal} を起案しました。")


@app.command()
@bound("floor.privacy.decide")
@refusals_told
def extend(number: Number, reason: Reason, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """決定の期限を延ばす。一度だけ。"""
    console.print(f"決定の期限は {requests.extend(number, reason=reason, as_of=today())} になりました。")


@app.command()
@bound("floor.privacy.receive")
@refusals_told
def amend(
    number: Number,
    days: Annotated[int, typer.Option(min=0, max=365, help="補正に要した日数")],
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """補正に要した日数を記録する。"""
    console.print(f"決定の期限は {requests.amend(number, days=days)} になりました。")


@app.command()
@bound("floor.privacy.receive")
@refusals_told
def withdraw(number: Number, reason: Reason, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """取下げを記録する。"""
    requests.withdraw(number, reason=reason)
    console.print("終えました。")


@app.command("print")
@bound("floor.privacy.print")
@refusals_told
def print_command(
    number: Number,
    output: Annotated[Path, typer.Option("--out", help="書面のファイル（PDF）")],
    reason: Reason = "",
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """決定の書面を出す。開示なら、持っている情報と、誰が見て誰に渡したかを含む。"""
    row = requests.one(number)
    requests.require_reason_again(row, reason)
    body = decision_paper(number, on=today())
    to = Output(EgressKind.LETTER, [row.addressee_number], ReceiverClass.CITIZEN, str(row.get_requester_display()))
    made = emit(body, output, to, Authority(reason=reason))
    requests.carried_out(number, serial=made.serial, as_of=today())
    console.print(f"{made.serial} として出しました。")


@app.command()
@bound("floor.privacy.measure")
@refusals_told
def measure(
    number: Number,
    kind: Annotated[str, typer.Option(help="訂正した・利用を停止した・消去した・提供を停止した・提供先に通知した")],
    target: Annotated[str, typer.Option(help="項目")],
    detail: Annotated[str, typer.Option(help="中身")] = "",
    done: Annotated[str | None, typer.Option("--on", help="行った日（省けば今日）")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """訂正・利用停止の決定に応じて行ったことを記録する。"""
    code = choice(dict(PrivacyMeasure.Kind.choices), kind, "行ったこと")
    requests.measure(number, code, target=target, detail=detail, done_on=day(done))
    console.print("記録しました。")
