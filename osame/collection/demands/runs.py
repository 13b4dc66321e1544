"""督促の実行の照会。どこまで進み、数がどう合い、何を出力したか。

What became of every run: its stages, the reconciliation of its numbers, the letters that were printed and held, what went
out of the office, and the demands in it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from osame.collection.demands.letters import DemandRunNotFound, run_folder
from osame.collection.demands.models import DemandExclusion
from osame.collection.demands.queries import LeftOut
from osame.platform import embedded
from osame.platform.database import fetch_all, fetch_one
from osame.platform.egress.models import EgressKind

STAGES = ("作成", "確認・印刷", "引抜き", "差出し", "返戻・公示送達")
RUNS = """
SELECT r.run_id, r.issued_on, r.cut_off, r.terms, r.letters, r.charges, r.amount, r.demand_fee, r.dispatched_on, r.officer,
       s.live, s.live_amount, s.withdrawn, s.cancelled, s.returned, s.published
FROM demand_run r
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.cancelled_on IS NULL) AS live,
           coalesce(sum(d.principal_tax) FILTER (WHERE d.cancelled_on IS NULL), 0)::bigint AS live_amount,
           count(*) FILTER (WHERE d.withdrawn_on IS NOT NULL) AS withdrawn,
           count(*) FILTER (WHERE d.cancelled_on IS NOT NULL AND d.withdrawn_on IS NULL) AS cancelled,
           count(DISTINCT d.letter_number) FILTER (WHERE d.returned_on IS NOT NULL AND d.cancelled_on IS NULL) AS returned,
           count(DISTINCT d.letter_number) FILTER (WHERE d.published_on IS NOT NULL AND d.cancelled_on IS NULL) AS published
    FROM demand d WHERE d.run_id = r.run_id) s
"""
DEMANDS = """
SELECT d.run_id, d.letter_number, d.charge_id, d.addressee_number, a.name, coalesce(i.name, c.tax_item), c.levy_year,
       c.installment_term, c.notice_number, c.due_date, d.principal_tax, d.demand_fee, d.issued_on, d.designated_due_date,
       d.seizable_from, d.returned_on, d.published_on, d.withdrawn_on, d.cancelled_on, d.cancel_reason, r.dispatched_on,
       c.principal_tax, c.statutory_due_date
FROM demand d
JOIN demand_run r USING (run_id)
JOIN charge c USING (charge_id, addressee_number)
JOIN addressee a USING (addressee_number)
LEFT JOIN LATERAL (
    SELECT name FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= d.issued_on
    ORDER BY i.valid_from DESC LIMIT 1) i ON true
