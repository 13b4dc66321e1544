"""基本設定の TOML を読み、確かめる。

Reads the parameters file into rows. Everything that is wrong is collected and told at once; what is merely unwise
becomes a warning. Nothing here writes.
"""

import base64
import binascii
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import models

from osame.collection.ledger.order import AllocationOrder, UnlawfulAllocationOrder
from osame.collection.parameters.banks import branch
from osame.collection.parameters.tables import TABLES, ParameterTable, Row
from osame.kernel.check_digits import municipality_code_is_valid
from osame.kernel.kana import BankField, BankKanaError, to_bank_kana
from osame.kernel.refusals import Refusal
from osame.law.demand import DEMAND_DAYS
from osame.law.due_date import explain_due_date
from osame.law.prepayment_reward import RewardRule
from osame.law.restitution import RestitutionRule
from osame.platform.letters.seal import UnreadableSeal, seal_svg

WHOLE_NUMBER_SETTINGS = (
    "督促しない少額（円未満）", "督促の指定期限までの日数", "督促の発付日数", "口座振替の開始までの日数",
    "口座振替の開始までの日数（ペイジー）", "口座振替を止める連続不能の回数", "納付書の指定期限までの最長日数",
    "公金受取口座の保存日数",
)  # fmt: skip
CONSIGNOR_DIGITS = {"bank_code": 4, "consignor_code": 10, "branch_code": 3, "account_number": 7}
EARLIEST, LATEST = date(1950, 1, 1), date(2100, 12, 31)
SHOWN_PROBLEMS = 30


class ParametersRefused(Refusal):
    """基本設定のファイルに誤りがあるため、何も登録しません。次の箇所を直して、もう一度読み込んでください。"""


class ParameterFile:
    """読んだ基本設定。`rows` は表ごとの行、`warnings` は職員に見せる注意。"""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.rows: dict[str, list[Row]] = {}
        self.warnings: list[str] = []
        self.problems: list[str] = []
        self._read(document)
        self._check_meaning()
        if self.problems:
            shown = self.problems[:SHOWN_PROBLEMS]
            if len(self.problems) > SHOWN_PROBLEMS:
                shown.append(f"ほか{len(self.problems) - SHOWN_PROBLEMS}件")
            raise ParametersRefused("／".join(shown))

    def _read(self, document: Mapping[str, Any]) -> None:
        for name, entries in document.items():
            table = TABLES.get(name)
            if table is None or not isinstance(entries, list):
                self.problems.append(f"[[{name}]] という表はありません（{'・'.join(TABLES)}）")
                continue
            rows: dict[tuple[Any, ...], Row] = {}
            for entry in entries:
                for one in spread(entry):
                    self._take(table, one, rows)
            self.rows[name] = list(rows.values())

    def _take(self, table: ParameterTable, entry: Any, rows: dict[tuple[Any, ...], Row]) -> None:
        """一行を確かめて加える。同じ鍵の行が前にあれば断る。"""
        found = len(self.problems)
        for name in entry:
            if name not in table.columns:
                self.problems.append(f"{table.label(entry)}: 項目「{name}」はありません")
        row: Row = {}
        for column in table.columns:
            try:
                row[column] = value_of(table.field(column), entry.get(column))
            except ValueError as error:
                self.problems.append(f"{table.label(entry)}: {error}")
        if len(self.problems) > found:
            return
        key = tuple(row[column] for column in table.key)
        if key in rows:
            self.problems.append(f"{table.label(row)}: 同じ行が二つあります")
            return
        rows[key] = row

    def _check_meaning(self) -> None:
        """一つの値だけでは分からない誤りと注意。"""
        for row in self.rows.get("municipality", []):
            if not municipality_code_is_valid(row["municipality_code"]):
                self.problems.append(f"団体コード「{row['municipality_code']}」の検査数字が合いません")
            for name, title in (
                ("receiving_agency_number", "収納機関番号"),
                ("barcode_corporate_code", "収納企業コード"),
            ):
                if not (len(row[name]) == 5 and row[name].isascii() and row[name].isdigit()):
                    self.problems.append(f"{title}「{row[name]}」は5桁の数字です")
            try:
                if row["seal_image"]:
                    seal_svg(bytes(row["seal_image"]))
            except UnreadableSeal as error:
                self.problems.append(str(error))
        for row in self.rows.get("tax_item", []):
            if row["prescription_years"] not in {2, 5}:
                self.problems.append(f"税目「{row['name']}」の時効年数は2か5です")
            if row["demand_fee"] < 0 or row["first_period_months"] < 0:
                self.problems.append(f"税目「{row['name']}」の督促手数料と期間は0以上です")
            if not (len(row["tax_item"]) == 2 and row["tax_item"].isascii() and row["tax_item"].isalnum()):
                self.problems.append(f"税目コード「{row['tax_item']}」は半角2文字です")
        for row in self.rows.get("installment_term", []):
            self._check_term(row)
        for row in self.rows.get("setting", []):
            self._check_setting(row)
        for row in self.rows.get("debit_consignor", []):
            self._check_consignor(row)
        self._check_successions()

    def _check_consignor(self, row: Row) -> None:
        """口座振替の委託者。桁、店舗、全銀の文字。"""
        title = f"口座振替の委託者（{row['bank_code']}）"
        for name, digits in CONSIGNOR_DIGITS.items():
            if not (len(row[name]) == digits and row[name].isascii() and row[name].isdigit()):
                self.problems.append(f"{title}: {name}「{row[name]}」は{digits}桁の数字です")
        try:
            to_bank_kana(row["consignor_name"], field=BankField.NAME)
        except BankKanaError as error:
            self.problems.append(f"{title}: {error}")
        if branch(row["bank_code"], row["branch_code"]) is None:
            self.warnings.append(f"{title}: 取引支店{row['branch_code']}が金融機関の一覧にありません。")

    def _check_term(self, row: Row) -> None:
        """期別の納期限。閉庁日なら次の開庁日に移す。"""
        known = {item["tax_item"] for item in self.rows.get("tax_item", [])}
        if known and row["tax_item"] not in known:
            self.problems.append(f"期別「{row['name']}」の税目「{row['tax_item']}」が税目の表にありません")
        shifted = explain_due_date(row["due_date"])
        if shifted.date != row["due_date"]:
            title = f"{row['levy_year']}年度 税目{row['tax_item']} {row['name']}"
            self.warnings.append(f"{title}の納期限: {'、'.join(shifted.steps)}（{shifted.basis[0]}）")
            row["due_date"] = shifted.date

    def _check_setting(self, row: Row) -> None:
        """業務パラメータの値。"""
        name, value = row["name"], row["value"]
        if name == "充当順序":
            try:
                AllocationOrder.parse(value)
            except UnlawfulAllocationOrder as error:
                self.problems.append(f"業務パラメータ「{name}」: {error}")
        if name.startswith("前納報奨金:") and value != "なし":
            self._read_rule(name, value, RewardRule.parse)
        if name == "返還金":
            self._read_rule(name, value, RestitutionRule.parse)
        if name in WHOLE_NUMBER_SETTINGS:
            if not (value.isascii() and value.isdigit()):
                self.problems.append(f"業務パラメータ「{name}」の値「{value}」は0以上の整数です")
            elif name == "督促の発付日数" and int(value) > DEMAND_DAYS:
                self.warnings.append(
                    f"業務パラメータ「{name}」が{value}日です。督促状は納期限後{DEMAND_DAYS}日以内に発しなければなりません。"
                    "条例に別の定めがあるか確かめてください（地方税法第329条第1項ほか）。"
                )

    def _read_rule(self, name: str, value: str, parse: Callable[[str], object]) -> None:
        """条例・要綱の定めの文が読めるか、法の限度の内か。"""
        try:
            parse(value)
        except Refusal as unlawful:
            self.problems.append(f"業務パラメータ「{name}」: {unlawful}")

    def _check_successions(self) -> None:
        """承継先の店舗があるか、読替えが一巡しないか。"""
        rows = self.rows.get("bank_succession", [])
        onward = {
            (row["old_bank_code"], row["old_branch_code"]): (row["bank_code"], row["branch_code"]) for row in rows
        }
        for old, new in onward.items():
            seen = {old}
            while new in onward and new not in seen:
                seen.add(new)
                new = onward[new]
            if new in seen:
                self.problems.append(f"金融機関の承継（{'-'.join(old)}）: 読替えが一巡しています")
            elif branch(*new) is None:
                self.warnings.append(
                    f"金融機関の承継（{'-'.join(old)}）: 承継先{'-'.join(new)}が金融機関の一覧にありません。"
                )


