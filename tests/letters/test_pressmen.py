"""束を係（別の process）に分けて組む。途中で誰が死んでも、もう一度頼めば、欠けず、重ならない。"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from osame.platform.letters import pressmen
from osame.platform.letters.batches import PrintedOtherwise, Sheets
from osame.platform.letters.engine import Letter, Template
from osame.platform.letters.pressmen import PressmanLost, pressed
from osame.platform.letters.window import WindowAddress, fit
from tests.letters.paper import texts

SHEETS = Sheets(Template("platform/letters/typst/plain.typ", 1_752_800_000), {"watermark": ""})


def letter(number: int, mark: str = "佐藤花子様") -> Letter:
    bare = Letter(7, number, f"{number:015d}", 1, {})
    to = fit(WindowAddress("516-0037", "架空市岩渕1丁目7-29", "", "", "佐藤 花子", "様"))
    context = {"to": {name: getattr(to, name) for name in to.__slots__}, "codes": list(bare.codes()), "barcode": ""}
    return Letter(7, number, f"{number:015d}", 1, context, (mark,))


def batches(count: int, size: int = 4) -> list[tuple[Letter, ...]]:
    return [tuple(letter(at * size + each) for each in range(1, size + 1)) for at in range(count)]


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_PRESSMEN", "2")


def test_shared_work_is_the_same_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """係に分けても、一人で組んでも、順も中身も同じになる。"""
    shared, alone = tmp_path / "shared", tmp_path / "alone"
    shared.mkdir()
    alone.mkdir()
    made = list(pressed(SHEETS, shared, iter(batches(7))))
    monkeypatch.setenv("OSAME_PRESSMEN", "1")
    assert made == list(pressed(SHEETS, alone, iter(batches(7))))
    files = sorted(shared.iterdir())
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in sorted(alone.iterdir())]
    codes = [text[-5:] for path in files for text in texts(path.read_bytes())]
    assert len(codes) == 28
    assert [each.people for each in made] == [tuple(one.addressee_number for one in each) for each in batches(7)]


def test_a_refusal_of_a_pressman_is_told(tmp_path: Path) -> None:
    wrong = [*batches(6), (letter(99, mark="田中一郎様"),)]
    with pytest.raises(PrintedOtherwise, match="L000099"):
        list(pressed(SHEETS, tmp_path, iter(wrong)))


def test_a_killed_pressman_stops_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    born: list[int] = []
    real = subprocess.Popen

    class Seen(real):  # type: ignore[type-arg, valid-type, misc]
        def __init__(self, *arguments: object, **words: object) -> None:
            super().__init__(*arguments, **words)
            born.append(self.pid)

    monkeypatch.setattr(pressmen.subprocess, "Popen", Seen)

    def given():  # type: ignore[no-untyped-def]
        for at, batch in enumerate(batches(40)):
            if at == 9:
                os.kill(born[0], signal.SIGKILL)
            yield batch

    with pytest.raises(PressmanLost):
        list(pressed(SHEETS, tmp_path, given()))
    assert len(born) == 2
    for each in born:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)


CONTROLLER = """
import sys, time
from itertools import count
from pathlib import Path
from osame.platform.letters import pressmen
from tests.letters.test_pressmen import SHEETS, letter
real = pressmen._Pressman
class Told(real):
    def __init__(self, *words):
        super().__init__(*words)
        print(self._process.pid, flush=True)
pressmen._Pressman = Told
for _ in pressmen.pressed(SHEETS, Path(sys.argv[1]), ((letter(n),) for n in count(1))):
    print("pressed", flush=True)
"""


def test_pressmen_leave_when_their_controller_is_killed(tmp_path: Path) -> None:
    controller = subprocess.Popen(
        [sys.executable, "-c", CONTROLLER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert controller.stdout is not None
    lines = [controller.stdout.readline().strip() for _ in range(4)]
    crowd = [int(line) for line in lines if line.isdigit()]
    assert len(crowd) == 2
    assert "pressed" in lines
    controller.kill()
    controller.communicate()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{each}").exists() and not _is_over(each) for each in crowd):
        assert time.monotonic() < until, "a pressman outlived its controller"
        time.sleep(0.05)


def _is_over(process: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return True
