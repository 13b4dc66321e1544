"""宛名と調定のファイル。税務システムと宛名管理システムが送るもの。"""

from collections.abc import Iterable, Iterator
from datetime import date

from osame.collection.addressees import addressee_csv
from osame.collection.addressees.addressee_csv import AddresseeRow
from osame.demo.places import MUNICIPALITY_CODE
from osame.demo.taxes import FOREST_ENVIRONMENT_TAX, Charge, Correction
from osame.demo.truth import FileTruth
from osame.formats import determination_csv
from osame.formats.determination_csv import DeterminationRow
from osame.kernel.money import Yen

OTHER_MUNICIPALITY = "249980"
"""よその団体のコード（架空）。取り違えて混じった行に使う。"""
PARTS_OF_HEALTH_INSURANCE = (70, 20, 10)  # 医療・支援・介護の割合（%）


def addressee_file(rows: Iterable[AddresseeRow]) -> tuple[Iterator[bytes], FileTruth]:
    """宛名ファイル。"""
    listed = list(rows)
    return addressee_csv.write_lines(listed), FileTruth(rows=len(listed), posted=len(listed))


def determination_file(charges: list[Charge], sent_on: date) -> tuple[Iterator[bytes], FileTruth]:
    """当初調定のファイル。宛名がまだ届かない行は保留になる。"""
    held = sum(charge.taxpayer.arrives_on is not None and sent_on < charge.taxpayer.arrives_on for charge in charges)
    truth = FileTruth(rows=len(charges), posted=len(charges) - held, held=held)
    return determination_csv.write_lines(map(first_row, charges)), truth


def correction_file(
    corrections: list[tuple[Charge, Correction]], stray: Charge | None
) -> tuple[Iterator[bytes], FileTruth]:
    """異動のファイル。`stray` は、取り違えて混じったよその団体の行。"""
    rows = [correction_row(charge, each) for charge, each in corrections]
    held = sum(each.sequence == 2 for _, each in corrections)
    rejected = 0
    if stray is not None:
        rows.append(_row(stray, stray.amount, stray.amount, municipality_code=OTHER_MUNICIPALITY))
        rejected = 1
    truth = FileTruth(rows=len(rows), posted=len(rows) - held - rejected, held=held, rejected=rejected)
    return determination_csv.write_lines(rows), truth


def first_row(charge: Charge) -> DeterminationRow:
    """当初調定の一行。"""
    return _row(charge, charge.amount, charge.amount)


def correction_row(charge: Charge, correction: Correction) -> DeterminationRow:
    """異動の一行。"""
    at = charge.corrections.index(correction)
    before = charge.corrections[at - 1].amount_after if at else charge.amount
    return _row(
        charge,
        correction.amount_after,
        correction.amount_after - before,
        change_sequence=correction.sequence,
        change_reason=correction.reason,
        determined_on=correction.corrected_on,
        notified_on=correction.corrected_on,
        due_on=correction.due_on,
    )


def _row(charge: Charge, amount: int, change: int, **changes: object) -> DeterminationRow:
    facts: dict[str, object] = {
        "change_sequence": 0,
        "change_reason": "01",
        "municipality_code": MUNICIPALITY_CODE,
        "levy_year": charge.levy_year,
        "tax_year": charge.levy_year,
        "notice_number": charge.notice_number,
        "tax_item": charge.tax_item,
        "installment_term": charge.term,
        "addressee_number": charge.taxpayer.number,
        "due_on": charge.due_on,
        "statutory_due_on": charge.due_on,
        "statutory_due_on_etc": charge.due_on,
        "determined_on": charge.determined_on,
        "tax_amount": Yen(amount),
        "change_amount": Yen(change),
        "slip_number": charge.slip_number,
        **_parts(charge, amount),
        **_declaration(charge),
        **changes,
    }
    if charge.tax_item == "02":
        facts["special_collector_number"] = charge.taxpayer.number[-8:]
    return DeterminationRow(**facts)  # type: ignore[arg-type]


def _parts(charge: Charge, amount: int) -> dict[str, Yen]:
    """税額の内訳。和は税額に等しい。"""
    if charge.tax_item == "01" and charge.first_term:
        return {"forest_environment_tax": Yen(min(amount, FOREST_ENVIRONMENT_TAX))}
    if charge.tax_item == "06":
        planning = amount * 3 // 17
        return {"land_house_tax": Yen(amount - planning), "city_planning_tax": Yen(planning)}
    if charge.tax_item == "13":
        support, care = (amount * share // 100 for share in PARTS_OF_HEALTH_INSURANCE[1:])
        return {"medical_part": Yen(amount - support - care), "support_part": Yen(support), "care_part": Yen(care)}
    if charge.tax_item == "05":
        per_capita = min(amount, 50_000)
        return {"per_capita_tax": Yen(per_capita), "corporate_tax_levy": Yen(amount - per_capita)}
    return {}


def _declaration(charge: Charge) -> dict[str, object]:
    if charge.declared is None:
        return {}
    declared_on, began_on, ended_on = charge.declared
    return {
        "declaration_class": "01",
        "declared_on": declared_on,
        "business_year_from": began_on,
        "business_year_through": ended_on,
        "declaration_history_number": "1",
        "business_year_number": f"{ended_on:%Y%m}",
    }
