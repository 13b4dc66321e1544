"""送った文書を、紙の番号から引く。督促状も、ほかの文書も、同じ連番の束にある。

One look-up for every paper with a sheet code: demands keep their own rows, all other letters stand in the register.
"""

from dataclasses import dataclass
from datetime import date

from osame.collection.letters.kinds import kinds
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

DEMAND_FORM, DEMAND_NAME = "R-050", "督促状"
FOUND = """
SELECT d.addressee_number, a.name, 'R-050', d.issued_on, u.dispatched_on, bool_or(d.cancelled_on IS NULL),
       coalesce(max(s.postal_code || ' ' || s.address || s.address_detail), ''), max(coalesce(nullif(s.mailing_name, ''), a.name)),
       bool_or(a.protection_measure), coalesce(max(d.tax_item), '')
FROM (SELECT d.*, c.tax_item FROM demand d JOIN charge c USING (charge_id, addressee_number)) d
JOIN demand_run u USING (run_id) JOIN addressee a USING (addressee_number)
LEFT JOIN demand_destination s USING (run_id, letter_number, addressee_number)
WHERE d.run_id = %(run)s AND d.letter_number = %(letter)s AND d.withdrawn_on IS NULL
GROUP BY d.addressee_number, a.name, d.issued_on, u.dispatched_on
UNION ALL
SELECT l.addressee_number, a.name, u.form, u.issued_on, u.dispatched_on, true, l.postal_code || ' ' || l.address || l.address_detail,
       l.to_name, a.protection_measure OR l.protected, l.tax_item
FROM letter l JOIN letter_run u USING (run_id) JOIN addressee a USING (addressee_number)
WHERE l.run_id = %(run)s AND l.letter_number = %(letter)s AND l.state <> '9'
"""


class PaperUnknown(Refusal):
    """この番号の文書は、送っていません。紙の下の番号を読み直してください。"""


@dataclass(frozen=True, slots=True)
class Paper:
    """送った文書一通。 live: 生きている（取り消していない）。"""

    run_id: int
    letter_number: int
    addressee_number: str
    name: str
    form: str
    issued_on: date
    dispatched_on: date | None
    live: bool
    destination: str
    receiver: str
    protected: bool
    tax_item: str

    @property
    def is_demand(self) -> bool:
        """督促状か。"""
        return self.form == DEMAND_FORM

    @property
    def document_name(self) -> str:
        """書類名。"""
        return DEMAND_NAME if self.is_demand else kinds()[self.form].name

    @property
    def sent_on(self) -> date:
        """差し出した日。記録がなければ、発付日。"""
        return self.dispatched_on or self.issued_on


def paper(run_id: int, letter_number: int) -> Paper:
    """紙の番号の文書。"""
    rows = fetch_all(FOUND, {"run": run_id, "letter": letter_number})
    if not rows:
        raise PaperUnknown(f"{run_id}-{letter_number}")
    return Paper(run_id, letter_number, *rows[0])
