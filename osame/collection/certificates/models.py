"""納税証明の表。申請、領収書確認、証明書。

A certificate is a frozen statement: what was certified stands in the row as text with its hash, and the row can only be
declared void, once, with a reason. Without a recorded identity check and authority the database takes no certificate.
"""

from django.db import models
from django.db.models.functions import Now

from osame.platform.rights import APPEND_ONLY, KEPT

DECIDED = ("2", "3", "4")


class CertificateRequest(models.Model):
    """納税証明の申請（R-127）。誰が、誰の、何を、何のために求め、誰がどう確かめたか。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """証明の種類。"""

        GENERAL = "01", "納税証明書"
        NO_ARREARS = "02", "滞納のないことの証明書"
        VEHICLE = "03", "軽自動車税（種別割）納税証明書（継続検査用）"

    class Authority(models.TextChoices):
        """請求する資格。"""

        SELF = "01", "本人"
        PROXY = "02", "代理人（委任状）"
        HEIR = "03", "相続人"
        LEGAL_REPRESENTATIVE = "04", "法定代理人・納税管理人"
        OFFICIAL = "05", "職務上の請求"
        REPRESENTATIVE = "06", "法人の代表者・社員"

    class IdentityMeans(models.TextChoices):
        """本人確認の書類。"""

        PHOTO_CARD = "01", "顔写真付きの書類（運転免許証など）"
        TWO_DOCUMENTS = "02", "顔写真のない書類二つ"
        ELECTRONIC = "03", "電子証明書"
        OFFICIAL_CARD = "04", "職員証・身分を証する書面"

    class Channel(models.TextChoices):
        """申請の経路。"""

        COUNTER = "1", "窓口"
        ONLINE = "2", "オンライン"
        POST = "3", "郵送"

    class State(models.TextChoices):
        """申請の状態。"""

        APPLIED = "1", "申請"
        IDENTIFIED = "2", "本人確認済"
        REVIEWED = "3", "審査済"
        ISSUED = "4", "発行"
        NOT_ISSUED = "5", "不発行"
        WITHDRAWN = "9", "取下げ"

    pk = models.CompositePrimaryKey("addressee_number", "request_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    request_id = models.BigIntegerField("申請番号")
    kind = models.CharField("証明の種類", max_length=2, choices=Kind.choices)
    tax_item = models.CharField("税目", max_length=2, blank=True)
    first_levy_year = models.SmallIntegerField("初めの賦課年度")
    last_levy_year = models.SmallIntegerField("終わりの賦課年度")
    notice_number = models.TextField("通知書番号", blank=True)
    plate_number = models.TextField("標識番号", blank=True)
    chassis_number = models.TextField("車台番号", blank=True)
    applicant_name = models.TextField("申請者")
    authority = models.CharField("請求の資格", max_length=2, choices=Authority.choices)
    authority_document = models.TextField("資格を示す書面", blank=True)
    authority_valid_through = models.DateField("委任状の末日", null=True)
    use = models.TextField("証明の使用目的")
    submitted_to = models.TextField("提出先")
    fee = models.BigIntegerField("証明手数料")
    fee_exemption = models.TextField("手数料の免除の理由", blank=True)
    state = models.CharField("申請の状態", max_length=1, choices=State.choices)
    applied_on = models.DateField("申請日")
    applied_by = models.TextField("受付した職員")
    identity_means = models.CharField("本人確認の書類", max_length=2, choices=IdentityMeans.choices, blank=True)
    identity_note = models.TextField("確認した書類の控え", blank=True)
    identified_by = models.TextField("本人確認した職員", blank=True)
    identified_at = models.DateTimeField("本人確認の日時", null=True)
    reviewed_by = models.TextField("審査した職員", blank=True)
    reviewed_at = models.DateTimeField("審査の日時", null=True)
    closing_reason = models.TextField("不発行・取下げの理由", blank=True)
    reception = models.CharField("受付経路", max_length=1, choices=Channel.choices, default=Channel.COUNTER)
    outer_number = models.CharField("受付元の番号", max_length=30, default="", blank=True)
    settlement_number = models.TextField("決済番号", default="", blank=True)
    settled_on = models.DateField("決済日", null=True)
    post_code = models.CharField("証明書の送付先の郵便番号", max_length=7, default="", blank=True)
    post_address = models.TextField("証明書の送付先", default="", blank=True)
    post_name = models.TextField("証明書の送付先の氏名", default="", blank=True)
    posted_on = models.DateField("証明書の送付日", null=True)
    posted_by = models.TextField("証明書を送付した職員", default="", blank=True)
    tracking_number = models.TextField("追跡番号", default="", blank=True)

    class Meta:
        db_table = "certificate_request"
        db_table_comment = "納税証明の申請 (F12-03, R-127)"
        indexes = [models.Index(name="certificate_request_day", fields=["applied_on"])]
        constraints = [
            models.CheckConstraint(
                name="certificate_needs_identity",
                condition=~models.Q(state__in=DECIDED)
                | (~models.Q(identity_means="") & ~models.Q(identified_by="") & models.Q(identified_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="certificate_needs_authority",
                condition=~models.Q(state__in=DECIDED) | models.Q(authority="01") | ~models.Q(authority_document=""),
            ),
            models.CheckConstraint(
                name="certificate_fee_or_exemption", condition=models.Q(fee__gt=0) ^ ~models.Q(fee_exemption="")
            ),
            models.CheckConstraint(
                name="certificate_closed_with_reason",
                condition=~models.Q(state__in=["5", "9"]) | ~models.Q(closing_reason=""),
            ),
            models.UniqueConstraint(
                name="certificate_asked_once",
                fields=["addressee_number", "reception", "outer_number"],
                condition=~models.Q(outer_number=""),
            ),
            models.CheckConstraint(
                name="certificate_posted_when_issued",
                condition=models.Q(posted_on__isnull=True) | models.Q(state="4") & ~models.Q(reception="1"),
            ),
            models.CheckConstraint(
                name="certificate_names_the_vehicle",
                condition=~models.Q(kind="03") | ~models.Q(plate_number="") | ~models.Q(chassis_number=""),
            ),
        ]


class CertificateEvidence(models.Model):
    """領収書確認。まだ消し込まれていない納付を、窓口で示された領収書で確かめた記録。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "request_id", "charge_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    request_id = models.BigIntegerField("申請番号")
    charge_id = models.BigIntegerField("期別番号")
    paid_on = models.DateField("領収日")
    amount = models.BigIntegerField("領収書の額")
    seen = models.TextField("確かめた領収書")
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "certificate_evidence"
        db_table_comment = "領収書確認 (F12-01)"
        constraints = [
            models.CheckConstraint(name="certificate_evidence_is_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(name="certificate_evidence_was_seen", condition=~models.Q(seen="")),
        ]


class Certificate(models.Model):
    """証明書一通。証明した事実は、このとおりに凍らせる。変わるのは、刷ったことと、取り消したことだけ。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "certificate_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    certificate_number = models.BigIntegerField("証明番号")
    request_id = models.BigIntegerField("申請番号")
    kind = models.CharField("証明の種類", max_length=2)
    as_of = models.DateField("証明日")
    facts = models.TextField("証明した事実")
    facts_sha256 = models.CharField("証明した事実のハッシュ", max_length=64)
    issued_by = models.TextField("発行した職員")
    issued_at = models.DateTimeField("発行日時", db_default=Now())
    reissue_of = models.BigIntegerField("再発行の元の証明番号", null=True)
    pdf_sha256 = models.CharField("刷った証明書のハッシュ", max_length=64, blank=True)
    payload = models.TextField("署名した内容", blank=True)
    printed_at = models.DateTimeField("刷った日時", null=True)
    voided_at = models.DateTimeField("証明の取消日時", null=True)
    voided_by = models.TextField("取り消した職員", blank=True)
    void_reason = models.TextField("証明の取消しの理由", blank=True)

    class Meta:
        db_table = "certificate"
        db_table_comment = "証明書 (F12-05, R-128)"
        indexes = [
            models.Index(name="certificate_by_number", fields=["certificate_number"]),
            models.Index(name="certificate_by_moment", fields=["issued_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_certificate",
                fields=["addressee_number", "request_id"],
                condition=models.Q(voided_at__isnull=True),
            ),
            models.UniqueConstraint(name="certificate_reissued_once", fields=["addressee_number", "reissue_of"]),
            models.CheckConstraint(
                name="certificate_voided_with_reason",
                condition=models.Q(voided_at__isnull=True) | (~models.Q(void_reason="") & ~models.Q(voided_by="")),
            ),
        ]


class ConsentedInquiry(models.Model):
    """同意書による滞納の照会。滞納の有無だけを答えた記録。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "inquiry_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    inquiry_id = models.BigIntegerField("照会番号")
    asked_by = models.TextField("照会元")
    use = models.TextField("照会の使用目的")
    consent = models.TextField("同意書")
    consented_on = models.DateField("同意した日")
    as_of = models.DateField("照会の基準日")
    has_arrears = models.BooleanField("滞納の有無")
    officer = models.TextField("職員")
    answered_at = models.DateTimeField("回答日時", db_default=Now())

    class Meta:
        db_table = "consented_inquiry"
        db_table_comment = "同意書による滞納の照会 (F12-06)"
        constraints = [
            models.CheckConstraint(
                name="inquiry_needs_consent", condition=~models.Q(consent="") & ~models.Q(asked_by="")
            ),
            models.CheckConstraint(name="consent_comes_first", condition=models.Q(consented_on__lte=models.F("as_of"))),
        ]


class VehicleLevy(models.Model):
    """課税された軽自動車。年度ごとの標識番号・車台番号と、その期別。最後に届いた行が、いまの姿である。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "chassis_number", "levy_year", "intake_file_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    chassis_number = models.CharField("車台番号", max_length=25)
    levy_year = models.SmallIntegerField("賦課年度")
    intake_file_id = models.BigIntegerField("取込番号")
    charge_id = models.BigIntegerField("期別番号", null=True)
    plate_area = models.CharField("標板文字", max_length=10, blank=True)
    plate_class = models.CharField("分類番号", max_length=3, blank=True)
    plate_kana = models.CharField("標板のかな", max_length=2, blank=True)
    plate_serial = models.CharField("一連指定番号", max_length=4, blank=True)
    vehicle_class = models.CharField("車両の種別", max_length=1)
    valid_through = models.DateField("証明書有効期限", null=True)
    acquired_on = models.DateField("取得日", null=True)
    line_number = models.IntegerField("行")

    class Meta:
        db_table = "vehicle_levy"
        db_table_comment = "課税された軽自動車 (F03-08, F12-02)"
        indexes = [
            models.Index(name="vehicle_levy_chassis", fields=["chassis_number", "levy_year"]),
            models.Index(name="vehicle_levy_plate", fields=["plate_serial"]),
        ]


class JnksExtract(models.Model):
    """軽JNKSへの連携。いつ、何台の、どの事実を渡したか。"""

    rights = APPEND_ONLY

    extract_number = models.BigIntegerField("連携の通番", primary_key=True)
    made_on = models.DateField("作成日")
    levy_year = models.SmallIntegerField("賦課年度")
    vehicles = models.IntegerField("車両の数")
    people = models.IntegerField("人数")
    paid = models.IntegerField("納付済の数")
    starred = models.IntegerField("過年度未納の数")
    facts_sha256 = models.CharField("事実のハッシュ", max_length=64)
    officer = models.TextField("職員")

    class Meta:
        db_table = "jnks_extract"
        db_table_comment = "軽JNKSへの連携 (F12-02)"
        constraints = [models.UniqueConstraint(name="jnks_extract_once_a_day", fields=["made_on", "facts_sha256"])]
