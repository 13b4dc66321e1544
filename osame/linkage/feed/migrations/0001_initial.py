import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="FeedCursor",
            fields=[
                ("cursor_id", models.SmallIntegerField(primary_key=True, serialize=False, verbose_name="番号")),
                ("position", models.BigIntegerField(db_default=0, verbose_name="位置")),
                ("acknowledged_position", models.BigIntegerField(db_default=0, verbose_name="受信確認の位置")),
                (
                    "moved_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="日時"),
                ),
            ],
            options={"db_table": "feed_cursor", "db_table_comment": "宛名の受信の位置（一行だけ）"},
        ),
        migrations.CreateModel(
            name="FeedReceived",
            fields=[
                (
                    "addressee_number",
                    models.CharField(max_length=15, primary_key=True, serialize=False, verbose_name="宛名番号"),
                ),
                ("position", models.BigIntegerField(verbose_name="位置")),
            ],
            options={"db_table": "feed_received", "db_table_comment": "宛名ごとの受信の位置"},
        ),
    ]
