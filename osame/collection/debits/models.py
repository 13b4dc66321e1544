"""口座振替の表。口座、申込み、依頼、引落指図、結果、口座の利用の記録。

An account is a history of states: a row holds from `valid_from` until a later row (a higher history number) takes over, so
that neither two valid accounts of one tax nor a gap can be entered. Account numbers lie sealed (see `numbers.py`).
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT

ACCOUNT_TYPES = [("1", "普通"), ("2", "当座"), ("3", "納税準備"), ("9", "その他")]


class DebitAccount(models.Model):
    """振替口座（E-06）。宛名・税目・振替区分ごとの履歴の一行。書き換えず、次の行を足す。"""

    rights = APPEND_ONLY

    class Class(models.TextChoices):
        """振替区分。"""

        TERMS = "1", "納期ごと（定期・随時）"
        INSTALLMENT_PLAN = "2", "分納"

    class State(models.TextChoices):
        """振替口座の状態。"""

        LIVE = "1", "有効"
        SUSPENDED = "2", "停止"
        ENDED = "9", "廃止"

    class Method(models.TextChoices):
        """口座振替の納付方法。"""

        BY_TERM = "1", "期別"
        WHOLE_YEAR = "2", "全期前納"

    pk = models.CompositePrimaryKey("addressee_number", "tax_item", "debit_class", "history_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    tax_item = models.CharField("税目", max_length=2)
    debit_class = models.CharField("振替の区分", max_length=1, choices=Class.choices)
    history_number = models.IntegerField("履歴番号")
    valid_from = models.DateField("適用開始日")
    state = models.CharField("振替口座の状態", max_length=1, choices=State.choices)
    method = models.CharField("納付方法", max_length=1, choices=Method.choices)
    bank_code = models.CharField("金融機関コード", max_length=4)
    branch_code = models.CharField("店舗コード", max_length=3)
    account_type = models.CharField("預金種目", max_length=1, choices=ACCOUNT_TYPES)
    sealed_number = models.BinaryField("封をした口座番号")
    number_digest = models.CharField("口座番号の鍵付きの要約", max_length=64)
    number_tail = models.CharField("口座番号の下3桁", max_length=3)
    symbol_tail = models.CharField("ゆうちょの記号の4・5桁目", max_length=2, default="", blank=True)
    holder_kana = models.CharField("口座名義カナ", max_length=30)
    holder_name = models.TextField("口座名義漢字", default="", blank=True)
    reason = models.TextField("理由")
    application_id = models.BigIntegerField("受付番号", null=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "debit_account"
        db_table_comment = "振替口座の履歴 (E-06, 036o010, F06-01)"
        constraints = [
            models.CheckConstraint(name="debit_account_has_a_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(name="debit_account_tail", condition=models.Q(number_tail__regex=r"^[0-9]{3}$")),
        ]
        indexes = [models.Index(name="debit_account_digest", fields=["number_digest"])]


class DebitApplication(models.Model):
    """口座振替の申込み。受け付けた中身は変えず、照合して有効にするか、返却する。"""

    rights = KEPT

    class Channel(models.TextChoices):
        """申込みの受付経路。"""

        PAPER = "1", "紙の依頼書"
        WEB = "2", "Web口座振替受付"
        PAY_EASY = "3", "ペイジー口座振替受付"

    class State(models.TextChoices):
        """申込みの状態。"""

        RECEIVED = "1", "受付"
        ACCEPTED = "2", "照合済（有効）"
        RETURNED = "8", "返却"
        WITHDRAWN = "9", "取下げ"

    pk = models.CompositePrimaryKey("addressee_number", "application_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    application_id = models.BigIntegerField("受付番号")
    reception = models.CharField("受付経路", max_length=1, choices=Channel.choices)
    outer_number = models.CharField("受付元の番号", max_length=30, default="", blank=True)
    applied_on = models.DateField("受付日")
    tax_item = models.CharField("税目", max_length=2)
    debit_class = models.CharField("振替の区分", max_length=1, choices=DebitAccount.Class.choices)
    method = models.CharField("納付方法", max_length=1, choices=DebitAccount.Method.choices)
    bank_code = models.CharField("金融機関コード", max_length=4)
    branch_code = models.CharField("店舗コード", max_length=3)
    account_type = models.CharField("預金種目", max_length=1, choices=ACCOUNT_TYPES)
    sealed_number = models.BinaryField("封をした口座番号")
    number_digest = models.CharField("口座番号の鍵付きの要約", max_length=64)
    number_tail = models.CharField("口座番号の下3桁", max_length=3)
    symbol_tail = models.CharField("ゆうちょの記号の4・5桁目", max_length=2, default="", blank=True)
    holder_kana = models.CharField("口座名義カナ", max_length=30)
    holder_name = models.TextField("口座名義漢字", default="", blank=True)
    starts_on = models.DateField("開始日")
    start_levy_year = models.SmallIntegerField("開始の賦課年度", null=True)
    start_term = models.SmallIntegerField("開始期", null=True)
    state = models.CharField("申込みの状態", max_length=1, choices=State.choices, default=State.RECEIVED)
    decided_on = models.DateField("照合または返却の日", null=True)
    return_reason = models.TextField("返却の理由", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "debit_application"
        db_table_comment = "口座振替の申込み (F06-02)"
        constraints = [
            models.UniqueConstraint(
                name="debit_application_one_open",
                fields=["addressee_number", "tax_item", "debit_class"],
                condition=models.Q(state="1"),
            ),
            models.UniqueConstraint(
                name="debit_application_outer_once",
                fields=["addressee_number", "tax_item", "reception", "outer_number"],
                condition=~models.Q(outer_number=""),
            ),
            models.CheckConstraint(
                name="debit_application_returned_with_reason",
                condition=~models.Q(state__in=["8", "9"]) | ~models.Q(return_reason=""),
            ),
        ]


class DebitRequest(models.Model):
    """口座振替依頼。ある納期の引落しを、金融機関に頼む一回。"""

    class Kind(models.TextChoices):
        """依頼の区分。"""

        TERM = "1", "納期の振替"
        AGAIN = "2", "再振替"
        PLAN = "3", "分納の振替"

    class State(models.TextChoices):
        """口座振替依頼の状態。"""

        MADE = "1", "作成済"
        SENT = "2", "渡した"
        CANCELLED = "9", "取消"

    request_id = models.BigAutoField("依頼番号", primary_key=True)
    kind = models.CharField("依頼の区分", max_length=1, choices=Kind.choices)
    due_date = models.DateField("納期限")
    debit_on = models.DateField("引落日")
    generation = models.SmallIntegerField("世代")
    expires_on = models.DateField("渡せる最後の日")
    source_request_id = models.BigIntegerField("再振替のもとの依頼", null=True)
    count = models.IntegerField("件数", default=0)
    amount = models.BigIntegerField("金額", default=0)
    left_out = models.IntegerField("除いた期別の数", default=0)
    state = models.CharField("口座振替依頼の状態", max_length=1, choices=State.choices, default=State.MADE)
    officer = models.TextField("職員")
    made_at = models.DateTimeField("作成日時", db_default=Now())
    cancel_reason = models.TextField("取消理由", default="", blank=True)
    cancelled_on = models.DateField("取消日", null=True)
    command_id = models.BigIntegerField("命令番号", unique=True)

    class Meta:
        db_table = "debit_request"
        db_table_comment = "口座振替依頼 (F06-04, F06-06, F06-09)"
        constraints = [
            models.UniqueConstraint(
                name="debit_request_generation", fields=["kind", "due_date", "debit_on", "generation"]
            ),
            models.UniqueConstraint(
                name="debit_request_one_live", fields=["kind", "due_date", "debit_on"], condition=~models.Q(state="9")
            ),
            models.CheckConstraint(
                name="debit_request_cancelled_with_reason", condition=~models.Q(state="9") | ~models.Q(cancel_reason="")
            ),
            models.CheckConstraint(
                name="debit_request_expires", condition=models.Q(expires_on__lt=models.F("debit_on"))
            ),
        ]


class DebitRequestFile(models.Model):
    """依頼ファイル。渡すバイト列そのものを、封をして持つ。もう一度渡すときも、同じバイト列を渡す。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("request_id", "bank_code")
    request_id = models.BigIntegerField("依頼番号")
    bank_code = models.CharField("取引銀行番号", max_length=4)
    consignor_code = models.CharField("委託者コード", max_length=10)
    file_name = models.TextField("ファイルの名")
    count = models.IntegerField("件数")
    amount = models.BigIntegerField("金額")
    sealed_content = models.BinaryField("封をした中身")
    sha256 = models.CharField("中身のハッシュ", max_length=64)
    first_sent_at = models.DateTimeField("初めて渡した日時", null=True)
    times_sent = models.SmallIntegerField("渡した回数", default=0)

    class Meta:
        db_table = "debit_request_file"
        db_table_comment = "口座振替の依頼ファイル (F06-04)"


