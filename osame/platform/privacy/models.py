"""本人の請求と、漏えい等事故の表。どのシステムも、自分のデータベースに持つ。"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from osame.platform.history import kept_history
from osame.platform.rights import APPEND_ONLY, KEPT


@kept_history()
class PrivacyRequest(models.Model):
    """開示等請求。本人が、自分について持たれている情報の開示・訂正・利用停止を求めたこと。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """請求の種類。"""

        DISCLOSURE = "1", "開示請求"
        CORRECTION = "2", "訂正請求"
        SUSPENSION = "3", "利用停止請求"

    class NumberKind(models.TextChoices):
        """どの番号で本人を指すか。"""

        ADDRESSEE = "1", "宛名番号"
        UNIFIED = "2", "団体内統合宛名番号"

    class Requester(models.TextChoices):
        """請求する者。"""

        SELF = "1", "本人"
        LEGAL_AGENT = "2", "法定代理人"
        AGENT = "3", "任意代理人"

    class Proof(models.TextChoices):
        """本人確認書類。番号は控えない。"""

        NUMBER_CARD = "01", "個人番号カード"
        LICENCE = "02", "運転免許証"
        PASSPORT = "03", "旅券"
        RESIDENCE_CARD = "04", "在留カード・特別永住者証明書"
        DISABILITY = "05", "障害者手帳"
        TWO_PAPERS = "06", "写真のない書類二点"
        MAILED = "07", "写しと住民票の写し（送付による請求）"

    class State(models.TextChoices):
        """開示等請求の段階。"""

        RECEIVED = "1", "受付"
        GATHERED = "2", "抽出済"
        PROPOSED = "3", "起案中"
        DECIDED = "4", "決定済"
        CARRIED_OUT = "5", "実施済"
        WITHDRAWN = "9", "取下げ"

    class Outcome(models.TextChoices):
        """決定。"""

        WHOLE = "1", "全部に応じる"
        PART = "2", "一部に応じる"
        REFUSED = "3", "応じない"
        EXISTENCE = "4", "存否を答えない"

    request_id = models.BigAutoField("開示等請求番号", primary_key=True)
    kind = models.CharField("開示等請求の種類", max_length=1, choices=Kind.choices)
    addressee_number = models.CharField("宛名番号", max_length=15)
    number_kind = models.CharField("番号の種類", max_length=1, choices=NumberKind.choices, default=NumberKind.ADDRESSEE)
    requester = models.CharField("請求する者", max_length=1, choices=Requester.choices)
    requester_name = models.TextField("請求する者の氏名")
    proof = models.CharField("本人確認書類", max_length=2, choices=Proof.choices)
    authority_paper = models.TextField("代理権を証する書類", default="", blank=True)
    proved_by = models.TextField("本人確認をした職員")
    requested_on = models.DateField("開示等請求のあった日")
    scope = models.TextField("開示等請求の内容")
    amending_days = models.IntegerField("補正に要した日数", default=0)
    extension_reason = models.TextField("期限を延ばす理由", default="", blank=True)
    due_on = models.DateField("決定の期限")
    state = models.CharField("開示等請求の段階", max_length=1, choices=State.choices, default=State.RECEIVED)
    proposal_id = models.BigIntegerField("起案番号", null=True)
    outcome = models.CharField("開示等の決定", max_length=1, choices=Outcome.choices, default="", blank=True)
    decision_reason = models.TextField("開示等の決定の理由", default="", blank=True)
    decided_on = models.DateField("開示等の決定の日", null=True)
    carried_out_on = models.DateField("実施の日", null=True)
    egress_serial = models.TextField("渡した出力", default="", blank=True)
    withdrawn_reason = models.TextField("取り下げた理由", default="", blank=True)

    class Meta:
        db_table = "privacy_request"
        db_table_comment = "開示等請求 (F36-12)"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(requester="1") | ~models.Q(authority_paper=""), name="an_agent_shows_an_authority"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["4", "5"])
                | (models.Q(decided_on__isnull=False) & ~models.Q(outcome="") & models.Q(proposal_id__isnull=False)),
                name="a_decision_was_proposed",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["", "1"]) | ~models.Q(decision_reason=""),
                name="refusing_needs_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["addressee_number"], name="privacy_request_of_person")]


