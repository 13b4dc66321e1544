"""操作員の端末。表・進み具合・エラーの見せ方を、どの命令でも同じにする。

How every command talks: a table for people, `--json` for machines, a clear Japanese sentence and exit code 1 on refusal.
"""

import dataclasses
import functools
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, NoReturn, ParamSpec, TypeVar

import psycopg
from django.db import DatabaseError, OperationalError
from psycopg.errors import UndefinedColumn, UndefinedTable
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from osame.kernel.dates import parse_date
from osame.kernel.refusals import Refusal

P = ParamSpec("P")
R = TypeVar("R")
JAPAN = timezone(timedelta(hours=9))

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def now() -> datetime:
    """いま（日本時間）。時計を読むのは、命令の入口のここだけ。"""
    return datetime.now(JAPAN)


def instants_of(since: date | None, through: date | None) -> tuple[datetime | None, datetime | None]:
    """二つの日（両端を含む。ない端は None）を、日本時間の、始まりの瞬間と、終わりの日の次の日の始まりにする。"""
    first = datetime.combine(since, time(), JAPAN) if since else None
    return first, datetime.combine(through + timedelta(days=1), time(), JAPAN) if through else None


def set_day() -> date | None:
    """検証環境で、OSAME_TODAY に置いた日。置いていなければ None（架空市の一日を、何度でも同じに見せる）。"""
    told = os.environ.get("OSAME_TODAY", "")
    return parse_date(told) if told and os.environ.get("OSAME_ENVIRONMENT", "検証環境") else None


def today() -> date:
    """今日（日本時間）。検証環境では、置いた日を今日とする。"""
    return set_day() or now().date()


def day(text: str | None) -> date:
    """--as-of の値。省けば今日。和暦でも西暦でもよい。"""
    return parse_date(text) if text else today()


def officer(name: str | None) -> str:
    """--officer の値。省けば端末の利用者。"""
    return name or os.environ.get("OSAME_OFFICER") or getpass.getuser()


def refusals_told(command: Callable[P, R]) -> Callable[P, R]:
    """断りを、日本語の一文と終了コード1にする。"""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except (Refusal, FileNotFoundError, IsADirectoryError, PermissionError) as refusal:
            message = str(refusal)
            if isinstance(refusal, OSError):
                message = f"ファイル「{refusal.filename}」を読めません。場所と権限を確かめてください。"
            _fail(message)
        except DatabaseError as failure:
            _database_failed(failure)

    return told


REFUSED_BY_DATABASE = "OS409"  # 表の守りが、職員に宛てた文で断るときの符号


def _database_failed(failure: DatabaseError) -> NoReturn:
    """データベースの失敗のうち、職員か運用者が直せるものを、文にする。ほかは、そのまま投げる。"""
    cause = failure.__cause__
    if isinstance(cause, psycopg.Error) and cause.sqlstate == REFUSED_BY_DATABASE:
        _fail(cause.diag.message_primary or "")
    if isinstance(failure, OperationalError):
        _fail(
            "データベースにつながりません。動いているか、接続先の設定を確かめてください。"
            f"初めてなら「osame setup」を実行してください。（{failure}）"
        )
    if isinstance(cause, UndefinedTable | UndefinedColumn):
        _fail("データベースの表が、まだないか古いものです。「osame setup」を実行してください。")
    raise failure


def _fail(message: str) -> NoReturn:
    errors.print(f"[red]できません：[/red]{escape(message)}", markup=True, soft_wrap=True)
    raise SystemExit(1)


def say_json(answer: Any) -> None:
    """機械のために、JSON を一つ書く。"""
    sys.stdout.write(json.dumps(plain(answer), ensure_ascii=False, default=str) + "\n")


def plain(answer: Any) -> Any:
    """データクラスや日付を、JSON にできる形にする。"""
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {field.name: plain(getattr(answer, field.name)) for field in dataclasses.fields(answer)}
    if isinstance(answer, dict):
        return {str(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [plain(value) for value in answer]
    if isinstance(answer, date):
        return answer.isoformat()
    return answer if isinstance(answer, str | int | bool | None) else str(answer)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """表を見せる。数字の列（見出しが「件」「額」「円」などで終わる）は右に寄せる。"""
    shown = Table(title=title, title_justify="left", header_style="bold")
    for name in columns:
        right = name.endswith(("件", "額", "円", "数", "残"))
        shown.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        shown.add_row(
            *(f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell) for cell in row)
        )
    console.print(shown)
