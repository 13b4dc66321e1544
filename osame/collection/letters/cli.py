"""osame letter … — 文書の束の一覧、印刷、数の突合せ、引抜き、差出し。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.letters.actions import pull as pull_letter
from osame.collection.letters.actions import record_counts, record_dispatch
from osame.collection.letters.bulk import propose_bulk_print
from osame.collection.letters.confirmation import LETTERS, propose_letters
from osame.collection.letters.enclosing import enclosed_in, register_need
from osame.collection.letters.models import EnclosureNeed
from osame.collection.letters.printing import print_run, write_one
from osame.collection.letters.queries import one_run, runs
from osame.collection.letters.samples import write_samples
from osame.kernel.dates import format_wareki, parse_date
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, officer, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="文書を送る")
Run = Annotated[int, typer.Argument(help="束の番号")]
Number = Annotated[int, typer.Argument(help="発付番号")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
NEWEST = 50


@app.command("list")
@bound("collection.letters.list")
@refusals_told
def list_runs(
    form: Annotated[str, typer.Option(help="この様式だけ（R-006 など）")] = "", as_json: Json = False
) -> None:
    """文書の束を、新しいものから並べる。"""
    found = runs(limit=NEWEST, form=form)
    if as_json:
        say_json(found)
        return
    table(
        "文書の束",
        ("番号", "様式", "文書", "発付日", "通数", "印刷", "手作業", "支援措置", "差出日"),
        [
            (str(each.run_id), each.form, each.name, each.issued_on, each.requested, each.generated, each.held, each.apart,
             each.dispatched_on or "")
            for each in found
        ],
    )  # fmt: skip


@app.command("print")
@bound("collection.letters.print")
@refusals_told
def print_letters(
    run_id: Run, reason: Annotated[str, typer.Option(help="もう一度刷る理由")] = "", as_json: Json = False
) -> None:
    """束の文書を刷り、一枚ずつ読み返す。途中で止まっても、もう一度頼めば同じ束になる。"""
    result = print_run(run_id, reason=reason)
    if as_json:
        say_json(result)
        return
    already = "（前に刷っています）" if result.replayed else ""
    console.print(f"印刷{result.generated:,}通（{result.pages:,}頁）{already}", soft_wrap=True)
    for each in result.held:
        console.print(f"手作業 発付番号{each.letter_number}: {each.reason}", soft_wrap=True)
    console.print(f"出力先 {result.directory}", soft_wrap=True)


@app.command("one")
@bound("collection.letters.print")
@refusals_told
def one(
    run_id: Run,
    number: Number,
    to: Annotated[Path, typer.Option(help="書き出すファイル（必須）")],
    reason: Annotated[str, typer.Option(help="もう一度刷る理由")] = "",
) -> None:
    """一通だけを刷る。"""
    console.print(f"出力番号 {write_one(run_id, number, to, reason=reason).serial}")


@app.command("enclosures")
@bound("collection.letters.enclose")
@refusals_told
def enclosures(run_id: Run) -> None:
    """束の中で、点字・外国語などを同封する一通を並べる。"""
    table(f"束 {run_id} の同封", ("発付番号", "宛先", "同封するもの"),
          ((str(each.letter_number), each.to_name, each.enclosures) for each in enclosed_in(run_id)))  # fmt: skip


@app.command("enclose")
@bound("collection.letters.enclose")
@refusals_told
def enclose(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号")],
    kind: Annotated[
        EnclosureNeed.Kind, typer.Option("--kind", help="1 点字、2 大きな文字、3 音声コード、4 外国語の案内")
    ],
    basis: Annotated[str, typer.Option("--basis", help="申出の説明（必須）")],
    language: Annotated[str, typer.Option("--language", help="外国語の案内の言語")] = "",
    by: Officer = None,
) -> None:
    """これから作る文書に、点字・外国語などを同封する申出を登録する。"""
    number = register_need(
        addressee_number.zfill(15), kind, language=language, basis=basis, as_of=today(), officer=officer(by)
    )
    console.print(f"同封 {number} を登録しました。")


@app.command("count")
@bound("collection.letters.count")
@refusals_told
def count(
    run_id: Run,
    printed: Annotated[int, typer.Option(help="刷った通数（必須）")],
    enclosed: Annotated[int, typer.Option(help="封入した通数（必須）")],
    by: Officer = None,
) -> None:
    """刷った通数と封入した通数を記録する。印刷データと合わなければ断る。"""
    record_counts(run_id, printed=printed, enclosed=enclosed, officer=officer(by))
    found = one_run(run_id)
    console.print(f"数が合いました（印刷データ{found.generated:,}通、引抜き{found.pulled:,}通、封入{enclosed:,}通）。")


@app.command("pull")
@bound("collection.letters.pull")
@refusals_told
def pull(
    run_id: Run, number: Number, reason: Annotated[str, typer.Option(help="理由（必須）")], by: Officer = None
) -> None:
    """差し出す前の一通を引き抜く。"""
    pull_letter(run_id, number, reason=reason, officer=officer(by))
    console.print("引抜きを記録しました。封筒から抜いてください。")


@app.command("dispatch")
@bound("collection.letters.dispatch")
@refusals_told
def dispatch(run_id: Run, on: Annotated[str, typer.Option(help="差出日（必須）")], by: Officer = None) -> None:
    """文書を差し出した日を記録する。"""
    day = parse_date(on)
    record_dispatch(run_id, dispatched_on=day, officer=officer(by))
    console.print(f"{format_wareki(day)}に差し出しました。")


@app.command("confirm")
@bound("collection.letters.confirm")
@refusals_told
def confirm(run_id: Run, reason: Annotated[str, typer.Option(help="理由（必須）")]) -> None:
    """支援措置の対象者の文書を、別の職員の照査と決裁に回す。"""
    console.print(f"起案{propose_letters(LETTERS, run_id, reason=reason)}を照査と決裁に回しました。")


@app.command("propose")
@bound("collection.letters.bulk")
@refusals_told
def propose(run_id: Run, reason: Annotated[str, typer.Option(help="理由（必須）")]) -> None:
    """千人を超える束を刷ることを、大量出力として起案する。"""
    console.print(f"起案{propose_bulk_print(run_id, reason=reason)}を照査と決裁に回しました。")


@app.command("samples")
@bound("collection.letters.list")
@refusals_told
def samples(
    to: Annotated[Path, typer.Option(help="書き出すフォルダー（必須）")],
    form: Annotated[str, typer.Option(help="この様式だけ")] = "",
) -> None:
    """架空の人の見本を、様式ごとに一枚の絵（PNG）にする。"""
    for path in write_samples(to, form=form):
        console.print(path, soft_wrap=True)
