"""本人の請求。持つすべてが表の定義から見つかり、第三者と守られた居場所は伏せられ、決めるのは別の職員である。"""

import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from osame.kernel.dates import format_wareki
from osame.platform.approvals.actions import SamePerson, check, execute, reject
from osame.platform.approvals.models import Proposal
from osame.platform.database import fetch_all, run_sql
from osame.platform.egress.authority import CopyNeedsReason
from osame.platform.egress.models import EgressRecord
from osame.platform.gate import Acting, acting
from osame.platform.privacy import deciding, refusals, requests
from osame.platform.privacy.held import Asked, held, inventory
from osame.platform.privacy.models import PrivacyMeasure, PrivacyRequest
from osame.platform.privacy.paper import decision_paper
from osame.platform.privacy.requests import Intake
from osame.platform.suppression.facts import MARKER
from osame.platform.suppression.hidden_values import HiddenValueShown
from tests.journeys.typist import Typist
from tests.systems.collection.cast import AS_OF, SATO, SUZUKI, TANAKA, determination, write_determinations
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.refund_cast import approve

DAY = date(2025, 11, 4)
REQUESTER = PrivacyRequest.Requester
OUTCOME = PrivacyRequest.Outcome


@pytest.fixture
def osame(city: str, tmp_path: Path) -> Typist:
    """The terminal of the city; 佐藤 has a charge, an agent and a look by an officer."""
    from osame.cli import build_app

    typist = Typist(build_app())
    typist.take("determinations", write_determinations(tmp_path / "d.csv", determination(SATO), determination(TANAKA)))
    run_sql(
        "INSERT INTO addressee_agent (addressee_number, line_number, agent_number, kind, tax_item, title, valid_from, valid_until) "
        "VALUES (%s, 1, %s, '2', '', '', '2020-01-01', NULL)",
        [SATO, TANAKA],
    )
    with acting(Acting("A0009", "collection.inquiry.show", "statutory", department="collection", terminal="10.0.0.1")):
        typist.ok("charge", "list", SATO)
    return typist


def asked(number: str = SATO, **changes: object) -> int:
    facts: dict[str, object] = {
        "kind": "1", "addressee_number": number, "requester": REQUESTER.SELF, "requester_name": "佐藤 花子",
        "proof": "01", "scope": "私について持つすべて", "requested_on": DAY,
    }  # fmt: skip
    return requests.receive(Intake(**{**facts, **changes}), as_of=DAY)  # type: ignore[arg-type]


def tables(number: int) -> set[str]:
    return {each.table_name for each in requests.items_of(number)}


def pages(paper: bytes) -> str:
    return "".join("".join(each.extract_text().split()) for each in PdfReader(BytesIO(paper)).pages)


def test_whatever_names_a_person_is_in_the_inventory(osame: Typist) -> None:
    """Every table that names an addressee by any column is found, by the schema alone; a table made now is found now."""
    named = fetch_all(
        "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND column_name IN ('addressee_number', 'unified_addressee_number', 'agent_number', 'protected_from') "
        "AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')"
    )
    listed = {each.name for each in inventory()}
    assert {name for (name,) in named} - listed == set()
    assert len(listed) > 100
    assert {"audit_event", "egress_record", "proposal", "charge", "addressee"} <= listed


def test_everything_held_is_gathered_and_third_parties_are_masked(osame: Typist) -> None:
    number = asked()
    assert requests.gather(number) == len(requests.items_of(number))
    assert {"addressee", "charge", "addressee_agent", "audit_event"} <= tables(number)
    found = {each.table.name: each for each in held(Asked(SATO, PrivacyRequest.NumberKind.ADDRESSEE))}
    (agent,) = found["addressee_agent"].rows
    assert TANAKA not in "".join(agent)
    assert MARKER in agent
    assert SATO in agent
    # 田中の側からは、佐藤の行に名があることだけが分かり、佐藤のことは何も分からない
    other = {each.table.name: each for each in held(Asked(TANAKA, PrivacyRequest.NumberKind.ADDRESSEE))}[
        "addressee_agent"
    ]
    assert set(other.rows[0]) <= {MARKER, TANAKA, ""}
    with pytest.raises(refusals.NothingHeld):
        requests.gather(asked("9" * 15))


