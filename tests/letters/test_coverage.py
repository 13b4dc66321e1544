"""同梱の字体にない字を、刷る前に見つける。"""

import pytest

from osame.platform.letters.coverage import bundled_coverage, gaiji_in, missing_in, text_coverage
from osame.platform.letters.window import AddressTooLong, WindowAddress, fit


@pytest.mark.parametrize(
    "name", ["髙橋", "﨑山", "渡邉", "渡邊", "葛\U000e0100城", "ＡＢＣ株式会社", "ｶﾅ", "佐々木 〆子"]
)
def test_common_variants_need_no_fallback(name: str) -> None:
    assert (missing_in({"to": [{"name": name}]}), gaiji_in({"to": [{"name": name}]})) == ((), ())


@pytest.mark.parametrize(
    ("name", "fallback"),
    [("𠮷野 𩸽", ("𠮷",)), ("渡邉\U000e010f 𠮷", ("邉\U000e010f", "𠮷")), ("㐀 䯮", ("㐀", "䯮"))],
)
def test_what_the_text_fonts_lack_is_set_in_the_fallback(name: str, fallback: tuple[str, ...]) -> None:
    assert missing_in({"to": {"name": name}}) == ()
    assert set(gaiji_in({"to": {"name": name}})) == set(fallback)


@pytest.mark.parametrize(("name", "missing"), [("邉\U000e01ef", "邉\U000e01ef"), ("🈂", "🈂"), ("\ue000田", "\ue000")])
def test_a_character_outside_the_fonts_is_found(name: str, missing: str) -> None:
    assert missing_in({"to": {"name": name}}) == (missing,)


def test_the_fonts_hold_what_their_readme_says() -> None:
    text, bundled = text_coverage(), bundled_coverage()
    assert (len(text.characters), len(text.variations)) == (11_741, 10_160)
    assert (len(bundled.characters), len(bundled.variations)) == (54_685, 21_548)


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
