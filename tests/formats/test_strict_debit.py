"""厳しい検査は、見本に誤りを見いださず、壊したものの誤りを名指す。"""

import re
from pathlib import Path

import pytest

from tests.formats import strict_debit_checker
from tests.formats.strict_debit_checker import faults

SAMPLES = Path(__file__).parent / "samples" / "zengin"
REQUEST = (SAMPLES / "furikae91_request.txt").read_bytes()
RESULT = (SAMPLES / "furikae91_result.txt").read_bytes()


def test_the_samples_have_no_fault() -> None:
    assert faults(REQUEST) == []
    assert faults(RESULT, result=True) == []


def test_a_result_is_no_request() -> None:
    assert faults(RESULT)
    assert faults(REQUEST, result=True)  # 済・不能の合計がない


@pytest.mark.parametrize("place", range(0, len(REQUEST), 7))
def test_most_broken_bytes_are_named(place: int) -> None:
    """コンマはどこにも書けない。どの一バイトをコンマに変えても、誤りになる。"""
    assert faults(REQUEST[:place] + b"," + REQUEST[place + 1 :])


@pytest.mark.parametrize(
    "broken",
    [b"", REQUEST[:-1], REQUEST[122:], REQUEST[:-122], REQUEST.replace(b"\r\n", b"\n"), REQUEST + REQUEST[:122],
     REQUEST[:122] + REQUEST[122:244] * 2 + REQUEST[244:], REQUEST.replace(b"0731", b"0231"),
     REQUEST.replace(b"0000012000", b"0000000000"), REQUEST.replace(b"000000125400", b"000000125401")],
)  # fmt: skip
def test_broken_files_are_named(broken: bytes) -> None:
    assert faults(broken)


def test_the_checker_shares_nothing_with_the_codec() -> None:
    text = Path(strict_debit_checker.__file__).read_text("utf-8")
    assert "osame" not in re.sub(r'""".*?"""', "", text, flags=re.S)
    shared = set()
    for path in Path("osame/formats").glob("zengin*.py"):
        ours = {line.strip() for line in path.read_text("utf-8").splitlines() if len(line.strip()) > 24}
        shared |= ours & {line.strip() for line in text.splitlines()}
    assert shared == set()
