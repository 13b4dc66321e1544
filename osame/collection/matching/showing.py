"""消込の画面に見せる形。日数、版、当てはまりそうな期別。"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from osame.collection.ledger.queries import ChargeFacts, charge_numbered
from osame.collection.matching.candidates import Candidate, candidates, described, search_charges
from osame.collection.matching.keys import held_again_key
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.matching.preview import Payer
from osame.collection.matching.queries import Done, HeldFacts, HeldLine, ReceiptFacts, ReceiptLine, last_done
from osame.platform.console.acts import Conflict, Difference
from osame.platform.console.templatetags.console import moment, yen

SHOWN_FIELDS = ["氏名", "未納額"]
OLD_DAYS = 30
BALANCES = (
    ("本税の未納", "principal_tax"),
    ("督促手数料の未納", "demand_fee"),
    ("延滞金の未納", "delinquency_charge"),
    ("収納", "received"),
    ("過誤納金", "overpayment"),
)


@dataclass(frozen=True, slots=True)
class AgedLine:
    """不明入金の一行と、置かれている日数。"""

    line: HeldLine
    days: int

    @property
    def is_old(self) -> bool:
        """長く置かれているか。"""
        return self.days >= OLD_DAYS


def aged(lines: Iterable[HeldLine], *, as_of: date) -> list[AgedLine]:
    """収入日からの日数を添える。"""
    return [AgedLine(line, (as_of - line.received_on).days) for line in lines]


def found(held: HeldFacts, asked: str) -> dict[str, Any]:
    """調査中なら、当てはまりそうな期別と探した期別。消込済みなら、消し込んだ期別。"""
    if not held.is_open:
        charge = described(charge_numbered(held.charge_id)) if held.charge_id else None
        return {"matched_to": charge}
    return {"candidates": candidates(held), "results": search_charges(asked)}


def subjects(context: Mapping[str, Any]) -> list[str]:
    """この画面で開いた人。"""
    shown: list[Candidate] = [*context.get("candidates", ()), *context.get("results", ())]
    if matched := context.get("matched_to"):
        shown.append(matched)
    return sorted({each.charge.addressee_number for each in shown})


def numbers(lines: Iterable[ReceiptLine]) -> list[str]:
    """この一覧で開いた人。"""
    return sorted({line.addressee_number for line in lines})


def payer(held: HeldFacts) -> Payer:
    """割り付ける入金。"""
    return Payer(held.paid_on, held.receipt_key, held.amount)


def payer_of(line: ReceiptLine) -> Payer:
    """割り付ける入金（収納から）。"""
    return Payer(line.paid_on, line.receipt_key, line.amount)


def held_again(facts: ReceiptFacts) -> UUID | None:
    """誤消込の取消しで調査中に戻った入金。"""
    is_wrong_match = facts.line.cancelled == ReceiptCancellation.Reason.WRONG_MATCH.label
    return held_again_key(facts.line.receipt_key) if is_wrong_match else None


def version(charge: ChargeFacts) -> str:
    """見せた残高の版。"""
    return "-".join(str(getattr(charge, column)) for _, column in BALANCES)


def refuse_stale(seen: str, charge: ChargeFacts, *, both: str = "") -> None:
    """見せた残高から動いていれば、前と今を並べて断る。 both: 二つの期別を見せる画面の、いまの版。"""
    now = version(charge)
    if not seen or seen == now:
        return
    done = last_done(charge)
    differences = tuple(
        Difference(name, f"{before}円", f"{yen(getattr(charge, column))}円", "（もう一度確かめてください）")
        for (name, column), before in zip(BALANCES, seen.split("-"), strict=False)
        if before != str(getattr(charge, column))
    )
    raise Conflict(who=done.who, when=moment(done.at), differences=differences, version=both or now)


def told(done: Done) -> str:
    """誰が、いつ、何を。"""
    return f"{done.who}、{moment(done.at)}、{done.what}"
