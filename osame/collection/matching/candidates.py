"""相手の分からない入金に、当てはまりそうな期別を挙げる。なぜ挙げるかを、いつも添える。

Charges that a held receipt may belong to. Four ways in — the slip number nearly right, the notice number nearly right, the
same amount due about then, a payer of that name — each through an index, then weighed together.
"""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from osame.collection.ledger.queries import COLUMNS, ChargeFacts
from osame.collection.matching.queries import HeldFacts
from osame.kernel.kana import for_comparison
from osame.platform.database import fetch_all

SHOWN = 8
NEAR_DAYS = 45
EACH_WAY = 200  # 一つの引き方で見る期別の数


@dataclass(frozen=True, slots=True)
class Reason:
    """挙げる理由。 weight: 確からしさの重み。"""

    words: str
    weight: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """当てはまりそうな期別。"""

    charge: ChargeFacts
    name: str
    tax_item_name: str
    protected: bool
    reasons: tuple[Reason, ...] = ()

    @property
    def due(self) -> int:
        """いまの未納（延滞金は確定分だけ）。"""
        return self.charge.principal_tax + self.charge.demand_fee + self.charge.delinquency_charge

    @property
    def weight(self) -> int:
        """確からしさ。"""
        return sum(each.weight for each in self.reasons)


FACTS = f"""
SELECT {COLUMNS}, coalesce(a.name, ''), coalesce(a.kana, ''), coalesce(i.name, c.tax_item),
       coalesce(a.protection_measure, false)
FROM charge c
LEFT JOIN addressee a ON a.addressee_number = c.addressee_number AND NOT a.withheld
LEFT JOIN LATERAL (SELECT name FROM tax_item t WHERE t.tax_item = c.tax_item AND t.valid_from <= c.due_date
    ORDER BY t.valid_from DESC LIMIT 1) i ON true
"""
# 四つの引き方。どれも索引で引く（名義だけは、宛名を一度なめる）。
CANDIDATES = f"""
{FACTS}
JOIN (
    SELECT charge_id FROM charge WHERE slip_number = ANY(%(slips)s)
    UNION
    SELECT charge_id FROM charge WHERE notice_number = ANY(%(notices)s)
    UNION
    (SELECT charge_id FROM charge WHERE tax_amount = %(amount)s AND due_date BETWEEN %(early)s AND %(late)s
     AND principal_tax > 0 LIMIT {EACH_WAY})
    UNION
    (SELECT charge_id FROM charge WHERE addressee_number IN (
        SELECT addressee_number FROM addressee WHERE %(kana)s <> '' AND NOT withheld AND {{kana}} LIKE %(kana)s || '%%'
        LIMIT {EACH_WAY}) AND principal_tax + demand_fee + delinquency_charge > 0 LIMIT {EACH_WAY})
) found USING (charge_id)
WHERE c.charge_id > 0
"""
SMALL = ("ァィゥェォッャュョヮー－　 ・", "アイウエオツヤユヨワ--")
KANA = f"translate(kana, '{SMALL[0]}', '{SMALL[1]}')"


def candidates(held: HeldFacts) -> list[Candidate]:
    """当てはまりそうな期別を、確からしい順に（F04-05）。"""
    rows = fetch_all(
        CANDIDATES.format(kana=KANA),
        {
            "slips": sorted(nearly(held.slip_number)),
            "notices": sorted(nearly_text(held.notice_number)),
            "amount": held.amount,
            "early": held.paid_on - timedelta(days=NEAR_DAYS),
            "late": held.paid_on + timedelta(days=NEAR_DAYS),
            "kana": searched_kana(held.payer_kana),
        },
    )
    found = [_weigh(held, *_candidate(row)) for row in rows]
    found = [each for each in found if each.reasons]
    return sorted(found, key=lambda each: (-each.weight, each.charge.due_date, each.charge.charge_id))[:SHOWN]


