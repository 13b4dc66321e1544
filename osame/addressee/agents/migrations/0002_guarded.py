from django.db import migrations

from osame.platform.gate import guarded

TABLES = ("agent", "agent_history", "addressee_relation", "addressee_relation_history")


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial")]

    operations = [migrations.RunSQL(guarded(table)) for table in TABLES]