class PrivacyRequestItem(models.Model):
    """開示等請求の項目。抽出した表ごとの件数とハッシュと、見分けた結果。値は持たない。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("request_id", "table_name")
    request_id = models.BigIntegerField("開示等請求番号")
    table_name = models.TextField("表の名")
    table_label = models.TextField("表の説明")
    row_count = models.IntegerField("件数")
    masked_count = models.IntegerField("伏せた値の数")
    content_sha256 = models.CharField("抽出した中身のハッシュ", max_length=64)
    withheld_ground = models.TextField("開示しない理由", default="", blank=True)
    opened_columns = ArrayField(models.TextField(), verbose_name="職員が確かめて開いた列", default=list)

    class Meta:
        db_table = "privacy_request_item"
        db_table_comment = "開示等請求の項目 (F36-12)"


class PrivacyMeasure(models.Model):
    """開示等請求に応じて行ったこと。訂正した、利用を止めた、提供先に通知した。追記だけができる。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """行ったことの種類。"""

        CORRECTED = "1", "訂正した"
        STOPPED = "2", "利用を停止した"
        ERASED = "3", "消去した"
        PROVISION_STOPPED = "4", "提供を停止した"
        RECEIVER_TOLD = "5", "提供先に通知した"
        EXTENSION_TOLD = "6", "期限を延ばすと通知した"

    measure_id = models.BigAutoField("行ったことの番号", primary_key=True)
    request_id = models.BigIntegerField("開示等請求番号")
    addressee_number = models.CharField("宛名番号", max_length=15)
    kind = models.CharField("行ったことの種類", max_length=1, choices=Kind.choices)
    target = models.TextField("行った項目")
    detail = models.TextField("行った中身", default="", blank=True)
    done_on = models.DateField("行った日")
    officer = models.TextField("職員")

    class Meta:
        db_table = "privacy_measure"
        db_table_comment = "開示等請求に応じて行ったこと (F36-12)"


