"""宛名の検索の書式。"""

from typing import Any

from django import forms

from osame.addressee.search.queries import Criteria


class SearchForm(forms.Form):
    """宛名の検索。一つの欄か、くわしい条件。"""

    q = forms.CharField(label="宛名を探す", required=False, max_length=120, strip=True)
    name = forms.CharField(label="氏名・名称", required=False, max_length=80)
    kana = forms.CharField(label="フリガナ", required=False, max_length=80)
    born = forms.CharField(
        label="生年月日", required=False, max_length=20, help_text="年だけ、年月だけでもよい。例：S55.5.1、1980"
    )
    address = forms.CharField(label="住所", required=False, max_length=120)
    telephone = forms.CharField(label="電話番号", required=False, max_length=20)
    number = forms.CharField(label="宛名番号", required=False, max_length=15)
    history = forms.BooleanField(label="過去の氏名・住所でも探す", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(options | {"label_suffix": ""}))
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    @property
    def detailed(self) -> list[forms.BoundField]:
        """くわしい条件の欄。"""
        return [self[name] for name in ("name", "kana", "born", "address", "telephone", "number", "history")]

    def criteria(self) -> Criteria:
        """くわしい条件。"""
        told = {name: self.cleaned_data[name] for name in Criteria.__dataclass_fields__ if name in self.cleaned_data}
        return Criteria(**told)
