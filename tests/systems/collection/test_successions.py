"""相続と合併による承継。割合は法から、額は元帳から。だれに、いくらを請求できるかの合計は、いつも残る額である。"""

import os
import random
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.addressees.queries import destinations_of
from osame.collection.arrears.prescribing import ObligationExtinguished
from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import asset_numbered
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.facts import NothingToSeizeFor, case_of
from osame.collection.dispositions.queries import disposition_file, dispositions_of
from osame.collection.dispositions.releasing import ReleaseJudgement, release
from osame.collection.dispositions.seizing import (
    RequestTerms,
    SeizureTerms,
    judge_seizure,
    propose_request,
    propose_seizure,
)
from osame.collection.dispositions.standing_claims import to_dispose_again
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.payment_slips.planning import NothingUnpaid
from osame.collection.successions.actions import (
    Basis,
    CourtAnswer,
    DesignationTooEarly,
    InquiryAnswered,
    NotAnHeir,
    NotCorporate,
    NotDeceased,
    SuccessorIsTheOrigin,
    SuccessorTwice,
    SuccessorUnknown,
    ask_court,
    name_representative,
    open_succession,
    record_court_answer,
    record_successors,
)
from osame.collection.successions.deciding import NothingChanged, judge, propose_decision
from osame.collection.successions.letters import send_form
from osame.collection.successions.models import Succession
from osame.collection.successions.noticing import differing_shares, tell_again
from osame.collection.successions.paying import NotASuccessor, issue_share_slip
from osame.collection.successions.portions import (
    DesignationIncomplete,
    EstateBesideHeirs,
    GivenSuccessor,
    ReceivedNeeded,
    SuccessorOfAnotherKind,
    portion_rows,
    verify_portions,
)
from osame.collection.successions.prescribing import refuse_extinct_share, share_prescriptions
from osame.collection.successions.queries import obligations_of, obligors_of, succession_file
from osame.collection.successions.sharing import shared_charges
from osame.kernel.periods import day_after
from osame.law.conditions import ConditionNotMet
from osame.law.succession import SharesDoNotAddUp
from osame.platform.approvals.actions import SamePerson, check
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice, revision
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, move_in, set_value
from tests.systems.collection.seizure_cast import as_officer as as_seizer
from tests.systems.collection.seizure_cast import asset_of, party_of
from tests.systems.collection.seizure_cast import carried as seized
from tests.systems.collection.succession_cast import (
    CHILD,
    FAMILY,
    KITAMURA,
    OTHER,
    WIFE,
    Answer,
    Kind,
    as_officer,
    decided,
    died,
    family,
    opened,
    parts,
)
from tests.systems.collection.suspension_cast import pay_late, today
from tests.systems.collection.test_letters import texts


