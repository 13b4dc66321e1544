"""督促の一覧（R-059）と、外部委託の印刷データ。

Lists of a run as CSV for spreadsheets, and the file for an outside printer with its control totals. No list shows an
address; the print file shows only addresses that letters may go to; none holds 個人番号.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from osame.collection.demands.models import DemandExclusion, DemandStop
from osame.collection.letters.protected import PROTECTED, hidden_values
from osame.kernel.refusals import Refusal
from osame.platform import embedded
from osame.platform.database import fetch_all
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import emit, hand_over
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass
from osame.platform.letters.batches import HeldLetter
from osame.platform.letters.csv_list import csv_bytes

TAX_ITEM_NAMES = """
WITH tax_item_name AS (
    SELECT DISTINCT ON (i.tax_item) i.tax_item, i.name FROM tax_item i
    WHERE i.valid_from <= (SELECT issued_on FROM demand_run WHERE run_id = %(run_id)s)
    ORDER BY i.tax_item, i.valid_from DESC
)
"""
ISSUED = """
SELECT d.letter_number, d.addressee_number, a.name, i.name, c.levy_year, c.installment_term, c.notice_number,
       c.due_date, d.principal_tax, d.demand_fee, d.principal_tax + d.demand_fee, d.issued_on, d.designated_due_date,
       d.seizable_from,
       CASE WHEN d.withdrawn_on IS NOT NULL THEN '引抜' WHEN d.cancelled_on IS NOT NULL THEN '取消'
            WHEN d.published_on IS NOT NULL THEN '公示送達' WHEN d.returned_on IS NOT NULL THEN '返戻' ELSE '有効' END
FROM demand d
JOIN charge c USING (charge_id, addressee_number)
JOIN addressee a USING (addressee_number)
JOIN tax_item_name i USING (tax_item)
WHERE d.run_id = %(run_id)s ORDER BY d.letter_number, c.due_date, d.charge_id
"""
EXCLUDED = """
SELECT x.reason, x.stop_reason, x.addressee_number, coalesce(a.name, ''), coalesce(i.name, c.tax_item), c.levy_year,
       c.installment_term, c.notice_number, c.due_date, x.unpaid, x.in_flight
FROM demand_exclusion x
JOIN charge c USING (charge_id, addressee_number)
LEFT JOIN addressee a USING (addressee_number)
LEFT JOIN tax_item_name i USING (tax_item)
WHERE x.run_id = %(run_id)s ORDER BY x.reason, x.stop_reason, x.addressee_number, x.charge_id
"""
WITHDRAWN = """
SELECT d.letter_number, d.addressee_number, a.name, i.name, c.levy_year, c.installment_term, c.notice_number,
       d.principal_tax, d.demand_fee, d.withdrawn_on, d.cancel_reason,
       NOT EXISTS (SELECT 1 FROM demand o WHERE o.run_id = d.run_id AND o.letter_number = d.letter_number
                   AND o.withdrawn_on IS NULL)
FROM demand d
JOIN charge c USING (charge_id, addressee_number)
JOIN addressee a USING (addressee_number)
JOIN tax_item_name i USING (tax_item)
WHERE d.run_id = %(run_id)s AND d.withdrawn_on IS NOT NULL ORDER BY d.letter_number, d.charge_id
"""
PRINT_ROWS = f"""
SELECT d.letter_number, d.addressee_number, s.postal_code, s.address, s.address_detail,
       coalesce(nullif(s.mailing_name, ''), r.name), i.name, c.levy_year, c.installment_term, c.notice_number,
       c.due_date, d.principal_tax, d.demand_fee, d.issued_on, d.designated_due_date
