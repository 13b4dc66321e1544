"""書類はいつ送達されたことになるか。普通郵便の推定、返戻、公示送達の要件と効力。

When a document counts as served: ordinary mail is presumed to arrive when it normally would, a return takes the presumption
away, and service by publication needs a ground that was looked into.

条文: 地方税法第20条、第20条の2。
含まないもの: 電子情報処理組織による送達、インターネットによる公示の施行日（未確認）。
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.holidays import SATURDAY, holiday_name
from osame.law.demand import PUBLICATION_DAYS, served_by_publication_on

POSTAL_DAYS = 2


class PublicationGround(Enum):
    """公示送達ができる事由。

    The grounds for service by publication.

    WHEREABOUTS_UNKNOWN 住所、居所、事務所及び事業所が明らかでない場合、ABROAD 外国においてすべき送達につき困難な事情がある場合。

    根拠: 地方税法第20条の2第1項
    """

    WHEREABOUTS_UNKNOWN = "住所、居所、事務所及び事業所が明らかでない場合"
    ABROAD = "外国においてすべき送達につき困難な事情があると認められる場合"


@dataclass(frozen=True, slots=True)
class Service:
    """送達の日と、その説明。 on: 送達があったとされる日（なければ None）。

    The day of service with its steps.

    根拠: 地方税法第20条第4項、地方税法第20条の2第3項
    """

    on: date | None
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def presumed_served_on(dispatched_on: date, *, postal_days: int = POSTAL_DAYS) -> date:
    """普通郵便で発送した書類が、通常到達すべきであった日。

    The day ordinary mail normally arrives: `postal_days` days of delivery after it was posted.

    根拠: 地方税法第20条第4項
    解釈: 条文は日数を定めない。差し出した日の後の配達日（土曜日、日曜日、祝日は普通郵便を配達しない）で数え、既定は2日。
    団体が近隣・遠隔の実績で別に定めるときは `postal_days` を渡す。
    例:
    >>> presumed_served_on(date(2026, 7, 17))
    datetime.date(2026, 7, 22)
    """
    day, left = dispatched_on, postal_days
    while left:
        day += timedelta(days=1)
        left -= not (day.weekday() >= SATURDAY or holiday_name(day))
    return day


def service_of(
    dispatched_on: date | None, *, returned_on: date | None, posted_on: date | None, postal_days: int = POSTAL_DAYS
) -> Service:
    """送達の日を、経過から求める。返戻は推定を失わせ、公示送達は掲示から7日を経過した日に送達とみなす。

    The day of service from what happened to a letter.

    根拠: 地方税法第20条第4項、地方税法第20条の2第3項
    解釈: 返戻されたことは、通常到達すべきであった時に到達しなかったことの反証であり、推定は初めからなかったことになる。
    例:
    >>> service_of(date(2026, 7, 1), returned_on=date(2026, 7, 8), posted_on=None).on is None
    True
    >>> service_of(date(2026, 7, 1), returned_on=date(2026, 7, 8), posted_on=date(2026, 8, 3)).on
    datetime.date(2026, 8, 10)
    """
    if posted_on is not None:
        served = served_by_publication_on(posted_on)
        told = f"掲示を始めた日 {format_wareki(posted_on)}（1日目）、{PUBLICATION_DAYS}日を経過した {format_wareki(served)} に送達とみなす"
        return Service(served, (told,), ("地方税法第20条の2第3項",))
    if dispatched_on is None:
        return Service(None, ("まだ差し出していない",), ("地方税法第20条第4項",))
    presumed = presumed_served_on(dispatched_on, postal_days=postal_days)
    sent = f"差出し {format_wareki(dispatched_on)}、通常到達すべき日 {format_wareki(presumed)}"
    if returned_on is not None:
        return Service(
            None, (sent, f"返戻 {format_wareki(returned_on)}、送達の推定は失われる"), ("地方税法第20条第4項",)
        )
    return Service(presumed, (sent,), ("地方税法第20条第4項", "地方税法第20条第5項"))
