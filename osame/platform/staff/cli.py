"""osame staff … — 職員の登録、停止、異動、役割、事務取扱担当者、個人番号利用権限。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.platform.functions.binding import bound
from osame.platform.functions.identity import Role
from osame.platform.staff import actions, granting
from osame.platform.staff.actions import Contract, NewStaff
from osame.platform.staff.importing import import_feed
from osame.platform.staff.queries import StaffRow, recent_sessions, staff_list
from osame.platform.staff.refusals import UnknownStaff
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table, today

app = typer.Typer(no_args_is_help=True, help="職員を登録し、止め、役割を付ける")
Number = Annotated[str, typer.Argument(help="職員番号")]
Name = Annotated[str, typer.Option("--name", help="氏名")]
Department = Annotated[str, typer.Option("--department", help="所属コード")]
From = Annotated[str | None, typer.Option("--from", help="始期（和暦・西暦。省けば今日）")]
Until = Annotated[str | None, typer.Option("--until", help="終期（この日から効かない）")]
By = Annotated[str | None, typer.Option("--officer", help="行う職員の職員番号（省けば端末の利用者）")]
Reason = Annotated[str, typer.Option("--reason", help="理由（必須）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Right = Annotated[int, typer.Argument(help="権限番号")]


def _say_password(number: str, password: str) -> None:
    console.print(f"{number} の最初のパスワード（一度だけ出ます。本人に手渡してください）：", soft_wrap=True)
    console.print(password, markup=False)


@app.command("first-administrator")
@bound("floor.staff.register")
@refusals_told
def first_administrator(number: Number, name: Name, department: Department, start: From = None) -> None:
    """最初のシステム管理者を登録する。二人そろうまでの間だけ使える。"""
    _say_password(number, actions.first_administrator(NewStaff(number, name, department, day(start))))


@app.command("department")
@bound("floor.staff.register")
@refusals_told
def department_command(
    code: Annotated[str, typer.Argument(help="所属コード")],
    name: Name,
    start: From = None,
    until: Until = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """所属を登録する。"""
    actions.register_department(code, name=name, valid_from=day(start), valid_until=day(until) if until else None)
    console.print(f"所属 {code} を登録しました。")


@app.command()
@bound("floor.staff.register")
@refusals_told
def appoint(
    code: Annotated[str, typer.Argument(help="所属コード")],
    head: Annotated[str, typer.Option("--head", help="所属長の職員番号")],
    manager: Annotated[str, typer.Option("--protection-manager", help="保護管理者の職員番号")],
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """所属長と保護管理者を定める。"""
    actions.appoint(code, head=head, protection_manager=manager)
    console.print(f"所属 {code} の所属長と保護管理者を定めました。")


@app.command()
@bound("floor.staff.register")
@refusals_told
def register(
    number: Number,
    name: Name,
    department: Department,
    start: From = None,
    email: Annotated[str, typer.Option("--email", help="電子メール（なくてもよい）")] = "",
    contractor: Annotated[str, typer.Option("--contractor", help="委託先の名（委託先の者だけ）")] = "",
    contract: Annotated[str, typer.Option("--contract", help="契約番号")] = "",
    ends: Annotated[str | None, typer.Option("--contract-ends", help="契約の最後の日")] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", help="アカウントの最後の日（省けば契約の最後の日）")
    ] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """職員か委託先の者を登録する。一人に一つ。"""
    under = Contract(contractor, contract, day(ends), day(expires) if expires else None) if contractor else None
    _say_password(number, actions.register(NewStaff(number, name, department, day(start), email, under)))


@app.command()
@bound("floor.staff.stop")
@refusals_told
def disable(
    number: Number,
    reason: Reason,
    on: Annotated[str | None, typer.Option("--on", help="止める日（0時に止まる。省けば今すぐ）")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """アカウントを止める。開いているセッションは、すべて終わる。"""
    ended = actions.disable(number, reason=reason, on=day(on) if on else None)
    console.print(f"{number} を{on + 'に止めます' if on else '止めました'}。終わらせたセッション {ended}。")


@app.command()
@bound("floor.staff.stop")
@refusals_told
def enable(number: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """止めたアカウントを、また使えるようにする。"""
    actions.enable(number)
    console.print(f"{number} を、また使えるようにしました。")


@app.command()
@bound("floor.staff.stop")
@refusals_told
def unlock(number: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """続けて失敗したサインインの制限を解く。"""
    actions.unlock(number)
    console.print(f"{number} の制限を解きました。")


@app.command("reset-password")
@bound("floor.staff.reset")
@refusals_told
def reset_password(number: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """パスワードを出し直す。本人を対面で確かめてから行う。"""
    _say_password(number, actions.reset_password(number))


@app.command("reset-factor")
@bound("floor.staff.reset")
@refusals_told
def reset_factor(number: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """第二要素を外す。次のサインインで登録し直させる。"""
    actions.reset_second_factor(number)
    console.print(f"{number} の第二要素を外しました。")


@app.command()
@bound("floor.staff.stop")
@refusals_told
def transfer(
    number: Number,
    department: Department,
    on: Annotated[str | None, typer.Option("--on", help="異動の日（0時に切り替わる。省けば今日）")] = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """異動させる。前の所属での役割・登録・権限は切れる。"""
    actions.transfer(number, department=department, on=day(on), today=today())
    console.print(f"{number} を {department} へ異動させました。")


@app.command("grant-role")
@bound("floor.staff.grant")
@refusals_told
def grant_role(
    number: Number,
    role: Annotated[str, typer.Argument(help="役割（collection_clerk など）")],
    reason: Reason,
    start: From = None,
    until: Until = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """役割の付与を起案する。別の職員の照査と決裁を経て、執行で効く。"""
    proposal = granting.propose_role(
        number, role, valid_from=day(start), valid_until=day(until) if until else None, reason=reason
    )
    console.print(f"起案番号 {proposal}")


@app.command("grant-function")
@bound("floor.staff.grant")
@refusals_told
def grant_function(
    number: Number,
    code: Annotated[str, typer.Argument(help="機能コード")],
    reason: Reason,
    until: Annotated[str, typer.Option("--until", help="終期（必須。この日から効かない）")],
    start: From = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """一つの機能だけを期限付きで許すことを起案する。"""
    proposal = granting.propose_function(number, code, valid_from=day(start), valid_until=day(until), reason=reason)
    console.print(f"起案番号 {proposal}")


@app.command("revoke-role")
@bound("floor.staff.revoke")
@refusals_told
def revoke_role(
    number: Number,
    role: Annotated[str, typer.Argument(help="役割")],
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """役割を取り消す。次の操作から効かない。"""
    granting.revoke_role(number, role)
    console.print(f"{number} の {role} を取り消しました。")


@app.command("revoke-function")
@bound("floor.staff.revoke")
@refusals_told
def revoke_function(
    number: Number,
    code: Annotated[str, typer.Argument(help="機能コード")],
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """機能の許可を取り消す。"""
    granting.revoke_function(number, code)
    console.print(f"{number} の {code} を取り消しました。")


@app.command("register-handler")
@bound("floor.staff.handler")
@refusals_told
def register_handler(number: Number, department: Department, start: From = None, by: By = None) -> None:  # noqa: ARG001
    """事務取扱担当者に登録する。"""
    granting.register_handler(number, department=department, valid_from=day(start))
    console.print(f"{number} を {department} の事務取扱担当者に登録しました。")


@app.command("deregister-handler")
@bound("floor.staff.handler")
@refusals_told
def deregister_handler(number: Number, department: Department, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """事務取扱担当者の登録を抹消する。"""
    granting.deregister_handler(number, department=department)
    console.print(f"{number} の {department} での登録を抹消しました。")


@app.command("apply-number")
@bound("floor.staff.apply_number")
@refusals_told
def apply_number(
    number: Number,
    purpose: Annotated[list[str], typer.Option("--purpose", help="使用目的（繰り返せる）")],
    expires: Annotated[str, typer.Option("--expires", help="最後の日（次の3月31日まで）")],
    start: From = None,
    by: By = None,  # noqa: ARG001 - 門が読む
) -> None:
    """個人番号利用権限を申請する。所属長と保護管理者を経て効く。"""
    right = granting.apply_for_number_right(number, purposes=purpose, valid_from=day(start), expires_on=day(expires))
    console.print(f"権限番号 {right}")


@app.command("endorse-number")
@bound("floor.staff.endorse_number")
@refusals_told
def endorse_number(right: Right, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """所属長が、申請を認める。"""
    granting.endorse_number_right(right, today=today())
    console.print(f"権限番号 {right} を認めました。")


@app.command("grant-number")
@bound("floor.staff.endorse_number")
@refusals_told
def grant_number(right: Right, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """保護管理者が、個人番号利用権限を発行する。"""
    granting.issue_number_right(right, today=today())
    console.print(f"権限番号 {right} を発行しました。")


@app.command("revoke-number")
@bound("floor.staff.revoke")
@refusals_told
def revoke_number(number: Number, by: By = None) -> None:  # noqa: ARG001 - 門が読む
    """個人番号利用権限をすべて取り消す。"""
    console.print(f"{granting.revoke_number_right(number)}件を取り消しました。")


@app.command("import-feed")
@bound("floor.staff.feed")
@refusals_told
def import_feed_command(
    file: Annotated[Path, typer.Argument(help="人事の異動ファイル（CSV）")], by: By = None, as_json: Json = False
) -> None:
    """人事の異動と退職を取り込む。"""
    result = import_feed(file, officer=officer(by), today=today())
    if as_json:
        say_json(result)
        return
    told = result.refusal or f"{result.rows_in}行：反映 {result.rows_posted}、不受理 {result.rows_rejected}"
    console.print(("（前に取込済み）" if result.already_received else "") + told, soft_wrap=True)
    for line, reason in result.problems:
        console.print(f"  {line}行目：{reason}", soft_wrap=True, markup=False)


@app.command("list")
@bound("floor.staff.show")
@refusals_told
def list_command(
    as_of: Annotated[str | None, typer.Option("--as-of", help="基準日（省けば今日）")] = None, as_json: Json = False
) -> None:
    """職員と権限の一覧（棚卸し）。"""
    _tell(staff_list(as_of=day(as_of)), as_json)


@app.command()
@bound("floor.staff.show")
@refusals_told
def show(number: Number, as_json: Json = False) -> None:
    """一人の職員の権限と、最近のセッション。"""
    rows = staff_list(as_of=today(), staff_number=number)
    if not rows:
        raise UnknownStaff(number)
    seats = recent_sessions(number)
    if as_json:
        say_json({"staff": rows[0], "sessions": seats})
        return
    _tell(rows, as_json=False)
    table(
        "最近のセッション",
        ("開始", "最後の操作", "端末", "要素", "終わり方"),
        ((f"{s.started_at:%F %R}", f"{s.seen_at:%F %R}", s.terminal, s.factors, s.ending) for s in seats),
    )


def _tell(rows: list[StaffRow], as_json: bool) -> None:
    if as_json:
        say_json(rows)
        return
    table(
        "職員",
        ("職員番号", "氏名", "所属", "役割", "担当者", "個人番号", "第二要素", "状態"),
        (
            (
                row.staff_number,
                row.name,
                row.department,
                "、".join(Role(role).label for role in row.roles),
                "登録あり" if row.on_register else "",
                "、".join(row.number_purposes),
                "あり" if row.second_factors else "なし",
                ("使える" if row.usable else "停止") + ("・制限中" if row.locked else ""),
            )
            for row in rows
        ),
    )
