"""折衝経過と約束の照会。約束が守られたかは、いつも収納から求める。

Whether a promise was kept is never stored: it follows from the receipts, so a payment that arrives late in a file turns a
broken promise into a kept one without anybody's doing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from osame.collection.arrears.models import ContactRecord, Promise
from osame.platform.database import fetch_all
from osame.platform.suppression.hidden_values import HiddenValues, texts_of

SHOWN = 200
# 訂正された折衝の約束は数えない。延期した約束の代わりは、新しい約束である。
# 一つ前の約束の日までの入金は、その約束のもの。次の約束は、その翌日からの入金で満たす。
STANDING = """
WITH told AS (
    SELECT p.addressee_number, p.contact_id, c.origin_id, p.promised_on, p.amount, p.postpones, c.contacted_at, c.officer,
           EXISTS (SELECT 1 FROM promise n WHERE n.addressee_number = p.addressee_number
               AND n.postpones = c.origin_id
               AND NOT EXISTS (SELECT 1 FROM contact_record x WHERE x.addressee_number = n.addressee_number
                   AND x.corrects = n.contact_id)) AS postponed
    FROM promise p JOIN contact_record c USING (addressee_number, contact_id)
    WHERE {whose} AND NOT EXISTS (
        SELECT 1 FROM contact_record x WHERE x.addressee_number = p.addressee_number AND x.corrects = p.contact_id)
), standing AS (
    SELECT t.*, lag(promised_on) OVER (
        PARTITION BY addressee_number, postponed ORDER BY promised_on, contact_id) AS previous_on
    FROM told t
), promised AS (
    SELECT s.*, coalesce((
        SELECT sum(r.amount) FROM charge c JOIN receipt r USING (charge_id, addressee_number)
        WHERE c.addressee_number = s.addressee_number AND r.paid_on <= s.promised_on
          AND r.paid_on >= greatest((s.contacted_at AT TIME ZONE 'Asia/Tokyo')::date, s.previous_on + 1)
          AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id
              AND x.receipt_key = r.receipt_key AND x.addressee_number = r.addressee_number)), 0)::bigint AS paid
    FROM standing s
)
SELECT p.addressee_number, p.contact_id, p.origin_id, p.promised_on, p.amount, p.paid, p.contacted_at, p.officer,
       p.previous_on,
       CASE WHEN p.postponed THEN '4' WHEN p.paid >= p.amount THEN '2' WHEN p.promised_on < %(on)s THEN '3' ELSE '1'
       END AS result
FROM promised p
"""
# 約束の日より後にもう一度話していれば、不履行は引き取られている。
DUE = f"""
SELECT d.*, a.name, count(*) OVER () AS total, min(d.promised_on) OVER () AS oldest,
       count(*) FILTER (WHERE d.result = '3') OVER () AS broken
FROM ({STANDING.format(whose="p.promised_on <= %(on)s")}) d JOIN addressee a USING (addressee_number)
WHERE d.result IN ('1', '3') AND NOT EXISTS (
    SELECT 1 FROM contact_record n WHERE n.addressee_number = d.addressee_number
      AND (n.contacted_at AT TIME ZONE 'Asia/Tokyo')::date > d.promised_on)
