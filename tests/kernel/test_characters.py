"""文字の縮退。落とさず、替えた字と対応のない字をすべて言う。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel.characters import GETA, CharacterSet, clusters, reduce


@pytest.mark.parametrize(
    ("text", "expected", "unmapped"),
    [
        ("伊勢　太郎", "伊勢　太郎", ()),
        ("髙﨑　渡邉", "高崎　渡邉", ()),
        ("𠮷野\U000e0101　桒", "吉野　桑", ()),
        ("\ue000外字", f"{GETA}外字", ("\ue000",)),
        ("𠀋", GETA, ("𠀋",)),
        ("1－2", "1−2", ()),
    ],
)
def test_an_old_device_gets_what_it_knows_and_hears_what_is_missing(text, expected, unmapped):
    reduced = reduce(text, CharacterSet.JIS_X_0208)
    assert (reduced.text, reduced.unmapped) == (expected, unmapped)


def test_the_wider_set_keeps_more():
    assert reduce("𠀋𠮟𠮷", CharacterSet.JIS_X_0213).text == "𠀋𠮟吉"


@given(st.text(max_size=20), st.sampled_from(CharacterSet))
def test_nothing_is_silently_dropped(text, characters):
    reduced = reduce(text, characters)
    changed = len(reduced.replaced) + len(reduced.unmapped)
    kept = [cluster for cluster in clusters(text) if cluster in reduced.text]
    assert changed + len(kept) >= len(list(clusters(text)))
    assert reduced.text.count(GETA) >= len(reduced.unmapped)
    reduced.text.encode(characters.value)
