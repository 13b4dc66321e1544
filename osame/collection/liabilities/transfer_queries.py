"""担保権付財産の譲渡の照会。一件の綴り、一覧、残る限度。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.liabilities.queries import LiableCharge, charges_of
from osame.collection.liabilities.transfer_models import EncumberedTransfer
from osame.law.dispositions import Procedure, ProcedureStage
from osame.platform.database import fetch_all

OPEN = frozenset((ProcedureStage.IN_FORCE, ProcedureStage.COLLECTING, ProcedureStage.DISTRIBUTED))
HEADS = """
SELECT t.addressee_number, t.encumbered_transfer_id, t.stage, t.security, t.creditor_id, t.property_text, t.transferee, t.registered_on,
       t.transferred_on, t.secured_claim, t.proceeds, t.limit_yen, t.amount, t.facts,
       ARRAY(SELECT jsonb_array_elements_text(t.steps)), ARRAY(SELECT jsonb_array_elements_text(t.conditions)), t.notified_on, t.body_id,
       t.case_number, t.requested_on, t.ended_on, t.proposal_id, t.officer, a.name, p.name, coalesce(b.name, ''),
       coalesce((SELECT sum(x.amount) FROM encumbered_transfer_paid x WHERE x.addressee_number = t.addressee_number
           AND x.encumbered_transfer_id = t.encumbered_transfer_id), 0)::bigint,
       coalesce((SELECT sum(x.amount) FROM encumbered_transfer_slip x WHERE x.addressee_number = t.addressee_number
           AND x.encumbered_transfer_id = t.encumbered_transfer_id), 0)::bigint,
       (SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0)::bigint FROM encumbered_transfer_charge x
           JOIN charge c USING (addressee_number, charge_id)
           WHERE x.addressee_number = t.addressee_number AND x.encumbered_transfer_id = t.encumbered_transfer_id)
FROM encumbered_transfer t JOIN addressee a USING (addressee_number) JOIN third_party p ON p.third_party_id = t.creditor_id
LEFT JOIN third_party b ON b.third_party_id = t.body_id
WHERE {terms} ORDER BY t.encumbered_transfer_id DESC
"""


@dataclass(frozen=True, slots=True)
class TransferHead:
    """担保権付財産の譲渡の見出し。 paid: 納められた配当; dividend: 納付書を作った配当; left: 期別のいま残る額（進んでいる延滞金を除く）。"""

    addressee_number: str
    encumbered_transfer_id: int
    stage: ProcedureStage
    security: EncumberedTransfer.Security
    creditor_id: int
    property_text: str
    transferee: str
    registered_on: date
    transferred_on: date
    secured_claim: int
    proceeds: int
    limit_yen: int
    amount: int
    facts: str
    steps: tuple[str, ...]
    conditions: tuple[str, ...]
    notified_on: date
    body_id: int | None
    case_number: str
    requested_on: date | None
    ended_on: date | None
    proposal_id: int
    officer: str
    name: str
    creditor: str
    body: str
    paid: int
    dividend: int
    left: int

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、譲渡管理番号）。"""
        return self.addressee_number, self.encumbered_transfer_id

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(Procedure.ENCUMBERED_TRANSFER, self.stage)

    @property
    def is_open(self) -> bool:
        """続いているか。"""
        return self.stage in OPEN

    @property
    def limit_left(self) -> int:
        """残る限度。受けた配当だけ減り、収納が取り消されれば戻る。"""
        return max(0, self.limit_yen - self.paid)

    @property
    def claimable(self) -> int:
        """いま徴収できる額。期別の未納、通知した額、残る限度の小さい方。"""
        return min(self.left, self.amount, self.limit_left)


@dataclass(frozen=True, slots=True)
class TransferFile:
    """担保権付財産の譲渡一件の綴り。"""

    head: TransferHead
    charges: tuple[LiableCharge, ...]
    events: tuple[EventLine, ...]


def transfers(terms: str, values: dict[str, Any]) -> tuple[TransferHead, ...]:
    """条件に合う見出し。"""
    found = []
    for row in fetch_all(HEADS.format(terms=terms), values):
        who, number, stage, security, *told = row
        told[10], told[11] = tuple(told[10]), tuple(told[11])  # 限度の計算と条件の一覧
        found.append(TransferHead(who, number, ProcedureStage[stage], EncumberedTransfer.Security(security), *told))
    return tuple(found)


def transfer_file(encumbered_transfer_id: int, *, lock: bool = False) -> TransferFile:
    """担保権付財産の譲渡一件の綴り。

    要件: F24-08
    """
    if lock:
        fetch_all(
            "SELECT 1 FROM encumbered_transfer WHERE encumbered_transfer_id = %s FOR UPDATE", [encumbered_transfer_id]
        )
    heads = transfers("t.encumbered_transfer_id = %(of)s", {"of": encumbered_transfer_id})
    if not heads:
        raise ProcedureUnknown(str(encumbered_transfer_id))
    key = heads[0].key
    return TransferFile(heads[0], charges_of("encumbered_transfer", key), events_of("encumbered_transfer", key))


def transfers_of(addressee_number: str) -> tuple[TransferHead, ...]:
    """その人が譲渡したもの。

    要件: F24-08
    """
    return transfers("t.addressee_number = %(who)s", {"who": addressee_number})


def open_transfers() -> tuple[TransferHead, ...]:
    """続いているもの。

    要件: F24-08
    """
    return transfers("t.stage IN ('IN_FORCE', 'COLLECTING', 'DISTRIBUTED')", {})
