from typing import Any

from django.db import migrations

from osame.linkage.legal_basis.loading import load_basis


def load(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        load_basis(cursor)


class Migration(migrations.Migration):
    dependencies = [("legal_basis", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
