"""中間サーバーへの通知（0320008）。付番と削除を、一人ずつ順に、届くまで送る。

An outbox: `tell` writes in the transaction of the act itself. The gateway pulls (`take`) and reports (`report`), or a
transport is handed in (`send`). A deletion is not handed out before the numbering of the same person has arrived.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from osame.contracts.personal_number import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.linkage.notices.models import GatewayNotice
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

State = GatewayNotice.State
Kind = GatewayNotice.Kind
MOST_AT_ONCE = 1_000

TAKE = """
UPDATE gateway_notice n SET state = '2', attempts = attempts + 1, sent_at = now(), error_code = ''
FROM (
    SELECT notice_id FROM gateway_notice w WHERE state <> '3' AND NOT EXISTS (
        SELECT 1 FROM gateway_notice earlier WHERE earlier.unified_addressee_number = w.unified_addressee_number
        AND earlier.notice_id < w.notice_id AND earlier.state <> '3')
    ORDER BY notice_id LIMIT %s FOR UPDATE SKIP LOCKED
) next WHERE n.notice_id = next.notice_id
RETURNING n.notice_id, n.unified_addressee_number, n.kind, n.attempts
"""


class UnknownNotice(Refusal):
    """その通知はありません。通知番号を確かめてください。"""


class CodeUnreadable(Refusal):
    """エラーコードは、20字までの英数字で知らせてください。"""


class NoticeNotSent(Refusal):
    """まだ渡していない通知です。通知を受け取ってから、受領を知らせてください。"""


@dataclass(frozen=True, slots=True)
class Notice:
    """渡す通知。"""

    notice_id: int
    unified_addressee_number: str
    kind: str
    attempts: int


def tell(people: Sequence[str], kind: GatewayNotice.Kind) -> None:
    """通知を積む。同じ人の同じ知らせは、一度だけ積まれる。

    要件: F34-03
    """
    run_sql(
        "INSERT INTO gateway_notice (unified_addressee_number, kind, state, attempts, error_code) "
        "SELECT p, %s, '1', 0, '' FROM unnest(%s::text[]) WITH ORDINALITY AS given(p, i) ORDER BY i "
        "ON CONFLICT (unified_addressee_number, kind) DO NOTHING",
        [kind, list(people)],
    )


def take(limit: int) -> list[Notice]:
    """まだ届いていない通知を、順に渡す。受領が来るまでは、求められるたびに同じものを渡す。

    要件: F34-03
    """
    with transaction.atomic():
        rows = sorted(fetch_all(TAKE, [max(1, min(limit, MOST_AT_ONCE))]))
        if rows:
            record("中間サーバーに通知を渡した", subjects=[row[1] for row in rows], detail={"件数": len(rows)})
    return [Notice(*row) for row in rows]


def report(notice_id: int, *, error_code: str = "") -> None:
    """受領（`error_code` は空）か、エラーを記す。受領済みの通知は、何を知らされても変わらない。

    要件: F34-03
    """
    if not re.fullmatch(r"[0-9A-Za-z_.-]{0,20}", error_code) or holds_personal_number(error_code):
        raise CodeUnreadable
    with transaction.atomic():
        notice = GatewayNotice.objects.select_for_update().filter(pk=notice_id).first()
        if notice is None:
            raise UnknownNotice
        if notice.state == State.ACKNOWLEDGED:
            return
        if notice.state == State.WAITING:
            raise NoticeNotSent(str(notice_id))
        run_sql(
            "UPDATE gateway_notice SET state = %s, error_code = %s, acknowledged_at = CASE WHEN %s = '' THEN now() END "
            "WHERE notice_id = %s",
            [State.ERROR if error_code else State.ACKNOWLEDGED, error_code, error_code, notice_id],
        )
        record(
            "中間サーバーの応答を記した",
            subjects=[notice.unified_addressee_number],
            detail={"エラー": error_code},
        )


def send(transport: Callable[[Notice], str], *, limit: int = MOST_AT_ONCE) -> tuple[int, int]:
    """通知を送る。 `transport` は受領なら空、だめならエラーコードを返す。（届いた件数, 届かなかった件数）を返す。

    要件: F34-03
    """
    arrived = failed = 0
    for notice in take(limit):
        try:
            code = transport(notice)
        except (OSError, Refusal) as failure:  # つながらない
            code = type(failure).__name__[:20]
        report(notice.notice_id, error_code=code)
        arrived, failed = (arrived, failed + 1) if code else (arrived + 1, failed)
    return arrived, failed


def backlog() -> list[tuple[str, int]]:
    """状態ごとの件数。届いていない通知の滞留を示す。

    要件: F34-03
    """
    with transaction.atomic():  # 目的は取引が運ぶ
        rows = fetch_all("SELECT state, count(*) FROM gateway_notice GROUP BY state ORDER BY state")
    return [(State(state).label, int(count)) for state, count in rows]
