"""裁判所への、租税等の請求権の届出（更生手続）。交付要求と同じ起案と決裁を通り、書面と条件だけが違う。

A claim filed with the reorganization court is a distribution request in everything but its conditions and its paper.
"""

from collections.abc import Sequence
from datetime import date

from osame.collection.dispositions.facts import Case
from osame.collection.dispositions.queries import BankruptcyLine, bankruptcies_of
from osame.law.conditions import Condition, Conditions
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.rebuilding import may_file_claim
from osame.platform.database import fetch_all


def court_proceeding(addressee_number: str, case_number: str) -> BankruptcyLine | None:
    """その人の、その事件番号の再生手続・更生手続。破産手続は、破産管財人への交付要求による。

    要件: F13-12, F18-01
    """
    return next(
        (
            each
            for each in bankruptcies_of(addressee_number)
            if each.case_number == case_number.strip()
            and each.procedure is not Procedure.BANKRUPTCY
            and each.stage in {ProcedureStage.APPLIED, ProcedureStage.IN_FORCE}
        ),
        None,
    )


def judge_filing(found: BankruptcyLine, case: Case, *, as_of: date) -> Conditions:
    """裁判所への届出の条件。再生手続の租税は、届け出ないで随時納付を受ける。

    要件: F13-12
    """
    if found.procedure is Procedure.REHABILITATION:
        fact = f"{found.court} {found.case_number}。一般優先債権は、届け出ないで随時納付を受ける"
        unmet = Condition("no_filing", "届出の要る債権である", fact, "民事再生法第122条第2項", is_met=False)
        return Conditions("債権の届出", as_of, (unmet,))
    common = common_benefits([each.facts.charge_id for each in case.owed], found.opened_on)
    keys = [each.label for each in case.owed if each.facts.charge_id in common]
    return may_file_claim(case.charges, opened_on=found.opened_on, common_benefit=keys, as_of=as_of)


def common_benefits(charges: Sequence[int], opened_on: date | None) -> frozenset[int]:
    """更生手続で共益債権にあたる期別。

    要件: F13-12
    """
    rows = fetch_all(
        "SELECT c.charge_id FROM charge c WHERE c.charge_id = ANY (%s) AND is_common_benefit(c, %s)",
        [list(charges), opened_on],
    )
    return frozenset(int(row[0]) for row in rows)
