"""公金受取口座の照会のいま。一つの受取人の照会と、照会状況表・エラーリスト（R-151）。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from osame.collection.parameters.banks import bank, branch
from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.refunds.accounts import opened
from osame.collection.refunds.actions import Where
from osame.collection.refunds.models import PayeeAccount
from osame.kernel.dates import fiscal_year
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

State = PublicBenefitAccountInquiry.State
SHOWN = ("金融機関", "口座番号の下三桁", "口座名義")
LINES = """
SELECT i.inquiry_id, i.addressee_number, i.decision_id, i.payee_number, p.name, i.state, i.wished_on, i.wish_source,
       i.wish_officer, i.reason, i.asked_at, i.asked_by, i.inquiry_number, i.answered_on, i.outcome, i.holder_matched,
       i.used_on, i.erased_on, i.account_id
FROM public_benefit_account_inquiry i JOIN refund_payee p USING (addressee_number, decision_id, payee_number)
"""
MASKED = """
SELECT a.addressee_number, a.account_id, a.bank_code, a.branch_code, a.account_type, a.last_digits FROM payee_account a
JOIN unnest(%s::text[], %s::bigint[]) AS w(addressee_number, account_id) USING (addressee_number, account_id)
WHERE a.erased_on IS NULL
"""
ACCOUNT = """
SELECT a.bank_code, a.branch_code, a.account_type, a.last_digits, a.sealed_number, a.holder_kana FROM payee_account a
WHERE a.addressee_number = %s AND a.account_id = %s AND a.erased_on IS NULL
"""


@dataclass(frozen=True, slots=True)
class InquiryLine:
    """照会一つ。"""

    inquiry_id: int
    addressee_number: str
    decision_id: int
    payee_number: int
    name: str
    state: str
    wished_on: date
    wish_source: str
    wish_officer: str
    reason: str
    asked_at: datetime | None
    asked_by: str
    inquiry_number: str
    answered_on: date | None
    outcome: str
    holder_matched: bool | None
    used_on: date | None
    erased_on: date | None
    account_id: int | None

    @property
    def label(self) -> str:
        """状態の名。"""
        return str(State(self.state).label)

    @property
    def source(self) -> str:
        """希望の受け方の名。"""
        return str(PublicBenefitAccountInquiry.WishSource(self.wish_source).label)


@dataclass(frozen=True, slots=True)
class Period:
    """希望日の期間。 state: 空なら、すべての状態。"""

    since: date
    through: date
    state: str = ""

    @classmethod
    def told(cls, since: date | None, through: date | None, state: str, *, as_of: date) -> "Period":
        """告げられた期間。省けば、基準の日の年度の初めから、基準の日まで。"""
        return cls(since or date(fiscal_year(as_of), 4, 1), through or as_of, state)


@dataclass(frozen=True, slots=True)
class Shown:
    """見せる口座。番号は下三桁だけ。"""

    bank: str
    branch: str
    account_type: str
    number: str
    holder_kana: str


def inquiries_of(where: Where) -> tuple[InquiryLine, ...]:
    """その受取人の照会を、新しい順に。

    要件: F05-05
    """
    rows = fetch_all(
        f"{LINES} WHERE i.addressee_number = %s AND i.decision_id = %s AND i.payee_number = %s ORDER BY 1 DESC",
        [where.addressee_number, where.decision_id, where.payee_number],
    )
    return tuple(InquiryLine(*row) for row in rows)


def inquiries(*, page: tuple[int, int], state: str = "") -> tuple[InquiryLine, ...]:
    """照会を、新しい順に。 page: （行数、飛ばす行数）。

    要件: F05-05, F35-12
    """
    size, offset = page
    rows = fetch_all(
        f"{LINES} WHERE %(state)s = '' OR i.state = %(state)s ORDER BY 1 DESC OFFSET %(offset)s LIMIT %(size)s",
        {"state": state, "size": size, "offset": offset},
    )
    return tuple(InquiryLine(*row) for row in rows)


def inquiry_count(*, state: str = "") -> int:
    """照会の数。"""
    (count,) = fetch_one(
        "SELECT count(*) FROM public_benefit_account_inquiry WHERE %(state)s = '' OR state = %(state)s",
        {"state": state},
    )
    return int(count)


def inquiries_within(period: Period) -> tuple[InquiryLine, ...]:
    """期間に希望を受けた照会のすべてを、古い順に。

    要件: F05-05, F35-12
    """
    rows = fetch_all(
        f"{LINES} WHERE i.wished_on BETWEEN %(since)s AND %(through)s AND (%(state)s = '' OR i.state = %(state)s) ORDER BY 1",
        {"since": period.since, "through": period.through, "state": period.state},
    )
    return tuple(InquiryLine(*row) for row in rows)


def masked_accounts(lines: Sequence[InquiryLine]) -> dict[tuple[str, int], tuple[str, str, str]]:
    """受け取った口座の、金融機関と店舗、種目、下三桁。名義の封は開けない。消した口座はない。

    要件: F05-05
    """
    rows = fetch_all(MASKED, [[each.addressee_number for each in lines], [each.account_id for each in lines]])
    return {
        (who, account): (_place(bank_code, branch_code), str(PayeeAccount.AccountType(kind).label), f"****{digits}")
        for who, account, bank_code, branch_code, kind, digits in rows
    }


def _place(bank_code: str, branch_code: str) -> str:
    of_bank, of_branch = bank(bank_code), branch(bank_code, branch_code)
    return f"{bank_code} {of_bank.name if of_bank else ''}　{branch_code} {of_branch.name if of_branch else ''}"


def account_of(line: InquiryLine) -> Shown | None:
    """受け取った口座。名義の封を開けたことを記録する。なければ（消した後も）None。

    要件: F05-05
    """
    rows = fetch_all(ACCOUNT, [line.addressee_number, line.account_id]) if line.account_id else []
    if not rows:
        return None
    bank_code, branch_code, kind, digits, sealed, holder = rows[0]
    assert line.account_id
    _, name = opened(line.addressee_number, line.account_id, sealed, holder)
    record(
        "公金受取口座を見た", subjects=[line.addressee_number], fields=SHOWN, detail={"口座照会番号": line.inquiry_id}
    )
    label = str(PayeeAccount.AccountType(kind).label)
    of_bank, of_branch = bank(bank_code), branch(bank_code, branch_code)
    return Shown(
        f"{bank_code} {of_bank.name if of_bank else ''}", f"{branch_code} {of_branch.name if of_branch else ''}", label,
        f"****{digits}", name,
    )  # fmt: skip


def where_of(found: PublicBenefitAccountInquiry) -> Where:
    """どの決議の、どの受取人か。"""
    return Where(str(found.addressee_number), int(found.decision_id), int(found.payee_number))


def case_of(found: PublicBenefitAccountInquiry) -> str:
    """受付番号。結果は、この番号でだけ受け取れる。"""
    return f"還付-{found.decision_id}-{found.payee_number}"
