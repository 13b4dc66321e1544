"""督促状の内容（R-050）。実行した督促を、一通ずつの型のついた内容にして刷る。

One letter per addressee of a run: what it says, computed set-based in chunks, and handed to the letters engine.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Any

from osame.collection.demands.estimates import estimated_charges
from osame.collection.demands.models import DemandExclusion
from osame.collection.demands.texts import DemandTexts, demand_texts
from osame.collection.letters.folders import copy_of, is_there
from osame.collection.letters.issuer import SAMPLE, Issuer, issuer_on, site_watermark
from osame.collection.letters.protected import AWAITS_CONFIRMATION, HELD_BACK, PROTECTED, hidden_values
from osame.kernel.dates import era_year, format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Authority, orders_in_bulk
from osame.platform.letters.batches import HeldLetter
from osame.platform.letters.codes import customer_barcode_svg
from osame.platform.letters.engine import BATCH_LETTERS, Letter, Template, render_page, sheet_code
from osame.platform.letters.release import PrintJob, PrintResult, print_letters
from osame.platform.letters.window import AddressTooLong, WindowAddress, fit_coded

SOURCE = "collection/demands/typst/demand_letter.typ"
FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 12, 34
CHUNK = 1_000
PARTS = {"-postcard": "圧着はがき", "-slip": "納付書一体型"}
"""封書のほかの紙の、出力先の名の後ろに添えるものと、その名。"""
CORPORATE_KINDS = frozenset({"3", "5"})
CO_OWNERS = "4"
LETTER_ROWS = f"""
SELECT d.letter_number, d.addressee_number, d.charge_id, d.designated_due_date, d.principal_tax, d.demand_fee,
       c.tax_item, i.name AS tax_item_name, i.demand_article, c.levy_year, c.installment_term, t.name AS term_name,
       c.notice_number, c.due_date, a.name, s.postal_code, s.address, s.address_detail,
       coalesce(nullif(s.mailing_name, ''), r.name) AS to_name, r.name AS receiver_name, r.kind AS receiver_kind,
       a.kind, {PROTECTED} AS protected, {HELD_BACK} AS held_back
FROM {{source}}
JOIN charge c USING (charge_id, addressee_number)
JOIN addressee a USING (addressee_number)
JOIN addressee r ON r.addressee_number = s.receiver_number
JOIN LATERAL (
    SELECT name, demand_article FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= %(issued_on)s
    ORDER BY i.valid_from DESC LIMIT 1
) i ON true
LEFT JOIN installment_term t ON t.levy_year = c.levy_year AND t.tax_item = c.tax_item
    AND t.installment_term = c.installment_term
WHERE {{terms}} AND d.letter_number >= %(first)s AND d.letter_number < %(until)s
ORDER BY d.letter_number, c.due_date, c.tax_item, c.levy_year, c.notice_number, c.installment_term
"""
ROWS = LETTER_ROWS.format(
    source="demand d JOIN demand_destination s USING (run_id, letter_number, addressee_number)",
    terms="d.run_id = %(run_id)s AND d.cancelled_on IS NULL",
)
NAMES = (
    "letter_number", "addressee_number", "charge_id", "designated_due_date", "principal_tax", "demand_fee",
    "tax_item", "tax_item_name", "demand_article", "levy_year", "installment_term", "term_name", "notice_number",
    "due_date", "name", "postal_code", "address", "address_detail", "to_name", "receiver_name", "receiver_kind",
    "kind", "protected", "held_back",
)  # fmt: skip


class AlreadyPrintedElsewise(Refusal):
    """この実行の督促状は、前に別の形の紙で刷っています。二通届かないよう、前の紙を確かめ、刷り直す理由を入力してください。"""


class DemandRunNotFound(Refusal):
    """この番号の督促の実行はありません。実行番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """督促状の表の一行。"""

    tax_item: str
    levy_year: str
    term: str
    notice_number: str
    due_date: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int


@dataclass(frozen=True, slots=True)
class LetterPage:
    """一頁分の行と、その頁の通し番号。"""

    code: str
    rows: tuple[ChargeRow, ...]


