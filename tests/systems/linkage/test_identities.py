"""付番、紐付け、4情報、番号の変更、保留、削除、移行、変換。"""

import io
from dataclasses import replace

import pytest
from django.db import connection

from osame.contracts.linkage import ConversionQuestion, SearchQuestion
from osame.contracts.sealed import SealDoesNotOpen, linkage_key, seal_number
from osame.linkage.calling import Caller
from osame.linkage.identities import actions, numbering, queries, relinking
from osame.linkage.identities.importing import COLUMNS, load_existing, read_rows
from osame.linkage.identities.models import NumberingRequest
from osame.linkage.identities.relinking import Decision
from osame.linkage.identities.requests import NumberInOrder, OrderUnreadable, SameRequestOtherContent
from osame.linkage.legal_basis.queries import AffairOfAnother, BasisNotLive, NoLegalBasis, PurposeOutsideBasis
from osame.platform import gate
from osame.platform.approvals import actions as approvals
from osame.platform.approvals.actions import SamePerson
from tests.systems.conftest import server
from tests.systems.linkage.cast import (
    ADDRESSEE,
    FACTS,
    TODAY,
    facts,
    fetch_all,
    fetch_one,
    in_one,
    number,
    officer,
    order,
    some_number,
)  # fmt: skip

Outcome = NumberingRequest.Outcome
ONE, TWO, THREE = some_number(1), some_number(2), some_number(3)


def believed(person: str) -> tuple:
    return fetch_one(
        "SELECT name, address FROM identity_fact WHERE unified_addressee_number = %s AND superseded_at IS NULL",
        [person],
    )


def search(typed: str) -> tuple[str, bool]:
    from base64 import b64encode

    sealed = seal_number(typed, subject="q", sender="addressee", key=linkage_key(), request="q")
    answer = actions.search(SearchQuestion("q", "local_tax", b64encode(sealed).decode()), ADDRESSEE)
    return answer.unified_addressee_number, answer.former


def basis():
    return ADDRESSEE.basis("local_tax")


# ── 付番 ──


def test_a_new_number_gets_a_new_identity_and_a_known_one_is_linked(vault):
    first = number(ONE)
    again = number(ONE, addressee="000000000000102", business="014", standing="2")
    other = number(TWO, addressee="000000000000103", facts=facts(3))
    assert (first.outcome, again.outcome, other.outcome) == (Outcome.NUMBERED, Outcome.LINKED, Outcome.NUMBERED)
    assert first.unified_addressee_number == again.unified_addressee_number != other.unified_addressee_number
    assert len(first.unified_addressee_number) == 15
    assert search(ONE) == (first.unified_addressee_number, False)
    assert search(THREE) == ("", False)
    assert numbering.gaps() == []


def test_two_addressees_of_one_person_in_one_business_are_told(vault):
    number(ONE)
    twice = number(ONE, addressee="000000000000109")
    assert twice.duplicate
    (found,) = queries.duplicates()
    assert found.addressee_numbers == ("000000000000101", "000000000000109")


def test_the_same_order_answers_the_same_and_other_content_is_refused(vault):
    told = order(ONE)
    assert actions.number(told, ADDRESSEE) == actions.number(told, ADDRESSEE)
    assert fetch_one("SELECT count(*) FROM numbering_request") == (1,)
    with pytest.raises(SameRequestOtherContent):
        actions.number(replace(told, standing="3"), ADDRESSEE)


def test_an_order_without_a_number_waits_for_it(vault):
    assert number(None).outcome == Outcome.WITHOUT_NUMBER
    assert [each.outcome for each in queries.open_requests()] == ["個人番号待ち"]
    assert number(ONE).outcome == Outcome.NUMBERED
    assert queries.open_requests() == []


def test_numbers_avoid_those_that_were_migrated(vault):
    taken = [numbering.number_of(serial) for serial in (1, 2, 4)]
    rows = "\n".join(
        f"{person},{some_number(50 + n)},001,,{500 + n},1,移行 {n}子,架空市{n},1,1970-01-01"
        for n, person in enumerate(taken)
    )
    loaded = load_existing(read_rows(io.StringIO(",".join(COLUMNS) + "\n" + rows)), ADDRESSEE, affair="local_tax")
    assert (loaded.migrated, loaded.errors) == (3, ())
    given = [number(some_number(n), addressee=str(n), facts=facts(n)).unified_addressee_number for n in (1, 2, 3)]
    assert given == [numbering.number_of(serial) for serial in (3, 5, 6)]
    assert numbering.gaps() == []


def test_a_refused_order_leaves_no_gap(vault):
    with pytest.raises(SealDoesNotOpen):
        actions.number(replace(order(ONE), addressee_number="000000000000999"), ADDRESSEE)
    assert number(ONE).unified_addressee_number == numbering.number_of(1)