@pytest.fixture
def owed(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """佐藤の固定資産税第1期10万1円。佐藤は死亡した。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 100_001))
    family()
    return charge_of(SATO)


def test_shares_follow_the_law_and_lose_no_yen(owed: int) -> None:
    key = opened()
    assert parts(owed) == {}
    assert "承継の決定を執行" in decided(key)
    assert parts(owed) == {TANAKA: (50_001, 0, 50_001), SUZUKI: (25_000, 0, 25_000), KITAMURA: (25_000, 0, 25_000)}
    (shared,) = shared_charges(SATO, on=today(), as_of=today())
    assert sum(each.owed for each in shared.shares) == shared.unpaid > 100_001
    assert [each.kind for each in obligations_of(SUZUKI)] == ["HEIR"]


def test_four_eyes_hold_and_a_cancellation_restores_exactly(owed: int) -> None:
    key = opened()
    with as_officer(OFFICER):
        number = propose_decision(key, "戸籍のとおり", as_of=today())
        with pytest.raises(SamePerson):
            check(number)
    with pytest.raises(DatabaseError, match="決裁された起案がありません"), transaction.atomic():
        run_sql("INSERT INTO succession_decision VALUES (%s, %s, 1, '1', 1, %s, '', %s, '')", [*key, today(), number])
    before = fetch_all("SELECT * FROM succession_portion"), parts(owed)
    decided(key)
    first = fetch_all("SELECT * FROM succession_portion ORDER BY position"), parts(owed)
    with as_officer(OFFICER), pytest.raises(NothingChanged):
        propose_decision(key, "もう一度", as_of=today())
    record_again(key, (WIFE, CHILD), "北村は相続人でなかった")
    decided(key, "調べ直した")
    assert parts(owed) == {TANAKA: (50_001, 0, 50_001), SUZUKI: (50_000, 0, 50_000)}
    decided(key, "変更は誤りだった", cancel=True)
    assert (fetch_all("SELECT * FROM succession_portion ORDER BY position"), parts(owed)) == first
    decided(key, "別人の死亡だった", cancel=True)
    assert (fetch_all("SELECT * FROM succession_portion"), parts(owed)) == before
    assert [each.act.value for each in succession_file(key).decisions] == ["1", "2", "9", "9"]
    papers = fetch_all(
        "SELECT context ->> 'title' FROM letter WHERE subject = %s ORDER BY run_id", [f"succession:{key[1]}"]
    )
    assert list(dict.fromkeys(row[0] for row in papers)) == ["承継通知書", "承継額変更通知書", "承継取消通知書"]


def test_renunciation_limits_and_the_unborn_change_the_shares(owed: int) -> None:
    unborn = GivenSuccessor("胎児", Kind.CHILD, answer=Answer.UNBORN)
    key = opened((WIFE, replace(CHILD, answer=Answer.LIMITED, received=9_000), OTHER, unborn))
    told = judge(succession_file(key), as_of=today())
    assert {each.key for each in told.cautions} == {"asked", "born"}
    decided(key)
    assert {each.limit for each in obligations_of(SUZUKI)} == {9_000}
    record_again(
        key, (replace(WIFE, received=70_000), replace(CHILD, answer=Answer.RENOUNCED), OTHER), "放棄の受理証明"
    )
    decided(key, "放棄")
    assert parts(owed) == {TANAKA: (50_001, 0, 50_001), KITAMURA: (50_000, 0, 50_000)}
    assert {(each.kind, each.limit) for each in obligations_of(TANAKA)} == {("HEIR", 50_001), ("HEIR_EXCESS", 19_999)}
    assert sum(each.limit or 0 for each in obligors_of(owed) if each.kind == "HEIR") == 100_001
    everybody = tuple(replace(each, answer=Answer.RENOUNCED) for each in FAMILY)
    record_again(key, everybody, "全員の放棄")
    assert "割合の合計は0" in judge(succession_file(key), as_of=today()).unmet[0].line
    estate = GivenSuccessor("亡佐藤花子相続財産", Kind.ESTATE, KAKU)
    record_again(key, (*everybody, estate), "相続財産清算人の選任")
    decided(key, "全員の放棄")
    assert [(each.kind, each.limit) for each in obligors_of(owed)] == [("ESTATE", 100_001)]


def test_an_heir_who_died_since_is_followed_by_their_heirs(owed: int) -> None:
    key = opened()
    decided(key)
    died(TANAKA, date(2025, 9, 1))
    second = opened(
        (GivenSuccessor("鈴木 家", Kind.CHILD, SUZUKI), GivenSuccessor("架空", Kind.CHILD, KITAMURA)), TANAKA
    )
    decided(second)
    assert parts(owed) == {SUZUKI: (50_001, 0, 50_001), KITAMURA: (50_000, 0, 50_000)}
    assert fetch_all("SELECT DISTINCT through FROM succession_portion WHERE addressee_number = %s", [SATO]) == [
        ("田中 一郎",)
    ]
    decided(second, "誤り", cancel=True)
    assert parts(owed)[TANAKA] == (50_001, 0, 50_001)
    assert [tuple(row) for row in fetch_all("SELECT * FROM succession_portion ORDER BY position")] == list(
        portion_rows(SATO)
    )


def test_corporations_succeed_or_answer_up_to_a_limit(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(KAKU, 1, 80_000))
    move_in(KITAMURA, kind="3", name="承継株式会社")
    charge, day = charge_of(KAKU), date(2025, 8, 1)
    new = GivenSuccessor("承継株式会社", Kind.SPLIT_OFF, KITAMURA, received=30_000)
    split = opened((new,), KAKU, kind=Succession.Kind.SPLIT, opened_on=day)
    decided(split)
    assert [(each.kind, each.limit) for each in obligors_of(charge)] == [("SPLIT", 30_000)]
    merged = opened(
        (GivenSuccessor("承継株式会社", Kind.MERGED, KITAMURA),), KAKU, kind=Succession.Kind.MERGER, opened_on=day
    )
    decided(merged)
    assert {(each.kind, each.limit) for each in obligors_of(charge)} == {("SPLIT", 30_000), ("MERGED", 80_000)}
    buyer = GivenSuccessor("承継株式会社", Kind.TRANSFEREE, KITAMURA)
    sold = opened((buyer,), KAKU, kind=Succession.Kind.TRANSFER, opened_on=day)
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="地方税法第11条の7"):
        propose_decision(sold, "事業の譲渡", as_of=today())
    with pytest.raises(NotCorporate):
        open_succession(SATO, Succession.Kind.MERGER, "登記", opened_on=day, as_of=today(), officer=OFFICER)


def test_what_the_law_refuses_to_register(owed: int) -> None:
    key = opened()
    given = (replace(WIFE, designated=Fraction(2, 3)), replace(CHILD, designated=Fraction(1, 3)))
    record_again(key, given, "遺言")
    assert [each.share for each in succession_file(key).latest] == [Fraction(2, 3), Fraction(1, 3)]
    for wrong, refusal in (
        ((WIFE, replace(CHILD, designated=Fraction(1, 3))), DesignationIncomplete),
        ((replace(WIFE, designated=Fraction(1, 2)),), SharesDoNotAddUp),
        ((WIFE, GivenSuccessor("相続財産", Kind.ESTATE, KAKU)), EstateBesideHeirs),
        ((WIFE, GivenSuccessor("商会", Kind.MERGED, KAKU)), SuccessorOfAnotherKind),
        ((WIFE, WIFE), SuccessorTwice),
        ((GivenSuccessor("佐藤", Kind.CHILD, SATO),), SuccessorIsTheOrigin),
        ((GivenSuccessor("誰か", Kind.CHILD, "999999999999999"),), SuccessorUnknown),
        ((replace(WIFE, answer=Answer.LIMITED),), ReceivedNeeded),
    ):
        with pytest.raises(refusal):
            record_again(key, wrong, "試し")
    record_again(key, (WIFE, replace(CHILD, successor_number="")), "鈴木の宛名がまだない")
    with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="未登録"):
        propose_decision(key, "戸籍のとおり", as_of=today())
    with pytest.raises(NotDeceased):
        open_succession(SUZUKI, Succession.Kind.INHERITANCE, "戸籍", as_of=today(), officer=OFFICER)


def record_again(key: tuple[str, int], given: tuple[GivenSuccessor, ...], reason: str) -> None:
    record_successors(key, given, reason, officer=OFFICER)


def test_payments_of_heirs_reduce_their_own_shares_and_the_charge_once(owed: int, tmp_path: Path) -> None:
    """納付・更正・放棄を、どの順に重ねても、合計は期別の残高であり、素朴な数え直しと同じになる。"""
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    key = opened()
    decided(key)
    slip = issue_share_slip(key, SUZUKI, [owed], payable_through=today(), as_of=today(), officer=OFFICER)
    assert verify_portions() == ()
    (letter,) = fetch_all("SELECT addressee_number, to_name FROM letter WHERE run_id = %s", [slip.run_id])
    assert letter == (SUZUKI, "鈴木 家")
    again = issue_share_slip(key, SUZUKI, [owed], payable_through=today(), as_of=today(), officer=OFFICER)
    assert again.replaced == (slip.slip_number,)
    assert fetch_all("SELECT state FROM letter WHERE run_id = %s", [slip.run_id]) == [("9",)]
    pay_late(tmp_path, notice(1, SATO, again.amount, today(), slip_number=again.slip_number), on=today())
    assert parts(owed)[SUZUKI][2] == 0
    (shared,) = shared_charges(SATO, on=today(), as_of=today())
    assert [each.owed for each in shared.shares if each.portion.successor_number == SUZUKI] == [0]
    assert sum(each.owed for each in shared.shares) == shared.unpaid
    with pytest.raises(NothingUnpaid):
        issue_share_slip(key, SUZUKI, [owed], payable_through=today(), as_of=today(), officer=OFFICER)
    with pytest.raises(NotASuccessor):
        issue_share_slip(key, KAKU, [owed], payable_through=today(), as_of=today(), officer=OFFICER)
    assert differing_shares() == ()
    levy(tmp_path, revision(SATO, 1, 140_001, 40_000), name="raise.csv", on=today())
    assert {(each.successor_number, each.told, each.part) for each in differing_shares()} >= {
        (KITAMURA, 25_000, 35_000)
    }
    tell_again(key, "増額の更正", as_of=today(), officer=OFFICER)
    assert differing_shares() == ()
    assert verify_everything().sound
    assert verify_portions() == ()


def test_letters_reach_the_representative_and_never_say_where_anybody_lives(owed: int) -> None:
    key = opened()
    run_sql("UPDATE addressee SET address = '架空市秘密町9丁目' WHERE addressee_number = %s", [KITAMURA])
    send_form(succession_file(key), as_of=today(), officer=OFFICER)
    run_id = name_representative(
        key, SUZUKI, Basis.DESIGNATED, "相続分に明らかでないものがあり、届出がない", as_of=today(), officer=OFFICER
    )
    assert run_id
    (place,) = destinations_of(SATO, ["06"], on=today())
    assert (place.receiver_number, place.agent_kind) == (SUZUKI, "04")
    with pytest.raises(NotAnHeir):
        name_representative(key, KAKU, Basis.REPORTED, "届出", as_of=today(), officer=OFFICER)
    decided(key)
    name_representative(key, TANAKA, Basis.REPORTED, "相続人の届出", as_of=today(), officer=OFFICER)
    with pytest.raises(DesignationTooEarly):
        name_representative(key, SUZUKI, Basis.DESIGNATED, "指定", as_of=today(), officer=OFFICER)
    court = party_of(ThirdParty.Kind.COURT, "津家庭裁判所")
    number = ask_court(key, court, reply_by=today(), as_of=today(), officer=OFFICER)
    told = CourtAnswer("令和7年(家)第1号 放棄を受理", today(), {1: Answer.RENOUNCED})
    record_court_answer(key, number, told, officer=OFFICER)
    with pytest.raises(InquiryAnswered):
        record_court_answer(key, number, told, officer=OFFICER)
    decided(key, "放棄")
    assert succession_file(key).head.representative_number == ""  # 放棄した代表者は終わる
    pages = {run: texts(print_run(run).directory) for (run,) in fetch_all("SELECT run_id FROM letter_run ORDER BY 1")}
    told_to_others = [page for run in pages.values() for page in run if "北村桜様" not in page]
    assert len(told_to_others) > 8
    for page in told_to_others:
        assert "秘密町" not in page
    shown = "".join(page for run in pages.values() for page in run)
    for part in (
        "相続人代表者指定届",
        "相続人代表者指定通知書",
        "承継通知書",
        "承継額変更通知書",
        "2分の1",
        "承継した額",
        "相続放棄・限定承認の申述の有無の照会書",
    ):
        assert part in shown, part


def naive(unpaid: int, portions: list[Fraction], paid: list[int], others: int) -> list[int]:
    """別の書き方で数え直した、一人ずつに残る額。"""

    def parts(amount: int, weights: list[Fraction]) -> list[int]:
        exact = [amount * each / sum(weights) for each in weights]
        found = [int(each) for each in exact]
        for at in sorted(range(len(found)), key=lambda place: (found[place] - exact[place], place))[
            : amount - sum(found)
        ]:
            found[at] += 1
        return found

    gross = unpaid + sum(paid) + others
    left = [Fraction(max(0, part - done)) for part, done in zip(parts(gross, portions), paid, strict=True)]
    return parts(unpaid, left if any(left) else portions)


def test_any_order_of_payments_corrections_and_renunciations_keeps_every_yen(owed: int, tmp_path: Path) -> None:
    """OSAME_SUCCESSION_STEPS: 重ねる出来事の数。"""
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    chance, tax, day = random.Random(20260105), 100_001, today()
    key = opened()
    decided(key)
    slips = {
        each: issue_share_slip(key, each, [owed], payable_through=day, as_of=day, officer=OFFICER)
        for each in (TANAKA, SUZUKI, KITAMURA)
    }
    changes, paid, children = 0, dict.fromkeys([*slips, ""], 0), {SUZUKI, KITAMURA}
    for step in range(1, int(os.environ.get("OSAME_SUCCESSION_STEPS", "9")) + 1):
        what = chance.choice(("pay", "pay", "pay", "raise", "renounce"))
        if what == "pay":
            who, amount = chance.choice([*slips, ""]), chance.randint(1, 6_000)
            number = slips[who].slip_number if who else None
            pay_late(
                tmp_path,
                notice(step, SATO, amount, day, **({"slip_number": number} if number else {})),
                on=day,
                sequence=step,
            )
            paid[who] += amount
        elif what == "raise":
            more = chance.choice((-7_001, 12_345))
            tax, changes = tax + more, changes + 1
            levy(tmp_path, revision(SATO, changes, tax, more), name=f"{step}.csv", on=day)
        else:
            children ^= {KITAMURA}
            gone = OTHER if KITAMURA in children else replace(OTHER, answer=Answer.RENOUNCED)
            record_again(key, (WIFE, CHILD, gone), f"{step}回目")
            decided(key, f"{step}回目")
        heirs = [TANAKA, *(each for each in (SUZUKI, KITAMURA) if each in children)]
        portions = [Fraction(1, 2), *[Fraction(1, 2 * len(children))] * len(children)]
        others = sum(amount for who, amount in paid.items() if who not in heirs)
        wanted = naive(tax - sum(paid.values()), portions, [paid[each] for each in heirs], others)
        assert {who: each[2] for who, each in parts(owed).items()} == dict(zip(heirs, wanted, strict=True)), (
            step,
            what,
        )
    assert verify_portions() == ()
    assert verify_everything().sound


def test_prescription_and_seizure_know_whose_share_it_is(owed: int, tmp_path: Path) -> None:
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    died_case = case_of(SATO, [owed], as_of=today())
    assert died_case.taxpayer.died_on
    assert not died_case.taxpayer.is_heir_addressed  # 承継の前は、死亡した者の名で差し押さえない
    key = opened()
    decided(key)
    assert case_of(SATO, [owed], as_of=today()).taxpayer.is_heir_addressed
    slip = issue_share_slip(key, SUZUKI, [owed], payable_through=today(), as_of=today(), officer=OFFICER)
    pay_late(tmp_path, notice(1, SATO, 1_000, today(), slip_number=slip.slip_number), on=today())
    own, other = (share_prescriptions(SATO, who, as_of=today())[owed] for who in (SUZUKI, TANAKA))
    assert own.completes_on
    assert other.completes_on
    assert own.completes_on > other.completes_on  # 一部納付による更新は、納めた者の分だけ（民法第153条）
    with pytest.raises(ObligationExtinguished):
        refuse_extinct_share(SATO, TANAKA, [owed], as_of=day_after(other.completes_on))
    refuse_extinct_share(SATO, SUZUKI, [owed], as_of=day_after(other.completes_on))


def test_where_a_protected_heir_lives_changes_nothing_that_others_read(owed: int) -> None:
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [KITAMURA])
    key, told = opened(), []
    for place in ("架空市秘密町9丁目", "別府市湯の町1番"):
        run_sql(
            "UPDATE addressee SET address = %s, postal_code = '8740000' WHERE addressee_number = %s", [place, KITAMURA]
        )
        run_id = send_form(succession_file(key), as_of=today(), officer=OFFICER)
        rows = fetch_all(
            "SELECT receiver_number, state, context::text FROM letter WHERE run_id = %s ORDER BY 1", [run_id]
        )
        pages = [re.sub(rf"第{run_id}号|R0*{run_id}-", "", page) for page in texts(print_run(run_id).directory)]
        told.append((rows, pages))
        assert place not in "".join(pages)
    assert told[0] == told[1]
    assert [row[1] for row in told[0][0] if row[0] == KITAMURA] == ["3"]  # 安全な送付先がないので、職員が確かめる


def test_an_heir_is_seized_against_for_the_share_alone(owed: int, tmp_path: Path) -> None:
    run_sql("UPDATE addressee SET died_on = NULL WHERE addressee_number = %s", [SATO])
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)  # 督促は、相続の前に発した
    died()
    key = opened((WIFE, replace(CHILD, answer=Answer.LIMITED, received=9_000), OTHER))
    decided(key)
    careful = asset_of(SUZUKI, amount=80_000)
    case = case_of(SUZUKI, [owed], as_of=today())
    assert [each.key for each in judge_seizure(asset_numbered(careful), case, as_of=today()).unmet] == ["own_property"]
    asset = asset_of(KITAMURA, amount=400_000)
    case = case_of(KITAMURA, [owed], as_of=today())
    (charged,) = shared_charges(SATO, on=today(), as_of=today())
    share = charged.shares[2].owed
    assert case.total == share < charged.unpaid
    found = judge_seizure(asset_numbered(asset), case, as_of=today())
    assert found.is_allowed
    assert any("地方税法第9条第2項" in each.article for each in found.items)
    with pytest.raises(NothingToSeizeFor):
        case_of(KAKU, [owed], as_of=today())
    with as_seizer(OFFICER):
        proposal = propose_seizure(SeizureTerms(asset, "催告に応じない", "残高の全額", (owed,), today()), as_of=today())
    seized(proposal)
    (made,) = dispositions_of(KITAMURA)
    assert disposition_file(made.key).total == share
    own, other = (share_prescriptions(SATO, who, as_of=today())[owed] for who in (KITAMURA, TANAKA))
    assert own.completes_on is None  # 差押えの間は、その者の分の時効だけが完成しない
    assert other.completes_on
    assert verify_everything().sound
    assert verify_portions() == ()


def test_heirs_are_candidates_again_for_their_shares(owed: int) -> None:
    """死亡した人への交付要求が終わると、承継した者の一人一人が候補になる。承継した者の財産への交付要求が終わっても、その分だけ。"""
    court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")

    def asked(who: str, case: str) -> tuple[str, int]:
        with as_seizer(OFFICER):
            proposal = propose_request(RequestTerms(who, "競売", court, case, (owed,)), as_of=today())
        seized(proposal)
        return dispositions_of(who)[0].key

    def again() -> dict[str, tuple[str, int]]:
        return {each.addressee_number: (each.what, each.left) for each in to_dispose_again(as_of=today())}

    run_sql("UPDATE addressee SET died_on = NULL WHERE addressee_number = %s", [SATO])
    release(
        asked(SATO, "令和8年(ケ)第3号"),
        ReleaseJudgement("競売の取下げ", is_unlawful=True),
        as_of=today(),
        officer=OFFICER,
    )
    (alone,) = again().values()
    died()
    assert again() == {SATO: alone}  # 承継が決まるまでは、亡くなった人の名で残る
    decided(opened())
    shares = {who: ("交付要求", part[2]) for who, part in parts(owed).items()}
    assert again() == shares
    assert sum(left for _, left in shares.values()) == alone[1]
    key = asked(KITAMURA, "令和8年(ケ)第4号")
    assert set(again()) == set(shares) - {KITAMURA}  # いま交付要求をしている
    release(key, ReleaseJudgement("競売の取下げ", is_unlawful=True), as_of=today(), officer=OFFICER)
    assert again() == shares
