"""時効の近い事案を、管理職が確かめる。担当に予定が立ち、確かめた言葉が事案の記録に残る。放置されたものは、確かめるまで消えない。

Cases with something that will be extinguished within six months. A manager who is not in charge confirms each one in words; the
officer in charge gets a task; what nobody has confirmed stays on the list and on the first page.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from osame.collection.cases.actions import NewTask, ReviewsOwnCase, open_case, plan_task, refuse_words
from osame.collection.cases.models import CaseEvent, CaseTask
from osame.kernel.dates import format_wareki
from osame.kernel.periods import months_after
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

NEAR_MONTHS = 6
ONE, THREE = 1, 3
TASK_DAYS = 7
# 事案ごとの、いちばん早く消滅する期別。確かめた記録は、その消滅の六月前から後のものだけを数える。
NEARING = """
SELECT c.addressee_number, k.case_id, a.name, k.officer, min(c.extinguished_on), count(*),
       sum(c.principal_tax + c.other_amounts)::bigint, max(e.happened_on), max(e.officer)
FROM case_charge c JOIN arrears_case k ON k.addressee_number = c.addressee_number AND k.cleared_on IS NULL
JOIN addressee a ON a.addressee_number = c.addressee_number
LEFT JOIN LATERAL (SELECT happened_on, officer FROM case_event x WHERE x.addressee_number = k.addressee_number
    AND x.case_id = k.case_id AND x.kind = '09' AND x.happened_on > %(since)s ORDER BY x.event_id DESC LIMIT 1) e ON true
WHERE c.extinguished_on > %(on)s AND c.extinguished_on <= %(until)s AND ({terms})
GROUP BY 1, 2, 3, 4 ORDER BY 5, 1
"""


class NothingNearing(Refusal):
    """この人には、六月のうちに時効などで消滅する期別がありません。夜の数え直しの後に、一覧を開き直してください。"""


@dataclass(frozen=True, slots=True)
class NearingCase:
    """時効の近い事案。 confirmed_on: 管理職が確かめた日（まだなら None）。"""

    addressee_number: str
    case_id: int
    name: str
    officer: str
    extinguished_on: date
    charges: int
    amount: int
    confirmed_on: date | None
    confirmed_by: str | None

    def band(self, *, as_of: date) -> str:
        """あと、どれほどか。"""
        if self.extinguished_on <= months_after(as_of, ONE):
            return "1月以内"
        return "3月以内" if self.extinguished_on <= months_after(as_of, THREE) else "6月以内"


def nearing_cases(*, as_of: date, addressee_number: str = "") -> tuple[NearingCase, ...]:
    """六月のうちに消滅する期別のある事案を、早い順に。毎夜数え直した明細から読む。

    要件: F21-03
    """
    terms = {"on": as_of, "until": months_after(as_of, NEAR_MONTHS), "since": _since(as_of), "who": addressee_number}
    where = "c.addressee_number = %(who)s" if addressee_number else "true"
    return tuple(NearingCase(*row) for row in fetch_all(NEARING.format(terms=where), terms))


def confirm_nearing(addressee_number: str, instruction: str, *, as_of: date, officer: str) -> int:
    """時効の近い事案を確かめ、担当への指示を残す。担当に、消滅の前日までの予定が立つ。予定番号を返す。

    担当する職員は、自分の事案を確かめられない。

    要件: F21-03, F13-06
    """
    with transaction.atomic():
        case_id = open_case(addressee_number)
        refuse_words(addressee_number, instruction)
        found = nearing_cases(as_of=as_of, addressee_number=addressee_number)
        if not found:
            raise NothingNearing
        if found[0].officer == officer:
            raise ReviewsOwnCase(officer)
        last = found[0].extinguished_on - timedelta(days=1)
        told = f"{format_wareki(found[0].extinguished_on)}に消滅（{found[0].charges}件、{found[0].amount:,}円）：{instruction.strip()}"
        run_sql(
            "INSERT INTO case_event (addressee_number, event_id, case_id, kind, happened_on, content, officer) "
            "VALUES (%s, nextval('case_event_number'), %s, %s, %s, %s, %s)",
            [addressee_number, case_id, CaseEvent.Kind.PRESCRIPTION, as_of, told, officer],
        )
        record("時効の近い事案を確かめた", subjects=[addressee_number], detail={"事案番号": case_id, "職員": officer})
        due = max(as_of, min(last, as_of + timedelta(days=TASK_DAYS)))
        task = NewTask(CaseTask.Kind.OTHER, due, f"時効（{format_wareki(last)}まで）：{instruction.strip()}")
        return plan_task(addressee_number, task, as_of=as_of, officer=officer)


def _since(as_of: date) -> date:
    """確かめたことが効く初めの日の前日。六月より前の確かめは、いまの時効についてのものではない。"""
    return as_of - timedelta(days=183)
