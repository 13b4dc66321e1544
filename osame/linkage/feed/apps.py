"""宛名の受信の章。宛名管理の配信の章と名が重なるので、ラベルを変える。"""

from django.apps import AppConfig


class LinkageFeedConfig(AppConfig):
    """宛名の受信。"""

    name = "osame.linkage.feed"
    label = "linkage_feed"
