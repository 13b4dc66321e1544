from django.db import migrations


class Migration(migrations.Migration):
    """住民の番号と重なりにくい、9で始まる範囲から始める。団体の範囲は `numbering open` で決める。"""

    dependencies = [("numbering", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO numbering_range (first_body, last_body, next_body, body_digits, check_scheme, opened_by) "
            "VALUES (90000000000000, 99999999999999, 90000000000000, 14, 'mod11', '初期設定')"
        )
    ]
