"""財産調査の表。計画、照会、回答、同一人の認定、財産。

A reply is what somebody told us; it becomes somebody's property only through `identification`, whose rule stands in the
database (`sql/identity.sql`): no page, job or SQL can make an asset of a reply that was not identified.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from osame.collection.assets.credential_models import OfficerCredential as OfficerCredential
from osame.law.arrears_facts import AssetKind
from osame.platform.rights import APPEND_ONLY, KEPT

KINDS = [(each.name, each.value) for each in AssetKind]


class ThirdParty(models.Model):
    """照会先・第三債務者・利害関係人。宛名にない、市の外の者。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """照会先の種類。"""

        BANK = "01", "金融機関"
        EMPLOYER = "02", "勤務先（給与の支払者）"
        INSURER = "03", "生命保険会社"
        SECURITIES = "04", "証券会社"
        CUSTOMER = "05", "取引先"
        LANDLORD = "06", "賃貸人"
        PENSION = "07", "年金の支払者"
        REGISTRY = "08", "登記所・登録所"
        OFFICE = "09", "官公署"
        EXCHANGE = "10", "暗号資産交換業者"
        CREDITOR = "11", "担保権者・共有者など"
        COURT = "12", "執行機関・破産管財人"

    third_party_id = models.BigAutoField("照会先番号", primary_key=True)
    kind = models.CharField("照会先の種類", max_length=2, choices=Kind.choices)
    name = models.TextField("名称")
    postal_code = models.CharField("郵便番号", max_length=7, blank=True)
    address = models.TextField("所在地")
    section = models.TextField("担当の部署", default="", blank=True)
    bank_code = models.CharField("金融機関コード", max_length=4, default="", blank=True)
    takes_files = models.BooleanField("電子照会ができるか", default=False)
    closed_on = models.DateField("廃止日", null=True)

    class Meta:
        db_table = "third_party"
        db_table_comment = "照会先・第三債務者・利害関係人 (F16-02)"
        constraints = [
            models.CheckConstraint(name="third_party_has_a_name", condition=~Q(name="") & ~Q(address="")),
            models.UniqueConstraint(name="third_party_bank", fields=["bank_code"], condition=~Q(bank_code="")),
        ]


