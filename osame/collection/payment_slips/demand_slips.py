"""納付書一体型の督促状（R-050-3）。督促状の下に、督促した額の納付書を付ける。

The demand above, its slip below, on one sheet. A letter gets a slip when its terms fit and what was demanded is still what is owed; the
slip is valid through the designated day and asks for exactly the total of the demand. Printed again, the same slip is used.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import date

from osame.collection.demands.apart import Paper
from osame.collection.demands.letters import CHUNK, DemandLetterOut, run_days
from osame.collection.demands.postcards import POSTCARD
from osame.collection.letters.protected import HELD_BACK, PROTECTED
from osame.collection.parameters.queries import municipality
from osame.collection.payment_slips.actions import issue_carried_slips
from osame.collection.payment_slips.drawing import part_of, slip_drawings, slip_marks
from osame.collection.payment_slips.planning import SlipRequest
from osame.collection.payment_slips.queries import Slip, slips_numbered
from osame.platform.database import fetch_all
from osame.platform.letters.engine import Letter
from osame.platform.letters.fitting import TextTooLong

SOURCE = "collection/payment_slips/typst/demand_slip.typ"
MOST_ROWS = 7
"""納付書の上に刷れる行の数。"""
# 納付書を付けられる督促。どの期別も、督促した本税と手数料が、いまも残っている。
CARRYING = f"""
SELECT d.letter_number, d.addressee_number, array_agg(d.charge_id ORDER BY d.charge_id)
FROM demand d JOIN charge c USING (charge_id, addressee_number)
JOIN demand_destination s USING (run_id, letter_number, addressee_number)
JOIN addressee a USING (addressee_number) JOIN addressee r ON r.addressee_number = s.receiver_number
WHERE d.run_id = %(run)s AND d.letter_number >= %(first)s AND d.letter_number < %(until)s AND d.cancelled_on IS NULL
  AND NOT {PROTECTED} AND {HELD_BACK} = ''
GROUP BY d.letter_number, d.addressee_number
HAVING count(*) <= %(most)s AND bool_and(c.principal_tax = d.principal_tax AND c.demand_fee = d.demand_fee)
ORDER BY d.letter_number
"""
MADE = """
SELECT reason, max(slip_number) FROM payment_slip WHERE addressee_number = ANY(%s) AND reason = ANY(%s) AND void_on IS NULL
GROUP BY reason
"""


@dataclass
class SlipsOfRun:
    """その実行の督促状に付ける納付書。千通ずつ、まとめて発行する。刷り直すときは、前に発行したものを使う。"""

    run_id: int
    officer: str
    _known: dict[int, Slip] = field(default_factory=dict)
    _until: int = 0

    def of(self, letter_number: int) -> Slip | None:
        """その一通に付ける納付書。付けられなければ None。"""
        if letter_number >= self._until:
            first = (letter_number - 1) // CHUNK * CHUNK + 1
            self._until = first + CHUNK
            self._known = self._issued(first)
        return self._known.get(letter_number)

    def _issued(self, first: int) -> dict[int, Slip]:
        terms = {"run": self.run_id, "first": first, "until": first + CHUNK, "most": MOST_ROWS}
        asked = {
            f"督促状 {self.run_id}-{number}": (number, who, charges)
            for number, who, charges in fetch_all(CARRYING, terms)
        }
        made = dict(fetch_all(MADE, [[who for _, who, _ in asked.values()], list(asked)]))
        issued_on, designated = run_days(self.run_id)
        wanted = [
            SlipRequest(who, tuple(charges), designated, with_charge=False, reason=reason)
            for reason, (_, who, charges) in asked.items()
            if reason not in made
        ]
        if wanted:
            for each in issue_carried_slips(wanted, as_of=issued_on, officer=self.officer):
                made[each.slip.reason] = each.slip.slip_number
        places = {int(made[reason]): number for reason, (number, _, _) in asked.items()}
        return {places[each.slip_number]: each for each in slips_numbered(sorted(places))}


def with_slips(run_id: int, *, officer: str) -> Paper:
    """納付書一体型。納付書は、刷るときに発行する。

    要件: F08-03, F07-01
    """
    slips = SlipsOfRun(run_id, officer)
    issued_on, _ = run_days(run_id)
    return Paper("納付書一体型", "-slip", SOURCE, lambda _, out: _draw(out, slips, issued_on))


def papers(run_id: int, *, officer: str) -> dict[str, Paper]:
    """督促状の、封書のほかの紙。"""
    return {"postcard": POSTCARD, "slip": with_slips(run_id, officer=officer)}


def _draw(out: DemandLetterOut, slips: SlipsOfRun, issued_on: date) -> Letter | None:
    assert isinstance(out.letter, Letter)
    slip = slips.of(out.letter.letter_number) if len(out.rows) <= MOST_ROWS else None
    if slip is None or slip.amount != out.letter.context["total"]:
        return None
    city = municipality(as_of=issued_on)
    try:
        return carrying(out.letter, slip, (city.name, city.municipality_code), name=out.rows[0]["name"])
    except TextTooLong:
        return None


def carrying(letter: Letter, slip: Slip, city: tuple[str, str], *, name: str) -> Letter:
    """納付書を下に付けた督促状一通。 city: 団体の名とコード; name: 納税義務者の氏名。"""
    context = {**letter.context, "slip": asdict(part_of(slip, city, name=name)), "codes": list(letter.codes())}
    return replace(
        letter,
        context=context,
        marks=(*letter.marks, *slip_marks(slip)),
        drawn={**letter.drawn, **slip_drawings(context)},
    )
