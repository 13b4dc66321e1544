"""osame linkage notices — 中間サーバー通知の滞留。"""

from osame.linkage.notices.actions import backlog
from osame.platform.functions.binding import bound
from osame.platform.terminal import refusals_told, table


@bound("linkage.notices.show")
@refusals_told
def notices() -> None:
    """中間サーバー通知の件数を、状態ごとに示す。"""
    table("中間サーバー通知", ("状態", "件"), backlog())
