"""WSGI の入口。 granian がこれを動かす。"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
