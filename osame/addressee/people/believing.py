"""信じる履歴。取り消されていない異動を真の順に並べて求め、いまの履歴との差だけを書く。

For every touched addressee: order its changes, take each group of facts from the latest change that settles it, and end
each version where the next day's begins. Only the difference to the believed versions is written.
"""

from datetime import datetime

from osame.addressee.people.facts import FACTS, GROUPS
from osame.platform.database import run_sql

# 組ごとに、その組を定める最も新しい異動。まだ誰も定めていない組は、その異動が添えた写しのままとする。
SETTLING = ",\n       ".join(
    f"coalesce((max(ARRAY[place, change_id]) FILTER (WHERE asserts LIKE '%{group.value}%') OVER before)[2], "
    f"change_id) AS by_{group.name.lower()}"
    for group in GROUPS
)
SOURCES = "\n".join(
    f"JOIN addressee_change {group.name.lower()} ON {group.name.lower()}.change_id = s.by_{group.name.lower()}"
    for group in GROUPS
)
CHOSEN = ", ".join(f"{group.name.lower()}.{fact}" for group, names in GROUPS.items() for fact in names)

DESIRED = f"""
CREATE TEMP TABLE desired_version ON COMMIT DROP AS
WITH ordered AS (
    SELECT c.addressee_number, c.change_id, c.changed_on, c.asserts,
           row_number() OVER (
               PARTITION BY c.addressee_number ORDER BY c.changed_on, c.sequence, c.source, c.change_key) AS place
    FROM addressee_change c JOIN touched_addressee USING (addressee_number)
    WHERE c.cancelled_at IS NULL
), settled AS (
    SELECT addressee_number, change_id, changed_on,
       lead(changed_on) OVER before AS next_on,
       {SETTLING}
    FROM ordered WINDOW before AS (PARTITION BY addressee_number ORDER BY place)
)
SELECT s.addressee_number, s.changed_on AS valid_from, s.next_on AS valid_until, s.change_id,
       own.change_reason, own.changed_on, own.source, own.officer, {CHOSEN}
FROM settled s
JOIN addressee_change own ON own.change_id = s.change_id
{SOURCES}
WHERE s.next_on IS NULL OR s.next_on > s.changed_on  -- 同じ日の異動は、最後のものがその日からの姿である
"""
WRITTEN = (
    "addressee_number", "valid_from", "valid_until", "change_id", "change_reason", "changed_on", "source", "officer",
    *FACTS,
)  # fmt: skip
SAME = "({}) IS NOT DISTINCT FROM ({})".format(
    ", ".join(f"d.{name}" for name in WRITTEN[2:]), ", ".join(f"v.{name}" for name in WRITTEN[2:])
)
SUPERSEDE = f"""
UPDATE addressee_version v SET superseded_at = %s
FROM touched_addressee t
WHERE v.addressee_number = t.addressee_number AND v.superseded_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM desired_version d
    WHERE d.addressee_number = v.addressee_number AND d.valid_from = v.valid_from AND {SAME})
"""
ADD = f"""
INSERT INTO addressee_version ({", ".join(WRITTEN)}, recorded_at)
SELECT {", ".join(f"d.{name}" for name in WRITTEN)}, %s FROM desired_version d
WHERE NOT EXISTS (
    SELECT 1 FROM addressee_version v WHERE v.addressee_number = d.addressee_number
    AND v.valid_from = d.valid_from AND v.superseded_at IS NULL)
"""


def believe(at: datetime) -> tuple[int, int]:
    """一時表 touched_addressee の宛名の履歴を作り直し、（上書きした数, 加えた数）を返す。

    要件: F33-05
    """
    run_sql("DROP TABLE IF EXISTS desired_version")
    run_sql(DESIRED)
    run_sql("ANALYZE desired_version")
    return run_sql(SUPERSEDE, [at]), run_sql(ADD, [at])
