import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ReceiptCancellation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "charge_id",
                        "receipt_key",
                        "addressee_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("charge_id", models.BigIntegerField(verbose_name="期別番号")),
                ("receipt_key", models.UUIDField(verbose_name="収納")),
                ("addressee_number", models.CharField(max_length=15, verbose_name="宛名番号")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("1", "誤消込"),
                            ("2", "組替え"),
                            ("3", "不渡り"),
                            ("4", "収納機関の取消し"),
                            ("5", "充当の取消し"),
                        ],
                        max_length=1,
                        verbose_name="理由",
                    ),
                ),
                ("note", models.TextField(verbose_name="説明")),
                ("cancelled_on", models.DateField(verbose_name="取消日")),
                ("moved_to_charge_id", models.BigIntegerField(null=True, verbose_name="組替先の期別番号")),
                ("moved_to_key", models.UUIDField(null=True, verbose_name="組替先の収納")),
                ("command_id", models.BigIntegerField(verbose_name="命令番号")),
            ],
            options={
                "db_table": "receipt_cancellation",
                "db_table_comment": "収納の取消し・組替え (F04-07, F04-08)",
            },
        ),
        migrations.CreateModel(
            name="ChannelReport",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "receipt_key", "stage", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("receipt_key", models.UUIDField(verbose_name="入金")),
                ("stage", models.CharField(max_length=1, verbose_name="段階")),
                ("slip_number", models.BigIntegerField(null=True, verbose_name="納付書番号")),
                ("amount", models.BigIntegerField(verbose_name="金額")),
                ("paid_on", models.DateField(verbose_name="領収日")),
                ("channel", models.CharField(max_length=2, verbose_name="納付チャネル")),
                ("result_code", models.CharField(default="", max_length=1, verbose_name="結果コード")),
                ("intake_file_id", models.BigIntegerField(verbose_name="取込番号")),
                ("line_number", models.IntegerField(verbose_name="行")),
            ],
            options={
                "db_table": "channel_report",
                "db_table_comment": "速報・取消・振替不能 (F04-02)",
                "indexes": [models.Index(fields=["slip_number"], name="channel_report_slip")],
            },
        ),
        migrations.CreateModel(
            name="ChargeOverride",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "charge_id",
                        "override_id",
                        "addressee_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("charge_id", models.BigIntegerField(verbose_name="期別番号")),
                ("override_id", models.BigIntegerField(verbose_name="入力番号")),
                ("addressee_number", models.CharField(max_length=15, verbose_name="宛名番号")),
                ("amount", models.BigIntegerField(verbose_name="延滞金")),
                ("reason", models.TextField(verbose_name="理由")),
                ("entered_by", models.TextField(verbose_name="入力者")),
                ("approved_by", models.TextField(verbose_name="承認者")),
                ("entered_on", models.DateField(verbose_name="入力日")),
                ("released_on", models.DateField(null=True, verbose_name="解除日")),
            ],
            options={
                "db_table": "charge_override",
                "db_table_comment": "延滞金の強制入力 (F11-02)",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("approved_by", models.F("entered_by")), _negated=True),
                        name="override_approver_differs",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="override_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldReceipt",
            fields=[
                ("receipt_key", models.UUIDField(primary_key=True, serialize=False, verbose_name="入金")),
                ("amount", models.BigIntegerField(verbose_name="金額")),
                ("paid_on", models.DateField(verbose_name="領収日")),
                ("received_on", models.DateField(verbose_name="収入日")),
                ("accounted_on", models.DateField(verbose_name="会計日")),
                ("channel", models.CharField(max_length=2, verbose_name="納付チャネル")),
                ("outlet", models.TextField(verbose_name="店舗")),
                ("slip_number", models.BigIntegerField(null=True, verbose_name="納付書番号")),
                ("tax_item", models.CharField(default="", max_length=2, verbose_name="税目")),
                ("levy_year", models.SmallIntegerField(null=True, verbose_name="賦課年度")),
                ("notice_number", models.CharField(default="", max_length=20, verbose_name="通知書番号")),
                ("installment_term", models.SmallIntegerField(null=True, verbose_name="期別")),
                ("payer_kana", models.TextField(default="", verbose_name="名義")),
                (
                    "reason",
                    models.CharField(
                        choices=[("1", "該当する納付書・期別がない"), ("2", "期別を一つに決められない")],
                        max_length=1,
                        verbose_name="理由",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("1", "調査中"), ("2", "消込済"), ("3", "返還")],
                        default="1",
                        max_length=1,
                        verbose_name="状態",
                    ),
                ),
                ("investigation", models.TextField(blank=True, default="", verbose_name="調査記録")),
                ("charge_id", models.BigIntegerField(null=True, verbose_name="期別番号")),
                ("sealed_raw", models.BinaryField(verbose_name="封をした原文")),
                ("intake_file_id", models.BigIntegerField(verbose_name="取込番号")),
                ("line_number", models.IntegerField(verbose_name="行")),
            ],
            options={
                "db_table": "held_receipt",
                "db_table_comment": "保留した入金 (E-13, F04-05)",
                "indexes": [
                    models.Index(condition=models.Q(("state", "1")), fields=["slip_number"], name="held_receipt_open")
                ],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "charge_id",
                        "receipt_key",
                        "addressee_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("charge_id", models.BigIntegerField(verbose_name="期別番号")),
                ("receipt_key", models.UUIDField(verbose_name="収納")),
                ("addressee_number", models.CharField(max_length=15, verbose_name="宛名番号")),
                ("amount", models.BigIntegerField(verbose_name="金額")),
                ("paid_on", models.DateField(verbose_name="領収日")),
                ("received_on", models.DateField(verbose_name="収入日")),
                ("accounted_on", models.DateField(verbose_name="会計日")),
                ("fiscal_year", models.SmallIntegerField(verbose_name="会計年度")),
                ("carried_over", models.BooleanField(verbose_name="滞納繰越分")),
                ("channel", models.CharField(max_length=2, verbose_name="納付チャネル")),
                ("outlet", models.TextField(verbose_name="店舗")),
                ("slip_number", models.BigIntegerField(null=True, verbose_name="納付書番号")),
                ("intake_file_id", models.BigIntegerField(verbose_name="取込番号")),
                ("line_number", models.IntegerField(verbose_name="行")),
            ],
            options={
                "db_table": "receipt",
                "db_table_comment": "収納 (E-12, 036o006)",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["accounted_on"], name="receipt_accounted_on"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="receipt_amount_is_positive")
                ],
            },
        ),
    ]
