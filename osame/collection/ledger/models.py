"""元帳の表。期別調定・仕訳・残高・受付済みの命令。

The five sentences of the ledger are enforced below and in `sql/`: the journal is append-only, an entry is a positive
transfer between two different accounts, a balance is the sum of its entries and never negative, a command key is used
once.
"""

from django.db import models

from osame.platform.rights import APPEND_ONLY, READ_ONLY

CHARGE_FACTS = (
    "due_date, last_revision, tax_amount, highest_tax_amount, per_capita_tax, corporate_tax_levy, land_house_tax, "
    "depreciable_asset_tax, city_planning_tax, medical_part, support_part, care_part, forest_environment_tax, "
    "declaration_class, declared_on, business_year_from, business_year_through"
)


class Account(models.IntegerChoices):
    """勘定。A charge has one balance in each."""

    DETERMINED = 1, "調定"
    PRINCIPAL_TAX = 2, "本税"
    DEMAND_FEE = 3, "督促手数料"
    DELINQUENCY_CHARGE = 4, "延滞金"
    DISPOSITION_COST = 5, "滞納処分費"
    ADDITIONAL_CHARGE = 6, "加算金"
    RECEIVED = 7, "収納"
    OVERPAYMENT = 8, "過誤納金"
    SUSPENSE = 9, "仮受（不明入金）"
    WRITTEN_OFF = 10, "不納欠損"
    REFUND_PAYABLE = 11, "還付未済"
    PAID_OUT = 12, "支払"
    REFUND_INTEREST = 13, "還付加算金"


RECEIVABLE_ACCOUNTS = (
    Account.PRINCIPAL_TAX,
    Account.DEMAND_FEE,
    Account.DELINQUENCY_CHARGE,
    Account.DISPOSITION_COST,
    Account.ADDITIONAL_CHARGE,
)
CREDIT_NORMAL_ACCOUNTS = (
    Account.DETERMINED,
    Account.OVERPAYMENT,
    Account.SUSPENSE,
    Account.REFUND_PAYABLE,
    Account.PAID_OUT,
)
BALANCE_COLUMNS = {account: account.name.lower() for account in Account}
SUSPENSE_ADDRESSEE = ""  # 仮受は誰のものでもない
SUSPENSE_CHARGE = 0


class EntryKind(models.IntegerChoices):
    """取引の種別。"""

    DETERMINATION = 1, "調定"
    INCREASE = 2, "増額"
    DECREASE = 3, "減額"
    RECEIPT = 4, "収納"
    OVERPAYMENT = 5, "過誤納"
    DEMAND_FEE = 6, "督促手数料"
    DELINQUENCY_CHARGE = 7, "延滞金確定"
    SUSPENSE = 8, "仮受"
    APPROPRIATION = 9, "充当"
    WRITE_OFF = 10, "不納欠損"
    REFUND_DECISION = 11, "還付決議"
    PAYMENT = 12, "支払"
    REFUND_EXPIRY = 13, "還付金の時効"
    DISPOSITION_COST = 14, "滞納処分費"