@kept_history()
class Incident(models.Model):
    """漏えい等事故。知った日、範囲、報告の項目、報告した日。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """漏えい等事故の種類。"""

        LEAKED = "1", "漏えい"
        LOST = "2", "滅失"
        DAMAGED = "3", "毀損"
        SUSPECTED = "4", "おそれ"

    class State(models.TextChoices):
        """漏えい等事故の段階。"""

        DETECTED = "1", "検知"
        CONTAINED = "2", "封じ込め"
        REPORTED = "3", "確報済"
        CLOSED = "4", "再発防止まで済"

    incident_id = models.BigAutoField("漏えい等事故番号", primary_key=True)
    kind = models.CharField("漏えい等事故の種類", max_length=1, choices=Kind.choices)
    summary = models.TextField("概要")
    known_on = models.DateField("知った日")
    number_included = models.BooleanField("個人番号を含むか")
    in_affair_system = models.BooleanField("個人番号利用事務のシステムの情報か", default=True)
    wrongful = models.BooleanField("不正の目的のおそれがあるか", default=False)
    open_to_public = models.BooleanField("不特定多数に見られるおそれがあるか", default=False)
    protected_by_encryption = models.BooleanField("高度な暗号化などの措置があったか", default=False)
    state = models.CharField("漏えい等事故の段階", max_length=1, choices=State.choices, default=State.DETECTED)
    scope = models.JSONField("範囲の条件", default=dict)
    traced = models.JSONField("範囲の数", default=dict)
    people = models.IntegerField("本人の数", default=0)
    people_sha256 = models.CharField("対象者の一覧のハッシュ", max_length=64, default="", blank=True)
    items = models.TextField("漏えい等した項目", default="", blank=True)
    cause = models.TextField("原因", default="", blank=True)
    secondary_damage = models.TextField("二次被害又はそのおそれ", default="", blank=True)
    response = models.TextField("本人への対応", default="", blank=True)
    publication = models.TextField("公表の状況", default="", blank=True)
    prevention = models.TextField("再発防止のための措置", default="", blank=True)
    other = models.TextField("その他参考となる事項", default="", blank=True)
    contained_on = models.DateField("封じ込めた日", null=True)
    prompt_reported_on = models.DateField("速報をした日", null=True)
    final_reported_on = models.DateField("確報をした日", null=True)
    people_told_on = models.DateField("本人に通知した日", null=True)
    closed_on = models.DateField("終えた日", null=True)
    registered_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "incident"
        db_table_comment = "漏えい等事故 (F36-11)"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(final_reported_on=None) | ~(models.Q(cause="") | models.Q(prevention="")),
                name="a_final_report_says_cause_and_prevention",
            ),
        ]


class IncidentPerson(models.Model):
    """漏えい等事故の対象者。どの記録から範囲に入ったか。"""

    rights = "SELECT, INSERT, DELETE"  # 範囲を引き直すと、入れ替わる

    pk = models.CompositePrimaryKey("addressee_number", "incident_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    incident_id = models.BigIntegerField("漏えい等事故番号")
    viewed = models.IntegerField("見られた回数")
    output = models.IntegerField("出力された回数")

    class Meta:
        db_table = "incident_person"
        db_table_comment = "漏えい等事故の対象者 (F36-11)"


class TrainingRecord(models.Model):
    """研修の受講。追記だけができる。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """研修の種類。"""

        YEARLY = "1", "安全管理の研修（年1回）"
        NEW_HANDLER = "2", "新規担当者の研修"
        E_LEARNING = "3", "eラーニング"
        OUTSIDE = "4", "庁外の研修"
        FOLLOW_UP = "5", "未受講者への資料と説明"

    training_id = models.BigAutoField("研修の受講の番号", primary_key=True)
    staff_number = models.CharField("職員番号", max_length=20)
    kind = models.CharField("研修の種類", max_length=1, choices=Kind.choices)
    title = models.TextField("研修の名")
    taken_on = models.DateField("受講日")
    recorded_by = models.TextField("登録した者")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "training_record"
        db_table_comment = "研修の受講 (F36-10)"
        constraints = [
            models.UniqueConstraint(fields=["staff_number", "kind", "taken_on"], name="one_training_a_day"),
            models.CheckConstraint(condition=~models.Q(title=""), name="a_training_has_a_title"),
        ]


