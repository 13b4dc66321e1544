"""件数の多い計算に渡す列。期別の列と、納付・免除・控除を件ごとに束ねた列（CSR形式）。

Columns of a whole population: one row per charge, and the payments and periods of each row in CSR form
(`offsets[i]:offsets[i + 1]` are the entries of row i). Days are `datetime64[D]` or ordinals (`date.toordinal`).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from osame.kernel.refusals import Refusal

Int64 = NDArray[np.int64]
DayColumn = NDArray[Any]
_EPOCH = 719_163
_NO_ROWS = np.zeros(0, np.int64)


class NotWholeNumbers(Refusal):
    """金額と日付の列は整数で渡してください。小数の列は受け取れません。

    根拠: 地方税法第20条の4の2第2項
    """


class UnevenColumns(Refusal):
    """列の長さがそろっていません。件数と、納付・免除の区切りを確認してください。

    根拠: 地方税法第20条の4の2第2項
    """


class AmountTooLarge(Refusal):
    """金額が大きく、まとめての計算では桁があふれます。その期別は1件ずつ計算してください。

    根拠: 地方税法第20条の4の2第2項
    """


@dataclass(frozen=True, slots=True)
class PaymentColumns:
    """納付の列。

    Payments of all rows in CSR form.

    根拠: 地方税法第20条の9の4
    """

    offsets: Int64
    on: DayColumn
    amount: Int64


@dataclass(frozen=True, slots=True)
class PeriodColumns:
    """免除または控除の期間の列。

    Exemptions (with `relief`, the values of `claim.Relief`) or exclusions (without) of all rows in CSR form.

    根拠: 地方税法第15条の9、地方税法第326条第2項
    """

    offsets: Int64
    first: DayColumn
    through: DayColumn
    relief: Int64 = field(default_factory=lambda: _NO_ROWS)


@dataclass(frozen=True, slots=True)
class ChargePopulation:
    """期別の列。

    All charges at once. `due_date` is the effective due date (shifted, and extended where it was).

    `first_period_anchor` は低い割合の期間を数え始める日（なければ納期限）、`remitted` は減免した額。
    手で定めた額と、税額の一部だけの控除は1件ずつの計算で扱う。

    根拠: 地方税法第326条第1項
    """

    principal: Int64
    due_date: DayColumn
    payment_offsets: Int64 | None = None
    payment_on: DayColumn | None = None
    payment_amount: Int64 | None = None
    exemptions: PeriodColumns | None = None
    exclusions: PeriodColumns | None = None
    first_period_anchor: DayColumn | None = None
    remitted: Int64 | None = None

    @property
    def payments(self) -> PaymentColumns | None:
        """納付の列。なければ None。"""
        if self.payment_offsets is None:
            return None
        if self.payment_on is None or self.payment_amount is None:
            raise UnevenColumns("payment_on と payment_amount が要る")
        return PaymentColumns(self.payment_offsets, self.payment_on, self.payment_amount)


def ordinals(days: DayColumn) -> Int64:
    """日の列を通日の整数にする。

    Days as proleptic ordinals.

    根拠: 地方税法第20条の5第1項
    """
    if days.dtype.kind == "M":
        return np.asarray(days.astype("datetime64[D]").astype(np.int64) + _EPOCH, np.int64)
    return whole_numbers(days)


def whole_numbers(column: NDArray[Any]) -> Int64:
    """整数の列であることを確かめる。

    The column as int64; anything but integers is refused.

    根拠: 地方税法第20条の4の2第2項
    """
    if column.dtype.kind not in "iu" or column.ndim != 1:
        raise NotWholeNumbers(str(column.dtype))
    return column.astype(np.int64, copy=False)


def rows_of(offsets: Int64, entries: int, rows: int) -> Int64:
    """束ねた列の各要素が、どの件のものか。

    The row of every entry of a CSR column.

    根拠: 地方税法第20条の4の2第2項
    """
    counts = np.diff(whole_numbers(offsets))
    is_even = len(offsets) == rows + 1 and offsets[0] == 0 and offsets[-1] == entries and bool((counts >= 0).all())
    if not is_even:
        raise UnevenColumns("offsets")
    return np.repeat(np.arange(rows, dtype=np.int64), counts)
