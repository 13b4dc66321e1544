"""欄に収まる字の大きさ。収まらなければ断る。"""

from dataclasses import dataclass

from osame.kernel.refusals import Refusal
from osame.platform.letters.window import POINT_MM, width

SMALLEST, STEP = 3.6, 0.2
LEADING = 1.28  # 行と行の間を含む、一行の高さ（字の大きさに対して）
KINSOKU = 0.5  # 禁則で早く折れる分（字）


class TextTooLong(Refusal):
    """文書の欄に収まらない文字があります。氏名や名称を短く登録するか、手作業で作ってください。"""


@dataclass(frozen=True, slots=True)
class Sized:
    """欄に収まる大きさ（ポイント）にした文字。"""

    text: str
    size: float


def fitted(text: str, room: tuple[int, int], largest: int) -> Sized:
    """欄（幅と高さ、mm）に収まる、最も大きい字にする。収まらなければ断る。

    >>> fitted("佐藤 花子", (80, 5), 9).size
    9
    """
    size: float = largest
    while size >= SMALLEST:
        height = size * POINT_MM
        capacity = max(int(room[0] / height * 2) / 2 - KINSOKU, 1)
        lines = max(-int(-width(text) // capacity), 1)
        if lines * height + (lines - 1) * height * (LEADING - 1) <= room[1]:
            return Sized(text, round(size, 2))
        size -= STEP
    raise TextTooLong(f"{len(text)}字")
