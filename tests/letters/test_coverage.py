"""同梱の字体にない字を、刷る前に見つける。"""

import pytest

from osame.platform.letters.coverage import bundled_coverage, missing_in
from osame.platform.letters.window import AddressTooLong, WindowAddress, fit


@pytest.mark.parametrize(
    "name", ["髙橋", "﨑山", "渡邉", "渡邊", "葛\U000e0100城", "ＡＢＣ株式会社", "ｶﾅ", "佐々木 〆子"]
)
def test_common_variants_are_printable(name: str) -> None:
    assert missing_in({"to": [{"name": name}]}) == ()


@pytest.mark.parametrize(
    ("name", "missing"), [("𠮷野", "𠮷"), ("邉\U000e01ef", "邉\U000e01ef"), ("🈂", "🈂"), ("\ue000田", "\ue000")]
)
def test_a_character_outside_the_fonts_is_found(name: str, missing: str) -> None:
    assert missing_in({"to": {"name": name}}) == (missing,)


def test_the_fonts_hold_what_their_readme_says() -> None:
    coverage = bundled_coverage()
    assert (len(coverage.characters), len(coverage.variations)) == (11_741, 10_160)


def address(**changes: str) -> WindowAddress:
    facts = {
        "postal_code": "516-0037",
        "address": "架空市岩渕1丁目7-29",
        "address_detail": "",
        "care_of": "",
        "name": "佐藤",
        "honorific": "様",
    }
    return WindowAddress(**{**facts, **changes})


def test_long_addresses_shrink_and_too_long_ones_are_refused() -> None:
    assert fit(address()).scale == 1.0
    assert fit(address(address="架空市" + "あ" * 70, name="株式会社" + "い" * 30)).scale < 1.0
    with pytest.raises(AddressTooLong):
        fit(address(address="あ" * 300, name="い" * 100))