def test_a_decision_takes_other_eyes_and_is_printed_as_decided(osame: Typist, tmp_path: Path) -> None:
    number = asked()
    with pytest.raises(refusals.OnlyDecidedIsPrinted):
        decision_paper(number, on=DAY)
    requests.gather(number)
    with pytest.raises(refusals.OutcomeDisagrees):
        deciding.propose_decision(number, OUTCOME.WHOLE)
    requests.judge(number, "addressee_agent", withheld_ground="第三者に関する情報（法第78条第1項第2号）")
    proposal = deciding.propose_decision(number, OUTCOME.PART, reason="第三者に関する情報を除く（法第78条第1項第2号）")
    with pytest.raises(SamePerson):
        check(proposal)
    approve(proposal)
    row = requests.one(number)
    assert (row.state, row.outcome) == (PrivacyRequest.State.DECIDED, OUTCOME.PART)
    told = pages(decision_paper(number, on=DAY))
    for expected in (
        "佐藤花子様",
        "一部に応じる",
        "架空太郎",
        "開示しない項目と理由",
        "期別調定",
        "行政不服審査法第18条第1項",
    ):
        assert expected in told, expected
    assert "代理人の宛名番号" not in told.partition("開示する保有個人情報")[2]
    assert re.search("この方の情報を開いた記録（[1-9]", told)
    assert "田中" not in told
    osame.ok("privacy", "print", number, "--out", tmp_path / "paper.pdf")
    made = EgressRecord.objects.get(kind="letter")
    assert (made.receiver, made.subjects, requests.one(number).egress_serial) == ("本人", [SATO], made.serial)
    with pytest.raises(IntegrityError), transaction.atomic():
        PrivacyRequest.objects.filter(pk=number).update(proposal_id=None)


def test_a_protected_place_never_stands_on_the_paper(osame: Typist) -> None:
    """Another protected person's place written into a free field stops the paper; an agent never opens the person's own."""
    place = "架空市秘密町9丁目9-99"
    run_sql("UPDATE addressee SET protection_measure = true, address = %s WHERE addressee_number = %s", [place, SUZUKI])
    run_sql("UPDATE addressee SET household_head_name = %s WHERE addressee_number = %s", [place, SATO])
    number = asked()
    requests.gather(number)
    requests.judge(number, "addressee", opened=["household_head_name"])
    approve(deciding.propose_decision(number, OUTCOME.PART, reason="第三者に関する情報を除く"))
    with pytest.raises(HiddenValueShown):
        decision_paper(number, on=DAY)
    with pytest.raises(refusals.AgentNeedsAuthority):
        asked(SUZUKI, requester=REQUESTER.AGENT)
    agent = asked(SUZUKI, requester=REQUESTER.AGENT, authority_paper="委任状")
    requests.gather(agent)
    with pytest.raises(refusals.PlaceOfProtectedPerson):
        requests.judge(agent, "addressee", opened=["address"])
    found = {each.table.name: each for each in held(requests.asked_of(requests.one(agent)))}
    assert place not in "".join("".join(row) for row in found["addressee"].rows)
    with pytest.raises(refusals.ColumnUnknown):
        requests.judge(agent, "addressee", opened=["addressee_number"])


def test_terms_extension_and_amendment(osame: Typist) -> None:
    number = asked()
    assert requests.one(number).due_on == date(2025, 12, 4)
    assert requests.amend(number, days=3) == date(2025, 12, 7)
    assert requests.extend(number, reason="対象が多い", as_of=DAY) == date(2026, 1, 6)
    with pytest.raises(refusals.AlreadyExtended):
        requests.extend(number, reason="まだ多い", as_of=DAY)
    late = asked()
    with pytest.raises(refusals.TooLateToExtend):
        requests.extend(late, reason="忘れた", as_of=date(2025, 12, 5))
    with pytest.raises(refusals.AskedTooLate):
        asked(kind="2", disclosed_on=date(2025, 8, 1))
    with pytest.raises(refusals.ReceivedInTheFuture):
        asked(requested_on=date(2025, 11, 5))


def test_correction_and_suspension_leave_what_was_done(osame: Typist) -> None:
    number = asked(kind="2", scope="方書の誤り", disclosed_on=DAY)
    with pytest.raises(refusals.NotAtThatStage):
        requests.measure(number, PrivacyMeasure.Kind.CORRECTED, target="方書", detail="", done_on=DAY)
    rejected = deciding.propose_decision(number, OUTCOME.WHOLE)
    with acting(Acting("B0001", "floor.approvals.withdraw", "statutory")):
        reject(rejected, reason="根拠を添えて")
    deciding.reopen(number)
    approve(deciding.propose_decision(number, OUTCOME.WHOLE))
    with pytest.raises(refusals.MeasureDoesNotFit):
        requests.measure(number, PrivacyMeasure.Kind.STOPPED, target="送付先", detail="", done_on=DAY)
    requests.measure(number, PrivacyMeasure.Kind.CORRECTED, target="方書", detail="201号室を202号室に", done_on=DAY)
    requests.measure(number, PrivacyMeasure.Kind.RECEIVER_TOLD, target="方書", detail="機構に通知", done_on=DAY)
    told = pages(decision_paper(number, on=DAY))
    assert "201号室を202号室に" in told
    assert "保有個人情報の訂正に関する決定通知書" in told
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        run_sql("UPDATE privacy_measure SET detail = ''")
    refused = asked(kind="3", scope="滞納の記録を使うな", disclosed_on=DAY)
    approve(deciding.propose_decision(refused, OUTCOME.REFUSED, reason="徴収の事務の遂行に支障（法第100条ただし書）"))
    assert "応じない" in pages(decision_paper(refused, on=DAY))


