"""猶予・執行停止・災害のとき、どの期間の延滞金をどれだけ免除するか。

Which exemption an official act gives: the act in, an `Exemption` out.

条文: 地方税法第15条の9、第20条の9の5、附則第3条の2。
含まないもの: 免除するかどうかの判断（第15条の9第4項などの任意の免除）、平成25年以前の猶予期間の割合（未確認）。
"""

from datetime import date
from enum import Enum

from osame.kernel.periods import day_before
from osame.law.claim import Exemption, Relief


class GraceGround(Enum):
    """猶予の根拠。

    The ground of a grace, which decides whether all or part of the charge is let off.

    根拠: 地方税法第15条第1項・第2項、地方税法第15条の5第1項、地方税法第15条の6第1項
    """

    DISASTER_OR_THEFT = "15-1-1"
    ILLNESS = "15-1-2"
    BUSINESS_CLOSED = "15-1-3"
    BUSINESS_LOSS = "15-1-4"
    SIMILAR_TO_DISASTER_OR_ILLNESS = "15-1-5a"
    SIMILAR_TO_BUSINESS = "15-1-5b"
    LATE_ASSESSMENT = "15-2"
    REALIZATION_EX_OFFICIO = "15-5-1"
    REALIZATION_ON_APPLICATION = "15-6-1"


FULLY_EXEMPT = frozenset((
    GraceGround.DISASTER_OR_THEFT,
    GraceGround.ILLNESS,
    GraceGround.SIMILAR_TO_DISASTER_OR_ILLNESS,
))


def exemption_for_grace(ground: GraceGround, first: date, through: date) -> Exemption:
    """徴収猶予・換価の猶予の期間の免除。

    The exemption of a grace: all of it for disaster and illness, otherwise what exceeds the grace rate.

    根拠: 地方税法第15条の9第1項、地方税法附則第3条の2
    解釈: 超える部分は、区分ごとに「通常の額」と「猶予特例基準割合の額」をそれぞれ1円未満切り捨てた差とする。
    """
    relief = Relief.FULL if ground in FULLY_EXEMPT else Relief.GRACE
    return Exemption(relief, first, through, "地方税法第15条の9第1項")


def exemption_for_suspension(suspended_on: date, *, ended_on: date) -> Exemption:
    """滞納処分の執行停止の期間の免除。停止した日から、取消しの日の前日または消滅の日・計算日まで。

    The exemption of a suspended disposition. The day of suspension counts.

    `ended_on` は免除する最後の日。取り消したときは `suspension_exempt_through` で求める。

    根拠: 地方税法第15条の9第1項、国税徴収法基本通達第153条関係14
    """
    return Exemption(Relief.FULL, suspended_on, ended_on, "地方税法第15条の9第1項")


def suspension_exempt_through(cancelled_on: date, *, cause_arose_on: date | None = None) -> date:
    """執行停止を取り消したとき、免除する最後の日。

    The last exempt day when a suspension is cancelled: the day of cancellation, or the day before its cause arose.

    根拠: 地方税法第15条の9第1項、国税徴収法基本通達第153条関係14
    解釈: 取消しの事由が生じた日以後は免除しないことができる。そうするときは事由の生じた日を渡す。
    """
    return day_before(cause_arose_on) if cause_arose_on else cancelled_on


def exemption_for_extension(first: date, through: date) -> Exemption:
    """災害等による期限の延長の期間の免除。

    The days of an extension for disaster are exempt in full.

    根拠: 地方税法第20条の9の5第1項
    """
    return Exemption(Relief.FULL, first, through, "地方税法第20条の9の5第1項")


def exemption_for_secured_claim(first: date, through: date) -> Exemption:
    """滞納の全額を徴収できる財産を差し押さえ、または担保を徴している期間の免除。

    Half of the charge at the higher rate, which the office may let off while the claim is fully secured.

    根拠: 地方税法第15条の9第4項
    解釈: 免除額は区分の額の2分の1（1円未満切捨て）とする。端数の規定は見つかっていない。
    """
    return Exemption(Relief.HALF_OF_AFTER, first, through, "地方税法第15条の9第4項")
