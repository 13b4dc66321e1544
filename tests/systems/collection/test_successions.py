"""相続と合併による承継。割合は法から、額は元帳から。だれに、いくらを請求できるかの合計は、いつも残る額である。"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.successions.actions import (
    NotCorporate,
    NotDeceased,
    SuccessorIsTheOrigin,
    SuccessorTwice,
    SuccessorUnknown,
    open_succession,
    record_successors,
)
from osame.collection.successions.deciding import NothingChanged, judge, propose_decision
from osame.collection.successions.models import Succession
from osame.collection.successions.portions import (
    DesignationIncomplete,
    EstateBesideHeirs,
    GivenSuccessor,
    ReceivedNeeded,
    SuccessorOfAnotherKind,
    portion_rows,
)
from osame.collection.successions.queries import obligations_of, obligors_of, succession_file
from osame.collection.successions.sharing import shared_charges
from osame.law.conditions import ConditionNotMet
from osame.law.succession import SharesDoNotAddUp
from osame.platform.approvals.actions import SamePerson, check
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination
from tests.systems.collection.demand_cast import charge_of, levy, move_in
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
from tests.systems.collection.suspension_cast import today


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
