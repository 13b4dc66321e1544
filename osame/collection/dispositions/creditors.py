"""配当を受ける債権。この団体の徴収金、滞納処分費、権利者の債権（申立書の額）、抵当権の処分。

Who shares in proceeds. Costs are what was really spent and not yet recovered; a creditor's claim is what was stated last, or else
what was registered. The law decides the order; nothing here does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.assets.models import AssetInterest
from osame.collection.assets.queries import InterestRow, interests_in
from osame.collection.dispositions.costs import post_cost, reverse_cost, standing_cost
from osame.collection.dispositions.models import DispositionCost
from osame.collection.dispositions.queries import DispositionFile, DispositionHead, disposition_file
from osame.collection.payment_slips.owed import Owed
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureAct
from osame.law.distribution import Creditor, CreditorKind
from osame.law.mortgage_disposal import MortgageDisposal, MortgageDisposalKind, UnknownMortgagee
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

OURS = "この団体の徴収金"
COSTS = "滞納処分費"
INTERESTS = {
    AssetInterest.Kind.MORTGAGE: CreditorKind.SECURED,
    AssetInterest.Kind.PLEDGE: CreditorKind.SECURED,
    AssetInterest.Kind.PROVISIONAL: CreditorKind.SECURED,
    AssetInterest.Kind.TAX: CreditorKind.REQUESTING_TAX,
    AssetInterest.Kind.LIEN: CreditorKind.PRIOR_LIEN,
}


class CostNeedsDetail(Refusal):
    """滞納処分費の額と、支払先・根拠の書類が要ります。入力してください。"""


class CostUnknown(Refusal):
    """その番号の滞納処分費は、ないか、もう取り消されています。番号を確かめてください。"""


class CostRecovered(Refusal):
    """もう配当で徴収したか、不納欠損にした滞納処分費です。起票を取り消すと、徴収した額などが起票の額を超えます。配当と元帳を確かめてください。"""


class InterestUnknown(Refusal):
    """この財産に、その番号の権利はありません。財産の画面で、権利の番号を確かめてください。"""


class ClaimNeedsEvidence(Refusal):
    """申立ての額と、債権を証する書類が要ります。申立書を確かめて入力してください。"""


@dataclass(frozen=True, slots=True)
class Spent:
    """支出した滞納処分費。"""

    kind: DispositionCost.Kind
    amount: int
    spent_on: date
    payee: str


@dataclass(frozen=True, slots=True)
class CostLine:
    """滞納処分費一つ。"""

    cost_number: int
    kind: DispositionCost.Kind
    amount: int
    spent_on: date
    payee: str
    officer: str
    withdrawn_on: date | None
    withdrawal_reason: str


@dataclass(frozen=True, slots=True)
class CostFile:
    """処分一件の滞納処分費。 recovered: 配当で徴収した額。"""

    lines: tuple[CostLine, ...]
    recovered: int

    @property
    def spent(self) -> int:
        """支出した額（取り消したものを除く）。"""
        return sum(each.amount for each in self.lines if each.withdrawn_on is None)

    @property
    def left(self) -> int:
        """まだ徴収していない額。"""
        return self.spent - self.recovered


@dataclass(frozen=True, slots=True)
class Sharing:
    """配当を受ける債権と、抵当権の処分。 unsecured: 処分を受けた無担保の債権者。"""

    creditors: tuple[Creditor, ...]
    disposal: MortgageDisposal | None
    unsecured: Mapping[str, Yen]


@dataclass(frozen=True, slots=True)
class Disposed:
    """抵当権の処分。 to_interest: 順位の処分を受けた抵当権の番号; to_name・to_amount: 譲渡・放棄を受けた無担保の債権者。"""

    kind: MortgageDisposalKind
    to_interest: int | None = None
    to_name: str = ""
    to_amount: int = 0


def record_cost(key: tuple[str, int], spent: Spent, *, as_of: date, officer: str) -> int:
    """支出した滞納処分費を起票する。連番を返す。

    要件: F03-12, F19-07
    """
    if spent.amount <= 0 or not spent.payee.strip() or spent.spent_on > as_of:
        raise CostNeedsDetail
    with transaction.atomic():
        disposition_file(key, lock=True)
        (number,) = fetch_one(
            "INSERT INTO disposition_cost (addressee_number, disposition_id, cost_number, kind, amount, spent_on, payee, officer, "
            "withdrawal_reason) SELECT %s, %s, coalesce(max(cost_number), 0) + 1, %s, %s, %s, %s, %s, '' FROM disposition_cost "
            "WHERE addressee_number = %s AND disposition_id = %s RETURNING cost_number",
            [*key, spent.kind, spent.amount, spent.spent_on, spent.payee.strip(), officer, *key],
        )
        post_cost(key, (int(number), spent.amount), spent_on=spent.spent_on, as_of=as_of, officer=officer)
        _recorded("滞納処分費を起票した", key, {"区分": spent.kind.label, "額": spent.amount, "職員": officer})
        return int(number)


def withdraw_cost(key: tuple[str, int], number: int, *, reason: str, as_of: date, officer: str) -> None:
    """誤った滞納処分費の起票を取り消す。徴収した額を下回ることはできない。

    要件: F03-12, F19-07
    """
    if not reason.strip():
        raise CostNeedsDetail
    with transaction.atomic():
        disposition_file(key, lock=True)
        costs = costs_of(key)
        found = next((each for each in costs.lines if each.cost_number == number and each.withdrawn_on is None), None)
        if found is None:
            raise CostUnknown(str(number))
        standing = standing_cost(key)
        if costs.left < found.amount or (standing is not None and standing < found.amount):
            raise CostRecovered(f"起票の額{found.amount:,}円、まだ徴収していない額{min(costs.left, standing or 0):,}円")
        reverse_cost(key, number, as_of=as_of, officer=officer)
        run_sql(
            "UPDATE disposition_cost SET withdrawn_on = %s, withdrawal_reason = %s WHERE addressee_number = %s AND disposition_id = %s "
            "AND cost_number = %s",
            [as_of, reason.strip(), *key, number],
        )
        _recorded("滞納処分費の起票を取り消した", key, {"連番": number, "理由": reason.strip(), "職員": officer})


def costs_of(key: tuple[str, int]) -> CostFile:
    """処分一件の滞納処分費と、配当で徴収した額（R-113）。

    要件: F03-12, F19-07
    """
    rows = fetch_all(
        "SELECT cost_number, kind, amount, spent_on, payee, officer, withdrawn_on, withdrawal_reason FROM disposition_cost "
        "WHERE addressee_number = %s AND disposition_id = %s ORDER BY cost_number",
        [*key],
    )
    (recovered,) = fetch_one(
        "SELECT coalesce(sum(amount), 0)::bigint FROM distribution_part WHERE addressee_number = %s AND disposition_id = %s "
        "AND kind = 'DISPOSITION_COST'",
        [*key],
    )
    return CostFile(tuple(CostLine(at, DispositionCost.Kind(kind), *rest) for at, kind, *rest in rows), int(recovered))


def state_claim(
    key: tuple[str, int], interest_number: int, stated: tuple[int, str], *, as_of: date, officer: str
) -> int:
    """債権現在額申立書を受け付ける。 key: （宛名番号、財産番号）; stated: （債権の額、債権の内容と証する書類）。連番を返す。

    要件: F19-02
    """
    amount, evidence = stated
    if amount < 0 or not evidence.strip():
        raise ClaimNeedsEvidence
    with transaction.atomic():
        known = _interest(key, interest_number)
        (number,) = fetch_one(
            "INSERT INTO creditor_claim (addressee_number, asset_id, interest_number, claim_number, amount, filed_on, evidence, officer) "
            "SELECT %s, %s, %s, coalesce(max(claim_number), 0) + 1, %s, %s, %s, %s FROM creditor_claim "
            "WHERE addressee_number = %s AND asset_id = %s AND interest_number = %s RETURNING claim_number",
            [*key, interest_number, amount, as_of, evidence.strip(), officer, *key, interest_number],
        )
        detail: dict[str, str | int] = {"財産番号": key[1], "権利者": known.party, "額": amount, "職員": officer}
        record("債権現在額申立書を受け付けた", subjects=[key[0]], detail=detail)
        return int(number)


def record_disposal(key: tuple[str, int], interest_number: int, disposed: Disposed, *, officer: str) -> None:
    """登記された抵当権の処分（譲渡、放棄、順位の譲渡・放棄）を記録する。 key: （宛名番号、財産番号）

    要件: F19-05
    """
    is_rank = disposed.kind in {MortgageDisposalKind.RANK_TRANSFER, MortgageDisposalKind.RANK_WAIVER}
    if is_rank is (disposed.to_interest is None) or disposed.to_interest == interest_number:
        raise UnknownMortgagee(disposed.to_name or str(disposed.to_interest))
    with transaction.atomic():
        known = _interest(key, interest_number)
        if disposed.to_interest is not None:
            _interest(key, disposed.to_interest)
        run_sql(
            "INSERT INTO interest_disposal (addressee_number, asset_id, interest_number, kind, to_interest, to_name, to_amount, officer) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                *key,
                interest_number,
                disposed.kind.name,
                disposed.to_interest,
                disposed.to_name.strip(),
                disposed.to_amount,
                officer,
            ],
        )
        detail: dict[str, str | int] = {
            "財産番号": key[1],
            "権利者": known.party,
            "処分": disposed.kind.value,
            "職員": officer,
        }
        record("抵当権の処分を記録した", subjects=[key[0]], detail=detail)


def claims_of(key: tuple[str, int]) -> dict[int, tuple[int, date]]:
    """権利ごとの、最後に申し立てられた額と、その日。 key: （宛名番号、財産番号）

    要件: F19-02
    """
    rows = fetch_all(
        "SELECT DISTINCT ON (interest_number) interest_number, amount, filed_on FROM creditor_claim "
        "WHERE addressee_number = %s AND asset_id = %s ORDER BY interest_number, claim_number DESC",
        [*key],
    )
    return {int(number): (int(amount), on) for number, amount, on in rows}


def sharing_of(file: DispositionFile, own: Sequence[Owed]) -> Sharing:
    """配当を受ける債権。交付要求などで受けた金は、もう配当されたこの団体の分である。"""
    head = file.head
    due = min((each.statutory_due_date_etc for each in file.parts), default=head.done_on)
    rank = _rank_as_requester(file)
    kind = CreditorKind.SEIZING_TAX if rank is None else CreditorKind.REQUESTING_TAX
    ours = Creditor(OURS, kind, Yen(sum(each.share().amount for each in own)), due, rank or 0)
    if head.asset_id is None or (head.procedure.name != "SEIZURE" and rank is None):
        return Sharing((ours,), None, {})
    cost = Yen(costs_of(head.key).left)
    costs = (Creditor(COSTS, CreditorKind.DISPOSITION_COST, cost),) if cost else ()
    key = (head.addressee_number, head.asset_id)
    stated = claims_of(key)
    rows = [each for each in interests_in(key) if each.kind in INTERESTS]
    names = _names(rows)
    others = tuple(
        Creditor(names[each.interest_number], _kind_of(each, head, rank), Yen(amount), each.set_on, each.rank)
        for each in rows
        if (amount := stated.get(each.interest_number, (each.amount,))[0])
    )
    disposal, unsecured = _disposal(head, names)
    return Sharing((*costs, ours, *others), disposal, unsecured)


def _rank_as_requester(file: DispositionFile) -> int | None:
    """換価執行決定により参加差押えの財産を売ったときの、この団体の順位。ほかの処分なら None。差押えに係るのは、同意した行政機関の租税である。"""
    if file.head.procedure.name != "PARTICIPATING_SEIZURE" or all(
        each.act is not ProcedureAct.SELL for each in file.events
    ):
        return None
    (rank,) = fetch_one(
        "SELECT request_rank FROM realization_decision WHERE addressee_number = %s AND disposition_id = %s "
        "AND decided_on IS NOT NULL ORDER BY realization_decision_id DESC LIMIT 1",
        [*file.head.key],
    )
    return int(rank)


def _kind_of(each: InterestRow, head: DispositionHead, rank: int | None) -> CreditorKind:
    if rank is not None and each.kind is AssetInterest.Kind.TAX and each.third_party_id == head.body_id:
        return CreditorKind.SEIZING_TAX
    return INTERESTS[each.kind]


def _names(rows: Sequence[InterestRow]) -> dict[int, str]:
    """権利ごとの呼び名。同じ者が同じ種類の権利を二つ持てば、番号を添える。"""
    plain = [f"{each.party}（{each.kind.label}）" for each in rows]
    return {
        each.interest_number: name
        if plain.count(name) == 1
        else f"{each.party}（{each.kind.label} その{each.interest_number}）"
        for each, name in zip(rows, plain, strict=True)
    }


def _disposal(head: DispositionHead, names: Mapping[int, str]) -> tuple[MortgageDisposal | None, dict[str, Yen]]:
    rows = fetch_all(
        "SELECT interest_number, kind, to_interest, to_name, to_amount FROM interest_disposal "
        "WHERE addressee_number = %s AND asset_id = %s",
        [head.addressee_number, head.asset_id],
    )
    if not rows:
        return None, {}
    by, kind, to_interest, to_name, to_amount = rows[0]
    taker = names[to_interest] if to_interest is not None else str(to_name)
    found = MortgageDisposal(MortgageDisposalKind[kind], names[by], taker)
    return found, {} if to_interest is not None else {taker: Yen(to_amount)}


def _interest(key: tuple[str, int], number: int) -> InterestRow:
    found = next((each for each in interests_in(key) if each.interest_number == number), None)
    if found is None:
        raise InterestUnknown(str(number))
    return found


def _recorded(act: str, key: tuple[str, int], detail: Mapping[str, str | int]) -> None:
    record(act, subjects=[key[0]], detail={"処分管理番号": key[1], **detail})
