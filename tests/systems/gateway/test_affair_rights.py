"""職員は、権限のある事務だけを、見て、頼み、決められる。権限は四つの目で付き、一人で外せ、断ったことは残る。"""

import re
from datetime import date

import pytest
from typer.testing import CliRunner

from osame.contracts.gateway import REFUND_AFFAIR
from osame.gateway.affair_rights import actions, cli, queries
from osame.gateway.affair_rights.actions import Grant
from osame.gateway.affair_rights.queries import Deed, console_officer
from osame.gateway.copies import actions as copies
from osame.gateway.provisions import releasing
from osame.platform.approvals import actions as approvals
from osame.platform.approvals.describing import described
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.staff.granting import register_handler
from tests.systems.collection.weighty import Weighty
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import order, person
from tests.systems.gateway.provision_cast import AFFAIR, ITEM, as_officer, ask, carried, copy, switch
from tests.systems.gateway.test_ten_functions import TOKEN, signed_in
from tests.systems.gateway.waiting import until
from tests.systems.platform.staff_cast import APRIL, hire, officer, with_app

CODE = "242041"
SINCE = date(2026, 4, 1)


def refusals(nation, number: str) -> list[tuple[str, str]]:
    told = "SELECT detail ->> '行い', detail ->> '事務' FROM audit_event WHERE act = '事務の権限がなく断った' AND officer = '{}'"
    return rows(nation.prefix + CODE, told.format(number))


def test_an_officer_of_the_console_sees_only_affairs_that_four_eyes_gave(nation):
    key = "rights-seen"
    (told,) = nation.client(CODE).call("IF_SKI_10111", [order(key, person(2_001))])
    number = told["照会番号"]
    with nation.body(CODE):
        clerk = with_app(hire("G201", "中野 明", "gateway_operator", department="gateway"))
        keeper = with_app(hire("K201", "岡田 梢", "system_administrator", department="gateway"))
        with officer():
            register_handler("G201", department="gateway", valid_from=APRIL)
    at = signed_in(nation, "G201", clerk, CODE)
    assert number[:8] not in at.get("/inquiries/?view=open").text + at.get("/inquiries/?view=answered").text
    assert at.get(f"/inquiries/{number}/").status_code == 403
    assert at.get("/affair-rights/new/").status_code == 403
    assert refusals(nation, "G201") == [("見る", REFUND_AFFAIR)]

    admin = signed_in(nation, "K201", keeper, CODE)
    asked = {
        "system": "gateway", "staff_number": "G201", "department": "gateway", "affair": REFUND_AFFAIR, "item": "",
        "deed": str(Deed.LOOK), "valid_from": "2026-04-01", "valid_through": "", "reason": "還付の照会を見守るため", "seen": "",
    }  # fmt: skip
    assert (
        "職員番号" in _posted(admin, "/affair-rights/new/", asked | {"staff_number": "K201"}).text
    )  # 自分には付けられない
    assert _posted(admin, "/affair-rights/new/", asked).status_code == 200
    with nation.body(CODE):
        proposal = Proposal.objects.get(act=HighRiskAct.AFFAIR_RIGHT)
        with as_officer("K201"), pytest.raises(approvals.SamePerson):
            approvals.check(proposal.pk)
        carried(proposal.pk)
    at = signed_in(nation, "G201", clerk, CODE)
    assert at.get(f"/inquiries/{number}/").status_code == 200
    shown = admin.get("/affair-rights/").text
    assert "G201" in shown
    assert REFUND_AFFAIR in shown
    (right,) = re.findall(r"/affair-rights/(\d+)/end/", shown)[-1:]
    assert _posted(admin, f"/affair-rights/{right}/end/", {"seen": ""}).status_code == 200
    with nation.body(CODE):
        until(lambda: queries.affairs_of("gateway", ["G201"], Deed.LOOK, on=SINCE).held == frozenset())
    assert "sign-in" in str(at.get(f"/inquiries/{number}/").url)  # 開いていたセッションは終わった
    kept = "SELECT act FROM audit_event WHERE act LIKE '事務の権限を%%' ORDER BY event_id"
    assert rows(nation.prefix + CODE, kept.replace("%%", "%")) == [("事務の権限を付けた",), ("事務の権限を取り消した",)]


def _posted(browser, path: str, fields: dict[str, str]):
    page = browser.get(path).text
    token, submission = TOKEN.search(page), re.search(r'name="submission" value="([^"]+)"', page)
    assert token, page[:500]
    assert submission, page[:500]
    fields |= {"csrfmiddlewaretoken": token[1], "submission": submission[1]}
    return browser.post(path, data=fields, headers={"referer": str(browser.base_url)})


