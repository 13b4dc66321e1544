"""保管期限の切れた情報の消去。数を示して起案し、ほかの職員が決め、団体の職員だけが行う。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from osame.gateway.exchange_records import recording
from osame.gateway.inquiries.actions import erase_answers
from osame.kernel.refusals import Refusal
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql
from osame.platform.terminal import now as right_now

COUNT = """
SELECT (SELECT count(*) FROM exchange_record WHERE kept_through < %(day)s),
       (SELECT count(*) FROM information_inquiry WHERE answer IS NOT NULL AND keep_until < %(day)s),
       (SELECT count(*) FROM interface_file WHERE keep_until < %(day)s),
       (SELECT count(*) FROM provision WHERE content IS NOT NULL AND state <> '1'
         AND received_at < %(day)s::date - interval '90 days'),
       (SELECT count(*) FROM self_provision WHERE content IS NOT NULL AND received_at < %(day)s::date - interval '90 days')
         + (SELECT count(*) FROM portal_notice WHERE content IS NOT NULL AND shown_through < %(day)s::date - 90)
"""
ERASE_PORTAL = (
    "UPDATE self_provision SET content = NULL, erased_at = %(at)s WHERE content IS NOT NULL "
    "AND received_at < %(day)s::date - interval '90 days'",
    "UPDATE portal_notice SET content = NULL WHERE content IS NOT NULL AND shown_through < %(day)s::date - 90",
)


class NothingExpired(Refusal):
    """保管期限の切れた情報はありません。"""


@dataclass(frozen=True, slots=True)
class Expired:
    """期限の切れた数。"""

    records: int
    answers: int
    files: int
    provisions: int
    portal: int

    @property
    def total(self) -> int:
        """合わせた数。"""
        return self.records + self.answers + self.files + self.provisions + self.portal


def expired(*, as_of: date) -> Expired:
    """期限の切れた情報の数。

    要件: F35-10
    """
    return Expired(*(int(each) for each in fetch_one(COUNT, {"day": as_of})))


def propose_erasure(*, as_of: date, reason: str) -> int:
    """消去を起案する。

    要件: F35-10, F36-09
    """
    found = expired(as_of=as_of)
    if not found.total:
        raise NothingExpired
    content = {"as_of": as_of.isoformat(), "records": found.records, "answers": found.answers, "files": found.files,
               "provisions": found.provisions, "portal": found.portal}  # fmt: skip
    return propose(HighRiskAct.ERASURE, content=content, reason=reason)


@executes(HighRiskAct.ERASURE)
def erased(content: Mapping[str, Any]) -> str:
    """決裁された日までに期限の切れた情報を消す。消した数を残す（消去の証）。

    要件: F35-10, F36-09
    """
    day = date.fromisoformat(content["as_of"])
    at: datetime = right_now()
    with transaction.atomic():
        records = recording.erase_expired(as_of=min(day, at.date()))
        answers = erase_answers(as_of=min(day, at.date()))
        files = run_sql("DELETE FROM interface_file WHERE keep_until < %s", [day])
        provisions = run_sql(
            "UPDATE provision SET content = NULL, erased_at = %s WHERE content IS NOT NULL AND state <> '1' "
            "AND received_at < %s::date - interval '90 days'",
            [at, day],
        )
        portal = sum(run_sql(each, {"at": at, "day": day}) for each in ERASE_PORTAL)
        told = {
            "記録": records,
            "照会結果": answers,
            "ファイル": files,
            "提供の中身": provisions,
            "自己情報とお知らせの中身": portal,
        }
        record("保管期限の切れた情報を消した", detail=told)
    return "、".join(f"{name} {count}件" for name, count in told.items())


@describes(HighRiskAct.ERASURE)
def told(content: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """決裁する人に見せる中身。"""
    return [
        ("基準日", content["as_of"]),
        ("情報提供等記録", f"{content['records']}件"),
        ("照会結果", f"{content['answers']}件"),
        ("受けたファイルの結果", f"{content['files']}件"),
        ("提供した中身", f"{content['provisions']}件"),
        ("自己情報とお知らせの中身", f"{content['portal']}件"),
    ]
