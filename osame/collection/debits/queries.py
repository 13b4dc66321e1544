"""口座と申込みの照会。見せる口座番号は、下3桁だけ。"""

from dataclasses import dataclass
from datetime import date, datetime

from osame.collection.debits.models import ACCOUNT_TYPES, DebitAccount, DebitAccountUse, DebitApplication
from osame.collection.debits.numbers import masked
from osame.collection.parameters import banks
from osame.platform.database import fetch_all, fetch_one

TAX_NAME = "(SELECT name FROM tax_item t WHERE t.tax_item = {0}.tax_item ORDER BY t.valid_from DESC LIMIT 1)"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """口座の履歴の一行。 standing: その日に効いているか（past・now・future）。"""

    addressee_number: str
    tax_item: str
    tax_item_name: str
    debit_class: str
    history_number: int
    valid_from: date
    state: str
    method: str
    bank_code: str
    branch_code: str
    account_type: str
    number_tail: str
    holder_kana: str
    holder_name: str
    reason: str
    officer: str
    recorded_at: datetime
    standing: str

    @property
    def place(self) -> str:
        """金融機関と店舗の名。"""
        return place_name(self.bank_code, self.branch_code)

    @property
    def shown_number(self) -> str:
        """伏せた口座番号。"""
        return masked(self.number_tail)

    @property
    def kind_name(self) -> str:
        """預金種目。"""
        return dict(ACCOUNT_TYPES).get(self.account_type, self.account_type)

    @property
    def state_name(self) -> str:
        """状態。"""
        return str(DebitAccount.State(self.state).label)

    @property
    def method_name(self) -> str:
        """納付方法。"""
        return str(DebitAccount.Method(self.method).label)

    @property
    def class_name(self) -> str:
        """振替区分。"""
        return str(DebitAccount.Class(self.debit_class).label)

    @property
    def code(self) -> str:
        """画面のアドレスで口座を名指す符号。分納の口座は 06-2 のように書く。"""
        return self.tax_item if self.debit_class == DebitAccount.Class.TERMS else f"{self.tax_item}-{self.debit_class}"


# 新しい行は、その適用開始日から先を引き継ぐ。だから、その日に効くのは、適用の始まった行のうち、いちばん新しいもの。
ACCOUNTS = f"""
SELECT a.addressee_number, a.tax_item, coalesce({TAX_NAME.format("a")}, a.tax_item), a.debit_class, a.history_number, a.valid_from,
       a.state, a.method, a.bank_code, a.branch_code, a.account_type, a.number_tail, a.holder_kana, a.holder_name, a.reason,
       a.officer, a.recorded_at,
       CASE WHEN a.history_number = max(a.history_number) FILTER (WHERE a.valid_from <= %(on)s) OVER own THEN 'now'
            WHEN a.history_number > coalesce(max(a.history_number) FILTER (WHERE a.valid_from <= %(on)s) OVER own, 0)
                THEN 'future'
            ELSE 'past' END
FROM debit_account a WHERE a.addressee_number = %(addressee)s
WINDOW own AS (PARTITION BY a.tax_item, a.debit_class)
ORDER BY a.tax_item, a.debit_class, a.history_number DESC
"""


def accounts_of(addressee_number: str, *, as_of: date) -> tuple[AccountLine, ...]:
    """その人の振替口座と、その履歴。新しいものから。

    要件: F06-01
    """
    return tuple(AccountLine(*row) for row in fetch_all(ACCOUNTS, {"addressee": addressee_number, "on": as_of}))


def current_accounts(addressee_number: str, *, as_of: date) -> tuple[AccountLine, ...]:
    """その日に効いていて、終わっていない口座。

    要件: F06-01
    """
    return tuple(
        each
        for each in accounts_of(addressee_number, as_of=as_of)
        if each.standing == "now" and each.state != DebitAccount.State.ENDED
    )


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """申込み一件。"""

    application_id: int
    addressee_number: str
    name: str
    channel: str
    outer_number: str
    received_on: date
    tax_item: str
    tax_item_name: str
    method: str
    bank_code: str
    branch_code: str
    number_tail: str
    holder_kana: str
    starts_on: date
    start_levy_year: int | None
    start_term: int | None
    state: str
    decided_on: date | None
    return_reason: str

    @property
    def place(self) -> str:
        """金融機関と店舗の名。"""
        return place_name(self.bank_code, self.branch_code)

    @property
    def shown_number(self) -> str:
        """伏せた口座番号。"""
        return masked(self.number_tail)

    @property
    def channel_name(self) -> str:
        """受付経路。"""
        return str(DebitApplication.Channel(self.channel).label)

    @property
    def state_name(self) -> str:
        """状態。"""
        return str(DebitApplication.State(self.state).label)

    @property
    def start(self) -> str:
        """開始期。"""
        return f"{self.start_levy_year}年度 {self.start_term}期" if self.start_levy_year else "期が決まっていません"


APPLICATIONS = f"""
SELECT p.application_id, p.addressee_number, coalesce(a.name, ''), p.reception, p.outer_number, p.applied_on, p.tax_item,
       coalesce({TAX_NAME.format("p")}, p.tax_item), p.method, p.bank_code, p.branch_code, p.number_tail, p.holder_kana,
       p.starts_on, p.start_levy_year, p.start_term, p.state, p.decided_on, p.return_reason
FROM debit_application p LEFT JOIN addressee a USING (addressee_number)
"""


def application_count(*, every: bool = False) -> int:
    """申込みの数。 every: 決めたものも。"""
    where = "" if every else "WHERE state = '1'"
    return int(fetch_one(f"SELECT count(*) FROM debit_application {where}")[0])


def applications(*, every: bool = False, limit: int, offset: int = 0) -> tuple[ApplicationLine, ...]:
    """申込み。受け付けた順。 every: 決めたものも、新しいものから。

    要件: F06-02
    """
    order = "ORDER BY p.application_id DESC" if every else "WHERE p.state = '1' ORDER BY p.application_id"
    return tuple(
        ApplicationLine(*row) for row in fetch_all(f"{APPLICATIONS} {order} LIMIT %s OFFSET %s", [limit, offset])
    )


def one_application(application_id: int) -> ApplicationLine | None:
    """申込み一件。"""
    rows = fetch_all(f"{APPLICATIONS} WHERE p.application_id = %s", [application_id])
    return ApplicationLine(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class UseLine:
    """口座番号を開いた記録。"""

    use_id: int
    tax_item: str
    purpose: str
    case_number: str
    reason: str
    officer: str
    used_at: datetime

    @property
    def purpose_name(self) -> str:
        """目的。"""
        return str(DebitAccountUse.Purpose(self.purpose).label)


def uses_of(addressee_number: str) -> tuple[UseLine, ...]:
    """その人の口座番号を開いた記録。新しいものから。

    要件: F06-11
    """
    rows = fetch_all(
        "SELECT use_id, tax_item, purpose, case_number, reason, officer, used_at FROM debit_account_use "
        "WHERE addressee_number = %s ORDER BY use_id DESC LIMIT 50",
        [addressee_number],
    )
    return tuple(UseLine(*row) for row in rows)


def place_name(bank_code: str, branch_code: str) -> str:
    """金融機関と店舗の名。一覧になければコード。"""
    bank, branch = banks.bank(bank_code), banks.branch(bank_code, branch_code)
    return f"{bank.name if bank else bank_code} {branch.name if branch else branch_code}"
