"""督促状の見本。架空の人と期別。"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from osame.collection.demands.letters import (
    FIRST_PAGE_ROWS,
    NEXT_PAGE_ROWS,
    SOURCE,
    DemandLetter,
    content_by,
    delinquency_text,
    pages_of,
)
from osame.collection.demands.postcards import MOST_ROWS, postcard_of
from osame.collection.demands.postcards import SOURCE as CARD
from osame.collection.demands.texts import KEYS, DemandTexts
from osame.collection.letters.samples import HARD, ISSUED, ISSUER, PLAIN, SamplePaper, papers_apart, sample_texts
from osame.platform.letters.codes import customer_barcode_svg
from osame.platform.letters.engine import Letter, Template
from osame.platform.letters.window import WindowAddress, fit

DAYS = (date(2026, 7, 17), date(2026, 7, 27))


def _samples() -> Iterator[SamplePaper]:
    run = sample_run()
    for hard in (False, True):
        charges = [
            sample_charge(number, hard=hard) for number in range(FIRST_PAGE_ROWS + NEXT_PAGE_ROWS if hard else 2)
        ]
        yield SamplePaper(Template(SOURCE, ISSUED), run, sample_letter(charges, hard=hard), hard)


def sample_run() -> dict[str, Any]:
    """どの督促状の見本にも共通する内容。"""
    return asdict(content_by(ISSUER, DemandTexts(*sample_texts(KEYS).values()), DAYS, ""))


def sample_letter(charges: list[dict[str, Any]], *, hard: bool) -> Letter:
    """見本の督促状一通。"""
    estimates = {each["charge_id"]: 99_999_999 for each in charges} if hard else {0: 1_200}
    pages = pages_of(1, charges, estimates)
    principal, fee = sum(each["principal_tax"] for each in charges), 100 * len(charges)
    to = HARD if hard else PLAIN
    barcode = customer_barcode_svg(to.postal_code, to.address)
    told = DemandLetter(
        1, fit(to, barcode=bool(barcode)), "地方税法第371条第1項", principal, fee, principal + fee,
        delinquency_text(sum(estimates.values())), pages,
    )  # fmt: skip
    marks = (to.name + to.honorific, f"{principal + fee:,}円", "令和8年7月27日")
    return Letter(1, 1, "1", len(pages), asdict(told), marks, drawn={"barcode": barcode})


def _cards() -> Iterator[SamplePaper]:
    run = sample_run()
    for hard in (False, True):
        place = HARD if hard else PLAIN
        charges = [
            sample_charge(number, hard=hard, of=MOST_ROWS) | _sent_to(place)
            for number in range(MOST_ROWS if hard else 2)
        ]
        estimates = {each["charge_id"]: 99_999_999 for each in charges} if hard else {0: 1_200}
        letter = postcard_of(1, charges, estimates)
        yield SamplePaper(Template(CARD, ISSUED), run, letter, hard)


def _sent_to(to: WindowAddress) -> dict[str, Any]:
    name = to.care_of.strip("（）").removesuffix(" 分") or to.name
    return {
        "name": name, "to_name": to.name, "receiver_name": to.name, "receiver_kind": "1", "kind": "1",
        "postal_code": to.postal_code.replace("-", ""), "address": to.address, "address_detail": to.address_detail,
        "demand_article": "地方税法第371条第1項",
    }  # fmt: skip


def sample_charge(number: int, *, hard: bool, of: int = FIRST_PAGE_ROWS + NEXT_PAGE_ROWS) -> dict[str, Any]:
    """見本の期別。 of: いくつの期別で999,999,000,000円になるか。"""
    return {
        "charge_id": number, "letter_number": 1, "addressee_number": "1", "levy_year": 2026, "installment_term": number + 1,
        "tax_item_name": "国民健康保険税（普通徴収・介護納付金分）" if hard else "固定資産税・都市計画税",
        "term_name": "随時12期" if hard else f"{number + 1}期", "notice_number": "123456789012345" if hard else "1234567890",
        "due_date": date(2026, 12, 25) if hard else (date(2026, 4, 30), date(2026, 6, 30))[number % 2], "demand_fee": 100,
        "principal_tax": 999_999_000_000 // of if hard else 30_000,
    }  # fmt: skip


papers_apart("R-050", _samples)
papers_apart("R-050-2", _cards)
