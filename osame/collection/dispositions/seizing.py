"""差押え・参加差押え・交付要求。条件を一つずつ判定して起案に凍らせ、決裁を経て執行し、書面を作る。

Judged twice: when proposed (and frozen into what the deciders see) and again on the day of execution. Money owed, demands, graces,
suspensions, extinction, bankruptcy and the asset are read by `facts.py`; the law answers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, move_all
from osame.collection.assets.namesakes import namesakes
from osame.collection.assets.queries import AssetRow, asset_numbered, third_party
from osame.collection.dispositions.facts import Case, case_of
from osame.collection.dispositions.filing import court_proceeding, judge_filing
from osame.collection.dispositions.letters import send_papers
from osame.collection.dispositions.obligors import mark_seized
from osame.collection.dispositions.queries import disposition_file
from osame.collection.dispositions.wages import PAID, NothingSeizableOfWages, PaidWages, WageAnswer, compute_wages
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.dispositions import Procedure, ProcedureAct
from osame.law.seizure_conditions import may_participate, may_request_distribution, may_seize
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, fetch_one, run_sql

NUMBER_LOCK = 7_140_211
NEW_YEAR_MONTH = 4
CLAIMS = frozenset((
    AssetKind.DEPOSIT, AssetKind.WAGE, AssetKind.PENSION, AssetKind.INSURANCE, AssetKind.RECEIVABLE, AssetKind.DEPOSIT_OF_LEASE,
    AssetKind.REFUND,
))  # fmt: skip
"""第三債務者のある債権。"""
FROM_PROPOSAL = (
    "asset_id",
    "body_id",
    "case_number",
    "scope",
    "wage_steps",
    "wage_shares",
    "conditions",
    "place",
    "registry_id",
)
AMOUNTS = ("charge_id", "principal_tax", "demand_fee", "delinquency_charge")
WRITE_HEADS = """
INSERT INTO disposition (addressee_number, disposition_id, procedure, stage, numbered_year, year_number, asset_id, body_id, case_number,
    scope, perform_by, wage_steps, wage_shares, conditions, done_on, place, policy, registry_id, proposal_id, officer)
SELECT h.who, h.at, %(procedure)s, 'NONE', %(year)s, h.place_in_year, h.asset_id, h.body_id, h.case_number, h.scope, h.perform_by,
       h.wage_steps, h.wage_shares, h.conditions, %(on)s, h.place, '', h.registry_id, %(proposal)s, %(officer)s
FROM jsonb_to_recordset(%(heads)s) AS h (who text, at bigint, place_in_year int, asset_id bigint, body_id bigint, case_number text,
    scope text, perform_by date, wage_steps jsonb, wage_shares jsonb, conditions jsonb, place text, registry_id bigint)
"""
WRITE_CHARGES = """
INSERT INTO disposition_charge (addressee_number, disposition_id, charge_id, owner_number, principal_tax, demand_fee, delinquency_charge)
SELECT q.who, q.at, q.charge_id, q.owner, q.principal_tax, q.demand_fee, q.delinquency_charge
FROM jsonb_to_recordset(%s) AS q (who text, at bigint, charge_id bigint, owner text, principal_tax bigint, demand_fee bigint,
    delinquency_charge bigint)
