"""情報照会を、本物の処理とソケットで。頼み、許可を受け、答えを受け、引き渡す。"""

from collections.abc import Iterator

import pytest

from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import Nation, order, person
from tests.systems.gateway.waiting import until


@pytest.fixture(scope="module")
def nation() -> Iterator[Nation]:
    made = Nation(["242039"])
    made.make()
    made.start_gateway()
    made.start_pump()
    yield made
    made.close()


def test_an_account_comes_back(nation):
    people = [person(at) for at in range(5)]
    nation.register_people("242039", people)
    database = f"{nation.prefix}242039"
    until(lambda: rows(database, "SELECT count(*) FROM symbol_link WHERE state = '3'") == [(5,)])
    client = nation.client("242039")
    told = client.call("IF_SKI_10111", [order(f"k{at}", each) for at, each in enumerate(people)])
    assert [each["処理結果"] for each in told] == ["00"] * 5
    until(lambda: rows(database, "SELECT count(*) FROM information_inquiry WHERE state = '6'") == [(5,)])
    got = client.call("IF_SKI_11112", [{"レコード識別番号": f"k{at}", "受付番号": f"還付-k{at}"} for at in range(5)])
    assert [each["名義人氏名（カナ）"] for each in got] == [f"カクウ 242039 {each}" for each in people]
