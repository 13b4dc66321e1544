"""索引の一行と、索引を引く扉。小片（grams）で候補を絞り、行（lines）で合うかを決める。

The application may write the table but read nothing of it except addressee numbers; what it finds, it finds through
`search_entry_matches`, which shows no row to a transaction that states no purpose. (Row-level security would say the same
but would keep PostgreSQL from using the index: `@>` and `~` are not leakproof.)
"""

from collections.abc import Iterable
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from osame.kernel.search_keys import Key, birth_grams, telephone_grams

RIGHTS = "INSERT, DELETE, SELECT (addressee_number)"


class IndexEntry(models.Model):
    """索引の一行の、どのシステムにも要るところ。"""

    rights = RIGHTS

    kana_order = models.TextField("並びのためのカナ")
    grams = ArrayField(models.TextField(), verbose_name="小片")
    lines = models.TextField("鍵の行")

    class Meta:
        abstract = True
        db_table = "search_entry"
        db_table_comment = "宛名検索の索引"
        indexes = [GinIndex(fields=["grams"], name="%(app_label)s_entry_grams", fastupdate=False)]


def lines_of(keys: Iterable[Key]) -> str:
    """索引に置く鍵の行。"""
    return "\n".join(dict.fromkeys(key.line for key in keys))


def grams_of(keys: Iterable[Key], *, born_on: date | None, birth_unknown: bool, telephones: Iterable[str]) -> list[str]:
    """索引に置く小片。"""
    found = set(birth_grams(born_on, unknown=birth_unknown))
    found.update(*(key.grams() for key in keys), *map(telephone_grams, telephones))
    return sorted(found)


DOOR = """
CREATE FUNCTION search_entry_matches(
    wanted text[], patterns text[], number_head text, {asked_of_days}most integer
) RETURNS TABLE (addressee_number varchar, {told_of_days}kana_order text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    IF coalesce(current_setting('osame.purpose', true), '') = '' THEN
        RETURN;
    END IF;
    IF number_head <> '' THEN
        RETURN QUERY
        SELECT e.addressee_number, {days}e.kana_order FROM search_entry e
        WHERE e.addressee_number >= number_head AND e.addressee_number < number_head || ':'
          AND e.grams @> wanted AND e.lines ~ ALL (patterns){on_that_day}
        LIMIT most;
    ELSE
        RETURN QUERY
        SELECT e.addressee_number, {days}e.kana_order FROM search_entry e
        WHERE e.grams @> wanted AND e.lines ~ ALL (patterns){on_that_day}
        LIMIT most;
    END IF;
END
$$;
COMMENT ON FUNCTION search_entry_matches IS '宛名検索の索引を引く扉'
"""
DATED = {
    "asked_of_days": "on_day date, with_history boolean, ",
    "told_of_days": "version_id bigint, ",
    "days": "e.version_id, ",
    "on_that_day": """
          AND (with_history OR (e.valid_from <= on_day AND (e.valid_until IS NULL OR e.valid_until > on_day)))""",
}


def matching_door(*, dated: bool) -> str:
    """索引を引く、ただ一つの扉を作る SQL。目的を告げない取引には何も返さない。 dated: 行が適用期間を持つか。

    For a migration. Rows that hold all of `wanted` are candidates; those that fit all `patterns` are found, up to `most`. A
    search by the head of the number goes by primary key.
    """
    return DOOR.format(**(DATED if dated else dict.fromkeys(DATED, "")))
