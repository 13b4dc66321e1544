"""図。数の表から SVG を組む。図の下には、必ず同じ数の表を置く。

Charts as inline SVG without script and without inline style; the numbers are given as a table beside them (`Chart.rows`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

WIDTH, ROW, GAP, LABEL = 640, 20, 12, 180


@dataclass(frozen=True, slots=True)
class Bar:
    """棒一本。 share: 全体に占める割合（0以上1以下）; told: 添える数。"""

    label: str
    share: Fraction
    told: str
    before: Fraction | None = None  # 前年同日
    before_told: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """描く棒一本。座標は SVG の単位。"""

    label: str
    told: str
    before_told: str
    y: int
    text_y: int
    width: int
    before_y: int
    before_width: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """横棒の図。"""

    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        """図の高さ。"""
        return len(self.bars) * (ROW * 2 + GAP) + GAP

    @property
    def drawn(self) -> list[Drawn]:
        """棒の座標。"""
        space = WIDTH - LABEL - 90
        return [
            Drawn(
                bar.label,
                bar.told,
                bar.before_told,
                y=(top := GAP + place * (ROW * 2 + GAP)),
                text_y=top + ROW,
                width=int(space * bar.share),
                before_y=top + ROW,
                before_width=None if bar.before is None else int(space * bar.before),
            )
            for place, bar in enumerate(self.bars)
        ]
