"""還付・充当の書式。決議、認定、請求、保留、支払、組戻し。"""

from datetime import datetime, time
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.collection.demands.forms import PreviewedForm
from osame.collection.refunds.accounts import Account, AccountUnreadable, HolderUnwritable, UnknownBranch
from osame.collection.refunds.actions import ClaimTooLate, NoteMissing
from osame.collection.refunds.causes import GROUNDS, Cause, FindingLacksDay, Found, Ground, GroundDoesNotFit
from osame.collection.refunds.models import PayeeAccount, RefundEncumbrance, RefundPayee
from osame.collection.refunds.paying import CashNeedsTwoOfficers, TransferDayClosed, TransferDayPassed
from osame.collection.refunds.sharing import Heir, HeirSharesWrong, NewEncumbrance
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import CodeField, ReasonField, WarekiDateField, YenField, plain
from osame.platform.terminal import JAPAN

FAR_YEARS = 20


class DecideForm(PreviewedForm):
    """還付・充当の起案。前と後を見てから起案する。"""

    reason = ReasonField(label="起案の理由", help_text="例：二重納付のため（R7.6.25納付）")


class CauseForm(ActForm):
    """発生事由の認定。"""

    cause = forms.ChoiceField(label="発生事由", choices=Cause.choices)
    ground = forms.ChoiceField(
        label="起算の根拠", choices=Ground.choices, widget=forms.RadioSelect,
        help_text="還付加算金をいつから数えるかが決まります（地方税法第17条の4第1項）。",
    )  # fmt: skip
    requested_on = WarekiDateField(label="更正の請求の日", required=False, within_years=FAR_YEARS)
    corrected_on = WarekiDateField(label="更正の日", required=False, within_years=FAR_YEARS)
    income_tax_noticed_on = WarekiDateField(
        label="所得税の更正の通知または申告の日", required=False, within_years=FAR_YEARS
    )
    note = ReasonField(label="説明", help_text="元になった通知や資料。")
    refusals = {GroundDoesNotFit: "ground", FindingLacksDay: "ground", NoteMissing: "note"}

    def found(self) -> Found:
        """打たれた認定。"""
        told = self.cleaned_data
        return Found(
            Cause(told["cause"]), Ground(told["ground"]), told["requested_on"], told["corrected_on"],
            told["income_tax_noticed_on"],
        )  # fmt: skip

    @staticmethod
    def grounds() -> list[tuple[str, str]]:
        """事由ごとの、選べる根拠（画面の表）。"""
        return [(str(cause.label), "、".join(str(each.label) for each in fit)) for cause, fit in GROUNDS.items()]


class ClaimForm(ActForm):
    """還付請求の受付。口座を空にすれば、窓口での現金払を待つ。"""

    bank_code = CodeField(label="金融機関コード", longest=4, required=False, help_text="4桁。ゆうちょ銀行は9900。")
    branch_code = CodeField(label="店舗コード", longest=3, required=False)
    account_type = forms.ChoiceField(label="預金種目", choices=PayeeAccount.AccountType.choices, required=False)
    account_number = CodeField(label="口座番号", longest=7, required=False)
    holder_kana = forms.CharField(label="口座名義（カナ）", max_length=60, required=False)
    consented = forms.BooleanField(label="次の還付にもこの口座を使うことに同意した", required=False)
    delegated = forms.BooleanField(label="委任状により、別の名義の口座で受け取る", required=False)
    refusals = {
        UnknownBranch: "branch_code", AccountUnreadable: "account_number", HolderUnwritable: "holder_kana",
        ClaimTooLate: "bank_code",
    }  # fmt: skip

    def account(self) -> Account | None:
        """打たれた口座。どれも空なら None。"""
        told = self.cleaned_data
        if not told["bank_code"]:
            return None
        return Account(
            told["bank_code"], told["branch_code"], PayeeAccount.AccountType(told["account_type"]),
            told["account_number"], told["holder_kana"],
        )  # fmt: skip


