"""納付誓約と猶予の画面と命令。職員は、納税者の画面から計画や申請を作り、履行と段階を見る。"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from typer.testing import CliRunner

from osame.collection.demands.batch import run_demands
from osame.collection.grace.cli import app as grace_app
from osame.collection.inquiry.cli import app as charge_app
from osame.collection.inquiry.timeline import EventKind, timeline_of
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.pledges.cli import app as pledge_app
from osame.platform.database import fetch_all
from tests.letters.paper import texts
from tests.systems.collection.cast import SATO, determination, notice
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, pay, set_value
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.test_letters import texts as of_run

TODAY = date(2026, 3, 2)
ARREARS = "osame-purpose=arrears_management"


@pytest.fixture
def desk(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, determination(SATO, 1, 50_000), determination(SATO, 2, 30_000, due_on=date(2025, 8, 31)))
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def plan(desk: Client, **seen: str) -> dict[str, object]:
    page = desk.get(f"/people/{SATO}/pledges/new/?{ARREARS}")
    assert page.status_code == 200
    return fields(page) | {
        "charges": [charge_of(SATO, 1), charge_of(SATO, 2)], "first_on": "R8.3.31", "amount": "20,000", "income": "280000",
        "taxes": "57000", "dependants": "2", "reason": "毎月の収入から納める",
    } | seen  # fmt: skip


def test_a_plan_is_seen_before_the_paper_is_made_and_signed(desk: Client) -> None:
    address = f"/people/{SATO}/pledges/new/?{ARREARS}"
    sent = plan(desk)
    shown = desk.post(address, sent)
    assert "納付可能額は、毎月" in text(shown)
    assert "33,000円" in text(shown)
    assert fetch_all("SELECT count(*) FROM pledge") == [(0,)]
    made = desk.post(address, sent | {"seen": shown.context["form"]["seen"].value()})
    assert made.status_code == 302
    place = made.headers["Location"]
    assert "署名された誓約書を受け取る" in text(desk.get(f"{place}?{ARREARS}"))
    sign = desk.get(f"{place}sign/?{ARREARS}")
    given = {"charges": [charge_of(SATO, 1)], "signed_on": "R8.3.2", "signed_by": "佐藤 花子", "authority": "01"}
    assert desk.post(f"{place}sign/?{ARREARS}", fields(sign) | given).status_code == 302
    told = text(desk.get(f"{place}?{ARREARS}"))
    assert "R8.3.2 佐藤 花子" in told
    assert "履行中" in told
    assert "佐藤 花子" in text(desk.get(f"/pledges/?{ARREARS}"))
    assert "分割納付を履行中" in text(desk.get(f"/people/{SATO}/?{ARREARS}"))
    assert [each.what for each in timeline_of(SATO, kinds=(EventKind.ARREARS,), offset=0, size=9).events] == [
        "納付誓約（1） 署名を受け取る", "納付誓約（1） 誓約書を作る",
    ]  # fmt: skip
    slips = fetch_all("SELECT slip_number, amount FROM payment_slip WHERE kind = '3' ORDER BY round_number")
    rounds = fetch_all("SELECT amount FROM pledge_instalment ORDER BY instalment_number")
    assert [amount for _, amount in slips] == [amount for (amount,) in rounds]
    (number, amount), reissue = slips[0], "osame-purpose=slip_reissue"
    paper = desk.post(f"/payment-slips/{number}/print/?{reissue}", {"reason": "署名の窓口で渡す"})
    (page,) = texts(paper.content)
    for part in ("分納納付書", "分納第1回", "佐藤花子様", f"{amount:,}円", str(number)):
        assert part in page, part


def test_a_plan_beyond_the_ability_is_refused_beside_its_field(desk: Client) -> None:
    page = desk.post(f"/people/{SATO}/pledges/new/?{ARREARS}", plan(desk, amount="40,000"))
    assert page.status_code == 422
    assert "納付可能額を超えています" in " ".join(page.context["form"].errors["amount"])


def test_an_application_shows_the_conditions_of_the_law_and_is_proposed(desk: Client) -> None:
    address = f"/people/{SATO}/graces/new/?{ARREARS}"
    sent = fields(desk.get(address)) | {
        "ground": "15-1-2", "charges": [charge_of(SATO, 1)], "applied_on": "R8.3.2", "first_on": "R8.3.2",
        "through_on": "R9.3.1", "circumstances": "入院のため収入が減った", "instalments": "R8.3.31 20,000\nR8.4.30 30,000",
    }  # fmt: skip
    made = desk.post(address, sent)
    assert made.status_code == 302, made.context["form"].errors
    place = made.headers["Location"]
    told = text(desk.get(f"{place}?{ARREARS}"))
    for part in ("法の条件（徴収猶予）", "期間が1年以内である", "地方税法第16条第1項", "財産収支状況書", "30,000"):
        assert part in told, part
    assert "徴収猶予の申請中" in text(desk.get(f"/people/{SATO}/?{ARREARS}"))
    blank = desk.post(f"/people/{SATO}/graces/form/?{ARREARS}", {"what": "realization"})
    run_id = int(blank.headers["Location"].strip("/").split("/")[-1])
    first, second = of_run(print_run(run_id).directory)
    for part in ("換価の猶予申請書", "佐藤花子", "50,000", "第15条の6の2第1項", "□生活の維持が困難になる"):
        assert part in first, part
    assert "分割して納める計画" in second
    propose = fields(desk.get(f"{place}propose/?{ARREARS}")) | {
        "decision": "grant",
        "reason": "申請のとおり",
        "proved": "on",
    }
    done = desk.post(f"{place}propose/?{ARREARS}", propose)
    assert done.status_code == 302
    (content,) = [row[0] for row in fetch_all("SELECT content FROM proposal WHERE act = 'grace'")]
    lines = (json.loads(content) if isinstance(content, str) else content)["conditions"]
    assert any(line.startswith("【適】猶予の事由がある") for line in lines)
    refused = desk.post(f"{place}propose/?{ARREARS}", propose | fields(desk.get(f"{place}propose/?{ARREARS}"))
                        | {"decision": "cancel"})  # fmt: skip
    assert refused.status_code == 422
    assert "いまの段階から、その行いはできません" in text(refused)


def call(app: object, *words: str) -> str:
    answer = CliRunner().invoke(app, list(words))  # type: ignore[arg-type]
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_commands_plan_list_and_extend(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    levy(tmp_path, determination(SATO, 1, 50_000))
    planned = call(pledge_app, "plan", SATO, "--first", "R8.3.31", "--amount", "20000", "--as-of", "R8.3.2")
    assert "延滞金の見込み" in planned
    assert json.loads(call(grace_app, "list", "--json")) == []
    told = call(
        grace_app, "disaster", "架空市告示第5号", "--area", "架空市岩渕", "--from", "R7.6.15", "--through", "R7.12.1",
        "--as-of", "R7.7.1",
    )  # fmt: skip
    assert "1人、1件の期限を延長しました" in told
    assert fetch_all("SELECT due_date FROM charge WHERE addressee_number = %s", [SATO]) == [(date(2025, 12, 1),)]
    assert fetch_all("SELECT reason, ends_through FROM demand_stop") == [("02", date(2025, 12, 1))]
    monkeypatch.setenv("OSAME_PURPOSE", "statutory")
    quoted = json.loads(call(charge_app, "quote", f"06-2025-{int(SATO):010d}-1", "--as-of", "R7.12.1", "--json"))
    assert quoted["delinquency_charge"] == 0
    assert verify_everything().sound


def test_an_extension_takes_back_what_the_earlier_due_date_had_brought(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """告示の前に発した督促は手数料とともに消え、納期限の後に納めた人の延滞金も、延びた納期限から数え直す。"""
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    levy(tmp_path, determination(SATO, 1, 500_000), determination(SATO, 2, 500_000))
    demanded = run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer="山本")
    assert demanded.charges == 2
    pay(tmp_path, notice(1, SATO, 510_000, date(2025, 9, 5), 2), on=date(2025, 9, 5))
    (before,) = fetch_all("SELECT overpayment FROM charge WHERE charge_id = %s", [charge_of(SATO, 2)])
    assert 0 < before[0] < 10_000  # 手数料と延滞金が先に引かれている
    words = ("disaster", "架空市告示第5号", "--area", "架空市岩渕", "--from", "R7.6.15", "--through", "R7.12.1",
             "--as-of", "R7.10.1")  # fmt: skip
    said = call(grace_app, *words)
    assert "1人、2件の期限を延長しました" in said
    assert "督促2件" in said
    assert fetch_all(
        "SELECT installment_term, principal_tax, demand_fee, delinquency_charge, overpayment FROM charge "
        "WHERE addressee_number = %s ORDER BY 1",
        [SATO],
    ) == [(1, 500_000, 0, 0, 0), (2, 0, 0, 0, 10_000)]
    told = fetch_all("SELECT cancelled_on, cancel_reason, seizable_from FROM demand ORDER BY charge_id")
    assert [each[0] for each in told] == [date(2025, 10, 1)] * 2
    assert all("地方税法第20条の5の2、架空市告示第5号" in each[1] and each[2] is None for each in told)
    assert fetch_all("SELECT charge_id FROM demand_stop") == [
        (charge_of(SATO, 1),)
    ]  # 納めた期別に、督促の停止は要らない
    assert "0人、0件" in call(grace_app, *words)  # もう一度当てても、変わらない
    assert verify_everything().sound
