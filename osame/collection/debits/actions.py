"""振替口座の行い。始める、変える、停める、再開する、終わる、番号を開く。

Every act adds one row to the history of an account and refuses when another officer was faster. A row takes over from its
`valid_from`; what lay ahead of it is void.
"""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from osame.collection.debits import numbers
from osame.collection.debits.given import GivenAccount, checked, holder_notes
from osame.collection.debits.models import DebitAccount, DebitAccountUse
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

State = DebitAccount.State
Class = DebitAccount.Class
Method = DebitAccount.Method
Purpose = DebitAccountUse.Purpose
FIELDS = ("振替口座",)
USES = {"statutory": Purpose.DEBIT, "refund_notice": Purpose.REFUND, "delinquent_survey": Purpose.DISPOSITION}
"""門が運ぶ使用目的 → 口座を使う目的。ここにない目的では開かない。"""
COPIED = "bank_code, branch_code, account_type, sealed_number, number_digest, number_tail, symbol_tail, holder_kana, holder_name"


class NoDebitAccount(Refusal):
    """この税目の振替口座は、ありません。宛名番号・税目・振替区分を確かめてください。"""


class ChangedMeanwhile(Refusal):
    """ほかの職員が、先にこの口座を変えています。画面を開き直して、いまの口座を確かめてください。"""


class NotInThatState(Refusal):
    """振替口座は、いまその操作ができる状態ではありません。履歴を確かめてください。"""


class AccountNeedsReason(Refusal):
    """理由がありません。何による変更かを入力してください。"""


class NotOurAddressee(Refusal):
    """この宛名番号の人は、登録されていません。番号を確かめてください。"""


class NotOurTaxItem(Refusal):
    """その税目は、登録されていません。税目を確かめてください。"""


class PlanHasNoMethod(Refusal):
    """分納の口座に、全期前納はありません。納期ごとの口座を選んでください。"""


class UseNotAllowed(Refusal):
    """この使用目的では、口座番号を開けません。口座振替・還付・滞納者の調査のどれかを選んでください。"""


class UseNeedsReason(Refusal):
    """口座番号を開く理由がありません。何のために要るかを入力してください。"""


class UseNeedsCase(Refusal):
    """口座振替のほかに口座を使うには、調査や還付の番号が要ります。番号を入力してください。"""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """どの口座か。"""

    addressee_number: str
    tax_item: str
    debit_class: str = Class.TERMS


@dataclass(frozen=True, slots=True)
class AccountChange:
    """口座の変更。 method: 期別か全期前納か; application_id: もとの申込み。"""

    valid_from: date
    reason: str
    method: str = Method.BY_TERM
    application_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Move:
    """状態を移す、いつ・なぜ・誰が・何を見て。"""

    on: date
    reason: str
    officer: str
    seen: int | None
    method: str | None = None


MOVES_FROM = {
    State.SUSPENDED: (State.LIVE,),
    State.LIVE: (State.SUSPENDED,),
    State.ENDED: (State.LIVE, State.SUSPENDED),
}
"""移れる先の状態 → いまの状態。"""


def set_account(
    key: AccountKey, given: GivenAccount, change: AccountChange, *, officer: str, seen: int | None = None
) -> list[str]:
    """口座を登録する（新規・変更）。職員への注意を返す。 seen: 画面で見た履歴番号。

    Register or change the account of one tax from `valid_from`. Whatever stood before ends that day by itself.

    要件: F06-01, F06-02, F06-09
    """
    account, notes = checked(given, as_of=change.valid_from)
    if key.debit_class == Class.INSTALLMENT_PLAN and change.method != Method.BY_TERM:
        raise PlanHasNoMethod(key.tax_item)
    with transaction.atomic():
        require_known(key, change.valid_from)
        notes += holder_notes(key.addressee_number, account.holder_kana)
        before = _last(key)
        number = _next(before, seen)
        facts = dict(
            addressee_number=key.addressee_number, tax_item=key.tax_item, debit_class=key.debit_class,
            history_number=number, valid_from=change.valid_from, state=State.LIVE, method=change.method,
            bank_code=account.bank_code, branch_code=account.branch_code, account_type=account.account_type,
            reason=_reason(change.reason), application_id=change.application_id, officer=officer,
            holder_kana=account.holder_kana, holder_name=account.holder_name, **sealed_facts(key, account),
        )  # fmt: skip
        _keep(facts)
        record("振替口座を登録した", subjects=[key.addressee_number], fields=FIELDS, detail={"税目": key.tax_item})
    return notes


def suspend_account(key: AccountKey, *, on: date, reason: str, officer: str, seen: int | None = None) -> None:
    """口座振替を停める。

    要件: F06-01
    """
    _move(key, State.SUSPENDED, _Move(on, reason, officer, seen))


def resume_account(key: AccountKey, *, on: date, reason: str, officer: str, seen: int | None = None) -> None:
    """停めていた口座振替を再開する。自動で停めたものも、職員が確かめて再開する。

    要件: F06-01, F06-07
    """
    _move(key, State.LIVE, _Move(on, reason, officer, seen))


def end_account(key: AccountKey, *, on: date, reason: str, officer: str, seen: int | None = None) -> None:
    """口座振替を終える（廃止）。

    要件: F06-01, F06-03
    """
    _move(key, State.ENDED, _Move(on, reason, officer, seen))


def change_method(
    key: AccountKey, method: str, *, on: date, reason: str, officer: str, seen: int | None = None
) -> None:
    """納付方法を変える。全期前納をやめて期別に戻す、または期別を全期前納にする。口座はそのまま。

    要件: F06-01, F06-08
    """
    if key.debit_class == Class.INSTALLMENT_PLAN:
        raise PlanHasNoMethod(key.tax_item)
    _move(key, State.LIVE, _Move(on, reason, officer, seen, Method(method)))


