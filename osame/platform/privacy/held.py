"""一人について、このシステムが持つすべて。表の定義そのものに尋ねるので、新しい表も漏れない。

Everything held about one person. The catalogue is the list: every column whose Japanese description names an addressee number
(宛名番号) holds people, so a table made tomorrow is found tomorrow, and no list can fall behind the schema. A value is shown
unless a rule hides it; what a rule cannot judge stays hidden until an officer opens it.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from django.apps import apps

from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all
from osame.platform.privacy.models import PrivacyRequest
from osame.platform.suppression.facts import CLASS_OF, MARKER
from osame.platform.terminal import JAPAN

NUMBERS = re.compile(r" ?[(（][A-Z]+-[0-9][^)）]*[)）]")  # 表の説明に添えた機能や様式の番号。本人にも職員にも、要らない
SEALED = "（封印して保管）"
PLACE = "居場所の分かる情報。代理人には、本人の支援措置の有無を確かめて開く（同法第78条第1項第1号）"
THIRD = "第三者に関する情報（同法第78条第1項第2号）"
# 請求と監査の記録は、この事務そのものが書き足していく。抽出の後に変わっても、変わったとは言わない
LIVING = frozenset({
    "audit_event", "egress_record", "privacy_request", "privacy_request_history", "privacy_request_item", "privacy_measure",
})  # fmt: skip
SHOWN_APART = frozenset({"audit_event", "egress_record"})  # 誰が見たか、誰に渡したかは、別の節に書く
NumberKind = PrivacyRequest.NumberKind

INVENTORY = """
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''), a.attname,
       coalesce(col_description(c.oid, a.attnum), ''), format_type(a.atttypid, NULL), has_table_privilege(c.oid, 'SELECT')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  AND c.oid IN (SELECT d.objoid FROM pg_description d WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0
                AND d.description LIKE '%宛名番号%')
ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Column:
    """列。 label: 表に書かれた日本語の説明; kind: 型。"""

    name: str
    label: str
    kind: str

    @property
    def names_people(self) -> bool:
        """人を指す列か。"""
        return "宛名番号" in self.label and self.kind in {"character varying", "text", *ARRAYS}

    @property
    def is_many(self) -> bool:
        """何人もを指すか。"""
        return self.kind in ARRAYS

    @property
    def number_kind(self) -> NumberKind | None:
        """どの番号か。何人もを指す列は、そのシステムの番号なので、どちらにも当たる。"""
        if self.is_many:
            return None
        return NumberKind.UNIFIED if "団体内統合" in self.label else NumberKind.ADDRESSEE


ARRAYS = frozenset({"character varying[]", "text[]"})


@dataclass(frozen=True, slots=True)
class Table:
    """人のことを書いた表。 readable: このシステムの役割で読めるか（読めない表は、扉だけが開く）。"""

    name: str
    label: str
    columns: tuple[Column, ...]
    readable: bool

    def pointing(self, kind: NumberKind) -> tuple[Column, ...]:
        """この種類の番号で人を指す列。"""
        return tuple(each for each in self.columns if each.names_people and each.number_kind in (None, kind))