class DebitInstruction(models.Model):
    """引落指図。一つの期別の、一回の引落し。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "charge_id", "request_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    request_id = models.BigIntegerField("依頼番号")
    tax_item = models.CharField("税目", max_length=2)
    debit_class = models.CharField("振替の区分", max_length=1)
    history_number = models.IntegerField("履歴番号")
    bank_code = models.CharField("引落銀行番号", max_length=4)
    branch_code = models.CharField("引落支店番号", max_length=3)
    through_bank_code = models.CharField("渡す先の取引銀行番号", max_length=4)
    amount = models.BigIntegerField("引落金額")
    slip_number = models.BigIntegerField("納付書番号")
    new_code = models.CharField("新規コード", max_length=1)

    class Meta:
        db_table = "debit_instruction"
        db_table_comment = "引落指図 (F06-04)"
        constraints = [models.CheckConstraint(name="debit_amount_is_positive", condition=models.Q(amount__gt=0))]
        indexes = [
            models.Index(name="debit_instruction_request", fields=["request_id"]),
            models.Index(name="debit_instruction_slip", fields=["slip_number"]),
        ]


class DebitExclusion(models.Model):
    """口座があるのに引き落とさない期別と、そのただ一つの理由。"""

    rights = APPEND_ONLY

    class Reason(models.TextChoices):
        """引き落とさない理由。上にあるものが先に立つ。"""

        PAID = "01", "納付済"
        ZERO = "02", "0円"
        IN_FLIGHT = "03", "速報受領済"
        UNIDENTIFIED_RECEIPT = "04", "入金を調査中"
        REQUESTED = "05", "ほかの依頼の結果待ち"
        SUSPENDED = "06", "口座の停止中"
        DECEASED = "07", "死亡"
        STOPPED = "08", "猶予・分納・停止"
        NO_SLIP = "09", "納付書番号がない"
        NO_CONSIGNOR = "10", "委託者の登録がない"
        NO_BRANCH = "11", "店舗が一覧にない"
        LESS_OWED = "12", "計画の額より未納が少ない"

    pk = models.CompositePrimaryKey("addressee_number", "charge_id", "request_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    request_id = models.BigIntegerField("依頼番号")
    reason = models.CharField("引き落とさない理由", max_length=2, choices=Reason.choices)
    stop_reason = models.CharField("督促停止理由", max_length=2, default="", blank=True)
    unpaid = models.BigIntegerField("未納本税")

    class Meta:
        db_table = "debit_exclusion"
        db_table_comment = "口座振替の除外 (R-018)"
        indexes = [models.Index(name="debit_exclusion_request", fields=["request_id"])]


class DebitResult(models.Model):
    """振替結果。引落指図に対する、金融機関の答え。"""

    rights = APPEND_ONLY

    class Code(models.TextChoices):
        """振替結果コード（C-06）。"""

        PAID = "0", "振替済"
        SHORT = "1", "資金不足"
        NO_ACCOUNT = "2", "預金取引なし"
        STOPPED_BY_HOLDER = "3", "預金者の都合による振替停止"
        NO_APPLICATION = "4", "預金口座振替依頼書なし"
        STOPPED_BY_CONSIGNOR = "8", "委託者の都合による振替停止"
        OTHER = "9", "その他"

    pk = models.CompositePrimaryKey("addressee_number", "charge_id", "request_id", "intake_file_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    request_id = models.BigIntegerField("依頼番号")
    intake_file_id = models.BigIntegerField("取込番号")
    line_number = models.IntegerField("行")
    code = models.CharField("振替結果コード", max_length=1, choices=Code.choices)
    amount = models.BigIntegerField("金額")

    class Meta:
        db_table = "debit_result"
        db_table_comment = "振替結果 (C-06, F06-05)"
        indexes = [models.Index(name="debit_result_request", fields=["request_id"])]


class DebitAccountUse(models.Model):
    """口座の利用の記録。口座番号を開いたのは誰で、何のためか。口座振替のほかに使うには、理由と受付番号が要る。"""

    rights = APPEND_ONLY

    class Purpose(models.TextChoices):
        """口座を使う目的。"""

        DEBIT = "1", "口座振替"
        REFUND = "2", "還付先（本人の同意による）"
        DISPOSITION = "3", "滞納処分の調査"

    pk = models.CompositePrimaryKey("addressee_number", "use_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    use_id = models.BigIntegerField("利用番号")
    tax_item = models.CharField("税目", max_length=2)
    debit_class = models.CharField("振替の区分", max_length=1)
    history_number = models.IntegerField("履歴番号")
    purpose = models.CharField("口座を使う目的", max_length=1, choices=Purpose.choices)
    case_number = models.TextField("事件・調査の番号", default="", blank=True)
    reason = models.TextField("理由")
    officer = models.TextField("職員")
    used_at = models.DateTimeField("利用日時", db_default=Now())

    class Meta:
        db_table = "debit_account_use"
        db_table_comment = "口座の利用の記録 (F06-11)"
        constraints = [
            models.CheckConstraint(name="debit_account_use_has_a_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="debit_account_use_has_a_case", condition=models.Q(purpose="1") | ~models.Q(case_number="")
            ),
        ]
