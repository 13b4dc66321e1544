"""倒産手続の書式。開始（申立て）、開始の決定、計画の認可、禁止・中止、効力を失った日、終わり、免責。"""

from django import forms

from osame.collection.arrears.procedures import ProcedureUnknown
from osame.collection.dispositions.bankruptcies import (
    BeginningNeeded,
    ClosedBeforeOpened,
    DischargeOnlyInBankruptcy,
    EvidenceNeeded,
    GraceOnlyInReorganization,
    NoPlanInBankruptcy,
    PlanNeedsConsent,
)
from osame.collection.dispositions.insolvency_models import INSOLVENCIES
from osame.collection.dispositions.stays import (
    ORDERS,
    ConsentNeeded,
    NothingToExtend,
    OrderAfterOpening,
    OrderNotOfProcedure,
    StayGone,
    StayNeedsNote,
)
from osame.law.dispositions import TransitionNotAllowed
from osame.law.rebuilding import NotLonger
from osame.platform.console.acts import ActForm
from osame.platform.console.fields import WarekiDateField


class BankruptcyForm(ActForm):
    """倒産手続の開始、または開始の申立て。"""

    procedure = forms.ChoiceField(label="手続", choices=[(each.name, each.value) for each in INSOLVENCIES])
    court = forms.CharField(label="裁判所", max_length=80)
    case_number = forms.CharField(label="事件番号", max_length=80)
    opened_on = WarekiDateField(
        within_years=20, label="開始の決定の日", required=False, help_text="申立てだけなら、空にします。"
    )
    applied_on = WarekiDateField(within_years=20, label="開始の申立ての日", required=False)
    evidence = forms.CharField(label="知った資料", max_length=120, help_text="例：官報 令和8年4月1日 第1234号")
    refusals = {EvidenceNeeded: "evidence", BeginningNeeded: "opened_on", ClosedBeforeOpened: "opened_on"}


class OpeningForm(ActForm):
    """開始の決定。"""

    on = WarekiDateField(within_years=20, label="開始の決定の日")
    note = forms.CharField(label="決定書などの資料", max_length=200)
    refusals = {ClosedBeforeOpened: "on", EvidenceNeeded: "note", TransitionNotAllowed: "on", ProcedureUnknown: "on"}


class ApprovalForm(ActForm):
    """計画の認可。"""

    on = WarekiDateField(within_years=20, label="認可の決定の日")
    note = forms.CharField(label="決定書などの資料", max_length=200)
    grace_through = WarekiDateField(
        within_years=30, label="更生計画による納税の猶予の終わり", required=False, help_text="計画が定めるときだけ。"
    )
    consented_on = WarekiDateField(
        within_years=20, label="3年を超える猶予に同意した日", required=False, help_text="会社更生法第169条第1項"
    )
    refusals = {
        ClosedBeforeOpened: "on", EvidenceNeeded: "note", NoPlanInBankruptcy: "on", TransitionNotAllowed: "on", ProcedureUnknown: "on",
        NotLonger: "grace_through", GraceOnlyInReorganization: "grace_through", PlanNeedsConsent: "consented_on",
    }  # fmt: skip


class StayForm(ActForm):
    """裁判所の命令、または期間の伸長。"""

    kind = forms.ChoiceField(label="命令・決定", choices=[(each.name, each.value) for each in ORDERS])
    on = WarekiDateField(within_years=20, label="命令・決定の日")
    through = WarekiDateField(within_years=20, label="伸長した後の終わりの日", required=False)
    consented_on = WarekiDateField(
        within_years=20, label="伸長に同意した日", required=False, help_text="会社更生法第50条第3項"
    )
    note = forms.CharField(label="決定書などの資料", max_length=200)
    refusals = {
        StayNeedsNote: "note", ConsentNeeded: "consented_on", NothingToExtend: "through", NotLonger: "through",
        OrderNotOfProcedure: "kind", OrderAfterOpening: "on", ProcedureUnknown: "kind",
    }  # fmt: skip


class LiftForm(ActForm):
    """禁止・中止の効力が失われた日。"""

    on = WarekiDateField(within_years=20, label="効力を失った日", help_text="この日までは、禁止・中止と数えます。")
    reason = forms.CharField(label="理由", max_length=200, help_text="例：包括的禁止命令の取消し、続行命令")
    refusals = {StayNeedsNote: "reason", StayGone: "on"}


class BankruptcyEndForm(ActForm):
    """倒産手続の終わり。"""

    on = WarekiDateField(within_years=20, label="終わった日")
    was_cancelled = forms.BooleanField(label="開始の決定の取消し・廃止、申立ての取下げ・棄却", required=False)
    note = forms.CharField(label="説明", max_length=200, required=False)
    refusals = {ClosedBeforeOpened: "on", TransitionNotAllowed: "was_cancelled", ProcedureUnknown: "on"}


class DischargeForm(ActForm):
    """免責の確定。"""

    on = WarekiDateField(within_years=20, label="免責許可の決定が確定した日")
    refusals = {ClosedBeforeOpened: "on", DischargeOnlyInBankruptcy: "on", ProcedureUnknown: "on"}
