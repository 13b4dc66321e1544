"""執行停止と不納欠損の画面と命令。調書から決裁まで、候補から戻しまで、断りは欄のそばに出る。"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from typer.testing import CliRunner

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.letters.actions import record_counts, record_dispatch
from osame.collection.letters.printing import print_run
from osame.collection.returns.actions import Delivery, record_service, register_return
from osame.collection.returns.models import ReturnedLetter, ServiceRecord
from osame.collection.suspensions.cli import app as suspension_app
from osame.collection.writeoffs.cli import app as write_off_app
from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after, years_after
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import SATO, determination, slip
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.suspension_cast import carried, today
from tests.systems.collection.weighty import Weighty

ARREARS = "osame-purpose=arrears_management"


@pytest.fixture
def desk(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """佐藤の第1期は時効が満ち、第2期は生きている。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    old = determination(
        SATO, 1, 50_000, due_on=date(2019, 6, 30), determined_on=date(2019, 5, 1), levy_year=2019, tax_year=2019
    )
    levy(tmp_path, old, determination(SATO, 2, 30_000))
    with pages_on(today().isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def sent(desk: Client, place: str, **told: object) -> object:
    """画面を開き、書いて送る。"""
    address = f"{place}{'&' if '?' in place else '?'}{ARREARS}"
    return desk.post(address, fields(desk.get(address)) | told)


def proposal(act: str) -> int:
    return int(fetch_all("SELECT max(proposal_id) FROM proposal WHERE act = %s", [act])[0][0])


def test_from_the_sheet_to_the_decision(desk: Client) -> None:
    opened = sent(
        desk, f"/people/{SATO}/suspensions/new/", ground="1", charges=[charge_of(SATO, 2)], circumstances="無財産"
    )
    assert opened.status_code == 302, text(opened)  # type: ignore[attr-defined]
    place = opened.headers["Location"]  # type: ignore[attr-defined]
    told = text(desk.get(f"{place}?{ARREARS}"))
    for part in (
        "法の条件（執行停止（滞納処分をすることができる財産がない）",
        "まだない調査",
        "地方税法第15条の7第1項第1号",
        "調書（決定前）",
    ):
        assert part in told, part
    refused = sent(desk, f"{place}propose/", decision="suspend", reason="無財産")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert "要る調査が、まだ終わっていません" in text(refused)
    late = sent(desk, f"{place}finding/", kind="01", is_found="0", answered_on="R30.1.1", result="照会")
    assert late.status_code == 422  # type: ignore[attr-defined]
    for kind in ("01", "21"):
        done = sent(
            desk, f"{place}finding/", kind=kind, is_found="0", answered_on=today().isoformat(), result="照会の回答"
        )
        assert done.status_code == 302, text(done)  # type: ignore[attr-defined]
    assert sent(desk, f"{place}propose/", decision="suspend", reason="無財産").status_code == 302  # type: ignore[attr-defined]
    assert "執行停止を執行" in carried(proposal("suspension"))
    assert "停止中" in text(desk.get(f"{place}?{ARREARS}"))
    offered = text(desk.get(f"{place}propose/?{ARREARS}"))
    assert "停止の取消し" in offered
    assert ">執行停止</option>" not in offered
    overtaken = sent(desk, f"{place}propose/", decision="suspend", reason="無財産")
    assert overtaken.status_code == 422
    assert "いまの段階から、その行いはできません" in text(overtaken)
    run_id = int(fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-120'")[0][0])
    assert "差し出していない" in text(desk.get(f"{place}?{ARREARS}"))
    print_run(run_id)
    record_counts(run_id, printed=1, enclosed=1, officer="A0001")
    record_dispatch(run_id, dispatched_on=today(), officer="A0001")
    assert "に送達したと推定する" in text(desk.get(f"{place}?{ARREARS}"))
    register_return((run_id, 1), ReturnedLetter.Cause.MOVED, returned_on=today(), as_of=today(), officer="A0001")
    assert "に返戻。送達されていない" in text(desk.get(f"{place}?{ARREARS}"))
    delivery = Delivery(ServiceRecord.Method.IN_PERSON, today(), "市役所の窓口", received_by="佐藤 花子")
    record_service((run_id, 1), delivery, officer="A0001")
    assert "に送達（交付送達、佐藤 花子）" in text(desk.get(f"{place}?{ARREARS}"))
    sheet = desk.post(f"{place}sheet/?{ARREARS}", {"csrfmiddlewaretoken": "x"})
    shown = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(b"".join(sheet)))
    for part in ("執行停止調書", "調査の結果", "照会の回答", "地方税法第15条の7"):
        assert part in "".join(shown.split()), part
    assert sent(desk, f"{place}review/", outcome="1", note="変わりがない").status_code == 302  # type: ignore[attr-defined]
    listed = text(desk.get(f"/suspensions/?{ARREARS}"))
    assert "号別・年度別" in listed
    person = text(desk.get(f"/people/{SATO}/?{ARREARS}"))
    for part in ("滞納処分の執行停止中", "納税義務が消滅した期別", "執行停止（1） 停止する"):
        assert part in person, part


def test_an_extinguished_charge_is_refused_beside_its_field(desk: Client) -> None:
    gone = sent(
        desk, f"/people/{SATO}/suspensions/new/", ground="1", charges=[charge_of(SATO, 1)], circumstances="無財産"
    )
    assert gone.status_code == 422  # type: ignore[attr-defined]
    assert "納税義務が消滅した期別があります" in text(gone)


def test_write_offs_from_the_pages(desk: Client, tmp_path: Path) -> None:
    told = text(desk.get(f"/write-offs/?{ARREARS}"))
    assert "消滅時効" in told
    page = text(desk.get(f"/write-offs/propose/?{ARREARS}"))
    for part in ("納税義務が消滅している", "地方税法第18条第1項", "起算日 令和1年7月1日"):
        assert part in page or part.replace("令和1年", "令和元年") in page, part
    empty = sent(desk, "/write-offs/propose/", reason="時効の完成")
    assert empty.status_code == 422  # type: ignore[attr-defined]
    key = f"{SATO}:{charge_of(SATO, 1)}"
    assert sent(desk, "/write-offs/propose/", charges=[key], reason="時効の完成").status_code == 302  # type: ignore[attr-defined]
    assert "1件、50,000円" in carried(proposal("write_off"))
    line = text(desk.get(f"/write-offs/1/?{ARREARS}"))
    assert "時効の起算と更新の記録" in line
    for what, number in (("proposal", proposal("write_off")), ("yearly", 0), ("nearing", 0)):
        paper = desk.post(f"/write-offs/reports/{what}/{number}/?{ARREARS}")
        assert paper.status_code == 200
        assert b"".join(paper).startswith(b"%PDF") if paper.streaming else paper.content.startswith(b"%PDF")  # type: ignore[attr-defined]
    assert desk.get(f"/write-offs/prescriptions/?{ARREARS}").status_code == 200
    assert sent(desk, "/write-offs/1/reverse/", reason="誤り").status_code == 302  # type: ignore[attr-defined]
    assert "不納欠損の戻し" in carried(proposal("write_off"))
    assert "に戻した" in text(desk.get(f"/write-offs/?{ARREARS}"))


def call(app: object, *words: str) -> str:
    answer = CliRunner().invoke(app, list(words))  # type: ignore[arg-type]
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_commands(desk: Client, tmp_path: Path) -> None:
    opened = call(suspension_app, "open", SATO, "無財産", "--ground", "1", "--charge", str(slip(SATO, 2)))
    assert "執行停止 1 の調書" in opened
    for kind in ("01", "21", "23"):
        call(suspension_app, "finding", "1", kind, "照会の回答", "--found" if kind == "23" else "--none")
    assert "【適】" in call(suspension_app, "show", "1")
    weighty = Weighty()
    weighty.types(suspension_app, "propose", "1", "suspend", "無財産")
    carried(proposal("suspension"))
    call(suspension_app, "review", "1", "1", "変わりがない")
    assert json.loads(call(suspension_app, "list", SATO, "--json"))[0]["suspension_id"] == 1
    assert json.loads(call(suspension_app, "due", "--json"))["reviews"] == []
    assert "完納 0件、消滅 0件" in call(suspension_app, "refresh")
    assert "起案" in weighty.types(suspension_app, "propose", "1", "extinguish", "解散した")
    carried(proposal("suspension"))
    assert len(json.loads(call(write_off_app, "candidates", "--json"))) == 2
    call(write_off_app, "candidates")
    assert "消滅の記録 2件" in call(write_off_app, "refresh")
    assert json.loads(call(write_off_app, "explain", SATO, "--json"))[0]["is_extinct"]
    assert json.loads(call(write_off_app, "nearing", "--json")) == []
    assert "（2件）" in weighty.types(write_off_app, "propose", "消滅した", "--all")
    number = proposal("write_off")
    carried(number)
    assert len(json.loads(call(write_off_app, "list", "--json"))["write_offs"]) == 2
    for words in (["--proposal", str(number)], ["--nearing"], []):
        call(write_off_app, "report", str(tmp_path / "report.pdf"), *words)
        (tmp_path / "report.pdf").unlink()
    assert "起案" in weighty.types(write_off_app, "reverse", "1", "誤り")


def test_fraud_is_found_by_one_confirmed_by_another_and_prescribes_in_seven_years(desk: Client) -> None:
    charge = charge_of(SATO, 2)
    before = prescription_of(SATO, as_of=today())[charge]
    assert before.completes_on
    assert before.prescription.steps[0].startswith("起算日")
    refused = sent(desk, f"/people/{SATO}/frauds/new/", charge=str(charge), facts=" ")
    assert refused.status_code == 422  # type: ignore[attr-defined]
    told = sent(desk, f"/people/{SATO}/frauds/new/", charge=str(charge), facts="所得を隠した。調査の記録のとおり")
    assert told.status_code == 302, text(told)  # type: ignore[attr-defined]
    assert prescription_of(SATO, as_of=today())[charge] == before  # 別の職員が確かめるまで、効かない
    (number,) = (int(row[0]) for row in fetch_all("SELECT finding_id FROM fraud_finding"))
    own = sent(desk, f"/write-offs/frauds/{number}/", decision="confirm")
    assert "自分の認定を確かめられません" in text(own)
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("UPDATE fraud_finding SET confirmed_on = found_on, confirmed_by = officer")
    output = CliRunner().invoke(write_off_app, ["fraud-judge", str(number), "--officer", "B0001"])
    assert output.exit_code == 0, output.output
    after = prescription_of(SATO, as_of=today())[charge]
    due = fetch_all("SELECT statutory_due_date FROM charge WHERE charge_id = %s", [charge])[0][0]
    assert after.prescription.steps[0].startswith(f"起算日 {format_wareki(day_after(years_after(due, 2)))}")
    assert after.completes_on == years_after(due, 7)
    assert "B0001" in text(desk.get(f"/write-offs/frauds/?{ARREARS}"))
    done = sent(desk, f"/write-offs/frauds/{number}/", decision="withdraw", reason="認定の誤り")
    assert done.status_code == 302  # type: ignore[attr-defined]
    assert prescription_of(SATO, as_of=today())[charge] == before
