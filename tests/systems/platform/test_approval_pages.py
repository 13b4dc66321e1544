"""決裁の画面と、重要な操作の前の本人の確認。"""

import re
import time
from unittest.mock import patch

import pytest

from osame.platform.approvals import actions, describing
from osame.platform.approvals.actions import propose
from osame.platform.approvals.describing import described, describes, is_described
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.gate import Acting, acting
from tests.systems.platform.staff_cast import PASSWORD, acts, code, forget_codes, hire, sign_in, with_app

MAKER, CHIEF, MANAGER, AUDITOR = "A0001", "A0002", "A0003", "A0009"
CONTENT = {"kind": "list", "query": "滞納者の一覧", "receiver_class": "staff", "receiver": "庁内", "medium": "file",
           "number_included": False, "subjects": 1200}  # fmt: skip


@pytest.fixture
def office(database):
    """One desk for each: clerk, chief, manager, auditor; all signed in with two factors."""
    people = {MAKER: "collection_clerk", CHIEF: "collection_chief", MANAGER: "collection_manager", AUDITOR: "auditor"}
    return {number: Desk(number, role) for number, role in people.items()}


class Desk:
    def __init__(self, number: str, role: str) -> None:
        self.number = number
        self.secret = with_app(hire(number, f"職員 {number}", role))
        self.client = sign_in(number, self.secret)

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=headers)

    def press(self, proposal: int, door: str, step: str, *, reason: str = "", key: str = "", seen: str = ""):
        page = self.get(f"/approvals/{proposal}/").content.decode()
        found = re.search(
            rf'action="/approvals/{proposal}/{door}/".*?name="submission" value="([^"]+)".*?name="seen" value="([^"]+)"',
            page, re.DOTALL,
        )  # fmt: skip
        assert found or key, page
        sent = {"submission": key or found[1], "seen": seen or found[2], "step": step, "reason": reason}
        return self.client.post(f"/approvals/{proposal}/{door}/", sent)

    def let_proof_grow_old(self, *methods: str) -> None:
        session = self.client.session
        for each in session["account_authentication_methods"]:
            if not methods or each["method"] in methods:
                each["at"] = time.time() - 16 * 60
        session.save()


def proposed(maker: str = MAKER) -> int:
    with acting(Acting(maker, "floor.egress.propose", "statutory")):
        return propose(HighRiskAct.BULK_EXPORT, content=CONTENT, reason="決算のため", subjects=["000000000000001"])


def text(answer) -> str:
    return answer.content.decode()


def test_every_built_act_is_told_in_words():
    assert [act for act in actions._executors if not is_described(act)] == []


def test_an_act_without_words_shows_its_content():
    with patch.dict(describing._describers):
        del describing._describers[HighRiskAct.WRITE_OFF]
        told = described(HighRiskAct.WRITE_OFF, {"期別番号": 3, "理由": "", "相手": None})
    assert told.facts == (("期別番号", "3"), ("理由", "—"), ("相手", "—"))
    assert told.changes == ()


def test_one_act_has_one_teller():
    with pytest.raises(AssertionError):
        describes(HighRiskAct.BULK_EXPORT)(lambda content: [])


