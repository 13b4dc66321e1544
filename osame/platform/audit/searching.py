"""監査記録の照会。誰が何をしたか、ある人を誰が見たか。見たことも記録する。"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from osame.platform.audit.models import AuditEvent
from osame.platform.audit.recording import record

LONGEST = 120


@dataclass(frozen=True, slots=True)
class Search:
    """探し方。空なら問わない。 before: この監査番号より前（続きを見るとき）。"""

    officer: str = ""
    subject: str = ""
    function: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 200
    before: int = 0


def search(wanted: Search) -> list[AuditEvent]:
    """監査記録を、新しいものから。

    要件: F29-03
    """
    terms = {
        "officer": wanted.officer,
        "subjects__contains": [wanted.subject] if wanted.subject else "",
        "function_code": wanted.function,
        "occurred_at__gte": wanted.since,
        "occurred_at__lt": wanted.until,
        "event_id__lt": wanted.before,
    }
    asked = {name: value for name, value in terms.items() if value}
    with transaction.atomic():
        found = list(AuditEvent.objects.filter(**asked).order_by("-event_id")[: wanted.limit])
        record(
            "監査記録を見た",
            subjects=[wanted.subject] if wanted.subject else [],
            detail={"条件": "・".join(sorted(asked)), "件数": len(found)},
        )
    return found


def one(event_id: int) -> AuditEvent | None:
    """監査記録一件。なければ None。見たことも記録する。

    要件: F29-03
    """
    with transaction.atomic():
        found = AuditEvent.objects.filter(pk=event_id).first()
        if found is not None:
            record("監査記録を見た", subjects=found.subjects, detail={"監査番号": event_id})
    return found


def inert(text: str, longest: int = LONGEST) -> str:
    r"""端末や表計算に働きかけない形にする。改行・制御・書字方向の文字は、符号位置で見せる。

    >>> inert("a\r\n\x1b[31m\u202e")
    'a<U+000D><U+000A><U+001B>[31m<U+202E>'
    """
    shown = "".join(
        f"<U+{ord(each):04X}>" if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"} else each
        for each in text[: longest + 1]
    )
    return shown if len(text) <= longest else f"{shown}…（全{len(text):,}字）"
