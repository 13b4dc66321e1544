"""納税証明の画面と命令。申請から印刷まで、窓口で一通り。"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.certificates.printing import print_certificate
from osame.collection.certificates.statement import public_pem
from osame.platform.database import fetch_all, fetch_one
from tests.letters.paper import texts
from tests.systems.collection.cast import SATO, TANAKA
from tests.systems.collection.certificate_cast import issued, taxed
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text

HERE = "/certificates/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    taxed(tmp_path)
    with pages_on("2025-09-10", monkeypatch):
        yield


@pytest.fixture
def window(city: str) -> Client:
    return officer_at_desk("C0001", "伊藤 薫", "collection_clerk")


def send(client: Client, path: str, **typed: object) -> str:
    return text(client.post(path, {**fields(client.get(path)), **typed}, follow=True))


def applied(client: Client, **changes: object) -> str:
    typed = {
        "addressee_number": "1", "kind": "01", "first_levy_year": "2025", "last_levy_year": "2025", "authority": "01",
        "applicant_name": "佐藤 花子", "use": "融資", "submitted_to": "架空銀行",
    }  # fmt: skip
    path = f"{HERE}new/"
    answer = client.post(path, {**fields(client.get(path)), **typed, **changes})
    return str(answer.headers.get("Location", "")) or text(answer)


def test_from_the_application_to_the_paper(window: Client) -> None:
    request = applied(window)
    assert "本人確認をする" in text(window.get(request))
    assert "確認した書類を選んでください" in send(window, f"{request}identify/", means="")
    page = send(window, f"{request}identify/", means="01", note="運転免許証")
    for told in ("本人確認済", "480,000", "400,000", "30,000", "この内容で発行する"):
        assert told in page
    sheet = "".join(texts(window.post(f"{request}form/").content))
    for told in ("納税証明交付申請書", "申請者の署名", "架空銀行", "本人確認記録", "運転免許証"):
        assert told in sheet
    assert "委任状" not in sheet  # 本人の申請
    assert "記録しました" in send(
        window, f"{request}evidence/", charge_id=_charge(2), paid_on="R7.9.9", amount="400,000", seen="百五銀行の領収印"
    )
    step = window.get(request).context["step"]["submission"].value()
    page = text(window.post(f"{request}issue/", {"submission": step}, follow=True))
    assert "第00000001号" in page
    assert "印刷待ち" in page
    paper = window.post(f"{HERE}1/print/")
    assert paper.headers["Content-Disposition"].startswith("attachment")
    (printed,) = texts(paper.content)
    assert "佐藤花子" in printed
    assert "領収書により確認しました" in printed
    again = window.post(f"{HERE}1/print/")
    assert (again.status_code, "再発行してください" in text(again)) == (422, True)
    assert "新しい番号で発行しました" in send(window, f"{request}1/reissue/", reason="刷り損じ")
    assert "証明書を取り消しました" in send(window, f"{request}2/cancel/", reason="誤り")
    page = text(window.get(HERE))
    for told in ("発行簿", "1件 300円", "取消し", "架空銀行"):
        assert told in page
    assert "申請 1" in text(window.get(f"{HERE}?addressee=1"))
    assert window.get(f"{HERE}requests/99/").status_code == 404


def _charge(term: int) -> int:
    (found,) = fetch_one(
        "SELECT charge_id FROM charge WHERE addressee_number = %s AND installment_term = %s", [SATO, term]
    )
    return int(found)


def test_what_is_wrong_is_told_beside_the_field(window: Client) -> None:
    for wrong, told in (
        ({"kind": "03"}, "標識番号か車台番号"),
        ({"fee": "0"}, "免除の理由を入力"),
        ({"first_levy_year": "25"}, "年度は西暦4桁"),
        ({"addressee_number": "77"}, "宛名番号を確かめて"),
        ({"use": ""}, "使用目的を入力"),
    ):
        assert told in applied(window, **wrong)
    request = applied(window, authority="02")
    assert "請求の資格を示す書面がありません" in send(window, f"{request}identify/", means="01")
    assert "委任状の期限が切れています" in send(
        window, f"{request}identify/", means="01", authority_document="委任状", authority_valid_through="R7.9.1"
    )
    arrears = applied(window, kind="02")
    page = send(window, f"{arrears}identify/", means="01")
    assert "滞納があるため" in page
    assert "この内容で発行する" not in page
    step = window.get(arrears).context["step"]["submission"].value()
    assert window.post(f"{arrears}issue/", {"submission": step}).status_code == 422
    assert "不発行" in send(window, f"{arrears}close/", how="refuse", reason="滞納があるため")


def test_another_section_is_answered_yes_or_no_and_only_with_consent(window: Client) -> None:
    path = f"{HERE}inquiries/"
    asked = {"addressee_number": "1", "asked_by": "契約検査課", "use": "入札参加", "consent": "同意書 R7.9.1"}
    assert "本人の同意が記録されていない" in send(window, path, **asked, consented_on="R7.9.11")
    page = send(window, path, **asked, consented_on="R7.9.1")
    assert "滞納あり" in page
    assert "400,000" not in page
    assert "滞納なし" in send(window, path, **{**asked, "addressee_number": "2"}, consented_on="R7.9.1")
    assert fetch_all("SELECT has_arrears FROM consented_inquiry ORDER BY inquiry_id") == [(True,), (False,)]


def test_anybody_verifies_offline_by_command(tmp_path: Path) -> None:
    paper, _ = print_certificate(issued(TANAKA), tmp_path)
    pem = tmp_path / "city.pem"
    pem.write_bytes(public_pem())
    command = [sys.executable, "-m", "osame.cli", "certificate", "verify", str(paper), "--key", str(pem)]
    alone = {"PATH": "/usr/bin", "OSAME_HOME": str(tmp_path / "nowhere")}
    done = subprocess.run(command, capture_output=True, text=True, env=alone, timeout=60)
    assert done.returncode == 0, done.stderr
    for told in ("署名は正しい", "田中 一郎", "第00000001号", "納付済額20,000円"):
        assert told in done.stdout
    paper.write_bytes(paper.read_bytes().replace(b"/Keywords", b"/Kezwords"))
    done = subprocess.run(command, capture_output=True, text=True, env=alone, timeout=60)
    assert (done.returncode, "読めません" in done.stderr) == (1, True)
