"""名寄せ。誤って束ねないこと、束ねても何も変えないこと、解けば跡形もなく戻ること。"""

import hashlib
from contextlib import contextmanager
from datetime import date

import psycopg
import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from osame.addressee.consolidation import actions, queries
from osame.addressee.consolidation.batch import find_candidates
from osame.addressee.consolidation.rule import ENOUGH, Attribute, Doubt, is_same
from osame.addressee.people import actions as people
from osame.addressee.people import recording
from osame.addressee.people.recording import RESIDENT_REGISTER
from osame.addressee.search.queries import Criteria, find
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_all, run_sql
from osame.platform.gate import Acting, acting
from tests.systems.addressee.city_cast import built, settle
from tests.systems.addressee.people_cast import clerk, register
from tests.systems.conftest import server


@pytest.fixture(autouse=True)
def at_work(addressee_database):
    with clerk():
        yield


@contextmanager
def officer(name):
    with acting(Acting(name, "addressee.consolidation.decide", "名寄せ")):
        yield


def approved(proposal):
    """起案から執行まで。起案・照査・決裁は、別の職員が行う。"""
    with officer("sato"):
        check(proposal)
    with officer("suzuki"):
        decide(proposal)
    execute(proposal)


def shown():
    """信じている事実と、検索・配信に見えるもの。"""
    digest = hashlib.sha256()
    for statement in (
        "SELECT v::text FROM addressee_version v ORDER BY version_id",
        "SELECT c::text FROM addressee_change c ORDER BY change_id",
        "SELECT a::text FROM addressee a ORDER BY addressee_number",
    ):
        for (row,) in fetch_all(statement):
            digest.update(row.encode())
    digest.update(repr(find(Criteria(kana="イセ"), as_of=date(2026, 4, 1))).encode())
    numbers = [number for (number,) in fetch_all("SELECT addressee_number FROM addressee ORDER BY 1")]
    for number in numbers[:50]:
        digest.update(repr((number, queries.representative_of(number), queries.group_of(number))).encode())
    return digest.hexdigest()


def test_nobody_is_linked_wrongly_in_a_city_of_traps(monkeypatch):
    """検査5: 同姓同名同生年月日300組、双子、入れ替わり。誤った自動の名寄せは0、確かめ待ちは人の2%まで。"""
    monkeypatch.setattr(recording, "announce", lambda numbers: None)  # 検索の索引は、ここでは要らない
    city = built(12_000)
    settle(city)
    found = find_candidates()
    linked = {
        frozenset(row) for row in fetch_all("SELECT addressee_number, representative_number FROM consolidation_link")
    }
    assert linked - city.same == set()
    assert len(linked) >= 84  # 双子の一人60と、四情報のそろう24は束ねる
    assert found.waiting * 100 <= found.people * 2
    waiting = {frozenset((each.addressee_number, each.representative_number)) for each in queries.waiting(1000)}
    assert city.same - linked <= waiting  # 束ねなかった同じ人は、職員が確かめる
    assert find_candidates().linked == 0


def test_name_and_birthday_alone_are_never_enough():
    assert not any(enough <= {Attribute.NAME, Attribute.BIRTH, Attribute.SEX} for enough in ENOUGH)
    for enough in ENOUGH:
        assert is_same(enough, frozenset())
        assert not any(is_same(enough, frozenset({doubt})) for doubt in Doubt)


def test_linking_and_undoing_gives_back_every_byte():
    for number in ("1001", "1002", "1003"):
        register(number, name=f"伊勢　{number}")
    before = shown()
    first = actions.propose_link("1001", "1002", reason="窓口で確認")
    approved(first)
    second = actions.propose_link("1002", "1003", reason="窓口で確認")
    approved(second)
    assert queries.representative_of("1001") == "1003"
    assert queries.group_of("1002") == ("1001", "1002", "1003")
    approved(actions.propose_unlink("1002", reason="別人"))
    assert queries.representative_of("1001") == "1002"
    approved(actions.propose_unlink("1001", reason="別人"))
    assert shown() == before
    assert [link.ended for link in queries.links_of("1002")] == [True, True]


def test_an_automatic_link_is_undone_and_not_made_again():
    for number, kind, source in (("1001", "1", RESIDENT_REGISTER), ("7001", "2", "031")):
        register(number, kind, source=source, standing="1" if kind == "1" else "2")
    assert find_candidates().linked == 1
    assert queries.representative_of("7001") == "1001"
    approved(actions.propose_unlink("7001", reason="別人と判明"))
    assert find_candidates().linked == 0
    assert queries.waiting() == ()


