from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded


class Migration(migrations.Migration):
    """作った文書を書き換えさせない。目的を告げない取引には、一通も見せない。"""

    dependencies = [("letters", "0001_initial"), ("ledger", "0002_guards")]
    operations = [
        migrations.RunSQL(sql_text("osame.collection.letters", "sql/letters.sql")),
        migrations.RunSQL(guarded("letter"), "ALTER TABLE letter DISABLE ROW LEVEL SECURITY"),
        migrations.RunSQL(guarded("enclosure_need"), "ALTER TABLE enclosure_need DISABLE ROW LEVEL SECURITY"),
    ]
