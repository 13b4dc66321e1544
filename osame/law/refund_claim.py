"""過誤納金はいつから請求でき、いつ時効になるか。どの会計から払い出すか。

When a refund may be claimed, when the claim is extinguished, and whether the money leaves revenue or expenditure.

条文: 地方税法第18条の3、地方自治法施行令第165条の7、第142条。
含まないもの: 承認などによる時効の更新（還付請求権の更新は、個別に判断する）。
"""

from datetime import date
from enum import Enum

from osame.kernel.dates import fiscal_year
from osame.kernel.periods import years_after
from osame.law.refund_interest import OverpaymentCause, OverpaymentFactMissing, OverpaymentFacts


class RefundAccount(Enum):
    """払い出す科目。

    Whether a refund is paid back out of the year's revenue or as expenditure.

    根拠: 地方自治法施行令第165条の7
    """

    REVENUE = "1"
    EXPENDITURE = "2"


def claimable_on(facts: OverpaymentFacts) -> date:
    """過誤納金を請求できる日。更正などによる過納はその更正の日、誤納は納付の日。

    The day from which the refund can be claimed: the correction that made it, or the payment itself.

    根拠: 地方税法第18条の3第1項
    解釈: 第1号・第2号と請求によらない更正は更正の日（分からなければ納付の日）、第3号は所得税の更正の通知の日、
    ほかは納付の日。
    例:
    >>> claimable_on(OverpaymentFacts(OverpaymentCause.DOUBLE_PAYMENT, paid_on=date(2026, 4, 30)))
    datetime.date(2026, 4, 30)
    """
    match facts.cause:
        case OverpaymentCause.INCOME_TAX_CHANGED:
            found = facts.corrected_on or facts.income_tax_noticed_on
        case OverpaymentCause.DOUBLE_PAYMENT:
            found = facts.paid_on
        case _:
            found = facts.corrected_on or facts.paid_on
    if found is None:
        raise OverpaymentFactMissing("更正の日または納付の日")
    return found


def refund_claim_expires_on(claimable: date) -> date:
    """還付請求権の時効の満了日。請求できる日から5年。

    The last day of the five years; nothing can be claimed the day after.

    根拠: 地方税法第18条の3第1項、第20条の5第1項
    例:
    >>> refund_claim_expires_on(date(2021, 4, 30))
    datetime.date(2026, 4, 30)
    """
    return years_after(claimable, 5)


def refund_account(*, received_in: int, paid_on: date) -> RefundAccount:
    """払い出す科目。収入した年度のうちは歳入から戻出し、その後は歳出から払う。

    Revenue of the year is paid back from revenue until the accounts of that year close; later it is an expenditure.

    根拠: 地方自治法施行令第165条の7、地方自治法第235条の5
    解釈: 出納整理期間（4月1日から5月31日まで）は、前年度の収入を前年度の歳入から戻出する。
    例:
    >>> refund_account(received_in=2025, paid_on=date(2026, 5, 31))
    <RefundAccount.REVENUE: '1'>
    >>> refund_account(received_in=2025, paid_on=date(2026, 6, 1))
    <RefundAccount.EXPENDITURE: '2'>
    """
    year = fiscal_year(paid_on)
    in_closing_period = paid_on.month in {4, 5}
    if received_in == year or (in_closing_period and received_in == year - 1):
        return RefundAccount.REVENUE
    return RefundAccount.EXPENDITURE
