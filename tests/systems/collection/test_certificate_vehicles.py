"""軽自動車の車両と軽JNKS、オンライン・郵送の申請。車両一台ごとの状況、過年度未納の「＊」、日次の連携、申請から送付まで。"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from osame.collection.certificates.arriving import import_applications
from osame.collection.certificates.vehicles import VehicleUnknown, import_vehicles, statuses
from osame.collection.intake.profiles import recognise
from osame.formats import certificate_application_csv, vehicle_csv
from osame.formats.certificate_application_csv import CertificateApplicationRow
from osame.formats.vehicle_csv import VehicleRow
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.certificate_cast import TODAY, issued, taxed
from tests.systems.collection.demand_cast import levy, pay
from tests.systems.collection.pages_cast import fields, pages_on, text

HERE = "/certificates/"
CAR = VehicleRow(
    addressee_number=KAKU, levy_year=2025, notice_number=f"{int(KAKU):010d}", plate_area="三重", plate_class="580", plate_kana="あ",
    plate_serial="1234", chassis_number="KKK-1", vehicle_class="3", valid_through=date(2026, 5, 31),
)  # fmt: skip
OLD = replace(CAR, levy_year=2024, installment_term=9)
OTHER = replace(CAR, addressee_number=TANAKA, notice_number=f"{int(TANAKA):010d}", installment_term=5, chassis_number="TTT-2",
                plate_serial="5678")  # fmt: skip
NEW = replace(CAR, addressee_number=SATO, notice_number="", chassis_number="SSS-3", plate_serial="9", vehicle_class="1",
              acquired_on=date(2025, 4, 2))  # fmt: skip
ASKED = CertificateApplicationRow(
    outer_number="E-1", applied_on=date(2025, 9, 9), channel="2", addressee_number=TANAKA, kind="01", first_levy_year=2025,
    last_levy_year=2025, applicant_name="田中 一郎", use="融資", submitted_to="架空銀行", verified=True, settlement_number="S-77",
    settled_on=date(2025, 9, 9), settled=300, postal_code="5160037", address="架空市岩渕1丁目7-29", name="田中 一郎",
)  # fmt: skip


@pytest.fixture(autouse=True)
def cars(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    taxed(tmp_path)
    run_sql(
        "INSERT INTO tax_item SELECT '07', valid_from, '軽自動車税（種別割）', revenue_account, bears_delinquency_charge, "
        "first_period_months, demand_fee, prescription_years, appropriation_rank, demand_article, accepts_determination "
        "FROM tax_item WHERE tax_item = '06'"
    )
    levy(
        tmp_path,
        determination(KAKU, 1, 10_800, tax_item="07", due_on=date(2025, 5, 31)),
        determination(TANAKA, 5, 10_800, tax_item="07", due_on=date(2025, 5, 31)),
        determination(KAKU, 9, 7_200, tax_item="07", levy_year=2024, tax_year=2024, due_on=date(2024, 5, 31),
                      determined_on=date(2024, 5, 1)),
        name="cars.csv",
    )  # fmt: skip
    pay(tmp_path, notice(70, KAKU, 10_800, date(2025, 5, 20)), on=date(2025, 5, 22), sequence=70)
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield


def sent(folder: Path, *rows: VehicleRow, name: str = "cars-sent.csv"):
    path = folder / name
    path.write_bytes(vehicle_csv.write(rows))
    return import_vehicles(path, as_of=TODAY, officer=OFFICER)


def test_a_vehicle_tells_its_own_payment_and_the_star_of_earlier_years(chief: Client, tmp_path: Path) -> None:
    lost = replace(CAR, chassis_number="XXX-9", notice_number="0000000099")
    done = sent(tmp_path, CAR, OLD, OTHER, NEW, lost)
    assert (done.rows_in, done.rows_posted, done.rows_rejected) == (5, 4, 1)
    assert "調定がありません" in done.problems[0][1]
    told = {
        each.chassis_number: (each.status, each.starred, each.paid_on) for each in statuses(levy_year=2025, as_of=TODAY)
    }
    assert told == {
        "KKK-1": ("1", True, date(2025, 5, 20)), "TTT-2": ("2", False, None), "SSS-3": ("3", False, None),
    }  # fmt: skip
    page = text(chief.get(f"{HERE}vehicles/", {"plate": "三重580あ1234"}))
    assert "納付済" in page
    assert "＊ 未納あり" in page
    assert VehicleUnknown.message() in text(chief.get(f"{HERE}vehicles/", {"chassis": "NONE"}))
    pay(tmp_path, notice(71, KAKU, 7_200, date(2025, 9, 8), 9), on=date(2025, 9, 9), sequence=71)
    small = {each.chassis_number: each.starred for each in statuses(levy_year=2025, as_of=TODAY)}
    assert (
        small["KKK-1"]
        == (fetch_one("SELECT demand_fee + delinquency_charge > 0 FROM charge WHERE levy_year = 2024")[0])
    )
    assert recognise(vehicle_csv.write([CAR])) == vehicle_csv.PROFILE
    assert sent(tmp_path, CAR, OLD, OTHER, NEW, lost).already_received


def test_a_changed_number_and_a_new_owner_take_over(tmp_path: Path) -> None:
    sent(tmp_path, CAR, OLD)
    moved = replace(CAR, addressee_number=SATO, notice_number="", plate_serial="8888")
    sent(tmp_path, moved, name="moved.csv")
    (now,) = statuses(levy_year=2025, as_of=TODAY, chassis="KKK-1")
    assert (now.addressee_number, now.plate, now.status, now.starred) == (SATO, "三重580あ8888", "3", False)
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("UPDATE vehicle_levy SET plate_serial = '1'")


def test_the_certificate_is_about_the_vehicle_and_nothing_else(tmp_path: Path) -> None:
    second = replace(CAR, installment_term=9, levy_year=2024, chassis_number="KKK-2", plate_serial="2222")
    sent(tmp_path, CAR, second)
    number = issued(KAKU, "03", plate_number="三重580あ1234", chassis_number="")
    (facts,) = fetch_one("SELECT facts FROM certificate WHERE certificate_number = %s", [number])
    assert '"valid_through":"令和8年5月31日"' in facts  # 過年度の未納は、別の車両のもの
    with pytest.raises(VehicleUnknown):
        issued(KAKU, "03", plate_number="三重580あ7777", chassis_number="")


def test_the_daily_extract_is_one_file_a_day(chief: Client, tmp_path: Path) -> None:
    assert "この年度の車両がありません" in text(chief.post(f"{HERE}jnks/"))
    sent(tmp_path, CAR, OLD, OTHER, NEW, replace(CAR, chassis_number="MMM-4", vehicle_class="9", plate_serial="4"))
    content = chief.post(f"{HERE}jnks/").content.decode()
    assert content.startswith("1,"), content[content.find("<h1") :][:1500]
    lines = [line.split(",") for line in content.splitlines()]
    assert lines[0][0] == "1"
    assert lines[0][2:] == ["2025-09-10", "1", "2025"]
    assert lines[1] == ["2", "三重", "580", "あ", "1234", "KKK-1", "1", "2025-05-20", "", "*"]
    assert lines[2][5:] == ["SSS-3", "3", "", "2026-05-31", ""]
    assert lines[3][5:] == ["TTT-2", "2", "", "", ""]
    assert lines[-1] == ["9", "3", "1"]
    assert chief.post(f"{HERE}jnks/").content.decode() == content
    assert fetch_all("SELECT extract_number, vehicles, people, paid, starred FROM jnks_extract") == [(1, 3, 3, 1, 1)]


def test_an_application_comes_is_checked_issued_and_posted(chief: Client, tmp_path: Path) -> None:
    rows = [
        ASKED, replace(ASKED, outer_number="E-2", settled=200), replace(ASKED, outer_number="P-1", channel="3", verified=False),
        replace(ASKED, outer_number="E-3", address=""), replace(ASKED, outer_number="E-1"),
    ]  # fmt: skip
    path = tmp_path / "asked.csv"
    path.write_bytes(certificate_application_csv.write(rows))
    done = import_applications(path, as_of=TODAY, officer=OFFICER)
    assert (done.rows_in, done.rows_posted, done.rows_rejected) == (5, 2, 3)
    told = "".join(reason for _, reason in done.problems)
    for part in ("手数料300円、決済200円", "送付先がありません", "もう受け付けています"):
        assert part in told
    states = fetch_all(
        "SELECT outer_number, state, identity_means, settlement_number FROM certificate_request ORDER BY 1"
    )
    assert states == [("E-1", "2", "03", "S-77"), ("P-1", "1", "", "S-77")]
    page = text(chief.get(f"{HERE}arrivals/"))
    assert "オンライン" in page
    assert "本人確認済" in page
    (request,) = fetch_one("SELECT request_id FROM certificate_request WHERE outer_number = 'E-1'")
    where = f"{HERE}requests/{request}/"
    early = chief.post(f"{where}post/", fields(chief.get(f"{where}post/")))
    assert "状態を確かめてください" in text(early)
    step = chief.get(where).context["step"]["submission"].value()
    chief.post(f"{where}issue/", {"submission": step})
    not_printed = chief.post(f"{where}post/", fields(chief.get(f"{where}post/")))
    assert "まだ印刷していません" in text(not_printed)
    assert chief.post(f"{HERE}1/print/").status_code == 200
    assert chief.post(f"{where}post/", fields(chief.get(f"{where}post/")) | {"tracking": "1-2"}).status_code == 302
    assert fetch_one("SELECT posted_on, tracking_number FROM certificate_request WHERE request_id = %s", [request]) == (
        TODAY,
        "1-2",
    )
    assert "E-1" not in text(chief.get(f"{HERE}arrivals/"))
