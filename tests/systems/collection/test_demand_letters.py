"""督促状を刷り、読み返す。"""

import csv
import io
import json
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from pypdf import PdfReader

from osame.collection.demands import postcards
from osame.collection.demands.actions import cancel_demand, withdraw
from osame.collection.demands.apart import print_apart
from osame.collection.demands.batch import run_demands
from osame.collection.demands.letters import AlreadyPrintedElsewise, preview_letter, print_demand_letters
from osame.collection.demands.lists import (
    ContractorNotNamed,
    exclusion_list,
    held_list,
    issued_list,
    withdrawal_list,
    write_print_file,
)
from osame.collection.demands.postcards import POSTCARD
from osame.collection.payment_slips.demand_slips import with_slips
from osame.collection.payment_slips.queries import slips_of
from osame.platform.database import fetch_one, run_sql
from osame.platform.letters.batches import PrintedOutside
from tests.letters.paper import rasterised
from tests.letters.paper import texts as shown
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, move_in, pay, set_value
from tests.systems.collection.slip_reader import read_barcode, read_matrix
from tests.systems.collection.test_payment_slip_paper import codes_on

GAIJI, HIDDEN = (f"{number:015d}" for number in (21, 22))


@pytest.fixture
def run_id(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    move_in(GAIJI, name="\ue000野 桜")
    move_in(HIDDEN, name="=SUM(1) 桜", mailing_address="架空市別町2", mailing_name="納税管理人 山川")
    levy(
        tmp_path,
        determination(SATO, 1, 1_234_000, due_on=date(2025, 3, 31)),
        *(determination(TANAKA, term) for term in range(1, 15)),
        determination(KAKU), determination(GAIJI), determination(HIDDEN), determination(SUZUKI),
    )  # fmt: skip
    pay(tmp_path, notice(1, SATO, 234_000, date(2025, 4, 30)))
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SUZUKI])
    return run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id


def texts(directory: Path) -> list[str]:
    """pypdf が読む、各頁の文字（空白を除く）。"""
    pages = [page for path in sorted(directory.glob("*.pdf")) for page in PdfReader(path).pages]
    return ["".join(page.extract_text().split()) for page in pages]


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_letters_say_who_how_much_and_by_when(run_id: int) -> None:
    result = print_demand_letters(run_id)
    assert (result.requested, result.generated, result.pages) == (5, 4, 5)
    assert [each.reason for each in result.held] == ["外字のため手作業（U+E000）"]
    printed = texts(result.directory)
    sato, tanaka, tanaka_next, kaku, hidden = printed
    for part in (
        "佐藤花子様", "1,000,100円", "令和7年7月28日", "令和7年7月18日", "R7.3.31", "地方税法第371条第1項", "見本",
        "起算して10日を経過した日まで", "3か月以内", "架空市長", "0596-00-0000",
    ):  # fmt: skip
        assert part in sato, part
    assert "発付日現在の計算額は21,200円" in sato
    assert "R000001-L000002-A000000000000002-P01/02" in tanaka
    assert "R000001-L000002-A000000000000002-P02/02" in tanaka_next
    assert "701,400円" in tanaka
    assert "1/2頁" in tanaka
    assert "架空商事株式会社御中" in kaku
    assert "架空市別町2" in hidden
    assert "納税管理人山川様" in hidden
    assert print_demand_letters(run_id).replayed


def test_cancelled_and_newly_protected_people_get_no_letter(run_id: int) -> None:
    cancel_demand(KAKU, charge_of(KAKU), as_of=ISSUED, reason="誤り", officer=OFFICER)
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    result = print_demand_letters(run_id, watermark="")
    assert (result.requested, result.generated) == (4, 2)
    assert "支援措置" in held_list(result.held).decode("utf-8-sig")
    assert not any("見本" in text or "佐藤" in text or "架空商事" in text for text in texts(result.directory))


def test_a_postcard_tells_nothing_outside_and_the_rest_goes_sealed(run_id: int) -> None:
    made = print_apart(run_id, POSTCARD)
    assert (made.requested, made.generated) == (5, 4)
    assert [each.reason for each in made.held] == ["外字のため手作業（U+E000）"]
    (tanaka, _) = texts(made.letters.directory)  # 14期別は、はがきに収まらない
    assert "田中一郎様" in tanaka
    cards = texts(made.apart.directory)
    inside, outside = cards[0::2], cards[1::2]
    for part in (
        "佐藤花子様", "1,000,100円", "令和7年7月28日", "R7.3.31", "地方税法第371条第1項", "延滞金※21,200円",
        "起算して10日を経過した日まで", "3か月以内", "R000001-L000001-A000000000000001-P01/02",
    ):  # fmt: skip
        assert part in inside[0], part
    for page, name in zip(outside, ("佐藤花子様", "架空商事株式会社御中", "納税管理人山川様"), strict=True):
        assert name in page
        assert "親展" in page
        for secret in ("督促", "滞納", "差押", "税", "円", "000000000000001"):
            assert secret not in page.replace("納税管理人", ""), secret
    assert "R000001-L000001-A000000000000000-P02/02" in outside[0]
    _the_address_and_its_bars_stand_where_they_must(next(iter(made.apart.directory.glob("*.pdf"))).read_bytes())
    again = print_apart(run_id, POSTCARD)
    assert (again.apart.replayed, again.letters.replayed) == (True, True)
    with pytest.raises(AlreadyPrintedElsewise):
        print_demand_letters(run_id)
    assert print_demand_letters(run_id, reason="汚損").generated == 4


