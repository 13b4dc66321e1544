"""軽自動車税の納付情報の、軽JNKSへの日次の連携ファイル（独自様式）。UTF-8。先頭・データ・末尾の三種の行。

The layout of 軽JNKS is given to municipalities only and is not public; this is ours, and the operator's converter brings it into
theirs. One row per vehicle: paid or not, until when the certificate holds, and an asterisk when an earlier year is unpaid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream

PROFILE = "osame_jnks_v0"
STATUSES = {"1": "納付済", "2": "未納", "3": "課税なし", "4": "納期未到来"}
STAR = "*"


@dataclass(frozen=True, slots=True)
class JnksRow:
    """車両一台の納付情報。 starred: 過年度に未納がある。"""

    plate: tuple[str, str, str, str]
    chassis_number: str
    status: str
    paid_on: date | None
    valid_through: date | None
    starred: bool


@dataclass(frozen=True, slots=True)
class JnksHead:
    """ファイルの初め。 number: 通番。"""

    municipality_code: str
    made_on: date
    number: int
    levy_year: int


def write(head: JnksHead, rows: Iterable[JnksRow]) -> bytes:
    """連携ファイルを書く。有効期限は、納付済で過年度の未納がない車両だけに書く。"""
    day = csv_stream.write_day
    lines = [
        csv_stream.write_row(["1", head.municipality_code, day(head.made_on), str(head.number), str(head.levy_year)])
    ]
    count = paid = 0
    for row in rows:
        count, paid = count + 1, paid + (row.status == "1")
        valid = "" if row.starred or row.status in {"2", "4"} else day(row.valid_through)
        lines.append(
            csv_stream.write_row([
                "2",
                *row.plate,
                row.chassis_number,
                row.status,
                day(row.paid_on),
                valid,
                STAR if row.starred else "",
            ])
        )
    lines.append(csv_stream.write_row(["9", str(count), str(paid)]))
    return b"".join(lines)
