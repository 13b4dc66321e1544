"""返戻。同じ紙は一度だけ、調べなければ公示できず、送達の日と差押えの日は法のとおりに動く。"""

from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, transaction

from osame.collection.demands.actions import record_dispatch
from osame.collection.demands.batch import run_demands
from osame.collection.payment_slips.planning import ReasonNeeded
from osame.collection.returns import actions, publishing
from osame.collection.returns.actions import Delivery
from osame.collection.returns.letters_sent import PaperUnknown
from osame.collection.returns.models import ReturnedLetter, ServicePublication, ServiceRecord, WhereaboutsInquiry
from osame.collection.returns.queries import effect_of, returned_letter, sending_book, services_of
from osame.law.serving import presumed_served_on
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.letters.batches import PrintedOtherwise
from tests.letters.paper import texts
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, set_value
from tests.systems.collection.slip_cast import issue
from tests.systems.collection.test_letters import draft as letter_draft
from tests.systems.collection.test_letters import sent as letters_sent
from tests.systems.conftest import server

Cause, Kind, Outcome = ReturnedLetter.Cause, WhereaboutsInquiry.Kind, WhereaboutsInquiry.Outcome
Ground, Method = ServicePublication.Ground, ServiceRecord.Method
SENT, BACK, LATER = date(2025, 7, 22), date(2025, 7, 25), date(2025, 7, 28)
OTHER = "鈴木"


@pytest.fixture
def letter(city: str, tmp_path: Path) -> tuple[int, int]:
    """佐藤への督促状（7月22日に差し出した）。"""
    levy(tmp_path, determination(SATO), determination(TANAKA))
    run_id = run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id
    record_dispatch(run_id, dispatched_on=SENT, officer=OFFICER)
    (number,) = fetch_one("SELECT letter_number FROM demand WHERE addressee_number = %s", [SATO])
    return run_id, int(number)


def came_back(letter: tuple[int, int], on: date = BACK) -> int:
    return actions.register_return(letter, Cause.MOVED, returned_on=on, as_of=on, officer=OFFICER)


def looked_for(return_id: int, outcome: WhereaboutsInquiry.Outcome = Outcome.UNKNOWN) -> int:
    number = actions.open_inquiry(return_id, Kind.RESIDENT_RECORD, "架空市戸籍住民課", asked_on=BACK, officer=OFFICER)
    actions.answer_inquiry(number, outcome, "職権消除。転出先なし", answered_on=LATER, officer=OFFICER)
    return number


def drafted(return_id: int, ground: ServicePublication.Ground = Ground.WHEREABOUTS_UNKNOWN) -> int:
    return actions.draft_publication(
        return_id, ground, reason="住民票・現地とも不明", kept_at="架空市収納推進課", as_of=LATER, officer=OFFICER
    )


def seizable(addressee: str = SATO) -> date | None:
    return fetch_one("SELECT seizable_from FROM demand WHERE addressee_number = %s", [addressee])[0]


def stopped() -> int:
    return int(fetch_one("SELECT count(*) FROM demand_stop WHERE released_on IS NULL AND reason = '06'")[0])


def test_a_return_takes_service_away_and_the_same_paper_comes_back_once(letter):
    assert seizable() == date(2025, 8, 2)
    number = came_back(letter)
    found = returned_letter(number)
    assert (found.name, found.document_name, found.attempt) == ("佐藤 花子", "督促状", 1)
    assert (seizable(), seizable(TANAKA), stopped()) == (None, date(2025, 8, 2), 1)
    assert effect_of(found, as_of=LATER).service.on is None
    with pytest.raises(actions.AlreadyReturned, match=str(number)):
        came_back(letter, LATER)
    with pytest.raises(PaperUnknown):
        came_back((letter[0], 99))
    lines = {each.addressee_number: each for each in sending_book(first=SENT, last=SENT)}
    assert (lines[SATO].presumed_on, lines[SATO].returned_on) == (None, BACK)
    assert lines[TANAKA].presumed_on == date(2025, 7, 24)


def test_sent_again_it_counts_from_the_new_day_and_can_come_back_again(letter):
    first = came_back(letter)
    with pytest.raises(actions.DayTooEarly):
        actions.resend(first, resent_on=SENT, officer=OFFICER)
    actions.resend(first, resent_on=LATER, officer=OFFICER)
    assert (seizable(), stopped()) == (date(2025, 8, 8), 0)
    effect = effect_of(returned_letter(first), as_of=LATER)
    assert (effect.service.on, effect.paid_by) == (date(2025, 7, 30), date(2025, 8, 7))
    second = came_back(letter, date(2025, 8, 4))
    assert (returned_letter(second).attempt, seizable(), stopped()) == (2, None, 1)
    with pytest.raises(actions.ReturnSettled):
        actions.resend(first, resent_on=LATER, officer=OFFICER)
    actions.close_return(second, note="来庁して納付", as_of=date(2025, 8, 5), officer=OFFICER)
    assert stopped() == 0


