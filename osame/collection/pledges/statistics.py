"""生きている納付誓約の統計。回数別・毎回の額別の、件数、計画の額、納まった額、不履行。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from osame.collection.pledges.queries import PledgeHead
from osame.law.dispositions import ProcedureStage

TIMES = ((3, "3回以下"), (6, "4～6回"), (12, "7～12回"), (None, "13回以上"))
AMOUNTS = ((10_000, "1万円未満"), (30_000, "1万円以上3万円未満"), (50_000, "3万円以上5万円未満"), (None, "5万円以上"))


@dataclass(frozen=True, slots=True)
class PledgeBand:
    """統計の一行。 kind: 回数か毎回の額か; broken: 計画のとおり納められていない件数。"""

    kind: str
    name: str
    pledges: int
    planned: int
    paid: int
    broken: int


def bands(heads: Sequence[PledgeHead]) -> tuple[PledgeBand, ...]:
    """署名を受けた納付誓約を、回数別と毎回の額別に数える。件数のない行は出さない。

    要件: F14-03
    """
    signed = [each for each in heads if each.stage is not ProcedureStage.APPLIED]
    return (
        *_counted("回数", TIMES, signed, lambda each: len(each.instalments) - 1),
        *_counted("毎回の額", AMOUNTS, signed, lambda each: each.monthly_amount),
    )


def _counted(
    kind: str, edges: Sequence[tuple[int | None, str]], heads: Sequence[PledgeHead], of: Callable[[PledgeHead], int]
) -> list[PledgeBand]:
    """その値より小さい、初めの区分に入れる。"""
    found: dict[str, list[PledgeHead]] = {name: [] for _, name in edges}
    for each in heads:
        found[next(name for edge, name in edges if edge is None or of(each) < edge)].append(each)
    return [
        PledgeBand(
            kind, name, len(held), sum(each.total for each in held), sum(each.standing.paid for each in held),
            sum(not each.standing.kept for each in held),
        )
        for name, held in found.items() if held
    ]  # fmt: skip
