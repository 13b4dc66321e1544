"""過誤納は、何が余らせたかによって、事由と還付加算金の起算日が決まる。届いた順にはよらない。"""

from datetime import date
from pathlib import Path

import pytest

from osame.collection.inquiry.verification import verify_everything
from osame.collection.matching.importing import import_receipts
from osame.collection.overpayments.models import Overpayment
from osame.collection.refunds.candidates import sources_of
from osame.formats import bank_notice
from osame.formats.csv_batch import FileHeader
from osame.law.refund_interest import refund_interest_starts_on
from osame.platform.database import fetch_all
from tests.systems.collection.cast import AS_OF, OFFICER, SATO, TANAKA, determination, notice, reference, revision
from tests.systems.collection.demand_cast import levy, pay

Cause = Overpayment.Cause
WITHHELD_ON = date(2025, 6, 13)  # 年金の支払日
STARTS_ON = date(2025, 7, 14)  # 納入の日から1月を経過する日の翌日


def withheld(tmp_path: Path, who: str, amount: int, *, number: int = 1, sequence: int = 1) -> None:
    """年金特別徴収の結果のファイルが届く。期別は自然キーで指す。"""
    told = notice(
        number, who, amount, WITHHELD_ON, bank_code="0009", branch_code="001", slip_number=None,
        charge_reference=reference(who),
    )  # fmt: skip
    path = tmp_path / f"pension-{sequence}.csv"
    header = FileHeader(sender_code="0009", business_on=WITHHELD_ON, sequence=sequence)
    path.write_bytes(bank_notice.write([told], header=header, profile="pension_notice_v0"))
    result = import_receipts(path, profile="pension_notice_v0", as_of=AS_OF, officer=OFFICER)
    assert (result.refusal, result.rows_posted, result.rows_rejected) == ("", 1, 0)


def found(who: str) -> list[tuple[str, int]]:
    """その人の過誤納の事由と額。"""
    return [
        (cause, amount)
        for cause, amount in fetch_all(
            "SELECT cause, amount FROM overpayment WHERE addressee_number = %s ORDER BY amount", [who]
        )
    ]


@pytest.mark.usefixtures("city")
def test_more_than_the_term_withheld_from_a_pension(tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO))
    withheld(tmp_path, SATO, 53_000)
    assert found(SATO) == [(Cause.PENSION_EXCESS, 3_000)]
    (source,) = sources_of(SATO)
    assert refund_interest_starts_on(source.found.facts(source.paid_on)) == STARTS_ON  # 法17条の4①四、令6条の15①二
    assert verify_everything().sound


@pytest.mark.parametrize("told_first", [True, False])
@pytest.mark.parametrize(
    ("reason", "cause"), [("07", Cause.PENSION_EXCESS), ("08", Cause.RETIREMENT), ("03", Cause.DECREASE)]
)
@pytest.mark.usefixtures("city")
def test_the_determination_that_lowered_the_term_says_why(
    tmp_path: Path, told_first: bool, reason: str, cause: Cause
) -> None:
    lowered = revision(SATO, 1, 20_000, -30_000, determined_on=date(2025, 6, 20)) if reason == "03" else determination(
        SATO, 1, 20_000, change_sequence=1, change_reason=reason, change_amount=-30_000, determined_on=date(2025, 6, 20)
    )  # fmt: skip
    levy(tmp_path, determination(SATO))
    if told_first:
        levy(tmp_path, lowered, name="lowered.csv")
        withheld(tmp_path, SATO, 50_000)
    else:
        withheld(tmp_path, SATO, 50_000)
        levy(tmp_path, lowered, name="lowered.csv")
    assert found(SATO) == [(cause, 30_000)]
    (source,) = sources_of(SATO)
    starts = date(2025, 6, 14) if reason == "03" else STARTS_ON  # 減額の賦課決定は、納付の日の翌日から（同項第1号）
    assert refund_interest_starts_on(source.found.facts(source.paid_on)) == starts


@pytest.mark.usefixtures("city")
def test_a_corrected_remittance_may_also_rise(tmp_path: Path) -> None:
    raised = determination(TANAKA, 1, 60_000, change_sequence=1, change_reason="08", change_amount=10_000,
                           determined_on=date(2025, 6, 20))  # fmt: skip
    levy(tmp_path, determination(TANAKA), raised)
    pay(tmp_path, notice(7, TANAKA, 60_000, date(2025, 6, 25)))
    assert found(TANAKA) == []
    levy(
        tmp_path,
        determination(TANAKA, 1, 45_000, change_sequence=2, change_reason="08", change_amount=-15_000,
                      determined_on=date(2025, 7, 1)),
        name="again.csv",
    )  # fmt: skip
    assert found(TANAKA) == [(Cause.RETIREMENT, 15_000)]
    assert verify_everything().sound
