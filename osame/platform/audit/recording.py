"""監査の記録を書く扉。行為と同じ取引で書くので、行為だけが残ることも、記録だけが残ることもない。"""

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from osame.platform import gate
from osame.platform.audit.models import AuditEvent
from osame.platform.database import Question

Outcome = AuditEvent.Outcome
# 誰が何のためにしたかは、取引が運ぶ値から、引金（トリガー）が入れる
INSERT = "INSERT INTO audit_event (act, outcome, subjects, fields, detail) VALUES (%s, %s, %s, %s, %s)"


def record(
    act: str,
    *,
    subjects: Sequence[str] = (),
    fields: Sequence[str] = (),
    outcome: Outcome = Outcome.DONE,
    detail: Mapping[str, str | int] | None = None,
) -> None:
    """一つの行為を記録する。誰が何のためにしたかは、目的の門から取る。

    Record one act in the current transaction. `act` is a short Japanese verb phrase, `subjects` the addressee numbers
    opened or changed, `fields` the names of the facts shown or changed; `detail` must hold no name, address or 個人番号.
    Refused with `NoPurpose` when nobody has stated a purpose.

    要件: F29-03
    """
    event = written(act, subjects=subjects, fields=fields, outcome=outcome, detail=detail)
    # 門は取引に告げるので、取引の外からも同じに書ける。中では、記録が失敗すれば行為も残らないので、逃げ道（savepoint）は要らない
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(event.statement, event.parameters)


def written(
    act: str,
    *,
    subjects: Sequence[str] = (),
    fields: Sequence[str] = (),
    outcome: Outcome = Outcome.DONE,
    detail: Mapping[str, str | int] | None = None,
) -> Question[None]:
    """ほかの SQL と一緒に送る、一つの行為の記録（`database.at_once`）。誰も目的を告げていなければ断る。

    要件: F29-03
    """
    gate.required()
    return Question(INSERT, [act, str(outcome), list(subjects), list(fields), Jsonb(dict(detail or {}))])
