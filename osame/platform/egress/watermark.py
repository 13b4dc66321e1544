"""庁内の帳票の透かし。どの頁にも、出した職員・日時・出力番号が見える。"""

import io
import json
from functools import cache, partial
from operator import methodcaller
from pathlib import Path

import typst
from pypdf import PageObject, PdfReader, PdfWriter

from osame.platform.letters.coverage import FONTS

TEMPLATE = Path(__file__).parent / "typst" / "watermark.typ"
overlay = partial(methodcaller, "merge_page")  # pypdf の呼び名。この家では「名寄せ」と紛れる語なので、ここだけに置く
TIME = 1_600_000_000  # 透かしの PDF 自身の日時。同じ透かしは同じバイト列になる


def watermarked(pdf: bytes, text: str) -> bytes:
    """すべての頁に透かしを重ね、文書の情報にも残す。

    要件: F29-06
    """
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        box = page.mediabox
        overlay(_mark(round(box.width), round(box.height), text))(page)
    writer.add_metadata({"/Subject": text})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _mark(width: int, height: int, text: str) -> PageObject:
    mark = json.dumps({"width": width, "height": height, "text": text}, ensure_ascii=False)
    pdf = _compiler().compile(format="pdf", sys_inputs={"mark": mark}, timestamp=TIME)
    assert isinstance(pdf, bytes)
    return PdfReader(io.BytesIO(pdf)).pages[0]


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(FONTS)], ignore_system_fonts=True)
