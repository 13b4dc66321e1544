"""歳出からの支払を決める。起案し、決裁されたら、その日の事実で計算し直して執行する。額が起案と違えば、執行しない。

Four eyes for what leaves by the budget: the proposal freezes who and how much; execution computes once more on the day of the
decision (interest runs to it) and refuses when an amount of a reward has changed meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.outlays.models import Outlay, OutlayPart
from osame.collection.outlays.restitutions import CheckedPart, GivenPart, checked_parts
from osame.collection.outlays.rewards import Candidate, candidates
from osame.collection.outlays.rules import restitution_rule, reward_rule
from osame.collection.outlays.shortfalls import Shortfall, content_of, settle
from osame.collection.refunds.accounts import standing_account
from osame.kernel.refusals import Refusal
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, fetch_one, run_sql

Kind, State = Outlay.Kind, Outlay.State
TOP = 10
LOCK = 7_140_211  # 同じ人・同じ税目の支払を、同時に二人が起案しない


class OutlayNeedsReason(Refusal):
    """支払の理由がありません。なぜ支払うのかを入力してください。"""


class NoRewardToGrant(Refusal):
    """交付できる前納報奨金がありません。候補と、交付できない理由を確かめてください。"""


class OutlayNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


class OutlayChanged(Refusal):
    """起案の後に、納付や税額が変わりました。支払を決めずに止めました。起案し直してください。"""


class OutlayUnknown(Refusal):
    """その支払決定はありません。番号を確かめてください。"""


class PayeeHasDied(Refusal):
    """この人は死亡しています。相続人を確かめ、相続人代表者の宛名で起案してください。"""


class OutlayNotWaiting(Refusal):
    """この支払は、いまその手続ができる状態ではありません。画面を開き直して、状態を確かめてください。"""


class AlreadyUnderProposal(Refusal):
    """この人（この税目と年度）の支払を、もう起案しています。決裁を待つか、取り下げてください。"""


@dataclass(frozen=True, slots=True)
class Restitution:
    """起案する返還金。"""

    addressee_number: str
    tax_item: str
    parts: tuple[GivenPart, ...]
    reason: str


def propose_rewards(tax_item: str, levy_year: int, *, as_of: date, reason: str) -> int:
    """税目と年度の前納報奨金の交付を、まとめて起案する。起案番号を返す。

    要件: F06-08, F29-02
    """
    if not reason.strip():
        raise OutlayNeedsReason
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _refuse_open("content ->> 'tax_item' = %s AND content ->> 'levy_year' = %s AND content ->> 'kind' = '2'",
                     [tax_item, str(levy_year)])  # fmt: skip
        ruled = reward_rule(tax_item, as_of=as_of)
        found = [each for each in candidates(tax_item, levy_year, as_of=as_of) if not each.barred]
        if not found:
            raise NoRewardToGrant(f"税目{tax_item}、{levy_year}年度")
        numbered = _numbered([(each.addressee_number, each.amount, each.name) for each in found])
        content = {
            "kind": Kind.REWARD.value, "tax_item": tax_item, "levy_year": levy_year, "basis": ruled.basis,
            "reason": reason.strip(), "total": sum(each.amount for each in found), "outlays": numbered,
        }  # fmt: skip
        subjects = [each.addressee_number for each in found]
        return propose(HighRiskAct.OUTLAY, content=content, reason=reason, subjects=subjects)


def propose_restitution(wanted: Restitution, *, as_of: date) -> int:
    """返還金の支払を起案する。起案番号を返す。

    要件: F05-13, F29-02
    """
    if not wanted.reason.strip():
        raise OutlayNeedsReason
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _refuse_open("content -> 'outlays' -> 0 ->> 'addressee' = %s AND content ->> 'kind' = '1'",
                     [wanted.addressee_number])  # fmt: skip
        checked = checked_parts(wanted.addressee_number, wanted.tax_item, wanted.parts, decided_on=as_of)
        _, basis = restitution_rule(as_of=as_of)
        amount, interest = sum(each.given.amount for each in checked), sum(each.interest for each in checked)
        content = {
            "kind": Kind.RESTITUTION.value, "tax_item": wanted.tax_item, "basis": basis, "reason": wanted.reason.strip(),
            "levy_year": min(each.levy_year for each in wanted.parts), "total": amount, "interest": interest,
            "outlays": _numbered([(wanted.addressee_number, amount, _name(wanted.addressee_number))]),
            "parts": [each.frozen() for each in wanted.parts],
        }  # fmt: skip
        return propose(HighRiskAct.OUTLAY, content=content, reason=wanted.reason, subjects=[wanted.addressee_number])


def propose_shortfall(wanted: Shortfall, *, as_of: date) -> int:
    """控除不足額の充当・委託納付と、残りの還付を起案する。起案番号を返す。

    要件: F05-03, F29-02
    """
    if not wanted.reason.strip():
        raise OutlayNeedsReason
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        _refuse_open(
            "content -> 'outlays' -> 0 ->> 'addressee' = %s AND content ->> 'kind' = '3'", [wanted.addressee_number]
        )
        content = content_of(wanted, as_of=as_of)
        who = wanted.addressee_number
        content["outlays"] = _numbered([(who, wanted.amount, _name(who))])
        return propose(HighRiskAct.OUTLAY, content=content, reason=wanted.reason, subjects=[who])


@executes(HighRiskAct.OUTLAY)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された支払を決める。利息に相当する額は、決めた日まで計算する。

    要件: F05-13, F06-08
    """
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        proposal, on = (
            decided_proposal(HighRiskAct.OUTLAY, content, OutlayNotDecided),
            day_of_transaction(),
        )
        carried = {Kind.REWARD: _grant, Kind.RESTITUTION: _restitute, Kind.SHORTFALL: _settle}[Kind(content["kind"])]
        made = carried(content, proposal, on)
        total = sum(each.amount + each.interest for each in made)
        record(
            "歳出からの支払を決めた", subjects=[each.addressee_number for each in made], detail={"起案番号": proposal}
        )
        return f"{Kind(content['kind']).label} {len(made):,}件、{total:,}円を決定しました"


