"""証明の鮮度。取込みが遅れている間は、証明しない。

A certificate says what was paid. While files that should be here are not, or days with money are not closed, nobody can say
it: the certificate is refused with the reason, up to the lag that the municipality tolerates.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from osame.collection.closing.queries import MissingFile, earlier_open_days, first_open_day, missing_files
from osame.collection.parameters.queries import setting
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal

TOLERATED = "納税証明の取込みの遅れの許容（日）"
TOLERATED_DAYS = 3
TOLD = 3


class IntakeLags(Refusal):
    """収納の取込みが遅れているため、いまは証明できません。下に挙げたものを取り込むか締めてから、もう一度発行してください。"""


@dataclass(frozen=True, slots=True)
class Freshness:
    """取込みの遅れ。 through: この日までは、揃っていなければならない。"""

    through: date
    missing: tuple[MissingFile, ...]
    open_days: tuple[date, ...]

    @property
    def lags(self) -> bool:
        """許容を超えて遅れている。"""
        return bool(self.missing or self.open_days)

    @property
    def told(self) -> tuple[str, ...]:
        """遅れているものを、一つずつ。"""
        files = tuple(
            f"{each.sender}の{format_wareki(each.business_on)}のファイルが届いていません。"
            for each in self.missing[:TOLD]
        )
        more = (f"ほかに{len(self.missing) - TOLD}件のファイルが届いていません。",) if len(self.missing) > TOLD else ()
        days = tuple(f"{format_wareki(each)}の収納を締めていません。" for each in self.open_days[:TOLD])
        return files + more + days


def freshness(*, as_of: date) -> Freshness:
    """その日に証明してよいほど、取込みが進んでいるか。

    要件: F12-01
    """
    tolerated = int(setting(TOLERATED, as_of=as_of) or TOLERATED_DAYS)
    through = as_of - timedelta(days=tolerated)
    return Freshness(
        through,
        missing_files(through=through),
        earlier_open_days(through + timedelta(days=1), since=first_open_day()),
    )


def require_fresh(*, as_of: date) -> Freshness:
    """遅れていれば断る。

    要件: F12-01
    """
    found = freshness(as_of=as_of)
    if found.lags:
        raise IntakeLags("".join(found.told))
    return found
