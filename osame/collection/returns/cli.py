"""osame returned … — 返戻、所在調査、再発送、公示送達、送達の記録、送達記録簿。"""

from pathlib import Path
from typing import Annotated

import typer
from django import forms

from osame.collection.demand_mail.forms import SheetCodeField
from osame.collection.intake.telling import tell
from osame.collection.letters.actions import Outside
from osame.collection.letters.reports import write_report
from osame.collection.returns import actions
from osame.collection.returns.actions import Delivery
from osame.collection.returns.letters import send_whereabouts_inquiry
from osame.collection.returns.models import ReturnedLetter, ServicePublication, ServiceRecord, WhereaboutsInquiry
from osame.collection.returns.notices import import_notices, returned_notices
from osame.collection.returns.papers import return_report, returns_report, write_share
from osame.collection.returns.publishing import print_publication
from osame.collection.returns.queries import effect_of, returned_letter, returned_letters, sending_book
from osame.collection.returns.service_sheets import write_service_sheet
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="返戻と送達")
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
On = Annotated[str, typer.Option("--on", help="日付（必須）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Return = Annotated[int, typer.Argument(help="返戻番号")]
Publication = Annotated[int, typer.Argument(help="公示番号")]
Code = Annotated[str, typer.Argument(help="文書の番号（読み取ったもの、または 束の番号-発付番号）")]


@app.command()
@bound("collection.returns.register")
@refusals_told
def register(
    code: Code,
    cause: Annotated[ReturnedLetter.Cause, typer.Option("--cause", help="事由のコード（01 あて所不明、02 転居…）")],
    on: On,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """返戻を登録する。送達の推定は失われ、送付先が分かるまで督促が止まる。"""
    number = actions.register_return(
        _code(code), cause, returned_on=parse_date(on), as_of=day(as_of), officer=officer(by)
    )
    console.print(f"返戻番号 {number} を登録しました。送付先を調べてください。", soft_wrap=True)


@app.command()
@bound("collection.returns.search")
@refusals_told
def inquire(
    return_id: Return,
    kind: Annotated[
        WhereaboutsInquiry.Kind, typer.Option("--kind", help="01 住民票、02 附票、03 法人登記、04 実態調査…")
    ],
    of: Annotated[str, typer.Option("--of", help="照会先（必須）")],
    on: On,
    by: Officer = None,
) -> None:
    """所在調査を始める。"""
    number = actions.open_inquiry(return_id, kind, of, asked_on=parse_date(on), officer=officer(by))
    console.print(f"調査番号 {number} を登録しました。")


@app.command()
@bound("collection.returns.search")
@refusals_told
def answer(
    inquiry_id: Annotated[int, typer.Argument(help="調査番号")],
    outcome: Annotated[
        WhereaboutsInquiry.Outcome, typer.Option("--outcome", help="1 判明、2 明らかでない、3 国外、4 死亡")
    ],
    told: Annotated[str, typer.Option("--answer", help="回答の内容（必須）")],
    on: On,
    by: Officer = None,
) -> None:
    """所在調査の答えを記録する。"""
    actions.answer_inquiry(inquiry_id, outcome, told, answered_on=parse_date(on), officer=officer(by))
    console.print("答えを記録しました。")


@app.command("inquiry-letter")
@bound("collection.returns.search")
@refusals_told
def inquiry_letter(
    inquiry_id: Annotated[int, typer.Argument(help="調査番号")],
    name: Annotated[str, typer.Option("--to", help="宛先の名称（必須）")],
    postal_code: Annotated[str, typer.Option("--postal-code", help="郵便番号（必須）")],
    address: Annotated[str, typer.Option("--address", help="所在地（必須）")],
    reply_by: Annotated[str, typer.Option("--reply-by", help="回答の期限（必須）")],
    section: Annotated[str, typer.Option("--section", help="部署")] = "",
    by: Officer = None,
) -> None:
    """所在照会書（住民票・戸籍の附票・登記事項証明書の公用請求）を作る。"""
    to = Outside(name, postal_code.replace("-", ""), address, section)
    run_id = send_whereabouts_inquiry(
        inquiry_id, to, reply_by=parse_date(reply_by), as_of=day(None), officer=officer(by)
    )
    console.print(f"文書の束 {run_id} を作りました。osame letter print {run_id}", soft_wrap=True)


@app.command()
@bound("collection.returns.search")
@refusals_told
def sheet(
    target: Annotated[Path, typer.Argument(help="書き出す PDF")],
    return_id: Annotated[int | None, typer.Option("--return", help="返戻番号（省けば一覧）")] = None,
    stage: Annotated[str, typer.Option("--stage", help="一覧の段階（1 調査中、2 再発送、3 公示送達…）")] = "",
    as_of: AsOf = None,
) -> None:
    """返戻調査票、または返戻一覧を、庁内の帳票として書く。"""
    on = day(as_of)
    made = returns_report(stage, as_of=on) if return_id is None else return_report(return_id, as_of=on)
    console.print(f"{write_report(made, target).serial} として出しました：{target}", soft_wrap=True)


@app.command()
@bound("collection.returns.register_book")
@refusals_told
def share(
    target: Annotated[Path, typer.Argument(help="書き出す CSV")],
    first: Annotated[str, typer.Option("--from", help="返戻日の初め（必須）")],
    last: Annotated[str, typer.Option("--through", help="返戻日の終わり（必須）")],
) -> None:
    """課税課に知らせる返戻の一覧を書く。納期限の変更は、調定の異動として取り込む。"""
    made = write_share(parse_date(first), parse_date(last), target)
    console.print(f"{made.serial} として出しました：{target}", soft_wrap=True)


@app.command("import-notices")
@bound("collection.returns.register")
@refusals_told
def import_notices_command(file: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """課税の側から届いた、戻った納税通知書のファイルを取り込む。送達されるまで、督促を止める。"""
    tell(import_notices(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)


@app.command("notices")
@bound("collection.returns.show")
@refusals_told
def notices_command() -> None:
    """戻った納税通知書を並べる。"""
    table("戻った納税通知書", ("番号", "宛名番号", "税目", "年度", "通知書番号", "返戻日", "状況", "送達日", "確かめること"),
          ((str(e.notice_return_id), e.addressee_number, e.tax_item_name, str(e.levy_year), e.notice_number,
            format_wareki(e.returned_on), e.state_name, format_wareki(e.served_on) if e.served_on else "", "。".join(e.cautions))
           for e in returned_notices()))  # fmt: skip


@app.command("service-sheet")
@bound("collection.returns.serve")
@refusals_told
def service_paper(code: Code, target: Annotated[Path, typer.Argument(help="書き出す PDF")], as_of: AsOf = None) -> None:
    """送達記録書を刷る。記録の前なら、持って行く空の様式。"""
    made = write_service_sheet(_code(code), target, as_of=day(as_of))
    console.print(f"{made.serial} として出しました：{target}", soft_wrap=True)


@app.command()
@bound("collection.returns.search")
@refusals_told
def resend(return_id: Return, on: On, by: Officer = None) -> None:
    """再発送した日を記録する。督促状なら、差押可能日をその日から数え直す。"""
    actions.resend(return_id, resent_on=parse_date(on), officer=officer(by))
    _tell_effect(return_id, on)


@app.command()
@bound("collection.returns.search")
@refusals_told
def close(
    return_id: Return,
    note: Annotated[str, typer.Option("--reason", help="終える理由（必須）")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """返戻を終える（納付された、文書を取り消したなど）。"""
    actions.close_return(return_id, note=note, as_of=day(as_of), officer=officer(by))
    console.print("返戻を終えました。")


@app.command()
@bound("collection.returns.draft")
@refusals_told
def draft(
    return_id: Return,
    reason: Annotated[str, typer.Option("--reason", help="要件の説明（必須）")],
    kept_at: Annotated[str, typer.Option("--kept-at", help="書類を保管する場所（必須）")],
    ground: Annotated[
        ServicePublication.Ground, typer.Option("--ground", help="1 住所等が明らかでない、2 外国")
    ] = ServicePublication.Ground.WHEREABOUTS_UNKNOWN,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """公示送達を起案する。所在調査の記録がなければ断る。"""
    number = actions.draft_publication(
        return_id, ground, reason=reason, kept_at=kept_at, as_of=day(as_of), officer=officer(by)
    )
    console.print(f"公示番号 {number} を起案しました。別の職員が osame returned post {number}", soft_wrap=True)


@app.command()
@bound("collection.returns.post")
@refusals_told
def post(publication_id: Publication, on: On, by: Officer = None) -> None:
    """掲示を始めた日を記録する。起案した職員とは別の職員が行う。"""
    served = actions.post_publication(publication_id, posted_on=parse_date(on), officer=officer(by))
    console.print(f"掲示を記録しました。{format_wareki(served)}に送達があったものとみなします。", soft_wrap=True)


@app.command("take-down")
@bound("collection.returns.post")
@refusals_told
def take_down(publication_id: Publication, on: On, by: Officer = None) -> None:
    """掲示を外した日を記録する。7日を経過する前は断る。"""
    actions.take_down(publication_id, taken_down_on=parse_date(on), officer=officer(by))
    console.print("外した日を記録しました。")


@app.command("cancel")
@bound("collection.returns.draft")
@refusals_told
def cancel(
    publication_id: Publication,
    reason: Annotated[str, typer.Option("--reason", help="理由（必須）")],
    by: Officer = None,
) -> None:
    """掲示する前の公示送達を取りやめる。"""
    actions.cancel_publication(publication_id, reason=reason, officer=officer(by))
    console.print("公示送達を取りやめました。")


@app.command("print")
@bound("collection.returns.post")
@refusals_told
def print_command(
    publication_id: Publication, to: Annotated[Path, typer.Option("--to", help="置くフォルダー")] = Path()
) -> None:
    """公示送達書を刷る。氏名と書類名だけを載せる。"""
    console.print(f"出力先 {print_publication(publication_id, to)}", soft_wrap=True)


@app.command()
@bound("collection.returns.serve")
@refusals_told
def serve(
    code: Code,
    method: Annotated[ServiceRecord.Method, typer.Option("--method", help="02 書留、03 特別送達、05 交付、07 差置…")],
    on: On,
    place: Annotated[str, typer.Option("--place", help="送達の場所（必須）")],
    tracking: Annotated[str, typer.Option("--tracking", help="追跡番号")] = "",
    received_by: Annotated[str, typer.Option("--received-by", help="受領者")] = "",
    note: Annotated[str, typer.Option("--note", help="説明")] = "",
    by: Officer = None,
) -> None:
    """書留・特別送達・交付などの送達を記録する。"""
    told = Delivery(method, parse_date(on), place, tracking, received_by, note)
    console.print(f"送達記録番号 {actions.record_service(_code(code), told, officer=officer(by))}")


@app.command("list")
@bound("collection.returns.show")
@refusals_told
def list_command(
    stage: Annotated[str, typer.Option("--stage", help="段階（1 調査中、2 再発送、3 公示送達…）")] = "",
    as_json: Json = False,
) -> None:
    """返戻を、新しいものから並べる。"""
    found = returned_letters(stage=stage)
    if as_json:
        say_json(found)
        return
    table(
        "返戻",
        ("返戻", "段階", "宛名番号", "書類", "事由", "返戻日", "調査", "公示日"),
        [
            (each.return_id, each.stage_label, each.addressee_number, each.document_name, each.cause_label,
             each.returned_on, each.inquiries, each.posted_on or "")
            for each in found
        ],
    )  # fmt: skip


@app.command()
@bound("collection.returns.register_book")
@refusals_told
def book(
    first: Annotated[str, typer.Option("--from", help="差出日の初め（必須）")],
    last: Annotated[str, typer.Option("--through", help="差出日の終わり（必須）")],
    as_json: Json = False,
) -> None:
    """送達記録簿。差し出した文書と、通常到達すべき日。"""
    found = sending_book(first=parse_date(first), last=parse_date(last))
    if as_json:
        say_json(found)
        return
    table(
        "送達記録簿",
        ("差出日", "書類", "番号", "名宛人", "通常到達日", "返戻日"),
        [
            (each.dispatched_on, each.document, f"{each.run_id}-{each.letter_number}", each.receiver,
             each.presumed_on or "推定しない", each.returned_on or "")
            for each in found
        ],
    )  # fmt: skip


def _code(text: str) -> tuple[int, int]:
    try:
        found = SheetCodeField().clean(text)
    except forms.ValidationError as unreadable:
        raise typer.BadParameter("".join(unreadable.messages)) from unreadable
    return int(found[0]), int(found[1])


def _tell_effect(return_id: int, on: str) -> None:
    effect = effect_of(returned_letter(return_id), as_of=parse_date(on))
    console.print(f"再発送を記録しました。{effect.service.steps[0]}", soft_wrap=True)
    if effect.seizable_from:
        console.print(f"差押可能日は{format_wareki(effect.seizable_from)}です。", soft_wrap=True)
