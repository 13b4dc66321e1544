"""決裁の章。始まるときに、このシステムの執行する関数をすべて読み込む。"""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """決裁。"""

    name = "osame.platform.approvals"

    def ready(self) -> None:
        """命令・サーバー・ジョブの係のどれで始まっても、決裁された起案を執行できるようにする。"""
        from osame.platform.approvals.executors import load

        load()
