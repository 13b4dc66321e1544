"""宛名配信の表。変わった宛名に、配る順の位置を付ける。

Order without holes, without making writers wait. A trigger only appends the numbers it sees to `feed_change`, in the writer's
transaction. Positions are given later, by whoever reads next (`feed_publish`): under one lock it takes all committed
changes and gives each addressee a new position. So a position exists only after its change was committed, a later
publication sees everything an earlier one saw, and a number can never become visible below one that was already read —
whatever the order of commits, however long a transaction runs. (A sequence taken by the writer would leave holes;
positions given at commit would make all writers queue behind a bulk load and put a second lock beside the audit's; a
horizon of transaction ids would stall behind any long transaction of any database on the server.)

`feed_entry` keeps one row per addressee, its last position: the feed from position 0 is the snapshot, and it never grows.
"""

from django.db import models

from osame.platform.rights import KEPT


class FeedChange(models.Model):
    """変わった宛名。まだ位置が付いていない。"""

    change_id = models.BigAutoField("変更番号", primary_key=True)
    addressee_number = models.CharField("宛名番号", max_length=15)

    class Meta:
        db_table = "feed_change"
        db_table_comment = "変わった宛名（位置を待つ）"


class FeedEntry(models.Model):
    """宛名配信の位置。宛名ごとに、最後に変わった位置。"""

    addressee_number = models.CharField("宛名番号", max_length=15, primary_key=True)
    position = models.BigIntegerField("位置", unique=True)

    class Meta:
        db_table = "feed_entry"
        db_table_comment = "宛名配信の位置"


class FeedSubscriber(models.Model):
    """宛名配信の配信先。どこまで受け取ったと確かめたか。"""

    rights = KEPT

    code = models.TextField("配信先", primary_key=True)
    confirmed_position = models.BigIntegerField("受信確認の位置", db_default=0)
    confirmed_at = models.DateTimeField("受信確認の日時", null=True)
    asked_at = models.DateTimeField("最後に求めた日時", null=True)

    class Meta:
        db_table = "feed_subscriber"
        db_table_comment = "宛名配信の配信先"


class FeedDay(models.Model):
    """宛名配信の日。この日までに効き始めた事実は、もう知らせた。"""

    rights = KEPT

    day_id = models.SmallIntegerField("番号", primary_key=True)
    announced_on = models.DateField("知らせた日")

    class Meta:
        db_table = "feed_day"
        db_table_comment = "宛名配信の日（一行だけ）"
