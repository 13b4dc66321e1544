"""始まるときに、伝文の出し手と受け手を登録する。"""

from importlib import import_module

from django.apps import AppConfig


class GatewayPortalConfig(AppConfig):
    """伝文を出し、受ける章。"""

    name = "osame.gateway.portal"
    label = "gateway_portal"

    def ready(self) -> None:
        """どの処理で始まっても、伝文を出し、受けられるようにする。"""
        for room in ("providing", "notifying"):
            import_module(f"osame.gateway.portal.{room}")
