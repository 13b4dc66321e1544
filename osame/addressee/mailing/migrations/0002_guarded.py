from django.db import migrations

from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("mailing", "0001_initial")]

    operations = [
        migrations.RunSQL(guarded("mailing_address")),
        migrations.RunSQL(guarded("contact")),
    ]
