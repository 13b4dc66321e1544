from django.db import migrations

from osame.platform.search.entries import matching_door


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [migrations.RunSQL(matching_door(dated=True))]
