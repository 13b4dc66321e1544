"""督促状を、誰の、どこへ送るか。宛名管理と同じ規則で、写しから選ぶ。"""

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pypdf import PdfReader

from osame.addressee.feed.queries import page_after, publish
from osame.addressee.feed.subscribers import named
from osame.addressee.mailing.models import MailingAddress
from osame.addressee.mailing.queries import mailing_address_for
from osame.collection.addressees.following import apply
from osame.collection.addressees.queries import list_destinations
from osame.collection.demands.batch import run_demands
from osame.collection.demands.letters import print_demand_letters
from osame.collection.demands.lists import exclusion_list
from osame.collection.demands.models import DemandExclusion
from osame.collection.demands.selection import DOCUMENT
from osame.platform import gate
from osame.platform.database import copy_rows, fetch_all, run_sql
from tests.journeys.protected_towns import TODAY, _person, officer, place
from tests.systems.addressee.protection_cast import protect_her
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, move_in
from tests.systems.conftest import fresh

AGENT, HEIR, DEAD = (f"{number:015d}" for number in (51, 52, 53))
SINCE = date(2025, 1, 1)
TAX_ITEMS = ("01", "03", "06")


def mail(number: str, address: str, **changes: Any) -> None:
    """写しの送付先を一つ加える。"""
    facts: dict[str, Any] = {
        "addressee_number": number, "tax_item": "", "document": "", "priority": 5, "is_safe": False, "name": "",
        "postal_code": "5150001", "address": address, "address_detail": "", "valid_from": SINCE, "valid_until": None,
    } | changes  # fmt: skip
    names = ", ".join(facts)
    run_sql(
        f"INSERT INTO addressee_mailing (line_number, {names}) SELECT (SELECT count(*) FROM addressee_mailing "
        f"WHERE addressee_number = %s), {', '.join(['%s'] * len(facts))}",
        [number, *facts.values()],
    )


def appoint(number: str, agent: str, kind: str = "01", **changes: Any) -> None:
    """写しの代理人を一人加える。"""
    facts: dict[str, Any] = {
        "addressee_number": number, "kind": kind, "tax_item": "", "agent_number": agent, "title": "",
        "valid_from": SINCE, "valid_until": None,
    } | changes  # fmt: skip
    names = ", ".join(facts)
    run_sql(
        f"INSERT INTO addressee_agent (line_number, {names}) SELECT (SELECT count(*) FROM addressee_agent "
        f"WHERE addressee_number = %s), {', '.join(['%s'] * len(facts))}",
        [number, *facts.values()],
    )


def change(number: str, what: str) -> None:
    run_sql(f"UPDATE addressee SET {what} WHERE addressee_number = %s", [number])


def demanded() -> dict[str, tuple[str, str, str]]:
    """督促して、宛名番号ごとの（受け取る者、住所、代理人の種別）。"""
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    return {row[0]: row[1:] for row in fetch_all(
        "SELECT addressee_number, receiver_number, address, agent_kind FROM demand_destination"
    )}  # fmt: skip


def left_out() -> dict[str, str]:
    return dict(fetch_all("SELECT addressee_number, reason FROM demand_exclusion"))


def pages(directory: Path) -> str:
    found = [page for path in sorted(directory.glob("*.pdf")) for page in PdfReader(path).pages]
    return "\n".join("".join(page.extract_text().split()) for page in found)


def _random_rows(number: str, draw: random.Random) -> None:
    for at in range(draw.randint(0, 6)):
        start = TODAY + timedelta(days=draw.choice((-400, -30, 0, 20)))
        MailingAddress.objects.create(
            addressee_number=number, tax_item=draw.choice(("", "", "03")), document=draw.choice(("", "", "R-050", "R-1")),
            priority=draw.choice((1, 5, 5)), is_safe=draw.random() < 0.3, municipality_name="松阪市", town="殿町",
            block=f"{at}-{number[-2:]}", building=draw.choice(("", "桜荘")), postal_code="5150001", reason="届出",
            valid_from=start, valid_until=draw.choice((None, start + timedelta(days=100))), content_key=str(at),
            officer="a", needs_approval=(waits := draw.random() < 0.3), approver="b" if waits and draw.random() < 0.5 else "",
        )  # fmt: skip


def test_the_copy_answers_as_the_addressee_system_does() -> None:
    """税目・書類・期間・優先・承認・支援措置。乱数の二十四人について、写しから選んだ先が、宛名管理の答えと同じ。"""
    draw = random.Random(7)
    people = [f"{number:015d}" for number in range(7001, 7025)]
    expected = {}
    with fresh("addressee"), officer():
        for number in people:
            _person(number, "伊勢　花子", "イセ　ハナコ", place("5160037", "242039", "三重県", "伊勢市", "岩渕", "1-7"))
            _random_rows(number, draw)
        for number in people[::3]:
            protect_her(addressee_number=number)
        for number in people:
            for tax_item in TAX_ITEMS:
                to = mailing_address_for(number, tax_item=tax_item, document=DOCUMENT, on=TODAY)
                where = (
                    to.mailing.address + to.mailing.building if to.mailing else "" if to.held else "三重県伊勢市岩渕1-7"
                )
                expected[number, tax_item] = where
        page = page_after(named("collection"), 0, limit=100, published=publish(as_of=TODAY), as_of=TODAY)
    with fresh("collection"), gate.acting(gate.Acting("試験", "collection.test.run", "statutory")):
        with transaction.atomic():
            apply(page)
            run_sql("CREATE TEMP TABLE wanted (addressee_number text, tax_item text) ON COMMIT DROP")
            copy_rows("wanted", ("addressee_number", "tax_item"), expected.keys())
            list_destinations("wanted", document=DOCUMENT, on=TODAY)
            told = fetch_all(
                "SELECT addressee_number, tax_item, address || address_detail, protected AND NOT is_safe FROM destination"
            )
    assert {(row[0], row[1]): "" if row[3] else row[2] for row in told} == expected
    assert len(set(expected.values())) >= 10


