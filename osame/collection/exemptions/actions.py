"""免除期間を書く、ただ一つの所。書くのは期間だけで、額は書かない。

Periods are staged in temporary tables, by a chapter's rows or by its own SQL, and written set-based in the transaction of
the caller. `matching.exempting` is what other chapters call: it writes here and brings the allocation to its right state.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.collection.exemptions.models import ExemptionPeriod
from osame.collection.ledger.posting import Claim
from osame.kernel.refusals import Refusal
from osame.law.claim import Exemption, Relief
from osame.platform.database import copy_rows, fetch_one, run_sql

DRAFT = """
CREATE TEMP TABLE exemption_draft (
    addressee_number varchar(15), charge_id bigint, cause text, relief smallint, first_on date, through_on date, article text
) ON COMMIT DROP
"""
# 取り消す期間。 last_on が空でなければ、その日までの期間を、代わりに足す。
WITHDRAWN = """
CREATE TEMP TABLE exemption_withdrawn ON COMMIT DROP AS
SELECT ex.* FROM exemption_period ex
WHERE ex.origin = %(source)s AND (%(last_on)s::date IS NULL OR ex.through_on IS NULL OR ex.through_on > %(last_on)s)
  AND (%(charges)s::bigint[] IS NULL OR ex.charge_id = ANY (%(charges)s::bigint[]))
  AND NOT EXISTS (SELECT 1 FROM exemption_cancellation xx
      WHERE xx.addressee_number = ex.addressee_number AND xx.period_id = ex.period_id)
"""


class ExemptionNeedsDocument(Refusal):
    """免除期間のもとになる決裁や文書がありません。決裁の番号または文書番号を入力してください。"""


class ExemptionCancelNeedsReason(Refusal):
    """免除期間を取り消す理由がありません。理由を入力してください。"""


class ExemptionOfNobody(Refusal):
    """免除期間を付ける期別がありません。対象の期別を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Source:
    """免除期間のもとになった行い。 name: 章と番号（`grace:12`）; document: 決裁・文書の番号。"""

    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Period:
    """書く免除期間。 through_on が None なら、終わりは決まっていない。"""

    addressee_number: str
    charge_id: int
    cause: ExemptionPeriod.Cause
    relief: Relief
    first_on: date
    through_on: date | None
    article: str

    @classmethod
    def of(cls, charge: tuple[str, int], cause: ExemptionPeriod.Cause, exemption: Exemption) -> "Period":
        """法が答えた免除期間から。 charge: （宛名番号、期別番号）。"""
        return cls(*charge, cause, exemption.relief, exemption.first, exemption.through, exemption.basis)


@dataclass(frozen=True, slots=True)
class Entered:
    """誰が、いつ。"""

    as_of: date
    officer: str


def draft_periods(periods: Iterable[Period] = ()) -> None:
    """書く免除期間を、一時表 `exemption_draft` に置く。多くの期別なら、空で開いて、自分の SQL で足してよい。

    要件: F15-03
    """
    run_sql("DROP TABLE IF EXISTS pg_temp.exemption_draft")
    run_sql(DRAFT)
    copy_rows(
        "exemption_draft",
        ("addressee_number", "charge_id", "cause", "relief", "first_on", "through_on", "article"),
        (
            (p.addressee_number, p.charge_id, str(p.cause), int(p.relief), p.first_on, p.through_on, p.article)
            for p in periods
        ),
    )


def write_periods(source: Source, command: Claim, entered: Entered) -> int:
    """`exemption_draft` の期間を書き、書いた数を返す。

    要件: F15-03, F20-03
    """
    if not source.document.strip():
        raise ExemptionNeedsDocument(source.name)
    (drafted,) = fetch_one("SELECT count(*) FROM exemption_draft")
    if not drafted:
        raise ExemptionOfNobody(source.name)
    run_sql(
        "INSERT INTO exemption_period (addressee_number, period_id, charge_id, cause, relief, first_on, through_on, article, "
        "origin, document, recorded_on, officer, command_id) SELECT addressee_number, nextval('exemption_period_number'), "
        "charge_id, cause, relief, first_on, through_on, article, %s, %s, %s, %s, %s FROM exemption_draft "
        "ORDER BY charge_id, first_on",
        [source.name, source.document.strip(), entered.as_of, entered.officer, command.command_id],
    )
    return int(drafted)


def withdraw_periods(
    source: Source, command: Claim, entered: Entered, *, reason: str, last_on: date | None = None,
    charges: list[int] | None = None,
) -> int:  # fmt: skip
    """その行いの免除期間を取り消す。 last_on があれば、その日までに縮める。縮めた・取り消した期間を一時表 `exemption_withdrawn` に残す。

    要件: F15-07, F20-04
    """
    if not reason.strip():
        raise ExemptionCancelNeedsReason(source.name)
    run_sql("DROP TABLE IF EXISTS pg_temp.exemption_withdrawn")
    run_sql(WITHDRAWN, {"source": source.name, "last_on": last_on, "charges": charges})
    run_sql(
        "INSERT INTO exemption_cancellation (addressee_number, period_id, reason, recorded_on, officer, command_id) "
        "SELECT addressee_number, period_id, %s, %s, %s, %s FROM exemption_withdrawn",
        [reason.strip(), entered.as_of, entered.officer, command.command_id],
    )
    (withdrawn,) = fetch_one("SELECT count(*) FROM exemption_withdrawn")
    if last_on is not None:
        draft_periods()
        run_sql(
            "INSERT INTO exemption_draft SELECT addressee_number, charge_id, cause, relief, first_on, %s, article "
            "FROM exemption_withdrawn WHERE first_on <= %s",
            [last_on, last_on],
        )
        if fetch_one("SELECT EXISTS (SELECT 1 FROM exemption_draft)")[0]:
            write_periods(source, command, entered)
    return int(withdrawn)
