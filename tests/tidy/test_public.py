"""公開してよいものだけがある。人の番号、機械の道筋、取得先の住所を持ち込まない。"""

import re

from osame.kernel.check_digits import individual_number_check_digit
from tests.tidy.tree import PACKAGE, ROOT, relative, text, texts

KNOWN_VECTORS = {"983205673214"}  # 検査用数字の式の、公開の試験値。人のものではない
TWELVE_DIGITS = re.compile(r"(?<![0-9A-Za-z.])\d{12}(?![0-9A-Za-z.])")
MACHINE_PATH = re.compile(r"(?<![\w.~/])/(?:" + "|".join(("work", "home", "root", "Users", "mnt")) + r")/\w")
ADDRESSES = re.compile(
    "|".join((
        "(?<!emit-)index" + "-url",
        r"pypi\." + "org",
        "python" + "hosted",
        "npm" + "js",
        "arti" + "factory",
        "://" + "proxy",
    ))
)
FONTS = PACKAGE / "platform" / "letters" / "fonts"


def looks_like_an_individual_number(digits: str) -> bool:
    """検査用数字の合う12桁。同じ数字の並びは除く。"""
    return individual_number_check_digit(digits[:11]) == digits[11] and len(set(digits)) > 2


def test_no_real_looking_individual_number():
    found = {
        (relative(path), number)
        for path, content in texts()
        for number in TWELVE_DIGITS.findall(content)
        if looks_like_an_individual_number(number) and number not in KNOWN_VECTORS
    }
    assert found == set()


def test_no_path_of_a_machine():
    assert {relative(path): hit.group() for path, content in texts() if (hit := MACHINE_PATH.search(content))} == {}


def test_no_address_of_a_registry():
    assert {relative(path): hit.group() for path, content in texts() if (hit := ADDRESSES.search(content))} == {}


def test_dependencies_are_locked_by_hash():
    lock = text(ROOT / "requirements.lock")
    packages = re.split(r"\n(?=[a-z0-9])", lock.strip())
    assert [each.split()[0] for each in packages if "--hash=sha256:" not in each] == []
    assert [each.split()[0] for each in packages if "==" not in each.split()[0]] == []
    assert "://" not in lock
    assert len(packages) > 20


def test_no_lock_file_that_records_addresses():
    assert [relative(path) for path, _ in texts() if path.name in {"uv.lock", "package-lock.json", "poetry.lock"}] == []


def test_fonts_come_with_licence_and_version():
    about = text(FONTS / "README.md")
    fonts = [path.name for path in FONTS.glob("*.ttf")]
    assert [name for name in fonts if name.split("_")[0] not in about.replace(" ", "")] == []
    assert re.search(r"\d+\.\d+", about)
    families = {name.split("_")[0].removeprefix("BIZ") for name in fonts}
    licences = " ".join(path.name.replace("-", "") for path in FONTS.glob("LICENSE*"))
    assert [family for family in families if family not in licences] == []
    assert fonts


def test_these_searches_find_what_they_look_for():
    assert all(looks_like_an_individual_number(number) for number in KNOWN_VECTORS)
    assert not looks_like_an_individual_number("983205673215")
    assert MACHINE_PATH.search("see " + "/wo" + "rk/main")
    assert ADDRESSES.search("--extra-index" + "-url")
