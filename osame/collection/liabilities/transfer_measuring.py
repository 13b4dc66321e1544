"""質権者・抵当権者から徴収できる額と、その条件。事実は、元帳・財産の台帳・登記・職員の認定から集め、すべて法に尋ねる。"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.assets.queries import third_party
from osame.collection.liabilities.measuring import RECOVERABLE, LiabilityOfNothing
from osame.collection.liabilities.transfer_models import EncumberedTransfer
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.collection.payment_slips.planning import MOST_TERMS
from osame.kernel.dates import format_wareki, parse_date
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.conditions import Conditions
from osame.law.distribution import Creditor, CreditorKind
from osame.law.encumbered_transfer import (
    CreditorLimit,
    TransferFacts,
    limit_from_creditor,
    may_collect_from_creditor,
)
from osame.platform.database import fetch_all, fetch_one

OTHER_KINDS = {
    "費用": CreditorKind.PROCEDURE_COST, "先取特権": CreditorKind.PRIOR_LIEN, "担保権": CreditorKind.SECURED,
    "差押えの租税": CreditorKind.SEIZING_TAX, "交付要求の租税": CreditorKind.REQUESTING_TAX, "公課": CreditorKind.PUBLIC_CHARGE,
}  # fmt: skip
"""配当に加わる、ほかの債権の書き方。担保権・租税・公課には、順位を決める日が要る。"""
UNDATED = frozenset((CreditorKind.PROCEDURE_COST, CreditorKind.PRIOR_LIEN))


class OtherClaimUnreadable(Refusal):
    """ほかの債権が読み取れません。一行に一つ、「区分 名 額 日」の順に空白で区切って入力してください（費用と先取特権に、日は要りません）。"""


@dataclass(frozen=True, slots=True)
class OtherClaim:
    """配当に加わる、ほかの債権一つ。 kind: `OTHER_KINDS` の書き方; on: 登記の日、または法定納期限等。"""

    kind: str
    name: str
    amount: int
    on: date | None

    @property
    def line(self) -> str:
        """一行の書き方。"""
        return f"{self.kind} {self.name} {self.amount:,}円{f' {format_wareki(self.on)}' if self.on else ''}"

    def creditor(self, turn: int) -> Creditor:
        """法に渡す形。"""
        return Creditor(self.name, OTHER_KINDS[self.kind], Yen(self.amount), self.on, turn)

    def frozen(self) -> dict[str, Any]:
        """起案に残す形。"""
        day = self.on.isoformat() if self.on else None
        return {"kind": self.kind, "name": self.name, "amount": self.amount, "on": day}


def other_claims(lines: str) -> tuple[OtherClaim, ...]:
    """打たれた行を読む。空の行は飛ばす。

    要件: F24-08
    """
    return tuple(_read(line) for line in lines.splitlines() if line.strip())


def _read(line: str) -> OtherClaim:
    words = unicodedata.normalize("NFKC", line).split()
    kind = OTHER_KINDS.get(words[0])
    dated = kind not in UNDATED
    if kind is None or len(words) < (4 if dated else 3):
        raise OtherClaimUnreadable(line.strip())
    *name, amount = words[1:-1] if dated else words[1:]
    digits = amount.removesuffix("円").replace(",", "")
    if not digits.isdecimal() or int(digits) < 1:
        raise OtherClaimUnreadable(line.strip())
    return OtherClaim(words[0], " ".join(name), int(digits), parse_date(words[-1]) if dated else None)


@dataclass(frozen=True, slots=True)
class Conveyed:
    """譲渡された財産と、その担保権。 secured_claim: 担保される債権の額; proceeds: 換価代金（見込み）; others: 配当に加わるほかの債権。"""

    creditor_id: int
    security: EncumberedTransfer.Security
    property_text: str
    transferee: str
    registered_on: date
    transferred_on: date
    secured_claim: int
    proceeds: int
    others: tuple[OtherClaim, ...] = ()

    def frozen(self) -> dict[str, Any]:
        """起案に残す形。"""
        return {
            "creditor_id": self.creditor_id, "security": self.security.value, "property_text": self.property_text.strip(),
            "transferee": self.transferee.strip(), "registered_on": self.registered_on.isoformat(),
            "transferred_on": self.transferred_on.isoformat(), "secured_claim": self.secured_claim, "proceeds": self.proceeds,
            "others": [each.frozen() for each in self.others],
        }  # fmt: skip


def conveyed_of(told: dict[str, Any]) -> Conveyed:
    """起案に残した形から読む。"""
    given = dict(told)
    for name in ("registered_on", "transferred_on"):
        given[name] = date.fromisoformat(given[name])
    given["security"] = EncumberedTransfer.Security(given["security"])
    given["others"] = tuple(
        OtherClaim(each["kind"], each["name"], each["amount"], date.fromisoformat(each["on"]) if each["on"] else None)
        for each in given["others"]
    )
    return Conveyed(**given)


@dataclass(frozen=True, slots=True)
class TransferTerms:
    """通知の起案。宛名番号は譲渡した納税者。 was_without_other: 譲渡の時に、ほかに十分な財産がなかったと認める。"""

    addressee_number: str
    conveyed: Conveyed
    charges: tuple[int, ...]
    facts: str
    reason: str
    was_without_other: bool = True


@dataclass(frozen=True, slots=True)
class TransferMeasured:
    """限度と通知する額と、条件。"""

    name: str
    creditor: str
    owed: tuple[Owed, ...]
    limit: CreditorLimit
    amount: int
    steps: tuple[str, ...]
    conditions: Conditions


def transfer_measured(terms: TransferTerms, *, as_of: date, lock: bool = False) -> TransferMeasured:
    """限度と通知する額を求め、条件を判定する。何も書かない。

    要件: F24-08
    """
    who, given = terms.addressee_number, terms.conveyed
    owed = owed_of(who, list(terms.charges), on=as_of, as_of=as_of, lock=lock)
    if not terms.charges or len(owed) != len(set(terms.charges)) or len(owed) > MOST_TERMS:
        raise LiabilityOfNothing
    (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [who])
    party = third_party(given.creditor_id)
    unpaid = sum(each.share().amount for each in owed)
    (found,) = fetch_one(RECOVERABLE, [who])
    shortfall = max(0, unpaid - int(found))
    due = _due_dates_etc(terms)
    security = Creditor(party.name, CreditorKind.SECURED, Yen(given.secured_claim), given.registered_on)
    others = [each.creditor(turn) for turn, each in enumerate(given.others, start=1)]
    taxes = [
        Creditor(
            each.label,
            CreditorKind.REQUESTING_TAX,
            Yen(each.share().amount),
            due[each.facts.charge_id],
            len(others) + turn,
        )
        for turn, each in enumerate(owed, start=1)
    ]
    limit = limit_from_creditor(Yen(given.proceeds), security, others, taxes, transferred_on=given.transferred_on)
    amount = min(limit.limit, shortfall, unpaid)
    said = f"未納 {unpaid:,}円、納税者の財産から徴収できる見込み {found:,}円、不足の見込み {shortfall:,}円"
    steps = (said, *limit.steps, f"通知する額 {amount:,}円（根拠 {'、'.join(limit.basis)}）")
    facts = _facts(terms, owed, (unpaid, shortfall), max(due.values()), as_of)
    return TransferMeasured(name, party.name, owed, limit, amount, steps, may_collect_from_creditor(facts, as_of=as_of))


def _due_dates_etc(terms: TransferTerms) -> dict[int, date]:
    """期別ごとの法定納期限等。"""
    return dict(
        fetch_all(
            "SELECT charge_id, statutory_due_date_etc FROM charge WHERE addressee_number = %s AND charge_id = ANY (%s)",
            [terms.addressee_number, list(terms.charges)],
        )
    )


def _facts(
    terms: TransferTerms, owed: Sequence[Owed], amounts: tuple[int, int], latest: date, as_of: date
) -> TransferFacts:
    who, given = terms.addressee_number, terms.conveyed
    gone = prescription_of(who, as_of=as_of)
    ends = [day for each in owed if (day := gone[each.facts.charge_id].extinguished_on) and day <= as_of]
    (already,) = fetch_one(
        "SELECT EXISTS (SELECT 1 FROM encumbered_transfer t JOIN encumbered_transfer_charge c "
        "USING (addressee_number, encumbered_transfer_id) WHERE t.addressee_number = %s AND t.creditor_id = %s "
        "AND t.stage IN ('IN_FORCE', 'COLLECTING', 'DISTRIBUTED') AND c.charge_id = ANY (%s))",
        [who, given.creditor_id, list(terms.charges)],
    )
    return TransferFacts(
        Yen(amounts[0]), all(each.facts.due_date < as_of for each in owed), Yen(amounts[1]), given.registered_on,
        given.transferred_on, latest, terms.was_without_other, min(ends, default=None), bool(already),
    )  # fmt: skip
