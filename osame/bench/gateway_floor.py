"""中間サーバーの計測の床。同じ照会を、署名も記録もせずに行う。

`granian osame.bench.gateway_floor:application` in the environment of the gateway: the same server, the same Django with the machine door's
middleware but its guards (signature, functions, egress), the same rows read by the same reader. Two addresses:

- `/asked/…` is the floor of the comparison: the same inquiry, unsigned and unrecorded. It asks the same database what has to be asked before
  anything can be answered (is the key taken, does the person have a symbol, do list and rights allow it), answers the same row, and writes
  nothing at all: no nonce, no inquiry, no step, no log, no audit, no commit that waits for the disk.
- `/bare/…` does not even ask: it reads the rows and answers. Told beside the floor, so that everybody can take the other measure.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from osame.platform.web.machines import MachineDoor

GUARDS = (
    "osame.platform.exchanges.middleware.SignedExchanges",
    "osame.platform.functions.middleware.FunctionGateMiddleware",
    "osame.platform.egress.middleware.EgressMiddleware",
)
"""床では外すもの。署名、機能の門、出力の門。"""

get_wsgi_application()  # 用意の検めは、すべての門を求める。外すのは、その後
settings.ROOT_URLCONF = "osame.bench.gateway_unsigned"
settings.MACHINE_MIDDLEWARE = [each for each in settings.MACHINE_MIDDLEWARE if each not in GUARDS]
application = MachineDoor()