def test_a_link_by_hand_needs_a_decision():
    register("1001")
    register("1002", name="別名")
    proposal = actions.propose_link("1001", "1002", reason="確認")
    with pytest.raises(actions.DecisionIsMissing):
        actions.carry_out({"act": "link", "member": "1001", "representative": "1002"})
    with pytest.raises(IntegrityError, match="起案"), transaction.atomic():
        fetch_all(
            "INSERT INTO consolidation_link (addressee_number, representative_number, kind, evidence, proposal_id, "
            "linked_by) VALUES ('1001', '1002', '2', '', %s, 'x') RETURNING 1",
            [proposal],
        )


def test_no_circle_no_second_representative_no_mixing():
    for number in ("1001", "1002", "1003"):
        register(number, name=f"伊勢　{number}")
    register("3001", "3", name="株式会社納め", born_on=None)
    approved(actions.propose_link("1001", "1002", reason="確認"))
    approved(actions.propose_link("1002", "1003", reason="確認"))
    with pytest.raises(actions.CircularLink):
        actions.propose_link("1003", "1001", reason="確認")
    with pytest.raises(actions.AlreadyLinked):
        actions.propose_link("1001", "1003", reason="確認")
    with pytest.raises(actions.KindsDoNotMix):
        actions.propose_link("1003", "3001", reason="確認")
    with pytest.raises(IntegrityError, match="環"), transaction.atomic():
        fetch_all(
            "INSERT INTO consolidation_link (addressee_number, representative_number, kind, evidence, linked_by) "
            "VALUES ('1003', '1001', '1', '', 'x') RETURNING 1"
        )


def test_a_representative_hands_over_before_it_is_closed():
    for number in ("1001", "1002", "1003"):
        register(number, name=f"伊勢　{number}")
    for member in ("1001", "1002"):
        approved(actions.propose_link(member, "1003", reason="確認"))
    with pytest.raises(IntegrityError, match="代表を替えて"), transaction.atomic():
        people.close("1003", closed_on=date(2026, 4, 1), reason="消除")
    group = ("1001", "1002", "1003")
    approved(actions.propose_hand_over("1003", "1001", reason="代表の転出"))
    assert {queries.representative_of(number) for number in group} == {"1001"}
    approved(actions.propose_unlink("1003", reason="交替の誤り"))
    assert {queries.representative_of(number) for number in group} == {"1003"}
    approved(actions.propose_hand_over("1003", "1001", reason="代表の廃止", closes_on=date(2026, 4, 1)))
    assert {queries.representative_of(number) for number in group} == {"1001"}
    undo = actions.propose_unlink("1003", reason="交替の誤り")
    with pytest.raises(actions.RepresentativeIsClosed), transaction.atomic():
        approved(undo)


def test_who_was_told_apart_is_not_asked_about_again():
    register("1001", "1", source=RESIDENT_REGISTER, standing="1")
    register("7001", town="別の町")
    find_candidates()
    (candidate,) = queries.waiting()
    assert candidate.evidence == "性別・氏名・生年月日"
    actions.dismiss(candidate.candidate_id)
    find_candidates()
    assert queries.waiting() == ()
    with pytest.raises(actions.UnknownCandidate):
        actions.dismiss(candidate.candidate_id)


def test_corporations_are_one_by_number_and_name():
    for number, name in (("3001", "株式会社納め"), ("3002", "株式会社納め"), ("3003", "納め商店")):
        register(number, "3", name=name, born_on=None, sex="0", corporate_number="1000020122335", standing="6")
    found = find_candidates()
    assert (found.linked, found.waiting) == (1, 2)
    assert queries.representative_of("3002") == "3001"


def test_links_are_never_deleted_or_rewritten(addressee_database):
    for kind, number, source in (("1", "1001", RESIDENT_REGISTER), ("2", "7001", "031")):
        register(number, kind, source=source, standing="1" if kind == "1" else "2")
    find_candidates()
    with pytest.raises(IntegrityError, match="一度だけ解けます"), transaction.atomic():
        run_sql("UPDATE consolidation_link SET representative_number = '9'")
    with server(addressee_database) as admin:
        for table in ("consolidation_link", "identity_candidate"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                admin.execute(f"DELETE FROM {table}")
