"""一覧のCSV。表計算ソフトで開いても、式として動かない。

CSV for people: UTF-8 with BOM, CRLF, and no cell that a spreadsheet would run as a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from osame.platform.egress.cells import neutral_cell

BOM = b"\xef\xbb\xbf"


def csv_bytes(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    r"""見出しと行を、BOM付きUTF-8・CRLFのCSVにする。

    >>> csv_bytes(["氏名", "金額"], [["=1+1", -5]])[3:].decode()
    "氏名,金額\r\n'=1+1,-5\r\n"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([neutral_cell(cell) for cell in row] for row in rows)
    return BOM + text.getvalue().encode("utf-8")
