from django.db import migrations

from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("locks", "0001_initial")]

    operations = [
        migrations.RunSQL(guarded("edit_lock")),
        migrations.RunSQL(guarded("reference_restriction")),
    ]
