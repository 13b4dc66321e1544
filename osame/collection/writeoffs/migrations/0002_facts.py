from django.db import migrations

from osame.platform.database import sql_text


class Migration(migrations.Migration):
    """時効に関わる出来事と、手続の段階を、すべての章から集める。章が増えたら、依存に足す。"""

    dependencies = [
        ("writeoffs", "0001_initial"),
        ("matching", "0002_append_only"),
        ("determinations", "0002_append_only"),
        ("demands", "0002_guarded"),
        ("grace", "0002_guarded"),
        ("pledges", "0002_guarded"),
        ("dispositions", "0002_guarded"),
        ("reminders", "0002_guarded"),
    ]
    operations = [migrations.RunSQL(sql_text("osame.collection.writeoffs", "sql/arrears_facts.sql"))]
