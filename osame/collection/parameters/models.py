"""基本設定の表。値には適用開始日があり、次の行の開始日まで効く。

Everything a municipality decides for itself. A value holds from `valid_from` until the next row of the same key, so
that neither a gap nor an overlap in time can be entered.
"""

from django.db import models


class Municipality(models.Model):
    """団体情報と帳票の共通設定（F01-01）。"""

    valid_from = models.DateField("適用開始日", primary_key=True)
    municipality_code = models.CharField("団体コード", max_length=6)
    name = models.TextField("団体名")
    mayor_title = models.TextField("首長の肩書")
    mayor_name = models.TextField("首長名")
    office_name = models.TextField("担当課")
    office_address = models.TextField("所在地")
    office_telephone = models.TextField("電話番号")
    receiving_agency_number = models.CharField("収納機関番号", max_length=5)
    barcode_corporate_code = models.CharField("収納企業コード", max_length=5)
    seal_image = models.BinaryField("公印画像", null=True)

    class Meta:
        db_table = "municipality"
        db_table_comment = "団体情報・帳票共通設定 (F01-01)"


class TaxItem(models.Model):
    """税目（F01-02）。"""

    pk = models.CompositePrimaryKey("tax_item", "valid_from")
    tax_item = models.CharField("税目", max_length=2)
    valid_from = models.DateField("適用開始日")
    name = models.TextField("税目名")
    revenue_account = models.TextField("歳入科目")
    bears_delinquency_charge = models.BooleanField("延滞金対象")
    first_period_months = models.SmallIntegerField("延滞金の最初の期間（月）")
    demand_fee = models.BigIntegerField("督促手数料")
    prescription_years = models.SmallIntegerField("時効年数")
    appropriation_rank = models.SmallIntegerField("充当順位")
    demand_article = models.TextField("督促の根拠条文")
    accepts_determination = models.BooleanField("新規調定を受ける", default=True)

    class Meta:
        db_table = "tax_item"
        db_table_comment = "税目マスタ (F01-02)"
        constraints = [
            models.CheckConstraint(name="tax_item_fee_not_negative", condition=models.Q(demand_fee__gte=0)),
            models.CheckConstraint(
                name="tax_item_prescription_two_or_five", condition=models.Q(prescription_years__in=[2, 5])
            ),
        ]


class InstallmentTerm(models.Model):
    """期別（F01-03、連携 036o015）。"""

    pk = models.CompositePrimaryKey("levy_year", "tax_item", "installment_term")
    levy_year = models.SmallIntegerField("賦課年度")
    tax_item = models.CharField("税目", max_length=2)
    installment_term = models.SmallIntegerField("期別")
    name = models.TextField("期別名")
    year_month = models.CharField("年月", max_length=7)
    due_date = models.DateField("納期限")
    sort_order = models.SmallIntegerField("並び順")
    occasional = models.BooleanField("随時期", default=False)

    class Meta:
        db_table = "installment_term"
        db_table_comment = "期別マスタ (F01-03, 036o015)"


class OfficeClosure(models.Model):
    """法定の休日のほかに、団体または金融機関が休む日（F01-04）。"""

    closed_on = models.DateField("休業日", primary_key=True)
    kind = models.CharField("区分", max_length=1, choices=[("1", "臨時休庁"), ("2", "金融機関休業")])
    reason = models.TextField("理由")

    class Meta:
        db_table = "office_closure"
        db_table_comment = "開庁日カレンダー (F01-04)"


class BankSuccession(models.Model):
    """金融機関・店舗の統廃合（F01-06）。旧から新へ読み替える。"""

    pk = models.CompositePrimaryKey("old_bank_code", "old_branch_code")
    old_bank_code = models.CharField("旧金融機関コード", max_length=4)
    old_branch_code = models.CharField("旧店舗コード", max_length=3)
    closed_on = models.DateField("廃止日")
    bank_code = models.CharField("承継金融機関コード", max_length=4)
    branch_code = models.CharField("承継店舗コード", max_length=3)

    class Meta:
        db_table = "bank_succession"
        db_table_comment = "金融機関・店舗の承継 (F01-06)"


