"""口座振替の書式。"""

from collections.abc import Sequence
from typing import Any

from django import forms

from osame.collection.debits.actions import AccountNeedsReason, PlanHasNoMethod, UseNeedsReason
from osame.collection.debits.applications import ReturnNeedsReason
from osame.collection.debits.batch import CancelNeedsReason
from osame.collection.debits.given import (
    AccountDigitsWrong,
    GivenAccount,
    HolderNotInBankKana,
    NoSuchBranch,
    SymbolWrong,
)
from osame.collection.debits.models import ACCOUNT_TYPES, DebitAccount, DebitApplication
from osame.collection.debits.outgoing import SendAgainNeedsReason
from osame.formats import japan_post
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField

CHOOSE = ("", "選んでください")


class TermsForm(forms.Form):
    """依頼の条件。納期限と引落日。 source: 再振替のもとの依頼。"""

    due_date = WarekiDateField(within_years=1, label="納期限")
    debit_on = WarekiDateField(
        within_years=1, label="引落日", required=False, help_text="空なら、納期限の日に引き落とします。"
    )
    plan = forms.BooleanField(
        label="分納の回を引き落とす", required=False, help_text="納期限には、計画の納付予定日を入れます。"
    )
    source = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name in ("due_date", "debit_on"):
            field = self.fields[name]
            assert isinstance(field, WarekiDateField)
            field.around = today


class MakeForm(ActForm):
    """見本で見たとおりの依頼。見た数を運ぶ。"""

    due_date = forms.DateField(widget=forms.HiddenInput)
    debit_on = forms.DateField(widget=forms.HiddenInput)
    source = forms.IntegerField(widget=forms.HiddenInput, required=False)
    plan = forms.BooleanField(widget=forms.HiddenInput, required=False)
    count = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    amount = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SendForm(ActForm):
    """依頼ファイルを渡す。前にも渡していれば、理由が要る。"""

    reason = ReasonField(label="もう一度渡す理由", required=False)
    refusals = {SendAgainNeedsReason: "reason"}


class CancelForm(ActForm):
    """依頼の取消し。"""

    reason = ReasonField(help_text="渡した後なら、金融機関に破棄を確かめた日と相手を書きます。")
    refusals = {CancelNeedsReason: "reason"}


class PlaceForm(ActForm):
    """口座の欄。ゆうちょ銀行は、記号・番号で打てる。"""

    bank_code = CodeField(label="金融機関コード", longest=4, help_text="ゆうちょ銀行は9900")
    branch_code = CodeField(label="店舗コード", longest=3, required=False)
    account_type = forms.ChoiceField(label="預金種目", choices=ACCOUNT_TYPES, initial="1")
    account_number = CodeField(label="口座番号", longest=7, required=False)
    symbol = CodeField(
        label="ゆうちょの記号", longest=5, required=False, help_text="通帳の5桁。記号を打てば、店舗と種目は要りません。"
    )
    number = CodeField(label="ゆうちょの番号", longest=8, required=False)
    holder_kana = forms.CharField(label="口座名義（カナ）", max_length=60)
    holder_name = forms.CharField(label="口座名義（漢字）", max_length=60, required=False)
    method = forms.ChoiceField(label="納付方法", choices=DebitAccount.Method.choices, initial="1")
    refusals = {
        AccountDigitsWrong: "account_number", SymbolWrong: "symbol", NoSuchBranch: "branch_code",
        HolderNotInBankKana: "holder_kana", AccountNeedsReason: "reason", PlanHasNoMethod: "method",
    }  # fmt: skip

    @property
    def given(self) -> GivenAccount:
        """打たれた口座。"""
        typed = self.cleaned_data
        symbol = typed["symbol"] if typed["bank_code"] == japan_post.BANK_CODE else ""
        return GivenAccount(
            bank_code=typed["bank_code"], branch_code=typed["branch_code"], account_type=typed["account_type"],
            account_number=typed["account_number"], holder_kana=typed["holder_kana"], holder_name=typed["holder_name"],
            symbol=symbol, number=typed["number"] if symbol else "",
        )  # fmt: skip


class AccountForm(PlaceForm):
    """口座の登録（新規・変更）。"""

    tax_item = forms.ChoiceField(label="税目")
    debit_class = forms.ChoiceField(
        label="振替の区分", choices=DebitAccount.Class.choices, initial="1",
        help_text="分納の口座は、誓約に載る税目のどれか一つに登録します。",
    )  # fmt: skip
    valid_from = WarekiDateField(label="適用開始日", within_years=2, help_text="この日からの引落しに使います。")
    reason = ReasonField(help_text="例：R8.4.10 受付の変更届による")
    field_order = ("tax_item", "debit_class", "valid_from", "method")

    def __init__(self, *args: Any, tax_items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, tax_items)


class ApplyForm(PlaceForm):
    """申込みの受付。"""

    tax_item = forms.ChoiceField(label="税目")
    channel = forms.ChoiceField(label="受付経路", choices=DebitApplication.Channel.choices, initial="1")
    received_on = WarekiDateField(label="受付日", within_years=1)
    outer_number = forms.CharField(label="受付元の番号", max_length=30, required=False)
    field_order = ("tax_item", "channel", "received_on", "outer_number", "method")

    def __init__(self, *args: Any, tax_items: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, tax_items)


class MoveForm(ActForm):
    """停止・再開・廃止。"""

    on = WarekiDateField(label="適用開始日", within_years=2)
    reason = ReasonField()
    refusals = {AccountNeedsReason: "reason"}


class DecideForm(ActForm):
    """申込みの照合・返却・取下げ。"""

    decision = forms.ChoiceField(
        label="照合の結果",
        choices=[CHOOSE, ("accept", "照合済（有効にする）"), ("return", "返却"), ("withdraw", "取下げ")],
    )
    reason = ReasonField(label="返却・取下げの理由", required=False, help_text="例：届出印の相違")
    refusals = {ReturnNeedsReason: "reason"}


class RevealForm(ActForm):
    """口座番号を開く理由。"""

    reason = ReasonField(help_text="何のために番号が要るかを書きます。理由は記録に残ります。")
    refusals = {UseNeedsReason: "reason"}

    def __init__(self, *args: Any, purposes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["osame-purpose"] = forms.ChoiceField(
            label="使用目的", choices=purposes, widget=forms.RadioSelect, initial="statutory",
            error_messages={"required": "使用目的を選んでください。"},
        )  # fmt: skip
        self.fields["osame-case"] = forms.CharField(
            label="調査・還付の番号",
            max_length=60,
            required=False,
            help_text="口座振替のほかに使うときは、必ず要ります。",
        )


def _choose(form: forms.Form, tax_items: Sequence[tuple[str, str]]) -> None:
    field = form.fields["tax_item"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [CHOOSE, *tax_items]
