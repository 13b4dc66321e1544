"""同時に付番しても、一人に一つ、二つとない番号。"""

import os
import threading
from collections import Counter

import pytest
from django.db import connection

from osame.linkage.identities import numbering
from osame.platform import gate
from tests.systems.linkage.cast import LINKING, facts, fetch_one, number, some_number

AT_ONCE = 64
WORKERS = int(os.environ.get("OSAME_WORKERS", "16"))


def all_at_once(jobs):
    """Run the jobs on threads with connections of their own; their answers, in order."""
    answers, start, todo = [None] * len(jobs), threading.Barrier(WORKERS), iter(enumerate(jobs))
    lock = threading.Lock()

    def work() -> None:
        start.wait()
        with gate.acting(LINKING):
            while True:
                with lock:
                    place, job = next(todo, (None, None))
                if job is None:
                    break
                answers[place] = job()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


@pytest.mark.parametrize("people", [1, 8, 64])
def test_everybody_gets_one_number(vault, people):
    jobs = [
        lambda n=n: (n % people, number(some_number(n % people), addressee=f"{n:015d}", business=f"{n // people % 9 + 1:03d}", standing="2", facts=facts(n % people)))
        for n in range(AT_ONCE)
    ]  # fmt: skip
    answers = all_at_once(jobs)
    given = Counter((person, answer.unified_addressee_number) for person, answer in answers)
    assert len(given) == people == len({unified for _, unified in given})
    assert Counter(answer.outcome for _, answer in answers) == Counter({"1": people, "2": AT_ONCE - people})
    assert fetch_one("SELECT count(*) FROM unified_identity") == (people,)
    assert fetch_one("SELECT count(*) FROM identity_link") == (AT_ONCE,)
    assert fetch_one("SELECT count(*) FROM gateway_notice") == (people,)
    assert numbering.gaps() == []


def test_one_order_sent_sixty_four_times_is_done_once(vault):
    from osame.linkage.identities import actions
    from tests.systems.linkage.cast import ADDRESSEE, order

    told = order(some_number(1))
    answers = all_at_once([lambda: actions.number(told, ADDRESSEE)] * AT_ONCE)
    assert len(set(answers)) == 1
    assert fetch_one("SELECT count(*) FROM numbering_request") == (1,)