@dataclass(frozen=True, slots=True)
class DemandLetter:
    """督促状一通。"""

    letter_number: int
    to: WindowAddress
    demand_article: str
    principal_tax: int
    demand_fee: int
    total: int
    delinquency_text: str
    pages: tuple[LetterPage, ...]


@dataclass(frozen=True, slots=True)
class DemandLetterRun:
    """その実行のすべての督促状に共通する内容。"""

    document_number: str
    issued_on: str
    designated_due_date: str
    mayor: str
    seal: str
    office: str
    office_address: str
    office_telephone: str
    seizure_text: str
    payment_text: str
    appeal_text: str
    footer: str
    watermark: str


@dataclass(frozen=True, slots=True)
class DemandLetterOut:
    """刷る一通、または刷らない一通。 protected: 支援措置の対象者が受け取る; rows: その一通の期別と宛先。"""

    letter: Letter | HeldLetter
    protected: bool
    rows: list[dict[str, Any]]
    estimates: dict[int, int]


Progress = Callable[[int, int], None]


def untold(_done: int, _total: int) -> None:
    """進み具合を知らせる先がない。"""


def told_of(letters: Iterable[Letter | HeldLetter], total: int, progress: Progress) -> Iterator[Letter | HeldLetter]:
    """一束ごとに、進み具合を知らせる。"""
    for at, letter in enumerate(letters):
        if at % BATCH_LETTERS == 0:
            progress(at, total)
        yield letter


@orders_in_bulk("demand-run")
def people_of_run(run_id: str) -> int:
    """その督促の実行にかかわる人数（督促した人と、除外した人）。"""
    return int(
        fetch_all(
            "SELECT count(*) FROM (SELECT addressee_number FROM demand WHERE run_id = %(run)s "
            "UNION SELECT addressee_number FROM demand_exclusion WHERE run_id = %(run)s) people",
            {"run": int(run_id)},
        )[0][0]
    )


def print_demand_letters(
    run_id: int, *, watermark: str | None = None, reason: str = "", progress: Progress = untold
) -> PrintResult:
    """督促状を刷る。宛先と金額を一枚ずつ読み返し、すべて合ったときだけ渡す。

    Print the letters of a run into `letters/demand-run-…/`. `watermark` is 見本 unless this is a production site
    (`OSAME_ENVIRONMENT=production`). Held: uncovered characters, addresses too long for the window, people protected
    or withheld since; and the letters of protected people, which wait for a second officer (`confirmation`). With a
    `reason`, another copy is printed under a name of its own; without one, what is there is the answer.

    要件: F08-03, F27-02
    """
    name = folder_for(run_id, reason=reason)
    if not reason.strip():
        refuse_another_paper(name)
    letters = told_of(set_apart(letters_of(run_id)), _run(run_id)[2], progress)
    return print_into(name, run_id, letters, reason=reason, watermark=watermark)


def refuse_another_paper(name: str, suffix: str = "") -> None:
    """前に、ほかの紙で刷っていれば断る。 suffix: これから刷る紙。"""
    for other, called in PARTS.items():
        if other != suffix and is_there(name + other):
            raise AlreadyPrintedElsewise(called)


def folder_for(run_id: int, *, reason: str) -> str:
    """これから刷るものの出力先の名。もう一度刷る理由があれば、まだない名。"""
    name = run_folder(run_id)
    return copy_of(name) if reason.strip() else name


def print_into(
    name: str,
    run_id: int,
    letters: Iterable[Letter | HeldLetter],
    *,
    reason: str = "",
    watermark: str | None = None,
    source: str = SOURCE,
) -> PrintResult:
    """その実行の督促状を、その名の出力先に刷る。 source: 紙のひな型（封書か、圧着はがき）。"""
    issued_on, designated, _ = _run(run_id)
    run = asdict(common_content(issued_on, designated, site_watermark() if watermark is None else watermark))
    authority = Authority(bulk_by_law=f"demand-run:{run_id}", reason=reason.strip())
    job = PrintJob(name, template_on(issued_on, source), run, hidden=hidden_values(), authority=authority)
    return print_letters(job, letters)


def run_folder(run_id: int) -> str:
    """実行の出力先の名。"""
    return f"demand-run-{run_id:06d}"


