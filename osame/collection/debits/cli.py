"""osame debit … — 口座、申込み、依頼、結果、再振替、一覧。"""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from osame.collection.debits import actions, applications
from osame.collection.debits import letters as sending
from osame.collection.debits.actions import AccountChange, AccountKey
from osame.collection.debits.applications import Application
from osame.collection.debits.batch import cancel_request, make_request
from osame.collection.debits.importing import import_results
from osame.collection.debits.lists import LISTS, write_list, write_statement
from osame.collection.debits.models import DebitAccount, DebitApplication
from osame.collection.debits.outgoing import write_file
from osame.collection.debits.queries import accounts_of
from osame.collection.debits.queries import applications as listed_applications
from osame.collection.debits.requests import (
    changed_since,
    exclusions_of,
    failures_of,
    files_of,
    one_request,
    preview,
    results_of,
)
from osame.collection.debits.statements import paid_in_year
from osame.collection.debits.typed import given_account, key_of, order_of, say_notes
from osame.collection.intake.telling import tell
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="口座振替を扱う")
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Reason = Annotated[str, typer.Option("--reason", help="理由（必須）")]
Request = Annotated[int, typer.Argument(help="口座振替の依頼番号")]
Due = Annotated[str, typer.Option("--due", help="納期限（必須）")]
On = Annotated[str | None, typer.Option("--on", help="引落日（省けば納期限）")]
Source = Annotated[int | None, typer.Option("--again-from", help="資金不足を再振替する、もとの依頼番号")]
TaxItem = Annotated[str, typer.Argument(help="税目のコード")]
Bank = Annotated[str, typer.Option("--bank", help="金融機関コード（ゆうちょ銀行は記号・番号でもよい）")]
Branch = Annotated[str, typer.Option("--branch", help="店舗コード")]
Kind = Annotated[str, typer.Option("--type", help="預金種目（1 普通、2 当座、3 納税準備、9 その他）")]
Number = Annotated[str, typer.Option("--number", help="口座番号（ゆうちょ銀行で --symbol を添えるなら、通帳の番号）")]
Symbol = Annotated[str, typer.Option("--symbol", help="ゆうちょ銀行の記号")]
Holder = Annotated[str, typer.Option("--holder", help="口座名義（カナ）")]
Plan = Annotated[bool, typer.Option("--plan", help="分納の口座・分納の回")]
WholeYear = Annotated[bool, typer.Option("--whole-year", help="全期前納")]


@app.command()
@bound("collection.debits.accounts")
@refusals_told
def accounts(addressee: str, as_of: AsOf = None, as_json: Json = False) -> None:
    """ある人の振替口座と、その履歴を示す。口座番号は下3桁だけ。"""
    found = accounts_of(addressee, as_of=day(as_of))
    if as_json:
        say_json([
            {
                "tax_item": each.tax_item, "history_number": each.history_number, "valid_from": each.valid_from.isoformat(),
                "state": each.state, "method": each.method, "bank_code": each.bank_code, "branch_code": each.branch_code,
                "number": each.shown_number, "holder_kana": each.holder_kana, "standing": each.standing, "reason": each.reason,
            }
            for each in found
        ])  # fmt: skip
        return
    table(
        f"振替口座 {addressee}",
        ("税目", "履歴", "適用開始日", "状態", "金融機関", "口座番号", "名義", "納付方法", "理由"),
        [
            (each.tax_item_name, each.history_number, format_wareki(each.valid_from), each.state_name, each.place,
             each.shown_number, each.holder_kana, each.method_name, each.reason)
            for each in found
        ],
    )  # fmt: skip


@app.command("set")
@bound("collection.debits.change")
@refusals_told
def set_command(
    addressee: str, tax_item: TaxItem, bank: Bank, number: Number, holder: Holder, reason: Reason, branch: Branch = "",
    kind: Kind = "1", symbol: Symbol = "", as_of: AsOf = None, whole_year: WholeYear = False, plan: Plan = False,
    by: Officer = None,
) -> None:  # fmt: skip
    """口座を登録する（新規・変更）。前の口座は、その日に終わる。"""
    method = DebitAccount.Method.WHOLE_YEAR if whole_year else DebitAccount.Method.BY_TERM
    notes = actions.set_account(
        key_of(addressee, tax_item, plan), given_account(bank, branch, kind, (number, symbol), holder),
        AccountChange(day(as_of), reason, method), officer=officer(by),
    )  # fmt: skip
    say_notes("振替口座を登録しました。", notes)


