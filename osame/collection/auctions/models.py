"""公売の表。公売、目的の差押え、買受けの申込みをした者、入札、移り方、配当への異議、換価代金の交付と供託。

An auction is of one lot of one taxpayer. Its stage is moved by rows of one table of the law, and PostgreSQL holds the days, the
estimate and the buyers too: no SQL sells before the lawful day, below the estimate, or to somebody who may not buy.
"""

from django.db import models
from django.db.models import F, Q

from osame.collection.arrears.events import ProcedureEvent
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_steps import AuctionAct, AuctionMethod, AuctionStage
from osame.platform.rights import APPEND_ONLY, KEPT

PROCEDURE = "PUBLIC_AUCTION"
STAGES = [(each.name, each.value) for each in AuctionStage]
ACTS = [(each.name, each.value) for each in AuctionAct]
METHODS = [(each.name, each.value) for each in AuctionMethod]
KINDS = [(each.name, each.value) for each in AssetKind]
POLICE = [(each.name, each.value) for each in PoliceAnswer]


class Auction(models.Model):
    """公売一件（売却区分一つ）。決裁された見積価額と日程は、書き換えられない。"""

    rights = KEPT

    pk = models.CompositePrimaryKey("addressee_number", "auction_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    auction_id = models.BigIntegerField("公売管理番号")
    procedure = models.CharField("手続", max_length=20, choices=[(PROCEDURE, "公売")], default=PROCEDURE)
    stage = models.CharField("段階", max_length=20, choices=STAGES, default="NONE")
    numbered_year = models.SmallIntegerField("公売の年度")
    year_number = models.IntegerField("売却区分番号")
    kind = models.CharField("財産の種類", max_length=30, choices=KINDS)
    description = models.TextField("公売財産の名称・数量・性質・所在")
    needs_license = models.BooleanField("買受けの資格が要るか（農地など）", default=False)
    survey = models.TextField("現況調査の結果")
    surveyed_on = models.DateField("現況調査の日")
    surveyors = models.TextField("現況調査をした職員と立会人")
    falling = models.TextField(
        "価額が著しく減少するおそれの事情（主たる納税者の財産より先に換価するとき）", db_default=""
    )
    earlier_auction_id = models.BigIntegerField("前の公売管理番号", null=True)
    method = models.CharField("換価の方法", max_length=20, choices=METHODS, default="", blank=True)
    market_value = models.BigIntegerField("評価額", null=True)
    reduction_percent = models.SmallIntegerField("公売の特殊性による減価（百分率）", null=True)
    estimate = models.BigIntegerField("見積価額", null=True)
    deposit = models.BigIntegerField("公売保証金", null=True)
    estimate_reason = models.TextField("見積価額の理由（鑑定・近隣の取引など）", default="", blank=True)
    place = models.TextField("公売の場所", default="", blank=True)
    announced_on = models.DateField("公告の日", null=True)
    opens_on = models.DateField("入札の始めの日", null=True)
    closes_on = models.DateField("入札の締切りの日", null=True)
    opening_on = models.DateField("開札の日", null=True)
    decision_on = models.DateField("売却決定の日", null=True)
    claims_by = models.DateField("債権現在額申立書の期限", null=True)
    pay_by = models.DateField("代金の納付の期限", null=True)
    conditions = models.JSONField("起案のときの条件の一覧と日程", default=list)
    buyer_number = models.SmallIntegerField("最高価申込者・買受人", null=True)
    next_number = models.SmallIntegerField("次順位買受申込者", null=True)
    price = models.BigIntegerField("最高価・買受代金", null=True)
    drawn = models.TextField("同額のときの定め方（追加の入札・くじ）", default="", blank=True)
    is_next_sale = models.BooleanField("次順位の者への売却か", default=False)
    decided_on = models.DateField("売却を決定した日", null=True)
    price_paid_on = models.DateField("代金を納めた日", null=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "auction"
        db_table_comment = "公売 (F19-01, F19-04)"
        indexes = [
            models.Index(name="auction_by_number", fields=["auction_id"]),
            models.Index(name="auction_stage", fields=["stage", "opening_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="auction_numbered_in_its_year", fields=["addressee_number", "numbered_year", "year_number"]
            ),
            models.CheckConstraint(
                name="auction_is_surveyed", condition=~Q(description="") & ~Q(survey="") & ~Q(surveyors="")
            ),
            models.CheckConstraint(
                name="auction_estimate_has_a_reason",
                condition=Q(estimate__isnull=True) | (Q(estimate__gt=0) & ~Q(estimate_reason="")),
            ),
            models.CheckConstraint(
                name="auction_days_in_order",
                condition=Q(opens_on__isnull=True)
                | Q(opens_on__lte=F("closes_on"), closes_on__lte=F("opening_on"), opening_on__lte=F("decision_on")),
            ),
            models.CheckConstraint(
                name="auction_price_at_least_the_estimate",
                condition=Q(price__isnull=True) | Q(price__gte=F("estimate")),
            ),
        ]


class AuctionObject(models.Model):
    """公売の目的の差押え一つ。一括して売るときは、見積価額の割合で代金を分ける。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "auction_id", "disposition_id")
    addressee_number = models.CharField("宛名番号", max_length=15)
    auction_id = models.BigIntegerField("公売管理番号")
    disposition_id = models.BigIntegerField("処分管理番号")
    weight = models.BigIntegerField("代金を分ける割合（財産の評価額）")

    class Meta:
        db_table = "auction_object"
        db_table_comment = "公売の目的の差押え (F19-01)"
        constraints = [models.CheckConstraint(name="auction_object_has_weight", condition=Q(weight__gt=0))]


class AuctionBidder(models.Model):
    """買受けの申込みをした者。保証金、陳述書、警察の調査、資格の証明、買受けの制限。"""

    rights = KEPT

    class DepositState(models.TextChoices):
        """公売保証金の行き先。"""

        HELD = "1", "預かっている"
        RETURNED = "2", "返した"
        TO_PRICE = "3", "代金に充てた"
        FORFEITED = "4", "徴収金に充てた"

    pk = models.CompositePrimaryKey("addressee_number", "auction_id", "bidder_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    auction_id = models.BigIntegerField("公売管理番号")
    bidder_number = models.SmallIntegerField("申込者の番号")
    name = models.TextField("申込者の氏名・名称")
    kana = models.TextField("申込者のカナ", default="", blank=True)
    postal_code = models.CharField("郵便番号", max_length=7, default="", blank=True)
    address = models.TextField("申込者の住所・所在地")
    agent = models.TextField("代理人・共同入札の代表", default="", blank=True)
    outside_number = models.TextField("電子公売の参加者番号", default="", blank=True)
    is_taxpayer = models.BooleanField("滞納者であるか", default=False)
    is_tax_officer = models.BooleanField("税務の職員であるか", default=False)
    different_evidence = models.TextField("同じ名の別人である資料", default="", blank=True)
    obstructed_on = models.DateField("公売を妨げた日", null=True)
    deposit = models.BigIntegerField("提供した公売保証金", default=0)
    deposited_on = models.DateField("公売保証金を提供した日", null=True)
    deposit_state = models.CharField(
        "公売保証金の行き先", max_length=1, choices=DepositState.choices, default=DepositState.HELD
    )
    stated_on = models.DateField("陳述書の日", null=True)
    police = models.CharField("警察の調査への回答", max_length=20, choices=POLICE, default="NOT_ASKED")
    police_on = models.DateField("調査の嘱託・結果の日", null=True)
    license_number = models.TextField("買受適格証明書の番号", default="", blank=True)
    wants_next = models.BooleanField("次順位買受けの申込みをしたか", default=False)
    registered_on = models.DateField("申込みの日")
    officer = models.TextField("職員")

    class Meta:
        db_table = "auction_bidder"
        db_table_comment = "買受けの申込みをした者 (F19-01, F19-03)"
        constraints = [
            models.CheckConstraint(
                name="auction_bidder_is_named", condition=~Q(name="") & ~Q(address="") & Q(deposit__gte=0)
            )
        ]


class AuctionBid(models.Model):
    """公売の入札一つ。引換え、変更、取消しはできない（国税徴収法第101条第2項）。追加の入札は、同額のときだけ。"""

    rights = APPEND_ONLY

    pk = models.CompositePrimaryKey("addressee_number", "auction_id", "bidder_number", "round_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    auction_id = models.BigIntegerField("公売管理番号")
    bidder_number = models.SmallIntegerField("申込者の番号")
    round_number = models.SmallIntegerField("回（1は初めの入札、2から追加の入札）")
    amount = models.BigIntegerField("入札の額")
    placed_on = models.DateField("入札の日")
    officer = models.TextField("職員")

    class Meta:
        db_table = "auction_bid"
        db_table_comment = "公売の入札 (F19-01, F19-03)"
        constraints = [models.CheckConstraint(name="auction_bid_is_positive", condition=Q(amount__gt=0))]


class AuctionEvent(ProcedureEvent):
    """公売の移り方の記録。追記だけ。"""

    pk = models.CompositePrimaryKey("addressee_number", "auction_id", "event_number")
    auction_id = models.BigIntegerField("公売管理番号")
    act = models.CharField("行い", max_length=20, choices=ACTS)
    from_stage = models.CharField("前の段階", max_length=20, choices=STAGES)
    to_stage = models.CharField("後の段階", max_length=20, choices=STAGES)

    class Meta:
        db_table = "auction_event"
        db_table_comment = "公売の移り方の記録 (F19-01)"


class DistributionObjection(models.Model):
    """配当への異議。交付期日までに申し出る。"""

    rights = KEPT

    class Outcome(models.TextChoices):
        """配当への異議の結末。"""

        OPEN = "1", "審査中"
        WITHDRAWN = "2", "取り下げた"
        UNFOUNDED = "3", "理由がない（ほかの債権者も認めない）"
        DISPUTED = "4", "関係者の間で争う（供託する）"

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "distribution_number", "objection_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    distribution_number = models.IntegerField("配当の連番")
    objection_number = models.SmallIntegerField("異議の連番")
    part_number = models.SmallIntegerField("異議のある配当の並び")
    objector = models.TextField("異議を申し出た者")
    claim = models.TextField("異議の内容")
    filed_on = models.DateField("異議の申出の日")
    outcome = models.CharField("異議の結末", max_length=1, choices=Outcome.choices, default=Outcome.OPEN)
    settled_on = models.DateField("結末の日", null=True)
    settlement = models.TextField("審査の内容", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "distribution_objection"
        db_table_comment = "配当への異議 (F19-06)"
        constraints = [
            models.CheckConstraint(name="distribution_objection_is_told", condition=~Q(objector="") & ~Q(claim="")),
            models.CheckConstraint(
                name="distribution_objection_settled_with_reason", condition=Q(outcome="1") | ~Q(settlement="")
            ),
        ]


class DistributionDelivery(models.Model):
    """換価代金等の交付一つ。交付したか、供託したか。 part_number 0 は、滞納者に交付する残余。"""

    rights = APPEND_ONLY

    class How(models.TextChoices):
        """換価代金等の交付の仕方。"""

        PAID = "1", "交付した"
        DEPOSITED = "2", "供託した"

    pk = models.CompositePrimaryKey("addressee_number", "disposition_id", "distribution_number", "part_number")
    addressee_number = models.CharField("宛名番号", max_length=15)
    disposition_id = models.BigIntegerField("処分管理番号")
    distribution_number = models.IntegerField("配当の連番")
    part_number = models.SmallIntegerField("並び")
    how = models.CharField("交付の仕方", max_length=1, choices=How.choices)
    amount = models.BigIntegerField("交付・供託の額")
    delivered_on = models.DateField("交付・供託の日")
    office = models.TextField("供託所", default="", blank=True)
    deposit_number = models.TextField("供託番号", default="", blank=True)
    reason = models.TextField("供託の理由と条文", default="", blank=True)
    officer = models.TextField("職員")

    class Meta:
        db_table = "distribution_delivery"
        db_table_comment = "換価代金等の交付 (F19-05, F19-06)"
        constraints = [
            models.CheckConstraint(name="distribution_delivery_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="distribution_deposit_is_told",
                condition=Q(how="1") | (~Q(office="") & ~Q(deposit_number="") & ~Q(reason="")),
            ),
        ]