def _the_address_and_its_bars_stand_where_they_must(pdf: bytes) -> None:
    """開いて 200×148mm。宛名は右の片の中、棒67本のカスタマバーコードは四方に2mmの余白。"""
    document = pypdfium2.PdfDocument(pdf)
    assert [round(each / 72 * 25.4, 1) for each in document[1].get_size()] == [200.0, 148.0]
    _, outside = islice(rasterised(pdf, dpi=600), 2)
    dots = 600 / 25.4
    top, bottom, left, right = (round(each * dots) for each in (68.12, 71.0, 108.9, 173.0))
    code = outside[top:bottom, left:right] < 128
    assert int(np.count_nonzero(np.diff(code[len(code) // 2].astype(np.int8)) == 1)) == 67
    for quiet in (
        outside[top - round(1.9 * dots) : top - 2, left:right],
        outside[bottom + 2 : bottom + round(1.9 * dots), left:right],
    ):
        assert (quiet > 200).all()


def test_a_slip_below_the_demand_pays_exactly_what_was_demanded(run_id: int, tmp_path: Path) -> None:
    """督促状の下の納付書を、外の道具で読み、その番号で納めると、督促した本税と手数料が消える。刷り直しても同じ番号。"""
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    made = print_apart(run_id, with_slips(run_id, officer=OFFICER))
    assert (made.requested, made.generated, made.apart.generated) == (5, 4, 3)  # 田中の14期別は、納付書の上に載らない
    assert slips_of(TANAKA) == ()
    (path,) = made.apart.directory.glob("*.pdf")
    pages = pypdfium2.PdfDocument(path)
    (kaku,) = slips_of(KAKU)
    assert (kaku.amount, kaku.payable_through) == (50_100, date(2025, 7, 28))
    codes = codes_on(pages[1])
    shop, matrix = read_barcode(codes["shop"].replace("(91)", "91")), read_matrix(codes["matrix"])
    assert (shop.serial, shop.amount, shop.through) == (kaku.slip_number, kaku.amount, kaku.payable_through)
    assert (matrix.amount, int(matrix.lower[2:22])) == (kaku.amount, kaku.slip_number)
    told = list(shown(path.read_bytes()))
    for part in (
        "架空商事株式会社御中",
        "納めていただく額50,100円",
        "領収済通知書",
        str(kaku.slip_number),
        kaku.lower_line,
    ):
        assert part in told[1], part
    assert "30万円を超えるため" in told[0]
    assert print_apart(run_id, with_slips(run_id, officer=OFFICER)).apart.replayed
    assert [each.slip_number for each in slips_of(KAKU)] == [kaku.slip_number]
    pay(
        tmp_path,
        notice(2, KAKU, shop.amount, date(2025, 7, 22), slip_number=shop.serial),
        on=date(2025, 7, 24),
        sequence=2,
    )
    assert fetch_one("SELECT principal_tax, demand_fee FROM charge WHERE charge_id = %s", [charge_of(KAKU)]) == (0, 0)
    again = print_apart(run_id, with_slips(run_id, officer=OFFICER), reason="汚損")
    assert (again.apart.generated, again.letters.generated) == (2, 2)  # 納めた人には、納付書を付けない


def test_what_tells_outside_is_not_released(run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postcards, "UNSEALED", ("親展",))
    with pytest.raises(PrintedOutside):
        print_apart(run_id, POSTCARD)
    assert fetch_one("SELECT count(*) FROM egress_record") == (0,)


def test_a_preview_is_an_image(run_id: int) -> None:
    assert preview_letter(run_id, 1, ppi=40).startswith(b"\x89PNG")


def test_lists_of_a_run(run_id: int) -> None:
    withdraw(TANAKA, charge_of(TANAKA), as_of=ISSUED, reason="納付確認", officer=OFFICER)
    withdraw(KAKU, charge_of(KAKU), as_of=ISSUED, reason="納付確認", officer=OFFICER)
    issued = table(issued_list(run_id))
    assert len(issued) == 18
    assert {row["状態"] for row in issued} == {"有効", "引抜"}
    assert {row["氏名"] for row in issued} >= {"'=SUM(1) 桜", "佐藤 花子"}
    assert [(row["除外理由"], row["未納本税"]) for row in table(exclusion_list(run_id))] == [
        ("支援措置（職員が送付先を確かめる）", "50000")
    ]
    assert [row["封筒ごと抜くか"] for row in table(withdrawal_list(run_id))] == ["刷り直し", "封筒ごと"]
    assert "岩渕" not in (issued_list(run_id) + exclusion_list(run_id)).decode()


def test_the_print_file_has_control_totals(run_id: int) -> None:
    with pytest.raises(ContractorNotNamed):
        write_print_file(run_id, contractor="")
    result = write_print_file(run_id, contractor="架空印刷")
    rows = table((result.directory / result.file_name).read_bytes())
    assert (result.letters, result.charges) == (5, 18) == (len({row["発付番号"] for row in rows}), len(rows))
    assert result.principal_tax == sum(int(row["本税"]) for row in rows) == 1_850_000
    manifest = json.loads((result.directory / "manifest.json").read_text())
    assert (manifest["sha256"], manifest["contractor"]) == (result.sha256, "架空印刷")
    assert write_print_file(run_id, contractor="架空印刷") == result
