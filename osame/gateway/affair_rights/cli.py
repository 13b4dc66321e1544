"""osame gateway rights … — 職員ごとの事務の権限。"""

from datetime import timedelta
from typing import Annotated

import typer

from osame.gateway.affair_rights import actions, queries
from osame.gateway.affair_rights.actions import Grant
from osame.gateway.affair_rights.models import AffairRight
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, refusals_told, table

app = typer.Typer(
    no_args_is_help=True, help="職員ごとの事務の権限（誰が、どの事務を、見て、照会し、提供を決めてよいか）"
)
Deed = AffairRight.Deed
By = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]


@app.command("list")
@bound("gateway.affair_rights.show")
@refusals_told
def list_command(ended: Annotated[bool, typer.Option("--ended", help="取り消したものも")] = False) -> None:
    """事務の権限の一覧。"""
    table(
        "事務の権限",
        ("番号", "システム", "職員", "所属", "事務", "特定個人情報", "行ってよいこと", "始まり", "終わり", "取消し"),
        (
            (row.pk, row.system, row.staff_number, row.department, row.affair, row.item or "すべて",
             Deed(row.deed).label, row.valid_from, row.valid_until or "", "○" if row.ended_at else "")
            for row in queries.listed(ended=ended)
        ),
    )  # fmt: skip


@app.command("propose")
@bound("gateway.affair_rights.propose")
@refusals_told
def propose_command(
    staff: Annotated[str, typer.Argument(help="職員番号")],
    affair: Annotated[str, typer.Option(help="事務コード")],
    deed: Annotated[Deed, typer.Option(help="1 見る、2 照会する、3 提供を決める、4 記録を訂正する")],
    reason: Annotated[str, typer.Option(help="わけ")],
    department: Annotated[str, typer.Option(help="所属コード（この所属にいる間だけ効く）")] = "",
    item: Annotated[str, typer.Option(help="特定個人情報名コード（省けば、この事務のすべて）")] = "",
    system: Annotated[str, typer.Option("--of", help="職員のいるシステム（省けば、この画面の職員）")] = queries.CONSOLE,
    since: Annotated[str | None, typer.Option("--from", help="適用開始日")] = None,
    through: Annotated[str | None, typer.Option(help="最後の日（省けば、取り消すまで）")] = None,
    by: By = None,  # noqa: ARG001 - 命令の門が読む
) -> None:
    """事務の権限の付与を起案する。ほかの二人の照査と決裁の後に、付く。"""
    grant = Grant(
        system=system, staff_number=staff, department=department, affair=affair, item=item, deed=deed,
        valid_from=day(since), valid_until=day(through) + timedelta(days=1) if through else None,
    )  # fmt: skip
    console.print(f"起案番号 {actions.propose_right(grant, reason=reason)}")


@app.command("end")
@bound("gateway.affair_rights.end")
@refusals_told
def end_command(
    number: Annotated[int, typer.Argument(help="事務の権限番号")],
    by: By = None,  # noqa: ARG001 - 命令の門が読む
) -> None:
    """事務の権限を取り消す。次の操作から効かない。"""
    actions.end_right(number)
    console.print("取り消しました。")