def test_nobody_is_published_without_being_looked_for(letter):
    number = came_back(letter)
    with pytest.raises(actions.NotInvestigated):
        drafted(number)
    asked = actions.open_inquiry(number, Kind.ON_SITE, "現地（職員2人）", asked_on=BACK, officer=OFFICER)
    looked_for(number)
    with pytest.raises(actions.NotInvestigated):  # 答えのない調査が残る
        drafted(number)
    actions.answer_inquiry(asked, Outcome.UNKNOWN, "表札なし、ガス閉栓", answered_on=LATER, officer=OFFICER)
    with pytest.raises(actions.InquiryAnswered):
        actions.answer_inquiry(asked, Outcome.FOUND, "x", answered_on=LATER, officer=OFFICER)
    with pytest.raises(actions.NotInvestigated):
        drafted(number, Ground.ABROAD)
    notice = drafted(number)
    with pytest.raises(actions.SamePerson):
        actions.post_publication(notice, posted_on=date(2025, 8, 1), officer=OFFICER)
    actions.cancel_publication(notice, reason="書類名の誤り", officer=OFFICER)
    found = looked_for(number, Outcome.FOUND)
    assert found
    with pytest.raises(actions.NotInvestigated):  # 送付先が分かれば、公示しない
        drafted(number)


def test_the_database_takes_no_uninvestigated_publication(letter, city):
    number = came_back(letter)
    row = (
        "INSERT INTO service_publication (addressee_number, publication_id, return_id, ground, name, document_name, kept_at, "
        "reason, state, drafted_on, drafted_by, posted_by, cancel_reason) "
        "VALUES (%s, 1, %s, '1', 'x', 'x', 'x', 'x', '1', now(), 'x', '', '')"
    )
    with pytest.raises(DatabaseError, match="所在調査の記録がない"), transaction.atomic():
        run_sql(row, [SATO, number])
    looked_for(number)
    notice = drafted(number)
    with server(city) as hostile:
        hostile.execute("SELECT set_config('osame.purpose', 'statutory', false)")
        with pytest.raises(psycopg.errors.CheckViolation, match="publication_posted_by_another"):
            hostile.execute(
                "UPDATE service_publication SET state = '2', posted_on = now(), served_on = now(), posted_by = %s",
                [OFFICER],
            )
        with pytest.raises(psycopg.Error, match="書き換えられません"):
            hostile.execute("UPDATE service_publication SET name = 'y' WHERE publication_id = %s", [notice])
        with pytest.raises(psycopg.Error, match="書き換えられません"):
            hostile.execute("UPDATE whereabouts_inquiry SET reply = 'y'")


def test_publication_serves_on_the_eighth_day(letter):
    """8月1日に掲示を始めれば、7日を経過して 8月8日に送達、発した日から起算して10日の翌日から 8月12日に差し押さえられる。"""
    number = came_back(letter)
    looked_for(number)
    notice = drafted(number)
    assert actions.post_publication(notice, posted_on=date(2025, 8, 1), officer=OTHER) == date(2025, 8, 8)
    assert (seizable(), stopped()) == (date(2025, 8, 12), 0)
    effect = effect_of(returned_letter(number), as_of=date(2025, 8, 10))
    assert (effect.service.on, effect.service.basis) == (date(2025, 8, 8), ("地方税法第20条の2第3項",))
    assert effect.prescription == date(2030, 8, 11)
    with pytest.raises(actions.TakenDownTooEarly):
        actions.take_down(notice, taken_down_on=date(2025, 8, 7), officer=OTHER)
    actions.take_down(notice, taken_down_on=date(2025, 8, 8), officer=OTHER)
    for again in (
        lambda: actions.post_publication(notice, posted_on=LATER, officer=OTHER),
        lambda: actions.cancel_publication(notice, reason="x", officer=OTHER),
    ):
        with pytest.raises(actions.PublicationSettled):
            again()