def letters_of(run_id: int) -> Iterator[DemandLetterOut]:
    """その実行の督促状を、番号の順に。支援措置の対象者のものかどうかを添えて。"""
    issued_on, _, last = _run(run_id)
    return demand_letters(run_id, issued_on=issued_on, last=last)


def set_apart(letters: Iterable[DemandLetterOut]) -> Iterator[Letter | HeldLetter]:
    """支援措置の対象者の督促状を、確認を待つものとして脇に置く。"""
    for each in letters:
        if each.protected and isinstance(each.letter, Letter):
            yield HeldLetter(each.letter.letter_number, each.letter.addressee_number, AWAITS_CONFIRMATION)
        else:
            yield each.letter


def demand_letters(run_id: int, *, issued_on: date, last: int) -> Iterator[DemandLetterOut]:
    """督促状を、番号の順に一通ずつ。取り消した督促は載せない。"""
    for first in range(1, last + 1, CHUNK):
        terms = {"run_id": run_id, "issued_on": issued_on, "first": first, "until": first + CHUNK}
        rows = [dict(zip(NAMES, row, strict=True)) for row in fetch_all(ROWS, terms)]
        estimates = estimated_charges([row["charge_id"] for row in rows], as_of=issued_on)
        for _, group in groupby(rows, key=lambda row: row["letter_number"]):
            one = list(group)
            yield DemandLetterOut(letter_of(run_id, one, estimates), one[0]["protected"], one, estimates)


def preview_letter(run_id: int, letter_number: int, *, ppi: float = 110) -> bytes:
    """一通の最初の頁を画像にする。必ず【見本】を重ねる。支援措置の対象者のものは見せない。"""
    issued_on, designated, _ = _run(run_id)
    for letter in set_apart(demand_letters(run_id, issued_on=issued_on, last=letter_number)):
        if letter.letter_number == letter_number and isinstance(letter, Letter):
            content = asdict(common_content(issued_on, designated, SAMPLE))
            return render_page(template_on(issued_on), content, letter, ppi=ppi)
    raise DemandRunNotFound(f"実行番号 {run_id}、発付番号 {letter_number}")


def run_days(run_id: int) -> tuple[date, date]:
    """その実行の、発付日と指定期限。"""
    return _run(run_id)[:2]


def _run(run_id: int) -> tuple[date, date, int]:
    rows = fetch_all(
        "SELECT r.issued_on, (SELECT min(designated_due_date) FROM demand d WHERE d.run_id = r.run_id), r.letters "
        "FROM demand_run r WHERE run_id = %s",
        [run_id],
    )
    if not rows:
        raise DemandRunNotFound(f"実行番号 {run_id}")
    issued_on, designated, last = rows[0]
    return issued_on, designated or issued_on, int(last)


def template_on(issued_on: date, source: str = SOURCE) -> Template:
    """その日に発する督促状のひな型。"""
    return Template(source, int(datetime.combine(issued_on, time(), UTC).timestamp()))


def common_content(issued_on: date, designated: date, watermark: str) -> DemandLetterRun:
    """どの一通にも共通する内容。"""
    issuer = issuer_on(issued_on)
    texts = demand_texts(issuer.city, issuer.mayor_office, as_of=issued_on)
    return content_by(issuer, texts, (issued_on, designated), watermark)


def content_by(issuer: Issuer, texts: DemandTexts, days: tuple[date, date], watermark: str) -> DemandLetterRun:
    """その者が、その文で発する督促状に共通する内容。 days: 発付日と指定期限。"""
    issued_on, designated = days
    return DemandLetterRun(
        document_number="収納督",
        issued_on=format_wareki(issued_on),
        designated_due_date=format_wareki(designated),
        mayor=issuer.mayor,
        seal=issuer.seal,
        office=issuer.office,
        office_address=issuer.office_address,
        office_telephone=issuer.office_telephone,
        seizure_text=texts.seizure,
        payment_text=texts.payment,
        appeal_text=texts.appeal,
        footer="",
        watermark=watermark,
    )


