"""osame addressee mailing … / contact … — 送付先と連絡先。"""

from typing import Annotated

import typer
from django.db import transaction

from osame.addressee.mailing import actions
from osame.addressee.mailing.actions import ContactRequest, MailingRequest, Place
from osame.addressee.mailing.models import Contact
from osame.addressee.mailing.queries import mailing_address_for
from osame.kernel.dates import parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, refusals_told

app = typer.Typer(no_args_is_help=True, help="送付先")
contact = typer.Typer(no_args_is_help=True, help="連絡先")
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Number = Annotated[str, typer.Argument(help="宛名番号")]
TaxItem = Annotated[str, typer.Option("--tax-item", help="この税目だけ")]
Document = Annotated[str, typer.Option(help="この書類だけ（R-050 など）")]


@app.command()
@bound("addressee.mailing.register")
@refusals_told
def add(
    addressee: Number,
    reason: Annotated[str, typer.Option(help="送付理由（必須）")],
    name: Annotated[str, typer.Option(help="送付先の氏名（本人なら省く）")] = "",
    postal_code: Annotated[str, typer.Option("--postal-code", help="郵便番号7桁")] = "",
    prefecture: Annotated[str, typer.Option(help="都道府県")] = "",
    municipality: Annotated[str, typer.Option(help="市区郡町村名")] = "",
    town: Annotated[str, typer.Option(help="町字")] = "",
    block: Annotated[str, typer.Option(help="番地号")] = "",
    building: Annotated[str, typer.Option(help="方書")] = "",
    country: Annotated[str, typer.Option(help="国名（国外のとき）")] = "",
    foreign_address: Annotated[str, typer.Option("--foreign-address", help="国外住所")] = "",
    start: Annotated[str | None, typer.Option("--from", help="開始日（省けば今日）")] = None,
    until: Annotated[str | None, typer.Option(help="終了日の翌日")] = None,
    tax_item: TaxItem = "",
    document: Document = "",
    priority: Annotated[int, typer.Option(min=1, max=9, help="優先順位（小さいものが先）")] = 5,
    safe: Annotated[bool, typer.Option("--safe", help="支援措置の安全な送付先（承認が要る）")] = False,
    _by: Officer = None,
) -> None:
    """送付先を登録する。"""
    place = Place(
        name=name, postal_code=postal_code, prefecture=prefecture, municipality_name=municipality, town=town,
        block=block, building=building, country_name=country, foreign_address=foreign_address,
    )  # fmt: skip
    request = MailingRequest(
        addressee, place, reason, day(start), parse_date(until) if until else None, tax_item, document, priority, safe
    )
    console.print(f"送付先 {actions.register_mailing_address(request)} を登録しました。")


@app.command()
@bound("addressee.mailing.approve")
@refusals_told
def approve(mailing_address: int, _by: Officer = None) -> None:
    """支援措置の対象者の送付先を承認する。登録した職員にはできない。"""
    actions.approve_mailing_address(mailing_address)
    console.print("承認しました。")


@app.command()
@bound("addressee.mailing.register")
@refusals_told
def end(mailing_address: int, on: Annotated[str, typer.Option(help="この日から使わない")], _by: Officer = None) -> None:
    """送付先を終える。"""
    actions.end_mailing_address(mailing_address, valid_until=parse_date(on))
    console.print("終えました。")


@app.command()
@bound("addressee.mailing.show")
@refusals_told
def choose(
    addressee: Number,
    tax_item: TaxItem = "",
    document: Document = "",
    as_of: Annotated[str | None, typer.Option("--as-of", help="送る日（省けば今日）")] = None,
    _by: Officer = None,
) -> None:
    """どこへ送るかを、送付先番号で答える。"""
    with transaction.atomic():
        found = mailing_address_for(addressee, tax_item=tax_item, document=document, on=day(as_of))
    if found.held:
        console.print("支援措置の対象者です。承認された安全な送付先がないため、送れません。")
    else:
        console.print(f"送付先 {found.mailing.mailing_address_id}" if found.mailing else "住所へ送ります。")


@contact.command("add")
@bound("addressee.mailing.register")
@refusals_told
def add_contact(
    addressee: Number,
    value: Annotated[str, typer.Argument(help="電話番号かメールアドレス")],
    kind: Annotated[str, typer.Option(help="1 自宅、2 携帯、3 勤務先、4 ファクシミリ、5 メール、9 その他")],
    start: Annotated[str | None, typer.Option("--from", help="開始日（省けば今日）")] = None,
    _by: Officer = None,
) -> None:
    """連絡先を登録する。"""
    if kind not in Contact.Kind.values:
        raise typer.BadParameter("、".join(f"{each.value} {each.label}" for each in Contact.Kind))
    request = ContactRequest(addressee, Contact.Kind(kind), value, day(start))
    console.print(f"連絡先 {actions.register_contact(request)} を登録しました。")


@contact.command("end")
@bound("addressee.mailing.register")
@refusals_told
def end_contact_command(
    contact_id: int, on: Annotated[str, typer.Option(help="この日から使わない")], _by: Officer = None
) -> None:
    """連絡先を終える。"""
    actions.end_contact(contact_id, valid_until=parse_date(on))
    console.print("終えました。")