"""


class PerformByNeeded(Refusal):
    """債権の差押えには、履行期限が要ります。期限を入力してください。"""


class ObligorNeeded(Refusal):
    """この財産に、第三債務者の照会先がありません。照会への回答として登録し直すか、照会先を確かめてください。"""


class ScopeNeeded(Refusal):
    """差し押さえる範囲がありません。全部か、どの部分かを入力してください。"""


class BodyNeeded(Refusal):
    """執行機関と事件番号がありません。先の手続の機関と番号を入力してください。"""


class DecisionMissing(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class SeizureTerms:
    """差押えの起案。 charges: 期別（空なら、納期限を過ぎた未納のすべて）; wages: 給与なら、その月の給料等; registry_id: 登記を嘱託する先。"""

    asset_id: int
    reason: str
    scope: str
    charges: tuple[int, ...] = ()
    perform_by: date | None = None
    wages: PaidWages | None = None
    registry_id: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """交付要求、または参加差押えの起案。 asset_id: 参加差押えの財産（交付要求なら None）; registry_id: 参加差押えの登記を嘱託する先。"""

    addressee_number: str
    reason: str
    body_id: int
    case_number: str
    charges: tuple[int, ...] = ()
    asset_id: int | None = None
    has_easier_asset: bool = False
    registry_id: int | None = None


def judge_seizure(asset: AssetRow, case: Case, *, as_of: date) -> Conditions:
    """差し押さえることができるかを、条件ごとに。

    要件: F17-01
    """
    found = may_seize(case.charges, asset.facts(case.other_seized_value), case.taxpayer, as_of=as_of)
    return replace(found, items=(*found.items, *case.extra))


def propose_seizure(terms: SeizureTerms, *, as_of: date) -> int:
    """差押えを起案する。満たさない条件があれば断る。条件の判定は、起案の中身として凍る。起案番号を返す。

    要件: F17-01, F17-02, F17-03, F17-04, F17-06, F17-07, F29-02
    """
    with transaction.atomic():
        asset = asset_numbered(terms.asset_id)
        case = case_of(asset.addressee_number, terms.charges, as_of=as_of, but=asset)
        found = judge_seizure(asset, case, as_of=as_of)
        _require(found)
        wages = _checked(terms, asset, as_of)
        same = [number for number, _ in namesakes(asset.addressee_number)]
        content = seizure_content(asset, case, found, same) | {
            "scope": terms.scope.strip(), "perform_by": terms.perform_by.isoformat() if terms.perform_by else None,
            "wage_steps": list(wages.steps) if wages else [], "wage_shares": list(wages.shares) if wages else [],
            "place": terms.place.strip(), "registry_id": terms.registry_id, "reason": terms.reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.SEIZURE, content=content, reason=terms.reason, subjects=[asset.addressee_number])


def propose_request(terms: RequestTerms, *, as_of: date) -> int:
    """交付要求、または参加差押えを起案する。起案番号を返す。

    要件: F18-01, F18-02, F29-02
    """
    with transaction.atomic():
        if not terms.case_number.strip():
            raise BodyNeeded
        case = case_of(terms.addressee_number, terms.charges, as_of=as_of)
        found, procedure, asset = _judged(terms, case, as_of)
        _require(found)
        content = _content(procedure, case, found) | {
            "asset_id": asset.asset_id if asset else None, "asset": f"{asset.kind.value}　{asset.description}" if asset else "",
            "scope": terms.case_number.strip(), "perform_by": None, "wage_steps": [], "wage_shares": [], "place": "", "registry_id": terms.registry_id,
            "body_id": third_party(terms.body_id).third_party_id, "case_number": terms.case_number.strip(),
            "has_easier_asset": terms.has_easier_asset, "reason": terms.reason.strip(), "agreed": list(asset.agreed) if asset else [],
            "warnings": [], "namesakes": [],
        }  # fmt: skip
        return propose(HighRiskAct.SEIZURE, content=content, reason=terms.reason, subjects=[terms.addressee_number])


def carry_out_disposition(content: Mapping[str, Any]) -> str:
    """決裁された差押え・参加差押え・交付要求を執行する。条件を、その日の事実でもう一度判定する。

    要件: F17-01, F17-02, F17-03, F17-06, F17-08, F17-15, F18-01, F18-02
    """
    who, procedure, officer = str(content["addressee_number"]), Procedure[content["procedure"]], gate.required().officer
    with transaction.atomic():
        as_of = day_of_transaction()
        case = case_of(who, [int(each) for each in content["charges"]], as_of=as_of, lock=True,
                       but=asset_numbered(content["asset_id"]) if content["asset_id"] else None)  # fmt: skip
        _require(_again(content, procedure, case, as_of))
        number = decided_proposal(HighRiskAct.SEIZURE, content, DecisionMissing)
        key = begin_disposition(content, case, (as_of, number, officer))
        runs = send_papers(disposition_file(key), as_of=as_of, officer=officer)
        detail = {"処分管理番号": key[1], "手続": procedure.value, "起案番号": number}
        record("滞納処分を執行した", subjects=[who], detail=detail)
    papers = "、".join(map(str, runs))
    return f"{procedure.value}（処分管理番号{key[1]}）を執行し、書面（束{papers}）を作りました"


def begin_disposition(content: Mapping[str, Any], case: Case, what: tuple[date, int, str]) -> tuple[str, int]:
    """処分を始める。条件は、呼ぶ側が判定し終えている。 what: （処分の日、起案番号、職員）。取引の中で呼ぶ。

    要件: F17-02, F17-15
    """
    procedure = Procedure[content["procedure"]]
    act = ProcedureAct.APPLY if procedure is Procedure.DISTRIBUTION_REQUEST else ProcedureAct.SEIZE
    (key,) = begin_dispositions([(content, case)], act, what)
    if set(case.owners.values()) != {case.addressee_number}:
        moved = Moved(what[0], what[2], content["reason"], what[1])
        mark_seized(case.addressee_number, [each.charge_id for each in case.shares], moved)
    return key


def begin_dispositions(
    begun: Sequence[tuple[Mapping[str, Any], Case]], act: ProcedureAct, what: tuple[date, int, str]
) -> list[tuple[str, int]]:
    """同じ手続の、多くの処分を始める。書く文の数は、処分の数によらない。 begun: （起案の中身、事実）。取引の中で呼ぶ。

    要件: F17-02, F17-15, F17-16
    """
    numbers = fetch_all("SELECT nextval('disposition_number') FROM generate_series(1, %s)", [len(begun)])
    keys = [(case.addressee_number, int(row[0])) for (_, case), row in zip(begun, numbers, strict=True)]
    write_dispositions([(key, *each) for key, each in zip(keys, begun, strict=True)], what)
    move_all("disposition", keys, act, Moved(what[0], what[2], begun[0][0]["reason"], what[1]))
    return keys


def seizure_content(asset: AssetRow, case: Case, found: Conditions, same: Sequence[str]) -> dict[str, Any]:
    """差押えの起案の中身のうち、財産と事実から決まるもの。 same: 同姓同名の宛名番号。

    要件: F17-02
    """
    return _content(Procedure.SEIZURE, case, found) | {
        "asset_id": asset.asset_id, "asset": f"{asset.kind.value}　{asset.party}　{asset.description}", "wage_steps": [],
        "wage_shares": [], "place": "", "registry_id": None, "body_id": None, "case_number": "", "agreed": list(asset.agreed),
        "warnings": list(asset.warnings), "namesakes": list(same),
    }  # fmt: skip


def told_disposition(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。条件の一覧を、そのまま示す。"""
    facts: list[tuple[str, ...]] = [
        ("手続", Procedure[content["procedure"]].value), ("滞納者", f"{content['name']}（{content['addressee_number']}）"),
        ("滞納額", f"{content['total']:,}円（{len(content['charges'])}期、起案の日まで）"),
        ("財産", content["asset"] or "―"), ("範囲・事件", content["scope"]),
    ]  # fmt: skip
    if content["perform_by"]:
        facts.append(("履行期限", format_wareki(date.fromisoformat(content["perform_by"]))))
    facts.append(("同一人の認定", "、".join(content["agreed"]) or "―"))
    if content["namesakes"]:
        facts.append(("同姓同名の宛名", "、".join(content["namesakes"])))
    facts += [("差押可能額の計算", line) for line in content["wage_steps"]]
    facts += [("確かめること", line) for line in content["warnings"]]
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content["conditions"], start=1))]


