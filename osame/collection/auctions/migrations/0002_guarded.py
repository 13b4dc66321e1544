from django.db import migrations

from osame.collection.arrears.procedures import guarded_moves
from osame.law.auction_steps import AUCTION_MOVES
from osame.platform.database import sql_text
from osame.platform.gate import guarded

TABLES = (
    "auction", "auction_object", "auction_bidder", "auction_bid", "auction_event", "distribution_objection",
    "distribution_delivery",
)  # fmt: skip


class Migration(migrations.Migration):
    """公売の段階を、法の表のとおりにだけ進ませ、目的の門の内に置く。目的を告げない取引には、一行も見せない。"""

    dependencies = [("auctions", "0001_initial"), ("dispositions", "0002_guarded"), ("approvals", "0002_frozen")]
    operations = [
        migrations.RunSQL(guarded_moves("auction", (("PUBLIC_AUCTION", each) for each in AUCTION_MOVES))),
        migrations.RunSQL(sql_text("osame.collection.auctions", "sql/auctions.sql")),
        *(migrations.RunSQL(guarded(table), f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY") for table in TABLES),
    ]
