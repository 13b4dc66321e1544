"""基本設定の TOML にある表と、その列。

Which tables the parameters file holds, what is the key of each, and which columns belong to it. Columns that record an
official act (a waiver) are no parameters and stay out.
"""

from dataclasses import dataclass
from typing import Any

from django.db import models

from osame.collection.parameters.models import (
    AssignmentRule,
    BankSuccession,
    DebitConsignor,
    ExpectedFile,
    InstallmentTerm,
    Marker,
    Municipality,
    OfficeClosure,
    Setting,
    StandardText,
    TaxItem,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """基本設定の表一つ。"""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    model: type[models.Model]
    blank: tuple[str, ...] = ()  # 基本設定ではない列。新しい行では空

    def field(self, column: str) -> "models.Field[Any, Any]":
        """列の定義。"""
        field = self.model._meta.get_field(column)
        assert isinstance(field, models.Field)
        return field

    def label(self, row: Row) -> str:
        """どの行かを人に示す。"""
        shown = "・".join(str(row.get(column, "")) for column in self.key)
        return f"{self.title}（{shown}）"


def table(title: str, model: type[models.Model], key: str, *, without: tuple[str, ...] = ()) -> ParameterTable:
    """モデルから表を作る。"""
    columns = tuple(f.name for f in model._meta.local_concrete_fields if f.name != "pk" and f.name not in without)
    return ParameterTable(model._meta.db_table, title, tuple(key.split()), columns, model, without)


TABLES: dict[str, ParameterTable] = {
    each.name: each
    for each in (
        table("団体情報", Municipality, "valid_from"),
        table("税目", TaxItem, "tax_item valid_from"),
        table("期別", InstallmentTerm, "levy_year tax_item installment_term"),
        table("業務パラメータ", Setting, "name valid_from"),
        table("休業日", OfficeClosure, "closed_on"),
        table("金融機関の承継", BankSuccession, "old_bank_code old_branch_code"),
        table("口座振替の委託者", DebitConsignor, "bank_code valid_from"),
        table("届くはずのファイル", ExpectedFile, "profile business_on", without=("waived_by", "waived_reason")),
        table("定型文", StandardText, "text_key valid_from"),
        table("担当の割当て", AssignmentRule, "rule_number"),
        table("付箋", Marker, "marker_number"),
    )
}
"""TOML の表の名 → 表。並びは書き出しの順。"""
