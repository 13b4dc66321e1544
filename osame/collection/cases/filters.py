"""事案を選ぶ条件。一覧の絞込みと並び順。どの条件も、指標の表と事案の表の列だけで決まる。"""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import TextChoices

UNASSIGNED = "-"
"""担当のない事案を選ぶ、担当者の値。"""


class CaseOrder(TextChoices):
    """一覧の並び順。"""

    SCORE = "score", "優先度の高い順"
    TOTAL = "total", "未納の多い順"
    OLDEST = "oldest", "納期限の古い順"
    PRESCRIPTION = "prescription", "時効の近い順"
    SILENCE = "silence", "折衝のない順"
    TASK = "task", "予定の近い順"
    STALLED = "stalled", "段階に長くいる順"


ORDERS = {
    CaseOrder.SCORE: "f.score DESC, f.addressee_number",
    CaseOrder.TOTAL: "f.total DESC, f.addressee_number",
    CaseOrder.OLDEST: "f.oldest_due_on, f.addressee_number",
    CaseOrder.PRESCRIPTION: "f.prescribed_on NULLS LAST, f.addressee_number",
    CaseOrder.SILENCE: "f.contacted_on NULLS FIRST, f.addressee_number",
    CaseOrder.TASK: "f.task_on NULLS LAST, f.addressee_number",
    CaseOrder.STALLED: "f.stage_since, f.addressee_number",
}


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """事案を選ぶ条件。空のものは問わない。

    silent_days: 折衝のない日数; stalled_days: 段階にいる日数; prescribed_within: 時効までの日数; kind: 宛名区分の組（person、corporation）。
    """

    officer: str = ""
    stage: str = ""
    policy: str = ""
    text: str = ""
    tax_item: str = ""
    least: int | None = None
    most: int | None = None
    due_before: date | None = None
    prescribed_within: int | None = None
    silent_days: int | None = None
    stalled_days: int | None = None
    kind: str = ""
    postal_code: str = ""
    broken: bool = False
    review_over: bool = False
    task_over: bool = False
    unreviewed: bool = False
    moved_out: bool = False
    died: bool = False
    asset: str = ""
    order: CaseOrder = CaseOrder.SCORE

    @property
    def is_empty(self) -> bool:
        """何も絞っていないか。"""
        return all(getattr(self, each.name) == each.default for each in fields(self) if each.name != "order")


CONDITIONS: dict[str, str] = {
    "officer": "k.officer = CASE WHEN %(officer)s = '-' THEN '' ELSE %(officer)s END",
    "stage": "f.stage = %(stage)s",
    "policy": "k.policy = %(policy)s",
    "text": "(strpos(replace(a.name, '　', ''), %(plain)s) > 0 OR strpos(replace(a.kana, ' ', ''), %(plain)s) > 0)",
    "tax_item": "f.addressee_number IN (SELECT addressee_number FROM case_charge WHERE tax_item = %(tax_item)s)",
    "least": "f.total >= %(least)s",
    "most": "f.total <= %(most)s",
    "due_before": "f.oldest_due_on < %(due_before)s",
    "prescribed_within": "f.prescribed_on BETWEEN %(on)s AND %(on)s::date + %(prescribed_within)s::int",
    "silent_days": "(f.contacted_on IS NULL OR f.contacted_on <= %(on)s::date - %(silent_days)s::int)",
    "stalled_days": "f.stage_since <= %(on)s::date - %(stalled_days)s::int",
    "kind": "(a.kind IN ('3', '5')) = (%(kind)s = 'corporation')",
    "postal_code": "starts_with(a.postal_code, %(postal_code)s)",
    "broken": "f.broken_promises > 0",
    "review_over": "k.review_on < %(on)s",
    "task_over": "f.task_on < %(on)s",
    "unreviewed": "(k.reviewed_on IS NULL OR k.reviewed_on < %(on)s::date - 365)",
    "moved_out": "a.moved_out_on IS NOT NULL",
    "asset": "f.addressee_number IN (SELECT addressee_number FROM asset WHERE gone_on IS NULL AND %(asset)s IN ('ANY', kind))",
    "died": "a.died_on IS NOT NULL",
}  # fmt: skip


def where(chosen: CaseFilter, *, as_of: date) -> tuple[str, str, dict[str, Any]]:
    """（要る表の結合、条件、値）。支援措置の対象者は、居場所の分かる条件（郵便番号、転出）では現れない。

    Only the tables that the conditions speak of are joined: figures stand for open cases alone, so most pages read one table.
    """
    values: dict[str, Any] = {each.name: getattr(chosen, each.name) for each in fields(chosen)} | {"on": as_of}
    values["plain"] = chosen.text.replace("　", "").replace(" ", "")
    values["order"] = str(chosen.order)
    used = [CONDITIONS[name] for name in CONDITIONS if values[name] not in ("", None, False)]
    if chosen.postal_code or chosen.moved_out:
        used.append("NOT a.protection_measure")
    terms = " AND ".join(used) or "true"
    if chosen.text.strip().isdecimal():  # 宛名番号なら、鍵で引く
        terms = terms.replace(CONDITIONS["text"], "f.addressee_number = lpad(%(plain)s, 15, '0')")
    joined = "case_figure f"
    if "k." in terms:
        joined += " JOIN arrears_case k ON k.addressee_number = f.addressee_number AND k.cleared_on IS NULL"
    if "a." in terms:
        joined += " JOIN addressee a ON a.addressee_number = f.addressee_number"
    return joined, terms, values