"""


@dataclass(frozen=True, slots=True)
class RunLine:
    """督促の実行の一行。 live: 生きている督促の期別数; returned: 返戻された通数。"""

    run_id: int
    issued_on: date
    cut_off: date
    terms: tuple[str, ...]
    letters: int
    charges: int
    amount: int
    demand_fee: int
    dispatched_on: date | None
    officer: str
    live: int
    live_amount: int
    withdrawn: int
    cancelled: int
    returned: int
    published: int
    printed: bool

    @property
    def stage(self) -> int:
        """いまの段階（STAGES の何番目か）。"""
        if self.returned:
            return 4
        if self.dispatched_on:
            return 3
        return 2 if self.printed else 1

    @property
    def adds_up(self) -> bool:
        """作成 ＝ 有効 ＋ 引抜き ＋ 取消。"""
        return self.charges == self.live + self.withdrawn + self.cancelled

    @property
    def over(self) -> bool:
        """すべて取り消されたか。"""
        return self.charges > 0 and self.live == 0

    @property
    def state(self) -> str:
        """いまの状態。"""
        if self.over:
            return "取消済"
        if self.dispatched_on:
            return f"差出済・返戻{self.returned:,}通" if self.returned else "差出済"
        return "印刷済・差出し前" if self.printed else "作成済・印刷前"

    @property
    def stages(self) -> tuple[tuple[str, bool], ...]:
        """段階の名と、いまそこにいるか。"""
        return tuple((name, place == self.stage) for place, name in enumerate(STAGES))


@dataclass(frozen=True, slots=True)
class Printed:
    """刷った結果。 generated + held = requested。"""

    folder: str
    requested: int
    generated: int
    pages: int
    files: tuple[Mapping[str, Any], ...]
    held: tuple[Mapping[str, Any], ...]

    @property
    def agrees(self) -> bool:
        """依頼 ＝ 印刷 ＋ 手作業。"""
        return self.requested == self.generated + len(self.held)


@dataclass(frozen=True, slots=True)
class OutputLine:
    """出力の記録の一行。"""

    serial: str
    kind: str
    place: str
    subject_count: int
    officer: str
    emitted_at: datetime
    revoked: bool

    @property
    def kind_name(self) -> str:
        """出力の種類。"""
        return str(EgressKind(self.kind).label)

    @property
    def file(self) -> str:
        """出力先の末尾（束とファイルの名）。"""
        return "/".join(self.place.split("/")[-2:])


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """数の突合せ。抽出した期別は、作ったか、理由を一つ付けて除いたかのどちらか。"""

    charges: int
    principal_tax: int
    demanded: int
    demanded_tax: int
    left_out: tuple[LeftOut, ...]

    @property
    def excluded(self) -> int:
        """除いた期別。"""
        return sum(each.charges for each in self.left_out)

    @property
    def extracted(self) -> int:
        """抽出した期別。"""
        return self.demanded + self.excluded

    @property
    def agrees(self) -> bool:
        """実行の記録の数と、督促の数が一致するか。"""
        return (self.charges, self.principal_tax) == (self.demanded, self.demanded_tax)


@dataclass(frozen=True, slots=True)
class DemandLine:
    """督促一つ。一つの期別の、一回の督促。"""

    run_id: int
    letter_number: int
    charge_id: int
    addressee_number: str
    name: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    notice_number: str
    due_date: date
    principal_tax: int
    demand_fee: int
    issued_on: date
    designated_due_date: date
    seizable_from: date | None
    returned_on: date | None
    published_on: date | None
    withdrawn_on: date | None
    cancelled_on: date | None
    cancel_reason: str
    dispatched_on: date | None
    unpaid: int
    statutory_due_date: date

    @property
    def state(self) -> str:
        """いまの状態。"""
        told = (
            (self.withdrawn_on, "引抜き"),
            (self.cancelled_on, "取消"),
            (self.published_on, "公示送達"),
            (self.returned_on, "返戻"),
            (self.dispatched_on, "差出済"),
        )
        return next((name for day, name in told if day), "差出し前")

    @property
    def live(self) -> bool:
        """取り消していないか。"""
        return self.cancelled_on is None


@dataclass(frozen=True, slots=True)
class ExcludedLine:
    """除いた期別と、その理由。"""

    reason: str
    charge_id: int
    addressee_number: str
    name: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    due_date: date
    unpaid: int


def run_count() -> int:
    """督促の実行の数。"""
    return int(fetch_one("SELECT count(*) FROM demand_run")[0])


def runs(*, limit: int, offset: int = 0) -> tuple[RunLine, ...]:
    """督促の実行。新しいものから。"""
    rows = fetch_all(f"{RUNS} ORDER BY r.run_id DESC LIMIT %s OFFSET %s", [limit, offset])
    return tuple(_run_line(row) for row in rows)


def one_run(run_id: int) -> RunLine:
    """一つの実行。なければ断る。"""
    rows = fetch_all(f"{RUNS} WHERE r.run_id = %s", [run_id])
    if not rows:
        raise DemandRunNotFound(f"実行番号 {run_id}")
    return _run_line(rows[0])


def run_on(issued_on: date, terms: tuple[str, ...]) -> int | None:
    """その発付日の、同じ期別を対象にした実行。なければ None。"""
    rows = fetch_all(
        "SELECT run_id FROM demand_run WHERE issued_on = %s AND terms = %s::text[] ORDER BY run_id DESC LIMIT 1",
        [issued_on, sorted(terms)],
    )
    return int(rows[0][0]) if rows else None


def reconciliation(run_id: int) -> Reconciliation:
    """抽出 ＝ 作成 ＋ 除外 を、書いたものから数え直す。

    要件: F08-01, F08-03
    """
    charges, amount, demanded, demanded_tax = fetch_one(
        "SELECT r.charges, r.amount, count(d.charge_id), coalesce(sum(d.principal_tax), 0)::bigint FROM demand_run r "
        "LEFT JOIN demand d USING (run_id) WHERE r.run_id = %s GROUP BY r.run_id",
        [run_id],
    )
    left_out = fetch_all(
        "SELECT reason, stop_reason, count(*), sum(unpaid)::bigint FROM demand_exclusion WHERE run_id = %s "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        [run_id],
    )
    groups = tuple(LeftOut(DemandExclusion.Reason(row[0]), *row[1:]) for row in left_out)
    return Reconciliation(charges, amount, demanded, demanded_tax, groups)


def printed(run_id: int, *, part: str = "") -> Printed | None:
    """刷った督促状の一覧表（manifest）。まだ刷っていないか、回収していれば None。 part: 「-protected」など。"""
    path = embedded.home() / "letters" / f"{run_folder(run_id)}{part}" / "manifest.json"
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return Printed(
        path.parent.name,
        told["requested"],
        told["generated"],
        told["pages"],
        tuple(told["files"]),
        tuple(told["held"]),
    )


def outputs(run_id: int) -> tuple[OutputLine, ...]:
    """この実行から出力したもの。新しいものから。"""
    rows = fetch_all(
        "SELECT egress_id, kind, place, subject_count, officer, emitted_at, revoked_at IS NOT NULL FROM egress_record "
        "WHERE bulk_by_law = %s AND released_at IS NOT NULL ORDER BY egress_id DESC LIMIT 200",
        [f"demand-run:{run_id}"],
    )
    return tuple(OutputLine(f"E{number:09d}", *facts) for number, *facts in rows)


def demands_of(run_id: int, *, limit: int, offset: int = 0, letter: int | None = None) -> tuple[DemandLine, ...]:
    """その実行の督促。発付番号の順に。 letter: その一通だけ。"""
    rows = fetch_all(
        f"{DEMANDS} WHERE d.run_id = %(run)s AND (%(letter)s::int IS NULL OR d.letter_number = %(letter)s) "
        "ORDER BY d.letter_number, c.due_date, d.charge_id LIMIT %(limit)s OFFSET %(offset)s",
        {"run": run_id, "letter": letter, "limit": limit, "offset": offset},
    )
    return tuple(DemandLine(*row) for row in rows)


def demands_on(charge_id: int) -> tuple[DemandLine, ...]:
    """一つの期別の督促。生きているもの、新しいものから。"""
    rows = fetch_all(
        f"{DEMANDS} WHERE d.charge_id = %s ORDER BY d.cancelled_on IS NULL DESC, d.run_id DESC", [charge_id]
    )
    return tuple(DemandLine(*row) for row in rows)


def excluded_of(run_id: int, *, limit: int, offset: int = 0) -> tuple[ExcludedLine, ...]:
    """その実行で除いた期別と、その理由。"""
    rows = fetch_all(
        "SELECT x.reason, x.stop_reason, x.charge_id, x.addressee_number, coalesce(a.name, ''), coalesce(i.name, c.tax_item), "
        "c.levy_year, c.installment_term, c.due_date, x.unpaid FROM demand_exclusion x "
        "JOIN charge c USING (charge_id, addressee_number) LEFT JOIN addressee a USING (addressee_number) "
        "LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = c.tax_item ORDER BY i.valid_from DESC LIMIT 1) i "
        "ON true WHERE x.run_id = %s "
        "ORDER BY x.reason, x.stop_reason, x.addressee_number, x.charge_id LIMIT %s OFFSET %s",
        [run_id, limit, offset],
    )
    return tuple(
        ExcludedLine(LeftOut(DemandExclusion.Reason(row[0]), row[1], 1, row[9]).label, *row[2:]) for row in rows
    )


def _run_line(row: tuple[Any, ...]) -> RunLine:
    done = (embedded.home() / "letters" / run_folder(row[0]) / "manifest.json").is_file()
    facts = (*row[:3], tuple(row[3]), *row[4:], done)
    return RunLine(*facts)
