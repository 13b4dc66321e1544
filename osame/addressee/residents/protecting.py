"""住民記録の支援措置を、支援措置の章に渡す。同じ取引で伏せるので、知ってから伏せるまでの間がない。"""

from osame.addressee.protection.actions import MeasureRequest, receive_flags
from osame.addressee.protection.models import ProtectionMeasure
from osame.platform.database import fetch_all

OFFICE = "住民記録の担当課"


def hand_over() -> None:
    """一時表 staged_resident の支援措置を渡す。終了と取消しは、解かずに要確認とする。

    要件: F27-01, F02-01
    """
    rows = fetch_all(
        "SELECT addressee_number, protection, coalesce(protection_from, changed_on), protection_through, "
        "cancels IS NOT NULL FROM staged_resident WHERE protection <> '' AND refusal = '' ORDER BY sequence"
    )
    kinds = {kind.value: kind for kind in ProtectionMeasure.Kind}
    requests = [
        MeasureRequest(
            number,
            kinds.get(measure, ProtectionMeasure.Kind.OTHER),
            starts_on,
            OFFICE,
            through=through,
            decided=True,
            source=ProtectionMeasure.Source.RESIDENT_REGISTER,
            source_key=measure,
        )
        for number, measure, starts_on, through, cancelled in rows
        if measure != "0" and not cancelled
    ]
    released = [
        (number, key)
        for number, measure, _, _, cancelled in rows
        if measure == "0" or cancelled
        for key in ([measure] if cancelled and measure != "0" else kinds)
    ]
    if requests or released:
        receive_flags(requests, released)