@kept_history()
class InspectionRecord(models.Model):
    """点検。自己点検・内部監査・外部監査の、確かめたことと、直したこと。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """点検の種類。"""

        SELF_CHECK = "1", "自己点検"
        INTERNAL_AUDIT = "2", "内部監査"
        EXTERNAL_AUDIT = "3", "外部監査"

    class Outcome(models.TextChoices):
        """点検の結果。"""

        SOUND = "1", "適切"
        IMPROVE = "2", "改めることがある"

    inspection_id = models.BigAutoField("点検番号", primary_key=True)
    kind = models.CharField("点検の種類", max_length=1, choices=Kind.choices)
    inspected_on = models.DateField("点検した日")
    department = models.TextField("点検した所属")
    checked_items = models.TextField("確かめたこと")
    outcome = models.CharField("点検の結果", max_length=1, choices=Outcome.choices)
    finding = models.TextField("改めること", default="", blank=True)
    improved_on = models.DateField("改めた日", null=True)
    improvement = models.TextField("改めたこと", default="", blank=True)
    inspector = models.TextField("点検した者")
    proof = models.TextField("確かめに使った検証の結果", default="", blank=True)

    class Meta:
        db_table = "inspection_record"
        db_table_comment = "点検 (F36-10)"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="1") | ~models.Q(finding=""), name="an_unsound_inspection_says_what"
            ),
            models.CheckConstraint(
                condition=models.Q(improved_on=None) | ~models.Q(improvement=""), name="an_improvement_says_what"
            ),
        ]


@kept_history()
class ProvisionMedium(models.Model):
    """提供の媒体。番号、件数、授受、受領、廃棄までを、一枚ごとに残す授受簿。"""

    rights = KEPT

    class State(models.TextChoices):
        """提供の媒体の段階。"""

        MADE = "1", "作成"
        HANDED_OVER = "2", "授受"
        RECEIVED = "3", "受領"
        DESTROYED = "4", "廃棄"
        DISAGREED = "8", "件数不一致"
        LOST = "9", "紛失"

    medium_number = models.CharField("媒体番号", max_length=20, primary_key=True)
    egress_id = models.BigIntegerField("出力番号", unique=True)
    kind = models.TextField("媒体の種類")
    receiver = models.TextField("提供先")
    row_count = models.IntegerField("件数")
    number_included = models.BooleanField("個人番号を含むか")
    sha256 = models.CharField("封をした中身のハッシュ", max_length=64)
    key_print = models.CharField("提供先の公開鍵の指紋", max_length=64)
    state = models.CharField("提供の媒体の段階", max_length=1, choices=State.choices, default=State.MADE)
    made_on = models.DateField("作成日")
    made_by = models.TextField("作成した者")
    destroy_by = models.DateField("廃棄の期限")
    handed_on = models.DateField("授受の日", null=True)
    handed_by = models.TextField("渡した職員", default="", blank=True)
    carrier = models.TextField("受け取った者", default="", blank=True)
    arrived_on = models.DateField("受領の日", null=True)
    received_count = models.IntegerField("受領した件数", null=True)
    received_sha256 = models.CharField("受領した中身のハッシュ", max_length=64, default="", blank=True)
    destroyed_on = models.DateField("廃棄の日", null=True)
    destruction_method = models.TextField("廃棄の方法", default="", blank=True)
    destruction_witness = models.TextField("廃棄に立ち会った者", default="", blank=True)
    certificate = models.TextField("廃棄の証明書の番号", default="", blank=True)
    incident_id = models.BigIntegerField("漏えい等事故番号", null=True)

    class Meta:
        db_table = "provision_medium"
        db_table_comment = "提供の媒体 (F36-06)"
        constraints = [
            models.CheckConstraint(condition=~models.Q(kind="flash_memory"), name="no_flash_memory_is_ever_handed_over"),
            models.CheckConstraint(condition=~models.Q(state="3") | models.Q(received_count=models.F("row_count")), name="received_means_every_row"),
            models.CheckConstraint(condition=~models.Q(state="4") | ~(models.Q(destruction_method="") | models.Q(destruction_witness="") | models.Q(certificate="") | models.Q(destroyed_on=None)), name="destruction_is_proved"),
            models.CheckConstraint(condition=models.Q(destruction_witness="") | ~models.Q(destruction_witness=models.F("handed_by")), name="the_witness_is_another_person"),
            models.CheckConstraint(condition=~models.Q(state="9") | models.Q(incident_id__isnull=False), name="a_loss_is_an_incident"),
        ]  # fmt: skip


@kept_history()
class RetentionHold(models.Model):
    """消去の停止。訴訟、監査、調査が終わるまで、その種類を消させない。"""

    rights = KEPT

    hold_id = models.BigAutoField("消去の停止の番号", primary_key=True)
    kind = models.TextField("記録の種類")
    reason = models.TextField("止めた理由")
    held_on = models.DateField("止めた日")
    held_by = models.TextField("止めた職員")
    released_on = models.DateField("解いた日", null=True)
    released_by = models.TextField("解いた職員", default="", blank=True)

    class Meta:
        db_table = "retention_hold"
        db_table_comment = "消去の停止 (F36-09)"


class ErasureRecord(models.Model):
    """消去の証。何をいくつ消したか。鍵のハッシュだけを持ち、中身は持たない。"""

    rights = APPEND_ONLY

    erasure_id = models.BigAutoField("消去の証の番号", primary_key=True)
    proposal_id = models.BigIntegerField("起案番号")
    kind = models.TextField("記録の種類")
    name = models.TextField("記録の名")
    row_count = models.BigIntegerField("消した数")
    keys_sha256 = models.CharField("消した鍵のハッシュ", max_length=64)
    as_of = models.DateField("基準日")
    method = models.TextField("消し方")
    officer = models.TextField("職員")
    erased_at = models.DateTimeField("消した日時", db_default=Now())

    class Meta:
        db_table = "erasure_record"
        db_table_comment = "消去の証 (F36-09)"
