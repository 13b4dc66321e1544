"""公開された値との一致。GS1-128、eL-QR、OCR行、納付書番号。"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.formats import el_qr, gs1_128, ocr_lines, slip_numbers
from osame.kernel.money import Yen


def values(samples, name):
    lines = (samples / "vectors" / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def test_every_barcode_is_read_and_written_back(samples):
    codes = [line.replace(" ", "") for line in values(samples, "gs1_128_vectors.txt")]
    assert len(codes) == 10
    for code in codes:
        assert gs1_128.encode(gs1_128.decode(code)) == code
        assert gs1_128.is_valid(code.encode())
        assert str(gs1_128.check_digit(code[:43])) == code[43]


def test_real_slip_fields():
    barcode = gs1_128.decode("91959919833262024010101043480024071000395003")
    assert barcode.agency_code == "959919"
    assert barcode.free_field == "833262024010101043480"
    assert barcode.payable_through == date(2024, 7, 10)
    assert barcode.amount == 39500
    assert not barcode.stamp_required
    shown = "(91)959919-833262024010101043480-0-240710-0-039500-3"
    assert gs1_128.human_readable("91959919833262024010101043480024071000395003") == shown


@pytest.mark.parametrize(
    ("digits", "reason"),
    [
        ("9" * 43, "44桁"),
        ("91959919833262024010101043480024071000395004", "チェックデジット"),
        ("92959919833262024010101043480024071000395000", "識別コード"),
        ("９" * 44, "44桁"),  # noqa: RUF001
    ],
)
def test_wrong_barcodes_are_refused(digits, reason):
    with pytest.raises(gs1_128.BarcodeError, match=reason):
        gs1_128.decode(digits)
    assert not gs1_128.is_valid(digits.encode())


def test_every_single_digit_error_in_a_barcode_is_found():
    code = b"91959919833262024010101043480024071000395003"
    for place in range(44):
        for digit in b"0123456789":
            if digit != code[place]:
                assert not gs1_128.is_valid(code[:place] + bytes([digit]) + code[place + 1 :])


def test_barcode_is_printed_up_to_300_000_yen():
    assert gs1_128.is_printable(Yen(300_000))
    assert not gs1_128.is_printable(Yen(300_001))
    assert not gs1_128.is_printable(Yen(0))


def test_every_el_qr_is_read_and_written_back(samples):
    codes = values(samples, "elqr_vectors.txt")
    assert [len(code) for code in codes] == [255, 255]
    for code, amount in zip(codes, (39500, 43500), strict=True):
        read = el_qr.decode(code)
        assert read.amount == amount
        assert el_qr.encode(read) == code
    assert el_qr.checksum("123456789") == "10673"
    assert el_qr.el_number(el_qr.decode(codes[0])) == "4400000000202401010104348778284127"
    assert el_qr.el_number(el_qr.decode(codes[0]), agency_number="13800").startswith("13800")


def test_every_single_digit_error_in_el_qr_is_found(samples):
    code = values(samples, "elqr_vectors.txt")[0]
    for place in range(255):
        wrong = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
        with pytest.raises(el_qr.ElQrError):
            el_qr.decode(wrong)


def test_el_qr_refuses_what_must_not_be_printed(samples):
    code = el_qr.decode(values(samples, "elqr_vectors.txt")[0])
    with pytest.raises(el_qr.ElQrError, match="支払期限"):
        el_qr.encode(replace(code, payable_through=date(2024, 5, 1)))
    with pytest.raises(el_qr.ElQrError, match="0円"):
        el_qr.encode(replace(code, upper=replace(code.upper, amount=Yen(0))))
    with pytest.raises(el_qr.ElQrError, match="11桁"):
        el_qr.encode(replace(code, upper=replace(code.upper, amount=Yen(100_000_000_000))))


def test_every_ocr_line(samples):
    lines = [line.split() for line in values(samples, "ocr_vectors.txt")]
    assert len(lines) == 6
    for _, body, digits in lines:
        assert ocr_lines.check_digits(body) == digits
        assert ocr_lines.is_valid(ocr_lines.complete(body))
    upper = ocr_lines.read_upper("38" + "0000000000000000039500213800012700000")
    assert ocr_lines.write_upper(upper) == "380000000000000000039500213800012700000"
    lower = ocr_lines.read_lower("82" + "000002024010101043487782840440000400000000")
    assert ocr_lines.write_lower(lower) == "82000002024010101043487782840440000400000000"
    with pytest.raises(ocr_lines.OcrLineError):
        ocr_lines.read_upper("480000000000000000039500213800012700000")


@given(slip_number=st.integers(1, 10**15 - 1))
def test_slip_number_survives_both_codes(slip_number):
    field = slip_numbers.gs1_free_field(slip_number, "24203")
    assert len(field) == 21
    assert slip_numbers.slip_number_of_free_field(field) == slip_number
    assert slip_numbers.slip_number_of_free_field(field.encode()) == slip_number
    key = slip_numbers.matter_key(slip_number)
    assert len(key) == 20
    assert slip_numbers.slip_number_of_matter_key(key) == slip_number


def test_numbers_of_others_are_not_ours():
    assert slip_numbers.slip_number_of_free_field("833262024010101043470") is None  # 検査数字が違う
    assert slip_numbers.slip_number_of_matter_key("20250000012302010001") is None  # 15桁を超える
    assert slip_numbers.slip_number_of_matter_key("0" * 20) is None
    assert slip_numbers.slip_number_of_matter_key(b" " * 20) is None
    for wrong in (0, -1, 10**15):
        with pytest.raises(slip_numbers.SlipNumberError):
            slip_numbers.matter_key(wrong)


@given(
    agency=st.text("0123456789", min_size=6, max_size=6),
    field=st.text("0123456789", min_size=21, max_size=21),
    amount=st.integers(0, 999_999),
    due=st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2099, 12, 31))),
    reissue=st.integers(0, 9),
    stamp=st.booleans(),
)
def test_barcode_round_trip(agency, field, amount, due, reissue, stamp):
    barcode = gs1_128.PaymentBarcode(
        agency_code=agency, free_field=field, amount=Yen(amount),
        payable_through=due, reissue=reissue, stamp_required=stamp,
    )  # fmt: skip
    assert gs1_128.decode(gs1_128.encode(barcode)) == barcode


@given(
    amount=st.integers(1, 99_999_999_999),
    slip_number=st.integers(1, 10**15 - 1),
    year=st.integers(1950, 2099),
    term=st.integers(0, 99),
    due=st.dates(date(2000, 1, 1), date(2050, 12, 31)),
)
def test_el_qr_round_trip(amount, slip_number, year, term, due):
    code = el_qr.ElQr(
        upper=ocr_lines.UpperLine(amount=Yen(amount), tax_fee_number="001"),
        lower=ocr_lines.LowerLine(
            matter_key=slip_numbers.matter_key(slip_number), confirmation_number="123456", agency_number="24203"
        ),
        levy_year=year, tax_year=year, installment_term=term, due_on=due, payable_through=due,
    )  # fmt: skip
    assert el_qr.decode(el_qr.encode(code)) == code