@app.command()
@bound("collection.debits.change")
@refusals_told
def suspend(
    addressee: str, tax_item: TaxItem, reason: Reason, as_of: AsOf = None, plan: Plan = False, by: Officer = None
) -> None:
    """口座振替を停める。"""
    actions.suspend_account(key_of(addressee, tax_item, plan), on=day(as_of), reason=reason, officer=officer(by))
    console.print("口座振替を停めました。")


@app.command()
@bound("collection.debits.change")
@refusals_told
def resume(
    addressee: str, tax_item: TaxItem, reason: Reason, as_of: AsOf = None, plan: Plan = False, by: Officer = None
) -> None:
    """停めた口座振替を再開する。"""
    actions.resume_account(key_of(addressee, tax_item, plan), on=day(as_of), reason=reason, officer=officer(by))
    console.print("口座振替を再開しました。")


@app.command()
@bound("collection.debits.change")
@refusals_told
def end(
    addressee: str, tax_item: TaxItem, reason: Reason, as_of: AsOf = None, plan: Plan = False, by: Officer = None
) -> None:
    """口座振替を終える（廃止）。"""
    actions.end_account(key_of(addressee, tax_item, plan), on=day(as_of), reason=reason, officer=officer(by))
    console.print("口座振替を終えました。")


@app.command()
@bound("collection.debits.change")
@refusals_told
def method(
    addressee: str, tax_item: TaxItem, reason: Reason, whole_year: WholeYear = False, as_of: AsOf = None, by: Officer = None
) -> None:  # fmt: skip
    """納付方法を変える。--whole-year で全期前納に、なければ期別に戻す。"""
    wanted = DebitAccount.Method.WHOLE_YEAR if whole_year else DebitAccount.Method.BY_TERM
    actions.change_method(AccountKey(addressee, tax_item), wanted, on=day(as_of), reason=reason, officer=officer(by))
    console.print(f"納付方法を{wanted.label}に変えました。")


@app.command()
@bound("collection.debits.apply")
@refusals_told
def apply(
    addressee: str, tax_item: TaxItem, bank: Bank, number: Number, holder: Holder, branch: Branch = "", kind: Kind = "1",
    symbol: Symbol = "", received: Annotated[str | None, typer.Option(help="受付日（省けば今日）")] = None,
    whole_year: WholeYear = False, by: Officer = None,
) -> None:  # fmt: skip
    """紙の申込みを受け付ける。開始期を答える。"""
    asked = Application(
        key=AccountKey(addressee, tax_item), account=given_account(bank, branch, kind, (number, symbol), holder),
        channel=DebitApplication.Channel.PAPER, received_on=day(received),
        method=DebitAccount.Method.WHOLE_YEAR if whole_year else DebitAccount.Method.BY_TERM,
    )  # fmt: skip
    done = applications.receive_application(asked, officer=officer(by))
    term = f"{done.start.levy_year}年度 {done.start.term_name}" if done.start.term else "期別が未登録"
    said = f"受付番号 {done.application_id}　開始 {term}（{format_wareki(done.start.on)}から）"
    say_notes(said, done.notes)


@app.command("applications")
@bound("collection.debits.applications")
@refusals_told
def applications_command(every: Annotated[bool, typer.Option("--all", help="決めたものも")] = False) -> None:
    """申込みの一覧。"""
    table(
        "口座振替の申込み",
        ("受付番号", "宛名番号", "税目", "経路", "受付日", "金融機関", "口座番号", "開始", "状態"),
        [
            (each.application_id, each.addressee_number, each.tax_item_name, each.channel_name,
             format_wareki(each.received_on), each.place, each.shown_number, each.start, each.state_name)
            for each in listed_applications(every=every, limit=500)
        ],
    )  # fmt: skip


