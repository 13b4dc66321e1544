"""架空市の一年を動かす。筋書きを、職員が使うのと同じ扉だけを通して行う。

Runs the plan through the same doors that officers use. Running it again changes nothing: every file is known, every day
is closed, every demand was made.
"""

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from osame.collection.addressees.importing import import_addressees
from osame.collection.cases.batch import refresh_cases
from osame.collection.closing.actions import close_day
from osame.collection.closing.importing import import_bank_totals
from osame.collection.demands.batch import DemandRunResult, run_demands
from osame.collection.demands.letters import print_demand_letters
from osame.collection.demands.lists import write_list
from osame.collection.determinations.importing import import_determinations, retry_held
from osame.collection.inquiry.verification import verify_everything
from osame.collection.ledger.digest import ledger_digest
from osame.collection.matching.importing import import_receipts
from osame.collection.parameters.actions import import_installment_terms, load_parameters
from osame.demo.accounts import OFFICER
from osame.demo.outcome import Outcome, Tally
from osame.demo.plan import DemoPlan, Kind, Step, build
from osame.demo.summary import summarize
from osame.kernel.refusals import Refusal
from osame.platform import database, embedded, gate
from osame.platform.imports.registry import ImportResult

PLAN_FOLDER = "demo"

LABELS = {
    Kind.PARAMETERS: "基本設定",
    Kind.INSTALLMENT_TERMS: "期別マスタ",
    Kind.ADDRESSEES: "宛名",
    Kind.DETERMINATIONS: "調定・異動",
    Kind.RECEIPTS: "収納ファイル",
    Kind.BANK_TOTALS: "公金日計",
    Kind.CLOSING: "日締め",
    Kind.DEMAND: "督促",
}


class AnotherCity(Refusal):
    """この場所には人数か種の違う架空市があります。「make clean」で消すか、OSAME_HOME で別の場所を選んでください。"""


def run_demo(
    residents: int, seed: int, home: Path, report: Callable[[object], None], *, print_letters: bool = True
) -> Outcome:
    """架空市を作り、一年を動かし、結果を表にして知らせる。

    Make the city, run its year and report. `report` receives lines and rich tables.
    """
    directory = home / PLAN_FOLDER
    _refuse_another_city(directory, residents, seed)
    report(f"架空市（住民{residents:,}人、種{seed}）のファイルを書いています …")
    started = time.perf_counter()
    plan = build(residents, seed, directory)
    written = time.perf_counter() - started
    report(f"  {len(plan.hashes)}個のファイルを {directory} に書きました（{written:.1f}秒）。")
    database.prepare()
    outcome = perform(plan, print_letters=print_letters)
    summarize(plan, outcome, LABELS, report)
    return outcome


def perform(plan: DemoPlan, *, show: bool = True, print_letters: bool = True) -> Outcome:
    """筋書きを、順に行う。督促状は、初めての実行のときに刷る。"""
    with gate.acting(gate.Acting(OFFICER, "collection.demo.run", "operation", role="operator")):
        return _perform(plan, show=show, print_letters=print_letters)


def _perform(plan: DemoPlan, *, show: bool, print_letters: bool) -> Outcome:
    outcome = Outcome()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not show) as progress:
        task = progress.add_task("", total=len(plan.steps) + 3)
        for step in plan.steps:
            progress.update(task, description=f"{step.on} {LABELS[step.kind]}")
            started = time.perf_counter()
            tally = outcome.tallies.setdefault(step.kind, Tally())
            issued = take(plan, step, outcome, tally)
            tally.steps += 1
            tally.seconds += time.perf_counter() - started
            if print_letters and issued is not None:
                progress.update(task, description=f"{step.on} 督促状の印刷")
                _print(issued, outcome)
            progress.advance(task)
        progress.update(task, description="滞納整理の台帳")
        refresh_cases(as_of=plan.steps[-1].on, officer=OFFICER)
        progress.advance(task)
        progress.update(task, description="元帳の検証")
        outcome.verification = verify_everything()
        progress.advance(task)
        outcome.digest = ledger_digest()
    return outcome


