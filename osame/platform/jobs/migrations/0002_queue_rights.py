from typing import Any

from django.db import migrations

from osame.platform import systems

TABLES = "procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers"


def open_to_the_role(_apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLES} TO {systems.current().role}")


class Migration(migrations.Migration):
    """待ち行列の表を、このシステムの役割に開く。"""

    dependencies = [("jobs", "0001_initial"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [migrations.RunPython(open_to_the_role, migrations.RunPython.noop)]
