"""納付書一体型の督促状の見本。督促の額と納付書の額は、同じになる。"""

from collections.abc import Iterator
from dataclasses import replace

from osame.collection.demands.sample_papers import DAYS, sample_charge, sample_letter, sample_run
from osame.collection.letters.samples import HARD, ISSUED, PLAIN, SamplePaper, papers_apart
from osame.collection.payment_slips.demand_slips import MOST_ROWS, SOURCE, carrying
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.sample_slips import CITY, sample_slip
from osame.platform.letters.engine import Template


def _samples() -> Iterator[SamplePaper]:
    for hard in (False, True):
        slip = sample_slip(PaymentSlip.Kind.COMBINED, hard=hard, most=MOST_ROWS, late=False)
        charges = [
            sample_charge(number, hard=hard)
            | {"principal_tax": each.principal_tax, "demand_fee": each.demand_fee, "due_date": DAYS[0]}
            for number, each in enumerate(slip.shares)
        ]
        letter = carrying(
            sample_letter(charges, hard=hard),
            replace(slip, payable_through=DAYS[1]),
            CITY,
            name=(HARD if hard else PLAIN).name,
        )
        yield SamplePaper(Template(SOURCE, ISSUED), sample_run(), letter, hard)


papers_apart("R-050-3", _samples)
