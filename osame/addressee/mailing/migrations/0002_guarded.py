from django.db import migrations

from osame.platform.gate import guarded

TABLES = ("mailing_address", "mailing_address_history", "contact", "contact_history")


class Migration(migrations.Migration):
    dependencies = [("mailing", "0001_initial")]

    operations = [migrations.RunSQL(guarded(table)) for table in TABLES]
