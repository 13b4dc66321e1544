"""osame certificate … — 納税証明の申請、本人確認、発行、印刷、再発行、取消し、発行簿、照会、検証。"""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from osame.collection.certificates import actions
from osame.collection.certificates.actions import Application, Identity
from osame.collection.certificates.arriving import import_applications, mark_posted
from osame.collection.certificates.certified import Asked, Evidence
from osame.collection.certificates.consented import Inquiry, answer_inquiry
from osame.collection.certificates.forms import this_year
from osame.collection.certificates.jnks import write_extract
from osame.collection.certificates.models import CertificateRequest
from osame.collection.certificates.printing import print_certificate
from osame.collection.certificates.reports import write_sheet
from osame.collection.certificates.requests import day_of
from osame.collection.certificates.statement import certificate_name, public_pem, read_payload, read_pdf
from osame.collection.certificates.vehicles import find_vehicle, import_vehicles
from osame.collection.intake.telling import tell
from osame.collection.ledger.queries import find_charge
from osame.contracts.signed_statement import public_keys
from osame.formats.jnks_csv import STATUSES
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="納税証明")
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Reason = Annotated[str, typer.Option("--reason", help="理由（必須）")]
Request = Annotated[int, typer.Argument(help="申請番号")]
Number = Annotated[int, typer.Argument(help="証明番号")]