def _content(procedure: Procedure, case: Case, found: Conditions) -> dict[str, Any]:
    return {
        "act": "dispose", "procedure": procedure.name, "addressee_number": case.addressee_number, "name": case.name,
        "charges": [each.facts.charge_id for each in case.owed], "total": int(case.total),
        "conditions": [each.line for each in found.items],
    }  # fmt: skip


def _checked(terms: SeizureTerms, asset: AssetRow, as_of: date) -> WageAnswer | None:
    """起案の欄を確かめ、給与なら差押可能額の計算を返す。"""
    if not terms.scope.strip():
        raise ScopeNeeded
    if asset.kind in CLAIMS and asset.third_party_id is None:
        raise ObligorNeeded(asset.description)
    if asset.kind in CLAIMS and terms.perform_by is None:
        raise PerformByNeeded
    if asset.kind not in PAID:
        return None
    answer = compute_wages(asset, terms.wages, as_of=as_of)
    if answer.seizable == 0:
        raise NothingSeizableOfWages(answer.steps[-2])
    return answer


def _judged(terms: RequestTerms, case: Case, as_of: date) -> tuple[Conditions, Procedure, AssetRow | None]:
    if terms.asset_id is None:
        if proceeding := court_proceeding(terms.addressee_number, terms.case_number):
            return judge_filing(proceeding, case, as_of=as_of), Procedure.DISTRIBUTION_REQUEST, None
        found = may_request_distribution(
            case.charges, has_procedure=True, has_easier_asset=terms.has_easier_asset, as_of=as_of
        )
        return found, Procedure.DISTRIBUTION_REQUEST, None
    asset = asset_numbered(terms.asset_id)
    found = may_participate(case.charges, asset.facts(case.other_seized_value), case.taxpayer, as_of=as_of)
    return found, Procedure.PARTICIPATING_SEIZURE, asset