def test_the_road_through_the_pages(office):
    """Maker, chief, manager: each sees only the step that is theirs; the content and the history are told."""
    number = proposed()
    page = text(office[MAKER].get(f"/approvals/{number}/"))
    assert "滞納者の一覧" in page
    assert "1,200人" in page
    assert "照査する" not in page
    assert "取り下げる" in page
    assert text(office[CHIEF].get("/approvals/")).count(f"/approvals/{number}/") == 1
    assert text(office[MAKER].get("/approvals/")).count(f"/approvals/{number}/") == 0
    assert text(office[MAKER].get("/approvals/?who=mine")).count(f"/approvals/{number}/") == 1
    assert office[CHIEF].press(number, "judge", "check").status_code == 302
    assert "照査しました。" in text(office[CHIEF].get(f"/approvals/{number}/"))
    assert office[MANAGER].press(number, "judge", "decide").status_code == 302
    page = text(office[CHIEF].get(f"/approvals/{number}/"))
    assert "執行する</button>" not in page
    assert office[MAKER].press(number, "execute", "execute").status_code == 302
    page = text(office[AUDITOR].get(f"/approvals/{number}/"))
    assert Proposal.objects.get(pk=number).state == Proposal.State.EXECUTED
    assert [page.find(f"職員 {each}") for each in (MAKER, CHIEF, MANAGER)] == sorted(
        page.find(f"職員 {each}") for each in (MAKER, CHIEF, MANAGER)
    )
    assert "次にすること" not in page
    assert text(office[AUDITOR].get("/approvals/?who=all&act=bulk_export")).count(f"/approvals/{number}/") == 1
    assert text(office[AUDITOR].get("/approvals/?who=all&open=1")).count(f"/approvals/{number}/") == 0


def test_the_maker_and_the_checker_are_told_why_not(office):
    number = proposed(CHIEF)
    form = {"submission": "6c1d1c80-6f3a-4bb4-a33d-0d6f0e1a2b3c", "seen": "1", "step": "check"}
    answer = office[CHIEF].client.post(f"/approvals/{number}/judge/", form)
    assert answer.status_code == 422
    assert "起案した職員と同じ職員は、照査も決裁もできません" in text(answer)


def test_somebody_else_was_first(office):
    """Two chiefs open one proposal: the second is told who was first and sees how it stands now."""
    number = proposed()
    stale = text(office[MANAGER].get(f"/approvals/{number}/"))
    key = re.search(r'name="submission" value="([^"]+)"', stale)[1]
    office[CHIEF].press(number, "judge", "check")
    answer = office[MANAGER].press(number, "judge", "check", key=key, seen="1")
    assert answer.status_code == 422
    assert "もうその段階にありません" in text(answer)
    assert "いまは「照査済」です" in text(answer)
    assert f"職員 {CHIEF}" in text(answer)
    assert "決裁する</button>" in text(answer)


def test_a_double_press_acts_once(office):
    number = proposed()
    page = text(office[CHIEF].get(f"/approvals/{number}/"))
    key = re.search(r'name="submission" value="([^"]+)"', page)[1]
    for _ in range(2):
        answer = office[CHIEF].press(number, "judge", "check", key=key, seen="1")
        assert answer.headers["Location"] == f"/approvals/{number}/"
    assert "二度は行っていません" in text(office[CHIEF].get(f"/approvals/{number}/"))


def test_rejecting_needs_a_reason(office):
    number = proposed()
    answer = office[CHIEF].press(number, "withdraw", "reject")
    assert answer.status_code == 422
    assert "理由を入力してください" in text(answer)
    office[CHIEF].press(number, "withdraw", "reject", reason="証拠書類がない")
    assert Proposal.objects.get(pk=number).state == Proposal.State.REJECTED
    assert "証拠書類がない" in text(office[MAKER].get(f"/approvals/{number}/"))
    mine = proposed()
    office[MAKER].press(mine, "withdraw", "reject", reason="誤り")
    assert Proposal.objects.get(pk=mine).state == Proposal.State.WITHDRAWN


def test_who_may_only_look_finds_no_button_and_no_door(office):
    number = proposed()
    assert "次にすること" not in text(office[AUDITOR].get(f"/approvals/{number}/"))
    assert office[AUDITOR].client.post(f"/approvals/{number}/judge/", {"step": "check"}).status_code == 403
    assert office[CHIEF].get("/approvals/999/").status_code == 409


def test_a_door_takes_only_its_own_step(office):
    number = proposed()
    form = {"submission": "6c1d1c80-6f3a-4bb4-a33d-0d6f0e1a2b3d", "seen": "1", "step": "check"}
    assert office[CHIEF].client.post(f"/approvals/{number}/execute/", form).status_code == 422
    assert Proposal.objects.get(pk=number).state == Proposal.State.PROPOSED