FROM demand d
JOIN charge c USING (charge_id, addressee_number)
JOIN demand_destination s USING (run_id, letter_number, addressee_number)
JOIN addressee a USING (addressee_number)
JOIN addressee r ON r.addressee_number = s.receiver_number
JOIN tax_item_name i USING (tax_item)
WHERE d.run_id = %(run_id)s AND d.cancelled_on IS NULL AND NOT {PROTECTED} AND NOT a.withheld AND NOT r.withheld
ORDER BY d.letter_number, c.due_date, d.charge_id
"""
OWN_ADDRESS = (2, 3, 4)  # 印刷データの、受け取る者自身の郵便番号・住所・方書
ISSUED_HEADING = (
    "発付番号", "宛名番号", "氏名", "税目", "賦課年度", "期別", "通知書番号", "納期限", "本税", "督促手数料", "合計",
    "発付日", "指定期限", "差押可能日", "状態",
)  # fmt: skip
EXCLUDED_HEADING = (
    "除外理由", "宛名番号", "氏名", "税目", "賦課年度", "期別", "通知書番号", "納期限", "未納本税", "速報の額",
)  # fmt: skip
WITHDRAWN_HEADING = (
    "発付番号", "宛名番号", "氏名", "税目", "賦課年度", "期別", "通知書番号", "本税", "督促手数料", "引抜日", "理由",
    "封筒ごと抜くか",
)  # fmt: skip
PRINT_HEADING = (
    "発付番号", "宛名番号", "郵便番号", "住所", "方書", "氏名", "税目", "賦課年度", "期別", "通知書番号", "納期限",
    "本税", "督促手数料", "発付日", "指定期限",
)  # fmt: skip


class ContractorNotNamed(Refusal):
    """印刷の委託先がありません。委託先の名を入力してください。"""


@dataclass(frozen=True, slots=True)
class PrintFile:
    """委託先に渡す印刷データと、その照合表。"""

    directory: Path
    contractor: str
    file_name: str
    sha256: str
    letters: int
    charges: int
    principal_tax: int
    demand_fee: int


def listed(run_id: int, kind: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """一覧の見出しと行。 kind: issued（発付）・excluded（除外）・withdrawn（引抜き）。

    要件: F08-01, F08-02, F08-03
    """
    if kind == "issued":
        return ISSUED_HEADING, _rows(ISSUED, run_id)
    if kind == "excluded":
        return EXCLUDED_HEADING, [(_reason(row[0], row[1]), *row[2:]) for row in _rows(EXCLUDED, run_id)]
    rows = _rows(WITHDRAWN, run_id)
    return WITHDRAWN_HEADING, [(*row[:-1], "封筒ごと" if row[-1] else "刷り直し") for row in rows]


def issued_list(run_id: int) -> bytes:
    """督促状発付一覧。 要件: F08-03"""
    return csv_bytes(*listed(run_id, "issued"))


def exclusion_list(run_id: int) -> bytes:
    """督促しなかった未納の期別と、そのただ一つの理由。 要件: F08-01, F08-02"""
    return csv_bytes(*listed(run_id, "excluded"))


def withdrawal_list(run_id: int) -> bytes:
    """引抜き一覧。封筒の中身がすべて引抜きなら、封筒ごと抜く。 要件: F08-01"""
    return csv_bytes(*listed(run_id, "withdrawn"))


def held_list(held: Sequence[HeldLetter]) -> bytes:
    """刷らなかった督促状の一覧。手作業で作る。 要件: F08-03"""
    rows = [(each.letter_number, each.addressee_number, each.reason) for each in held]
    return csv_bytes(("発付番号", "宛名番号", "理由"), rows)


LISTS = {
    "issued": (issued_list, "SELECT DISTINCT addressee_number FROM demand WHERE run_id = %s"),
    "excluded": (exclusion_list, "SELECT DISTINCT addressee_number FROM demand_exclusion WHERE run_id = %s"),
    "withdrawn": (
        withdrawal_list,
        "SELECT DISTINCT addressee_number FROM demand WHERE run_id = %s AND withdrawn_on IS NOT NULL",
    ),
}
"""一覧の名と、その中身と、載る人。"""


def write_list(run_id: int, kind: str, to: Path) -> EgressRecord:
    """一覧を、出力の仲介を通してファイルにする。

    要件: F08-03, F29-06
    """
    content, people = LISTS[kind]
    subjects = tuple(number for (number,) in fetch_all(people, [run_id]))
    authority = Authority(bulk_by_law=f"demand-run:{run_id}") if subjects else NONE
    return emit(content(run_id), to, Output(EgressKind.LIST, subjects), authority)


def write_held_list(run_id: int, held: Sequence[HeldLetter], to: Path) -> EgressRecord:
    """刷らなかった督促状の一覧を、出力の仲介を通してファイルにする。

    要件: F08-03, F29-06
    """
    output = Output(EgressKind.LIST, tuple(each.addressee_number for each in held))
    return emit(held_list(held), to, output, Authority(bulk_by_law=f"demand-run:{run_id}"))


def write_print_file(run_id: int, *, contractor: str) -> PrintFile:
    """外部委託の印刷データを書く。件数・金額の照合表とハッシュを添え、まとめて置く。

    Write the file for an outside printer with control totals and a hash, released in one step. Withdrawn and cancelled
    demands and protected people are not in it.

    要件: F08-07
    """
    if not contractor.strip():
        raise ContractorNotNamed(f"実行番号 {run_id}")
    rows = _rows(PRINT_ROWS, run_id)
    content = csv_bytes(PRINT_HEADING, rows)
    digest = hashlib.sha256(content).hexdigest()
    target = embedded.home() / "letters" / f"print-file-{run_id:06d}-{digest[:12]}"
    result = PrintFile(
        target,
        contractor.strip(),
        f"demand-{run_id:06d}.csv",
        digest,
        len({row[0] for row in rows}),
        len(rows),
        sum(row[11] for row in rows),
        sum(row[12] for row in rows),
    )
    if not target.exists():
        working = target.with_name(f".{target.name}.partial-{os.getpid()}")
        working.mkdir(parents=True, exist_ok=True)
        (working / result.file_name).write_bytes(content)
        manifest = {**asdict(result), "directory": target.name}
        (working / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        people = tuple(row[1] for row in rows)
        outputs = {
            result.file_name: Output(EgressKind.PRINT_DATA, people, ReceiverClass.CONTRACTOR, result.contractor),
            "manifest.json": Output(EgressKind.CONTROL_SHEET, (), ReceiverClass.CONTRACTOR, result.contractor),
        }
        hand_over(working, target, outputs, Authority(bulk_by_law=f"demand-run:{run_id}"))
    return result


def _rows(query: str, run_id: int) -> list[tuple[Any, ...]]:
    """税目名を引けるようにして、一覧を読む。支援措置の対象者の居場所が紛れていれば断る。"""
    rows = fetch_all(TAX_ITEM_NAMES + query, {"run_id": run_id})
    own = OWN_ADDRESS if query is PRINT_ROWS else ()
    cells = (cell for row in rows for place, cell in enumerate(row) if isinstance(cell, str) and place not in own)
    hidden_values().refuse_in("\n".join(dict.fromkeys(cells)))
    return rows


def _reason(reason: str, stop_reason: str) -> str:
    label = str(DemandExclusion.Reason(reason).label)
    return f"{label}（{DemandStop.Reason(stop_reason).label}）" if stop_reason else label
