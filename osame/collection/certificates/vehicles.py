"""軽自動車税（種別割）の車両。どの期別が、どの標識番号・車台番号のものか。車両一台の納付の状況。

Vehicles come from the taxing system beside the determinations and are appended: what was sent last for a vehicle and a year is what
holds. Whether a vehicle is paid is never stored; it follows from its charges.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from osame.collection.ledger.posting import claim_command
from osame.collection.parameters.queries import setting
from osame.formats import vehicle_csv
from osame.formats.reports import LineProblem
from osame.formats.vehicle_csv import PROFILE, VehicleRow
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, run_sql
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult
from osame.platform.imports.whole_files import Rejected, settle_rows, take_whole

SMALL = "納税証明で滞納とみなさない延滞金（円未満）"
COLUMNS = (
    "line_number", "addressee_number", "levy_year", "notice_number", "installment_term", "plate_area", "plate_class",
    "plate_kana", "plate_serial", "chassis_number", "vehicle_class", "valid_through", "acquired_on", "raw",
)  # fmt: skip
STAGE = """
CREATE TEMP TABLE staged_vehicle (line_number integer, addressee_number varchar(15), levy_year smallint, notice_number varchar(20),
    installment_term smallint, plate_area text, plate_class text, plate_kana text, plate_serial text, chassis_number text,
    vehicle_class char(1), valid_through date, acquired_on date, raw bytea) ON COMMIT DROP
"""
# 宛名か、名指した調定がない行は受け付けない。同じ車両・年度が二度あれば、後の行だけを受け付ける。
JUDGED = """
CREATE TEMP TABLE judged_vehicle ON COMMIT DROP AS
SELECT s.*, c.charge_id, CASE
    WHEN a.addressee_number IS NULL THEN '宛名「' || s.addressee_number || '」がありません。宛名を取り込んでから、送り直してください。'
    WHEN s.notice_number <> '' AND c.charge_id IS NULL
        THEN '通知書番号「' || s.notice_number || '」の軽自動車税の調定がありません。調定を取り込んでから、送り直してください。'
    WHEN row_number() OVER (PARTITION BY s.addressee_number, s.chassis_number, s.levy_year ORDER BY s.line_number DESC) > 1
        THEN '同じ車両・年度の行が、同じファイルの後にあります。' ELSE '' END AS problem
FROM staged_vehicle s LEFT JOIN addressee a USING (addressee_number)
LEFT JOIN charge c ON c.addressee_number = s.addressee_number AND c.tax_item = '07' AND c.levy_year = s.levy_year
    AND c.notice_number = s.notice_number AND c.installment_term = s.installment_term AND s.notice_number <> ''
"""
KEEP = """
INSERT INTO vehicle_levy (addressee_number, chassis_number, levy_year, intake_file_id, charge_id, plate_area, plate_class, plate_kana,
    plate_serial, vehicle_class, valid_through, acquired_on, line_number)
SELECT addressee_number, chassis_number, levy_year, %s, charge_id, plate_area, plate_class, plate_kana, plate_serial, vehicle_class,
       valid_through, acquired_on, line_number FROM judged_vehicle WHERE problem = ''
"""
# 車両と年度ごとの、いまの姿（最後に届いた行）。名義が変われば、最後に届いた人の車両である。
LATEST = """
SELECT DISTINCT ON (v.chassis_number, v.levy_year) v.* FROM vehicle_levy v
ORDER BY v.chassis_number, v.levy_year, v.intake_file_id DESC, v.line_number DESC
"""
# 納付の状況。過年度の未納は、同じ人の同じ車両の、前の年度の期別で見る。
STATUS = f"""
WITH latest AS ({LATEST})
SELECT v.addressee_number, coalesce(a.name, ''), v.plate_area, v.plate_class, v.plate_kana, v.plate_serial, v.chassis_number,
       v.vehicle_class, v.levy_year, v.charge_id, v.valid_through, c.due_date,
       CASE WHEN c.charge_id IS NULL OR c.tax_amount = 0 THEN '3'
            WHEN c.principal_tax = 0 AND c.demand_fee + c.delinquency_charge < %(small)s THEN '1'
            WHEN c.principal_tax > 0 AND c.due_date >= %(as_of)s THEN '4' ELSE '2' END AS status,
       (SELECT max(r.paid_on) FROM receipt r WHERE r.addressee_number = v.addressee_number AND r.charge_id = v.charge_id
          AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
              AND x.addressee_number = r.addressee_number)),
       EXISTS (SELECT 1 FROM latest e JOIN charge p ON p.addressee_number = e.addressee_number AND p.charge_id = e.charge_id
           WHERE e.chassis_number = v.chassis_number AND e.addressee_number = v.addressee_number AND e.levy_year < v.levy_year
             AND p.due_date < %(as_of)s
             AND (p.principal_tax > 0 OR p.demand_fee + p.delinquency_charge >= %(small)s))