class AssetInvestigation(models.Model):
    """財産調査の計画。滞納者ごとに、何を調べるか。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "investigation_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    investigation_id = models.BigIntegerField("調査番号")
    kinds = ArrayField(models.CharField(max_length=30, choices=KINDS), verbose_name="調べる財産の種類")
    reason = models.TextField("調査の理由")
    opened_on = models.DateField("調査の開始日")
    review_on = models.DateField("見直しの日", null=True)
    closed_on = models.DateField("調査の終了日", null=True)
    findings = models.TextField("分かったこと", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "asset_investigation"
        db_table_comment = "財産調査の計画 (F16-01)"
        constraints = [
            models.CheckConstraint(name="investigation_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="investigation_ends_with_findings", condition=Q(closed_on__isnull=True) | ~Q(findings="")
            ),
        ]


class PropertyInquiry(models.Model):
    """照会。誰が、どの条文により、誰に、誰のことを尋ねたか。"""

    rights = KEPT

    class Medium(models.TextChoices):
        """照会の媒体。"""

        PAPER = "1", "書面"
        FILE = "2", "電子ファイル"

    pk = models.CompositePrimaryKey("addressee_number", "inquiry_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    inquiry_id = models.BigIntegerField("照会番号")
    investigation_id = models.BigIntegerField("調査番号")
    third_party_id = models.BigIntegerField("照会先番号")
    medium = models.CharField("照会の媒体", max_length=1, choices=Medium.choices)
    article = models.TextField("根拠の条文")
    sent_on = models.DateField("照会日")
    reply_due_on = models.DateField("回答の期限")
    replied_on = models.DateField("回答日", null=True)
    nothing_found = models.BooleanField("該当なしの回答か", default=False)
    note = models.TextField("説明", default="", blank=True)
    officer = models.TextField("職員")
    recorded_at = models.DateTimeField("登録日時", db_default=Now())

    class Meta:
        db_table = "property_inquiry"
        db_table_comment = "財産の照会 (F16-02, F16-10)"
        constraints = [
            models.UniqueConstraint(name="property_inquiry_is_one", fields=["inquiry_id", "addressee_number"]),
            models.CheckConstraint(name="property_inquiry_has_a_basis", condition=~Q(article="")),
        ]
        indexes = [models.Index(name="property_inquiry_open", fields=["replied_on", "reply_due_on"])]


class PropertyReply(models.Model):
    """回答の一行。書かれていたとおりの名義人と財産。まだ、誰の財産でもない。"""

    rights = APPEND_ONLY

    class Source(models.TextChoices):
        """何から知ったか。"""

        REPLY = "1", "照会への回答"
        BANK_FILE = "2", "電子照会の回答ファイル"
        REGISTER = "3", "登記・登録"
        OWN_RECORD = "4", "市の課税台帳"
        SEARCH = "5", "捜索・現地"
        STATEMENT = "6", "本人の申出"

    pk = models.CompositePrimaryKey("addressee_number", "reply_id")
    addressee_number = models.CharField("調べた人の宛名番号", max_length=15)
    reply_id = models.BigIntegerField("回答番号")
    inquiry_id = models.BigIntegerField("照会番号", null=True)
    search_id = models.BigIntegerField("捜索番号", null=True)
    source = models.CharField("入手元", max_length=1, choices=Source.choices)
    third_party_id = models.BigIntegerField("照会先番号", null=True)
    holder_name = models.TextField("名義人の氏名", blank=True)
    holder_kana = models.TextField("名義人のカナ", blank=True)
    holder_born_on = models.DateField("名義人の生年月日", null=True)
    holder_sex = models.CharField("名義人の性別", max_length=1, default="0")
    holder_address = models.TextField("名義人の住所", blank=True)
    holder_telephone = models.TextField("名義人の電話番号", blank=True)
    holder_corporate_number = models.CharField("名義人の法人番号", max_length=13, blank=True)
    holder_record_number = models.CharField("課税台帳の宛名番号", max_length=15, blank=True)
    kind = models.CharField("財産の種類", max_length=30, choices=KINDS)
    description = models.TextField("財産の表示")
    amount = models.BigIntegerField("残高・評価の額")
    counter_claim = models.BigIntegerField("反対債権・優先する債権の額", default=0)
    arrived_on = models.DateField("回答日")
    intake_file_id = models.BigIntegerField("取込番号", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "property_reply"
        db_table_comment = "調査の回答の一行 (F16-02, F16-03)"
        constraints = [
            models.CheckConstraint(
                name="property_reply_is_whole",
                condition=~Q(description="") & Q(amount__gte=0, counter_claim__gte=0)
                & (~Q(holder_name="") | ~Q(holder_kana="")),
            )
        ]  # fmt: skip


class SearchRecord(models.Model):
    """捜索調書。いつ、どこで、誰の立会いで捜し、何があったか。差し押さえる財産がなくても、時効は捜索に着手した日に更新される。"""

    rights = KEPT

    class Whose(models.TextChoices):
        """捜索を受けた者。"""

        TAXPAYER = "1", "滞納者（国税徴収法第142条第1項）"
        HOLDER = "2", "滞納者の財産を所持する第三者（国税徴収法第142条第2項第1号）"
        RELATIVE = "3", "滞納者の親族その他の特殊関係者（国税徴収法第142条第2項第2号）"

    class Witness(models.TextChoices):
        """立会人の立場。"""

        SEARCHED = "1", "捜索を受けた者"
        FAMILY = "2", "その同居の親族・使用人（相当のわきまえのある者）"
        ADULTS = "3", "成年に達した者二人以上"
        OFFICIAL = "4", "地方公共団体の職員・警察官"

    pk = models.CompositePrimaryKey("addressee_number", "search_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    search_id = models.BigIntegerField("捜索番号")
    investigation_id = models.BigIntegerField("調査番号")
    charges = ArrayField(models.BigIntegerField(), verbose_name="捜索に係る期別")
    whose = models.CharField("捜索を受けた者", max_length=1, choices=Whose.choices)
    searched_name = models.TextField("捜索を受けた者の氏名")
    place = models.TextField("捜索した場所")
    searched_on = models.DateField("捜索した日")
    began_at = models.TimeField("着手した時刻")
    ended_at = models.TimeField("終わった時刻")
    night_ground = models.TextField("日没後・日出前に着手した理由", default="", blank=True)
    witness = models.CharField("立会人の立場", max_length=1, choices=Witness.choices)
    witness_names = ArrayField(models.TextField(), verbose_name="立会人の氏名")
    officers = models.TextField("捜索した徴税吏員")
    findings = models.TextField("捜索の結果")
    notified_on = models.DateField("滞納者に知らせた日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "search_record"
        db_table_comment = "捜索調書 (F16-11, R-110)"
        constraints = [
            models.CheckConstraint(
                name="search_record_is_whole",
                condition=~Q(place="") & ~Q(findings="") & ~Q(officers="") & Q(ended_at__gte=models.F("began_at")),
            )
        ]


class HolderIdentification(models.Model):
    """同一人の認定。回答の名義人が、調べた人と同じ人であること。数と疑いは、データベースが数える。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "reply_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    reply_id = models.BigIntegerField("回答番号")
    agreed = ArrayField(models.TextField(), verbose_name="一致した項目", db_default=[])
    doubts = ArrayField(models.TextField(), verbose_name="疑い", db_default=[])
    proposal_id = models.BigIntegerField("起案番号", null=True)
    reason = models.TextField("認定の理由", default="", blank=True)
    identified_on = models.DateField("認定日")
    officer = models.TextField("職員")
    withdrawn_on = models.DateField("取消日", null=True)
    withdrawal_reason = models.TextField("認定の取消しの理由", default="", blank=True)

    class Meta:
        db_table = "holder_identification"
        db_table_comment = "同一人の認定 (F16-08)"
        constraints = [
            models.CheckConstraint(
                name="identification_withdrawn_with_reason",
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawal_reason=""),
            ),
            models.CheckConstraint(
                name="identification_by_second_officer_has_a_reason",
                condition=Q(proposal_id__isnull=True) | ~Q(reason=""),
            ),
        ]


