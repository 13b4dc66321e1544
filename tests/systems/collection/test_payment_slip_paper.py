"""納付書の紙を、外の道具で読み返す。バーコード、eL-QR、OCR行、文字。"""

import os
import random
from datetime import date, timedelta
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp

from osame.collection.letters.printing import LetterHeld
from osame.collection.payment_slips.letters import SlipNotPrintable, write_slip_file
from osame.collection.payment_slips.queries import Slip
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import KAKU, SATO, determination
from tests.systems.collection.demand_cast import charge_of, levy, move_in, set_value
from tests.systems.collection.slip_cast import ISSUED, issue, ready
from tests.systems.collection.slip_reader import ocr_line_is_right, read_barcode, read_matrix

PAGES = int(os.environ.get("OSAME_SLIP_PAGES", "12"))
DPI = 400
SLIP_POINTS = 99 / 25.4 * 72
WINDOW = (22.0, 18.0, 86.0, 38.0)  # 左・上・幅・高さ（mm）


@pytest.fixture(autouse=True)
def at_home(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_EGRESS_SUBJECTS", "1000000")


def printed(slip: Slip, folder: Path) -> pdfium.PdfPage:
    path = folder / f"{slip.slip_number}.pdf"
    write_slip_file(slip.slip_number, path, as_of=ISSUED)
    document = pdfium.PdfDocument(path)
    assert len(document) == 1
    return document[0]


def codes_on(page: pdfium.PdfPage) -> dict[str, str]:
    """What zxing reads on the slip, rasterised in grey as a scanner would."""
    top = page.get_height() - SLIP_POINTS
    image = page.render(scale=DPI / 72, crop=(0, 0, 0, top), grayscale=True).to_numpy()
    formats = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(image, formats=formats)
    return {"matrix" if each.format == zxingcpp.BarcodeFormat.QRCode else "shop": each.text for each in found}


def words_on(page: pdfium.PdfPage) -> str:
    return "".join(page.get_textpage().get_text_range().split())


def assert_reads_as_the_ledger_says(slip: Slip, page: pdfium.PdfPage, name: str) -> None:
    shares = fetch_all(
        "SELECT sum(amount)::bigint, count(*) FROM slip_share WHERE slip_number = %s", [slip.slip_number]
    )
    amount, terms = shares[0]
    codes, words = codes_on(page), words_on(page)
    matrix = read_matrix(codes["matrix"])
    assert (matrix.amount, matrix.through) == (amount, slip.payable_through)
    assert matrix.due <= matrix.through
    assert (matrix.levy_year, matrix.term) == (2025, slip.shares[0].term if terms == 1 else 0)
    assert int(matrix.lower[2:22]) == slip.slip_number
    if amount <= 300_000:
        shop = read_barcode(codes["shop"].replace("(91)", "91"))
        assert (shop.company, shop.corporate, shop.serial) == ("959919", "24203", slip.slip_number)
        assert (shop.amount, shop.through) == (amount, slip.payable_through)
    else:
        assert "shop" not in codes
        assert "30万円を超えるため" in words
    for line in (matrix.upper, matrix.lower):
        assert ocr_line_is_right(line)
        assert line in words
    for text in (name, f"{amount:,}円", format_wareki(slip.payable_through), str(slip.slip_number)):
        assert "".join(text.split()) in words


def test_paper_reads_as_the_ledger_says(city: str, tmp_path: Path) -> None:
    chance = random.Random(20250910)
    amounts = [chance.choice((1_000, 12_345, 98_000, 150_000, 299_900, 300_000, 300_100, 4_567_800)) for _ in range(12)]
    charges = ready(tmp_path, *amounts)
    for _ in range(PAGES):
        chosen = chance.sample(charges, chance.choice((1, 1, 1, 2, 3, 12)))
        through = ISSUED + timedelta(days=chance.randrange(0, 90))
        slip = issue(*chosen, through=through, with_charge=chance.random() < 0.7).slip
        assert_reads_as_the_ledger_says(slip, printed(slip, tmp_path), "佐藤 花子")


def test_long_names_and_the_largest_amount_are_all_there(city: str, tmp_path: Path) -> None:
    long_name = "特定非営利活動法人架空市地域共生社会づくり推進連絡協議会連合会代表理事寿限無五劫の擦り切れ"
    person = f"{31:015d}"
    address = "三重県架空市大字架空字長い地名の続く住所の例千二百三十四番地五十六"
    move_in(person, name=long_name, address=address, address_detail="架空ハイツグランドメゾン二番館一二三四号室")
    (charge,) = ready(tmp_path, 99_999_999_900, addressee=person)
    slip = issue(charge, addressee=person, with_charge=False).slip
    page = printed(slip, tmp_path)
    assert_reads_as_the_ledger_says(slip, page, long_name)
    assert words_on(page).count(long_name) == 4  # 窓、三片


def test_nothing_leaves_its_box_and_the_window_is_where_it_must_be(city: str, tmp_path: Path) -> None:
    (charge,) = ready(tmp_path, 120_000)
    page = printed(issue(charge).slip, tmp_path)
    text = page.get_textpage()
    height = page.get_height()
    searcher, found = text.search("佐藤 花子"), []
    while hit := searcher.get_next():
        found.append(hit)
    assert len(found) == 4  # 三片と、窓
    name = max(found, key=lambda each: text.get_charbox(each[0])[3])
    boxes = [text.get_charbox(name[0] + at) for at in range(name[1])]
    left, top = min(box[0] for box in boxes) / 72 * 25.4, (height - max(box[3] for box in boxes)) / 72 * 25.4
    assert WINDOW[0] <= left <= WINDOW[0] + 2
    assert WINDOW[1] <= top <= WINDOW[1] + WINDOW[3] - 6
    for at in range(text.count_chars()):
        x0, y0, x1, _y1 = text.get_charbox(at)
        if x1 - x0 < 0.1:
            continue
        assert x0 >= 3 / 25.4 * 72 - 0.5, text.get_text_range(at, 1)
        assert x1 <= 207.6 / 25.4 * 72, text.get_text_range(at, 1)
        assert y0 >= 3 / 25.4 * 72


def test_uncovered_characters_are_held(city: str, tmp_path: Path) -> None:
    person = f"{32:015d}"
    move_in(person, name="\ue000野 桜")
    (charge,) = ready(tmp_path, 50_000, addressee=person)
    with pytest.raises(LetterHeld, match="外字"):
        write_slip_file(issue(charge, addressee=person).slip.slip_number, tmp_path / "a.pdf", as_of=ISSUED)


def test_no_useless_slip_is_printed(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 50_000)
    old = issue(*charges).slip
    new = issue(*charges).slip
    with pytest.raises(SlipNotPrintable, match="無効"):
        write_slip_file(old.slip_number, tmp_path / "a.pdf", as_of=ISSUED)
    with pytest.raises(SlipNotPrintable, match="期限切れ"):
        write_slip_file(new.slip_number, tmp_path / "a.pdf", as_of=date(2025, 10, 1))
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    with pytest.raises(LetterHeld):  # 支援措置の対象者になった人の居場所は、刷らない
        write_slip_file(new.slip_number, tmp_path / "a.pdf", as_of=ISSUED)


def test_a_special_collector_gets_a_remittance_slip(tmp_path: Path) -> None:
    """特別徴収義務者の期別の納付書は、指定番号を持つ納入書（R-004）になる。"""
    ready(tmp_path, 10_000)
    set_value("納付区分", "02:102,06:106,合算:199")
    run_sql(
        "INSERT INTO tax_item SELECT '02', valid_from, '市民税・県民税（特別徴収）', revenue_account, bears_delinquency_charge, "
        "first_period_months, demand_fee, prescription_years, appropriation_rank, demand_article, accepts_determination "
        "FROM tax_item WHERE tax_item = '06'"
    )
    collector = {"tax_item": "02", "special_collector_number": "1234567", "slip_number": 990_404}
    levy(tmp_path, determination(KAKU, 6, 120_000, **collector), name="collector.csv")
    slip = issue(charge_of(KAKU, 6), addressee=KAKU).slip
    assert fetch_all("SELECT form FROM letter_run ORDER BY run_id DESC LIMIT 1") == [("R-004",)]
    page = printed(slip, tmp_path)
    words = words_on(page)
    for part in ("特別徴収納入書", "指定番号1234567", "架空商事株式会社", "120,000", "領収済通知書"):
        assert part in words, part
    assert read_matrix(codes_on(page)["matrix"]).amount == 121_900  # 税額 120,000円と、9月30日までの延滞金 1,900円
