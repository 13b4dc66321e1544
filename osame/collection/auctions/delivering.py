"""配当への異議、換価代金等の交付、供託、残余金の交付の通知。

Nothing of a distribution statement is paid out before its day of delivery. Objections are told by that day; what creditors go on
disputing is deposited with the deposit office; this body's own share enters the ledger only when it is delivered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import ProcedureUnknown
from osame.collection.auctions.models import DistributionDelivery, DistributionObjection
from osame.collection.auctions.residue import send_residue
from osame.collection.dispositions.collecting import post_own
from osame.collection.dispositions.costs import post_recovery
from osame.collection.dispositions.creditors import COSTS, OURS
from osame.collection.dispositions.obligors import own_of
from osame.collection.dispositions.queries import disposition_file
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.distribution import CreditorKind
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

How, Outcome = DistributionDelivery.How, DistributionObjection.Outcome
SURPLUS = 0
"""残余の並び。"""


class NoStatement(Refusal):
    """この配当には、配当計算書がありません。期日を待たずに充てています。期別の収納を確かめてください。"""


class ObjectionLate(Refusal):
    """異議の申出は、換価代金等の交付期日までです（国税徴収法第133条）。期日を過ぎたことを、申し出た者に説明してください。"""


class ObjectionNeedsDetail(Refusal):
    """異議を申し出た者、異議の内容、審査の内容が要ります。入力してください。"""


class PartUnknown(Refusal):
    """その番号の配当、または異議はありません。配当計算書の並びの番号を確かめてください。"""


class TooEarlyToDeliver(Refusal):
    """換価代金等の交付期日になっていません。期日に交付してください（国税徴収法第133条第1項）。"""


class ObjectionPending(Refusal):
    """異議の審査が終わっていない配当があります。取下げ、理由なし、争いあり（供託）のどれかに決めてください。"""


class DisputedGoesToDeposit(Refusal):
    """関係者の間で争いのある配当は、交付できません。供託してください（国税徴収法第133条第3項）。"""


class DepositNeedsDetail(Refusal):
    """供託には、供託所、供託番号、供託の理由が要ります。供託書正本を見て入力してください。"""


class OwedChanged(Refusal):
    """配当計算書を作った後に、未納が配当の額より少なくなりました。収納を確かめ、過納となる額の扱いを決めてください。"""


@dataclass(frozen=True, slots=True)
class StatementPart:
    """配当計算書の一行と、交付・供託。 part_number 0 は残余。"""

    part_number: int
    name: str
    kind: CreditorKind | None
    claimed: int
    amount: int
    how: DistributionDelivery.How | None
    delivered_on: date | None
    office: str
    deposit_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """配当への異議一つ。"""

    objection_number: int
    part_number: int
    objector: str
    claim: str
    filed_on: date
    outcome: DistributionObjection.Outcome
    settled_on: date | None
    settlement: str


@dataclass(frozen=True, slots=True)
class Statement:
    """配当計算書一つの綴り。"""

    key: tuple[str, int]
    distribution_number: int
    collected_on: date
    proceeds: int
    surplus: int
    delivery_on: date | None
    proposal_id: int
    steps: tuple[str, ...]
    parts: tuple[StatementPart, ...]
    objections: tuple[ObjectionLine, ...]

    @property
    def is_delivered(self) -> bool:
        """すべて交付または供託したか。"""
        return all(each.how is not None for each in self.parts if each.amount)


@dataclass(frozen=True, slots=True)
class Deposited:
    """供託。 reason: 供託の理由と条文。"""

    office: str
    number: str
    reason: str


def statement_of(key: tuple[str, int], distribution_number: int, *, lock: bool = False) -> Statement:
    """配当計算書、交付と供託、異議。

    要件: F19-05, F19-06
    """
    rows = fetch_all(
        "SELECT collected_on, proceeds, surplus, delivery_on, proposal_id, ARRAY(SELECT jsonb_array_elements_text(steps)) FROM distribution "
        "WHERE addressee_number = %s AND disposition_id = %s AND distribution_number = %s"
        + (" FOR UPDATE" if lock else ""),
        [*key, distribution_number],
    )
    if not rows:
        raise ProcedureUnknown(f"{key[1]}の配当{distribution_number}")
    collected_on, proceeds, surplus, delivery_on, proposal_id, steps = rows[0]
    parts = fetch_all(
        "SELECT p.part_number, p.creditor_name, p.kind, p.claimed, p.amount, d.how, d.delivered_on, coalesce(d.office, ''), "
        "coalesce(d.deposit_number, ''), coalesce(d.reason, '') FROM (SELECT part_number, creditor_name, kind, claimed, amount "
        "FROM distribution_part WHERE (addressee_number, disposition_id, distribution_number) = (%(who)s, %(at)s, %(number)s) "
        "UNION ALL SELECT 0, '滞納者に交付する残余', NULL, %(surplus)s, %(surplus)s WHERE %(surplus)s > 0) p "
        "LEFT JOIN distribution_delivery d ON (d.addressee_number, d.disposition_id, d.distribution_number, d.part_number) "
        "= (%(who)s, %(at)s, %(number)s, p.part_number) ORDER BY p.part_number = 0, p.part_number",
        {"who": key[0], "at": key[1], "number": distribution_number, "surplus": surplus},
    )
    told = tuple(
        StatementPart(at, name, CreditorKind[kind] if kind else None, claimed, amount, How(how) if how else None, *rest)
        for at, name, kind, claimed, amount, how, *rest in parts
    )
    return Statement(
        key, distribution_number, collected_on, proceeds, surplus, delivery_on, proposal_id, tuple(steps), told,
        _objections(key, distribution_number),
    )  # fmt: skip


def statements_of(key: tuple[str, int]) -> tuple[Statement, ...]:
    """処分一件の配当計算書を、古い順に。

    要件: F19-05
    """
    rows = fetch_all(
        "SELECT distribution_number FROM distribution WHERE addressee_number = %s AND disposition_id = %s AND is_statement_made ORDER BY 1",
        [*key],
    )
    return tuple(statement_of(key, int(number)) for (number,) in rows)


def _objections(key: tuple[str, int], distribution_number: int) -> tuple[ObjectionLine, ...]:
    rows = fetch_all(
        "SELECT objection_number, part_number, objector, claim, filed_on, outcome, settled_on, settlement FROM distribution_objection "
        "WHERE addressee_number = %s AND disposition_id = %s AND distribution_number = %s ORDER BY 1",
        [*key, distribution_number],
    )
    return tuple(
        ObjectionLine(at, part, who, claim, on, Outcome(outcome), settled, text)
        for at, part, who, claim, on, outcome, settled, text in rows
    )


def file_objection(
    key: tuple[str, int], distribution_number: int, told: tuple[int, str, str], *, as_of: date, officer: str
) -> int:
    """配当への異議を受け付ける。 told: （異議のある配当の並び、申し出た者、内容）。同じ異議は一つだけ。連番を返す。

    要件: F19-06
    """
    part, objector, claim = told[0], told[1].strip(), told[2].strip()
    if not objector or not claim:
        raise ObjectionNeedsDetail
    with transaction.atomic():
        found = _statement(key, distribution_number)
        if as_of > _delivery_day(found):
            raise ObjectionLate(format_wareki(_delivery_day(found)))
        if part not in {each.part_number for each in found.parts}:
            raise PartUnknown(str(part))
        for each in found.objections:
            if (each.part_number, each.objector, each.claim) == (part, objector, claim):
                return each.objection_number
        number = len(found.objections) + 1
        run_sql(
            "INSERT INTO distribution_objection (addressee_number, disposition_id, distribution_number, objection_number, part_number, "
            "objector, claim, filed_on, outcome, settlement, officer) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '1', '', %s)",
            [*key, distribution_number, number, part, objector, claim, as_of, officer],
        )
        _recorded("配当への異議を受け付けた", key, {"配当": distribution_number, "異議": number, "職員": officer})
        return number


def settle_objection(
    key: tuple[str, int],
    where: tuple[int, int],
    settled: tuple[DistributionObjection.Outcome, str],
    *,
    as_of: date,
    officer: str,
) -> None:
    """異議を審査した結果を記録する。 where: （配当の連番、異議の連番）; settled: （結末、審査の内容）

    要件: F19-06
    """
    outcome, text = settled
    if not text.strip() or outcome is Outcome.OPEN:
        raise ObjectionNeedsDetail
    with transaction.atomic():
        found = _statement(key, where[0])
        if where[1] not in {each.objection_number for each in found.objections}:
            raise PartUnknown(str(where[1]))
        run_sql(
            "UPDATE distribution_objection SET outcome = %s, settled_on = %s, settlement = %s WHERE addressee_number = %s "
            "AND disposition_id = %s AND distribution_number = %s AND objection_number = %s",
            [outcome, as_of, text.strip(), *key, *where],
        )
        _recorded("配当への異議を審査した", key, {"異議": where[1], "結末": outcome.label, "職員": officer})


def deliver(
    key: tuple[str, int], distribution_number: int, deposits: Mapping[int, Deposited], *, as_of: date, officer: str
) -> int:
    """交付期日に、配当計算書のとおりに交付する。 deposits: 供託する配当の並びと供託。もう済んだ交付は、変わらない。交付した数を返す。

    この団体の分は、交付とともに期別に充てる。残余は滞納者に交付し、通知を作る。争いのある配当は供託する。

    要件: F19-05, F19-06
    """
    with transaction.atomic():
        found = _statement(key, distribution_number)
        if found.is_delivered:
            return 0
        if as_of < _delivery_day(found):
            raise TooEarlyToDeliver(format_wareki(_delivery_day(found)))
        _require_settled(found, deposits)
        done = [each for each in found.parts if each.amount and each.how is None]
        for each in done:
            deposited = deposits.get(each.part_number)
            how = (
                (How.DEPOSITED, deposited.office, deposited.number, deposited.reason)
                if deposited
                else (How.PAID, "", "", "")
            )
            run_sql(
                "INSERT INTO distribution_delivery (addressee_number, disposition_id, distribution_number, part_number, how, office, "
                "deposit_number, reason, amount, delivered_on, officer) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [*key, distribution_number, each.part_number, *how, each.amount, as_of, officer],
            )
            if each.name == OURS and deposited is None:
                _apply(found, each.amount, as_of)
            if each.name == COSTS and deposited is None:
                recovered = (distribution_number, each.amount)
                post_recovery(key, recovered, on=found.collected_on, as_of=as_of, officer=officer)
        if found.surplus and any(each.part_number == SURPLUS for each in done):
            send_residue(
                disposition_file(key), found.surplus, deposits.get(SURPLUS) is not None, as_of=as_of, officer=officer
            )
        _recorded("換価代金等を交付した", key, {"配当": distribution_number, "数": len(done), "職員": officer})
        return len(done)


def _require_settled(found: Statement, deposits: Mapping[int, Deposited]) -> None:
    if any(each.outcome is Outcome.OPEN for each in found.objections):
        raise ObjectionPending
    parts = {each.part_number for each in found.parts}
    if not set(deposits) <= parts:
        raise PartUnknown("、".join(map(str, sorted(set(deposits) - parts))))
    if any(not each.office.strip() or not each.number.strip() or not each.reason.strip() for each in deposits.values()):
        raise DepositNeedsDetail
    amounts = {each.part_number: each.amount for each in found.parts}
    disputed = {
        each.part_number for each in found.objections if each.outcome is Outcome.DISPUTED and amounts[each.part_number]
    }
    if left := disputed - set(deposits):
        raise DisputedGoesToDeposit("、".join(f"{each}番" for each in sorted(left)))


def _apply(found: Statement, amount: int, as_of: date) -> None:
    """この団体の分を、代金を受け取った日に納付があったものとして充てる（国税徴収法第116条第2項）。"""
    charges = [each.charge_id for each in disposition_file(found.key).parts]
    own = own_of(found.key[0], charges, on=found.collected_on, as_of=as_of, lock=True)
    if sum(each.share().amount for each in own) < amount:
        raise OwedChanged(f"配当{amount:,}円")
    post_own(found.key, own, amount, found.collected_on, found.proposal_id)


def _statement(key: tuple[str, int], distribution_number: int) -> Statement:
    fetch_one("SELECT 1 FROM disposition WHERE addressee_number = %s AND disposition_id = %s FOR UPDATE", [*key])
    found = statement_of(key, distribution_number)
    if found.delivery_on is None:
        raise NoStatement(str(distribution_number))
    return found


def _delivery_day(found: Statement) -> date:
    if found.delivery_on is None:
        raise NoStatement(str(found.distribution_number))
    return found.delivery_on


def _recorded(act: str, key: tuple[str, int], detail: dict[str, str | int]) -> None:
    record(act, subjects=[key[0]], detail={"処分管理番号": key[1], **detail})