class Asset(models.Model):
    """財産。認定された回答から登録する。生きている差押えの有無は、処分の章のトリガーだけが書く。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "asset_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    asset_id = models.BigIntegerField("財産番号")
    reply_id = models.BigIntegerField("回答番号")
    kind = models.CharField("財産の種類", max_length=30, choices=KINDS)
    third_party_id = models.BigIntegerField("第三債務者の照会先番号", null=True)
    description = models.TextField("財産の表示")
    value = models.BigIntegerField("評価額")
    prior_claims = models.BigIntegerField("優先する債権の額", default=0)
    disposition_cost = models.BigIntegerField("見込まれる滞納処分費", default=0)
    exempt_article = models.TextField("差押えを禁じる条文", default="", blank=True)
    is_divisible = models.BooleanField("分けて差し押さえられるか", default=False)
    is_seized_by_other = models.BooleanField("他の団体の差押えが先にあるか", default=False)
    is_seized = models.BooleanField("生きている差押えがあるか", default=False)
    valued_on = models.DateField("評価日")
    note = models.TextField("評価の根拠・参照資料", default="", blank=True)
    recorded_on = models.DateField("登録日")
    officer = models.TextField("職員")
    gone_on = models.DateField("財産がなくなった日", null=True)

    class Meta:
        db_table = "asset"
        db_table_comment = "財産の台帳 (F16-08)"
        constraints = [
            models.UniqueConstraint(name="asset_of_one_reply", fields=["addressee_number", "reply_id"]),
            models.CheckConstraint(
                name="asset_amounts", condition=Q(value__gte=0, prior_claims__gte=0, disposition_cost__gte=0)
            ),
        ]
        indexes = [models.Index(name="asset_by_number", fields=["asset_id"])]


class AssetInterest(models.Model):
    """財産についての、ほかの者の権利。抵当権、質権、共有、賃借など。配当と通知の相手になる。"""

    rights = APPEND_ONLY

    class Kind(models.TextChoices):
        """権利の種類。"""

        MORTGAGE = "1", "抵当権"
        PLEDGE = "2", "質権"
        CO_OWNERSHIP = "3", "共有"
        LEASE = "4", "賃借権"
        PROVISIONAL = "5", "仮登記"
        TAX = "6", "他の団体の差押え・交付要求"
        LIEN = "7", "留置権・先取特権"

    pk = models.CompositePrimaryKey("addressee_number", "asset_id", "interest_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    asset_id = models.BigIntegerField("財産番号")
    interest_number = models.SmallIntegerField("連番")
    kind = models.CharField("権利の種類", max_length=1, choices=Kind.choices)
    third_party_id = models.BigIntegerField("権利者の照会先番号")
    amount = models.BigIntegerField("債権の額", default=0)
    set_on = models.DateField("設定・登記の日、または法定納期限等", null=True)
    rank = models.SmallIntegerField("順位", default=0)

    class Meta:
        db_table = "asset_interest"
        db_table_comment = "財産についてのほかの者の権利 (F17-08, F19-05)"
        constraints = [models.CheckConstraint(name="asset_interest_amount", condition=Q(amount__gte=0))]


class EarlierAddress(models.Model):
    """前の住所。宛名の写しの住所が変わるたびに、データベースが残す。附票などで知ったものは、職員が足す。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "line_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    line_number = models.IntegerField("連番")
    address = models.TextField("前の住所")
    through_on = models.DateField("いつまで", null=True)
    evidence = models.TextField("資料（戸籍の附票など）")
    officer = models.TextField("職員")

    class Meta:
        db_table = "earlier_address"
        db_table_comment = "前の住所 (F16-08)"
        constraints = [
            models.CheckConstraint(name="earlier_address_has_evidence", condition=~Q(evidence="") & ~Q(address=""))
        ]


