from django.db import migrations

from osame.collection.arrears.procedures import guarded_transitions
from osame.law.dispositions import Procedure
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "liability", "liability_charge", "liability_slip", "liability_event",
    "encumbered_transfer", "encumbered_transfer_charge", "encumbered_transfer_slip", "encumbered_transfer_event",
)  # fmt: skip
FORMS = (Procedure.JOINT_LIABILITY, Procedure.SECONDARY_LIABILITY, Procedure.GUARANTEE, Procedure.SECURED_PROPERTY)


class Migration(migrations.Migration):
    """責任の段階を、法の表のとおりにだけ進ませ、目的の門の内に置く。"""

    dependencies = [
        ("liabilities", "0001_initial"),
        ("ledger", "0002_guards"),
        ("matching", "0002_append_only"),
        ("approvals", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(guarded_transitions("liability", *FORMS)),
        migrations.RunSQL(guarded_transitions("encumbered_transfer", Procedure.ENCUMBERED_TRANSFER)),
        migrations.RunSQL(sql_text("osame.collection.liabilities", "sql/liabilities.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
