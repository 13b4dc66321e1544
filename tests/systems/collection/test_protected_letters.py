"""支援措置の対象者の督促状。安全な送付先だけを載せ、別の職員が確かめるまで一枚も刷らない。"""

from pathlib import Path
from typing import Any

import pytest

from osame.collection.demands.actions import withdraw
from osame.collection.demands.batch import run_demands
from osame.collection.demands.confirmation import propose_protected_letters, waiting_letters
from osame.collection.demands.letters import DemandRunNotFound, preview_letter, print_demand_letters
from osame.collection.demands.lists import issued_list, write_print_file
from osame.collection.demands.models import DemandExclusion
from osame.collection.demands.protected import recall_unsent
from osame.collection.letters.confirmation import LettersChanged, NothingToConfirm
from osame.collection.letters.protected import AWAITS_CONFIRMATION
from osame.platform import embedded, gate
from osame.platform.approvals.actions import NotAtThatStage, SamePerson, check, decide, execute
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.letters.batches import TELLS_A_HIDDEN_PLACE
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, move_in
from tests.systems.collection.test_demand_destinations import appoint, change, mail, pages

HER, HIM, SHARE = (f"{number:015d}" for number in (11, 43, 44))
HOME = {"postal_code": "5160999", "address": "架空市隠町3丁目14-15", "address_detail": "ひそか荘201"}
SAFE = "架空市安全町7番8号"


def by(name: str) -> Any:
    return gate.acting(gate.Acting(name, "collection.demands.letters", "demand_issue", role="collection_chief"))


