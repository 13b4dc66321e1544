"""徴税吏員の証票。交付、二重の交付の断り、印刷、返納と紛失、交付簿。画面と命令から。"""

from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from typer.testing import CliRunner

from osame.collection.assets.actions import open_investigation
from osame.collection.assets.credential_cli import app
from osame.collection.assets.credentials import Issuance, Kind, PeriodUnlawful, issue_credential
from osame.law.arrears_facts import AssetKind
from osame.platform.database import fetch_all, run_sql
from tests.letters.paper import texts
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.platform.staff_cast import hire

ARREARS = "osame-purpose=arrears_management"
HERE = "/credentials/"


def test_a_credential_is_issued_printed_and_returned(
    city: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pages_on("2026-07-01", monkeypatch):
        levy(tmp_path, determination(SATO))
        desk = officer_at_desk("A0001", "山本 昇", "collection_chief")
        plan = open_investigation(
            SATO, [AssetKind.MOVABLE], reason="滞納", review_on=None, as_of=date(2026, 6, 1), officer=OFFICER
        )

        def sent(place: str, **told: object) -> str:
            place = f"{HERE}{place}?{ARREARS}"
            return text(desk.post(place, fields(desk.get(place)) | told, follow=True))

        asked = {
            "kind": "1",
            "staff_number": "A0001",
            "position": "収納課 主事",
            "valid_from": "R8.7.1",
            "valid_through": "R9.3.31",
        }
        assert "証票を交付しました" in sent("new/", **asked)
        assert "同じ種類の証票をまだ持っています" in sent("new/", **asked)
        assert "三年を超えるものは交付できません" in sent("new/", **asked | {"kind": "2", "valid_through": "R12.3.31"})
        assert "財産調査ごとに交付します" in sent("new/", **asked | {"kind": "3"})
        assert "証票を交付しました" in sent("new/", **asked | {"kind": "3", "investigation_id": plan})
        card, permit = ("".join(texts(desk.post(f"{HERE}{each}/print/?{ARREARS}").content)) for each in (1, 2))
        for part in (
            "徴税吏員証",
            "第1号",
            "山本昇",
            "収納課主事",
            "令和8年7月1日から令和9年3月31日まで",
            "写真",
            "架空市長架空太郎",
        ):
            assert part in card, part
        for part in ("捜索許可書", "佐藤花子", "架空市岩渕1丁目7-29", "国税徴収法第142条", f"財産調査の番号{plan}"):
            assert part in permit, part
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
        assert "岩渕" not in "".join(texts(desk.post(f"{HERE}2/print/?{ARREARS}").content))
        assert "いつ、どこで失い" in sent("1/end/", end="2", on="R8.8.1")
        assert "記録しました" in sent("1/end/", end="2", on="R8.8.1", note="電車内で紛失し、警察に届け出た")
        assert "証票を交付しました" in sent("new/", **asked)
        register = "".join(texts(desk.post(f"{HERE}sheet/?{ARREARS}").content))
        for part in ("徴税吏員の証票の交付簿", "紛失", "警察に届け出た", "交付中"):
            assert part in register, part
        assert "紛失" in text(desk.get(f"{HERE}?every=1&{ARREARS}"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")

    def call(*words: str) -> str:
        answer = CliRunner().invoke(app, list(words))
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    issue = ("issue", "2", "A0001", "収納課 主事", "--from", "R8.7.1", "--through", "R9.3.31", "--as-of", "R8.7.1")
    assert "証票番号 4" in call(*issue)
    call("print", "4", str(tmp_path / "card.pdf"))
    call("end", "4", "--end", "1", "--on", "R9.3.31")
    call("register", str(tmp_path / "register.pdf"))
    assert "交付中" in call("list", "--as-of", "R8.7.1")
    assert fetch_all("SELECT count(*) FROM egress_record") == [(6,)]


def test_no_sql_issues_twice_or_forgets_an_end(city: str) -> None:
    hire("A1", "山本 昇", "collection_chief")
    asked = Issuance(Kind.IDENTITY, "A1", "主事", date(2026, 7, 1), date(2027, 3, 31))
    with pytest.raises(PeriodUnlawful):
        issue_credential(asked, as_of=date(2026, 7, 2), officer=OFFICER)
    issue_credential(asked, as_of=date(2026, 7, 1), officer=OFFICER)
    for statement in (
        "INSERT INTO officer_credential (kind, staff_number, name, position, valid_from, valid_through, issued_on, issued_by) SELECT kind, "
        "staff_number, name, position, valid_from, valid_through, issued_on, issued_by FROM officer_credential",
        "UPDATE officer_credential SET ended_on = '2026-08-01'",
        "UPDATE officer_credential SET \"end\" = '2', ended_by = 'x', ended_on = '2026-08-01'",
        "DELETE FROM officer_credential",
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)
