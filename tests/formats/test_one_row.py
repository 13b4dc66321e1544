"""一行だけを読み直しても、ファイルで読んだときと同じ入金になる。様式は中身から見分ける。"""

from dataclasses import replace

import pytest

from osame.formats import inbound, one_row, recognition
from osame.formats.one_row import Surroundings
from osame.formats.refusals import WriteError
from osame.formats.reports import LineProblem, PaymentReport

YEAR = 2024


@pytest.fixture(params=inbound.KEYS)
def file(request, make):
    """A good file of every profile, as it was read."""
    read = inbound.read(request.param, make.files()[request.param], business_year=YEAR)
    assert read.records
    return read


def around(read) -> Surroundings:
    return Surroundings(read.profile, read.business_on, read.sequence_key)


def test_a_row_alone_is_the_payment_that_it_was_in_its_file(file):
    for record in file.records:
        assert one_row.reread(around(file), record.raw, line_number=record.line_number) == record


def test_a_row_put_together_again_unchanged_is_the_same_bytes(file):
    for record in file.records:
        values = {cell.id: cell.text for cell in one_row.cells(file.profile, record.raw)}
        assert one_row.rebuilt(file.profile, record.raw, values) == record.raw


def test_every_profile_is_told_from_its_content(make):
    for key, data in make.files().items():
        assert recognition.recognise(data) == key
    for junk in (b"", b"\x00\xff" * 1000, "氏名,住所\n".encode(), b"1" * 120, b"119120"):
        assert recognition.recognise(junk) == ""


def test_a_corrected_cell_makes_a_payment_of_a_bad_row(make):
    data = make.files()["bank_notice_v0"]
    good = inbound.read("bank_notice_v0", data, business_year=YEAR)
    record = good.records[0]
    paid_on = next(cell for cell in one_row.cells(good.profile, record.raw) if cell.id == "paid_on")
    bad = one_row.rebuilt(good.profile, record.raw, {"paid_on": "20249999"})
    found = one_row.reread(around(good), bad, line_number=record.line_number)
    assert isinstance(found, LineProblem)
    assert found.reason == "領収日「20249999」は実在しない日付です。送付元に内容を確かめてください。"
    mended = one_row.rebuilt(good.profile, bad, {"paid_on": paid_on.text})
    assert one_row.reread(around(good), mended, line_number=record.line_number) == record


def test_a_row_with_too_few_cells_can_be_completed(make):
    read = inbound.read("bank_notice_v0", make.files()["bank_notice_v0"], business_year=YEAR)
    record = read.records[0]
    short = record.raw.rpartition(b",")[0]
    values = {cell.id: cell.text for cell in one_row.cells(read.profile, short)}
    found = one_row.reread(around(read), one_row.rebuilt(read.profile, short, values), line_number=record.line_number)
    assert isinstance(found, PaymentReport)
    assert replace(found, raw=record.raw, payer_kana=record.payer_kana) == record


@pytest.mark.parametrize("value", ["1,2", '"', "a\nb"])
def test_what_a_profile_cannot_hold_is_refused(make, value):
    read = inbound.read("bank_notice_v0", make.files()["bank_notice_v0"], business_year=YEAR)
    with pytest.raises(WriteError):
        one_row.rebuilt("bank_notice_v0", read.records[0].raw, {"payer_kana": value})