@pytest.fixture
def town(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """守られる者に安全な送付先があり、相手方と共有している。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    move_in(HER, name="守られる 花子", protection_measure=True, **HOME)
    move_in(HIM, name="相手 太郎")
    change(HER, f"protected_from = ARRAY['{HIM}']")
    mail(HER, "架空市元町1-1")
    mail(HER, SAFE, is_safe=True, postal_code="5150009")
    levy(tmp_path, *(determination(who) for who in (HER, HIM, SATO, TANAKA)))
    return tmp_path


def run() -> int:
    return run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id


def confirmed(run_id: int) -> Path:
    """起案から執行まで。"""
    with by("山本"):
        proposal = propose_protected_letters(run_id, reason="督促")
    with by("鈴木"):
        check(proposal)
        decide(proposal)
    with by("山本"):
        done: Path = execute(proposal)
    return done


def test_her_letter_goes_to_the_safe_address_after_a_second_officer(town: Path) -> None:
    """決裁の前には一枚も刷られず、刷った一通は安全な送付先だけを示す。"""
    run_id = run()
    ordinary = print_demand_letters(run_id)
    assert {each.addressee_number: each.reason for each in ordinary.held} == {HER: AWAITS_CONFIRMATION}
    assert waiting_letters(run_id) == 1
    with by("山本"):
        proposal = propose_protected_letters(run_id, reason="督促")
        with pytest.raises(SamePerson):
            check(proposal)
        with pytest.raises(NotAtThatStage):
            execute(proposal)
    assert [path.name for path in (embedded.home() / "letters").iterdir()] == [ordinary.directory.name]
    with by("鈴木"):
        check(proposal)
        decide(proposal)
    with by("山本"):
        directory = execute(proposal)
    page = pages(directory)
    assert "515-0009架空市安全町7番8号守られる花子様" in page
    for text in ("隠町", "ひそか荘", "516-0999", "元町"):
        assert text not in page
    assert waiting_letters(run_id) == 0
    assert "守られる" not in pages(ordinary.directory)
    content, subjects = fetch_one("SELECT content::text, subjects::text FROM proposal")
    assert HER in subjects
    assert "安全町" not in content


def test_without_a_safe_address_she_stays_held(town: Path) -> None:
    run_sql("DELETE FROM addressee_mailing WHERE is_safe")
    run_id = run()
    assert dict(fetch_all("SELECT addressee_number, reason FROM demand_exclusion")) == {
        HER: DemandExclusion.Reason.PROTECTED
    }
    assert waiting_letters(run_id) == 0
    with by("山本"), pytest.raises(NothingToConfirm):
        propose_protected_letters(run_id, reason="督促")


def test_no_agent_receives_for_a_protected_person(town: Path) -> None:
    """代理人がいても、本人の安全な送付先へ。代理人が支援措置の対象者なら、その安全な送付先へ。"""
    appoint(HER, KAKU)
    appoint(SATO, HER)
    run()
    told = dict(
        fetch_all("SELECT addressee_number, receiver_number || address FROM demand_destination WHERE protected")
    )
    assert told == {HER: HER + SAFE, SATO: HER + SAFE}


def test_nothing_else_shows_the_safe_address(town: Path) -> None:
    """委託の印刷データ、一覧、見本、ほかの人の督促状。"""
    run_id = run()
    data = write_print_file(run_id, contractor="架空印刷")
    shown = (data.directory / data.file_name).read_text("utf-8-sig") + issued_list(run_id).decode("utf-8-sig")
    shown += pages(print_demand_letters(run_id).directory)
    assert "安全町" not in shown
    assert HER not in (data.directory / data.file_name).read_text("utf-8-sig")
    (number,) = fetch_one("SELECT letter_number FROM demand_destination WHERE protected")
    with pytest.raises(DemandRunNotFound):
        preview_letter(run_id, number)
    assert number == fetch_one("SELECT max(letter_number) FROM demand")[0]  # 郵便番号の並びに入れない


@pytest.mark.parametrize("kind", ["own", "mailing"])
def test_a_letter_to_co_owners_never_shows_it(town: Path, kind: str) -> None:
    """共有者の代表の送付先が、守られる者の安全な送付先や住所であっても、刷らない。"""
    move_in(SHARE, kind="4", name="相手 太郎 外1名", address=SAFE if kind == "own" else "架空市岩渕1丁目7-29")
    if kind == "mailing":
        mail(SHARE, HOME["address"], postal_code="5160037")
    levy(town, determination(SHARE), name="share.csv")
    result = print_demand_letters(run())
    assert {each.addressee_number: each.reason for each in result.held}[SHARE] == TELLS_A_HIDDEN_PLACE
    assert "外1名" not in pages(result.directory)


def test_what_changed_after_the_proposal_is_not_printed(town: Path) -> None:
    run_id = run()
    with by("山本"):
        proposal = propose_protected_letters(run_id, reason="督促")
    with by("鈴木"):
        check(proposal)
        decide(proposal)
    withdraw(HER, charge_of(HER), as_of=ISSUED, reason="納付確認", officer=OFFICER)
    with by("山本"), pytest.raises(LettersChanged):
        execute(proposal)
    assert not (embedded.home() / "letters").exists() or not list((embedded.home() / "letters").glob("*-protected"))


def test_a_new_safe_address_calls_the_letter_back(town: Path) -> None:
    """安全な送付先が変わらないかぎり回収しない。変われば、刷ったものを脇に置き、引き抜く。"""
    run_id = run()
    print_demand_letters(run_id)
    directory = confirmed(run_id)
    assert recall_unsent(as_of=ISSUED, officer=OFFICER).charges == 0
    run_sql("UPDATE addressee_mailing SET address = '架空市安全町9番' WHERE is_safe")
    called = recall_unsent(as_of=ISSUED, officer=OFFICER)
    assert called.addressees == (HER,)
    assert len(called.set_aside) == 2
    assert not directory.exists()
    assert run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER, key="二度目").letters == 1


def test_a_second_copy_needs_a_second_proposal(town: Path) -> None:
    run_id = run()
    first, second = confirmed(run_id), confirmed(run_id)
    assert (first.name, second.name) == ("demand-run-000001-protected", "demand-run-000001-protected-copy-2")
