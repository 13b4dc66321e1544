"""書きかけの下書き。途中でサインアウトになっても、戻って続きから書ける。

Kept on the server, sealed for its officer (see `secret_keys`), never on the terminal. A draft is gone once the form has been
carried out, or after a week. 個人番号 is never kept: a draft that looks as if it held one is not saved.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, run_sql
from osame.platform.secret_keys import seal, unseal

KEY = "form-draft"
LARGEST = 64_000
LONGEST_KEY = 120
KEPT_DAYS = 7


class DraftTooLarge(Refusal):
    """下書きが大きすぎて、保存できません。先に登録してください。"""


class NumberInDraft(Refusal):
    """個人番号らしい数字があるため、下書きは保存しません。"""


@dataclass(frozen=True, slots=True)
class Draft:
    """下書き。"""

    fields: dict[str, str]
    saved_at: datetime


def keep(staff_number: str, form_key: str, fields: Mapping[str, str]) -> None:
    """下書きを保存する。同じ書式の前の下書きは、置き換える。

    要件: F28-06
    """
    if any(holds_personal_number(value) for value in fields.values()):
        raise NumberInDraft
    written = json.dumps(dict(fields), ensure_ascii=False)
    if len(written.encode()) > LARGEST or len(form_key) > LONGEST_KEY:
        raise DraftTooLarge
    run_sql(
        "INSERT INTO form_draft (staff_number, form_key, sealed) VALUES (%s, %s, %s) "
        "ON CONFLICT (staff_number, form_key) DO UPDATE SET sealed = excluded.sealed, saved_at = now()",
        [staff_number, form_key, seal(KEY, written, owner=f"{staff_number}|{form_key}")],
    )


def find(staff_number: str, form_key: str) -> Draft | None:
    """自分の下書き。なければ None。"""
    rows = fetch_all(
        "SELECT sealed, saved_at FROM form_draft WHERE staff_number = %s AND form_key = %s", [staff_number, form_key]
    )
    if not rows:
        return None
    sealed, saved_at = rows[0]
    return Draft(json.loads(unseal(KEY, bytes(sealed), owner=f"{staff_number}|{form_key}")), saved_at)


def discard(staff_number: str, form_key: str) -> None:
    """下書きを捨てる。なければ、何もしない。"""
    run_sql("DELETE FROM form_draft WHERE staff_number = %s AND form_key = %s", [staff_number, form_key])


def prune() -> int:
    """期限の過ぎた下書きと、古い送信の控えを消し、その数を返す。"""
    drafts = run_sql("DELETE FROM form_draft WHERE saved_at < now() - %s * interval '1 day'", [KEPT_DAYS])
    return drafts + run_sql("DELETE FROM form_submission WHERE submitted_at < now() - interval '31 days'")
