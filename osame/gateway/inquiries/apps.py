"""始まるときに、伝文の出し手と受け手を登録する。"""

from importlib import import_module

from django.apps import AppConfig


class GatewayInquiriesConfig(AppConfig):
    """伝文を出し、受ける章。"""

    name = "osame.gateway.inquiries"

    def ready(self) -> None:
        """どの処理で始まっても、伝文を出し、受けられるようにする。"""
        import_module("osame.gateway.inquiries.stepping")