FROM latest v LEFT JOIN charge c ON c.addressee_number = v.addressee_number AND c.charge_id = v.charge_id
LEFT JOIN addressee a ON a.addressee_number = v.addressee_number
WHERE v.levy_year = %(year)s
"""


class VehicleUnknown(Refusal):
    """その車両は、登録されていません。標識番号と車台番号を確かめるか、車両のファイルを取り込んでください。"""


@dataclass(frozen=True, slots=True)
class VehicleStatus:
    """車両一台の、ある年度の納付の状況。 starred: 過年度に未納がある。"""

    addressee_number: str
    name: str
    plate_area: str
    plate_class: str
    plate_kana: str
    plate_serial: str
    chassis_number: str
    vehicle_class: str
    levy_year: int
    charge_id: int | None
    valid_through: date | None
    due_date: date | None
    status: str
    paid_on: date | None
    starred: bool

    @property
    def plate(self) -> str:
        """標識番号。"""
        return f"{self.plate_area}{self.plate_class}{self.plate_kana}{self.plate_serial}"

    @property
    def class_name(self) -> str:
        """種別。"""
        return vehicle_csv.CLASSES[self.vehicle_class]


def import_vehicles(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """車両のファイルを取り込む。同じ中身は二度受け付けない。

    要件: F03-08, F12-02
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)

    def take(read: list[VehicleRow | LineProblem]) -> ImportResult:
        file_id = registry.register(arrival, business_on=as_of)
        claim_command(
            f"import:{arrival.content_hash}", kind="import_vehicles", content=[PROFILE], purpose="軽自動車の車両", officer=officer
        )  # fmt: skip
        rejected = _take(file_id, [each for each in read if isinstance(each, VehicleRow)])
        rejected += [(each.line_number, each.raw, each.reason, None) for each in read if isinstance(each, LineProblem)]
        return settle_rows(file_id, arrival, len(read), rejected)

    return take_whole(arrival, path, vehicle_csv.read_lines, take)


def statuses(*, levy_year: int, as_of: date, plate: str = "", chassis: str = "") -> tuple[VehicleStatus, ...]:
    """その年度の車両の、その日の納付の状況。標識番号・車台番号で絞る。

    要件: F12-02
    """
    return tuple(_statuses(levy_year, as_of, plate, chassis))


def find_vehicle(*, levy_year: int, as_of: date, plate: str = "", chassis: str = "") -> tuple[VehicleStatus, ...]:
    """標識番号か車台番号の車両。なければ断る。見たことを記録する。

    要件: F12-02
    """
    found = statuses(levy_year=levy_year, as_of=as_of, plate=plate, chassis=chassis) if plate or chassis else ()
    if not found:
        raise VehicleUnknown(plate or chassis)
    record(
        "車両の納付の状況を見た", subjects=sorted({e.addressee_number for e in found}), fields=("氏名", "車両", "期別")
    )
    return found


def charges_of_vehicle(addressee_number: str, plate: str, chassis: str) -> tuple[frozenset[int], date | None] | None:
    """その人の車両の、年度ごとの期別と、いちばん新しい証明書有効期限。その人の車両がまだ届いていなければ None。

    要件: F12-02
    """
    rows = fetch_all(
        f"SELECT charge_id, plate_area || plate_class || plate_kana || plate_serial, chassis_number, valid_through FROM ({LATEST}) v "
        "WHERE addressee_number = %s ORDER BY levy_year DESC",
        [addressee_number],
    )
    if not rows:
        return None
    own = [row for row in rows if (chassis and row[2] == chassis) or (not chassis and row[1] == plate)]
    if not own:
        raise VehicleUnknown(f"宛名番号{addressee_number}の車両に、{plate or chassis}はありません")
    return frozenset(int(row[0]) for row in own if row[0] is not None), own[0][3]


def _statuses(levy_year: int, as_of: date, plate: str, chassis: str) -> Iterable[VehicleStatus]:
    small = max(1, int(setting(SMALL, as_of=as_of) or 0))
    terms, values = "", {"year": levy_year, "as_of": as_of, "small": small, "plate": plate, "chassis": chassis}
    if plate:
        terms += " AND v.plate_area || v.plate_class || v.plate_kana || v.plate_serial = %(plate)s"
    if chassis:
        terms += " AND v.chassis_number = %(chassis)s"
    for row in fetch_all(f"{STATUS}{terms} ORDER BY v.chassis_number", values):
        yield VehicleStatus(*row)


def _take(file_id: int, rows: list[VehicleRow]) -> list[Rejected]:
    """行を置き、確かめ、車両を残す。受け付けない行を答える。"""
    run_sql(STAGE)
    copy_rows("staged_vehicle", COLUMNS, ([getattr(row, name) for name in COLUMNS] for row in rows))
    run_sql(JUDGED)
    run_sql(KEEP, [file_id])
    found: list[tuple[Any, ...]] = fetch_all(
        "SELECT line_number, raw, problem FROM judged_vehicle WHERE problem <> '' ORDER BY line_number"
    )
    return [(line, bytes(raw), f"{line}行目: {problem}", None) for line, raw, problem in found]
