"""滞納整理の台帳の表。事案、その記録、予定、引継ぎ、資料と、夜に数え直す指標。

A case is opened and cleared by the ledger; what officers decide about it is a row of `case_event`, which is append-only. The
figures (`case_charge`, `case_figure`) are counted again every night from the facts of all chapters and may be thrown away.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT


class CaseStage(models.TextChoices):
    """進行段階（F13-06）。手続の段階と方針から、毎夜決まる。"""

    INITIAL = "01", "初動"
    REMINDER = "02", "催告"
    INVESTIGATION = "03", "調査"
    PLEDGE = "04", "分納"
    GRACE = "05", "猶予"
    DISPOSITION = "06", "処分"
    SUSPENSION_STUDY = "07", "停止検討"
    SUSPENSION = "08", "執行停止"
    WRITE_OFF_PLANNED = "09", "欠損予定"
    INSOLVENCY = "10", "倒産手続"


class ArrearsCase(models.Model):
    """滞納整理の事案。一人に、生きているものは一つ。元帳が開き、元帳が終える。"""

    rights = KEPT

    class Policy(models.TextChoices):
        """処理方針（F13-06）。"""

        UNDECIDED = "00", "未定"
        VOLUNTARY = "01", "自主納付を促す"
        INSTALMENTS = "02", "分割納付"
        INVESTIGATE = "03", "財産調査"
        DISPOSE = "04", "差押え・換価"
        GRACE = "05", "猶予"
        SUSPEND = "06", "執行停止を検討"
        WRITE_OFF = "07", "不納欠損を予定"
        TRANSFER = "08", "機構へ移管"

    pk = models.CompositePrimaryKey("addressee_number", "case_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    case_id = models.BigIntegerField("事案番号")
    opened_on = models.DateField("事案の開始日")
    cleared_on = models.DateField("事案の完結日", null=True)
    officer = models.TextField("担当する職員", db_default="", blank=True)
    assigned_on = models.DateField("担当になった日", null=True)
    policy = models.CharField("処理方針", max_length=2, choices=Policy.choices, db_default=Policy.UNDECIDED)
    policy_reason = models.TextField("方針の理由", db_default="", blank=True)
    decided_on = models.DateField("方針の決定日", null=True)
    review_on = models.DateField("見直し日", null=True)
    reviewed_on = models.DateField("点検日", null=True)
    care = models.TextField("注意事項", db_default="", blank=True)
    no_visit = models.BooleanField("訪問しない", db_default=False)

    class Meta:
        db_table = "arrears_case"
        db_table_comment = "滞納整理の事案 (F13-01, F13-06)"
        indexes = [models.Index(name="case_of_officer", fields=["officer"], condition=Q(cleared_on__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                name="one_open_case", fields=["addressee_number"], condition=Q(cleared_on__isnull=True)
            ),
            models.CheckConstraint(
                name="policy_is_decided_with_reason",
                condition=Q(policy="00") | Q(decided_on__isnull=False, review_on__isnull=False) & ~Q(policy_reason=""),
            ),
        ]


class CaseEvent(models.Model):
    """事案の記録。誰が担当になり、何を決め、どう点検したか。追記だけ。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """事案の記録の種類。"""

        OPENED = "01", "滞納の取込み"
        CLEARED = "02", "完結"
        ASSIGNED = "03", "担当の割当て"
        HANDED_OVER = "04", "引継ぎ"
        POLICY = "05", "方針の決定"
        REVIEWED = "06", "管理職の点検"
        NOTED = "07", "特記"
        CARE = "08", "注意事項の変更"
        PRESCRIPTION = "09", "時効の確認"

    pk = models.CompositePrimaryKey("addressee_number", "event_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    event_id = models.BigIntegerField("記録番号")
    case_id = models.BigIntegerField("事案番号")
    kind = models.CharField("記録の種類", max_length=2, choices=Kind.choices)
    happened_on = models.DateField("日")
    content = models.TextField("内容")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "case_event"
        db_table_comment = "事案の記録 (F13-06, F13-07)"
        indexes = [models.Index(name="event_of_case", fields=["addressee_number", "case_id"])]
        constraints = [models.CheckConstraint(name="case_event_says_something", condition=~Q(content=""))]


class CaseTask(models.Model):
    """事案の予定。職員が立てたものと、事実から立つもの（方針の見直し、時効、約束）。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """予定の種類。"""

        CALL = "01", "電話"
        VISIT = "02", "訪問"
        LETTER = "03", "文書の発送"
        REPLY = "04", "回答の期限"
        INTERVIEW = "05", "来庁・面談"
        OTHER = "09", "その他"
        PROMISE = "11", "納付約束の確認"
        REVIEW = "12", "方針の見直し"
        PRESCRIPTION = "13", "時効の完成"
        INSTALMENT = "14", "分納の不履行"
        INQUIRY_REPLY = "15", "照会の回答の期限"
        GRACE_REVIEW = "16", "猶予の審査"
        PAPER = "17", "受託した証券の支払期日"
        FILING = "18", "倒産手続の届出の期限"

    class Result(models.TextChoices):
        """予定の結果。"""

        DONE = "1", "済んだ"
        POSTPONED = "2", "延期した"
        NOT_MET = "3", "果たせなかった"
        GONE = "9", "要らなくなった"

    pk = models.CompositePrimaryKey("addressee_number", "task_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    task_id = models.BigIntegerField("予定番号")
    case_id = models.BigIntegerField("事案番号")
    kind = models.CharField("予定の種類", max_length=2, choices=Kind.choices)
    due_on = models.DateField("予定日")
    note = models.TextField("予定の内容", blank=True)
    officer = models.TextField("予定を立てた職員")
    made_on = models.DateField("予定を立てた日")
    done_on = models.DateField("予定の終わった日", null=True)
    result = models.CharField("予定の結果", max_length=1, choices=Result.choices, blank=True)
    result_note = models.TextField("結果の説明", blank=True)

    class Meta:
        db_table = "case_task"
        db_table_comment = "事案の予定 (F13-05)"
        indexes = [
            models.Index(name="task_open", fields=["due_on"], condition=Q(done_on__isnull=True)),
            models.Index(name="task_of_case", fields=["addressee_number", "case_id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="task_ends_with_result",
                condition=Q(done_on__isnull=True, result="") | Q(done_on__isnull=False) & ~Q(result=""),
            )
        ]


class CaseCharge(models.Model):
    """滞納明細。事案に含む期別と、手続の有無（F13-02）。毎夜作り直す。"""

    pk = models.CompositePrimaryKey("addressee_number", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    charge_id = models.BigIntegerField("期別番号")
    tax_item = models.CharField("税目", max_length=2)
    due_date = models.DateField("納期限")
    principal_tax = models.BigIntegerField("未納本税")
    other_amounts = models.BigIntegerField("本税のほかの未納額")
    demanded_on = models.DateField("督促状の発付日", null=True)
    pledged = models.BooleanField("分納の有無", db_default=False)
    graced = models.BooleanField("猶予の有無", db_default=False)
    seized = models.BooleanField("処分の有無", db_default=False)
    suspended = models.BooleanField("執行停止の有無", db_default=False)
    insolvent = models.BooleanField("倒産手続の有無", db_default=False)
    prescribed_on = models.DateField("時効の満了日", null=True)
    extinguished_on = models.DateField("消滅する日", null=True)

    class Meta:
        db_table = "case_charge"
        db_table_comment = "滞納明細 (F13-02, 036o 滞納明細管理)"


class CaseFigure(models.Model):
    """事案の指標。一覧と優先度のために、毎夜数え直す。"""

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    as_of = models.DateField("基準日")
    stage = models.CharField("進行段階", max_length=2, choices=CaseStage.choices)
    stage_since = models.DateField("段階に入った日")
    charges = models.IntegerField("期別の数")
    principal_tax = models.BigIntegerField("未納本税")
    other_amounts = models.BigIntegerField("本税のほかの未納額")
    total = models.BigIntegerField("未納の計")
    oldest_due_on = models.DateField("いちばん古い納期限")
    prescribed_on = models.DateField("いちばん早い時効の満了日", null=True)
    contacted_on = models.DateField("最後の折衝の日", null=True)
    reminded_on = models.DateField("最後の催告の日", null=True)
    reminders = models.IntegerField("一年の催告の回数", db_default=0)
    paid_on = models.DateField("最後の領収日", null=True)
    promised_on = models.DateField("次の約束日", null=True)
    broken_promises = models.IntegerField("一年の約束の不履行", db_default=0)
    seizable = models.BigIntegerField("分かっている財産の見込額", db_default=0)
    task_on = models.DateField("次の予定日", null=True)
    score = models.SmallIntegerField("優先度")
    points = models.JSONField("優先度の内訳")

    class Meta:
        db_table = "case_figure"
        db_table_comment = "事案の指標 (F13-06, F13-08)"
        indexes = [
            models.Index(name="figure_score", fields=["-score", "addressee_number"]),
            models.Index(name="figure_total", fields=["-total", "addressee_number"]),
        ]


class CaseHandover(models.Model):
    """事案の引継ぎ。担当の異動で、まとめて渡す。起案した職員は、承認しない。"""

    rights = KEPT

    class State(models.TextChoices):
        """引継ぎの状態。"""

        PLANNED = "1", "引継予定"
        DONE = "2", "引継済"
        WITHDRAWN = "9", "取りやめ"

    handover_id = models.BigAutoField("引継番号", primary_key=True)
    from_officer = models.TextField("旧担当")
    to_officer = models.TextField("新担当")
    hand_over_on = models.DateField("引継日")
    reason = models.TextField("引継ぎの理由")
    state = models.CharField("引継ぎの状態", max_length=1, choices=State.choices, default=State.PLANNED)
    planned_by = models.TextField("起案した職員")
    planned_on = models.DateField("起案日")
    approved_by = models.TextField("承認した職員", blank=True)
    approved_on = models.DateField("承認日", null=True)

    class Meta:
        db_table = "case_handover"
        db_table_comment = "事案の引継ぎ (F13-07, R-143)"
        constraints = [
            models.CheckConstraint(name="handover_approved_by_another", condition=~Q(approved_by=F("planned_by"))),
            models.CheckConstraint(name="handover_to_another", condition=~Q(from_officer=F("to_officer"))),
            models.CheckConstraint(
                name="handover_done_when_approved",
                condition=~Q(state="2") | Q(approved_on__isnull=False) & ~Q(approved_by=""),
            ),
        ]


class HandoverLine(models.Model):
    """引き継ぐ事案一つ。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "handover_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    handover_id = models.BigIntegerField("引継番号")
    case_id = models.BigIntegerField("事案番号")

    class Meta:
        db_table = "handover_line"
        db_table_comment = "引き継ぐ事案 (F13-07)"
        indexes = [models.Index(name="line_of_handover", fields=["handover_id"])]


class CaseDocument(models.Model):
    """関連資料。版ごとに残り、中身は封をして置く。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """資料の種類。"""

        RESIDENT_RECORD = "01", "住民票・戸籍"
        REGISTER = "02", "登記事項証明書"
        REPLY = "03", "照会の回答書"
        PHOTO = "04", "写真"
        STATEMENT = "05", "収支・生活状況の資料"
        CORRESPONDENCE = "06", "本人からの文書"
        OTHER = "99", "その他"

    pk = models.CompositePrimaryKey("addressee_number", "document_id", "version")
    addressee_number = models.CharField("宛名番号", max_length=15)
    document_id = models.BigIntegerField("資料番号")
    version = models.SmallIntegerField("資料の版")
    kind = models.CharField("資料の種類", max_length=2, choices=Kind.choices)
    title = models.TextField("資料の題")
    file_name = models.TextField("ファイル名")
    size = models.IntegerField("大きさ")
    content_digest = models.TextField("中身のハッシュ")
    sealed = models.BinaryField("中身（暗号）")
    words = models.TextField("読み取った文字", blank=True)
    kept_through = models.DateField("保存期限")
    officer = models.TextField("登録した職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "case_document"
        db_table_comment = "関連資料 (F13-09)"
        constraints = [models.CheckConstraint(name="document_has_title", condition=~Q(title="") & Q(size__gt=0))]


class InsolvencyRecord(models.Model):
    """倒産手続での届出（交付要求）の期限、届出、配当の記録。追記だけ。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """倒産手続の記録の種類。"""

        DEADLINE = "1", "届出の期限"
        FILED = "2", "届け出た（交付要求をした）"
        DIVIDEND = "3", "配当・弁済を受けた"

    pk = models.CompositePrimaryKey("addressee_number", "bankruptcy_id", "record_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    bankruptcy_id = models.BigIntegerField("破産管理番号")
    record_number = models.IntegerField("連番")
    kind = models.CharField("倒産手続の記録の種類", max_length=1, choices=Kind.choices)
    happened_on = models.DateField("日")
    amount = models.BigIntegerField("届け出た額・受けた額", null=True)
    note = models.TextField("説明")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "insolvency_record"
        db_table_comment = "倒産手続の届出と配当の記録 (F13-12)"
        constraints = [
            models.CheckConstraint(
                name="insolvency_record_says_what", condition=~Q(note="") & (Q(kind="1") | Q(amount__gt=0))
            )
        ]
