from django.db import migrations

from osame.platform.search.entries import matching_door


class Migration(migrations.Migration):
    """宛名の写しの索引を引く扉。"""

    dependencies = [("addressees", "0002_guarded")]
    operations = [migrations.RunSQL(matching_door(dated=False))]
