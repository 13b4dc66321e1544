"""承継の書式。調べの始まり、承継する者、裁判所への照会と回答、代表者、決定の起案、納付書。"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django import forms

from osame.collection.payment_slips.planning import DayBeforeIssue, NothingUnpaid
from osame.collection.successions.actions import (
    AnswerNeedsWords,
    CourtNeeded,
    DesignationTooEarly,
    EditionNeedsReason,
    NotAnHeir,
    NotCorporate,
    NotDeceased,
    SuccessionAlreadyOpen,
    SuccessionNeedsEvidence,
    SuccessorIsTheOrigin,
    SuccessorTwice,
    SuccessorUnknown,
)
from osame.collection.successions.deciding import NothingToCancel
from osame.collection.successions.models import HeirRepresentative, Succession, Successor
from osame.collection.successions.paying import NotASuccessor
from osame.collection.successions.portions import GivenSuccessor, ReceivedNeeded, SuccessorOfAnotherKind
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, YenField

EMPTY = [("", "選んでください")]
NEAR_YEARS, DISTANT_YEARS = 2, 60


class OpeningForm(ActForm):
    """承継の調べの始まり。"""

    kind = forms.ChoiceField(label="承継の事由", choices=EMPTY + Succession.Kind.choices)
    opened_on = WarekiDateField(
        within_years=DISTANT_YEARS, label="効力の日", required=False, help_text="合併・分割・譲渡・解散のとき。相続は、宛名の死亡日によります。",
    )  # fmt: skip
    evidence = ReasonField(label="資料（戸籍、登記事項証明書など）")
    refusals = {
        SuccessionNeedsEvidence: "evidence", NotDeceased: "kind", NotCorporate: "kind", SuccessionAlreadyOpen: "kind",
    }  # fmt: skip


class SuccessorForm(ActForm):
    """承継する者一人を、足す・直す。"""

    kind = forms.ChoiceField(label="区分", choices=EMPTY + Successor.Kind.choices)
    name = forms.CharField(label="氏名・名称", max_length=200)
    successor_number = CodeField(
        label="宛名番号", longest=15, required=False, help_text="まだ宛名になければ空のまま。決定の前に登録します。"
    )
    stem = forms.CharField(
        label="代襲される者",
        max_length=100,
        required=False,
        help_text="先に死亡した子・兄弟姉妹の名。同じ名の者は、一つの株を分けます。",
    )
    is_half = forms.BooleanField(label="父母の一方だけを同じくする兄弟姉妹（半血）", required=False)
    answer = forms.ChoiceField(label="承認と放棄", choices=Successor.Answer.choices, initial=Successor.Answer.ACCEPTED)
    designated = forms.CharField(
        label="指定相続分", max_length=30, required=False, help_text="遺言などの指定があるときだけ。例：1/3"
    )
    received = YenField(
        label="得た財産の価額（円）", least=0, required=False, help_text="限定承認・分割では、責任の限度になります。"
    )
    reason = ReasonField(label="資料・理由")
    refusals = {
        EditionNeedsReason: "reason", SuccessorIsTheOrigin: "successor_number", SuccessorTwice: "successor_number",
        SuccessorUnknown: "successor_number", ReceivedNeeded: "received", SuccessorOfAnotherKind: "kind",
    }  # fmt: skip

    def clean_designated(self) -> Fraction | None:
        """「1/3」を割合にする。"""
        text = str(self.cleaned_data["designated"]).strip()
        if not text:
            return None
        try:
            share = Fraction(text)
        except (ValueError, ZeroDivisionError):
            raise forms.ValidationError("1/3 のように、分子と分母で入力してください。") from None
        if not 0 < share <= 1:
            raise forms.ValidationError("0より大きく、1以下の割合を入力してください。")
        return share

    def given(self) -> GivenSuccessor:
        """登録する者。"""
        told = self.cleaned_data
        return GivenSuccessor(
            told["name"].strip(), Successor.Kind(told["kind"]), told["successor_number"], told["stem"].strip(), told["is_half"],
            Successor.Answer(told["answer"]), told["designated"], told["received"],
        )  # fmt: skip


class RemovalForm(ActForm):
    """承継する者一人を、調べから除く。"""

    reason = ReasonField(label="除く理由")
    refusals = {EditionNeedsReason: "reason"}


class CourtForm(ActForm):
    """裁判所への照会。"""

    court = forms.TypedChoiceField(label="照会先の裁判所", coerce=int)
    reply_by = WarekiDateField(within_years=1, label="回答の期限")
    refusals = {CourtNeeded: "court"}

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["court"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [*EMPTY, *choices]


class AnswerForm(ActForm):
    """裁判所の回答。"""

    answered_on = WarekiDateField(within_years=NEAR_YEARS, label="回答日")
    renounced = forms.TypedMultipleChoiceField(
        label="放棄した者", coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    limited = forms.TypedMultipleChoiceField(
        label="限定承認した者", coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    words = ReasonField(label="回答の内容（事件番号、受理の日）")
    refusals = {AnswerNeedsWords: "words", ReceivedNeeded: "limited"}

    def __init__(self, *args: Any, choices: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("renounced", "limited"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedMultipleChoiceField)
            field.choices = list(choices)


class RepresentativeForm(ActForm):
    """相続人代表者。"""

    basis = forms.ChoiceField(label="代表者の決まり方", choices=EMPTY + HeirRepresentative.Basis.choices)
    number = forms.ChoiceField(label="代表者", required=False, help_text="「終わり」のときは空のまま。")
    reason = ReasonField(label="理由")
    refusals = {EditionNeedsReason: "reason", NotAnHeir: "number", DesignationTooEarly: "basis"}

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["number"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "（なし）"), *choices]


class DecisionForm(ActForm):
    """承継の決定の起案。"""

    what = forms.ChoiceField(
        label="行い", choices=[("decide", "決定・変更（いちばん新しい版）"), ("cancel", "最後の決定の取消し")]
    )
    reason = ReasonField(label="理由")
    refusals = {NothingToCancel: "what"}


class SlipForm(ActForm):
    """承継した者の分の納付書。"""

    successor = forms.ChoiceField(label="承継した者")
    payable_through = WarekiDateField(within_years=1, label="指定期限")
    refusals = {NotASuccessor: "successor", NothingUnpaid: "successor", DayBeforeIssue: "payable_through"}

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*EMPTY, *choices]


class TellForm(ActForm):
    """承継額の変更の通知。"""

    reason = ReasonField(label="額が変わった理由")
