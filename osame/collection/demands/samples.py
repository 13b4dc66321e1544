"""督促状の見本。実行する前に、出ていく一通を絵にして見る。

The first letter that the run would make, set from the same rows and the same template as the run itself, always with 見本
across it. Nothing is written. A letter to somebody protected is never shown.
"""

from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby

from django.db import transaction

from osame.collection.demands.estimates import estimated_charges
from osame.collection.demands.letters import LETTER_ROWS, NAMES, common_content, letter_of, template_on
from osame.collection.demands.selection import designated_due_date, list_due, select_candidates
from osame.collection.letters.issuer import SAMPLE
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import Letter, render_page

LOOKED_THROUGH = 40
ROWS = LETTER_ROWS.format(
    source="(SELECT letter_number, addressee_number, charge_id, principal_tax, demand_fee, tax_item, "
    "%(designated)s::date AS designated_due_date FROM demand_candidate WHERE reason = '') d "
    "JOIN destination s USING (addressee_number, tax_item)",
    terms="true",
)


class NoSample(Refusal):
    """見本にできる督促状がありません。対象の期別と日付を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Sample:
    """見本一枚（PNG）。"""

    addressee_number: str
    image: bytes


def sample_letter(*, as_of: date, terms: tuple[str, ...] = (), ppi: float = 96) -> Sample:
    """いま実行したら出ていく督促状の、はじめの一通の最初の頁。誰のものを見たかは、監査記録に残る。

    要件: F08-03
    """
    with transaction.atomic():
        list_due(as_of=as_of, terms=terms)
        select_candidates(as_of=as_of)
        designated = designated_due_date(as_of)
        shown = {"issued_on": as_of, "designated": designated, "first": 1, "until": 1 + LOOKED_THROUGH}
        rows = [dict(zip(NAMES, row, strict=True)) for row in fetch_all(ROWS, shown)]
        estimates = estimated_charges([row["charge_id"] for row in rows], as_of=as_of)
        for _, group in groupby(rows, key=lambda row: row["letter_number"]):
            one = list(group)
            letter = letter_of(0, one, estimates)
            if one[0]["protected"] or not isinstance(letter, Letter) or missing_in(letter.context):
                continue
            record("督促状の見本を開いた", subjects=[letter.addressee_number], fields=["宛名", "住所", "督促の額"])
            content = asdict(common_content(as_of, designated, SAMPLE))
            return Sample(letter.addressee_number, render_page(template_on(as_of), content, letter, ppi=ppi))
    raise NoSample