def test_a_decision_that_was_executed_is_not_executed_again(osame: Typist) -> None:
    number = asked()
    requests.gather(number)
    proposal = deciding.propose_decision(number, OUTCOME.PART, reason="第三者に関する情報を除く")
    approve(proposal)
    with pytest.raises(Exception, match="段階"):
        execute(proposal)
    with pytest.raises(refusals.NotAtThatStage):
        requests.withdraw(number, reason="やめる")
    assert Proposal.objects.get(pk=proposal).state == Proposal.State.EXECUTED


def test_the_counter_takes_a_request_to_the_paper(osame: Typist, monkeypatch: pytest.MonkeyPatch) -> None:
    """受付 → 抽出 → 見分け → 起案 → 決裁 → 書面, at the pages; a second copy needs a reason; who looked is recorded."""
    with pages_on("2025-11-04", monkeypatch):
        chief = officer_at_desk("B0009", "受付 係長", "collection_chief")
        form = chief.get("/privacy/new/")
        sent = fields(form) | {
            "kind": "1", "number_kind": "1", "addressee_number": "1", "requester": "1", "requester_name": "佐藤 花子",
            "proof": "02", "requested_on": "R7.11.4", "scope": "持つすべて",
        }  # fmt: skip
        again = chief.post("/privacy/new/", sent)
        assert again.status_code == 422  # 見比べていない
        made = chief.post("/privacy/new/", sent | {"again": "on"})
        here = made.headers["Location"]
        number = int(here.strip("/").rpartition("/")[2])
        assert format_wareki(date(2025, 12, 4)) in text(chief.get(here))
        assert chief.post(f"{here}gather/", fields(chief.get(f"{here}gather/"))).headers["Location"] == here
        judged = chief.get(f"{here}items/addressee_agent/")
        assert MARKER in text(judged)
        reason = {"withheld_ground": "第三者に関する情報（法第78条第1項第2号）"}
        chief.post(f"{here}items/addressee_agent/", fields(judged) | reason)
        decision = chief.get(f"{here}decide/")
        whole = chief.post(f"{here}decide/", fields(decision) | {"outcome": "1"})
        assert "見分けが合いません" in text(whole)
        chief.post(f"{here}decide/", fields(chief.get(f"{here}decide/")) | {"outcome": "2", "reason": "第三者を除く"})
        approve(int(requests.one(number).proposal_id or 0))
        assert "一部に応じる" in text(chief.get(here))
        paper = chief.post(f"{here}paper/")
        assert paper.headers["Content-Disposition"].startswith("attachment")
        assert "もう一度渡す理由" in text(chief.get(here))
        second = chief.post(f"{here}paper/")
        assert CopyNeedsReason.__doc__
        assert second.status_code == 409
        assert "第1号" in text(chief.get("/privacy/?all=1"))
        clerk = officer_at_desk("C0009", "課税 職員", "assessment")
        assert clerk.get(here).status_code == 403
    looks = fetch_all(
        "SELECT officer FROM audit_event WHERE act = '開示等請求の項目を見た' AND %s = ANY(subjects)", [SATO]
    )
    assert ("B0009",) in looks


def test_the_terminal_goes_the_same_way(osame: Typist, tmp_path: Path) -> None:
    osame.refused("privacy", "receive", "1", "--kind", "開示請求", "--name", "父", "--scope", "子の分", "--proof", "旅券",
                  "--requester", "法定代理人")  # fmt: skip
    said = osame.ok(
        "privacy", "receive", "1", "--kind", "開示請求", "--name", "佐藤 花子", "--scope", "すべて", "--proof", "旅券"
    )
    number = re.search(r"開示等請求番号 (\d+)", said)[1]  # type: ignore[index]
    assert {"charge", "addressee"} <= {each["table"] for each in osame.json("privacy", "gather", number)}
    osame.ok("privacy", "judge", number, "addressee_agent", "--withhold", "第三者に関する情報")
    said = osame.ok("privacy", "propose", number, "--outcome", "一部に応じる", "--reason", "第三者を除く")
    approve(int(re.search(r"起案番号 (\d+)", said)[1]))  # type: ignore[index]
    osame.ok("privacy", "print", number, "--out", tmp_path / "p.pdf")
    osame.refused("privacy", "print", number, "--out", tmp_path / "p.pdf")
    (row,) = osame.json("privacy", "list", "--all")
    assert row["state"] == "実施済"
    assert AS_OF
