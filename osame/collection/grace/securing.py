"""担保についての行い。増担保を求め、応じたか否かを残し、猶予が終わって納付がなければ担保物を処分する。

What happens to a security between taking and releasing it. A refused request becomes a ground to cancel the grace; a security is
disposed of only when the grace is over and the tax is not paid.

解釈: 増担保の提供、保証人の変更などを求める権限は、担保の徴取を定める地方税法第16条の第3項によるものと読む。項の番号は、本文を確認していない。
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.grace.actions import SecurityNotHeld
from osame.collection.grace.letters import PaperNotice, send_paper
from osame.collection.grace.models import GraceSecurity, SecurityAct
from osame.collection.grace.queries import GraceFile, SecurityLine, grace_file
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.database import run_sql

Kind = SecurityAct.Kind
ARTICLES = {
    Kind.ASKED: "地方税法第16条第3項", Kind.COMPLIED: "地方税法第16条第3項", Kind.REFUSED: "地方税法第15条の3第1項第3号",
    Kind.DISPOSED: "地方税法第16条の5第1項", Kind.PROCEEDS: "地方税法第16条の5第1項",
}  # fmt: skip
ASKING = (
    "提供された次の担保では、徴収金の納付を担保することができないと認めるので、増担保の提供、保証人の変更その他必要な行為を、{}までに求めます"
    "（地方税法第16条第3項）。応じないときは、猶予を取り消すことがあります（地方税法第15条の3第1項）。"
)


class SecurityActNeedsWords(Refusal):
    """説明がありません。価額の減少の内容、求める担保、処分の方法などを入力してください。"""


class AskingNeedsDay(Refusal):
    """求めの期限がありません。今日より後の日を入力してください。"""


class NothingAsked(Refusal):
    """この担保について、答えを待つ求めがありません。先に、増担保などを求めてください。"""


class StillInGrace(Refusal):
    """猶予の期間中です。猶予を取り消すか、終わって納付がないことを確かめてから、担保物を処分してください。"""


class NothingLeftToPay(Refusal):
    """猶予した税は、もう残っていません。担保は、処分せずに解除してください。"""


class GuarantorIsNotified(Refusal):
    """保証人は、担保物として処分できません。連帯・第二次納税義務の画面で、保証人の責任を起こし、告知してください。"""


class NotDisposed(Refusal):
    """担保物の処分を始めていません。処分の開始を記録してから、代金を充てた額を記録してください。"""


class ProceedsAboveValue(Refusal):
    """充てた額がありません。処分の代金のうち、徴収金に充てた額を入力してください。"""


@dataclass(frozen=True, slots=True)
class NewSecurityAct:
    """担保についての行い。 through: 求めの期限; amount: 充てた額。"""

    kind: SecurityAct.Kind
    note: str
    through: date | None = None
    amount: int | None = None


def act_on_security(key: tuple[str, int], security_id: int, new: NewSecurityAct, *, as_of: date, officer: str) -> None:
    """担保についての行いを記録する。増担保を求めるときは、その書面を作る。

    要件: F15-04
    """
    with transaction.atomic():
        file = grace_file(key, lock=True)
        held = {each.security_id: each for each in file.securities if each.released_on is None}
        if security_id not in held:
            raise SecurityNotHeld(str(security_id))
        security = held[security_id]
        _refuse_wrong(file, security, new, as_of)
        run_sql(
            "INSERT INTO security_act (addressee_number, security_id, act_number, kind, happened_on, through_on, amount, note, "
            "article, officer) SELECT %s, %s, coalesce(max(act_number), 0) + 1, %s, %s, %s, %s, %s, %s, %s FROM security_act "
            "WHERE addressee_number = %s AND security_id = %s",
            [key[0], security_id, new.kind, as_of, new.through if new.kind is Kind.ASKED else None,
             new.amount if new.kind is Kind.PROCEEDS else None, new.note.strip(), ARTICLES[new.kind], officer, key[0],
             security_id],
        )  # fmt: skip
        if new.kind is Kind.ASKED and new.through:
            _ask(file, security, new.note.strip(), new.through, (as_of, officer))
        detail: dict[str, str | int] = {"猶予管理番号": key[1], "担保番号": security_id, "行い": str(new.kind.label)}
        record("担保についての行いを記録した", subjects=[key[0]], detail=detail)


def _refuse_wrong(file: GraceFile, security: SecurityLine, new: NewSecurityAct, as_of: date) -> None:
    """その担保に、その日にはできない行いを断る。"""
    if not new.note.strip():
        raise SecurityActNeedsWords
    latest = security.acts[-1].kind if security.acts else None
    if new.kind is Kind.ASKED and (new.through is None or new.through <= as_of):
        raise AskingNeedsDay
    if new.kind in {Kind.COMPLIED, Kind.REFUSED} and latest is not Kind.ASKED:
        raise NothingAsked
    if new.kind is Kind.DISPOSED:
        if security.kind is GraceSecurity.Kind.GUARANTOR:
            raise GuarantorIsNotified
        if file.head.stage is ProcedureStage.IN_FORCE and as_of <= file.head.through_on:
            raise StillInGrace(f"末日 {format_wareki(file.head.through_on)}")
        if not file.unpaid:
            raise NothingLeftToPay
    if new.kind is Kind.PROCEEDS:
        if all(each.kind is not Kind.DISPOSED for each in security.acts):
            raise NotDisposed
        if not new.amount:
            raise ProceedsAboveValue


def _ask(file: GraceFile, security: SecurityLine, note: str, through: date, by: tuple[date, str]) -> None:
    facts = (
        ("猶予の番号", f"{file.head.procedure.value} {file.head.grace_id}"), ("担保の番号", str(security.security_id)),
        ("種類", str(security.kind.label)), ("内容", security.description), ("理由と求めること", note),
    )  # fmt: skip
    notice = PaperNotice(
        "増担保の提供などの求め", ASKING.format(format_wareki(through)), "担保の価額", security.value, facts
    )
    subject = f"grace_security:{security.security_id}"
    send_paper(file.head.addressee_number, notice, subject, as_of=by[0], officer=by[1])
