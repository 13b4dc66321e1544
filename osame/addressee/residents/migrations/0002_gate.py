from django.db import migrations

from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial")]

    operations = [
        migrations.RunSQL(guarded("held_cancellation")),
        migrations.RunSQL(guarded("number_inheritance")),
        migrations.RunSQL(guarded("sealed_number_outbox")),
    ]
