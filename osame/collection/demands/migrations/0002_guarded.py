from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLE = "demand_destination"


class Migration(migrations.Migration):
    """督促の送付先を目的の門の内に置く。目的を告げない取引には、一行も見せない。実行番号は、文書の束と同じ連番から採る。"""

    dependencies = [("demands", "0001_initial"), ("letters", "0002_frozen")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE demand_run ALTER COLUMN run_id SET DEFAULT nextval('letter_run_number')",
            "ALTER TABLE demand_run ALTER COLUMN run_id DROP DEFAULT",
        ),
        migrations.RunSQL(guarded(TABLE), f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY"),
        migrations.RunSQL(sql_text("osame.collection.demands", "sql/demands.sql")),
    ]
