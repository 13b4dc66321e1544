"""Run the month's steps: in this process, or as a worker process that can be killed.

    python -m tests.faults.running DIRECTORY [STEP …]

The worker sets itself up, says `ready`, waits for a line on standard input, imports the steps (all of them when none is
named), says `done` with the number of steps and ends.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tests.faults.month import AS_OF, NEWCOMERS, PEOPLE, Step, read_steps

OFFICER = "山本"
ROOT = Path(__file__).parents[2]


def take(directory: Path, step: Step) -> Any:
    """One step, as an operator would do it."""
    from osame.collection.determinations.importing import import_determinations, retry_held
    from osame.collection.matching.importing import import_receipts

    path = directory / step.path
    if step.kind == "addressees":
        move_in(path.read_text().split())
        return retry_held(as_of=AS_OF, officer=OFFICER, cause=step.path)
    if step.kind == "determinations":
        return import_determinations(path, as_of=AS_OF, officer=OFFICER)
    return import_receipts(path, profile=step.kind, as_of=AS_OF, officer=OFFICER)


def take_all(directory: Path, steps: Iterable[Step]) -> list[Any]:
    """Steps one after the other."""
    return [take(directory, step) for step in steps]


def move_in(numbers: Iterable[str]) -> None:
    """People become known. Those who are known already stay."""
    from osame.platform.database import run_sql

    run_sql(
        "INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, address_detail, "
        "corporate_number, representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, "
        "protection_measure, updated_on) SELECT number, '1', '架空 太郎', 'カクウ タロウ', '5160037', '架空市', '', '', "
        "'', '', '', '', '', false, %s FROM unnest(%s::varchar[]) number ON CONFLICT DO NOTHING",
        [date(2025, 1, 1), list(numbers)],
    )


def found() -> None:
    """架空市 and everybody who does not move in later."""
    from tests.systems.collection.cast import found_city

    found_city()
    assert not set(PEOPLE) & set(NEWCOMERS)
    move_in(PEOPLE)


class Worker:
    """A process of its own that imports steps."""

    def __init__(self, directory: Path, steps: Sequence[Step] = (), **environment: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.faults.running", str(directory)]
        self.process = subprocess.Popen(
            [*command, *(step.path for step in steps)], cwd=ROOT, env=os.environ | environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Django is set up; nothing is imported yet."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == "ready\n", line + (self.process.communicate()[1] or "")

    def go(self) -> None:
        """Start importing."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def finish(self, timeout: float = 240) -> tuple[int, str, str]:
        """Wait for the end: exit code and what was said."""
        said, wailed = self.process.communicate(timeout=timeout)
        return self.process.returncode, said, wailed


def main() -> None:
    """The worker."""
    warnings.simplefilter("ignore")
    import django

    django.setup()

    from osame.platform import gate
    from tests.systems.collection.conftest import TEST

    directory, names = Path(sys.argv[1]), set(sys.argv[2:])
    steps = [step for step in read_steps(directory) if not names or step.path in names]
    if names:
        steps.sort(key=lambda step: sys.argv.index(step.path))
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    with gate.acting(TEST):
        results = take_all(directory, steps)
    known = sum(getattr(result, "already_received", False) for result in results)
    print(f"done {len(results)} {known}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
