from django.db import migrations

from osame.platform.database import sql_text
from osame.platform.gate import guarded


class Migration(migrations.Migration):
    dependencies = [("identities", "0001_initial")]

    operations = [
        migrations.RunSQL(sql_text("osame.linkage.identities", "sql/identities.sql")),
        *(
            migrations.RunSQL(guarded(table))
            for table in (
                "unified_identity",
                "identity_link",
                "identity_fact",
                "numbering_request",
                "suppressed_addressee",
            )
        ),
    ]