ORDER BY d.promised_on, d.addressee_number LIMIT %(limit)s
"""
PLACES = """
SELECT a.postal_code, a.address, a.address_detail, a.mailing_postal_code, a.mailing_address
FROM addressee a WHERE a.addressee_number = %(addressee)s AND a.protection_measure
UNION ALL
SELECT m.postal_code, m.address, m.address_detail, '', '' FROM addressee_mailing m JOIN addressee a USING (addressee_number)
WHERE a.addressee_number = %(addressee)s AND a.protection_measure
UNION ALL
SELECT '', c.value, '', '', '' FROM addressee_contact c JOIN addressee a USING (addressee_number)
WHERE a.addressee_number = %(addressee)s AND a.protection_measure
"""
PLACE_FIELDS = ("postal_code", "address", "address_detail", "mailing_postal_code", "mailing_address")


@dataclass(frozen=True, slots=True)
class Contact:
    """折衝一件。 origin_id: 訂正を遡った初めの折衝; corrected_by: これを訂正した折衝（なければ None）。

    postpones: 延期した約束の、初めの折衝（なければ None）。
    """

    contact_id: int
    origin_id: int
    contacted_at: datetime
    means: str
    counterpart: str
    relationship: str
    identification: str
    content: str
    officer: str
    recorded_at: datetime
    corrects: int | None
    correction_reason: str
    corrected_by: int | None
    promised_on: date | None
    amount: int | None
    postpones: int | None

    @property
    def means_label(self) -> str:
        """折衝手段の名。"""
        return str(ContactRecord.Means(self.means).label)

    @property
    def relationship_label(self) -> str:
        """続柄の名。"""
        return str(ContactRecord.Relationship(self.relationship).label)

    @property
    def identification_label(self) -> str:
        """本人確認の方法の名。"""
        return str(ContactRecord.Identification(self.identification).label)


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """約束一つと、その結果。 origin_id: 訂正を遡った初めの折衝; paid: その約束のための入金の合計。"""

    addressee_number: str
    contact_id: int
    origin_id: int
    promised_on: date
    amount: int
    paid: int
    contacted_at: datetime
    officer: str
    result: Promise.Result
    name: str = ""

    @property
    def short(self) -> int:
        """足りない額。"""
        return max(0, self.amount - self.paid)


@dataclass(frozen=True, slots=True)
class PromisesDue:
    """約束の日を迎えて、まだ満たされていない約束。 oldest: いちばん古い約束日; broken: そのうち日を過ぎたもの。"""

    count: int
    broken: int
    oldest: date | None
    promises: tuple[PromiseFacts, ...]


def contacts_of(addressee_number: str) -> tuple[Contact, ...]:
    """その人との折衝を、新しい順に。訂正された記録も、そのまま残っている。

    要件: F13-04
    """
    rows = fetch_all(
        "SELECT c.contact_id, c.origin_id, c.contacted_at, c.means, c.counterpart, c.relationship, c.identification, "
        "c.content, c.officer, c.recorded_at, c.corrects, c.correction_reason, x.contact_id, p.promised_on, p.amount, "
        "p.postpones "
        "FROM contact_record c LEFT JOIN contact_record x ON x.addressee_number = c.addressee_number "
        "AND x.corrects = c.contact_id "
        "LEFT JOIN promise p ON p.addressee_number = c.addressee_number AND p.contact_id = c.contact_id "
        "WHERE c.addressee_number = %s ORDER BY c.contacted_at DESC, c.contact_id DESC",
        [addressee_number],
    )
    return tuple(Contact(*row) for row in rows)


def promises_of(addressee_number: str, *, as_of: date) -> tuple[PromiseFacts, ...]:
    """その人の約束と結果を、約束の日の順に。

    要件: F13-05
    """
    statement = STANDING.format(whose="p.addressee_number = %(addressee)s") + " ORDER BY p.promised_on, p.contact_id"
    return tuple(_promise(row) for row in fetch_all(statement, {"addressee": addressee_number, "on": as_of}))


def promises_due(*, as_of: date, limit: int = SHOWN) -> PromisesDue:
    """約束の日を迎えて、まだ満たされていない約束。古い順に `limit` 件までを並べる。

    Promises whose day has come and whose money has not, unless somebody has talked with the person since.

    要件: F13-05
    """
    rows = fetch_all(DUE, {"on": as_of, "limit": limit})
    if not rows:
        return PromisesDue(0, 0, None, ())
    *_, total, oldest, broken = rows[0]
    return PromisesDue(int(total), int(broken), oldest, tuple(_promise(row[:10], name=row[10]) for row in rows))


def _promise(row: tuple[Any, ...], *, name: str = "") -> PromiseFacts:
    number, contact_id, origin_id, promised_on, amount, paid, contacted_at, officer, _, result = row
    return PromiseFacts(
        number, contact_id, origin_id, promised_on, amount, paid, contacted_at, officer, Promise.Result(result), name
    )


def hidden_places(addressee_number: str) -> HiddenValues:
    """支援措置の対象者なら、記録に現れてはならない住所・送付先・連絡先。"""
    rows = fetch_all(PLACES, {"addressee": addressee_number})
    texts = (text for row in rows for text in texts_of(dict(zip(PLACE_FIELDS, row, strict=True))))
    return HiddenValues((addressee_number, text) for text in texts)
