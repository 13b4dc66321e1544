"""納付書の紙の内容。発行のときに決まった内訳と符号だけから作る。計算はしない。

What the paper says, made of what was frozen and of nothing else. `slip_part` gives the part that any letter may carry at its
foot (`typst/slip.typ`, with the drawings of `slip_drawings`); `slip_content` is the sheet of R-001, R-002 and R-003.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from osame.collection.parameters.queries import municipality
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.owed import Share
from osame.collection.payment_slips.queries import Slip
from osame.formats.slip_numbers import matter_key
from osame.kernel.dates import era_year, format_wareki
from osame.platform.letters.codes import gs1_128_svg, qr_png
from osame.platform.letters.engine import Drawn
from osame.platform.letters.fitting import Sized, fitted

SOURCE = "collection/payment_slips/typst/slip_letter.typ"
COLLECTOR_NOTE = (
    "徴収した月の翌月10日（納期の特例では、その期限）までに納入してください（地方税法第321条の5、第321条の5の2）。"
)


@dataclass(frozen=True, slots=True)
class SlipPart:
    """納付書の三片に刷る内容。 barcode と el_qr は符号の中身。刷らないなら空で、理由を言う。"""

    city: str
    city_code: str
    payee: str
    slip_number: str
    year: str
    tax: Sized
    tax_short: Sized
    term: Sized
    notice_number: str
    name: Sized
    name_short: Sized
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    total: int
    due_date: str
    payable_through: str
    barcode: str
    barcode_text: str
    barcode_omitted: str
    el_qr: str
    el_agency: str
    el_payment: str
    el_confirmation: str
    el_class: str
    upper_line: str
    lower_line: str


@dataclass(frozen=True, slots=True)
class Row:
    """内訳の一行。"""

    tax: Sized
    year: str
    term: Sized
    notice: Sized
    due_date: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    amount: int


@dataclass(frozen=True, slots=True)
class SlipContent:
    """納付書一通の内容（R-001・R-002・R-003）。"""

    heading: str
    opening: str
    slip: SlipPart
    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def slip_content(slip: Slip, *, name: str) -> SlipContent:
    """納付書一通の内容。 name: 納税義務者の氏名。"""
    return content_around(slip, slip_part(slip, name=name))


def collector_content(slip: Slip, part: SlipPart, number: str) -> SlipContent:
    """特別徴収義務者の納入書一通の内容（R-004）。 number: 指定番号。"""
    content = content_around(slip, part)
    opening = (
        f"指定番号 {number} の、給与から徴収した市民税・県民税・森林環境税（月割額）の納入書です。"
        "退職所得分や一括徴収分は、内訳を添えてください。"
    )
    return replace(content, heading="特別徴収 納入書", opening=opening, notes=(COLLECTOR_NOTE, *content.notes))


def content_around(slip: Slip, part: SlipPart) -> SlipContent:
    """三片の上に、見出しと内訳と注意書を置く。"""
    rows = tuple(_row(each) for each in slip.shares)
    return SlipContent(_heading(slip), _opening(slip), part, rows, tuple(_notes(slip)))


def slip_part(slip: Slip, *, name: str) -> SlipPart:
    """納付書の三片の内容。どの文書にも添えられる。

    要件: F07-01, F07-02, F07-03
    """
    city = municipality(as_of=slip.issued_on)
    return part_of(slip, (city.name, city.municipality_code), name=name)


def part_of(slip: Slip, city: tuple[str, str], *, name: str) -> SlipPart:
    """その団体（名とコード）が発する、納付書の三片の内容。"""
    taxes = list(dict.fromkeys(each.tax_name for each in slip.shares))
    tax = taxes[0] if len(taxes) == 1 else f"{taxes[0]}ほか{len(taxes) - 1}税目"
    return SlipPart(
        city=city[0],
        city_code=city[1],
        payee=f"{city[0]}会計管理者",
        slip_number=str(slip.slip_number),
        year=_years(slip.shares),
        tax=fitted(tax, (43, 5), 8),
        tax_short=fitted(tax, (39, 4), 8),
        term=fitted(term_text(slip), (21, 5), 8),
        notice_number=_notices(slip.shares),
        name=fitted(name, (80, 8), 10),
        name_short=fitted(name, (38, 5), 8),
        principal_tax=sum(each.principal_tax for each in slip.shares),
        demand_fee=sum(each.demand_fee for each in slip.shares),
        delinquency_charge=sum(each.delinquency_charge for each in slip.shares),
        total=slip.amount,
        due_date=_due(slip.shares),
        payable_through=format_wareki(slip.payable_through),
        barcode=slip.barcode,
        barcode_text=slip.barcode_text,
        barcode_omitted=slip.barcode_omitted,
        el_qr=slip.el_qr,
        el_agency=slip.agency_number,
        el_payment=matter_key(slip.slip_number),
        el_confirmation=slip.confirmation_number,
        el_class=slip.payment_class,
        upper_line=slip.upper_line,
        lower_line=slip.lower_line,
    )


def slip_drawings(context: Mapping[str, Any]) -> dict[str, Drawn]:
    """納付書の部品を持つ内容から、符号の絵を作る。文書の種類の `draws` に渡す。"""
    slip = context["slip"]
    return {
        "slip_barcode": gs1_128_svg(slip["barcode"]) if slip["barcode"] else "",
        "slip_qr": qr_png(slip["el_qr"]) if slip["el_qr"] else "",
    }


def slip_marks(slip: Slip) -> tuple[str, ...]:
    """納付書の頁に必ずあるはずの文字。刷り上がりを読み返して確かめる。"""
    return (
        f"{slip.amount:,}円", format_wareki(slip.payable_through), str(slip.slip_number), slip.upper_line,
        slip.lower_line, matter_key(slip.slip_number),
    )  # fmt: skip


def term_text(slip: Slip) -> str:
    """期別の欄。"""
    if slip.kind is PaymentSlip.Kind.INSTALMENT:
        return f"分納第{slip.round_number}回"
    return slip.shares[0].term_name if len(slip.shares) == 1 else f"合算{len(slip.shares)}期"


def _heading(slip: Slip) -> str:
    return "分納納付書" if slip.kind is PaymentSlip.Kind.INSTALMENT else "納付書"


def _opening(slip: Slip) -> str:
    if slip.kind is PaymentSlip.Kind.INSTALMENT:
        return f"分割納付の第{slip.round_number}回の納付書をお送りします。下の納付書で、指定期限までに納めてください。"
    return "次の市税等の納付書をお送りします。下の納付書で、指定期限までに納めてください。"


def _notes(slip: Slip) -> list[str]:
    through = format_wareki(slip.payable_through)
    notes = [f"この納付書は{through}まで使えます。金額を訂正したもの、期限を過ぎたもの、汚れたものは使えません。"]
    if any(each.delinquency_charge for each in slip.shares):
        notes.append(
            f"延滞金は、{through}に納めるものとして計算しています（地方税法第326条ほか各税目の規定）。"
            "早く納めて納めすぎとなった額は、お返しするか、未納の徴収金に充てます。"
        )
    elif any(each.principal_tax for each in slip.shares):
        notes.append("納期限を過ぎて納めるときは、納付の日までの延滞金を、後から納めていただくことがあります。")
    notes.append(
        "お手元に同じ期別の前の納付書があるときは、使わずに捨ててください。二重に納めた額は、お返しするか、未納の徴収金に充てます。"
    )
    notes.append(
        slip.barcode_omitted
        or "コンビニエンスストアでは、バーコードのある一枚を切り離さずにお出しください。現金で納めたときは、領収証書を必ず受け取ってください。"
    )
    notes.append(
        "eL-QR（二次元コード）は、地方税お支払サイト、スマートフォンのアプリ、対応する金融機関の窓口で使えます。領収証書は出ません。"
        if slip.el_qr
        else "この納付書は、地方税お支払サイトやスマートフォンのアプリでは納められません。"
    )
    return notes


def _row(share: Share) -> Row:
    era, year = era_year(share.due_on)
    return Row(
        tax=fitted(share.tax_name, (26, 4), 8),
        year=_era_fiscal(share.levy_year),
        term=fitted(share.term_name, (10, 4), 8),
        notice=fitted(share.notice_number, (21, 4), 8),
        due_date=f"{era.letter}{year}.{share.due_on.month}.{share.due_on.day}",
        principal_tax=share.principal_tax,
        demand_fee=share.demand_fee,
        delinquency_charge=share.delinquency_charge,
        amount=share.amount,
    )


def _era_fiscal(levy_year: int) -> str:
    era, year = era_year(date(levy_year, 12, 31))
    return f"{era.name}{'元' if year == 1 else year}"


def _years(shares: Sequence[Share]) -> str:
    years = sorted({each.levy_year for each in shares})
    return _era_fiscal(years[0]) if len(years) == 1 else "内訳のとおり"


def _notices(shares: Sequence[Share]) -> str:
    numbers = list(dict.fromkeys(each.notice_number for each in shares))
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]}ほか"


def _due(shares: Sequence[Share]) -> str:
    days = sorted({each.due_on for each in shares})
    return format_wareki(days[0]) if len(days) == 1 else "内訳のとおり"