@pytest.mark.parametrize(
    "wrong",
    [{"addressee_number": ONE}, {"addressee_number": "x"}, {"business_id": "0001"}, {"standing": "9"}, {"request_number": ONE},
     {"facts": replace(FACTS, name=f"花子 {ONE}")}, {"facts": replace(FACTS, sex="3")}, {"facts": replace(FACTS, name=" ")}],
    ids=str,
)  # fmt: skip
def test_an_unreadable_order_is_refused_and_not_repeated(vault, wrong):
    with pytest.raises((OrderUnreadable, NumberInOrder)) as refused:
        actions.number(replace(order(TWO), **wrong), ADDRESSEE)
    assert ONE not in str(refused.value)
    assert fetch_one("SELECT count(*) FROM numbering_request") == (0,)


# ── 4情報と統合宛名フラグ ──


def test_only_the_resident_register_changes_a_resident(vault):
    person = number(ONE).unified_addressee_number
    number(ONE, addressee="000000000000201", business="014", standing="1")
    moved = replace(FACTS, address="架空市新町9")
    actions.update(order(addressee="000000000000201", business="014", standing="1", facts=moved), ADDRESSEE)
    assert believed(person) == (FACTS.name, FACTS.address)
    actions.update(order(addressee="000000000000201", business="014", standing="2", facts=moved), ADDRESSEE)
    assert believed(person) == (FACTS.name, FACTS.address)  # 住民記録では、まだ住登者
    actions.update(order(standing="1", facts=moved), ADDRESSEE)
    assert believed(person)[1] == "架空市新町9"
    flags = fetch_all("SELECT business_id, is_unified FROM identity_link ORDER BY 1")
    assert flags == [("001", True), ("014", False)]
    assert [row.address for row in in_one(queries.history_of, person)] == ["架空市新町9", FACTS.address]


def test_another_business_speaks_for_a_non_resident(vault):
    person = number(ONE, business="014", standing="2").unified_addressee_number
    moved = replace(FACTS, address="となり町1")
    assert actions.update(order(business="014", standing="2", facts=moved), ADDRESSEE).outcome == Outcome.UPDATED
    assert believed(person)[1] == "となり町1"
    assert fetch_all("SELECT is_unified FROM identity_link") == [(True,)]


def test_an_update_of_nobody_is_refused(vault):
    with pytest.raises(actions.NotLinked):
        actions.update(order(), ADDRESSEE)


# ── 別の人の番号（INC-08） ──

FAMILY = [replace(FACTS, name="架空 太郎", sex="1", born_on=facts(9).born_on), replace(FACTS, sex="1"),
          replace(FACTS, born_on=facts(9).born_on), replace(FACTS, address="どこか1"), replace(FACTS, name="架空 華子"),
          replace(FACTS, sex="0"), replace(FACTS, born_on=None)]  # fmt: skip


@pytest.mark.parametrize("stranger", FAMILY, ids=str)
def test_a_number_of_somebody_else_is_held_for_people(vault, stranger):
    person = number(ONE).unified_addressee_number
    answer = number(ONE, addressee="000000000000300", facts=stranger)
    assert answer.outcome == Outcome.FACTS_DIFFER
    assert fetch_one("SELECT count(*) FROM identity_link") == (1,)
    (held,) = queries.open_requests()
    assert held.matching_facts < 4
    assert held.unified_addressee_number == person


def test_an_earlier_address_is_no_difference_nor_is_its_spelling(vault):
    number(ONE)
    actions.update(order(facts=replace(FACTS, address="架空市新町9")), ADDRESSEE)
    spelled = replace(FACTS, name="架空\u3000花子", address="架空市本町\uff11\u2212\uff12\u2212\uff13")
    assert number(ONE, addressee="000000000000301", business="014", facts=spelled).outcome == Outcome.LINKED


def decided(request_id: str, decision: Decision, officers: str = "甲乙丙丁") -> object:
    with officer(officers[0]):
        proposal = relinking.propose_relinking(request_id, decision, reason="窓口で本人と確かめた")
    with officer(officers[1]):
        approvals.check(proposal)
    with officer(officers[2]):
        approvals.decide(proposal)
    with officer(officers[3]):
        return approvals.execute(proposal)


def test_four_eyes_link_what_was_held(vault):
    person = number(ONE).unified_addressee_number
    number(ONE, addressee="000000000000300", facts=FAMILY[4])
    held = queries.open_requests()[0].request_id
    with pytest.raises(SamePerson):
        decided(held, Decision.LINK, "甲甲丙丁")
    with pytest.raises(relinking.DecisionDoesNotFit):
        decided(held, Decision.CORRECT)
    assert decided(held, Decision.LINK) == person
    assert queries.open_requests() == []
    assert fetch_one("SELECT envelope FROM numbering_request WHERE request_id = %s", [held]) == (None,)
    with pytest.raises(relinking.NotHeld):
        decided(held, Decision.LINK)