def test_each_tax_item_goes_where_it_was_asked_to_go(city: str, tmp_path: Path) -> None:
    """期間の切れた送付先は使わない。税目ごとの送付先があれば、その税目だけ別の一通になる。"""
    mail(SATO, "旧い送付先1", valid_until=date(2025, 7, 18))
    change(SATO, "mailing_address = '旧い送付先1', mailing_postal_code = '5150001'")
    mail(TANAKA, "税目の送付先2", tax_item="01")
    mail(KAKU, "書類の送付先3", document=DOCUMENT)
    mail(KAKU, "先の送付先4", priority=1)
    mail(SUZUKI, "これからの送付先5", valid_from=date(2025, 7, 19))
    levy(
        tmp_path, *(determination(who) for who in (SATO, TANAKA, KAKU, SUZUKI)), determination(TANAKA, 2, tax_item="01")
    )
    assert run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).letters == 5
    told = fetch_all(
        "SELECT addressee_number, tax_item, s.address FROM demand d JOIN charge USING (charge_id, addressee_number) "
        "JOIN demand_destination s USING (run_id, letter_number, addressee_number)"
    )
    home = "架空市岩渕1丁目7-29"
    assert sorted(told) == [
        (SATO, "06", home),
        (TANAKA, "01", "税目の送付先2"),
        (TANAKA, "06", home),
        (KAKU, "06", "書類の送付先3"),
        (SUZUKI, "06", home),
    ]


def test_the_law_sends_the_letter_to_an_agent(city: str, tmp_path: Path) -> None:
    """納税管理人と、死亡した人の相続人代表者。弁護士、期間の切れた者、死亡した者、相手方には送らない。"""
    move_in(AGENT, name="山川　管理", address="架空市代理町1", address_detail="")
    move_in(HEIR, name="相続　代表", address="架空市代理町2")
    move_in(DEAD, name="故人　一", died_on=date(2025, 5, 1))
    mail(AGENT, "代理人の事務所9", tax_item="")
    appoint(SATO, AGENT)
    appoint(DEAD, HEIR, "04")
    appoint(TANAKA, AGENT, "06")
    appoint(KAKU, AGENT, valid_until=ISSUED)
    appoint(SUZUKI, AGENT)
    change(SUZUKI, f"protected_from = ARRAY['{AGENT}']")
    levy(tmp_path, *(determination(who) for who in (SATO, TANAKA, KAKU, SUZUKI, DEAD)))
    told = demanded()
    assert told[SATO] == (AGENT, "代理人の事務所9", "01")
    assert told[DEAD] == (HEIR, "架空市代理町2", "04")
    assert [told[who][0] for who in (TANAKA, KAKU, SUZUKI)] == [TANAKA, KAKU, SUZUKI]


def test_the_letter_names_the_agent_and_for_whom(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """窓には代理人の氏名と、誰の分か。刷り直しは、写しが変わった後も、初めに決めた先を示す。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    move_in(AGENT, name="山川　管理", address="架空市代理町1")
    appoint(SATO, AGENT)
    mail(TANAKA, "架空市送付町8", name="田中　気付")
    levy(tmp_path, determination(SATO), determination(TANAKA))
    demanded()
    first = pages(print_demand_letters(1).directory)
    assert "架空市代理町1（佐藤花子分）山川管理様" in first
    assert "架空市送付町8（" in first
    assert "田中気付様" in first
    run_sql("DELETE FROM addressee_mailing")
    change(AGENT, "address = '架空市新居町3'")
    again = print_demand_letters(1, reason="汚損")
    assert not again.replayed
    assert "架空市代理町1（佐藤花子分）山川管理様" in pages(again.directory)
    assert "架空市送付町8" in pages(again.directory)


def test_a_dead_agent_is_no_agent(city: str, tmp_path: Path) -> None:
    move_in(AGENT, died_on=date(2025, 2, 1))
    move_in(DEAD, died_on=date(2025, 5, 1))
    appoint(SATO, AGENT)
    appoint(DEAD, AGENT, "04")
    levy(tmp_path, determination(SATO), determination(DEAD))
    assert demanded()[SATO][0] == SATO
    assert left_out() == {DEAD: DemandExclusion.Reason.DECEASED}


def test_nobody_withheld_is_put_on_a_letter(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """他業務参照不可。本人も、代理人も、督促の後でそうなった人も、刷らない。理由は職員が動けるもの。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    move_in(AGENT, name="", address="", withheld=True)
    appoint(TANAKA, AGENT)
    change(SATO, "withheld = true, name = '', address = '', postal_code = ''")
    levy(tmp_path, *(determination(who) for who in (SATO, TANAKA, KAKU, SUZUKI)))
    assert set(demanded()) == {KAKU, SUZUKI}
    assert left_out() == {SATO: DemandExclusion.Reason.WITHHELD, TANAKA: DemandExclusion.Reason.WITHHELD}
    assert "所管課に送付先を確かめる" in exclusion_list(1).decode()
    change(KAKU, "withheld = true, name = '', address = ''")
    result = print_demand_letters(1)
    assert [(each.addressee_number, each.reason[:8]) for each in result.held] == [(KAKU, "他業務参照不可（")]
