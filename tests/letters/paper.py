"""刷り上がった紙を、本体とは別の作りの道具で見る。"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2

Picture = npt.NDArray[np.uint8]


def rasterised(pdf: bytes, *, dpi: int = 300) -> Iterator[Picture]:
    """各頁を、その細かさの灰色の絵に。"""
    document: Any = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield np.array(page.render(scale=dpi / 72, grayscale=True).to_numpy()).squeeze()


def texts(pdf: bytes) -> Iterator[str]:
    """各頁の文字を、空白を除いて。"""
    document: Any = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield "".join(page.get_textpage().get_text_bounded().split())


def bars_of(pdf: bytes, *, dpi: int = 600) -> int:
    """最も下にある符号の、棒の数（縦の中ほどを横に切って数える）。"""
    page = next(rasterised(pdf, dpi=dpi))
    dark = page < 128
    rows = np.flatnonzero(dark.any(axis=1))
    last = rows[-1]
    first = last - int(2.8 / 25.4 * dpi)
    middle = dark[(first + last) // 2]
    return int(np.count_nonzero(np.diff(middle.astype(np.int8)) == 1))