def test_a_wrong_number_is_corrected_by_four_eyes_and_then_free(vault):
    person = number(ONE).unified_addressee_number  # 家族の番号を付けてしまった
    assert number(TWO).outcome == Outcome.NUMBER_DIFFERS
    assert search(TWO) == ("", False)
    assert decided(queries.open_requests()[0].request_id, Decision.CORRECT) == person
    assert (search(ONE), search(TWO)) == (("", False), (person, False))
    assert number(ONE, addressee="000000000000777", facts=facts(7)).outcome == Outcome.NUMBERED


def test_an_addressee_moves_to_the_person_of_its_number(vault):
    wrong = number(ONE).unified_addressee_number
    right = number(TWO, addressee="000000000000555", business="014", facts=facts(5)).unified_addressee_number
    assert number(TWO).outcome == Outcome.NUMBER_DIFFERS
    assert decided(queries.open_requests()[0].request_id, Decision.CORRECT) == right
    assert in_one(actions.current_link, order()).unified_addressee_number == right != wrong


def test_a_held_order_can_be_declined(vault):
    number(ONE)
    number(ONE, addressee="000000000000300", facts=FAMILY[0])
    held = queries.open_requests()[0].request_id
    with pytest.raises(relinking.DecliningNeedsReason):
        relinking.decline(held, reason=f"番号 {ONE}")
    relinking.decline(held, reason="書類の誤り")
    assert queries.open_requests() == []
    assert fetch_all("SELECT outcome, envelope FROM numbering_request WHERE outcome = '8'") == [("8", None)]


# ── 番号の変更 ──


def test_a_changed_number_keeps_the_identity(vault):
    person = number(ONE).unified_addressee_number
    assert actions.change_number(order(TWO), ADDRESSEE).outcome == Outcome.CHANGED
    assert (search(TWO), search(ONE)) == ((person, False), (person, True))
    assert actions.change_number(order(TWO), ADDRESSEE).outcome == Outcome.CHANGED  # もう変わっている
    kinds = fetch_all("SELECT kind FROM number_change ORDER BY change_id")
    assert kinds == [("1",), ("2",)]
    held = number(ONE, addressee="000000000000600", facts=facts(6))  # 前の番号は、ほかの人に付かない
    assert held.outcome == Outcome.FACTS_DIFFER


def test_a_changed_number_of_somebody_else_is_held(vault):
    number(ONE)
    number(TWO, addressee="000000000000102", facts=facts(2))
    assert actions.change_number(order(TWO), ADDRESSEE).outcome == Outcome.NUMBER_DIFFERS
    assert actions.change_number(order(THREE, facts=facts(9)), ADDRESSEE).outcome == Outcome.FACTS_DIFFER


# ── 削除と再登録 ──


def test_a_deleted_person_comes_back_under_a_new_number(vault):
    person = number(ONE).unified_addressee_number
    actions.delete(person, ADDRESSEE, affair="local_tax", reason="誤って作った")
    assert search(ONE) == ("", False)
    with pytest.raises(queries.UnknownIdentity):
        actions.delete(person, ADDRESSEE, affair="local_tax", reason="二度目")
    with server(vault) as admin:
        assert admin.execute("SELECT count(*) FROM stored_number").fetchone() == (0,)
        assert admin.execute("SELECT count(*) FROM number_index").fetchone() == (0,)
    again = number(ONE)
    assert again.outcome == Outcome.NUMBERED
    assert again.unified_addressee_number != person
    assert queries.identity(person, basis()).deleted
    notices = fetch_all("SELECT unified_addressee_number, kind FROM gateway_notice ORDER BY notice_id")
    assert notices == [(person, "1"), (person, "2"), (again.unified_addressee_number, "1")]


def test_a_deleted_identity_cannot_be_revived(vault):
    person = number(ONE).unified_addressee_number
    actions.delete(person, ADDRESSEE, affair="local_tax", reason="誤って作った")
    with pytest.raises(Exception, match="削除した団体内統合宛名"):
        fetch_all("UPDATE unified_identity SET state = '1' RETURNING 1")


# ── 根拠のない事務（PIA-021、PIA-055、PIA-029） ──