@dataclass(frozen=True, slots=True)
class Asked:
    """誰の、何を。 by_agent: 代理人の請求か; opened: 表ごとの、職員が確かめて開いた列。"""

    number: str
    kind: NumberKind
    by_agent: bool = False
    opened: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """一つの表に持つもの。 rows: 伏せたあとの値; masks: 伏せた列とその根拠; masked: 伏せた値の数。"""

    table: Table
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    masks: Mapping[str, str]
    masked: int

    @property
    def sha256(self) -> str:
        """伏せたあとの中身のハッシュ。"""
        text = json.dumps([self.table.name, self.columns, self.rows], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Group:
    ground: str
    words: tuple[str, ...]
    opened: bool


@cache
def _groups() -> tuple[_Group, ...]:
    text = resources.files("osame.platform.privacy").joinpath("masking.toml").read_text(encoding="utf-8")
    return tuple(_Group(each["ground"], tuple(each["words"]), each["opened"]) for each in tomllib.loads(text)["group"])


def inventory() -> tuple[Table, ...]:
    """このデータベースの、人のことを書いた表のすべて。"""
    found: dict[str, Table] = {}
    for name, label, column, told, kind, readable in fetch_all(INVENTORY):
        before = found[name].columns if name in found else ()
        found[name] = Table(
            name, NUMBERS.sub("", label) or name, (*before, Column(column, told or column, kind)), bool(readable)
        )
    return tuple(found.values())


def held(asked: Asked) -> Iterator[Held]:
    """この人のことを持つ表を、一つずつ。持たない表は出ない。"""
    for table in inventory():
        if table.readable and (one := held_in(table, asked)) is not None:
            yield one


def doors() -> tuple[Table, ...]:
    """人のことを持つが、このシステムの役割では読めない表。扉（番号の金庫など）を通して、別に示す。"""
    return tuple(each for each in inventory() if not each.readable)


def held_in(table: Table, asked: Asked) -> Held | None:
    """一つの表に持つもの。なければ None。"""
    pointing = table.pointing(asked.kind)
    if not pointing:
        return None
    terms = " OR ".join(
        f'%(number)s = ANY("{each.name}")' if each.is_many else f'"{each.name}" = %(number)s' for each in pointing
    )
    chosen = ", ".join(f'"{each.name}"' for each in table.columns)
    found = fetch_all(f'SELECT {chosen} FROM "{table.name}" WHERE {terms} ORDER BY 1, 2', {"number": asked.number})
    if not found:
        return None
    opened = frozenset((asked.opened or {}).get(table.name, ()))
    masks = {
        each.name: ground
        for each in table.columns
        if (ground := ground_of(each, by_agent=asked.by_agent)) and each.name not in opened
    }
    choices = _choices(table.name)
    rows, masked = [], 0
    for values in found:
        hidden = frozenset(masks) if _own(table, values, asked) else frozenset(each.name for each in table.columns)
        row = tuple(
            _cell(column, choices.get(column.name, {}).get(value, value) if _plain(value) else value, hidden, asked)
            for column, value in zip(table.columns, values, strict=True)
        )
        masked += row.count(MARKER)
        rows.append(row)
    return Held(table, tuple(each.label for each in table.columns), tuple(rows), masks, masked)


def ground_of(column: Column, *, by_agent: bool) -> str:
    """その列を、確かめるまで伏せる根拠。伏せないなら空。"""
    if column.names_people:
        return ""
    for group in _groups():
        if any(word in column.label for word in group.words):
            return group.ground
    if column.kind == "jsonb":
        return THIRD
    return PLACE if by_agent and tells_place(column) else ""


def tells_place(column: Column) -> bool:
    """居場所の分かる列か。列の名と、説明の語のどちらかで。"""
    return column.name in CLASS_OF or any(
        word in column.label for word in ("住所", "所在", "郵便番号", "電話", "送付先", "転出", "世帯", "支店")
    )


def openable(table: Table, name: str) -> bool:
    """職員が確かめて開ける列か。"""
    column = next((each for each in table.columns if each.name == name), None)
    if column is None or column.names_people or column.kind == "bytea":
        return False
    return not any(not group.opened and any(word in column.label for word in group.words) for group in _groups())


def _cell(column: Column, value: Any, hidden: frozenset[str], asked: Asked) -> str:
    if value is None or value == "" or value == []:
        return ""
    if column.kind == "bytea":
        return SEALED
    if column.names_people:
        numbers = value if column.is_many else [value]
        return "、".join(each if each == asked.number else MARKER for each in numbers)
    return MARKER if column.name in hidden else _told(value)


def _plain(value: Any) -> bool:
    """符号として引けるか。"""
    return isinstance(value, str | int)


def _own(table: Table, row: Sequence[Any], asked: Asked) -> bool:
    """その行の持ち主が、この人か。ほかの人の行に名があるだけなら、その行はほかの人のことを言う。"""
    owner = next((index for index, each in enumerate(table.columns) if each.names_people and not each.is_many), None)
    return owner is None or row[owner] == asked.number or table.columns[owner].number_kind is not asked.kind


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, datetime):
        return f"{value.astimezone(JAPAN):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return format_wareki(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return f"{value:,}" if isinstance(value, int) and abs(value) > 9_999 else str(value)


@cache
def _choices(table: str) -> Mapping[str, Mapping[Any, Any]]:
    """符号の列の、日本語の名。"""
    model = next((each for each in apps.get_models() if each._meta.db_table == table), None)
    if model is None:
        return {}
    return {str(each.column): dict(each.flatchoices) for each in model._meta.local_concrete_fields if each.choices}
