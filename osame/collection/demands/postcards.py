"""圧着はがきの督促状（R-050-2）。中の面に督促のことを、外の面に宛名と開き方だけを刷る。

A folded postcard (open 200 × 148 mm): page 1 is the inside, page 2 what anybody sees. Nothing about the tax stands outside, not even
the number of the addressee, and the release gate refuses a card that tells it. What does not fit, and whoever is protected,
gets the sealed letter of the same run; both are counted.
"""

from dataclasses import asdict, dataclass
from typing import Any

from osame.collection.demands.apart import Paper
from osame.collection.demands.letters import (
    ChargeRow,
    DemandLetterOut,
    address_of,
    charge_row,
    delinquency_text,
    own_of,
)
from osame.platform.letters.codes import customer_barcode_svg
from osame.platform.letters.engine import Letter, sheet_code
from osame.platform.letters.window import WindowAddress, fit_coded

SOURCE = "collection/demands/typst/demand_postcard.typ"
MOST_ROWS = 6
INSIDE, OUTSIDE = 1, 2
UNSEALED = ("督促", "滞納", "差押", "延滞金", "税額")
"""外の面に、どの一通にも刷ってはならない言葉。"""


@dataclass(frozen=True, slots=True)
class DemandPostcard:
    """圧着はがき一通。 codes: 中と外の、紙の通し番号。"""

    letter_number: int
    to: WindowAddress
    demand_article: str
    principal_tax: int
    demand_fee: int
    total: int
    delinquency_text: str
    rows: tuple[ChargeRow, ...]
    codes: tuple[str, ...]


def _draw(run_id: int, out: DemandLetterOut) -> Letter | None:
    return postcard_of(run_id, out.rows, out.estimates) if len(out.rows) <= MOST_ROWS else None


POSTCARD = Paper("圧着はがき", "-postcard", SOURCE, _draw)


def postcard_of(run_id: int, rows: list[dict[str, Any]], estimates: dict[int, int]) -> Letter:
    """一通分の期別を、圧着はがき一通にまとめる。"""
    first = rows[0]
    number, addressee = first["letter_number"], first["addressee_number"]
    to, barcode = fit_coded(address_of(first), customer_barcode_svg(first["postal_code"], first["address"]))
    principal, fee = sum(row["principal_tax"] for row in rows), sum(row["demand_fee"] for row in rows)
    lines = tuple(charge_row(row, estimates.get(row["charge_id"], 0)) for row in rows)
    card = DemandPostcard(
        number, to, "、".join(dict.fromkeys(row["demand_article"] for row in rows)), principal, fee, principal + fee,
        delinquency_text(sum(estimates.get(row["charge_id"], 0) for row in rows)), lines,
        (sheet_code(run_id, number, addressee, (INSIDE, 2)), sheet_code(run_id, number, "", (OUTSIDE, 2))),
    )  # fmt: skip
    name = to.name + to.honorific
    return Letter(
        run_id, number, addressee, 2, asdict(card), (name, f"{principal + fee:,}円", first["notice_number"]),
        own=own_of(first, to), drawn={"barcode": barcode}, outside=(OUTSIDE,), outer_marks=(name, to.address),
        sealed=(*UNSEALED, addressee, f"{principal + fee:,}", *(each for line in lines for each in told_inside(line))),
    )  # fmt: skip


def told_inside(line: ChargeRow) -> tuple[str, ...]:
    """一行のうち、外の面に刷ってはならないもの。"""
    return line.tax_item, line.notice_number, f"{line.principal_tax:,}円"
