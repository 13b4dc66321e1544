"""滞納整理の問い（二か所以上の給与、配当、第二次納税義務、相続、時効、差押可能日）に答える。

Questions of arrears for the JSON door: several wages, distribution, secondary liability, succession, prescription.
"""

from collections.abc import Callable
from dataclasses import dataclass

from osame.law.calc_inputs import BadInput, Inputs
from osame.law.demand import explain_seizable_from
from osame.law.distribution import Creditor, CreditorKind, distribute
from osame.law.mortgage_disposal import MortgageDisposal, MortgageDisposalKind, mortgage_shares
from osame.law.prescription import FEE_YEARS, TAX_YEARS, Event, PrescriptionEvent, prescription
from osame.law.rounding import NOTHING
from osame.law.secondary_liability import SecondaryLiabilityFacts, SecondaryLiabilityKind, secondary_liability
from osame.law.succession import Heir, HeirKind, succession
from osame.law.wage_seizure import ExemptAmounts, Wages, exempt_amounts_on
from osame.law.wage_seizure_multiple import SharingMethod, multiple_wage_exemption

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """答え一つ。

    What a kind of question answers.

    根拠: 地方税法第20条の4の2
    """

    result: Json
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def _several_wages(given: Inputs) -> Answer:
    names = [name for name in given.names() if len(name) == 1 and name.isupper()]
    relatives = given.count("relatives")
    wages = []
    for name in names:
        each = given.inner(name)
        wages.append(Wages(each.yen("gross"), (each.yen("items123"),), relatives))
    if given.has("base"):
        amounts = ExemptAmounts(given.yen("base"), given.yen("per_relative"))
    else:
        amounts = exempt_amounts_on(given.day("on"))
    method = SharingMethod[given.choice("method", tuple(each.name for each in SharingMethod), default="DEDUCTION")]
    found = multiple_wage_exemption(wages, amounts, method=method, rounding=given.flag("rounding", default=True))
    result: Json = {}
    for name, share in zip(names, found.shares, strict=True):
        result |= {f"{name}4": share.item4, f"{name}5": share.item5, f"{name}_seizable": share.seizable}
    return Answer(result, found.steps, found.basis)


def _distribution(given: Inputs) -> Answer:
    if given.has("mortgages"):
        return _mortgages(given)
    creditors = [Creditor("滞納処分費", CreditorKind.DISPOSITION_COST, given.yen("disposition_cost"))]
    for each in given.objects("claims"):
        kind = each.choice("type", tuple(_CREDITORS))
        turn = each.count("seq", default=1)
        found = _CREDITORS[kind]
        if kind == "tax":
            found = CreditorKind.SEIZING_TAX if turn == 1 else CreditorKind.REQUESTING_TAX
        creditors.append(Creditor(each.text("name"), found, each.yen("amount"), each.day("date"), turn))
    answer = distribute(given.yen("proceeds"), creditors)
    shares: Json = {}
    for share in answer.shares:
        if share.name in shares:
            raise BadInput(f"name が重なる {share.name}")
        shares[share.name] = share.amount
    return Answer({**shares, "残余": answer.left}, answer.steps, answer.basis)


_CREDITORS = {
    "tax": CreditorKind.SEIZING_TAX,
    "private": CreditorKind.SECURED,
    "public_charge": CreditorKind.PUBLIC_CHARGE,
}
_DISPOSALS = {each.value: each for each in MortgageDisposalKind}


def _mortgages(given: Inputs) -> Answer:
    """`case` は「順位の放棄 甲→丙」のように、処分の種類と二人の名を書く。"""
    disposal = None
    if given.has("case"):
        kind, _, pair = given.text("case").partition(" ")
        by, _, to = pair.partition("→")
        if kind not in _DISPOSALS or not by or not to:
            raise BadInput("case は「譲渡 甲→丁」のように書く")
        disposal = MortgageDisposal(_DISPOSALS[kind], by, to)
    unsecured = dict(given.named_amounts("unsecured"))
    found = mortgage_shares(given.yen("proceeds"), given.named_amounts("mortgages"), unsecured, disposal)
    return Answer({**found.amounts, "残余": found.left}, found.steps, found.basis)


def _secondary_liability(given: Inputs) -> Answer:
    kind = SecondaryLiabilityKind[given.choice("liability", tuple(each.name for each in SecondaryLiabilityKind))]
    facts = SecondaryLiabilityFacts(
        given.yen("shortfall"),
        value=given.yen("value") if given.has("value") else NOTHING,
        paid=given.yen("paid") if given.has("paid") else NOTHING,
        remaining_benefit=given.yen("remaining_benefit") if given.has("remaining_benefit") else None,
        assets=given.yen("assets") if given.has("assets") else NOTHING,
        liabilities=given.yen("liabilities") if given.has("liabilities") else NOTHING,
        shares_held=given.count("shares_held", default=0),
        shares_total=given.count("shares_total", default=0),
    )
    found = secondary_liability(kind, facts)
    return Answer({"limit": found.limit, "amount": found.amount}, found.steps, found.basis)


def _succession(given: Inputs) -> Answer:
    heirs = [_heir(each) for each in given.objects("heirs")]
    found = succession(given.yen("amount"), heirs)
    shares = [
        {
            "name": each.name,
            "share": str(each.share),
            "amount": each.amount,
            "guarantee": each.guarantee,
            "limit": each.limit,
        }
        for each in found.shares
    ]
    return Answer({"shares": shares}, found.steps, found.basis)


def _heir(given: Inputs) -> Heir:
    return Heir(
        given.text("name"),
        HeirKind[given.choice("kind", tuple(each.name for each in HeirKind))],
        given.text("stem", default=""),
        is_half=given.flag("is_half", default=False),
        is_renounced=given.flag("is_renounced", default=False),
        received=given.yen("received") if given.has("received") else None,
        is_limited=given.flag("is_limited", default=False),
    )


def _prescription(given: Inputs) -> Answer:
    kinds = tuple(each.name for each in PrescriptionEvent)
    events = [
        Event(
            PrescriptionEvent[each.choice("kind", kinds)],
            each.day("on"),
            each.day("through") if each.has("through") else None,
            each.day("notified_on") if each.has("notified_on") else None,
        )
        for each in given.objects("events")
    ]
    years = FEE_YEARS if given.flag("is_fee", default=False) else TAX_YEARS
    found = prescription(given.day("statutory_due_date"), events, years=years)
    day, gone = found.completes_on, found.extinguished_on
    result: Json = {"date": day and day.isoformat(), "extinguished_on": gone and gone.isoformat()}
    return Answer(result, found.steps, found.basis)


def _seizable_from(given: Inputs) -> Answer:
    found = explain_seizable_from(given.day("issued_on"), by_publication=given.flag("by_publication", default=False))
    return Answer({"date": found.date.isoformat()}, found.steps, found.basis)


ARREARS_KINDS: dict[str, Callable[[Inputs], Answer]] = {
    "wage_seizure_exemption_multiple": _several_wages,
    "distribution": _distribution,
    "secondary_liability": _secondary_liability,
    "succession": _succession,
    "prescription": _prescription,
    "seizable_from": _seizable_from,
}
"""滞納整理の問いの種類。"""