@app.command("apply")
@bound("collection.certificates.apply")
@refusals_told
def apply_command(
    addressee: str,
    kind: Annotated[CertificateRequest.Kind, typer.Option("--kind", help="01 納税証明、02 滞納なし、03 継続検査用")],
    applicant: Annotated[str, typer.Option("--applicant", help="申請者の氏名（必須）")],
    use: Annotated[str, typer.Option("--use", help="使用目的（必須）")],
    to: Annotated[str, typer.Option("--to", help="提出先（必須）")],
    years: Annotated[str, typer.Option("--years", help="年度（2025 または 2023-2025。省けば今年度）")] = "",
    tax_item: Annotated[str, typer.Option("--tax-item", help="税目のコード（省けばすべて）")] = "",
    notice: Annotated[str, typer.Option("--notice", help="通知書番号")] = "",
    plate: Annotated[str, typer.Option("--plate", help="標識番号（継続検査用）")] = "",
    chassis: Annotated[str, typer.Option("--chassis", help="車台番号（継続検査用）")] = "",
    authority: Annotated[
        CertificateRequest.Authority, typer.Option("--authority", help="請求の資格（01 本人、02 代理人…）")
    ] = CertificateRequest.Authority.SELF,
    fee: Annotated[int | None, typer.Option("--fee", help="手数料（省けば団体の額、免除なら0）")] = None,
    exemption: Annotated[str, typer.Option("--exemption", help="免除の理由")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """納税証明を申請する。"""
    today = day(as_of)
    first, _, last = (years or str(this_year(today))).partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise typer.BadParameter("年度は 2025 または 2023-2025 のように指定してください。")
    asked = Asked(
        addressee.zfill(15), kind, tax_item, int(first), int(last or first), notice, plate, chassis, authority
    )
    number = actions.apply(Application(asked, applicant, use, to, fee, exemption), as_of=today, officer=officer(by))
    console.print(f"申請番号 {number}　次は osame certificate identify {number}", soft_wrap=True)


@app.command("identify")
@bound("collection.certificates.identify")
@refusals_told
def identify_command(
    request: Request,
    means: Annotated[CertificateRequest.IdentityMeans, typer.Option("--means", help="確認した書類（01 顔写真付き…）")],
    note: Annotated[str, typer.Option("--note", help="書類の名")] = "",
    document: Annotated[str, typer.Option("--document", help="資格を示す書面（委任状など）")] = "",
    valid_through: Annotated[str | None, typer.Option("--valid-through", help="書面の末日")] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """本人確認と、請求の資格を示す書面を記録する。"""
    identity = Identity(means, note, document, parse_date(valid_through) if valid_through else None)
    actions.identify(request, identity, as_of=day(as_of), officer=officer(by))
    console.print("本人確認を記録しました。")


@app.command("evidence")
@bound("collection.certificates.identify")
@refusals_told
def evidence_command(
    request: Request,
    charge: Annotated[str, typer.Argument(help="期別（納付書番号など）")],
    amount: Annotated[int, typer.Option("--amount", help="領収書の額（必須）")],
    on: Annotated[str, typer.Option("--on", help="領収日（必須）")],
    seen: Annotated[str, typer.Option("--seen", help="確かめた領収書（必須）")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """まだ消し込まれていない納付を、領収書で確かめたことを記録する。"""
    told = Evidence(find_charge(charge).charge_id, parse_date(on), amount, seen)
    actions.record_evidence(request, told, as_of=day(as_of), officer=officer(by))
    console.print("領収書の確認を記録しました。")


@app.command("preview")
@bound("collection.certificates.show")
@refusals_told
def preview_command(request: Request, as_of: AsOf = None, as_json: Json = False) -> None:
    """いま発行したら証明することを示す。何も書かない。"""
    told = actions.review(request, as_of=day(as_of))
    if as_json:
        say_json({"facts": told.facts, "arrears": told.arrears, "sha256": told.sha256})
        return
    table(
        f"{told.facts['subject']['name']}　{told.facts['scope']}",
        ("税目", "年度", "税額", "納付済額", "未納額", "納期未到来額", "延滞金等"),
        [(e["tax_name"], e["year_label"], e["tax"], e["paid"], e["unpaid"], e["not_due"], e["late"]) for e in told.facts["lines"]],
    )  # fmt: skip
    for each in (*told.remarks, *(f"滞納: {arrear}" for arrear in told.arrears)):
        console.print(escape(each), soft_wrap=True)


@app.command("issue")
@bound("collection.certificates.issue")
@refusals_told
def issue_command(request: Request, as_of: AsOf = None, by: Officer = None) -> None:
    """審査して発行し、証明番号を採る。刷るのは osame certificate print。"""
    number = actions.issue(request, as_of=day(as_of), officer=officer(by))
    console.print(
        f"証明番号 {number}（{certificate_name(number)}）　次は osame certificate print {number}", soft_wrap=True
    )


@app.command("print")
@bound("collection.certificates.print")
@refusals_told
def print_command(number: Number, to: Annotated[Path, typer.Option("--to", help="置くフォルダー")] = Path()) -> None:
    """証明書を刷り、読み返して、その番号の証明書のものであるときだけ渡す。"""
    path, emitted = print_certificate(number, to)
    console.print(f"{certificate_name(number)} を刷りました。出力番号 {emitted.serial}", soft_wrap=True)
    console.print(f"出力先 {path}", soft_wrap=True)


@app.command("refuse")
@bound("collection.certificates.issue")
@refusals_told
def refuse_command(request: Request, reason: Reason, by: Officer = None) -> None:
    """不発行にする。"""
    actions.refuse(request, reason=reason, officer=officer(by))
    console.print("不発行にしました。")


@app.command("withdraw")
@bound("collection.certificates.apply")
@refusals_told
def withdraw_command(request: Request, reason: Reason, by: Officer = None) -> None:
    """申請を取り下げる。"""
    actions.withdraw(request, reason=reason, officer=officer(by))
    console.print("取り下げました。")


@app.command("cancel")
@bound("collection.certificates.cancel")
@refusals_told
def cancel_command(number: Number, reason: Reason, by: Officer = None) -> None:
    """証明書を取り消す。"""
    actions.cancel(number, reason=reason, officer=officer(by))
    console.print(f"{certificate_name(number)} を取り消しました。")


@app.command("reissue")
@bound("collection.certificates.cancel")
@refusals_told
def reissue_command(number: Number, reason: Reason, as_of: AsOf = None, by: Officer = None) -> None:
    """新しい番号で再発行し、元の証明書を取り消す。"""
    new = actions.reissue(number, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print(f"証明番号 {new}（{certificate_name(new)}）　元の {certificate_name(number)} は取り消しました。")


@app.command("list")
@bound("collection.certificates.show")
@refusals_told
def list_command(on: AsOf = None, as_json: Json = False) -> None:
    """その日の発行簿と、手数料の計。"""
    found = day_of(day(on))
    if as_json:
        say_json(asdict(found))
        return
    table(
        f"発行簿 {format_wareki(found.on)}",
        ("申請", "宛名番号", "証明の種類", "申請者", "状態", "証明番号", "手数料"),
        [
            (e.request_id, e.addressee_number, e.kind_label, e.applicant_name, e.state_label,
             "・".join(f"{i.name}（{i.state}）" for i in e.issued), e.fee)
            for e in found.requests
        ],
    )  # fmt: skip
    console.print(f"手数料 {found.paid:,}件 {found.fees:,}円、免除 {found.exempt:,}件")


@app.command("inquire")
@bound("collection.certificates.inquire")
@refusals_told
def inquire_command(
    addressee: str,
    asked_by: Annotated[str, typer.Option("--from", help="照会元（必須）")],
    use: Annotated[str, typer.Option("--use", help="使用目的（必須）")],
    consent: Annotated[str, typer.Option("--consent", help="同意書（必須）")],
    consented_on: Annotated[str, typer.Option("--consented-on", help="同意した日（必須）")],
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """同意書に基づく照会に、滞納の有無だけを答える。"""
    inquiry = Inquiry(addressee.zfill(15), asked_by, use, consent, parse_date(consented_on))
    found = answer_inquiry(inquiry, as_of=day(as_of), officer=officer(by))
    console.print("滞納あり" if found else "滞納なし")


@app.command("public-key")
@bound("collection.certificates.public_key")
@refusals_told
def public_key_command() -> None:
    """証明書の署名を確かめるための公開鍵（PEM）。市のウェブサイトなどで公開する。"""
    console.print(public_pem().decode(), end="")


@app.command("verify")
@bound("collection.certificates.verify")
@refusals_told
def verify_command(
    what: Annotated[str, typer.Argument(help="二次元コードの内容、または証明書の PDF")],
    key: Annotated[Path, typer.Option("--key", help="発行した団体の公開鍵（PEM、必須）")],
    as_json: Json = False,
) -> None:
    """証明書を確かめる。データベースも、発行した団体への問い合わせも要らない。"""
    keys, file = public_keys(key), Path(what) if what.lower().endswith(".pdf") else None
    found = read_pdf(file.read_bytes(), keys) if file else read_payload(what, keys)
    if as_json:
        say_json(asdict(found))
        return
    console.print(
        "[green]署名は正しい。[/green]" + ("紙の文字も、署名した内容のとおりです。" if file else ""), soft_wrap=True
    )
    for name, value in found.told:
        console.print(f"　{name}：{escape(value)}", soft_wrap=True)
    console.print("　取り消された証明書かどうかは、発行した団体に証明番号を尋ねてください。", soft_wrap=True)


@app.command("import-applications")
@bound("collection.certificates.arrive")
@refusals_told
def import_applications_command(file: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """オンライン・郵送の申請データを取り込む。"""
    tell(import_applications(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)


@app.command("posted")
@bound("collection.certificates.arrive")
@refusals_told
def posted_command(
    request: Request, tracking: Annotated[str, typer.Option("--tracking", help="追跡番号")] = "", as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """証明書を送付したことを記録する。"""
    mark_posted(request, tracking=tracking, as_of=day(as_of), officer=officer(by))
    console.print("送付を記録しました。")


@app.command("form")
@bound("collection.certificates.apply")
@refusals_told
def form_command(
    request: Annotated[int, typer.Argument(help="申請番号")],
    to: Annotated[Path, typer.Option("--to", help="書き出すファイル（必須）")],
    as_of: AsOf = None,
) -> None:
    """申請書・委任状・本人確認記録を、紙にする。"""
    console.print(f"出力番号 {write_sheet(request, to, as_of=day(as_of)).serial}")


@app.command("import-vehicles")
@bound("collection.certificates.vehicles")
@refusals_told
def import_vehicles_command(file: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """軽自動車の車両のファイルを取り込む。"""
    tell(import_vehicles(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)


@app.command("vehicle")
@bound("collection.certificates.vehicles")
@refusals_told
def vehicle_command(
    plate: Annotated[str, typer.Option("--plate", help="標識番号（三重580あ1234）")] = "",
    chassis: Annotated[str, typer.Option("--chassis", help="車台番号")] = "",
    year: Annotated[int | None, typer.Option("--year", help="年度（省けば今年度）")] = None,
    as_of: AsOf = None,
) -> None:
    """車両一台の納付の状況。過年度に未納があれば「＊」。"""
    on = day(as_of)
    found = find_vehicle(levy_year=year or this_year(on), as_of=on, plate=plate, chassis=chassis)
    table("車両の納付の状況", ("標識番号", "車台番号", "種別", "年度", "氏名", "状況", "納付の日", "過年度"),
          ((e.plate, e.chassis_number, e.class_name, str(e.levy_year), e.name, STATUSES[e.status],
            format_wareki(e.paid_on) if e.paid_on else "", "＊" if e.starred else "") for e in found))  # fmt: skip


@app.command("jnks")
@bound("collection.certificates.jnks")
@refusals_told
def jnks_command(
    to: Annotated[Path, typer.Argument(help="書き出す先（CSV）")], as_of: AsOf = None, by: Officer = None
) -> None:
    """軽JNKSへの日次の連携ファイルを書く。"""
    made = write_extract(to, as_of=day(as_of), officer=officer(by))
    console.print(f"書きました: {made.place}　出力番号 {made.serial}", soft_wrap=True)
