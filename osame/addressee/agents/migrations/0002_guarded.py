from django.db import migrations

from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial")]

    operations = [
        migrations.RunSQL(guarded("agent")),
        migrations.RunSQL(guarded("addressee_relation")),
    ]
