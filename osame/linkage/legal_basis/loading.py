"""番号利用の根拠を、添えたデータから表に移す。"""

import tomllib
from typing import Any

from osame.platform.database import sql_text

UPSERT = """
INSERT INTO legal_basis (affair, name, article, valid_from, valid_until, purposes, peers, verified, note)
VALUES (%(affair)s, %(name)s, %(article)s, %(valid_from)s, %(valid_until)s, %(purposes)s, %(peers)s, %(verified)s, %(note)s)
ON CONFLICT (affair, article, valid_from) DO UPDATE SET name = excluded.name, valid_until = excluded.valid_until,
    purposes = excluded.purposes, peers = excluded.peers, verified = excluded.verified, note = excluded.note
"""


def load_basis(cursor: Any) -> int:
    """basis.toml の行を表に入れる（あれば改める）。所有者の接続で行う。行数を返す。"""
    rows = tomllib.loads(sql_text("osame.linkage.legal_basis", "basis.toml"))["basis"]
    for row in rows:
        cursor.execute(UPSERT, {"valid_until": None, "note": ""} | row)
    return len(rows)