class DebitAccountForm(ActForm):
    """振替口座を還付先にする。"""

    tax_item = forms.ChoiceField(label="振替口座", error_messages={"required": "口座を選んでください。"})
    consent = forms.BooleanField(label="還付をこの口座で受け取ることに、本人が同意した")

    def __init__(self, *args: Any, accounts: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tax_item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = accounts


class NoteForm(ActForm):
    """理由だけの書式（不備、保留、取消しの起案）。"""

    note = ReasonField(label="理由")
    refusals = {NoteMissing: "note"}


class PlainForm(ActForm):
    """欄のない書式（保留を解く、再通知、通知、取下げ、ファイルの引渡し）。"""


class CashForm(ActForm):
    """現金での支払。"""

    method = forms.ChoiceField(
        label="支払方法",
        choices=[each for each in RefundPayee.Method.choices if each[0] != "1"],
        widget=forms.RadioSelect,
    )
    paid_on = WarekiDateField(label="払った日", within_years=1)
    confirmed_by = forms.CharField(label="確かめた職員の番号", max_length=20, help_text="あなたと別の職員。")
    refusals = {CashNeedsTwoOfficers: "confirmed_by"}


class RunForm(ActForm):
    """支払の起案。"""

    transfer_on = WarekiDateField(label="振込指定日", within_years=1, help_text="金融機関の営業日。例：R7.9.30")
    reason = ReasonField(label="起案の理由")
    refusals = {TransferDayClosed: "transfer_on", TransferDayPassed: "transfer_on"}


class BackForm(ActForm):
    """組戻し・返納の記録。"""

    on = WarekiDateField(label="その日", within_years=1)
    note = ReasonField(label="理由")


class HeirsForm(ActForm):
    """相続人への按分。一行に一人。"""

    heirs = forms.CharField(
        label="相続人",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="一行に一人、氏名、カナ、持分を「、」で区切ります。例：佐藤 太郎、サトウ タロウ、1/2",
    )
    refusals = {HeirSharesWrong: "heirs"}

    def clean_heirs(self) -> list[Heir]:
        """行ごとの氏名・カナ・持分。"""
        found = []
        for number, line in enumerate(filter(str.strip, self.cleaned_data["heirs"].splitlines()), start=1):
            parts = [each.strip() for each in line.replace(",", "、").replace("，", "、").split("、")]
            if len(parts) != 3 or not all(parts):
                raise ValidationError(f"{number}行目を、氏名、カナ、持分の順に「、」で区切ってください。")
            try:
                found.append(Heir(parts[0], parts[1], Fraction(plain(parts[2]))))
            except (ValueError, ZeroDivisionError) as failure:
                raise ValidationError(f"{number}行目の持分を、1/2 のように入力してください。") from failure
        return found


class EncumbranceForm(ActForm):
    """還付請求権の差押え・譲渡の通知。優先の順は、送達の日時で決まる。"""

    kind = forms.ChoiceField(label="種類", choices=RefundEncumbrance.Kind.choices, widget=forms.RadioSelect)
    creditor_name = forms.CharField(label="債権者", max_length=120)
    creditor_kana = forms.CharField(label="債権者カナ", max_length=120)
    served_on = WarekiDateField(label="送達を受けた日", within_years=FAR_YEARS)
    served_time = forms.TimeField(
        label="送達を受けた時刻",
        help_text="例：10:30",
        error_messages={"invalid": "時刻は 10:30 のように入力してください。"},
    )
    document = ReasonField(label="通知の文書", help_text="例：差押通知書（津税務署 徴第123号）")
    amount = YenField(label="額（円）", required=False, help_text="全額なら空にします。")
    refusals = {NoteMissing: "document"}

    def new(self) -> NewEncumbrance:
        """打たれた通知。"""
        told = self.cleaned_data
        moment: time = told["served_time"]
        return NewEncumbrance(
            RefundEncumbrance.Kind(told["kind"]), told["creditor_name"], told["creditor_kana"],
            datetime.combine(told["served_on"], moment, JAPAN), told["document"], told["amount"],
        )  # fmt: skip
