"""宛名の写しの照会。この税目・この書類を、その日、誰の、どこへ送るか。

The same rule as the addressee system's own (`mailing_address_for`), for many people at once: an approved agent
to whom the law sends the letter, then the most particular mailing address valid on that day, then the address. For a
protected person only an approved safe address counts, and no agent does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.platform.database import fetch_all, run_sql

HEIR_REPRESENTATIVE = "04"
# 送達を受ける代理人。生きている人には、法定代理人、破産管財人、納税管理人の順。委任だけの代理人（弁護士など）には送らない。
SERVED_AGENTS = ("08", "02", "05", "01")

# 代理人。死亡した人には相続人代表者だけ（この市が届出を受け、または指定した者が、宛名管理から届いた者に先立つ）。死亡・廃止した
# 代理人と、支援措置の相手方は、代理人として扱わない。
AGENTS = """
SELECT DISTINCT ON (w.addressee_number, w.tax_item) w.addressee_number, w.tax_item, g.agent_number, g.kind AS agent_kind
FROM (SELECT DISTINCT addressee_number, tax_item FROM {source}) w
JOIN addressee a USING (addressee_number)
JOIN acting_agent g ON g.addressee_number = w.addressee_number AND g.tax_item IN ('', w.tax_item)
    AND g.valid_from <= %(on)s AND (g.valid_until IS NULL OR g.valid_until > %(on)s)
JOIN addressee p ON p.addressee_number = g.agent_number AND p.died_on IS NULL AND p.closed_on IS NULL
WHERE NOT a.withheld AND NOT a.protection_measure AND g.agent_number <> ALL (a.protected_from)
  AND CASE WHEN a.died_on IS NULL THEN g.kind = ANY (%(served)s) ELSE g.kind = %(heir)s END
ORDER BY w.addressee_number, w.tax_item, array_position(%(served)s, g.kind::text), g.tax_item = '', g.line_number
"""
# 受け取る者。代理人の税目ごとの送付先は、代理人自身の税のためのものなので使わない。
RECEIVERS = """
SELECT w.addressee_number, w.tax_item, coalesce(g.agent_number, w.addressee_number) AS receiver_number,
       coalesce(g.agent_kind, '') AS agent_kind, CASE WHEN g.agent_number IS NULL THEN w.tax_item ELSE '' END AS usual
FROM (SELECT DISTINCT addressee_number, tax_item FROM {source}) w
LEFT JOIN destination_agent g USING (addressee_number, tax_item)
"""
CHOSEN = """
SELECT DISTINCT ON (w.addressee_number, w.tax_item) w.addressee_number, w.tax_item, m.line_number, m.postal_code,
       m.address, m.address_detail, m.name
FROM destination_receiver w
JOIN addressee r ON r.addressee_number = w.receiver_number
JOIN addressee_mailing m ON m.addressee_number = w.receiver_number AND m.tax_item IN ('', w.usual)
    AND m.document IN ('', %(document)s) AND m.valid_from <= %(on)s
    AND (m.valid_until IS NULL OR m.valid_until > %(on)s) AND (m.is_safe OR NOT r.protection_measure)
ORDER BY w.addressee_number, w.tax_item, m.is_safe AND r.protection_measure DESC,
         (m.document <> '')::int + (m.tax_item <> '')::int DESC, m.document <> '' DESC, m.priority,
         m.valid_from DESC, m.line_number DESC
"""
# ファイルで受け取った宛名は、送付先を宛名の行に一つだけ持つ。一覧があれば、行の写しは使わない（期間が切れたかもしれない）。
DESTINATIONS = """
SELECT w.addressee_number, w.tax_item, w.receiver_number, w.agent_kind, coalesce(m.line_number, -1) AS line_number,
       r.withheld, r.protection_measure AS protected, m.line_number IS NOT NULL AND r.protection_measure AS is_safe,
       CASE WHEN m.line_number IS NOT NULL THEN m.postal_code WHEN k.used THEN r.mailing_postal_code
            ELSE r.postal_code END AS postal_code,
       CASE WHEN m.line_number IS NOT NULL THEN m.address WHEN k.used THEN r.mailing_address
            ELSE r.address END AS address,
       CASE WHEN m.line_number IS NOT NULL THEN m.address_detail WHEN k.used THEN '' ELSE r.address_detail
            END AS address_detail,
       CASE WHEN m.line_number IS NOT NULL THEN m.name WHEN k.used THEN r.mailing_name ELSE '' END AS mailing_name
FROM destination_receiver w
JOIN addressee r ON r.addressee_number = w.receiver_number
LEFT JOIN destination_mailing m ON m.addressee_number = w.addressee_number AND m.tax_item = w.tax_item
CROSS JOIN LATERAL (
    SELECT r.mailing_address <> '' AND NOT r.protection_measure AND NOT EXISTS (
        SELECT 1 FROM addressee_mailing x WHERE x.addressee_number = r.addressee_number) AS used
) k
"""
STEPS = {
    "destination_agent": AGENTS,
    "destination_receiver": RECEIVERS,
    "destination_mailing": CHOSEN,
    "destination": DESTINATIONS,
}


def list_destinations(source: str, *, document: str, on: date) -> None:
    """一時表 `source` の（宛名番号、税目）ごとの送付先を、一時表 destination に挙げる。

    One row for each addressee and tax item of the temporary table `source`. `receiver_number` is the agent, or the
    addressee; a `protected` receiver without `is_safe` has no place to which a letter may go.

    要件: F02-03, F02-04, F27-01
    """
    for table, statement in STEPS.items():
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
        run_sql(f"CREATE TEMP TABLE {table} ON COMMIT DROP AS {statement.format(source=source)}", _terms(document, on))
        run_sql(f"ANALYZE {table}")


@dataclass(frozen=True, slots=True)
class Destination:
    """一つの税目の文書を、誰の、どこへ送るか。

    receiver_number: 代理人か本人; protected: 受け取る者が支援措置の対象者か; is_safe: 支援措置の安全な送付先か。
    """

    tax_item: str
    receiver_number: str
    agent_kind: str
    protected: bool
    is_safe: bool
    postal_code: str
    address: str
    mailing_name: str


def destinations_of(addressee_number: str, tax_items: Sequence[str], *, on: date) -> tuple[Destination, ...]:
    """一人の、税目ごとの送付先。`list_destinations` と同じ決め方を、一つの文で。

    要件: F02-03, F02-04
    """
    parts = ",\n".join(f"{table} AS ({body.format(source='wanted')})" for table, body in STEPS.items())
    rows = fetch_all(
        "WITH wanted AS (SELECT %(addressee)s::varchar AS addressee_number, unnest(%(items)s::varchar[]) AS tax_item),\n"
        f"{parts}\nSELECT tax_item, receiver_number, coalesce(agent_kind, ''), protected, is_safe, postal_code, "
        "address || CASE WHEN address_detail = '' THEN '' ELSE '　' || address_detail END, mailing_name "
        "FROM destination ORDER BY tax_item",
        _terms("", on) | {"addressee": addressee_number, "items": list(tax_items)},
    )
    return tuple(Destination(*row) for row in rows)


def _terms(document: str, on: date) -> dict[str, Any]:
    return {"on": on, "document": document, "served": list(SERVED_AGENTS), "heir": HEIR_REPRESENTATIVE}
