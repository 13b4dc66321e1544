from django.db import migrations

from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("protection", "0001_initial")]

    operations = [
        migrations.RunSQL(guarded("protection_measure")),
        migrations.RunSQL(guarded("protected_relation")),
    ]
