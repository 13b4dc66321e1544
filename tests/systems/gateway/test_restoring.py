"""前日の控えに戻し、その日の伝文をもう一度受ける。二重にならず、何も失われない。"""

from tests.systems.conftest import copy_database, server
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import order, person
from tests.systems.gateway.provision_cast import ask, copy, switch
from tests.systems.gateway.waiting import until

CODE = "242041"
RECORDS = """SELECT direction, inquiry_number, outcome, unified_addressee_number, requested_at IS NOT NULL FROM exchange_record
WHERE corrects_id IS NULL ORDER BY 1, 2"""


def copied(source: str, target: str) -> None:
    """The whole database, as it is at this moment."""
    with server() as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        copy_database(admin, source, target)
        admin.execute(f"REVOKE CONNECT ON DATABASE {target} FROM PUBLIC")
        admin.execute(f"GRANT CONNECT ON DATABASE {target} TO osame_gateway_{CODE}")


def inquired(nation, keys: list[int]) -> list[dict[str, str]]:
    people = [person(2_000 + each % 30) for each in keys]
    orders = [order(f"restore-{each}", who) for each, who in zip(keys, people, strict=True)]
    nation.client(CODE).call("IF_SKI_10111", orders)
    named = ", ".join(f"'restore-{each}'" for each in keys)
    ended = f"SELECT count(*) FROM information_inquiry WHERE record_key IN ({named}) AND state IN ('6', '7')"
    until(lambda: rows(nation.prefix + CODE, ended) == [(len(keys),)])
    asked = [{"レコード識別番号": f"restore-{each}", "受付番号": f"還付-restore-{each}"} for each in keys]
    return nation.client(CODE).call("IF_SKI_11112", asked)


def provided(nation, number: str) -> None:
    done = f"SELECT count(*) FROM simulated_inquiry WHERE inquiry_number = '{number}' AND outcome = '01'"
    until(lambda: rows(nation.network_database, done) == [(1,)])


def test_yesterdays_backup_and_todays_messages(nation):
    database, backup = nation.prefix + CODE, f"{nation.prefix}backup"
    switch(nation, CODE, provided=True)
    copy(nation, CODE, person(2_005), "copy-restore")
    yesterday = inquired(nation, [1, 2, 3])
    nation.kill_pump()
    copied(database, backup)
    nation.start_pump()

    today = inquired(nation, list(range(4, 24)))
    for _ in range(3):
        provided(nation, ask(nation, CODE, person(2_005)))
    nation.client(CODE).call("IF_SKI_50111", [{"レコード識別番号": "restore-4", "理由": "遅すぎた取りやめ"}])
    before = rows(database, RECORDS)
    national = "SELECT count(*) FROM simulated_provision"
    provisions = rows(nation.network_database, national)

    nation.kill_pump()
    copied(backup, database)
    assert len(rows(database, RECORDS)) < len(before)
    nation.start_pump()
    again = inquired(nation, list(range(4, 24)))
    until(lambda: rows(database, RECORDS) == before)
    assert rows(nation.network_database, national) == provisions
    hidden = ("照会ステータス",)
    assert [{k: v for k, v in each.items() if k not in hidden} for each in again] == [
        {k: v for k, v in each.items() if k not in hidden} for each in today
    ]
    assert inquired(nation, [1, 2, 3])[0]["口座番号"] == yesterday[0]["口座番号"]
    with server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {backup} WITH (FORCE)")
