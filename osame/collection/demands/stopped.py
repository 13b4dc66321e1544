"""督促停止の照会。誰の、何を、いつまで、なぜ止めているか。止めると、何が督促から外れるか。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopNotFound
from osame.kernel.dates import fiscal_year_label
from osame.platform.database import fetch_all, fetch_one

STOPS = """
SELECT s.stop_id, s.addressee_number, coalesce(a.name, ''), s.charge_id, s.tax_item, coalesce(i.name, ''), c.levy_year,
       c.installment_term, s.starts_on, s.ends_through, s.reason, s.note, s.officer, s.released_on
FROM demand_stop s
LEFT JOIN addressee a USING (addressee_number)
LEFT JOIN charge c ON c.charge_id = s.charge_id AND c.addressee_number = s.addressee_number
LEFT JOIN LATERAL (
    SELECT name FROM tax_item i WHERE i.tax_item = coalesce(c.tax_item, s.tax_item)
    ORDER BY i.valid_from DESC LIMIT 1) i ON true
"""
LIVE = (
    "(s.released_on IS NULL OR s.released_on > %(as_of)s) AND (s.ends_through IS NULL OR s.ends_through >= %(as_of)s)"
)


@dataclass(frozen=True, slots=True)
class StopLine:
    """督促停止の一行。"""

    stop_id: int
    addressee_number: str
    name: str
    charge_id: int | None
    tax_item: str
    tax_item_name: str
    levy_year: int | None
    installment_term: int | None
    starts_on: date
    ends_through: date | None
    reason: str
    note: str
    officer: str
    released_on: date | None

    @property
    def reason_name(self) -> str:
        """停止理由。"""
        return str(DemandStop.Reason(self.reason).label)

    @property
    def scope(self) -> str:
        """止める範囲。"""
        if self.charge_id is not None and self.levy_year is not None:
            return f"{self.tax_item_name} {fiscal_year_label(self.levy_year)} {self.installment_term}期"
        return f"{self.tax_item_name}のすべて" if self.tax_item else "すべての期別"


@dataclass(frozen=True, slots=True)
class StopScope:
    """停止の及ぶ未納の期別。 due: いま督促の対象になるもの; coming: 納期限の前のもの; demanded: 既に督促したもの。"""

    due: int
    due_amount: int
    coming: int
    coming_amount: int
    demanded: int


def stop_count(*, as_of: date, every: bool = False, addressee_number: str = "") -> int:
    """督促停止の数。 every: 終わったものも。"""
    return int(
        fetch_one(f"SELECT count(*) FROM demand_stop s WHERE {_terms(every=every)}", _shown(as_of, addressee_number))[0]
    )


def stops(
    *, as_of: date, every: bool = False, addressee_number: str = "", page: tuple[int, int] = (50, 0)
) -> tuple[StopLine, ...]:
    """督促停止。末日の近いものから。 page: （件数、飛ばす件数）。

    要件: F08-02
    """
    rows = fetch_all(
        f"{STOPS} WHERE {_terms(every=every)} ORDER BY s.ends_through NULLS LAST, s.stop_id LIMIT %(limit)s OFFSET %(offset)s",
        {**_shown(as_of, addressee_number), "limit": page[0], "offset": page[1]},
    )
    return tuple(StopLine(*row) for row in rows)


def one_stop(stop_id: int) -> StopLine:
    """一つの督促停止。なければ断る。"""
    rows = fetch_all(f"{STOPS} WHERE s.stop_id = %s", [stop_id])
    if not rows:
        raise StopNotFound(str(stop_id))
    return StopLine(*rows[0])


def stop_scope(addressee_number: str, charge_id: int | None, tax_item: str, *, as_of: date) -> StopScope:
    """停止（解除）すると、どの期別が督促から外れる（督促に戻る）か。

    要件: F08-02
    """
    row = fetch_one(
        "SELECT count(*) FILTER (WHERE NOT demanded AND due_date < %(as_of)s), "
        "coalesce(sum(principal_tax) FILTER (WHERE NOT demanded AND due_date < %(as_of)s), 0)::bigint, "
        "count(*) FILTER (WHERE NOT demanded AND due_date >= %(as_of)s), "
        "coalesce(sum(principal_tax) FILTER (WHERE NOT demanded AND due_date >= %(as_of)s), 0)::bigint, "
        "count(*) FILTER (WHERE demanded) FROM (SELECT c.due_date, c.principal_tax, EXISTS (SELECT 1 FROM demand d "
        "WHERE d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number AND d.cancelled_on IS NULL) AS demanded "
        "FROM charge c WHERE c.addressee_number = %(who)s AND c.principal_tax > 0 "
        "AND (%(charge)s::bigint IS NULL OR c.charge_id = %(charge)s) AND (%(item)s = '' OR c.tax_item = %(item)s)) x",
        {"as_of": as_of, "who": addressee_number, "charge": charge_id, "item": tax_item},
    )
    return StopScope(*map(int, row))


def tax_item_choices(*, as_of: date) -> list[tuple[str, str]]:
    """税目の選択肢。"""
    return [
        (str(code), str(name))
        for code, name in fetch_all(
            "SELECT DISTINCT ON (tax_item) tax_item, name FROM tax_item WHERE valid_from <= %s "
            "ORDER BY tax_item, valid_from DESC",
            [as_of],
        )
    ]


def _terms(*, every: bool) -> str:
    who = "(%(who)s = '' OR s.addressee_number = %(who)s)"
    return who if every else f"{LIVE} AND {who}"


def _shown(as_of: date, addressee_number: str) -> dict[str, Any]:
    return {"as_of": as_of, "who": addressee_number}
