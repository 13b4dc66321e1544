"""機能の台帳を、始める前の検めとともに入れる。"""

from django.apps import AppConfig


class FunctionsConfig(AppConfig):
    """機能の台帳。"""

    name = "osame.platform.functions"

    def ready(self) -> None:
        """検めを登録する。"""
        from osame.platform.functions import checks  # noqa: F401
