"""文書の印刷の計測。符号のある一頁の文書を凍らせ、刷り、窓口の一通を組み、裸の typst と並べる。

The whole way of a run (frozen rows, codes, typesetting, read-back, release) against bare `typst.compile` of the same pages in
batches of a hundred by the same number of processes, measured before and after, so that a noisy machine disturbs both. The bare
pages of a long run are its first three thousand; the ratio is between seconds a page.
"""

import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from osame.bench.people import fresh_database, number, through_stage
from osame.bench.population import install_parameters
from osame.bench.taxpayers import COLUMNS, copies
from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.letters.printing import common_content, letters_out, one_pdf, print_run
from osame.collection.letters.runs import run_facts
from osame.platform.embedded import home
from osame.platform.gate import Acting, acting
from osame.platform.letters.batches import Sheets
from osame.platform.letters.codes import gs1_128_svg, qr_png
from osame.platform.letters.engine import Drawn, Letter, inputs_of
from osame.platform.letters.pressmen import pressmen
from osame.platform.letters.release import PrintResult

DATABASE = "osame_bench_letters"
ON = date(2026, 7, 17)
GOALS = {"ratio": 1.2, "pages_per_second": 400, "one_letter_ms": 100}
SINGLES = 20
FLOOR_BATCH = 100
FLOOR_PAGES = 3_000


@dataclass(frozen=True, slots=True)
class CodedRow:
    """期別一つ。"""

    tax_item: str
    levy_year: str
    term: str
    notice_number: str
    principal_tax: int
    demand_fee: int


@dataclass(frozen=True, slots=True)
class CodedLetter:
    """計測の一通の内容。"""

    total: int
    due: str
    digits: str
    rows: tuple[CodedRow, ...]


def _drawn(context: Any) -> dict[str, Drawn]:
    digits = str(context["digits"])
    return {"gs1": gs1_128_svg(digits[:44]), "qr": qr_png(digits)}


def _samples() -> tuple[SampleLetter, ...]:
    draft = _draft(1)
    return tuple(SampleLetter(draft.context, draft.marks, hard=hard) for hard in (False, True))


KIND = letter_kind(
    LetterKind(
        "B-001", "計測の督促状", "督促状", "bench/typst/coded_letter.typ", CodedLetter, _samples,
        texts={"計測:納付": "裏面の金融機関、コンビニエンスストア、または二次元コードを読み取って納めてください。"},
        ordered_by_law=True, draws=_drawn,
    )
)  # fmt: skip


def run_letter_bench(*, letters: int) -> dict[str, Any]:
    """人を作り、凍らせ、刷り、床と比べる。"""
    fresh_database(DATABASE)
    with _own_home(), acting(Acting("計測", "collection.bench.run", "operation")):
        with transaction.atomic():
            install_parameters()
            through_stage("addressee", COLUMNS, copies(letters))
        started = time.perf_counter()
        run_id = freeze(KIND, map(_draft, range(letters)), as_of=ON, officer="計測")
        frozen = time.perf_counter() - started
        floor_before = _floor(run_id)
        started = time.perf_counter()
        result = print_run(run_id)
        printed = time.perf_counter() - started
        floor_after = _floor(run_id)
        figures = _figures(result, printed, (floor_before + floor_after) / 2 / min(letters, FLOOR_PAGES)) | {
            "letters": letters,
            "processes": pressmen(),
            "freeze_s": frozen,
            "floor_pages": min(letters, FLOOR_PAGES),
            "floors_s": [round(floor_before, 2), round(floor_after, 2)],
            "one_letter_ms": _singles(run_id),
        }
    met = {
        "ratio": figures["ratio"] <= GOALS["ratio"],
        "pages_per_second": figures["pages_per_second"] >= GOALS["pages_per_second"],
        "one_letter_ms": figures["one_letter_ms"] <= GOALS["one_letter_ms"],
    }
    told = {key: round(each, 3) if isinstance(each, float) else each for key, each in figures.items()}
    return told | {"goals": GOALS, "met": met}


def _figures(result: PrintResult, printed: float, floor: float) -> dict[str, Any]:
    """刷り上がりの速さ、大きさ、記憶域。 floor: 裸の typst の、一頁の秒数。"""
    size = sum(path.stat().st_size for path in result.directory.glob("*.pdf"))
    return {
        "pages": result.pages,
        "held": len(result.held),
        "osame_s": printed,
        "ratio": printed / result.pages / floor,
        "pages_per_second": result.pages / printed,
        "floor_pages_per_second": 1 / floor,
        "bytes_per_page": size / result.pages,
        "megabytes": size / 1_000_000,
        "peak_controller_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peak_process_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def _draft(n: int) -> Draft:
    amount = 1_000 + n * 37 % 900_000
    rows = tuple(
        CodedRow("固定資産税・都市計画税", "令和8", f"{term}期", f"{n * 10 + term:010d}", amount, 100)
        for term in (1, 2, 3)
    )
    total = sum(each.principal_tax + each.demand_fee for each in rows)
    digits = f"91{n:012d}".ljust(44, "0") + f"{n * 7919:0211d}"
    return Draft(number(n), "", CodedLetter(total, "令和8年7月27日", digits, rows), (f"{total:,}円",), f"bench:{n}")


def _floor(run_id: int) -> float:
    """同じ頁を、同じ数の process が、裸の typst で組む秒数。入力は先に作っておく。"""
    facts = run_facts(run_id)
    sheets = Sheets(facts.template, common_content(facts, "見本"))
    out = letters_out(run_id, last=min(facts.requested, FLOOR_PAGES))
    letters = [each.letter for each in out if isinstance(each.letter, Letter)]
    batches = [inputs_of(sheets.run, letters[at : at + FLOOR_BATCH]) for at in range(0, len(letters), FLOOR_BATCH)]
    del letters
    with tempfile.TemporaryDirectory() as directory:
        crowd = []
        for each in range(pressmen()):
            path = Path(directory) / f"{each}.pickle"
            path.write_bytes(pickle.dumps((facts.template, batches[each :: pressmen()])))
            crowd.append(
                subprocess.Popen(
                    [sys.executable, "-m", "osame.bench.bare_typst", str(path)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "RAYON_NUM_THREADS": "1"},
                )
            )  # fmt: skip
        del batches
        for one in crowd:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n"
        started = time.perf_counter()
        for one in crowd:
            one.communicate("go\n")
        return time.perf_counter() - started


def _singles(run_id: int) -> float:
    """窓口の一通を、組んで読み返すまで。温まった組版器での中央値（ミリ秒）。"""
    facts = run_facts(run_id)
    one_pdf(facts, 1)
    taken = []
    for at in range(2, 2 + SINGLES):
        started = time.perf_counter()
        one_pdf(facts, at)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1_000


@contextmanager
def _own_home() -> Iterator[None]:
    """刷った物は、終われば消える所に置く。"""
    before = os.environ.get("OSAME_HOME")
    with tempfile.TemporaryDirectory(dir=home()) as directory:
        os.environ["OSAME_HOME"] = directory
        try:
            yield
        finally:
            os.environ.pop("OSAME_HOME") if before is None else os.environ.update(OSAME_HOME=before)
