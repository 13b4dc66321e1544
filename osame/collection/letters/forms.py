"""文書の印刷、数の突合せ、引抜き、差出しの書式。"""

from django import forms

from osame.collection.letters.actions import CountsDiffer, DispatchedTooEarly, PullNeedsReason
from osame.collection.letters.enclosing import LanguageMissing, NeedAlreadyThere, NeedHasNoBasis
from osame.collection.letters.models import EnclosureNeed
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import ReasonField, WarekiDateField


class PrintForm(ActForm):
    """文書の印刷。前に印刷していれば、もう一度刷る理由が要る。"""

    reason = ReasonField(label="もう一度印刷する理由", required=False)


class CountForm(ActForm):
    """数の突合せ。数えた数を打つ。"""

    printed = forms.IntegerField(label="刷った通数", min_value=0, help_text="プリンターから出た通数を数えます。")
    enclosed = forms.IntegerField(label="封入した通数", min_value=0, help_text="封筒の数を数えます。")
    refusals = {CountsDiffer: "printed"}


class DispatchForm(ActForm):
    """差出日。"""

    dispatched_on = WarekiDateField(within_years=1, label="差出日", help_text="郵便局に差し出した日。例：R8.7.17")
    refusals = {DispatchedTooEarly: "dispatched_on"}


class PullForm(ActForm):
    """引き抜く一通。"""

    letter_number = forms.IntegerField(label="発付番号", min_value=1)
    reason = ReasonField(label="引き抜く理由")
    refusals = {PullNeedsReason: "reason"}


class EnclosureForm(ActForm):
    """同封の申出。"""

    kind = forms.ChoiceField(label="同封の種類", choices=EnclosureNeed.Kind.choices)
    language = forms.CharField(label="言語", max_length=20, required=False, help_text="外国語の案内のとき。例：英語")
    basis = ReasonField(label="申出の説明", help_text="いつ、だれから申出を受けたか。")
    refusals = {LanguageMissing: "language", NeedAlreadyThere: "kind", NeedHasNoBasis: "basis"}


class EndEnclosureForm(ActForm):
    """同封を終える。"""

    need_id = forms.IntegerField(widget=forms.HiddenInput)


class ConfirmForm(ActForm):
    """支援措置の対象者の文書を、照査と決裁に回す。"""

    reason = ReasonField()


class BulkForm(ActForm):
    """千人を超える束を、照査と決裁に回す。"""

    reason = ReasonField()
