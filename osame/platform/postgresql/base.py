"""Django's PostgreSQL backend, which tells every transaction who opened it and why.

The officer, the function and the purpose travel in the transaction itself (`set_config(…, is_local => true)`): they end
with it, so a pooled connection can never carry them to the next officer, and row-level security can read them.
"""

from django.db.backends.postgresql import base

from osame.platform import gate


class DatabaseWrapper(base.DatabaseWrapper):
    """取引の始めに、門（目的）を告げる接続。"""

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit:
            gate.tell(self.connection)
