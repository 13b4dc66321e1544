"""WSGI の入口。 granian がこれを動かす。どのサーバーが動かしても、検めに誤りがあれば始まらない。"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application


def _checked() -> WSGIHandler:
    application = get_wsgi_application()
    from osame.platform.functions.checks import refuse_to_start

    refuse_to_start()
    return application


application = _checked()
