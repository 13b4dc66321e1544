"""公印の絵。登録のときに、実際に組んでみて確かめる。壊れた絵は、文書を刷る日まで残らない。"""

import base64
from functools import lru_cache

import typst

from osame.kernel.refusals import Refusal

SIDE = 100
FORMATS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
PICTURE = '#set page(width: 20mm, height: 20mm, margin: 0mm)\n#image(bytes(sys.inputs.at("picture")), format: "svg", width: 18mm)'


class UnreadableSeal(Refusal):
    """公印の画像を読めません。PNG・JPEG・SVG のどれかの、壊れていない画像を、基本設定に登録し直してください。"""


@lru_cache(maxsize=4)
def seal_svg(image: bytes) -> str:
    """公印の画像を、文書に載せる絵（SVG）にする。読めなければ断る。

    >>> seal_svg(b"not a picture")
    Traceback (most recent call last):
    osame.platform.letters.seal.UnreadableSeal: ...
    """
    if image.lstrip().startswith((b"<svg", b"<?xml")):
        drawn = image.decode("utf-8", errors="replace")
    else:
        kind = next((kind for opening, kind in FORMATS.items() if image.startswith(opening)), "")
        if not kind or not _decodes(image, kind.removeprefix("image/").replace("jpeg", "jpg")):
            raise UnreadableSeal
        data = base64.b64encode(image).decode()
        drawn = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}">'
            f'<image width="{SIDE}" height="{SIDE}" href="data:{kind};base64,{data}"/></svg>'
        )
    try:
        typst.compile(PICTURE.encode(), format="pdf", sys_inputs={"picture": drawn}, ignore_system_fonts=True)
    except typst.TypstError as error:
        raise UnreadableSeal from error
    return drawn


def _decodes(image: bytes, form: str) -> bool:
    """画素まで読めるか。SVG の中の絵は、壊れていても何も描かれないだけなので、外で確かめる。"""
    listed = ", ".join(map(str, image))
    source = (
        f'#set page(width: 20mm, height: 20mm, margin: 0mm)\n#image(bytes(({listed},)), format: "{form}", width: 18mm)'
    )
    try:
        typst.compile(source.encode(), format="png", ignore_system_fonts=True)
    except typst.TypstError:
        return False
    return True
