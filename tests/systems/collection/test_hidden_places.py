"""非干渉。支援措置の対象者の住所だけが違う二つの町で、滞納整理の章のすべての文書が、一バイトも違わない。

Two towns that differ in nothing but where a protected person lives. Every letter of the chapters of arrears, to whomever it goes (bank,
employer, insurer, mortgagee, co-owner, court, registry, office, holder, herself at her safe address), is printed in both and compared
byte by byte. The kinds of letters are taken from the register: a new one without a case here fails.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.db import connections, transaction

from osame.collection.assets.actions import Holder, open_investigation, send_inquiries
from osame.collection.assets.models import AssetInterest, CompetingEnforcement, ThirdParty
from osame.collection.assets.registering import Interest, add_interest
from osame.collection.assets.searching import Whose, record_search
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions import claims
from osame.collection.dispositions.claims import GivenClaim
from osame.collection.dispositions.collecting import (
    Money,
    call_to_perform,
    collect,
    propose_distribution,
    record_service,
)
from osame.collection.dispositions.keeping import Possession, order_delivery, take_possession
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.dispositions.releasing import ReleaseJudgement, release
from osame.collection.dispositions.seizing import RequestTerms, propose_request
from osame.collection.dispositions.wages import PaidWages
from osame.collection.grace.actions import Application, apply_grace
from osame.collection.grace.deciding import Decision as GraceDecision
from osame.collection.grace.deciding import Judgement as GraceJudgement
from osame.collection.grace.deciding import propose_decision as propose_grace
from osame.collection.letters.kinds import kinds
from osame.collection.letters.printing import common_content, letters_out
from osame.collection.letters.runs import run_facts
from osame.collection.reminders.actions import Order, remind
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.selection import Terms
from osame.law.arrears_facts import AssetKind
from osame.law.grace import GraceGround
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all, run_sql
from osame.platform.letters.engine import Letter, compile_letters
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.seizure_cast import BORN, DAY, as_officer, asset_of, carried, party_of
from tests.systems.collection.suspension_cast import decided, investigated, today
from tests.systems.collection.test_demand_destinations import mail
from tests.systems.collection.test_dispositions import PUBLISHED, wages_of
from tests.systems.collection.test_seizure_runs import movable, searched, seized

PAY = wages_of(PUBLISHED["pub-078"]["inputs"], PUBLISHED["pub-078"]["inputs"]["dependants"])
PLACES = ("架空市秘密町1番地", "架空市隠谷99番地の9")
CHAPTERS = ("dispositions", "assets", "suspensions", "writeoffs", "grace", "reminders")
ELSEWHERE = {"R-073", "R-075", "R-102", "R-103"}
"""ここで作らない様式。猶予の不許可・取消しと担保の解除（R-073・R-075）、公売の通知と債権現在額申立ての催告（R-102・R-103）。"""
Kind = ThirdParty.Kind


@pytest.fixture
def town(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """支援措置の対象者の佐藤は、三つの期別を滞納し、安全な送付先を持つ。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, *(determination(SATO, term, 500_000, due_on=date(2025, 6, 30)) for term in (1, 2, 3)))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    run_sql("UPDATE addressee SET born_on = %s, protection_measure = true WHERE addressee_number = %s", [BORN, SATO])
    run_sql("DELETE FROM addressee_mailing WHERE addressee_number = %s", [SATO])
    mail(SATO, "架空市安全町7番8号", is_safe=True)


@pytest.mark.usefixtures("town")
def test_no_letter_of_arrears_depends_on_where_a_protected_person_lives() -> None:
    counters = fetch_all("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences")
    worlds = []
    for place in PLACES:
        with transaction.atomic():
            run_sql("UPDATE addressee SET address = %s WHERE addressee_number = %s", [place, SATO])
            _live(place)
            worlds.append(dict(_letters()))
            transaction.set_rollback(True)
        _rewind(counters)
    assert worlds[0].keys() == worlds[1].keys()
    assert [key for key in worlds[0] if worlds[0][key] != worlds[1][key]] == []
    told = {form for form, *_ in worlds[0]}
    ours = {form for form, kind in kinds().items() if kind.source.split("/")[1] in CHAPTERS}
    assert ours - told == ELSEWHERE
    for pdf in worlds[0].values():
        shown = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
        assert not any(hidden in "".join(shown.split()) for hidden in ("秘密町", "隠谷"))


def _rewind(counters: list[tuple[str, int | None]]) -> None:
    """連番を、始まりに戻す。二つの町の番号を同じにする。"""
    with connections["owner"].cursor() as cursor:
        for name, value in counters:
            cursor.execute("SELECT setval(%s::regclass, coalesce(%s, 1), %s)", [name, value, value is not None])


def _letters() -> Iterator[tuple[tuple[str, int, int], bytes]]:
    """作られたすべての文書を、刷るとおりに組む。"""
    for (run,) in fetch_all("SELECT run_id FROM letter_run WHERE issued_on >= %s ORDER BY run_id", [DAY]):
        facts = run_facts(run)
        for out in letters_out(run):
            letter = out.letter
            assert isinstance(letter, Letter), letter
            pdf = compile_letters(facts.template, common_content(facts, ""), [letter])
            yield (facts.kind.form, run, letter.letter_number), pdf


