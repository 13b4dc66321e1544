from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="FeedChange",
            fields=[
                ("change_id", models.BigAutoField(primary_key=True, serialize=False, verbose_name="変更番号")),
                ("addressee_number", models.CharField(max_length=15, verbose_name="宛名番号")),
            ],
            options={"db_table": "feed_change", "db_table_comment": "変わった宛名（位置を待つ）"},
        ),
        migrations.CreateModel(
            name="FeedDay",
            fields=[
                ("day_id", models.SmallIntegerField(primary_key=True, serialize=False, verbose_name="番号")),
                ("announced_on", models.DateField(verbose_name="知らせた日")),
            ],
            options={"db_table": "feed_day", "db_table_comment": "宛名配信の日（一行だけ）"},
        ),
        migrations.CreateModel(
            name="FeedEntry",
            fields=[
                (
                    "addressee_number",
                    models.CharField(max_length=15, primary_key=True, serialize=False, verbose_name="宛名番号"),
                ),
                ("position", models.BigIntegerField(unique=True, verbose_name="位置")),
            ],
            options={"db_table": "feed_entry", "db_table_comment": "宛名配信の位置"},
        ),
        migrations.CreateModel(
            name="FeedSubscriber",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False, verbose_name="配信先")),
                ("confirmed_position", models.BigIntegerField(db_default=0, verbose_name="受信確認の位置")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="受信確認の日時")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="最後に求めた日時")),
            ],
            options={"db_table": "feed_subscriber", "db_table_comment": "宛名配信の配信先"},
        ),
    ]
