"""情報照会は、途中で何が起きても、ちょうど一度だけ終わり、ちょうど一つの記録が残る。

The national side loses, repeats, delays, reorders, alters and forges; gateway, its exchanging process and the network are killed
again and again. `OSAME_INQUIRIES` and `OSAME_KILLS` set the size (the full size is 20000 and 20).
"""

import os
import random
import sys
import threading
import time
from pathlib import Path

from osame.contracts.client import ExchangeFailed
from osame.network.core import commanding
from osame.platform import gate
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import ACTING, Nation, order, person
from tests.systems.gateway.waiting import until

INQUIRIES, KILLS = int(os.environ.get("OSAME_INQUIRIES", "300")), int(os.environ.get("OSAME_KILLS", "2"))
CODES = ["242039", "242040"]
CHAOS = {"drop": 40, "duplicate": 100, "reorder": 500, "delay": 200, "delay_milliseconds": 800, "error": 40, "alter": 20, "hostile": 20}  # fmt: skip
OPEN_NOW = "SELECT count(*) FROM information_inquiry WHERE state IN ('1', '2', '3', '4', '5')"


def kill_tree(pid: int) -> None:
    """The process and all of its children, at once."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(each) for each in children.read_text().split()] if children.exists() else []
    for each in (pid, *found):
        try:
            os.kill(each, 9)
        except ProcessLookupError:
            continue


class Killer(threading.Thread):
    """Kills and begins again, at moments nobody chose, all the way from the first inquiry to the last."""

    def __init__(self, nation: Nation, times: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.nation, self.times, self.chance, self.killed, self.going = nation, times, random.Random(seed), 0, True

    def run(self) -> None:
        while self.killed < self.times and self.going:
            due = INQUIRIES * (self.killed + self.chance.random()) / (self.times + 1)
            while self.going and ended(self.nation) < due:
                time.sleep(0.2)
            self.nation.kill_pump()
            kill_tree(self.nation.gateway_server.process.pid)
            time.sleep(self.chance.uniform(0, 0.3))
            kill_tree(self.nation.network_server.process.pid)
            for each in (self.nation.gateway_server, self.nation.network_server):
                each.process.wait(20)
                each.process.stdout.close()
            time.sleep(self.chance.uniform(0, 0.3))
            self.nation.start_network()
            self.nation.start_gateway()
            self.nation.start_pump()
            self.killed += 1


def ended(nation: Nation) -> int:
    """How many have come to an end."""
    done = "SELECT count(*) FROM information_inquiry WHERE ended_at IS NOT NULL"
    return sum(rows(nation.prefix + code, done)[0][0] for code in CODES)


def cases(code: str, count: int) -> list[tuple[dict[str, str], str]]:
    """Orders of one body and what each of them must not become. One in forty may not be asked, one in sixty has no symbol."""
    made = []
    for at in range(count):
        unified = person(at % max(1, count // 10) + 1000 * CODES.index(code))
        if at % 40 == 7:
            made.append((order(f"c{at}", unified, 特定個人情報名コード="TM00000000000002"), "refused"))
        elif at % 60 == 11:
            made.append((order(f"c{at}", "999999999999999"), "refused"))
        else:
            made.append((order(f"c{at}", unified), "answered"))
    return made


def persistently(act):
    """A business system that does not give up: it sends the same again until somebody answers."""
    while True:
        try:
            return act()
        except ExchangeFailed:
            time.sleep(0.3)


def test_every_inquiry_ends_exactly_once():
    nation = Nation(CODES, terms={"retry_seconds": max(2, INQUIRIES // 2000), "give_up_seconds": 3600})
    try:
        nation.make()
        nation.start_gateway()
        nation.start_pump()
        each_body = INQUIRIES // len(CODES)
        asked = {code: cases(code, each_body) for code in CODES}
        for code in CODES:
            people = sorted({each["団体内統合宛名番号"] for each, _ in asked[code]} - {"999999999999999"})
            nation.register_people(code, people)
        for code in CODES:
            until(
                lambda code=code: (
                    rows(nation.prefix + code, "SELECT count(*) FROM symbol_link WHERE state <> '3'") == [(0,)]
                ),
                300,
            )
        misbehave(nation, **CHAOS)
        killer = Killer(nation, KILLS, seed=INQUIRIES)
        killer.start()
        cancelled = ask_everything(nation, asked)
        killer.join(3600)
        assert killer.killed == KILLS
        for code in CODES:
            until(lambda code=code: rows(nation.prefix + code, OPEN_NOW) == [(0,)], 1800)
        misbehave(nation, **dict.fromkeys(CHAOS, 0))
        told = check(nation, asked)
        sys.stdout.write(f"kills {killer.killed} each, cancellations asked {cancelled}, {told}\n")
    finally:
        nation.close()


def misbehave(nation: Nation, **how: int) -> None:
    with nation.network(), gate.acting(ACTING):
        commanding.behave(**how)


def ask_everything(nation, asked) -> int:
    """Two business systems, each in rows of 50; now and then one changes its mind."""
    chance, cancelled = random.Random(3), 0
    for at in range(0, INQUIRIES // len(CODES), 50):
        for code in CODES:
            part = [row for row, _ in asked[code][at : at + 50]]
            client = nation.client(code)
            answers = persistently(lambda client=client, part=part: client.call("IF_SKI_10111", part))
            assert [each["レコード識別番号"] for each in answers] == [each["レコード識別番号"] for each in part]
            if chance.random() < 0.4:
                row = {"レコード識別番号": chance.choice(part)["レコード識別番号"], "理由": "希望の取下げ"}
                persistently(lambda client=client, row=row: client.call("IF_SKI_50111", [row]))
                cancelled += 1
    return cancelled


def check(nation: Nation, asked) -> str:
    told = []
    for code in CODES:
        database, count = nation.prefix + code, len(asked[code])
        ended = dict(rows(database, "SELECT state, count(*) FROM information_inquiry GROUP BY 1"))
        assert sum(ended.values()) == count
        assert set(ended) <= {"6", "8", "9", "E"}
        many = "SELECT count(*) FROM (SELECT 1 FROM inquiry_step WHERE state IN ('6', '8', '9', 'E') GROUP BY inquiry_number HAVING count(*) <> 1) x"
        assert rows(database, many) == [(0,)]
        paired = """SELECT count(*) FILTER (WHERE r.record_id IS NULL), count(*) FILTER (WHERE i.inquiry_number IS NULL),
            count(*) FILTER (WHERE r.outcome <> i.outcome OR r.unified_addressee_number <> i.unified_addressee_number), count(*)
            FROM information_inquiry i FULL JOIN exchange_record r ON r.inquiry_number = i.inquiry_number"""
        assert rows(database, paired) == [(0, 0, 0, count)]
        assert rows(
            database, "SELECT count(*) FROM information_inquiry WHERE state IN ('8', '9', 'E') AND reason = ''"
        ) == [(0,)]
        turned_away = "SELECT split_part(reason, '（', 1), count(*) FROM inbound_envelope WHERE outcome = '3' GROUP BY 1 ORDER BY 2 DESC"
        told.append(f"{code} {ended}, envelopes turned away: {dict(rows(database, turned_away))}")
        wrong, answered = collected(nation, code, asked[code])
        assert wrong == 0
        assert answered == ended["6"]
    doubled = "SELECT count(*), count(DISTINCT (inquirer, inquiry_number)) FROM simulated_provision"
    ((all_of_them, distinct),) = rows(nation.network_database, doubled)
    assert all_of_them == distinct
    return "; ".join(told)


def collected(nation: Nation, code: str, asked) -> tuple[int, int]:
    """Every answer, fetched by its own case: is it that person's?"""
    wrong = answered = 0
    for at in range(0, len(asked), 200):
        part = [row for row, _ in asked[at : at + 200]]
        answers = nation.client(code).call(
            "IF_SKI_11112", [{name: row[name] for name in ("レコード識別番号", "受付番号")} for row in part]
        )
        for row, answer in zip(part, answers, strict=True):
            if answer.get("回答の区分") == "01":
                answered += 1
                wrong += answer["名義人氏名（カナ）"] != f"カクウ {code} {row['団体内統合宛名番号']}"
    return wrong, answered