def _again(content: Mapping[str, Any], procedure: Procedure, case: Case, as_of: date) -> Conditions:
    if procedure is Procedure.SEIZURE:
        return judge_seizure(asset_numbered(content["asset_id"]), case, as_of=as_of)
    terms = RequestTerms(
        case.addressee_number, "", content["body_id"], content["case_number"], asset_id=content["asset_id"],
        has_easier_asset=content["has_easier_asset"],
    )  # fmt: skip
    return _judged(terms, case, as_of)[0]


def _require(found: Conditions) -> None:
    if unmet := found.unmet:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))


def write_disposition(
    key: tuple[str, int], content: Mapping[str, Any], case: Case, what: tuple[date, int, str]
) -> None:
    """処分一件と、その期別を書く。 what: （処分の日、起案番号、職員）。段階は、移り方の行が進める。

    要件: F17-15
    """
    write_dispositions([(key, content, case)], what)


def write_dispositions(
    begun: Sequence[tuple[tuple[str, int], Mapping[str, Any], Case]], what: tuple[date, int, str]
) -> None:
    """同じ手続の、多くの処分と期別を書く。書く文の数は、処分の数によらない。年度の連番は、並びの順に付く。

    要件: F17-15, F17-16
    """
    as_of, number, officer = what
    procedure = begun[0][1]["procedure"]
    year = as_of.year - (as_of.month < NEW_YEAR_MONTH)
    run_sql("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
    (last,) = fetch_one(
        "SELECT coalesce(max(year_number), 0) FROM disposition WHERE numbered_year = %s AND procedure = %s",
        [year, procedure],
    )
    heads = [
        {
            "who": key[0], "at": key[1], "place_in_year": int(last) + at, **{name: content[name] for name in FROM_PROPOSAL},
            "perform_by": str(content["perform_by"]) if content["perform_by"] else None,
        }
        for at, (key, content, _) in enumerate(begun, start=1)
    ]  # fmt: skip
    run_sql(WRITE_HEADS, {"heads": json.dumps(heads), "procedure": procedure, "year": year, "on": as_of, "proposal": number,
                          "officer": officer})  # fmt: skip
    charges = [
        {"who": key[0], "at": key[1], "owner": case.owners[share.charge_id], **{name: getattr(share, name) for name in AMOUNTS}}
        for key, _, case in begun
        for share in case.shares
    ]  # fmt: skip
    run_sql(WRITE_CHARGES, [json.dumps(charges)])