def search_charges(text: str) -> list[Candidate]:
    """納付書番号・通知書番号・宛名番号（どれもそのまま）で、期別を探す。納期限の新しい順に。"""
    if not text:
        return []
    number = int(text) if len(text) <= 15 else -1
    rows = fetch_all(
        f"{FACTS} WHERE c.charge_id > 0 AND (c.slip_number = %s OR c.notice_number = %s OR c.addressee_number = %s "
        "OR c.charge_id IN (SELECT charge_id FROM slip_share WHERE slip_number = %s)) "
        "ORDER BY c.due_date DESC, c.charge_id LIMIT 50",
        [number, text, text.zfill(15), number],
    )
    return [_candidate(row)[0] for row in rows]


def described(charge: ChargeFacts) -> Candidate:
    """期別を、名と税目の名とともに。"""
    rows = fetch_all(
        f"{FACTS} WHERE c.addressee_number = %s AND c.charge_id = %s", [charge.addressee_number, charge.charge_id]
    )
    return _candidate(rows[0])[0]


def _candidate(row: tuple[Any, ...]) -> tuple[Candidate, str]:
    *facts, name, kana, tax_item_name, protected = row
    return Candidate(ChargeFacts(*facts), name, tax_item_name, protected), kana


def _weigh(held: HeldFacts, candidate: Candidate, kana: str) -> Candidate:
    charge = candidate.charge
    same_name = bool(held.payer_kana) and _same_kana(kana, held.payer_kana)
    days = abs((held.paid_on - charge.due_date).days)
    told = (
        (charge.slip_number is not None and charge.slip_number == held.slip_number, "納付書番号が同じ", 60),
        (
            charge.slip_number != held.slip_number and charge.slip_number in nearly(held.slip_number),
            f"納付書番号が一桁違い（{charge.slip_number}）",
            40,
        ),
        (bool(held.notice_number) and charge.notice_number == held.notice_number, "通知書番号が同じ", 45),
        (
            charge.notice_number != held.notice_number and charge.notice_number in nearly_text(held.notice_number),
            f"通知書番号が一桁違い（{charge.notice_number}）",
            30,
        ),
        (candidate.due == held.amount, "金額が未納の額と同じ", 30),
        (charge.tax_amount == held.amount and candidate.due != held.amount, "金額が税額と同じ", 10),
        (same_name, "名義が氏名のカナと同じ", 30),
    )
    reasons = [Reason(words, weight) for is_so, words, weight in told if is_so]
    if reasons and days <= NEAR_DAYS:
        reasons.append(Reason("領収日が納期限に近い" if days else "領収日が納期限の日", 10))
    if reasons and candidate.due == 0:
        reasons.append(Reason("納付済み（消し込むと過誤納金になる）", -25))
    return Candidate(charge, candidate.name, candidate.tax_item_name, candidate.protected, tuple(reasons))


def _same_kana(kana: str, payer: str) -> bool:
    ours, theirs = (for_comparison(each).replace(" ", "") for each in (kana, payer))
    return bool(theirs) and (ours == theirs or (len(theirs) >= 4 and ours.startswith(theirs)))


def searched_kana(payer: str) -> str:
    """名義を、宛名のカナを引ける形にする（全角、小書きは大書き、空白なし）。"""
    return unicodedata.normalize("NFKC", payer).translate(str.maketrans(*_pad(SMALL))).replace("\0", "")


def _pad(letters: tuple[str, str]) -> tuple[str, str]:
    return letters[0], letters[1].ljust(len(letters[0]), "\0")


def nearly(number: int | None) -> set[int]:
    """その番号と、一桁だけ打ち間違えた番号。

    >>> 250600000011 in nearly(250600000021), 250600000012 in nearly(250600000021), nearly(None)
    (True, True, set())
    """
    return {int(text) for text in nearly_text(str(number or ""))}


def nearly_text(digits: str) -> set[str]:
    """その番号と、一桁だけ違う番号、隣り合う桁が入れ替わった番号。"""
    if not digits.isascii() or not digits.isdigit():
        return {digits} - {""}
    changed = {digits[:at] + digit + digits[at + 1 :] for at in range(len(digits)) for digit in "0123456789"}
    swapped = {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}
    return changed | swapped
