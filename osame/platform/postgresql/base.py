"""Django's PostgreSQL backend, which tells every transaction who opened it and why.

The officer, the function and the purpose travel in the transaction itself (`set_config(…, is_local => true)`): they end
with it, so a pooled connection can never carry them to the next officer, and row-level security can read them.
"""

import select
import time

from django.db.backends.postgresql import base

from osame.platform import gate

TRUSTED_SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """取引の始めに、門（目的）を告げる接続。生きていると確かめて間もなく、何も届いていなければ、確かめ直さない。"""

    _found_alive = 0.0

    def is_usable(self) -> bool:
        """つながっているか。"""
        lately = time.monotonic() - self._found_alive < TRUSTED_SECONDS and not self.errors_occurred
        if lately and not self._told_something():
            return True
        usable = bool(super().is_usable())
        self._found_alive = time.monotonic() if usable else 0.0
        return usable

    def _told_something(self) -> bool:
        """求めてもいないのに、何かが届いているか。サーバーが接続を断てば、その知らせと終わりが届く。往復しないで分かる。"""
        raw = self.connection
        if raw is None or raw.closed:
            return True
        arrivals = select.poll()
        arrivals.register(raw.fileno(), select.POLLIN)
        return bool(arrivals.poll(0))

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            gate.tell(self.connection)
