"""開示等の決定を本人に渡す書面（PDF）。開示するときは、持っている情報と、誰が見て誰に渡したかを続けて載せる。

The notice of the decision, and with a disclosure everything that was decided to be shown: the records by table, who looked at
the person and who received what. A last pass refuses the whole paper if a protected person's place stands on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.kernel.dates import format_wareki
from osame.platform import systems
from osame.platform.database import fetch_all
from osame.platform.egress.models import EgressKind, EgressMedium
from osame.platform.functions.registry import groups, purpose_name, registry
from osame.platform.letters.engine import Letter, Template, compile_letters
from osame.platform.privacy.guarding import guard_of
from osame.platform.privacy.held import SHOWN_APART, Held, doors
from osame.platform.privacy.models import PrivacyRequest
from osame.platform.privacy.requests import Kind, Outcome, Requester, measures_of, to_disclose
from osame.platform.staff.queries import department_name
from osame.platform.suppression.decision import FactClass
from osame.platform.suppression.facts import CLASS_OF, MARKER
from osame.platform.terminal import JAPAN

SOURCE = "platform/privacy/typst/decision.typ"
TITLES = {
    Kind.DISCLOSURE: "保有個人情報の開示に関する決定通知書",
    Kind.CORRECTION: "保有個人情報の訂正に関する決定通知書",
    Kind.SUSPENSION: "保有個人情報の利用停止に関する決定通知書",
}
ARTICLES = {
    Kind.DISCLOSURE: "個人情報の保護に関する法律第82条",
    Kind.CORRECTION: "個人情報の保護に関する法律第93条",
    Kind.SUSPENSION: "個人情報の保護に関する法律第101条",
}
OWN_PLACES = {FactClass.ADDRESS, FactClass.FORMER_ADDRESS, FactClass.MAILING_ADDRESS, FactClass.TELEPHONE}
VIEWS = """
SELECT occurred_at, department, function_code, purpose, act, outcome FROM audit_event
WHERE subjects @> ARRAY[%s]::varchar[] ORDER BY event_id DESC
"""
OUTPUTS = """
SELECT emitted_at, kind, receiver, medium, purpose, number_included FROM egress_record
WHERE subjects @> ARRAY[%s]::varchar[] AND released_at IS NOT NULL ORDER BY egress_id DESC
"""


@dataclass(frozen=True, slots=True)
class View:
    """この人を、いつ、どの所属が、何のために開いたか。"""

    at: str
    department: str
    function: str
    purpose: str
    act: str


@dataclass(frozen=True, slots=True)
class Given:
    """この人のことを、いつ、誰に、何で渡したか。"""

    at: str
    kind: str
    receiver: str
    medium: str
    purpose: str


def views_of(number: str) -> list[View]:
    """この人を見た記録を、新しいものから。職員の名でなく、所属を示す。"""
    listed = registry(systems.current().code).functions
    return [
        View(
            f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}",
            (department_name(department) or department) if department else "システム",
            listed[function].name if function in listed else function,
            purpose_name(purpose),
            act if outcome == "1" else f"{act}（断った）",
        )
        for at, department, function, purpose, act, outcome in fetch_all(VIEWS, [number])
    ]


def given_of(number: str) -> list[Given]:
    """この人のことを渡した記録を、新しいものから。"""
    return [
        Given(
            f"{at.astimezone(JAPAN):%Y-%m-%d %H:%M}",
            EgressKind(kind).label + ("（個人番号を含む）" if included else ""),
            receiver,
            EgressMedium(medium).label,
            purpose_name(purpose),
        )
        for at, kind, receiver, medium, purpose, included in fetch_all(OUTPUTS, [number])
    ]


def decision_paper(request_id: int, *, on: date) -> bytes:
    """決定を本人に渡す書面。決定がなければ断る。支援措置の対象者の居場所が載っていれば、何も渡さない。

    要件: F36-12, F27-01
    根拠: 個人情報の保護に関する法律第82条、第87条、第93条、第101条
    """
    row, shown, withheld = to_disclose(request_id)
    number, guard = row.addressee_number, guard_of(systems.current().code)
    discloses = row.kind == Kind.DISCLOSURE and row.outcome in {Outcome.WHOLE, Outcome.PART}
    blocks = [_block(each) for each in shown if each.table.name not in SHOWN_APART]
    own = [
        cell
        for each in shown
        for record in each.rows
        for column, cell in zip(each.table.columns, record, strict=True)
        if CLASS_OF.get(column.name) in OWN_PLACES and cell and cell != MARKER
    ]
    texts = "\n".join(cell for block in blocks for record in block["records"] for _, cell in record)
    reader = number if row.requester == Requester.SELF else ""
    guard.values.refuse_in(texts, own=own if reader or number not in guard.protected else (), reader=reader)
    content = {
        "title": TITLES[Kind(row.kind)],
        "receiver": row.requester_name,
        "facts": _facts(row),
        "withheld": [[each.table_label, f"{each.row_count}件", each.withheld_ground] for each in withheld],
        "masks": _masks(shown),
        "blocks": blocks,
        "views": [[each.at, each.department, each.function, each.purpose, each.act] for each in views_of(number)]
        if discloses and _shows(shown, "audit_event")
        else [],
        "given": [[each.at, each.kind, each.receiver, each.medium, each.purpose] for each in given_of(number)]
        if discloses and _shows(shown, "egress_record")
        else [],
        "doors": [each.label for each in doors()] if discloses else [],
        "discloses": discloses,
    }
    run = {"made_on": format_wareki(on), "issuer": guard.issuer, "system": systems.current().name}
    stamp = (on - date(1970, 1, 1)).days * 86_400
    return compile_letters(Template(SOURCE, stamp), run, [Letter(0, 1, number, 1, content)])


def _facts(row: PrivacyRequest) -> list[list[str]]:
    facts = [
        ["請求", f"{row.get_kind_display()}（{format_wareki(row.requested_on)}受付、第{row.request_id}号）"],
        ["請求の内容", row.scope],
        ["決定", f"{row.get_outcome_display()}（{ARTICLES[Kind(row.kind)]}）"],
    ]
    if row.decision_reason:
        facts.append(["決定の理由", row.decision_reason])
    done = measures_of(row.request_id)
    facts += [
        [each.get_kind_display(), f"{each.target}　{each.detail}（{format_wareki(each.done_on)}）"] for each in done
    ]
    purpose = sorted({each.group for each in registry(systems.current().code).functions.values()} & groups().keys())
    own = [groups()[each] for each in purpose if each.startswith(systems.current().code)]
    if row.kind == Kind.DISCLOSURE and own:
        facts.append(["利用目的", "、".join(own)])
    return facts


def _shows(shown: Sequence[Held], table: str) -> bool:
    """その表を開示すると決めたか。"""
    return any(each.table.name == table for each in shown)


def _block(each: Held) -> dict[str, Any]:
    records = [[[label, cell] for label, cell in zip(each.columns, row, strict=True) if cell] for row in each.rows]
    return {"label": each.table.label, "count": len(each.rows), "records": records}


def _masks(shown: Sequence[Held]) -> list[list[str]]:
    """伏せた列を、根拠ごとに。"""
    by_ground: dict[str, set[str]] = {}
    for each in shown:
        for column in each.table.columns:
            if column.name in each.masks and each.table.name not in SHOWN_APART:
                by_ground.setdefault(each.masks[column.name], set()).add(column.label)
    return [[ground, "、".join(sorted(labels))] for ground, labels in sorted(by_ground.items())]
