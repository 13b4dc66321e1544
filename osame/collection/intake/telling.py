"""取込みの結果を、端末で見せる。どの取込みの命令も、同じ言い方をする。"""

from rich.markup import escape

from osame.platform.imports.registry import ImportResult
from osame.platform.terminal import console, errors, say_json


def tell(result: ImportResult, *, as_json: bool) -> None:
    """取込みの結果を見せる。断られたファイルなら、終了コード1。"""
    if as_json:
        say_json(result)
    elif result.refusal:
        errors.print(
            f"[red]受け付けません：[/red]{escape(result.file_name)}\n  {escape(result.refusal)}", soft_wrap=True
        )
    else:
        known = "（受領済み。何も変えていません）" if result.already_received else ""
        console.print(f"取込番号 {result.intake_file_id}　{result.file_name}{known}")
        console.print(
            f"  行 {result.rows_in:,} ＝ 取込 {result.rows_posted:,} ＋ 保留 {result.rows_held:,} "
            f"＋ 不受理 {result.rows_rejected:,}"
        )
        if result.amount_matched or result.amount_held or result.amount_reported:
            console.print(
                f"  金額 消込 {result.amount_matched:,}円、保留 {result.amount_held:,}円、"
                f"不受理 {result.amount_rejected:,}円、報告のみ {result.amount_reported:,}円"
            )
        if result.released_held:
            console.print(f"  保留していたもののうち {result.released_held:,} 件が解消しました")
        for line, reason in result.problems:
            console.print(f"  [yellow]{f'{line}行目' if line else '注意'}[/yellow] {escape(reason)}", soft_wrap=True)
        remaining = result.rows_held + result.rows_rejected - sum(line > 0 for line, _ in result.problems)
        if result.problems and remaining > 0:
            console.print(f"  ほか {remaining:,} 行")
    if result.refusal:
        raise SystemExit(1)
