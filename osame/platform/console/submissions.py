"""送信を、一度だけ行う。

`once` is the frame of every act that a form carries out: one transaction that first claims the submission's key. A second
arrival of the same form — pressed twice, sent again, two windows — waits for the first and is then led to its result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from osame.platform import gate
from osame.platform.database import fetch_all, run_sql


@dataclass(frozen=True, slots=True)
class Carried:
    """行った結果の画面。 already: 前に届いた同じ送信で、既に行っていた。"""

    path: str
    already: bool = False


def once(key: UUID, act: Callable[[], str]) -> Carried:
    """この送信の行いを、一度だけ行う。 `act` は行って、結果の画面のアドレスを返す。

    The claim and the act are one transaction: when the act is refused, the key is free again. A key belongs to the officer
    and the function that used it first; anybody else's use of it finds nothing to be led to.

    要件: F28-06
    """
    now = gate.required()
    with transaction.atomic():
        claimed = fetch_all(
            "INSERT INTO form_submission (submission_key, staff_number, function_code) VALUES (%s, %s, %s) "
            "ON CONFLICT DO NOTHING RETURNING submission_key",
            [key, now.officer, now.function],
        )
        if not claimed:
            done = fetch_all(
                "SELECT result_path FROM form_submission WHERE submission_key = %s AND staff_number = %s "
                "AND function_code = %s",
                [key, now.officer, now.function],
            )
            return Carried(done[0][0] if done else "/", already=True)
        path = act()
        run_sql("UPDATE form_submission SET result_path = %s WHERE submission_key = %s", [path, key])
        return Carried(path)
