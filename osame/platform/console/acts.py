"""行いの書式。欄を確かめ、一度だけ行い、断られたら欄のそばで言う。

    class CancelForm(ActForm):
        reason = ReasonField()

    form = CancelForm(request.POST or None, today=now().date())
    if request.method == "POST" and form.is_valid():
        def act() -> str:
            cancel(number, reason=form.cleaned_data["reason"], as_of=form.today, officer=officer_of(request))
            return reverse("demand", args=[number])
        if (done := form.carry_out(request, act, said="取り消しました。")):
            return done
    return page(request, "demands/cancel.html", {"form": form}, status=form.status)

`carry_out` answers with the redirect to the result, or with None after it has put the refusal beside its field.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import uuid4

import psycopg
from django import forms
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from osame.kernel.refusals import Refusal
from osame.platform.console import drafts
from osame.platform.console.answers import is_part
from osame.platform.console.fields import WarekiDateField
from osame.platform.console.submissions import once
from osame.platform.terminal import REFUSED_BY_DATABASE

ALREADY = "既に完了しています。二度は行っていません。"


def done_words(title: str) -> str:
    """行いの題を、済んだ言い方にする。

    >>> done_words("回答を記録する"), done_words("処分を終える"), done_words("認定を取り消す")
    ('回答を記録しました。', '処分を終えました。', '認定を取り消しました。')
    """
    for ending, done in (("する", "しました"), ("す", "しました"), ("る", "ました")):
        if title.endswith(ending):
            return f"{title.removesuffix(ending)}{done}。"
    return f"{title}を登録しました。"


@dataclass(frozen=True, slots=True)
class Difference:
    """食い違い一つ。 name: 欄の名; before: 画面を開いたときの値; theirs: ほかの職員が変えた値; yours: 自分が打った値。"""

    name: str
    before: str
    theirs: str
    yours: str


class Conflict(Refusal):
    """画面を開いた後に、ほかの職員が変更しています。下の比べを見て、もう一度登録するか、やめるかを選んでください。"""

    def __init__(self, *, who: str, when: str, differences: tuple[Difference, ...], version: str) -> None:
        super().__init__(f"{who}、{when}")
        self.who, self.when, self.differences, self.version = who, when, differences, version


class ActForm(forms.Form):
    """行いの書式。送信の鍵と、画面を開いたときの版を運ぶ。

    today: 日付の欄の範囲を確かめる日; refusals: 断りの種類 → それを言う欄; draft_key: 下書きの鍵（空なら下書きを取らない）。
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    use_required_attribute = False  # 端末の言い方でなく、自分の日本語で、欄のそばで言う
    refusals: Mapping[type[Refusal], str] = {}

    def __init__(self, *args: Any, today: date | None = None, draft_key: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["submission"].initial = uuid4
        self.today, self.draft_key = today, draft_key
        self.conflict: Conflict | None = None
        for name, field in self.fields.items():
            if isinstance(field, WarekiDateField):
                field.around = today
            if field.required and not field.widget.is_hidden:
                field.error_messages["required"] = f"{field.label or name}を入力してください。"
                if isinstance(field.widget, forms.TextInput | forms.Textarea):
                    field.widget.attrs["aria-required"] = "true"
                if isinstance(field, forms.ChoiceField):
                    field.error_messages["required"] = f"{field.label or name}を選んでください。"

    @property
    def status(self) -> int:
        """画面の答えの符号。誤りがあれば 422。"""
        return 422 if self.is_bound and (self.errors or self.conflict) else 200

    def carry_out(self, request: HttpRequest, act: Callable[[], str], *, said: str = "") -> HttpResponse | None:
        """一度だけ行い、結果の画面へ移る。断られたら、欄に理由を付けて None を返す。"""
        try:
            carried = once(self.cleaned_data["submission"], act)
        except Conflict as conflict:
            self.conflict = conflict
            again = cast(QueryDict, self.data).copy()
            again["seen"] = conflict.version  # 比べを見た上での登録し直しは、受ける
            self.data = again
            return None
        except Refusal as refusal:
            self.refuse(refusal)
            return None
        except DatabaseError as failure:
            self.add_error(None, refused_by_database(failure))
            return None
        if self.draft_key and request.user.is_authenticated:
            drafts.discard(str(request.user.pk), self.draft_key)
        messages.success(request, ALREADY if carried.already else said) if carried.already or said else None
        if is_part(request):
            answer = HttpResponse(status=204)
            answer.headers["HX-Redirect"] = carried.path
            return answer
        return HttpResponseRedirect(carried.path)

    def refuse(self, refusal: Refusal) -> None:
        """断りを、その欄のそばに言う。欄がなければ、書式の上に言う。"""
        self.add_error(self._field_of(refusal), str(refusal))

    def _field_of(self, refusal: Refusal) -> str | None:
        named = (field for kind, field in self.refusals.items() if isinstance(refusal, kind))
        return next((field for field in named if field in self.fields), None)


def refused_by_database(failure: DatabaseError) -> str:
    """表の守りが職員に宛てて断った文。そうでない失敗は、そのまま投げる。"""
    cause = failure.__cause__
    if isinstance(cause, psycopg.Error) and cause.sqlstate == REFUSED_BY_DATABASE:
        return str(cause.diag.message_primary or "")
    raise failure


class DecidingForm(ActForm):
    """手続の決定の起案。 offered: いまの段階から選べる決定（送られる値、見せる名）。

    ほかの職員が先に進めた後に送られた決定も受け、行いが断る理由を告げる（欄 `decision` の choices は、すべての決定とする）。
    """

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].widget.choices = offered
