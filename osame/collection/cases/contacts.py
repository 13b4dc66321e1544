"""折衝を、次の予定と資料とともに、一つの取引で記録する。

A talk, what is to be done next and what was handed over, kept together or not at all.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from osame.collection.arrears.actions import NewContact, record_contact
from osame.collection.cases.actions import NewTask, plan_task
from osame.collection.cases.documents import NewDocument, keep_document
from osame.collection.cases.models import CaseDocument


@dataclass(frozen=True, slots=True)
class Followed:
    """折衝に添えるもの。 task: 次の予定（なければ None）; file: 添付（ファイル名と中身。なければ None）。"""

    task: NewTask | None = None
    file: tuple[str, bytes] | None = None


def record_followed_contact(new: NewContact, followed: Followed, *, now: datetime, officer: str) -> int:
    """折衝を記録し、次の予定を立て、添付を事案の資料に綴じる。折衝の番号を返す。

    要件: F13-04, F13-05, F13-09
    """
    with transaction.atomic():
        number = record_contact(new, now=now, officer=officer)
        on = now.date()
        if followed.task:
            plan_task(new.addressee_number, followed.task, as_of=on, officer=officer)
        if followed.file:
            name, content = followed.file
            document = NewDocument(CaseDocument.Kind.CORRESPONDENCE, f"折衝{number}の添付（{name}）", name, content)
            keep_document(new.addressee_number, document, as_of=on, officer=officer)
        return number
