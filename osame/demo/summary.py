"""一年の結果を、職員の言葉で表にする。"""

from collections.abc import Callable, Mapping
from pathlib import Path

from rich.box import SIMPLE
from rich.table import Table

from osame.demo.outcome import Outcome
from osame.demo.plan import DemoPlan, Kind


def summarize(plan: DemoPlan, outcome: Outcome, labels: Mapping[Kind, str], report: Callable[[object], None]) -> None:
    """届いたもの、消し込んだもの、保留、督促、締め、検証、次にすることを知らせる。"""
    report(_files_table(outcome, labels))
    report(_money_table(plan, outcome))
    report(_dirt_table(plan))
    found = outcome.verification
    assert found is not None
    verdict = "異常なし" if not found.findings else f"{len(found.findings)}件の食い違い"
    report(f"元帳の検証: {verdict}")
    report(f"元帳ダイジェスト（もう一度実行しても同じ）\n  {outcome.digest}")
    places = [
        ("受け取ったファイル", plan.directory / "inbox"),
        ("真実の控え（混ぜた汚れと、あるはずの結果）", plan.directory / "truth.json"),
        ("全ファイルのハッシュ", plan.directory / "SHA256SUMS"),
    ]
    if outcome.letters_folder is not None:
        places += [
            ("督促状（PDF）", outcome.letters_folder),
            ("発付・除外の一覧（CSV）", outcome.letters_folder.with_name("lists")),
        ]
    for title, path in places:
        report(f"{title}\n  {shown(path)}")
    report(_what_next(plan))


def shown(path: Path) -> str:
    """今いる場所からの道筋。外にあれば全体。"""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _files_table(outcome: Outcome, labels: Mapping[Kind, str]) -> Table:
    table = Table(title="架空市の一年（2025年4月〜2026年3月）", box=SIMPLE)
    for heading in ("仕事", "回数", "行数", "取込", "保留", "不受理", "拒否", "二度目", "秒"):
        table.add_column(heading, justify="left" if heading == "仕事" else "right", no_wrap=True)
    for kind, tally in sorted(outcome.tallies.items()):
        figures = (tally.steps, tally.rows_in, tally.posted, tally.held, tally.rejected, tally.refused, tally.already)
        table.add_row(labels[kind], *(f"{each:,}" for each in figures), f"{tally.seconds:.1f}")
    return table


def _money_table(plan: DemoPlan, outcome: Outcome) -> Table:
    truth = plan.truth
    rows = [
        ("調定した期別", f"{truth.charges:,}件", f"{truth.determined:,}円"),
        ("うち前年度までの未納", f"{truth.carried_over:,}件", ""),
        ("消し込んだ入金", "", f"{outcome.amount_matched:,}円"),
        ("保留した入金（仮受）", "", f"{outcome.amount_held:,}円"),
        ("後から解消した保留", f"{outcome.released:,}件", ""),
        ("督促状", f"{outcome.letters:,}通", f"期別{outcome.demanded_charges:,}件"),
        ("督促した本税", "", f"{outcome.demanded_amount:,}円"),
        ("督促手数料", "", f"{outcome.demand_fees:,}円"),
        ("督促から除いた期別（理由つき）", f"{outcome.left_out:,}件", ""),
        ("締めた日", f"{outcome.days_closed:,}日", "差異 0円"),
    ]
    if outcome.letters_printed:
        rows += [
            ("刷った督促状", f"{outcome.letters_printed:,}通", f"{outcome.printing_seconds:.1f}秒"),
            ("手作業で作る督促状（外字など）", f"{outcome.letters_unprinted:,}通", ""),
        ]
    table = Table(title="金額と件数", show_header=False, box=SIMPLE)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _dirt_table(plan: DemoPlan) -> Table:
    table = Table(title="混ぜておいた現実の汚れ", box=SIMPLE)
    table.add_column("種類")
    table.add_column("件数", justify="right")
    for kind, subjects in sorted(plan.truth.dirt.found.items()):
        table.add_row(kind, f"{len(subjects):,}")
    return table


def _what_next(plan: DemoPlan) -> str:
    unpaid = plan.truth.dirt.found.get("一円不足", ["（納付書番号）"])[0]
    doubled = plan.truth.dirt.found.get("二重納付", ["（納付書番号）"])[0]
    steps = (
        ("一円足りない期別の、仕訳と計算の明細を見る", f"osame charge show {unpaid.lstrip('0')}"),
        ("二重に納められた期別を見る", f"osame charge show {doubled.lstrip('0')}"),
        ("次の督促を試す（四月のファイルが未着なので、門は閉じている）", "osame demand preview --as-of 2026-04-15"),
        ("元帳を仕訳から計算し直す", "osame ledger verify"),
    )
    return "\n".join(["次にすること", *(f"  {title}\n    {command}" for title, command in steps)])
