"""基本設定の行を書く。一時表に置き、新しいか変わったものだけを書く。"""

from osame.collection.parameters.tables import ParameterTable, Row
from osame.platform.database import copy_rows, run_sql


def write_rows(table: ParameterTable, rows: list[Row]) -> int:
    """行を一時表に置き、新しいか変わったものだけを書く。書いた行数を返す。"""
    staged = f"staged_{table.name}"
    columns, key = ", ".join(table.columns), ", ".join(table.key)
    rest = [column for column in table.columns if column not in table.key]
    run_sql(f"DROP TABLE IF EXISTS pg_temp.{staged}")
    run_sql(f"CREATE TEMP TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {table.name} LIMIT 0")
    copy_rows(staged, table.columns, ([row[column] for column in table.columns] for row in rows))
    old, new = (", ".join(f"{side}.{column}" for column in rest) for side in (table.name, "excluded"))
    into, chosen = ", ".join((*table.columns, *table.blank)), ", ".join((*table.columns, *("''" for _ in table.blank)))
    return run_sql(
        f"INSERT INTO {table.name} ({into}) SELECT {chosen} FROM {staged} "
        f"ON CONFLICT ({key}) DO UPDATE SET ({', '.join(rest)}) = ROW ({new}) WHERE ({old}) IS DISTINCT FROM ({new})"
    )