def test_an_old_proof_is_renewed_before_the_step(office, database):
    """After a quarter of an hour the buttons give way to one that leads through password and code, and back."""
    number, desk = proposed(), office[CHIEF]
    desk.let_proof_grow_old()
    page = text(desk.get(f"/approvals/{number}/"))
    assert "照査する</button>" not in page
    assert "本人の確認をして進む" in page
    step = f"/approvals/{number}/judge/"
    asked = desk.get(step)
    assert asked.headers["Location"] == f"/account/again/?next=%2Fapprovals%2F{number}%2Fjudge%2F"
    answer = desk.client.post("/account/again/", {"password": PASSWORD, "next": step})
    assert answer.headers["Location"] == step
    assert desk.get(step).headers["Location"].startswith("/account/factors/again/?next=")
    forget_codes()
    answer = desk.client.post("/account/factors/again/", {"code": code(desk.secret), "next": step})
    assert answer.headers["Location"] == step
    assert desk.get(step).headers["Location"] == f"/approvals/{number}/"
    assert "照査する</button>" in text(desk.get(f"/approvals/{number}/"))
    told = acts(database)
    assert told.count("本人の確認を求めた") == 2
    assert told.count("本人を確かめた") == 1


def test_a_wrong_code_proves_nothing(office):
    number, desk = proposed(), office[CHIEF]
    desk.let_proof_grow_old("mfa")
    step = f"/approvals/{number}/judge/"
    assert desk.get(step).headers["Location"].startswith("/account/factors/again/")
    assert desk.client.post("/account/factors/again/", {"code": "000000", "next": step}).status_code == 200
    assert desk.get(step).headers["Location"].startswith("/account/factors/again/")


def test_a_form_that_comes_too_late_is_kept_whole(office):
    """Nothing is done, nothing is lost: the form comes back to be sent again after the proof."""
    number, desk = proposed(), office[CHIEF]
    page = text(desk.get(f"/approvals/{number}/"))
    key = re.search(r'name="submission" value="([^"]+)"', page)[1]
    desk.let_proof_grow_old()
    form = {"submission": key, "seen": "1", "step": "reject", "reason": '根拠の"条例"が違う'}
    answer = desk.client.post(f"/approvals/{number}/withdraw/", form)
    assert answer.status_code == 403
    assert "根拠の&quot;条例&quot;が違う" in text(answer)
    assert Proposal.objects.get(pk=number).state == Proposal.State.PROPOSED
    assert desk.get("/account/proved/").headers["Location"].startswith("/account/again/")
    desk.client.post("/account/again/", {"password": PASSWORD, "next": "/account/proved/"})
    forget_codes()
    desk.client.post("/account/factors/again/", {"code": code(desk.secret), "next": "/account/proved/"})
    assert "確かめました" in text(desk.get("/account/proved/"))
    assert desk.client.post(f"/approvals/{number}/withdraw/", form).status_code == 302
    assert Proposal.objects.get(pk=number).rejection_reason == '根拠の"条例"が違う'


def test_a_part_of_a_page_leads_the_whole_page_to_the_proof(office):
    number, desk = proposed(), office[CHIEF]
    desk.let_proof_grow_old()
    answer = desk.get(f"/approvals/{number}/judge/", **{
        "HX-Request": "true", "HX-Current-URL": f"http://localhost/approvals/{number}/",
    })  # fmt: skip
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/account/again/?next=%2Fapprovals%2F{number}%2F"


def test_a_personal_number_is_not_written_back(office):
    number, desk = proposed(), office[CHIEF]
    desk.let_proof_grow_old()
    typed = "12345678901" + "8"
    answer = desk.client.post(f"/approvals/{number}/withdraw/", {"step": "reject", "reason": typed})
    assert answer.status_code == 403
    assert typed not in text(answer)
