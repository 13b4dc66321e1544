"""公印の画像は、登録のときに確かめる。"""

import struct
import zlib

import pytest

from osame.platform.letters.seal import UnreadableSeal, seal_svg


def png(*, pixel: bytes = zlib.compress(b"\x00\xc0\x10\x20")) -> bytes:
    """朱色の一画素。"""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def test_a_whole_picture_is_taken() -> None:
    assert "data:image/png" in seal_svg(png())
    assert seal_svg(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>')


@pytest.mark.parametrize(
    "image",
    [b"not a picture", png()[:-30], png(pixel=b"broken"), b"\xff\xd8\xff\xe0 not a photograph", b"<svg", b"<svg>\x80"],
)
def test_a_damaged_picture_is_refused(image: bytes) -> None:
    with pytest.raises(UnreadableSeal):
        seal_svg(image)
