"""一斉差押え。調査で見つかった預金から、多くの差押えを一つの起案にまとめ、金融機関と店舗ごとに並べて書面を作る。

One approval, many seizures. The facts of all people are read together, by a number of statements that does not grow with them. Every one
is judged by the same law as a single seizure when proposed and again, by the facts of that moment, when carried out: whoever paid
meanwhile, or no longer meets a condition, is left out with the reason, and the rest go on.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.assets.namesakes import namesakes_among
from osame.collection.assets.queries import AssetRow, assets
from osame.collection.dispositions.facts import Case, Known, NothingToSeizeFor, known_of, net_value
from osame.collection.dispositions.letters import beside_of, freeze_all, papers_of
from osame.collection.dispositions.queries import begun_files
from osame.collection.dispositions.seizing import (
    PerformByNeeded,
    ScopeNeeded,
    begin_dispositions,
    judge_seizure,
    seizure_content,
)
from osame.collection.letters.actions import Draft
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.conditions import Conditions
from osame.law.dispositions import ProcedureAct
from osame.law.seizure_conditions import charge_seizable_from
from osame.platform import gate
from osame.platform.approvals.actions import propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

LEAST = 10_000
"""これに満たない見込みの額は、はじめは選ばない。"""
SHOWN_REASONS = 20
LEAVE_OUT = """
INSERT INTO seizure_left_out (addressee_number, proposal_id, asset_id, reason, left_on)
SELECT x ->> 0, %(number)s, (x ->> 1)::bigint, x ->> 2, %(on)s FROM jsonb_array_elements(%(left)s::jsonb) x
"""


class NothingToSeizeTogether(Refusal):
    """一斉に差し押さえられる財産がありません。調査の回答を認定して財産を登録するか、下限の額と条件を確かめてください。"""


@dataclass(frozen=True, slots=True)
class BulkTerms:
    """一斉差押えの起案。 asset_ids: 選んだ預金; least: 差し押さえる見込みの額の下限。"""

    asset_ids: tuple[int, ...]
    scope: str
    perform_by: date | None
    reason: str
    least: int = LEAST


@dataclass(frozen=True, slots=True)
class Judged:
    """預金一つの判定。 case: 差し押さえられる期別の事実; conditions: 条件の判定（どちらも、滞納がなければ None）。"""

    asset: AssetRow
    case: Case | None = None
    conditions: Conditions | None = None

    @property
    def total(self) -> int:
        """対象の期別の滞納額。"""
        return int(self.case.total) if self.case else 0

    @property
    def net(self) -> int:
        """差し押さえて充てられる見込みの額。"""
        return min(self.total, net_value(self.asset))

    @property
    def branch(self) -> str:
        """金融機関と店舗。"""
        return branch_of(self.asset)

    def why_not(self, least: int) -> str:
        """差し押さえられない理由。なければ空。"""
        if self.conditions is None:
            return "未納がない"
        if self.conditions.unmet:
            return self.conditions.unmet[0].line
        return f"見込みの額{self.net:,}円が下限{least:,}円に満たない" if self.net < least else ""


def branch_of(asset: AssetRow) -> str:
    """金融機関と店舗。財産の表示は「金融機関 店舗 種目 口座番号」の順に書かれている。"""
    told = asset.description.removeprefix(asset.party).split()
    return f"{asset.party} {told[0] if told else ''}".strip()


def bulk_choices(*, as_of: date, whose: Sequence[str] = ()) -> tuple[Judged, ...]:
    """差押えの続いていない預金のすべて。人ごとに条件を判定し、金融機関と店舗の順に並べる。

    要件: F17-16
    """
    found = assets(
        "s.kind = 'DEPOSIT' AND NOT s.is_seized AND s.gone_on IS NULL AND i.withdrawn_on IS NULL AND s.third_party_id IS NOT NULL "
        "AND (%(all)s OR s.addressee_number = ANY (%(whose)s))",
        {"all": not whose, "whose": list(whose)},
    )
    return tuple(_judged(found, as_of))


def propose_bulk(terms: BulkTerms, *, as_of: date) -> int:
    """選んだ預金の差押えを、一つの起案にする。条件を満たさないもの、額の小さいものは入れない。起案番号を返す。

    要件: F17-16, F17-01, F29-02
    """
    if not terms.scope.strip():
        raise ScopeNeeded
    if terms.perform_by is None:
        raise PerformByNeeded
    with transaction.atomic():
        chosen = assets("s.asset_id = ANY (%(chosen)s)", {"chosen": list(terms.asset_ids)})
        same = namesakes_among(sorted({each.addressee_number for each in chosen}))
        items, left = [], []
        for each in _judged(chosen, as_of):
            who = each.asset.addressee_number
            if reason := each.why_not(terms.least):
                left.append([who, each.asset.asset_id, reason])
                continue
            assert each.case is not None
            assert each.conditions is not None
            told = seizure_content(each.asset, each.case, each.conditions, [number for number, _ in same[who]])
            items.append(told | {
                "scope": terms.scope.strip(), "perform_by": terms.perform_by.isoformat(), "reason": terms.reason.strip(),
                "branch": each.branch, "net": each.net,
            })  # fmt: skip
        if not items:
            raise NothingToSeizeTogether
        content = {"act": "bulk", "least": terms.least, "items": items, "left": left, "reason": terms.reason.strip()}
        subjects = sorted({each["addressee_number"] for each in items})
        return propose(HighRiskAct.SEIZURE, content=content, reason=terms.reason, subjects=subjects)


def carry_out_bulk(content: Mapping[str, Any], *, number: int, as_of: date) -> str:
    """決裁された一斉差押えを執行する。いまの事実でもう一度判定し、支払のあった人などは理由とともに外す。文の数は、人の数によらない。

    要件: F17-16, F17-01, F17-02, F17-03
    """
    officer = gate.required().officer
    with transaction.atomic():
        begun, left = _again(content, as_of)
        keys = begin_dispositions(begun, ProcedureAct.SEIZE, (as_of, number, officer)) if begun else []
        run_sql(LEAVE_OUT, {"left": json.dumps(left), "number": number, "on": as_of})
        runs = freeze_all(_papers(keys), as_of=as_of, officer=officer) if keys else ()
        detail = {"起案番号": number, "差押え": len(keys), "外した": len(left)}
        record("一斉に差し押さえた", subjects=sorted({who for who, _ in keys}), detail=detail)
    told = "、".join(map(str, runs)) or "なし"
    return f"{len(keys)}件を差し押さえ、{len(left)}件を外しました（束{told}）"


def _again(
    content: Mapping[str, Any], as_of: date
) -> tuple[list[tuple[Mapping[str, Any], Case]], list[tuple[str, int, str]]]:
    """執行の時の判定。 （差し押さえるもの、外すもの）。同じ人の財産は、先に差し押さえるものを数えて判定する。"""
    items = content["items"]
    found = {
        each.asset_id: each for each in assets("s.asset_id = ANY (%(of)s)", {"of": [x["asset_id"] for x in items]})
    }
    whose = sorted({each.addressee_number for each in found.values()})
    known = known_of(whose, sorted({at for item in items for at in item["charges"]}), as_of=as_of, lock=True)
    begun: list[tuple[Mapping[str, Any], Case]] = []
    left: list[tuple[str, int, str]] = []
    for item in items:
        asset = found[item["asset_id"]]
        judged = _judge(asset, known, as_of, chosen=item["charges"])
        reason = "起案の後に納付された" if judged.case is None else judged.why_not(content["least"])
        if reason:
            left.append((asset.addressee_number, asset.asset_id, reason))
            continue
        assert judged.case is not None
        begun.append((item, judged.case))
        known.count_seized(asset)
    return begun, left


def _papers(keys: Sequence[tuple[str, int]]) -> dict[str, list[Draft]]:
    """始めた処分の書面。様式ごとに、処分の順。"""
    files = begun_files(keys)
    beside = beside_of(files)
    papers: dict[str, list[Draft]] = defaultdict(list)
    for file in files:
        for form, drafts in papers_of(file, beside).items():
            papers[form] += drafts
    return papers


def told_bulk(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """一斉差押えの起案を、人が読める形にする。金融機関と店舗ごとの件数と、一件ずつの条件を示す。"""
    items = content["items"]
    branches: dict[str, list[int]] = defaultdict(list)
    for each in items:
        branches[each["branch"]].append(each["net"])
    facts: list[tuple[str, ...]] = [
        ("手続", f"差押え（一斉）{len(items)}件"), ("滞納額", f"{sum(each['total'] for each in items):,}円（起案の日まで）"),
        ("範囲", items[0]["scope"]), ("履行期限", format_wareki(date.fromisoformat(items[0]["perform_by"]))),
        ("下限の額", f"{content['least']:,}円"),
    ]  # fmt: skip
    facts += [
        ("金融機関・店舗", f"{branch}　{len(nets)}件　見込み{sum(nets):,}円") for branch, nets in branches.items()
    ]
    for each in items:
        same = f"　同姓同名の宛名 {'、'.join(each['namesakes'])}" if each["namesakes"] else ""
        facts.append((
            f"{each['name']}（{each['addressee_number']}）",
            f"{each['asset']}　滞納{each['total']:,}円　見込み{each['net']:,}円{same}",
        ))
        facts += [
            (f"{each['addressee_number']}の条件{at}", line) for at, line in enumerate(each["conditions"], start=1)
        ]
    return [
        *facts,
        *(("外したもの", f"{who} 財産{asset}: {reason}") for who, asset, reason in content["left"][:SHOWN_REASONS]),
    ]


def left_out(proposal_id: int) -> tuple[tuple[str, int, str], ...]:
    """執行のときに外したもの。（宛名番号、財産番号、理由）

    要件: F17-16
    """
    rows = fetch_all(
        "SELECT addressee_number, asset_id, reason FROM seizure_left_out WHERE proposal_id = %s ORDER BY 1, 2",
        [proposal_id],
    )
    return tuple((str(who), int(asset), str(reason)) for who, asset, reason in rows)


def _judged(found: Sequence[AssetRow], as_of: date) -> list[Judged]:
    """預金のすべてを判定し、金融機関と店舗の順に並べる。"""
    known = known_of(sorted({each.addressee_number for each in found}), as_of=as_of)
    judged = (_judge(each, known, as_of) for each in found)
    return sorted(judged, key=lambda each: (each.branch, each.asset.addressee_number))


def _judge(asset: AssetRow, known: Known, as_of: date, chosen: Sequence[int] = ()) -> Judged:
    """差し押さえられる日の来た期別（起案のときに選んだものがあれば、その中でまだ残るもの）について判定する。"""
    who = asset.addressee_number
    owing = [each.facts.charge_id for each in known.owed.get(who, ()) if each.facts.charge_id in chosen]
    if chosen and not owing:
        return Judged(asset)
    try:
        case = known.case(who, owing, as_of=as_of, but=asset)
        ripe = tuple(
            owed.facts.charge_id
            for owed, facts in zip(case.owed, case.charges, strict=True)
            if (first := charge_seizable_from(facts)) and first <= as_of
        )
        if ripe and len(ripe) < len(case.owed):
            case = known.case(who, ripe, as_of=as_of, but=asset)
    except NothingToSeizeFor:
        return Judged(asset)
    return Judged(asset, case, judge_seizure(asset, case, as_of=as_of))
