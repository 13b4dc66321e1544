"""宛名の登録と訂正の書式。"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from osame.addressee.people.actions import (
    AlreadyClosed,
    CorporateNumberIsWrong,
    NameIsMissing,
    ParentIsMissing,
    SameCorporationExists,
    SamePersonMayExist,
)
from osame.addressee.people.describing import CHOSEN_BY_HAND, REASONS
from osame.addressee.people.facts import Facts, Sex
from osame.addressee.people.models import Addressee
from osame.addressee.people.queries import Version
from osame.addressee.people.recording import NumberInFacts
from osame.kernel.personal_numbers import holds_personal_number
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField

Kind = Addressee.Kind
PEOPLE = ("kana", "former_surname", "alias", "roman_name", "sex", "born_on", "birth_unknown", "birth_notation")
CORPORATE = ("corporate_number", "representative_name")
HIDDEN_FROM = {
    Kind.NON_RESIDENT: (*CORPORATE, "parent_number"),
    Kind.CORPORATION: (*PEOPLE[1:], "parent_number"),
    Kind.CO_OWNERS: (*PEOPLE[1:], *CORPORATE, "parent_number"),
    Kind.ESTABLISHMENT: (*PEOPLE[1:], *CORPORATE),
}
"""宛名区分ごとに、書かない項目。"""


def text(label: str, *, required: bool = False, **options: Any) -> forms.CharField:
    """一行の文字の欄。下書きと事務のために、ブラウザの記憶には頼らない。"""
    return forms.CharField(
        label=label, required=required, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}), **options
    )


class PlaceForm(ActForm):
    """国内の住所か、国外の住所。"""

    postal_code = CodeField(
        label="郵便番号", longest=7, required=False, help_text="7桁。ハイフンはあってもなくてもよい"
    )
    prefecture = text("都道府県")
    municipality_name = text("市区郡町村名")
    town = text("町字")
    block = text("番地号")
    building = text("方書")
    country_name = text("国名")
    foreign_address = text("国外住所", help_text="ローマ字のまま。番地から順に")

    layout: Sequence[tuple[str, Sequence[str]]] = ()

    @property
    def groups(self) -> list[tuple[str, list[BoundField]]]:
        """見出しごとの欄。"""
        found = [(title, [self[name] for name in names if name in self.fields]) for title, names in self.layout]
        return [(title, fields) for title, fields in found if fields]

    def clean(self) -> dict[str, Any]:
        """個人番号らしい数字は、どの欄にも書けない。国内と国外の両方は書けない。"""
        cleaned = super().clean() or {}
        for name, value in list(cleaned.items()):
            if name != "submission" and isinstance(value, str) and holds_personal_number(value):
                self.add_error(name, "個人番号らしい数字があります。個人番号は宛名に書けません。消してください。")
        if cleaned.get("foreign_address") and cleaned.get("town"):
            self.add_error("foreign_address", "国内の町字もあります。国内か国外の、どちらか一つにしてください。")
        return cleaned


class FactsForm(PlaceForm):
    """宛名の事実。 kind: 宛名区分（書かない項目を出さない）。"""

    name = text("氏名・名称", required=True, help_text="姓と名の間は全角の空白")
    kana = text("フリガナ")
    former_surname = text("旧氏")
    alias = text("通称")
    roman_name = text("ローマ字氏名")
    sex = forms.ChoiceField(label="性別", choices=Sex.choices, required=False)
    born_on = WarekiDateField(label="生年月日", required=False)
    birth_unknown = forms.BooleanField(label="生年月日の一部または全部が不詳", required=False)
    birth_notation = text("不詳の表記", help_text="例：昭和20年頃、昭和20年5月（日不詳）")
    corporate_number = CodeField(label="法人番号", longest=13, required=False)
    representative_name = text("代表者名")
    parent_number = CodeField(label="法人の宛名番号", longest=15, required=False)

    layout = (
        ("氏名", ("name", "kana", "former_surname", "alias", "roman_name")),
        ("性別と生年月日", ("sex", "born_on", "birth_unknown", "birth_notation")),
        ("国内の住所", ("postal_code", "prefecture", "municipality_name", "town", "block", "building")),
        ("国外の住所（国外に住む者だけ）", ("country_name", "foreign_address")),
        ("法人・事業所", ("corporate_number", "representative_name", "parent_number")),
        ("この登録", ("changed_on", "reason", "despite")),
    )
    refusals = {
        NameIsMissing: "name", CorporateNumberIsWrong: "corporate_number", SameCorporationExists: "corporate_number",
        ParentIsMissing: "parent_number",
    }  # fmt: skip

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        for name in HIDDEN_FROM.get(Kind(kind), ()):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """人には、生年月日か、不詳であることが要る。"""
        cleaned = super().clean()
        known = cleaned.get("born_on") or cleaned.get("birth_unknown") or self.errors.get("born_on")
        if self.kind == Kind.NON_RESIDENT and not known:
            self.add_error("born_on", "生年月日を入力するか、不詳の欄に印を付けてください。")
        return cleaned

    def facts(self, before: Facts | None = None) -> Facts:
        """打たれた事実。書式にない項目は、前のまま。"""
        known = {name: value for name, value in self.cleaned_data.items() if name in Facts.__dataclass_fields__}
        if "sex" in known:
            known["sex"] = known["sex"] or Sex.UNKNOWN.value
        return replace(before or Facts(), **known)


class EditForm(FactsForm):
    """事実の訂正。"""

    changed_on = WarekiDateField(
        label="変わった日", within_years=5, help_text="この日から、新しい事実になります。例：R8.4.1"
    )
    reason = forms.ChoiceField(
        label="異動事由", choices=[("", "選んでください"), *((code, REASONS[code]) for code in CHOSEN_BY_HAND)]
    )

    refusals = {**FactsForm.refusals, NumberInFacts: "name"}


class NewForm(FactsForm):
    """新しい宛名。"""

    changed_on = WarekiDateField(label="登録する日", within_years=5)
    despite = ReasonField(
        label="よく似た宛名があっても登録する理由",
        required=False,
        help_text="よく似た宛名と別人であることを、どう確かめたか",
    )

    refusals = {**FactsForm.refusals, SamePersonMayExist: "despite"}


class KindForm(forms.Form):
    """登録する宛名区分。"""

    kind = forms.ChoiceField(choices=[each for each in Kind.choices if each[0] != Kind.RESIDENT])


class CloseForm(ActForm):
    """廃止。"""

    closed_on = WarekiDateField(label="廃止する日", within_years=5)
    reason = ReasonField()

    refusals = {AlreadyClosed: "closed_on"}


class HistoryForm(forms.Form):
    """履歴への問い。二つの軸。"""

    valid_on = WarekiDateField(label="この日に真であったこと", required=False)
    known_on = WarekiDateField(
        label="この日の終わりに知っていたところで", required=False, help_text="空なら、いま知っているところで"
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **(options | {"label_suffix": ""}))
        self.today = today

    def chosen(self, versions: Sequence[Version]) -> list[Version]:
        """問われた日の姿。なければ空。"""
        day: date = self.cleaned_data.get("valid_on") or self.today
        known: date | None = self.cleaned_data.get("known_on")
        return [each for each in versions if each.was_true(day) and each.was_believed(known)]
