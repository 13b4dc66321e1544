"""文書番号と決裁。年度と文書記号ごとに、欠番なく番号を付け、決裁の状態を進める。

Document numbers: contiguous per fiscal year and series; a number once given is never given again, and a void one keeps its
reason. The approver is never the drafter (also a constraint of the table).
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.parameters.models import DocumentNumber
from osame.kernel.dates import fiscal_year
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one, run_sql

State = DocumentNumber.State
NUMBERING_LOCK = 7_140_002

# いまの状態 → 進める先
TRANSITIONS: dict[str, tuple[State, ...]] = {
    State.DRAFTED: (State.SUBMITTED, State.CANCELLED),
    State.SUBMITTED: (State.APPROVED, State.CANCELLED),
    State.APPROVED: (State.SENT, State.CANCELLED),
    State.SENT: (),
    State.CANCELLED: (),
}


class DocumentNotFound(Refusal):
    """その番号の文書はありません。年度・文書記号・番号を確かめてください。"""


class DocumentCannotMove(Refusal):
    """文書はその状態に進められません。作成・起案・決裁・発送の順に進めてください。発送の後は取り消せません。"""


class ApproverIsDrafter(Refusal):
    """起案した者は、自分の文書を決裁できません。別の職員が決裁してください。"""


class VoidNeedsReason(Refusal):
    """欠番にする理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class Document:
    """文書番号ひとつ。"""

    fiscal_year: int
    series: str
    number: int
    subject: str
    state: str
    drafted_by: str
    approved_by: str
    drafted_on: date
    approved_on: date | None
    void_reason: str

    @property
    def label(self) -> str:
        """文書番号の書き方。"""
        return f"{self.series}第{self.number}号（{self.fiscal_year}年度）"

    @property
    def state_name(self) -> str:
        """状態の名。"""
        return str(State(self.state).label)


COLUMNS = "fiscal_year, series, number, subject, state, drafted_by, approved_by, drafted_on, approved_on, void_reason"


def draft_document(series: str, subject: str, *, as_of: date, officer: str) -> Document:
    """文書に次の番号を付ける。

    Give the next number of the series; two officers at once get two numbers.

    要件: F01-09
    """
    with transaction.atomic():
        fetch_one("SELECT pg_advisory_xact_lock(%s)", [NUMBERING_LOCK])
        row = fetch_one(
            "INSERT INTO document_number (fiscal_year, series, number, subject, state, drafted_by, approved_by, drafted_on, "
            "void_reason) SELECT %(year)s, %(series)s, coalesce(max(number), 0) + 1, %(subject)s, '1', %(officer)s, '', "
            f"%(on)s, '' FROM document_number WHERE fiscal_year = %(year)s AND series = %(series)s RETURNING {COLUMNS}",
            {"year": fiscal_year(as_of), "series": series, "subject": subject, "officer": officer, "on": as_of},
        )
    return Document(*row)


def move_document(key: tuple[int, str, int], to: State, *, as_of: date, officer: str, reason: str = "") -> Document:
    """文書の状態を進める（起案・決裁・発送・取消）。同じ状態へは、何も変えない。

    Move a document to its next state. Moving it where it already is changes nothing.

    要件: F01-09
    """
    with transaction.atomic():
        rows = fetch_all(
            f"SELECT {COLUMNS} FROM document_number WHERE (fiscal_year, series, number) = (%s, %s, %s) FOR UPDATE", key
        )
        if not rows:
            raise DocumentNotFound(f"{key[1]}第{key[2]}号（{key[0]}年度）")
        document = Document(*rows[0])
        if document.state == to:
            return document
        if to not in TRANSITIONS[document.state]:
            raise DocumentCannotMove(f"{document.label} は{document.state_name}")
        if to == State.APPROVED and officer == document.drafted_by:
            raise ApproverIsDrafter(officer)
        if to == State.CANCELLED and not reason.strip():
            raise VoidNeedsReason(document.label)
        approved = to == State.APPROVED
        run_sql(
            "UPDATE document_number SET state = %s, approved_by = CASE WHEN %s THEN %s ELSE approved_by END, "
            "approved_on = CASE WHEN %s THEN %s ELSE approved_on END, void_reason = %s "
            "WHERE (fiscal_year, series, number) = (%s, %s, %s)",
            [to, approved, officer, approved, as_of, reason, *key],
        )
        return _one(key)


def documents(year: int, series: str = "") -> list[Document]:
    """その年度の文書番号を、順に。取消した番号は、理由とともに欠番として残る。"""
    rows = fetch_all(
        f"SELECT {COLUMNS} FROM document_number WHERE fiscal_year = %s AND (%s = '' OR series = %s) ORDER BY series, number",
        [year, series, series],
    )
    return [Document(*row) for row in rows]


def _one(key: tuple[int, str, int]) -> Document:
    return Document(
        *fetch_one(
            f"SELECT {COLUMNS} FROM document_number WHERE (fiscal_year, series, number) = (%s, %s, %s)", list(key)
        )
    )