def use_account(key: AccountKey, *, reason: str) -> str:
    """口座番号を開く。目的・理由・番号を残す。還付や滞納処分に使うことを、口座振替の閲覧とは別に残す。

    Open the number of the current account for the purpose that the gate carries. Every opening leaves a row that cannot be
    rewritten; any use but the debit itself needs the number of its case.

    要件: F06-11
    """
    now = gate.required()
    purpose = USES.get(now.purpose)
    if purpose is None:
        raise UseNotAllowed(now.purpose)
    if not reason.strip():
        raise UseNeedsReason
    if purpose != Purpose.DEBIT and not now.case.strip():
        raise UseNeedsCase(str(purpose.label))
    with transaction.atomic():
        rows = fetch_all(
            "SELECT history_number, sealed_number FROM debit_account WHERE addressee_number = %s AND tax_item = %s "
            "AND debit_class = %s ORDER BY history_number DESC LIMIT 1",
            [key.addressee_number, key.tax_item, key.debit_class],
        )
        if not rows:
            raise NoDebitAccount(f"{key.addressee_number}-{key.tax_item}")
        (number,) = numbers.opened([(key.addressee_number, bytes(rows[0][1]))])
        run_sql(
            "INSERT INTO debit_account_use (addressee_number, use_id, tax_item, debit_class, history_number, purpose, "
            "case_number, reason, officer, used_at) VALUES (%s, nextval('debit_account_use_number'), %s, %s, %s, %s, %s, "
            "%s, %s, now())",
            [key.addressee_number, key.tax_item, key.debit_class, rows[0][0], purpose, now.case.strip(), reason.strip(),
             now.officer],
        )  # fmt: skip
        record(
            "口座番号を開いた",
            subjects=[key.addressee_number],
            fields=("口座番号",),
            detail={"税目": key.tax_item, "目的": str(purpose.label)},
        )
    return number


def sealed_facts(key: AccountKey, account: GivenAccount) -> dict[str, object]:
    """封をした口座番号と、その要約・下3桁・記号の4・5桁目。

    要件: F06-01
    """
    place = (account.bank_code, account.branch_code, account.account_type, account.account_number)
    return {
        "sealed_number": numbers.sealed(account.account_number, addressee_number=key.addressee_number),
        "number_digest": numbers.digest(*place),
        "number_tail": account.account_number[-3:],
        "symbol_tail": account.symbol_tail,
    }


def require_known(key: AccountKey, on: date) -> None:
    """宛名と税目があるか。なければ断る。

    要件: F06-01
    """
    if not fetch_one("SELECT EXISTS (SELECT 1 FROM addressee WHERE addressee_number = %s)", [key.addressee_number])[0]:
        raise NotOurAddressee(key.addressee_number)
    if not fetch_one(
        "SELECT EXISTS (SELECT 1 FROM tax_item WHERE tax_item = %s AND valid_from <= %s)", [key.tax_item, on]
    )[0]:
        raise NotOurTaxItem(key.tax_item)


def _move(key: AccountKey, state: State, move: _Move) -> None:
    """同じ口座のまま、状態を移す。"""
    with transaction.atomic():
        before = _last(key)
        if before is None:
            raise NoDebitAccount(f"{key.addressee_number}-{key.tax_item}")
        if before[1] not in (MOVES_FROM[state] if move.method is None else (State.LIVE,)):
            raise NotInThatState(str(State(before[1]).label))
        number = _next(before, move.seen)
        try:
            run_sql(
                f"INSERT INTO debit_account (addressee_number, tax_item, debit_class, history_number, valid_from, state, "
                f"method, {COPIED}, reason, application_id, officer, recorded_at) "
                f"SELECT addressee_number, tax_item, debit_class, %s, %s, %s, coalesce(%s, method), {COPIED}, %s, "
                "application_id, %s, now() "
                "FROM debit_account WHERE addressee_number = %s AND tax_item = %s AND debit_class = %s AND history_number = %s",
                [
                    number,
                    move.on,
                    state,
                    move.method,
                    _reason(move.reason),
                    move.officer,
                    key.addressee_number,
                    key.tax_item,
                    key.debit_class,
                    number - 1,
                ],
            )
        except IntegrityError as taken:
            raise ChangedMeanwhile(key.addressee_number) from taken
        record(
            "振替口座の状態を変えた", subjects=[key.addressee_number], fields=FIELDS, detail={"状態": str(state.label)}
        )


def _last(key: AccountKey) -> tuple[int, str] | None:
    rows = fetch_all(
        "SELECT history_number, state FROM debit_account WHERE addressee_number = %s AND tax_item = %s AND debit_class = %s "
        "ORDER BY history_number DESC LIMIT 1",
        [key.addressee_number, key.tax_item, key.debit_class],
    )
    return (int(rows[0][0]), str(rows[0][1])) if rows else None


def _next(before: tuple[int, str] | None, seen: int | None) -> int:
    last = before[0] if before else 0
    if seen is not None and seen != last:
        raise ChangedMeanwhile
    return last + 1


def _reason(reason: str) -> str:
    if not reason.strip():
        raise AccountNeedsReason
    return reason.strip()


def _keep(facts: dict[str, object]) -> None:
    try:
        DebitAccount.objects.create(**facts)
    except IntegrityError as taken:
        raise ChangedMeanwhile(str(facts["addressee_number"])) from taken
