"""執行する関数と、中身を語る関数を読み込む。章のどこに書いてあっても、そのシステムのどのプロセスも知っている。"""

import re
from importlib import import_module
from pathlib import Path

from django.apps import apps

MARK = re.compile(r"^@(executes|describes|guards|retains)\(", re.MULTILINE)


def load() -> None:
    """入っている章の、執行する関数か、中身を語る関数のある部屋をすべて読み込む。

    Found by the decorator itself, so that no chapter can forget to say where they are.
    """
    for config in apps.get_app_configs():
        if config.name.startswith("osame."):
            for path in sorted(Path(config.path).glob("*.py")):
                if MARK.search(path.read_text(encoding="utf-8")):
                    import_module(f"{config.name}.{path.stem}")
