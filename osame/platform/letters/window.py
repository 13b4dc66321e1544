"""窓あき封筒の宛名。窓に収まるように字を縮め、収まらなければ刷らない。"""

import re
import unicodedata
from dataclasses import dataclass

from osame.kernel.refusals import Refusal

WIDTH_MM, HEIGHT_MM = 84.0, 36.0
POINT_MM = 0.3528
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
NARROW = frozenset({"Na", "H", "N"})
SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6)
POSTAL, BODY, CARE, NAME = 11, 10, 9, 13  # 等倍での字の大きさ（ポイント）。typst/letter.typ と同じ
LINE, GAPS_MM = 1.5, 6.0
BARCODE_MM = 5.0  # カスタマバーコードと、上の余白


class AddressTooLong(Refusal):
    """宛名が封筒の窓に収まりません。送付先の住所・氏名を短く登録するか、手作業で発送してください。"""


@dataclass(frozen=True, slots=True)
class WindowAddress:
    """窓に刷る宛名。"""

    postal_code: str
    address: str
    address_detail: str
    care_of: str
    name: str
    honorific: str
    scale: float = 1.0


def fit(to: WindowAddress, *, barcode: bool = False) -> WindowAddress:
    """窓に収まる最も大きい字にする。収まらなければ断る。 barcode: 宛名の下に、カスタマバーコードを刷る。

    The largest scale at which the address fits the window.
    """
    room = HEIGHT_MM - BARCODE_MM if barcode else HEIGHT_MM
    for scale in SCALES:
        if _height(to, scale) <= room:
            return WindowAddress(
                to.postal_code, to.address, to.address_detail, to.care_of, to.name, to.honorific, scale
            )
    raise AddressTooLong(f"住所{len(to.address + to.address_detail)}字、氏名{len(to.name)}字")


def fit_coded(to: WindowAddress, barcode: str) -> tuple[WindowAddress, str]:
    """窓に収まる宛名と、その下に刷るカスタマバーコード。バーコードがあると収まらなければ、宛名だけを刷る。"""
    if not barcode:
        return fit(to), ""
    try:
        return fit(to, barcode=True), barcode
    except AddressTooLong:
        return fit(to), ""


def width(text: str) -> float:
    """全角を1とした長さ。異体字の選択子は、幅を持たない。"""
    return sum(0.5 if unicodedata.east_asian_width(each) in NARROW else 1.0 for each in SELECTORS.sub("", text))


def _height(to: WindowAddress, scale: float) -> float:
    rows = (
        (POSTAL, to.postal_code),
        (BODY, to.address),
        (BODY, to.address_detail),
        (CARE, to.care_of),
        (NAME, f"{to.name}　{to.honorific}"),
    )
    return GAPS_MM + sum(
        _lines(text, size * scale * POINT_MM) * size * scale * POINT_MM * LINE for size, text in rows if text
    )


def _lines(text: str, size_mm: float) -> int:
    """折り返した行数。禁則で一字早く折れる分を見込む。"""
    capacity = int(WIDTH_MM / size_mm) - 1
    return -int(-width(text) // capacity)