@describes(HighRiskAct.OUTLAY)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。"""
    lines: list[tuple[str, ...]] = [
        ("種類", str(Kind(content["kind"]).label)), ("要綱・条例", content["basis"]), ("理由", content["reason"]),
        ("税目", content["tax_item"]), ("件数", f"{len(content['outlays']):,}件"), ("合計", f"{content['total']:,}円"),
    ]  # fmt: skip
    if content["kind"] == Kind.RESTITUTION:
        lines.append(("利息に相当する額", f"{content['interest']:,}円（決裁の日まで計算し直します）"))
        for part in content["parts"]:
            mark = "（推計）" if part["estimated"] else ""
            lines.append((f"{part['year']}年度 {part['term']}期", f"納付{part['paid']:,}円（{part['paid_on']}）のうち"
                          f"{part['amount']:,}円{mark}　資料：{part['evidence']}"))  # fmt: skip
    if content["kind"] == Kind.SHORTFALL:
        lines.append(("控除不足額", f"{content['shortfall']:,}円（{content['applied_on']}申出）"))
        lines += [(f"充てる {label}", f"{amount:,}円") for _, label, amount in content["settled"]]
        lines.append(("還付する残り", f"{content['total']:,}円"))
    largest = sorted(content["outlays"], key=lambda each: -each["amount"])[:TOP]
    lines += [(f"大きいもの{place}", f"{each['amount']:,}円　{each['name']}（{each['addressee']}）")
              for place, each in enumerate(largest, start=1)]  # fmt: skip
    return lines


def cancel_outlay(key: tuple[str, int], *, reason: str, officer: str) -> None:
    """まだ支払っていない決定を取り消す。

    要件: F05-13, F06-08
    """
    if not reason.strip():
        raise OutlayNeedsReason
    with transaction.atomic():
        outlay = locked_outlay(key, State.DECIDED)
        outlay.note = "、".join(each for each in (outlay.note, reason.strip()) if each)
        outlay.state = State.CANCELLED
        outlay.save(update_fields=["state", "note"])
        record("歳出からの支払の決定を取り消した", subjects=[key[0]], detail={"支払決定番号": key[1], "職員": officer})


def locked_outlay(key: tuple[str, int], *states: Outlay.State) -> Outlay:
    """支払決定の行を鎖錠する。その状態でなければ断る。

    要件: F05-13
    """
    found = Outlay.objects.select_for_update().filter(addressee_number=key[0], outlay_id=key[1]).first()
    if found is None:
        raise OutlayUnknown(str(key[1]))
    if found.state not in states:
        raise OutlayNotWaiting(f"いまの状態は「{State(found.state).label}」")
    return found


def _grant(content: Mapping[str, Any], proposal: int, on: date) -> list[Outlay]:
    """前納報奨金。候補を計算し直し、起案の額と同じ人にだけ交付する。一人でも違えば、止める。"""
    found = {
        each.addressee_number: each
        for each in candidates(content["tax_item"], int(content["levy_year"]), as_of=on)
        if not each.barred
    }
    made = []
    for each in content["outlays"]:
        candidate = found.get(each["addressee"])
        if candidate is None or candidate.amount != each["amount"]:
            raise OutlayChanged(f"{each['name']}（{each['addressee']}）")
        made.append(_write(each, content, proposal, on))
        _write_terms(made[-1], candidate, content["basis"])
    return made


def _restitute(content: Mapping[str, Any], proposal: int, on: date) -> list[Outlay]:
    each = content["outlays"][0]
    parts = [GivenPart.thawed(part) for part in content["parts"]]
    checked = checked_parts(each["addressee"], content["tax_item"], parts, decided_on=on)
    outlay = _write(each, content, proposal, on, sum(part.interest for part in checked))
    _write_parts(outlay, checked)
    return [outlay]


def _settle(content: Mapping[str, Any], proposal: int, on: date) -> list[Outlay]:
    """控除不足額。充てる期別を求め直し、起案と違えば、止める。残りが支払う額になる。"""
    each = content["outlays"][0]
    settled, left = settle(content, each["addressee"], proposal, on=on)
    if [[one.charge_id, one.label, one.amount] for one in settled] != content["settled"] or left != content["total"]:
        raise OutlayChanged(f"{each['name']}（{each['addressee']}）")
    outlay = _write({**each, "amount": left, "settled": each["amount"] - left}, content, proposal, on)
    _write_settled(outlay, [(one.charge_id, one.amount) for one in settled], on, content["basis"])
    return [outlay]


def _write_settled(outlay: Outlay, parts: Sequence[tuple[int, int]], on: date, basis: str) -> None:
    place = _places(outlay.addressee_number, [charge for charge, _ in parts])
    OutlayPart.objects.bulk_create([
        OutlayPart(
            addressee_number=outlay.addressee_number, outlay_id=outlay.outlay_id, part_number=number, charge_id=charge,
            levy_year=place[charge][0], installment_term=place[charge][1], paid_amount=amount, paid_on=on, amount=amount,
            evidence=basis, steps=[f"未納に充てる額 {amount:,}円"],
        )
        for number, (charge, amount) in enumerate(parts, start=1)
    ])  # fmt: skip


def _write(each: Mapping[str, Any], content: Mapping[str, Any], proposal: int, on: date, interest: int = 0) -> Outlay:
    return Outlay.objects.create(
        addressee_number=each["addressee"], outlay_id=each["outlay"], kind=content["kind"], tax_item=content["tax_item"],
        levy_year=content["levy_year"], amount=each["amount"], settled=each.get("settled", 0), interest=interest, basis=content["basis"],
        reason=content["reason"], decided_on=on, proposal_id=proposal,
        account_id=standing_account(each["addressee"], as_of=on),
    )  # fmt: skip


def _write_terms(outlay: Outlay, candidate: Candidate, basis: str) -> None:
    place = _places(outlay.addressee_number, [each.key for each in candidate.terms])
    OutlayPart.objects.bulk_create([
        OutlayPart(
            addressee_number=outlay.addressee_number, outlay_id=outlay.outlay_id, part_number=number, charge_id=each.key,
            levy_year=place[each.key][0], installment_term=place[each.key][1], paid_amount=each.amount,
            paid_on=each.paid_on, amount=each.amount, months=months, evidence=basis, steps=[step],
        )
        for number, (each, months, step) in enumerate(
            zip(candidate.terms, candidate.reward.months, candidate.reward.steps, strict=False), start=1)
    ])  # fmt: skip


def _write_parts(outlay: Outlay, checked: Sequence[CheckedPart]) -> None:
    OutlayPart.objects.bulk_create([
        OutlayPart(
            addressee_number=outlay.addressee_number, outlay_id=outlay.outlay_id, part_number=number,
            charge_id=each.charge_id, levy_year=each.given.levy_year, installment_term=each.given.installment_term,
            paid_amount=each.given.paid_amount, paid_on=each.given.paid_on, amount=each.given.amount,
            interest=each.interest, estimated=each.given.estimated, evidence=each.given.evidence, steps=list(each.steps),
        )
        for number, each in enumerate(checked, start=1)
    ])  # fmt: skip


def _places(addressee_number: str, charges: Sequence[int]) -> dict[int, tuple[int, int]]:
    """期別の、年度と期。"""
    rows = fetch_all(
        "SELECT charge_id, levy_year, installment_term FROM charge WHERE addressee_number = %s AND charge_id = ANY(%s)",
        [addressee_number, list(charges)],
    )
    return {int(charge): (int(year), int(term)) for charge, year, term in rows}


def _numbered(people: Sequence[tuple[str, int, str]]) -> list[dict[str, Any]]:
    numbers = fetch_all("SELECT nextval('outlay_number') FROM generate_series(1, %s)", [len(people)])
    return [
        {"outlay": int(number), "addressee": who, "amount": amount, "name": name}
        for (number,), (who, amount, name) in zip(numbers, people, strict=True)
    ]


def _name(addressee_number: str) -> str:
    """受取人の氏名。死亡した人には、起案できない。"""
    rows = fetch_all("SELECT name, died_on FROM addressee WHERE addressee_number = %s", [addressee_number])
    if not rows:
        raise OutlayUnknown(f"宛名番号 {addressee_number}")
    if rows[0][1] is not None:
        raise PayeeHasDied(f"{rows[0][0]}")
    return str(rows[0][0])


def _refuse_open(where: str, values: list[str]) -> None:
    (found,) = fetch_one(
        f"SELECT EXISTS (SELECT 1 FROM proposal WHERE act = 'outlay' AND state IN ('1', '2', '3') AND {where})", values
    )
    if found:
        raise AlreadyUnderProposal
