"""災害等による期限の延長（告示）。地域の期別に、まとめて、延長の期間の免除と督促の停止を付ける。

Set-based: a fixed number of statements for any number of charges. The due date itself moves, as a revision in everybody's
history, so that the low rate counts from the extended day; the exemption period names the notice for whoever asks why.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.demands.actions import EARLY, cancel_early_demands
from osame.collection.demands.models import DemandStop
from osame.collection.determinations.extending import revise_due_dates
from osame.collection.exemptions.actions import Entered, Source, draft_periods
from osame.collection.exemptions.models import ExemptionPeriod
from osame.collection.ledger.posting import claim_command
from osame.collection.matching.exempting import exempt_drafted
from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after
from osame.kernel.refusals import Refusal
from osame.law.grace import exemption_for_extension
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

# 住所の頭が地域に当たる人の、期間に納期限の来る期別。未納のものと、納期限の後に納めたもの（延滞金が変わる）。
CHOSEN = """
FROM charge c JOIN addressee a USING (addressee_number)
WHERE c.charge_id > 0 AND c.due_date >= %(first)s AND c.due_date < %(through)s
  AND (c.principal_tax > 0 OR EXISTS (SELECT 1 FROM receipt r WHERE r.addressee_number = c.addressee_number
      AND r.charge_id = c.charge_id AND r.paid_on > c.due_date))
  AND EXISTS (SELECT 1 FROM unnest(%(areas)s::text[]) area WHERE starts_with(a.address, area))
  AND NOT EXISTS (SELECT 1 FROM exemption_period ex WHERE ex.addressee_number = c.addressee_number
      AND ex.charge_id = c.charge_id AND ex.origin = %(source)s)
"""
# その期別の、延ばした納期限の前に発したことになる督促の数。
OVERTAKEN = (
    "(SELECT count(*) FROM demand d WHERE d.addressee_number = c.addressee_number AND d.charge_id = c.charge_id "
    f"AND {EARLY.format(due='%(through)s')})"
)
AFFECTED = f"""
CREATE TEMP TABLE disaster_charge ON COMMIT DROP AS
SELECT c.addressee_number, c.charge_id, c.due_date
{CHOSEN}
ORDER BY c.charge_id FOR NO KEY UPDATE OF c
"""
DRAWN = "SELECT addressee_number, charge_id FROM disaster_charge"


class AreaNeeded(Refusal):
    """地域がありません。告示で指定された地域を、住所の頭の文字で入力してください。"""


class DisasterNoticeNeeded(Refusal):
    """告示の番号がありません。期限の延長を告示した番号を入力してください。"""


class DisasterEndsFirst(Refusal):
    """延長した期限が、災害の日より後ではありません。日付を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Extended:
    """延長が当たる（当たった）人数と件数、取り消す（取り消した）督促の数。"""

    people: int
    charges: int
    demands: int


@dataclass(frozen=True, slots=True)
class Disaster:
    """告示による期限の延長。 areas: 地域（住所の頭）; first: この日から後に納期限の来る期別を、through まで延ばす。"""

    notice: str
    areas: tuple[str, ...]
    first: date
    through: date


def extend_for_disaster(disaster: Disaster, *, as_of: date, officer: str) -> Extended:
    """地域の期別の納期限を延長する。同じ告示をもう一度当てても、増えた期別だけに当たる。

    延ばした納期限の前に発していた督促は、手数料とともに取り消す。納期限の後に納めた人の延滞金も、延ばした納期限から数え直す。

    要件: F15-06
    """
    terms = _terms(disaster)
    notice, areas = disaster.notice.strip(), terms["areas"]
    source = Source(terms["source"], notice)
    with transaction.atomic():
        run_sql("DROP TABLE IF EXISTS pg_temp.disaster_charge")
        run_sql(AFFECTED, terms)
        people, charges = fetch_one("SELECT count(DISTINCT addressee_number), count(*) FROM disaster_charge")
        if not charges:
            return Extended(0, 0, 0)
        command = claim_command(
            f"disaster:{notice}:{as_of.isoformat()}:{charges}", kind="extend_for_disaster", content=[areas],
            purpose=f"災害等による期限の延長（{notice}）", officer=officer,
        )  # fmt: skip
        revise_due_dates(DRAWN, disaster.through, reason=_reason(disaster), as_of=as_of)
        exemption = exemption_for_extension(day_after(disaster.first), disaster.through)
        draft_periods()
        run_sql(
            "INSERT INTO exemption_draft SELECT addressee_number, charge_id, %s, %s, due_date + 1, %s, %s FROM disaster_charge",
            [ExemptionPeriod.Cause.EXTENSION, int(exemption.relief), disaster.through, exemption.basis],
        )
        exempt_drafted(source, command, Entered(as_of, officer))
        demands = cancel_early_demands(
            DRAWN, key=f"disaster:{notice}", as_of=as_of,
            reason=_reason(disaster), officer=officer,
        )  # fmt: skip
        _stop(disaster, officer)
        done = Extended(int(people), int(charges), demands)
        detail: dict[str, str | int] = {
            "告示": notice,
            "人数": done.people,
            "件数": done.charges,
            "取り消した督促": done.demands,
        }
        record("災害等による期限を延長した", detail=detail)
        return done


def extension_told(done: Extended) -> str:
    """行ったことを、職員に告げる文。"""
    early = f"納期限の前に発したことになった督促{done.demands:,}件を取り消しました。" if done.demands else ""
    return f"{done.people:,}人、{done.charges:,}件の期限を延長しました。{early}"


def affected(disaster: Disaster, *, as_of: date) -> Extended:
    """延長が当たる人数、件数と、取り消すことになる督促の数。何も書かない。

    要件: F15-06
    """
    people, charges, demands = fetch_one(
        f"SELECT count(DISTINCT c.addressee_number), count(*), coalesce(sum({OVERTAKEN}), 0)::bigint {CHOSEN}",
        _terms(disaster) | {"as_of": as_of},
    )
    return Extended(int(people), int(charges), int(demands))


def _terms(disaster: Disaster) -> dict[str, Any]:
    """告示の内容を確かめ、選ぶ条件の値にする。"""
    areas = [each.strip() for each in disaster.areas if each.strip()]
    if not disaster.notice.strip():
        raise DisasterNoticeNeeded
    if not areas:
        raise AreaNeeded
    if disaster.through <= disaster.first:
        raise DisasterEndsFirst
    source = f"disaster:{disaster.notice.strip()}"
    return {"first": disaster.first, "through": disaster.through, "areas": areas, "source": source}


def _reason(disaster: Disaster) -> str:
    return f"災害などによる期限の延長（地方税法第20条の5の2、{disaster.notice.strip()}）"


def _stop(disaster: Disaster, officer: str) -> None:
    run_sql(
        "INSERT INTO demand_stop (addressee_number, charge_id, tax_item, starts_on, ends_through, reason, note, officer) "
        "SELECT addressee_number, charge_id, '', %s, %s, %s, %s, %s FROM disaster_charge "
        "JOIN charge c USING (addressee_number, charge_id) WHERE c.principal_tax > 0",
        [disaster.first, disaster.through, DemandStop.Reason.DISASTER,
         f"{disaster.notice.strip()}により{format_wareki(disaster.through)}まで延長", officer],
    )  # fmt: skip