def take(plan: DemoPlan, step: Step, outcome: Outcome, tally: Tally) -> DemandRunResult | None:
    """一歩を行う。督促したときは、その結果を返す。"""
    path = plan.directory / step.path
    if step.kind is Kind.PARAMETERS:
        outcome.warnings = load_parameters(path, officer=OFFICER).warnings
    elif step.kind is Kind.CLOSING:
        assert step.day is not None
        outcome.days_closed += close_day(step.day, as_of=step.on, officer=OFFICER).closed
    elif step.kind is Kind.DEMAND:
        return _demand(step, outcome)
    else:
        result = _import(step, path)
        _count(result, tally)
        outcome.results[step.path] = result
        if result.intake_file_id not in outcome.files_seen:  # 二度届いたファイルの金額は、一度だけ数える
            outcome.files_seen.add(result.intake_file_id)
            outcome.released += result.released_held
            outcome.amount_matched += result.amount_matched
            outcome.amount_held += result.amount_held
        if step.kind is Kind.ADDRESSEES:
            outcome.released += retry_held(as_of=step.on, officer=OFFICER, cause=f"addressees:{result.intake_file_id}")

    return None


def _import(step: Step, path: Path) -> ImportResult:
    if step.kind is Kind.RECEIPTS:
        return import_receipts(path, profile=step.profile, as_of=step.on, officer=OFFICER)
    doors = {
        Kind.INSTALLMENT_TERMS: import_installment_terms,
        Kind.ADDRESSEES: import_addressees,
        Kind.DETERMINATIONS: import_determinations,
        Kind.BANK_TOTALS: import_bank_totals,
    }
    return doors[step.kind](path, as_of=step.on, officer=OFFICER)


def _demand(step: Step, outcome: Outcome) -> DemandRunResult:
    assert step.day is not None
    issued = run_demands(as_of=step.on, cut_off=step.day, officer=OFFICER)
    outcome.letters += issued.letters
    outcome.demanded_charges += issued.charges
    outcome.demanded_amount += issued.principal_tax
    outcome.demand_fees += issued.demand_fee
    outcome.left_out += issued.left_out
    return issued


def _print(issued: DemandRunResult, outcome: Outcome) -> None:
    """督促状を刷り、発付と除外の一覧を添える。前に刷ったものは刷り直さない。"""
    folder = embedded.home() / "letters"
    outcome.letters_folder = folder
    if issued.replayed or not issued.letters:
        return
    started = time.perf_counter()
    printed = print_demand_letters(issued.run_id)
    outcome.letters_printed += printed.generated
    outcome.letters_unprinted += len(printed.held)
    lists = embedded.home() / "lists"
    lists.mkdir(parents=True, exist_ok=True)
    for name, kind in (("発付", "issued"), ("除外", "excluded")):
        write_list(issued.run_id, kind, lists / f"督促_{name}一覧_{issued.issued_on:%Y%m%d}.csv")
    outcome.printing_seconds += time.perf_counter() - started


def _count(result: ImportResult, tally: Tally) -> None:
    """行数を数える。断ったファイルと、前に受けたファイルの行は数えない。"""
    if result.refusal:
        tally.refused += 1
    elif result.already_received:
        tally.already += 1
    else:
        tally.rows_in += result.rows_in
        tally.posted += result.rows_posted
        tally.held += result.rows_held
        tally.rejected += result.rows_rejected


def _refuse_another_city(directory: Path, residents: int, seed: int) -> None:
    """同じ場所に、別の架空市を重ねない。"""
    mark = directory / "city.txt"
    identity = f"住民{residents}人 種{seed}\n"
    if mark.exists() and mark.read_text(encoding="utf-8") != identity:
        raise AnotherCity(mark.read_text(encoding="utf-8").strip())
    directory.mkdir(parents=True, exist_ok=True)
    mark.write_text(identity, encoding="utf-8")
