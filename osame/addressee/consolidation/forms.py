"""名寄せの書式。"""

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from osame.addressee.consolidation.actions import (
    AlreadyLinked,
    CircularLink,
    KindsDoNotMix,
    RepresentativeIsClosed,
)
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField


class OtherNumberForm(forms.Form):
    """束ねる相手を選ぶ。"""

    other = CodeField(label="束ねる相手の宛名番号", longest=15)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **(options | {"label_suffix": ""}))


class LinkForm(ActForm):
    """名寄せの起案。"""

    representative = forms.ChoiceField(label="代表にする宛名", widget=forms.RadioSelect)
    reason = ReasonField(label="同じ人と確かめた理由", help_text="例：本人に確かめた。戸籍の附票で確かめた")

    refusals = {
        KindsDoNotMix: "representative", AlreadyLinked: "representative", CircularLink: "representative",
        RepresentativeIsClosed: "representative",
    }  # fmt: skip

    def __init__(self, *args: Any, pair: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.numbers = tuple(number for number, _ in pair)
        representative = cast(forms.ChoiceField, self.fields["representative"])
        representative.choices = [(number, f"{number}　{name}") for number, name in pair]

    @property
    def member(self) -> str:
        """代表でない方。"""
        return next(each for each in self.numbers if each != self.cleaned_data["representative"])


class DismissForm(ActForm):
    """別人とする。"""


class UnlinkForm(ActForm):
    """名寄せの解除の起案。"""

    reason = ReasonField(label="束ねを解く理由")