class SeizureLeftOut(models.Model):
    """一斉差押えの執行のときに外した財産と、その理由。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "proposal_id", "asset_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    proposal_id = models.BigIntegerField("起案番号")
    asset_id = models.BigIntegerField("財産番号")
    reason = models.TextField("外した理由")
    left_on = models.DateField("外した日")

    class Meta:
        db_table = "seizure_left_out"
        db_table_comment = "一斉差押えから外した財産 (F17-16)"


class CompetingEnforcement(models.Model):
    """滞納処分と競合する強制執行など。先に着手した方が、原則として手続を進める。"""

    rights = KEPT

    class Kind(models.TextChoices):
        """執行の種類。"""

        ENFORCEMENT = "1", "強制執行"
        PROVISIONAL = "2", "仮差押え"
        SECURITY = "3", "担保権の実行"

    pk = models.CompositePrimaryKey("addressee_number", "asset_id", "competition_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    asset_id = models.BigIntegerField("財産番号")
    competition_number = models.SmallIntegerField("連番")
    kind = models.CharField("執行の種類", max_length=1, choices=Kind.choices)
    court_id = models.BigIntegerField("執行裁判所・執行官の照会先番号")
    case_number = models.TextField("事件番号")
    begun_on = models.DateField("執行の差押えの効力の日")
    noticed_on = models.DateField("事情届・通知を受けた日", null=True)
    deposited = models.BigIntegerField("供託された額", null=True)
    continuation_on = models.DateField("続行の決定の日", null=True)
    ended_on = models.DateField("執行の終わった日", null=True)
    note = models.TextField("説明", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "competing_enforcement"
        db_table_comment = "滞納処分と競合する強制執行など (F17-13)"
        constraints = [models.CheckConstraint(name="competing_has_case", condition=~Q(case_number=""))]
