"""名寄せ単位の合算（F13-03）。同一人、世帯、法人と代表者、代表者が同じ法人。見てよい者だけを並べる。

Sums of arrears over a unit: the same person under several numbers, the household, a company and those who represent it. Whoever
is protected, or stands against somebody protected in the household, is not shown to a reader without the right.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from osame.platform.database import fetch_all
from osame.platform.suppression.decision import Reader


class ConsolidationUnit(TextChoices):
    """名寄せ単位。"""

    PERSON = "person", "同一人"
    HOUSEHOLD = "household", "世帯"
    COMPANY = "company", "法人と代表者"
    RELATED = "related", "代表者が同じ法人"


MEMBERS = {
    ConsolidationUnit.PERSON: "a.representative_number <> '' AND m.representative_number = a.representative_number",
    ConsolidationUnit.HOUSEHOLD: "a.household_number <> '' AND m.household_number = a.household_number AND NOT m.withheld",
    ConsolidationUnit.COMPANY: "(a.kind IN ('3', '5') AND a.representative_name <> '' AND m.name = a.representative_name "
    "OR m.kind IN ('3', '5') AND m.representative_name <> '' AND m.representative_name = a.name)",
    ConsolidationUnit.RELATED: "a.kind IN ('3', '5') AND m.kind IN ('3', '5') AND a.representative_name <> '' "
    "AND m.representative_name = a.representative_name",
}
# 相手方と本人は、互いの合算に現れない。支援措置の対象者は、権限のない者の世帯の合算に現れない。
SUMMED = """
SELECT m.addressee_number, m.name, count(c.charge_id) FILTER (WHERE c.due_date < %(on)s AND c.owed > 0),
       coalesce(sum(c.owed) FILTER (WHERE c.due_date < %(on)s), 0)::bigint, coalesce(k.officer, '')
FROM addressee a JOIN addressee m ON m.addressee_number = a.addressee_number OR ({members}
    AND (m.addressee_number <> ALL (a.protected_from) AND a.addressee_number <> ALL (m.protected_from))
    AND (%(right)s OR NOT %(guarded)s OR NOT (a.protection_measure OR m.protection_measure)))
LEFT JOIN LATERAL (SELECT charge_id, due_date, principal_tax + demand_fee + delinquency_charge + disposition_cost + additional_charge
    AS owed FROM charge c WHERE c.addressee_number = m.addressee_number AND c.charge_id > 0) c ON true
LEFT JOIN arrears_case k ON k.addressee_number = m.addressee_number AND k.cleared_on IS NULL
WHERE a.addressee_number = %(who)s GROUP BY m.addressee_number, m.name, k.officer
ORDER BY m.addressee_number <> %(who)s, m.addressee_number LIMIT 50
"""


@dataclass(frozen=True, slots=True)
class Member:
    """名寄せの一人。 charges: 納期限を過ぎた未納の期別の数; owed: その計（進んでいる延滞金を除く）。"""

    addressee_number: str
    name: str
    charges: int
    owed: int
    officer: str


def consolidated(
    addressee_number: str, unit: ConsolidationUnit, *, reader: Reader, as_of: date
) -> tuple[tuple[Member, ...], int]:
    """名寄せ単位の一人ずつと、未納の計。

    要件: F13-03
    """
    rows = fetch_all(
        SUMMED.format(members=MEMBERS[unit]),
        {
            "who": addressee_number, "on": as_of, "right": reader.right and bool(reader.purpose),
            "guarded": unit is not ConsolidationUnit.PERSON,
        },
    )  # fmt: skip
    members = tuple(Member(*row) for row in rows)
    return members, sum(each.owed for each in members)
