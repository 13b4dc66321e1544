from django.db import migrations

from osame.platform.gate import guarded

TABLES = ("protection_measure", "protection_measure_history", "protected_relation", "protected_relation_history")


class Migration(migrations.Migration):
    dependencies = [("protection", "0001_initial")]

    operations = [migrations.RunSQL(guarded(table)) for table in TABLES]
