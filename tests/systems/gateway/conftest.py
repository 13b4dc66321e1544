"""One nation for the tests of the gateway: three bodies, one gateway, one network, each in a process of its own."""

from collections.abc import Iterator

import pytest

from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import Nation, person
from tests.systems.gateway.waiting import until

CODES = ["242039", "242040", "242041"]


@pytest.fixture(scope="package")
def nation() -> Iterator[Nation]:
    made = Nation(CODES)
    try:
        made.make()
        made.start_gateway()
        made.start_pump()
        for at, code in enumerate(CODES):
            made.register_people(code, [person(each + 1_000 * at) for each in range(30)])
        waiting = "SELECT count(*) FROM symbol_link WHERE state <> '3'"
        for code in CODES:
            until(lambda code=code: rows(made.prefix + code, waiting) == [(0,)])
        yield made
    finally:
        made.close()
