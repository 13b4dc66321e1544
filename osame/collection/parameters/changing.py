"""基本設定の変更。上書きはせず、ある日からの新しい値を起案し、別の職員の照査と決裁を経て加える。

A change is a new row that holds from its day. The proposal carries the row and what was in force before it; when that has
moved meanwhile, execution is refused. The seal's picture never travels in a proposal: it stays as it was.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction

from osame.collection.ledger.posting import claim_command
from osame.collection.parameters.loading import ParameterFile
from osame.collection.parameters.tables import TABLES, ParameterTable, Row
from osame.collection.parameters.writing import write_rows
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, hash_of, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.database import fetch_all
from osame.platform.imports import registry

CHANGEABLE = ("municipality", "tax_item", "setting", "office_closure", "bank_succession", "standard_text")
"""画面で変えられる表。期別の納期限は、期別ごとの納期限の変更で変える。"""


class NotChangeable(Refusal):
    """この基本設定は、画面では変えられません。基本設定のファイルを直して読み込んでください。"""


class ThatDayIsTaken(Refusal):
    """同じ日から効く値が、もう登録されています。書き換えはできません。適用開始日を一日でもずらしてください。"""


class NothingChanges(Refusal):
    """いまの値と同じです。変えるところを入力してください。"""


class BasisMissing(Refusal):
    """根拠がありません。条例・規則・告示の名と番号を入力してください。"""


class MovedMeanwhile(Refusal):
    """起案の後に、前の値が変わりました。執行せずに止めました。いまの値を確かめ、起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class Change:
    """変更一つ。 before: その日に効いている値（なければ None）; warnings: 確かめてほしいこと。"""

    table: ParameterTable
    row: Row
    before: Row | None
    warnings: tuple[str, ...]

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """項目、前の値、後の値。適用開始日は除く。"""
        before = self.before or {}
        return [
            (str(self.table.field(name).verbose_name), said(self.table, name, before.get(name)), said(self.table, name, value))
            for name, value in self.row.items()
            if name != "valid_from" and value != before.get(name)
        ]  # fmt: skip


def planned(name: str, given: Mapping[str, Any]) -> Change:
    """変更を確かめる。書きはしない。"""
    if name not in CHANGEABLE:
        raise NotChangeable(name)
    table = TABLES[name]
    checked = ParameterFile({name: [{key: value for key, value in given.items() if value is not None}]})
    row = {column: value for column, value in checked.rows[name][0].items() if not _is_picture(table, column)}
    if _rows(table, {column: row[column] for column in table.key}):
        raise ThatDayIsTaken(table.label(row))
    change = Change(table, row, in_force(table, row), tuple(checked.warnings))
    if not change.differences:
        raise NothingChanges
    return change


def in_force(table: ParameterTable, row: Mapping[str, Any]) -> Row | None:
    """その鍵の、その日に効いている値。"""
    if "valid_from" not in table.key:
        return None
    found = _rows(table, {column: row[column] for column in table.key if column != "valid_from"})
    before = [each for each in found if each["valid_from"] <= row["valid_from"]]
    latest = max(before, key=lambda each: each["valid_from"], default=None)
    return {name: value for name, value in latest.items() if not _is_picture(table, name)} if latest else None


def propose_change(name: str, given: Mapping[str, Any], *, basis: str, reason: str) -> int:
    """基本設定の変更を起案する。起案番号を返す。

    要件: F01-01, F01-02, F01-04, F01-06, F01-07, F01-08, F01-10
    """
    if not basis.strip():
        raise BasisMissing
    with transaction.atomic():
        change = planned(name, given)
        content = {
            "table": name,
            "row": _written(change.row),
            "before": _written(change.before) if change.before else None,
            "basis": basis.strip(),
        }
        return propose(HighRiskAct.PARAMETER_CHANGE, content=content, reason=reason)


@executes(HighRiskAct.PARAMETER_CHANGE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された基本設定の変更を執行する。新しい値を加えるだけで、前の値は残る。

    要件: F01-01, F01-02, F01-04, F01-06, F01-07, F01-08, F01-10
    """
    table = TABLES[content["table"]]
    with transaction.atomic():
        registry.take_turn()
        change = planned(table.name, read_back(table, content["row"]))
        if (_written(change.before) if change.before else None) != content["before"]:
            raise MovedMeanwhile(table.title)
        pictures = {name: None for name in table.columns if _is_picture(table, name)}
        if pictures and change.before:
            pictures = {name: _rows(table, {"valid_from": change.before["valid_from"]})[0][name] for name in pictures}
        write_rows(table, [{**change.row, **pictures}])
        claim_command(
            f"parameter-change:{hash_of(content)}",
            kind="change_parameter",
            content=[hash_of(content)],
            purpose=f"基本設定の変更（{table.title}）",
            officer=gate.required().officer,
        )
    return f"{table.title}に、新しい値を加えました"


@describes(HighRiskAct.PARAMETER_CHANGE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """基本設定の変更の起案を、人が読める形にする。"""
    table = TABLES[content["table"]]
    row = read_back(table, content["row"])
    before = read_back(table, content["before"]) if content["before"] else None
    facts = [("設定", table.title)]
    facts += [(str(table.field(name).verbose_name), said(table, name, row[name])) for name in table.key]
    return [*facts, ("根拠", content["basis"]), *Change(table, row, before, ()).differences]


def read_back(table: ParameterTable, written: Mapping[str, Any]) -> Row:
    """起案に書いた行を、列の型に戻す。"""
    return {
        name: date.fromisoformat(value) if isinstance(table.field(name), models.DateField) and value else value
        for name, value in written.items()
    }


def said(table: ParameterTable, name: str, value: Any) -> str:
    """値の言い方。"""
    field = table.field(name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, date):
        return format_wareki(value)
    if isinstance(field, models.BigIntegerField):
        return f"{value:,}円"
    if isinstance(value, bytes | memoryview):
        return f"登録あり（{len(base64.b64encode(value)):,}文字）"
    return str(dict(field.flatchoices).get(value, value))


def _rows(table: ParameterTable, key: Mapping[str, Any]) -> list[Row]:
    where = " AND ".join(f"{column} = %s" for column in key) or "true"
    found = fetch_all(f"SELECT {', '.join(table.columns)} FROM {table.name} WHERE {where}", list(key.values()))
    return [dict(zip(table.columns, row, strict=True)) for row in found]


def _is_picture(table: ParameterTable, column: str) -> bool:
    return isinstance(table.field(column), models.BinaryField)


def _written(row: Row) -> Row:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