def letter_of(run_id: int, rows: list[dict[str, Any]], estimates: dict[int, int]) -> Letter | HeldLetter:
    """一通分の行を、一通にまとめる。"""
    number, addressee = rows[0]["letter_number"], rows[0]["addressee_number"]
    if reason := rows[0]["held_back"]:
        return HeldLetter(number, addressee, str(DemandExclusion.Reason(reason).label))
    drawn = customer_barcode_svg(rows[0]["postal_code"], rows[0]["address"])
    try:
        to, barcode = fit_coded(address_of(rows[0]), drawn)
    except AddressTooLong as refusal:
        return HeldLetter(number, addressee, str(refusal))
    pages = pages_of(run_id, rows, estimates)
    principal, fee = sum(row["principal_tax"] for row in rows), sum(row["demand_fee"] for row in rows)
    content = DemandLetter(
        number, to, "、".join(dict.fromkeys(row["demand_article"] for row in rows)), principal, fee, principal + fee,
        delinquency_text(sum(estimates.get(row["charge_id"], 0) for row in rows)), pages,
    )  # fmt: skip
    marks = (to.name + to.honorific, f"{principal + fee:,}円", rows[0]["notice_number"])
    return Letter(
        run_id,
        number,
        addressee,
        len(pages),
        asdict(content),
        marks,
        own=own_of(rows[0], to),
        drawn={"barcode": barcode},
    )


def pages_of(run_id: int, rows: list[dict[str, Any]], estimates: dict[int, int]) -> tuple[LetterPage, ...]:
    """最初の頁に12行、続きの頁に34行。"""
    rest = rows[FIRST_PAGE_ROWS:]
    parts = [rows[:FIRST_PAGE_ROWS], *(rest[at : at + NEXT_PAGE_ROWS] for at in range(0, len(rest), NEXT_PAGE_ROWS))]
    return tuple(
        LetterPage(
            sheet_code(run_id, rows[0]["letter_number"], rows[0]["addressee_number"], (page, len(parts))),
            tuple(charge_row(row, estimates.get(row["charge_id"], 0)) for row in part),
        )
        for page, part in enumerate(parts, start=1)
    )


def charge_row(row: dict[str, Any], estimate: int) -> ChargeRow:
    """表の一行。"""
    era, year = era_year(date(row["levy_year"], 12, 31))
    due = era_year(row["due_date"])
    return ChargeRow(
        tax_item=row["tax_item_name"],
        levy_year=f"{era.name}{'元' if year == 1 else year}",
        term=row["term_name"] or str(row["installment_term"]),
        notice_number=row["notice_number"],
        due_date=f"{due[0].letter}{due[1]}.{row['due_date'].month}.{row['due_date'].day}",
        principal_tax=row["principal_tax"],
        demand_fee=row["demand_fee"],
        delinquency_charge=estimate,
    )


def address_of(row: dict[str, Any]) -> WindowAddress:
    """実行のときに決めた送付先。ほかの者の分を受け取るなら、誰の分か。法人・事業所は御中。"""
    postal, name = row["postal_code"], row["to_name"]
    corporate = row["receiver_kind"] in CORPORATE_KINDS and name == row["receiver_name"]
    return WindowAddress(
        postal_code=f"{postal[:3]}-{postal[3:]}" if len(postal) == 7 else postal,
        address=row["address"],
        address_detail=row["address_detail"],
        care_of=f"（{row['name']} 分）" if name != row["name"] else "",
        name=name,
        honorific="御中" if corporate else "様",
    )


def own_of(row: dict[str, Any], to: WindowAddress) -> tuple[str, ...]:
    """この一通に載せてよい送付先。窓に刷るとおりの続きも。

    Only the place it is sent to: a protected person's letter at a safe address shows no other place of hers, and a
    letter to co-owners shows no protected place at all (whoever of them opens it would read it).
    """
    if row["kind"] == CO_OWNERS:
        return (row["postal_code"],)
    names = ("postal_code", "address", "address_detail")
    return (*(str(row[name]) for name in names if row[name]), to.postal_code + to.address + to.address_detail)


def delinquency_text(estimate: int) -> str:
    """延滞金の案内。計算額があれば、その額も。"""
    opening = "納期限の翌日から納付の日までの日数に応じて、延滞金がかかります。"
    if estimate:
        return (
            f"{opening}発付日現在の計算額は{estimate:,}円で、上の額には含みません。「要す」は、納付の日に計算します。"
        )
    return f"{opening}「要す」は、納付の日に計算して加算することを示します。"
