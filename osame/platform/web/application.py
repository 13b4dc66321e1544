"""WSGI の入口。 granian がこれを動かす。どのサーバーが動かしても、検めに誤りがあれば始まらない。"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

from importlib import import_module
from typing import Any

from django.core.wsgi import get_wsgi_application

from osame.platform import bodies, systems
from osame.platform.starting import loading


def _checked() -> Any:
    pages = get_wsgi_application()
    from osame.platform.functions.checks import refuse_to_start

    refuse_to_start()
    from osame.platform.web.machines import apart

    application = apart(pages)
    system = systems.current()
    if system.per_body and not bodies.chosen():  # いくつもの団体に仕えるシステムでは、団体の門番が前に立つ
        return import_module(f"osame.{system.code}.doorkeeper").by_body(application)
    return application


with loading():
    application = _checked()