@app.command()
@bound("collection.debits.apply")
@refusals_told
def accept(application: int, as_of: AsOf = None, by: Officer = None) -> None:
    """金融機関の照合が済んだ申込みを、有効にする。"""
    notes = applications.accept_application(application, on=day(as_of), officer=officer(by))
    say_notes(f"受付番号 {application} を有効にしました。", notes)


@app.command("send-back")
@bound("collection.debits.apply")
@refusals_told
def send_back(
    application: int,
    reason: Reason,
    as_of: AsOf = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="申込人の取下げ")] = False,
) -> None:
    """金融機関から返された申込みを、返却とする。"""
    applications.return_application(application, on=day(as_of), reason=reason, withdrawn=withdrawn)
    console.print(f"受付番号 {application} を{'取下げ' if withdrawn else '返却'}としました。")


@app.command("import-applications")
@bound("collection.debits.apply")
@refusals_told
def import_applications(
    file: Path, source: Annotated[str, typer.Option(help="web / payeasy")], as_of: AsOf = None, by: Officer = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Web・ペイジーの受付データを取り込む。"""
    profile = f"debit_application_{source}"
    if profile not in applications.PROFILES:
        raise typer.BadParameter("--source は web か payeasy です。")
    tell(
        applications.import_applications(file, profile=profile, as_of=day(as_of), officer=officer(by)), as_json=as_json
    )


@app.command("preview")
@bound("collection.debits.preview")
@refusals_told
def preview_command(
    due: Due, on: On = None, source: Source = None, plan: Plan = False, as_of: AsOf = None, as_json: Json = False
) -> None:
    """依頼を作ったらどうなるかを示す。何も書かない。"""
    shown = preview(order_of(due, on, source, plan), as_of=day(as_of))
    if as_json:
        say_json(shown)
        return
    table(
        "件数表",
        ("区分", "件数", "金額"),
        [(each.name, each.count, each.amount) for each in (*shown.by_bank, *shown.by_tax)],
    )
    table("引き落とさないもの", ("理由", "件数", "未納額"), [(e.name, e.count, e.amount) for e in shown.left_out])
    console.print(f"計 {shown.count:,}件 {shown.amount:,}円")


@app.command("request")
@bound("collection.debits.request")
@refusals_told
def request_command(
    due: Due, on: On = None, source: Source = None, plan: Plan = False, as_of: AsOf = None, by: Officer = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """口座振替の依頼を作る。"""
    done = make_request(order_of(due, on, source, plan), as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(done)
        return
    already = "（前に作っています。何も変えていません）" if done.replayed else ""
    console.print(
        f"依頼番号{done.request_id}（第{done.generation}世代）: {done.count:,}件 {done.amount:,}円、除外{done.left_out:,}件{already}",
        soft_wrap=True,
    )
    console.print(f"渡せるのは{format_wareki(done.expires_on)}まで。金融機関 {'、'.join(done.files)}", soft_wrap=True)


@app.command()
@bound("collection.debits.cancel")
@refusals_told
def cancel(request: Request, reason: Reason, as_of: AsOf = None) -> None:
    """依頼を取り消す。渡した後なら、金融機関に破棄を確かめてから。"""
    cancel_request(request, on=day(as_of), reason=reason)
    console.print(f"依頼番号{request}を取り消しました。")


@app.command()
@bound("collection.debits.send")
@refusals_told
def send(
    request: Request,
    bank: Annotated[str, typer.Argument(help="取引銀行番号")],
    to: Annotated[Path, typer.Argument(help="置く場所（フォルダーなら、依頼の名で）")],
    again: Annotated[str, typer.Option("--again", help="もう一度渡す理由（前にも渡したときだけ）")] = "",
    as_of: AsOf = None,
) -> None:
    """依頼ファイルを渡す。二度目は、同じバイト列を、理由を残して渡す。"""
    made = write_file(request, bank, to, as_of=day(as_of), reason=again)
    console.print(f"渡しました: {made.place}　出力番号 {made.serial}　SHA-256 {made.content_sha256}", soft_wrap=True)


@app.command()
@bound("collection.debits.show")
@refusals_told
def show(request: Request, as_json: Json = False) -> None:
    """依頼と、届いた結果の数。"""
    found, results, changed = one_request(request), results_of(request), changed_since(request)
    if as_json:
        say_json({"request": found, "files": files_of(request), "results": results, "changed": changed})
        return
    table(
        f"依頼番号{request}　{found.kind_name}　引落日 {format_wareki(found.debit_on)}　{found.state_name}",
        ("区分", "件数", "金額"),
        [("依頼", found.count, found.amount), *((each.name, each.count, each.amount) for each in results)],
    )
    table("除外", ("理由", "件数", "未納額"), [(e.name, e.count, e.amount) for e in exclusions_of(request)])
    for each in changed:
        console.print(
            f"[yellow]注意：[/yellow]{each.addressee_number} {escape(each.tax_item_name)} {each.installment_term}期："
            f"引落し{each.amount:,}円、いまの未納{each.unpaid:,}円。{each.place}に引落しを止めるよう依頼してください。",
            soft_wrap=True,
        )


@app.command()
@bound("collection.debits.results")
@refusals_told
def results(file: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """振替結果のファイルを取り込み、依頼と照らして消し込む。"""
    tell(import_results(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)


@app.command()
@bound("collection.debits.show")
@refusals_told
def failures(request: Request, as_json: Json = False) -> None:
    """振り替えられなかったもの。理由の順に。"""
    found = failures_of(request)
    if as_json:
        say_json(list(found))
        return
    table(
        f"依頼番号{request}の不能",
        ("理由", "宛名番号", "氏名", "税目", "期別", "金額", "いまの未納額"),
        [
            (e.result, e.addressee_number, e.name, e.tax_item_name, e.installment_term, e.amount, e.unpaid)
            for e in found
        ],
    )


@app.command("list")
@bound("collection.debits.list")
@refusals_told
def list_command(request: Request, kind: Annotated[str, typer.Argument(help="・".join(LISTS))], to: Path) -> None:
    """一覧のCSVを書く（請求件数表、明細、結果表、不能、依頼の後に変わったもの）。"""
    write_list(request, kind, to)
    console.print(f"書きました: {to}", soft_wrap=True)


@app.command()
@bound("collection.debits.statement")
@refusals_told
def statement(
    year: Annotated[int, typer.Argument(help="年（西暦）")],
    addressee: Annotated[str, typer.Option(help="この人だけ")] = "",
    to: Annotated[Path | None, typer.Option(help="一覧のCSVを書く先")] = None,
    as_json: Json = False,
) -> None:
    """一年に口座振替で納めた額（還付・充当された分を除く）。"""
    if to is not None:
        write_statement(year, to)
        console.print(f"書きました: {to}", soft_wrap=True)
        return
    found = paid_in_year(year, addressee_number=addressee)
    if as_json:
        say_json(list(found))
        return
    table(
        f"{year}年の振替済額",
        ("宛名番号", "税目", "回数", "振替済額"),
        [(e.addressee_number, e.tax_item_name, e.times, e.amount) for e in found],
    )


@app.command()
@bound("collection.debits.letters")
@refusals_told
def letters(
    what: Annotated[
        str,
        typer.Argument(help="notices（通知）/ failures（不能）/ again（再振替）/ statements（年間）/ form（依頼書）"),
    ],
    about: Annotated[str, typer.Argument(help="登録日（notices）、依頼番号、年、宛名番号")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """口座振替の文書を作る。束の番号を答える（刷るのは osame letter print）。"""
    who, on = officer(by), day(as_of)
    made = {
        "notices": lambda: sending.send_notices(since=parse_date(about), as_of=on, officer=who),
        "failures": lambda: sending.send_failures(int(about), as_of=on, officer=who),
        "again": lambda: sending.send_again(int(about), as_of=on, officer=who),
        "statements": lambda: sending.send_statements(int(about), as_of=on, officer=who),
        "form": lambda: sending.send_form(about, as_of=on, officer=who),
    }
    if what not in made or (what in {"failures", "again", "statements"} and not about.isdecimal()):
        raise typer.BadParameter(
            "notices 日付・failures 依頼番号・again 依頼番号・statements 年・form 宛名番号 のどれかです。"
        )
    console.print(f"束の番号 {made[what]()}")