def _live(place: str) -> None:
    """催告、照会、捜索、差押えから配当・解除まで、猶予、執行停止。すべての文書を作る。"""
    day = today()
    for kind in (
        ReminderRun.Kind.GENERAL,
        ReminderRun.Kind.SEIZURE_WARNING,
        ReminderRun.Kind.FINAL,
        ReminderRun.Kind.VISIT_REQUEST,
    ):
        remind(Order(kind, Terms(), DAY + timedelta(days=14), [SATO]), as_of=DAY, officer=OFFICER)
    holder = Holder("佐藤 花子", "サトウ ハナコ", BORN, "0", place)
    plan = (SATO, open_investigation(SATO, [AssetKind.WAGE], reason="滞納", review_on=None, as_of=DAY, officer=OFFICER))
    parties = [party_of(kind, f"照会先{kind.value}") for kind in Kind]
    send_inquiries(plan, parties, reply_by=date(2026, 12, 28), as_of=DAY, officer=OFFICER)
    record_search(
        plan, searched(whose=Whose.HOLDER, searched_name="倉庫 太郎", place="架空市倉庫町1"), as_of=DAY, officer=OFFICER
    )
    wage = seized(asset_of(kind=AssetKind.WAGE, amount=300_000, holder=holder), wages=PaidWages(PAY))
    record_service(wage, SeizureService(third_party_served_on=day), officer=OFFICER)
    collect(wage, Money(10_000, day, "勤務先"), as_of=day, officer=OFFICER)
    call_to_perform(wage, by=date(2027, 2, 1), as_of=date(2027, 1, 4), officer=OFFICER)
    claims.correct_record(wage, "scope", "給料等の一部", reason="誤記", as_of=day, officer=OFFICER)
    release(wage, ReleaseJudgement("試験", is_third_partys=True), as_of=day, officer=OFFICER)
    _land(holder, day)
    watch = movable(holder)
    order_delivery(watch, party_of(Kind.CUSTOMER, "架空倉庫"), by=date(2026, 3, 20), as_of=DAY, officer=OFFICER)
    key = seized(watch, perform_by=None)
    take_possession(key, Possession(day, "架空市倉庫町1", "倉庫 太郎", is_left=True), as_of=day, officer=OFFICER)
    with as_officer(OFFICER):
        carried(
            propose_request(
                RequestTerms(SATO, "競売", party_of(Kind.COURT, "裁判所"), "(ケ)第3号", (charge_of(SATO),)), as_of=DAY
            )
        )
    release(dispositions_of(SATO)[0].key, ReleaseJudgement("取下げ", is_unlawful=True), as_of=day, officer=OFFICER)
    release(key, ReleaseJudgement("終わり", is_third_partys=True), as_of=day, officer=OFFICER)
    _stop()


def _land(holder: Holder, day: date) -> None:
    """抵当権者と共有者のいる土地。差し押さえ、請求に答え、配当し、別の土地には参加する。"""
    land = asset_of(kind=AssetKind.REAL_ESTATE, amount=5_000_000, prior_claims=1_000_000, holder=holder)
    bank, sharer = party_of(Kind.CREDITOR, "架空信用金庫"), party_of(Kind.CREDITOR, "共有 次郎")
    add_interest(land, Interest(AssetInterest.Kind.MORTGAGE, bank, 1_000_000, date(2020, 4, 1), 1), officer=OFFICER)
    add_interest(land, Interest(AssetInterest.Kind.CO_OWNERSHIP, sharer, 0, None, 2), officer=OFFICER)
    registry = party_of(Kind.REGISTRY, "法務局")
    key = seized(land, perform_by=None, registry_id=registry)
    record_service(key, SeizureService(taxpayer_served_on=day), officer=OFFICER)
    number = claims.receive_claim(key, GivenClaim(claims.Kind.OWNERSHIP, sharer, day, "持分がある"), officer=OFFICER)
    claims.decide_claim(key, number, is_accepted=False, reason="登記がない", as_of=day, officer=OFFICER)
    court = party_of(Kind.COURT, "執行裁判所")
    given = claims.GivenEnforcement(CompetingEnforcement.Kind.PROVISIONAL, court, "(ヨ)第1号", date(2026, 1, 5))
    claims.record_enforcement(land, given, officer=OFFICER)
    collect(key, Money(1_500_000, day, "買受人"), as_of=day, officer=OFFICER)
    with as_officer(OFFICER):
        carried(propose_distribution(key, reason="計算のとおり", as_of=day))
    release(key, ReleaseJudgement("試験", is_third_partys=True), as_of=day, officer=OFFICER)
    other = asset_of(kind=AssetKind.REAL_ESTATE, amount=4_000_000, holder=holder, is_seized_by_other=True)
    office = party_of(Kind.OFFICE, "税務署")
    with as_officer(OFFICER):
        terms = RequestTerms(SATO, "先の差押え", office, "第5号", (charge_of(SATO, 2),), other, registry_id=registry)
        carried(propose_request(terms, as_of=DAY))
    release(dispositions_of(SATO)[0].key, ReleaseJudgement("試験", is_third_partys=True), as_of=day, officer=OFFICER)


def _stop() -> None:
    """猶予と執行停止。"""
    period = (DAY, date(2027, 3, 1))
    facts = Application(
        addressee_number=SATO, ground=GraceGround.ILLNESS, charges=(charge_of(SATO, 2),), period=period,
        circumstances="入院", applied_on=DAY, instalments=((date(2026, 3, 31), 500_000),),
    )  # fmt: skip
    with as_officer(OFFICER):
        key = (SATO, apply_grace(facts, as_of=DAY, officer=OFFICER))
        number = propose_grace(key, GraceDecision.GRANT, GraceJudgement("申請のとおり"), as_of=DAY)
    carried(number)
    decided(investigated(SATO, (charge_of(SATO, 3),)))