class DebitConsignor(models.Model):
    """口座振替の委託者（F06-04）。金融機関ごとの委託者コードと、市の取引口座。"""

    pk = models.CompositePrimaryKey("bank_code", "valid_from")
    bank_code = models.CharField("取引銀行番号", max_length=4)
    valid_from = models.DateField("適用開始日")
    consignor_code = models.CharField("委託者コード", max_length=10)
    consignor_name = models.TextField("委託者名（カナ）")
    branch_code = models.CharField("取引支店番号", max_length=3)
    account_type = models.CharField(
        "預金種目", max_length=1, choices=[("1", "普通"), ("2", "当座"), ("9", "その他")], default="1"
    )
    account_number = models.CharField("市の口座番号", max_length=7)
    takes_others = models.BooleanField("委託者のないほかの金融機関の分も渡すか", default=False)

    class Meta:
        db_table = "debit_consignor"
        db_table_comment = "口座振替の委託者 (F06-04)"


class Setting(models.Model):
    """業務パラメータ（F01-07・F01-08）。値は文字で持ち、`parameters.queries` の型で読む。"""

    pk = models.CompositePrimaryKey("name", "valid_from")
    name = models.TextField("項目")
    valid_from = models.DateField("適用開始日")
    value = models.TextField("値")
    basis = models.TextField("根拠")

    class Meta:
        db_table = "setting"
        db_table_comment = "業務パラメータ (F01-07, F01-08)"


class ExpectedFile(models.Model):
    """届くはずのファイル。督促の門が、未着と未処理を見分けるために使う。"""

    pk = models.CompositePrimaryKey("profile", "business_on")
    profile = models.TextField("様式")
    business_on = models.DateField("処理日")
    sender = models.TextField("送付元")
    waived_by = models.TextField("不着を認めた者", default="", blank=True)
    waived_reason = models.TextField("不着を認めた理由", default="", blank=True)

    class Meta:
        db_table = "expected_file"
        db_table_comment = "収納ファイルの受領予定"


class DocumentNumber(models.Model):
    """文書番号と決裁（F01-09）。"""

    class State(models.TextChoices):
        """決裁の状態。"""

        DRAFTED = "1", "作成"
        SUBMITTED = "2", "起案"
        APPROVED = "3", "決裁済"
        SENT = "4", "発送"
        CANCELLED = "9", "取消"

    pk = models.CompositePrimaryKey("fiscal_year", "series", "number")
    fiscal_year = models.SmallIntegerField("年度")
    series = models.TextField("文書記号")
    number = models.IntegerField("番号")
    subject = models.TextField("件名")
    state = models.CharField("状態", max_length=1, choices=State.choices)
    drafted_by = models.TextField("起案者")
    approved_by = models.TextField("決裁者", default="", blank=True)
    drafted_on = models.DateField("起案日")
    approved_on = models.DateField("決裁日", null=True)
    void_reason = models.TextField("欠番理由", default="", blank=True)

    class Meta:
        db_table = "document_number"
        db_table_comment = "文書番号・決裁 (F01-09)"
        constraints = [
            models.CheckConstraint(
                name="document_approver_differs_from_drafter",
                condition=models.Q(approved_by="") | ~models.Q(approved_by=models.F("drafted_by")),
            ),
        ]


class StandardText(models.Model):
    """定型文・教示文（F01-10）。"""

    pk = models.CompositePrimaryKey("text_key", "valid_from")
    text_key = models.TextField("文言ID")
    valid_from = models.DateField("適用開始日")
    body = models.TextField("本文")
    basis = models.TextField("根拠条文")

    class Meta:
        db_table = "standard_text"
        db_table_comment = "定型文・注意書・教示文 (F01-10)"


class AssignmentRule(models.Model):
    """担当者の割当て（F01-11）。"""

    rule_number = models.AutoField("規則番号", primary_key=True)
    valid_from = models.DateField("適用開始日")
    valid_until = models.DateField("適用終了日", null=True)
    officer = models.TextField("職員")
    priority = models.SmallIntegerField("優先度")
    postal_code_prefix = models.TextField("地区（郵便番号の前方）", default="", blank=True)
    minimum_amount = models.BigIntegerField("滞納額の下限", default=0)
    kana_from = models.TextField("名字帯（から）", default="", blank=True)
    kana_through = models.TextField("名字帯（まで）", default="", blank=True)

    class Meta:
        db_table = "assignment_rule"
        db_table_comment = "担当者・地区の割当て (F01-11)"


class Marker(models.Model):
    """付箋（F01-12）。"""

    marker_number = models.SmallIntegerField("付箋番号", primary_key=True)
    name = models.TextField("名称")
    colour = models.TextField("色")
    ends_on = models.DateField("終了日", null=True)

    class Meta:
        db_table = "marker"
        db_table_comment = "付箋マスタ (F01-12)"
