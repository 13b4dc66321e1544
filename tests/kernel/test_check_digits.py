"""検査数字。公表された番号に一致し、1桁の誤りを見つける。"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.kernel import check_digits as check


@pytest.mark.parametrize(
    ("is_valid", "number"),
    [
        (check.individual_number_is_valid, "983205673214"),
        (check.corporate_number_is_valid, "1000020122335"),
        (check.municipality_code_is_valid, "122335"),
        (check.juminhyo_code_is_valid, "24727059608"),
        (check.juminhyo_code_is_valid, "24846016224"),
    ],
)
def test_published_numbers(is_valid, number):
    assert is_valid(number)
    # 法人番号は9を法とするので、0と9の取り違えは見つからない。
    for at, digit in enumerate(number):
        wrong = [number[:at] + other + number[at + 1 :] for other in "0123456789" if other != digit]
        assert sum(map(is_valid, wrong)) <= 1
    assert not is_valid(number[:-1])
    assert not is_valid(number[:-1] + "X")
    assert not is_valid(number[:-1] + "\uff11")


@given(st.text("0123456789", min_size=14, max_size=14), st.sampled_from(["none", "mod11", "mod10"]))
def test_generated_digits_are_valid(body, scheme):
    individual = body[:11] + check.individual_number_check_digit(body[:11])
    assert check.individual_number_is_valid(individual)
    assert check.corporate_number_is_valid(check.corporate_number_check_digit(body[:12]) + body[:12])
    assert check.municipality_code_is_valid(body[:5] + check.municipality_code_check_digit(body[:5]))
    assert check.juminhyo_code_is_valid(body[:10] + check.juminhyo_code_check_digit(body[:10]))
    assert check.addressee_number_is_valid(body + check.addressee_number_check_digit(body, scheme), scheme)


def test_addressee_schemes():
    assert check.addressee_number_check_digit("123456", "none") == ""
    assert check.addressee_number_check_digit("1234567", "mod10") == "4"
    assert not check.addressee_number_is_valid("12345675", "mod10")
    assert not check.addressee_number_is_valid("", "none")
    with pytest.raises(check.NotDigits):
        check.addressee_number_check_digit("12a", "mod11")
