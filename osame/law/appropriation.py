"""充当適状日はいつか。過誤納金を未納の徴収金に充てたとき、いつ納付があったものとみなすか。

The day an overpayment could first have been set off; payment is deemed made on it.

条文: 地方税法第17条の2、地方税法施行令第6条の14第1項。
含まないもの: 充当の通知、どの徴収金を選ぶか（`allocation.py`）。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki


class AppropriationTarget(Enum):
    """充当する徴収金の種類。値は、その種類の基準となる日の説明。

    What is being settled; the value says which day to pass as `ready_on`.

    根拠: 地方税法施行令第6条の14第1項各号
    """

    TAX = "法定納期限"
    ASSESSED_AFTER_DUE = "納付の告知書を発した時（申告によるものは申告の時）"
    INSTALMENT = "法律または条例の納期限"
    ADVANCE_COLLECTION = "繰上徴収の告知により指定された納期限"
    COLLECTION_GRACE = "徴収猶予の期限"
    DEMAND_FEE_OR_ADDITIONAL_CHARGE = "納付の告知書を発した時"
    DISPOSITION_COST = "滞納処分費が確定した時"
    SECONDARY_TAXPAYER = "納付の告知に関する文書を発した時"
    DELINQUENCY_CHARGE = "その延滞金の計算の基礎となる税の上記の時"


@dataclass(frozen=True, slots=True)
class AppropriableDay:
    """充当適状日と、その説明。

    The day with its steps.

    根拠: 地方税法施行令第6条の14第1項
    """

    date: date
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("地方税法第17条の2第1項", "地方税法施行令第6条の14第1項")


def appropriable_on(ready_on: date, overpaid_on: date) -> date:
    """充当適状日。徴収金の基準の日と、過誤納金が生じた日の遅い方。

    The later of the day the target became due and the day the overpayment arose.

    根拠: 地方税法第17条の2、地方税法施行令第6条の14第1項
    例:
    >>> appropriable_on(date(2026, 6, 30), date(2026, 5, 20))
    datetime.date(2026, 6, 30)
    """
    return max(ready_on, overpaid_on)


def explain_appropriable_on(target: AppropriationTarget, ready_on: date, overpaid_on: date) -> AppropriableDay:
    """充当適状日を、二つの日とともに説明する。

    The day with both of the days it is the later of.

    根拠: 地方税法施行令第6条の14第1項
    """
    day = appropriable_on(ready_on, overpaid_on)
    steps = (
        f"{target.value} {format_wareki(ready_on)}",
        f"過誤納金が生じた日 {format_wareki(overpaid_on)}",
        f"充当適状日 {format_wareki(day)}（遅い方）",
    )
    return AppropriableDay(day, steps)
