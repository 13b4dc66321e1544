"""主系につながらなければ、副系へ切り替える。"""

from tests.systems.exchange_cast import free_port
from tests.systems.gateway.cast import order, person

CODE = "242041"


def test_a_second_address_is_used_when_the_first_is_down(nation):
    main, standby = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{nation.gateway_port}"
    client = nation.client(CODE, address=f"{main} {standby}")
    for key in ("standby-1", "standby-2"):
        assert client.call("IF_SKI_10111", [order(key, person(2_018))])[0]["処理結果"] == "00"