class Charge(models.Model):
    """期別調定。未納と収納を数える最小の単位。勘定ごとの残高（仕訳の合計）を持つ。

    期別番号0は、相手の分からない入金を置く仮受の口座である。
    """

    rights = f"SELECT, UPDATE ({CHARGE_FACTS})"  # 金額の列は、記帳の扉だけが書く

    pk = models.CompositePrimaryKey("addressee_number", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    tax_item = models.CharField("税目", max_length=2)
    levy_year = models.SmallIntegerField("賦課年度")
    tax_year = models.SmallIntegerField("相当年度")
    notice_number = models.CharField("通知書番号", max_length=20)
    special_collector_number = models.CharField("特別徴収義務者指定番号", max_length=15, default="")
    installment_term = models.SmallIntegerField("期別")
    declaration_number = models.CharField("申告履歴番号", max_length=8, default="")
    business_year_number = models.CharField("事業年度番号", max_length=8, default="")
    child_addressee_number = models.CharField("児童_宛名番号", max_length=15, default="")
    due_date = models.DateField("納期限")
    statutory_due_date = models.DateField("法定納期限")
    statutory_due_date_etc = models.DateField("法定納期限等")
    determined_on = models.DateField("調定日")
    fiscal_year = models.SmallIntegerField("会計年度")
    slip_number = models.BigIntegerField("納付書番号", null=True)
    last_revision = models.SmallIntegerField("最終異動連番", default=0)
    tax_amount = models.BigIntegerField("税額")  # 最後の異動の後の本税
    highest_tax_amount = models.BigIntegerField("税額の最高")  # 減額による過納を見分ける
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")
    per_capita_tax = models.BigIntegerField("均等割額", null=True)
    corporate_tax_levy = models.BigIntegerField("法人税割額", null=True)
    land_house_tax = models.BigIntegerField("土地家屋税額", null=True)
    depreciable_asset_tax = models.BigIntegerField("償却資産税額", null=True)
    city_planning_tax = models.BigIntegerField("都市計画税額", null=True)
    medical_part = models.BigIntegerField("医療分", null=True)
    support_part = models.BigIntegerField("支援金分", null=True)
    care_part = models.BigIntegerField("介護分", null=True)
    forest_environment_tax = models.BigIntegerField("森林環境税額", null=True)
    declaration_class = models.CharField("申告区分", max_length=2, default="", blank=True)
    declared_on = models.DateField("申告日", null=True)
    business_year_from = models.DateField("事業年度開始日", null=True)
    business_year_through = models.DateField("事業年度終了日", null=True)
    determined = models.BigIntegerField("残高：調定", default=0)
    principal_tax = models.BigIntegerField("残高：本税", default=0)
    demand_fee = models.BigIntegerField("残高：督促手数料", default=0)
    delinquency_charge = models.BigIntegerField("残高：延滞金", default=0)
    disposition_cost = models.BigIntegerField("残高：滞納処分費", default=0)
    additional_charge = models.BigIntegerField("残高：加算金", default=0)
    received = models.BigIntegerField("残高：収納", default=0)
    overpayment = models.BigIntegerField("残高：過誤納金", default=0)
    suspense = models.BigIntegerField("残高：仮受", default=0)
    written_off = models.BigIntegerField("残高：不納欠損", default=0)
    refund_payable = models.BigIntegerField("残高：還付未済", default=0)
    paid_out = models.BigIntegerField("残高：支払", default=0)
    refund_interest = models.BigIntegerField("残高：還付加算金", default=0)

    class Meta:
        db_table = "charge"
        db_table_comment = "期別調定と残高 (E-10, 036o005)"
        constraints = [
            models.CheckConstraint(
                name="charge_balance_not_negative",
                condition=models.Q(
                    determined__gte=0,
                    principal_tax__gte=0,
                    demand_fee__gte=0,
                    delinquency_charge__gte=0,
                    disposition_cost__gte=0,
                    additional_charge__gte=0,
                    received__gte=0,
                    overpayment__gte=0,
                    suspense__gte=0,
                    written_off__gte=0,
                    refund_payable__gte=0,
                    paid_out__gte=0,
                    refund_interest__gte=0,
                ),
            ),
            models.UniqueConstraint(
                name="charge_natural_key",
                fields=[
                    "notice_number",
                    "installment_term",
                    "levy_year",
                    "tax_item",
                    "tax_year",
                    "special_collector_number",
                    "declaration_number",
                    "business_year_number",
                    "child_addressee_number",
                    "addressee_number",
                ],
            ),
        ]
        indexes = [
            models.Index(name="charge_slip_number", fields=["slip_number"]),
            models.Index(name="charge_charge_id", fields=["charge_id"]),
            models.Index(name="charge_tax_amount", fields=["tax_amount", "due_date"]),
        ]


class Entry(models.Model):
    """仕訳。二つの異なる勘定の間の、正の金額の振替。書き換えも削除もできない。"""

    rights = READ_ONLY

    pk = models.CompositePrimaryKey("charge_id", "entry_id", "addressee_number")
    charge_id = models.BigIntegerField("期別番号")
    entry_id = models.BigIntegerField("仕訳番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    amount = models.BigIntegerField("金額")
    debit = models.SmallIntegerField("借方", choices=Account.choices)
    credit = models.SmallIntegerField("貸方", choices=Account.choices)
    kind = models.SmallIntegerField("種別", choices=EntryKind.choices)
    effective_on = models.DateField("効力の日")
    posted_on = models.DateField("会計日")
    receipt_key = models.UUIDField("収納", null=True)
    reverses = models.BigIntegerField("取り消す仕訳", null=True)
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "entry"
        db_table_comment = "仕訳（追記のみ）"
        constraints = [
            models.CheckConstraint(name="entry_amount_is_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="entry_accounts_differ",
                condition=~models.Q(debit=models.F("credit"))
                & models.Q(debit__range=(1, len(Account)))
                & models.Q(credit__range=(1, len(Account))),
            ),
        ]


class SlipShare(models.Model):
    """納付書の割り振り。納付書一枚の金額を、どの期別へいくら納めるものか。発行のときに決まり、変わらない。

    The frozen plan of one payment slip: which charges it pays, in which order, and how much of each component. A charge
    carries the number of the slip that its tax system made (`charge.slip_number`); every slip made later is named here.
    """

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("slip_number", "position", "addressee_number")
    slip_number = models.BigIntegerField("納付書番号")
    position = models.SmallIntegerField("順")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    amount = models.BigIntegerField("金額")
    principal_tax = models.BigIntegerField("うち本税")
    demand_fee = models.BigIntegerField("うち督促手数料")
    delinquency_charge = models.BigIntegerField("うち延滞金")

    class Meta:
        db_table = "slip_share"
        db_table_comment = "納付書の割り振り（追記のみ、E-16）"
        constraints = [
            models.CheckConstraint(
                name="slip_share_sums",
                condition=models.Q(
                    amount=models.F("principal_tax") + models.F("demand_fee") + models.F("delinquency_charge"),
                    amount__gt=0,
                    principal_tax__gte=0,
                    demand_fee__gte=0,
                    delinquency_charge__gte=0,
                    position__gte=1,
                ),
            ),
            models.UniqueConstraint(
                name="slip_share_charge_once", fields=["slip_number", "charge_id", "addressee_number"]
            ),
        ]
        indexes = [models.Index(name="slip_share_charge", fields=["charge_id"])]


class ChargeExtinction(models.Model):
    """期別の消滅の記録。いつ、何により消滅したか。出来事から求めたもので、後の入金などで消滅していなかったと分かれば取り下げる。

    What the allocation and the SQL guards lean on: a payment after the day is nobody's debt, and nothing more is begun.
    """

    rights = "SELECT, INSERT, UPDATE (withdrawn_on, withdraw_reason)"

    class Cause(models.TextChoices):
        """期別の消滅の事由。"""

        PRESCRIPTION = "1", "消滅時効"
        THREE_YEARS = "2", "執行停止の3年の継続"
        IMMEDIATE = "3", "執行停止と即時の消滅"

    pk = models.CompositePrimaryKey("addressee_number", "extinction_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    extinction_id = models.BigIntegerField("消滅番号")
    charge_id = models.BigIntegerField("期別番号")
    extinguished_on = models.DateField("消滅した日")
    cause = models.CharField("消滅の事由", max_length=1, choices=Cause.choices)
    steps = models.TextField("数え方")
    found_on = models.DateField("記録した日")
    withdrawn_on = models.DateField("取り下げた日", null=True)
    withdraw_reason = models.TextField("取り下げた理由", default="", blank=True)
    command_id = models.BigIntegerField("命令番号")

    class Meta:
        db_table = "charge_extinction"
        db_table_comment = "期別の消滅の記録 (F21-04)"
        constraints = [
            models.UniqueConstraint(
                name="charge_extinct_once",
                fields=["addressee_number", "charge_id"],
                condition=models.Q(withdrawn_on__isnull=True),
            ),
            models.CheckConstraint(
                name="charge_extinction_in_order", condition=models.Q(found_on__gte=models.F("extinguished_on"))
            ),
        ]


class Command(models.Model):
    """金を動かした命令。同じ鍵は二度使えず、期限もない。"""

    rights = APPEND_ONLY

    command_id = models.BigAutoField("命令番号", primary_key=True)
    idempotency_key = models.TextField("冪等キー", unique=True)
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    kind = models.TextField("種類")
    purpose = models.TextField("理由")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("記録日時", auto_now_add=True)

    class Meta:
        db_table = "command"
        db_table_comment = "金を動かした命令（冪等キー）"