def read_file(path: Path) -> ParameterFile:
    """TOML のファイルを読み、確かめる。"""
    try:
        return ParameterFile(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParametersRefused(f"TOML（UTF-8）として読めません: {error}") from error


def spread(entry: Any) -> list[Any]:
    """届くはずのファイルは、日付を並べて一度に書ける。"""
    days = entry.get("business_on")
    return [{**entry, "business_on": day} for day in days] if isinstance(days, list) else [entry]


def value_of(field: "models.Field[Any, Any]", value: Any) -> Any:
    """列の型に合う値にする。合わなければ、どう直すかを言う ValueError。"""
    name = f"{field.name}（{field.verbose_name}）"
    if value is None:
        if field.has_default():
            return field.get_default()
        if field.null:
            return None
        raise ValueError(f"{name}がありません")
    if isinstance(field, models.DateField):
        if not isinstance(value, date) or isinstance(value, datetime):
            raise ValueError(f"{name}は 2025-04-01 のように引用符なしで書きます")
        if not EARLIEST <= value <= LATEST:
            raise ValueError(f"{name}「{value}」は{EARLIEST.year}年から{LATEST.year}年までです")
        return value
    if isinstance(field, models.BooleanField):
        if not isinstance(value, bool):
            raise ValueError(f"{name}は true か false です")
        return value
    if isinstance(field, models.IntegerField):
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{name}は整数です")
        return value
    return text_of(field, name, value)


def text_of(field: "models.Field[Any, Any]", name: str, value: Any) -> str | bytes:
    """文字の列。画像は Base64 で書く。"""
    if not isinstance(value, str):
        raise ValueError(f"{name}は引用符で囲んだ文字です")
    if isinstance(field, models.BinaryField):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{name}は Base64 で書きます") from error
    if not value and not field.blank:
        raise ValueError(f"{name}が空です")
    if field.max_length and len(value) > field.max_length:
        raise ValueError(f"{name}「{value}」は{field.max_length}文字までです")
    if field.choices and value not in {code for code, _ in field.flatchoices}:
        raise ValueError(f"{name}「{value}」は定めがありません")
    return value
