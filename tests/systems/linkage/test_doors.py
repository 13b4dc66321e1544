"""連携サーバーの入口。署名した相手だけが、番号を封筒に入れて、本物のソケットを通して使う。"""

import os
import time
from dataclasses import replace
from statistics import median

import httpx
import pytest

from osame.contracts.client import PeerRefused, SystemClient
from osame.contracts.linkage import LinkageClient, NoticesQuestion, RevealOrder
from osame.contracts.signatures import Errand
from osame.linkage import urls
from osame.linkage.api import api
from osame.platform.exchanges import keys
from tests.systems.conftest import server
from tests.systems.exchange_cast import Server, introduce, this_system
from tests.systems.linkage.cast import FACTS, fetch_all, order, some_number

ERRAND = Errand(
    officer="山本", purpose="number_linkage", function="addressee.numbering.send", case="C-1", request="r-1"
)
ONE = some_number(1)
SLOWEST_LOOKUP = float(os.environ.get("OSAME_SLOWEST_LOOKUP", "0.25"))


opened: list[SystemClient] = []


def client(url: str, system: str = "addressee", **errand: str) -> LinkageClient:
    with this_system(system):
        opened.append(SystemClient(url, keys.signer(), "linkage"))
        return LinkageClient(opened[-1], sender=system, errand=replace(ERRAND, **errand))


@pytest.fixture
def door(vault):
    introduce("linkage", "addressee", "collection")
    with Server("linkage", vault) as running:
        yield running.url
        while opened:
            opened.pop().close()


def test_a_number_goes_in_sealed_and_comes_out_once(door, vault):
    ours = client(door)
    told = order(ONE)
    answer = ours.number(told)
    assert answer == ours.number(told)
    assert answer.outcome == "1"
    person = answer.unified_addressee_number
    assert ours.search(ONE, affair="local_tax", request_number="s").unified_addressee_number == person
    assert (
        ours.convert([told.addressee_number], affair="local_tax", business_id="001", to_unified=True).converted[0].found
        == person
    )
    ticket = ours.ask_reveal(RevealOrder("local_tax", person, "R-1", "収納課", "C-1", "窓口で確かめる"))
    with pytest.raises(PeerRefused):
        client(door, officer="別人").redeem(ticket, unified_addressee_number=person)
    assert ours.redeem(ticket, unified_addressee_number=person).digits() == ONE
    with pytest.raises(PeerRefused):
        ours.redeem(ticket, unified_addressee_number=person)
    assert ours.identity(person, affair="local_tax").history[0].facts == FACTS
    assert fetch_all("SELECT peer, officer, number_right FROM reveal") == [("addressee", "山本", "R-1")]
    with server(vault) as admin:
        asked = admin.execute(
            "SELECT DISTINCT officer, purpose, terminal FROM audit_event WHERE act LIKE '%依頼%'"
        ).fetchall()
    assert asked == [("山本", "number_linkage", "system:addressee")]


def test_what_may_not_be_is_refused_at_the_door(door):
    told = order(ONE)
    with httpx.Client(base_url=door, trust_env=False) as stranger:
        for path in ("numbering", "search", "reveals", "notices", "deletions", "conversions", "identities"):
            assert stranger.post(f"/internal/v1/{path}", json={}).status_code in {401, 403}
    for ours, sent, status in (
        (client(door, purpose="demand_issue"), told, 403),
        (client(door), replace(told, affair="child_support"), 422),
        (client(door), replace(told, facts=replace(FACTS, name=f"花子 {ONE}")), 422),
        (client(door), replace(told, addressee_number="5"), 422),
        (client(door, "collection"), told, 422),  # addressee の封筒は、collection からは開かない
    ):
        with pytest.raises(PeerRefused) as refused:
            ours.number(sent)
        assert refused.value.status == status
        assert ONE not in str(refused.value)
    with pytest.raises(PeerRefused) as refused:
        client(door).notices()
    assert "中間サーバーだけ" in str(refused.value)
    assert fetch_all("SELECT count(*) FROM unified_identity") == [(0,)]


def test_lookups_through_the_door_are_quick(door):
    ours = client(door)
    ours.number(order(ONE))
    times = []
    for place in range(30):
        started = time.perf_counter()
        ours.search(ONE, affair="local_tax", request_number=f"s{place}")
        times.append(time.perf_counter() - started)
    assert median(times) < SLOWEST_LOOKUP


def test_the_api_describes_itself_and_no_clear_number_has_a_field():
    assert urls.API_CHAPTERS
    schema = api.get_openapi_schema(path_prefix="/internal/v1/")
    assert len(schema["paths"]) == 11
    told = str(schema["paths"])
    assert "individual_number" not in told
    assert "personal_number" not in told
    numbering = schema["paths"]["/internal/v1/numbering"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    assert set(numbering["properties"]) >= {"sealed", "affair"}
    assert not numbering["additionalProperties"]
    assert NoticesQuestion(1).limit == 1
