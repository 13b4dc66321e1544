"""様式の定義（プロファイル）をTOMLから読む。

A layout is data: record classes, field positions and code tables live in `profiles/*.toml` with their status and
source. A municipality that holds the real specification corrects the TOML and passes the text to `Layout.from_toml`;
no code changes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from osame.formats.refusals import WriteError
from osame.formats.reports import Channel, ReportStage

STATUSES: dict[str, str] = {"published": "公開仕様", "reconstructed": "推定（再構成）", "ours": "独自"}
STAGES: dict[str, ReportStage] = {stage.value: stage for stage in ReportStage}
"""様式の `[stages]` に書ける段階。"""
REVIEW = "review"
"""段階ではなく、職員が確かめることにする印。"""


class LayoutError(ValueError):
    """様式の定義に誤りがある。"""


@dataclass(frozen=True, slots=True)
class Field:
    """項目一つ。固定長では位置と長さ、CSVでは列の順と最大長。"""

    id: str
    name: str
    position: int  # 1から。CSVでは列番号
    length: int
    type: str  # N 数字・右詰めゼロ埋め / C 文字・左詰め空白埋め
    value: str = ""  # 決まった値
    required: bool = True

    @property
    def cut(self) -> slice:
        """レコードの中のこの項目の範囲。"""
        return slice(self.position - 1, self.position - 1 + self.length)


@dataclass(frozen=True, slots=True)
class RecordLayout:
    """レコード一種類（ヘッダー、データ、トレーラ、エンド）。"""

    kind: str
    name: str
    status: str
    fields: tuple[Field, ...]

    def field(self, field_id: str) -> Field:
        """項目を識別名で引く。"""
        for field in self.fields:
            if field.id == field_id:
                return field
        raise LayoutError(f"{self.name}に項目「{field_id}」がありません。")

    def has(self, field_id: str) -> bool:
        """その項目を持つか。"""
        return any(field.id == field_id for field in self.fields)

    def cut(self, field_id: str) -> slice:
        """固定長レコードでの項目の範囲。"""
        return self.field(field_id).cut

    def column(self, field_id: str) -> int:
        """CSVでの列の添字（0から）。なければ -1。"""
        return self.field(field_id).position - 1 if self.has(field_id) else -1

    def pack(self, values: Mapping[str, str | int], encoding: str) -> bytes:
        """固定長レコードを書く。区切りは付けない。"""
        return b"".join(pack_field(field, values.get(field.id, field.value), encoding) for field in self.fields)

    def cells(self, values: Mapping[str, str | int]) -> list[str]:
        """CSVの一行を書く。数字は長さまでゼロ埋めする。"""
        return [pack_cell(field, values.get(field.id, field.value)) for field in self.fields]


def pack_cell(field: Field, value: str | int) -> str:
    """CSVの一列。空は空のまま、数字は桁までゼロ埋め。"""
    text = str(value)
    if field.type == "N" and text:
        if not (text.isascii() and text.isdigit()):
            raise WriteError(f"{field.name}「{text}」は数字ではありません。")
        text = text.zfill(field.length)
    if len(text) > field.length:
        raise WriteError(f"{field.name}「{text}」が{field.length}桁を超えています。")
    return text


def pack_field(field: Field, value: str | int, encoding: str) -> bytes:
    """固定長の一項目。数字は右詰めゼロ埋め、文字は左詰め空白埋め。"""
    if field.type == "N":
        return pack_cell(field, value if value != "" else 0).encode("ascii")
    try:
        packed = str(value).encode(encoding)
    except UnicodeEncodeError as error:
        raise WriteError(f"{field.name}「{value}」に様式の文字コードで表せない文字があります。") from error
    if len(packed) > field.length:
        raise WriteError(f"{field.name}「{value}」が{field.length}バイトを超えています。")
    return packed.ljust(field.length)


@dataclass(frozen=True, slots=True)
class Layout:
    """様式一つ。"""

    key: str
    name: str
    channel: Channel
    form: str  # fixed / csv
    status: str
    sources: tuple[str, ...]
    encoding: str
    record_length: int  # 固定長だけ
    pad_short: bool  # 末尾の空白が落ちた短いレコードを空白で補うか
    records: Mapping[str, RecordLayout]
    stages: Mapping[str, str]
    options: Mapping[str, str]

    @classmethod
    def from_toml(cls, text: str) -> "Layout":
        """TOMLの文から様式を作る。誤りがあれば、どこが誤りかを言って断る。"""
        try:
            table = tomllib.loads(text)
            return build(table)
        except LayoutError:
            raise
        except tomllib.TOMLDecodeError as error:
            raise LayoutError(f"TOMLとして読めません: {error}") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise LayoutError(f"様式の定義に必要な値がないか、値が正しくありません: {error}") from error


def build(table: dict[str, Any]) -> Layout:
    """TOMLの表から様式を組み立てて検査する。"""
    status = str(table["status"])
    if status not in STATUSES:
        raise LayoutError(f"status「{status}」は {'・'.join(STATUSES)} のどれかにしてください。")
    form = str(table["form"])
    if form not in {"fixed", "csv"}:
        raise LayoutError(f"form「{form}」は fixed か csv にしてください。")
    length = int(table.get("record_length", 0))
    records = {kind: build_record(kind, entry, status) for kind, entry in table["records"].items()}
    for record in records.values():
        check_record(record, form, length)
    for code, stage in table.get("stages", {}).items():
        if stage not in STAGES and stage != REVIEW:
            raise LayoutError(
                f"stages の「{code}」: 「{stage}」は {'・'.join(STAGES)}・{REVIEW} のどれかにしてください。"
            )
    return Layout(
        key=str(table["profile"]),
        name=str(table["name"]),
        channel=Channel(str(table["channel"])),
        form=form,
        status=status,
        sources=tuple(str(source) for source in table["source"]),
        encoding=str(table["encoding"]),
        record_length=length,
        pad_short=bool(table.get("pad_short", False)),
        records=records,
        stages={str(code): str(stage) for code, stage in table.get("stages", {}).items()},
        options={str(name): str(value) for name, value in table.get("options", {}).items()},
    )


def build_record(kind: str, entry: dict[str, Any], status: str) -> RecordLayout:
    """レコード一種類を組み立てる。CSVの列は並び順が位置になる。"""
    fields: list[Field] = []
    for order, item in enumerate(entry["fields"], 1):
        fields.append(
            Field(
                id=str(item["id"]),
                name=str(item["name"]),
                position=int(item.get("at", order)),
                length=int(item["length"]),
                type=str(item["type"]),
                value=str(item.get("value", "")),
                required=bool(item.get("required", True)),
            )
        )
    return RecordLayout(kind, str(entry["name"]), str(entry.get("status", status)), tuple(fields))


def check_record(record: RecordLayout, form: str, length: int) -> None:
    """項目がすき間も重なりもなくレコードを埋めているかを確かめる。"""
    expected = 1
    for field in record.fields:
        if field.type not in {"N", "C"}:
            raise LayoutError(f"{record.name}の「{field.name}」: type は N か C にしてください。")
        if field.position != expected:
            raise LayoutError(f"{record.name}の「{field.name}」: 位置{field.position}は{expected}のはずです。")
        expected += field.length if form == "fixed" else 1
    if form == "fixed" and expected != length + 1:
        raise LayoutError(f"{record.name}の長さが{expected - 1}バイトです（{length}バイトのはず）。")
    if len({field.id for field in record.fields}) != len(record.fields):
        raise LayoutError(f"{record.name}に同じ識別名の項目が二つあります。")


@cache
def load_layout(key: str) -> Layout:
    """同梱の様式を読む。"""
    path = resources.files("osame.formats") / "profiles" / f"{key}.toml"
    return Layout.from_toml(path.read_text(encoding="utf-8"))


def as_layout(profile: "str | Layout") -> Layout:
    """名前でも様式そのものでも受け取る。"""
    return load_layout(profile) if isinstance(profile, str) else profile