def test_an_officer_of_a_business_system_orders_only_what_was_given(nation):
    client = nation.client(CODE)
    for place, change in enumerate(({"職員": "田中"}, {"部署": "課税課"})):
        (told,) = client.call("IF_SKI_10111", [order(f"rights-order-{place}", person(2_002), **change)])
        assert (told["処理結果"], "権限がありません" in told["処理結果メッセージ"]) == ("NoAffairRight", True)
        kept = f"SELECT outcome, reason FROM exchange_record WHERE inquiry_number = '{told['照会番号']}'"
        ((outcome, reason),) = rows(nation.prefix + CODE, kept)
        assert (outcome, "権限がありません" in reason) == ("03", True)
    nation.allow(CODE, "田中", REFUND_AFFAIR, Deed.ORDER, system="collection", department="収納推進課")
    (told,) = client.call("IF_SKI_10111", [order("rights-order-9", person(2_002), 職員="田中")])
    assert told["処理結果"] == "00"


def test_who_decides_on_a_provision_has_a_right_to_its_affair(nation):
    switch(nation, CODE, provided=True)
    copy(nation, CODE, person(2_003), "rights-copy")
    with nation.body(CODE):
        copies.flag_person(person(2_003), automatic_answer=False)
    number = ask(nation, CODE, person(2_003))
    waiting = f"SELECT count(*) FROM provision WHERE inquiry_number = '{number}' AND state = '1'"
    until(lambda: rows(nation.prefix + CODE, waiting) == [(1,)])
    content = [{"照会番号": number, "理由": "確かめた", "提供内容": '{"均等割": "0"}'}]
    client = nation.client(CODE, purpose="number_linkage")
    for interface in ("IF_TKY_20511", "IF_TKY_20311", "IF_TKY_11912", "IF_TKY_11512"):
        assert client.call(interface, content)[0]["処理結果"] == "NoAffairRight", interface
    withheld = client.call("IF_TKY_11312", content)[0]
    assert (withheld["処理結果"], "均等割" in str(withheld)) == ("00", False)
    with nation.body(CODE):
        held = releasing.find(number).pk
        with as_officer("通りすがり"), pytest.raises(queries.NoAffairRight):
            releasing.propose_decision(held, release=True, reason="見た", by=console_officer())
        with as_officer("一人目"):
            proposal = releasing.propose_decision(held, release=True, reason="見た", by=console_officer())
        told = Proposal.objects.get(pk=proposal).content
        with as_officer("通りすがり"):
            assert "5000" not in str(described(HighRiskAct.PROVISION_RELEASE, told))
            approvals.check(proposal)
        with as_officer("二人目"):
            assert "5000" in str(described(HighRiskAct.PROVISION_RELEASE, told))
            approvals.decide(proposal)
        with as_officer("三人目"), pytest.raises(queries.DecidedWithoutRight, match="通りすがり"):
            approvals.execute(proposal)
        with as_officer("通りすがり"), pytest.raises(queries.NoAffairRight):
            releasing.propose_switch(AFFAIR, ITEM, provided=True, reason="見た")
    assert rows(nation.prefix + CODE, waiting) == [(1,)]


def test_a_right_is_given_by_typing_and_only_to_a_known_officer(nation):
    told = {"affair": AFFAIR, "deed": Deed.LOOK, "valid_from": SINCE}
    with nation.body(CODE), as_officer("K209"):
        with pytest.raises(actions.NoSuchAccount):
            actions.propose_right(Grant(staff_number="だれか", **told), reason="試験")
        with pytest.raises(actions.AffairRightNotClear):
            actions.propose_right(Grant(staff_number="", **told), reason="試験")
        with pytest.raises(actions.AffairRightDatesReversed):
            actions.propose_right(Grant(staff_number="田中", **told, valid_until=SINCE), reason="試験")
        typed = [
            "propose",
            "S209",
            "--of",
            "collection",
            "--affair",
            AFFAIR,
            "--deed",
            "2",
            "--reason",
            "着任",
            "--department",
            "税",
        ]
        keeper = Weighty("system_administrator", "gateway")
        carried(int(keeper.types(cli.app, *typed).split()[-1]))
        with pytest.raises(actions.AffairRightStands):
            actions.propose_right(
                Grant(system="collection", staff_number="S209", department="税", **told | {"deed": Deed.ORDER}),
                reason="もう一度",
            )
        listed = CliRunner().invoke(cli.app, ["list"])
        assert "S209" in listed.output
        ((right,),) = rows(nation.prefix + CODE, "SELECT affair_right_id FROM affair_right WHERE staff_number = 'S209'")
        assert "取り消しました" in keeper.types(cli.app, "end", str(right))
        with pytest.raises(actions.NoSuchAffairRight):
            actions.end_right(right)