def test_the_board_shows_the_name_and_the_document_and_nothing_else(letter, monkeypatch):
    number = came_back(letter)
    looked_for(number)
    notice = drafted(number)
    (page,) = texts(publishing.printed_publication(notice))
    for told in ("佐藤花子", "督促状", "架空市収納推進課", "地方税法第20条の2第1項"):
        assert told in page
    for hidden in ("岩渕", "5160037", "50,000", SATO):
        assert hidden not in page
    monkeypatch.setattr(publishing, "format_wareki", lambda _: "50,000円")
    actions.post_publication(notice, posted_on=LATER, officer=OTHER)
    with pytest.raises(PrintedOtherwise, match="載せてはならない"):
        publishing.printed_publication(notice)


def test_other_ways_of_service_are_recorded_whole(letter):
    number = came_back(letter)
    for wrong in (
        Delivery(Method.SPECIAL, LATER, "架空市架空2-2"),
        Delivery(Method.SUBSTITUTE, LATER, "架空市架空2-2"),
        Delivery(Method.LEFT, LATER, "架空市架空2-2"),
    ):
        with pytest.raises(actions.TextMissing):
            actions.record_service(letter, wrong, officer=OFFICER)
    told = Delivery(Method.SUBSTITUTE, LATER, "架空市架空2-2", received_by="同居の夫")
    actions.record_service(letter, told, officer=OFFICER)
    assert services_of(*letter)[0].received_by == "同居の夫"
    assert (returned_letter(number).stage, seizable(), stopped()) == ("4", date(2025, 8, 8), 0)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run_sql("UPDATE service_record SET note = 'x'")


def test_every_letter_of_the_register_can_come_back(letter):
    """督促状でない文書も、同じ番号で登録できる。"""
    run_sql(
        "INSERT INTO letter_run (run_id, form, issued_on, document_number, officer, requested, generated, held, apart, pulled) "
        "VALUES (900, 'R-006', %s, '収納第900号', 'x', 1, 0, 0, 0, 0)",
        [SENT],
    )
    run_sql(
        "INSERT INTO letter (run_id, letter_number, addressee_number, subject, tax_item, receiver_number, agent_kind, postal_code, "
        "address, address_detail, to_name, honorific, care_of, shared, protected, context, marks, pages, state, reason, generated) "
        "VALUES (900, 1, %s, '', '', %s, '', '5160037', '架空市', '', '佐藤 花子', '様', '', false, false, '{}', '{}', 1, '1', '', "
        "false)",
        [SATO, SATO],
    )
    number = came_back((900, 1))
    assert returned_letter(number).document_name != "督促状"
    assert fetch_all("SELECT returned_on FROM demand WHERE returned_on IS NOT NULL") == []
    actions.resend(number, resent_on=LATER, officer=OFFICER)
    assert effect_of(returned_letter(number), as_of=LATER).seizable_from is None


def test_mail_to_an_address_that_returns_it_is_not_sent_again_by_the_bundle(
    letter: tuple[int, int], tmp_path: Path
) -> None:
    def bundled(*people: str) -> dict[str, str]:
        run = letters_sent(*(letter_draft(who) for who in people))
        return dict(fetch_all("SELECT addressee_number, reason FROM letter WHERE run_id = %s", [run]))

    number = came_back(letter)
    assert {who: reason[:3] for who, reason in bundled(SATO, TANAKA).items()} == {SATO: "返戻中", TANAKA: ""}
    assert bundled(SATO) == {SATO: ""}  # 窓口で渡す一通は作れる
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106")
    with pytest.raises(ReasonNeeded, match="送った文書が戻り"):
        issue(charge_of(SATO))
    assert issue(charge_of(SATO), reason="窓口で手渡す").slip.cautions[0].startswith("送った文書が戻り")
    run_sql("UPDATE addressee SET address = '架空市新町1番地' WHERE addressee_number = %s", [SATO])
    assert bundled(SATO, TANAKA) == {SATO: "", TANAKA: ""}  # 戻った住所ではない
    run_sql("UPDATE addressee SET address = '架空市岩渕1丁目7-29' WHERE addressee_number = %s", [SATO])
    actions.resend(number, resent_on=LATER, officer=OFFICER)
    assert bundled(SATO, TANAKA) == {SATO: "", TANAKA: ""}


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (date(2026, 7, 15), date(2026, 7, 17)),
        (date(2026, 7, 16), date(2026, 7, 21)),  # 土日と海の日を除く
        (date(2026, 12, 28), date(2026, 12, 30)),
    ],
)
def test_ordinary_mail_is_presumed_to_arrive_on_a_day_of_delivery(sent, arrives):
    assert presumed_served_on(sent) == arrives
