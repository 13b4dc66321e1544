"""ゆうちょ銀行の記号・番号。どちらの向きにも、失わずに変換する。"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.formats.japan_post import BankPlace, JapanPostError, to_bank_place, to_symbol

TWO = st.integers(0, 99).map(lambda n: f"{n:02d}")


BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # 混んだ機械でも


@BUSY
@given(TWO, TWO, st.integers(1, 9_999_999))
def test_a_savings_account_goes_round(district: str, tail: str, serial: int) -> None:
    symbol, number = f"1{district}{tail}", f"{serial}1"
    place = to_bank_place(symbol, number)
    assert (place.branch_code, place.account_type, place.account_number) == (f"{district}8", "1", f"{serial:07d}")
    assert to_symbol(place) == (symbol, number)
    assert to_bank_place(*to_symbol(place)) == place


@BUSY
@given(TWO, TWO, st.integers(1, 999_999))
def test_a_transfer_account_goes_round(district: str, tail: str, serial: int) -> None:
    symbol, number = f"0{district}{tail}", f"{serial}"
    place = to_bank_place(symbol, number)
    assert (place.branch_code, place.account_type, place.account_number) == (f"{district}9", "2", f"{serial:07d}")
    assert to_symbol(place) == (symbol, number)


@BUSY
@given(TWO, st.sampled_from(["1", "2"]), st.integers(1, 999_999))
def test_a_place_goes_round_through_the_symbol(district: str, kind: str, serial: int) -> None:
    place = BankPlace(f"{district}{'8' if kind == '1' else '9'}", kind, f"{serial:07d}", "30")
    assert to_bank_place(*to_symbol(place)) == place


@pytest.mark.parametrize(
    ("symbol", "number", "place"),
    [  # 公表された変換の例
        ("10530", "12345671", ("058", "1", "1234567")),
        ("14030", "12345671", ("408", "1", "1234567")),
        ("12340", "55543051", ("238", "1", "5554305")),
        ("10180", "1231", ("018", "1", "0000123")),
        ("00530", "123456", ("059", "2", "0123456")),
    ],
)
def test_published_examples(symbol: str, number: str, place: tuple[str, str, str]) -> None:
    found = to_bank_place(symbol, number)
    assert (found.branch_code, found.account_type, found.account_number) == place


def test_unknown_digits_of_the_symbol_are_not_guessed() -> None:
    assert to_symbol(BankPlace("408", "1", "0000123")) == ("140＊＊", "1231")


@pytest.mark.parametrize(
    ("symbol", "number"),
    [("2403", "11"), ("24030", "12345671"), ("14030", "12345670"), ("14030", "1"), ("14030", "123456781"), ("14030", ""),
     ("00950", "1234567"), ("1403\uff10", "12345671"), ("14030", "-1231"), ("", "1231")],
)  # fmt: skip
def test_what_breaks_the_rule_is_refused(symbol: str, number: str) -> None:
    with pytest.raises(JapanPostError):
        to_bank_place(symbol, number)


@pytest.mark.parametrize(
    "place", [BankPlace("701", "1", "0000001"), BankPlace("408", "2", "0000001"), BankPlace("408", "1", "0000000"),
              BankPlace("409", "2", "1234567"), BankPlace("08", "1", "0000001")],
)  # fmt: skip
def test_what_is_no_japan_post_account_is_refused(place: BankPlace) -> None:
    with pytest.raises(JapanPostError):
        to_symbol(place)
