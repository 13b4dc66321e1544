"""納税者の検索の章。宛名管理の検索の章と名が重なるので、ラベルを変える。"""

from django.apps import AppConfig


class CollectionSearchConfig(AppConfig):
    """納税者の検索。"""

    name = "osame.collection.search"
    label = "collection_search"