def test_an_affair_without_a_live_basis_does_nothing(vault):
    for affair, refusal in (
        ("child_support", NoLegalBasis),
        ("information_network", AffairOfAnother),
        ("", NoLegalBasis),
    ):
        for act in (actions.number, actions.update, actions.change_number):
            with pytest.raises(refusal):
                act(order(ONE, affair=affair), ADDRESSEE)
        with pytest.raises(refusal):
            actions.search(SearchQuestion("q", affair, ""), ADDRESSEE)
        with pytest.raises(refusal):
            load_existing([], ADDRESSEE, affair=affair)
        with pytest.raises(refusal):
            actions.delete("8", ADDRESSEE, affair=affair, reason="r")
    with server(vault) as admin:
        admin.execute("UPDATE legal_basis SET valid_until = %s WHERE affair = 'local_tax'", [TODAY])
    with pytest.raises(BasisNotLive):
        number(ONE)
    assert number(ONE, caller=Caller("addressee", TODAY.replace(day=19))).outcome == Outcome.NUMBERED


def test_a_purpose_outside_the_basis_does_nothing(vault):
    with officer("督促係", purpose="demand_issue"), pytest.raises(PurposeOutsideBasis):
        search(ONE)
    with officer("督促係", purpose="demand_issue"), pytest.raises(PurposeOutsideBasis):
        number(ONE)


def test_the_application_cannot_change_the_bases(vault):
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("UPDATE legal_basis SET valid_until = NULL")


# ── 変換と移行 ──


def test_conversion_goes_both_ways_and_lists_what_it_cannot(vault):
    one = number(ONE).unified_addressee_number
    number(ONE, addressee="000000000000102")
    two = number(TWO, addressee="000000000000103", facts=facts(3)).unified_addressee_number
    there = queries.convert(
        ConversionQuestion("local_tax", "001", "000", True, ("000000000000101", "9", "000000000000103")), basis()
    )
    assert [(each.line, each.found) for each in there.converted] == [(1, one), (3, two)]
    assert [each.line for each in there.errors] == [2]
    back = queries.convert(ConversionQuestion("local_tax", "001", "000", False, (two, one, "8")), basis())
    assert [(each.line, each.found) for each in back.converted] == [(1, "000000000000103")]
    assert [(each.line, each.reason[:8]) for each in back.errors] == [(2, "この業務に宛名番"), (3, "団体内統合宛名番")]
    other = queries.convert(ConversionQuestion("local_tax", "014", "000", False, (two,)), basis())
    assert [each.reason for each in other.errors] == ["この業務の宛名番号がありません"]


def test_a_conversion_is_one_statement_however_long(vault):
    number(ONE)
    from django.test.utils import CaptureQueriesContext

    numbers = tuple(f"{n:015d}" for n in range(5_000))
    with CaptureQueriesContext(connection) as seen:
        answer = queries.convert(ConversionQuestion("local_tax", "001", "000", True, numbers), basis())
    assert len(answer.converted) + len(answer.errors) == 5_000
    assert sum("identity_link" in query["sql"] for query in seen) == 1
    with pytest.raises(queries.TooManyAtOnce):
        queries.convert(ConversionQuestion("local_tax", "001", "000", True, ("1",) * 10_001), basis())


def test_existing_data_moves_in_and_bad_rows_are_listed(vault):
    number(THREE, addressee="000000000000900", facts=facts(90))
    lines = [
        ",".join(COLUMNS),
        f"700000000000001,{ONE},001,,1,1,移行 一子,架空市1,1,1970-01-01",
        f",{TWO},001,,2,1,移行 二子,架空市2,2,1971-02-02",
        f",{ONE},014,,3,2,移行 一子,架空市1,1,1970-01-01",
        f",{ONE},014,,4,2,移行 別人,架空市9,2,1990-01-01",
        f",{TWO[:-1]}x,001,,5,1,移行 五子,架空市5,1,1970-01-01",
        f",{THREE},001,,6,1,移行 六子,架空市6,1,1970-01-01",
        f"700000000000001,{some_number(8)},001,,7,1,移行 七子,架空市7,1,1970-01-01",
        f",{some_number(9)},001,,1,1,移行 八子,架空市8,1,1970-01-01",
        "short,row",
        f",{some_number(10)},001,,10,1,移行 十子 {ONE},架空市10,1,",
    ]  # fmt: skip
    loaded = load_existing(read_rows(io.StringIO("\n".join(lines))), ADDRESSEE, affair="local_tax")
    assert (loaded.numbered, loaded.migrated, loaded.linked, loaded.rows) == (1, 1, 1, 10)
    assert [line for line, _ in loaded.errors] == [5, 6, 7, 8, 9, 10, 11]
    assert not any(ONE in reason for _, reason in loaded.errors)
    assert search(ONE) == ("700000000000001", False)
    assert numbering.gaps() == []


def test_without_a_purpose_nobody_is_seen(vault):
    number(ONE)
    assert fetch_one("SELECT count(*) FROM unified_identity") == (1,)
    token = gate._acting.set(None)
    try:
        for table in ("unified_identity", "identity_link", "identity_fact", "numbering_request", "gateway_notice"):
            assert fetch_one(f"SELECT count(*) FROM {table}") == (0,), table
    finally:
        gate._acting.reset(token)
