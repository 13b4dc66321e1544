"""保管と消去。年限の来たものを数え、四つの目で決め、消したことを数とハッシュで証する。

Retention. A chapter says which kinds of record it keeps, how to list the keys of what is due and how to erase them; the engine
proposes, lets other officers decide, refuses when what is due is no longer what was decided, and keeps a proof: counts and a hash
of the keys, never a value. There is one executor of erasure in every system; nobody erases by another road.

    @retains("gateway")
    def kinds() -> tuple[Kind, ...]: ...
"""

import hashlib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from django.db import transaction

from osame.kernel.dates import format_wareki
from osame.platform import gate, systems
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_clock
from osame.platform.privacy import refusals
from osame.platform.privacy.models import ErasureRecord, RetentionHold

Keys = Callable[[date], Sequence[str]]
Erase = Callable[[date], int]
FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Kind:
    """記録の種類。 keys: その日に消せるものの鍵（並べたもの）; erase: 消して、消した数を返す; basis: 年限と根拠; method: 消し方。"""

    code: str
    name: str
    keys: Keys
    erase: Erase
    basis: str
    method: str = "削除"


@dataclass(frozen=True, slots=True)
class Due:
    """消せるもの。 keys_sha256: 鍵を並べたもののハッシュ; held: 消去を止めている理由（なければ空）。"""

    kind: Kind
    count: int
    keys_sha256: str
    held: str


@dataclass(frozen=True, slots=True)
class Term:
    """保存年限。"""

    kind: str
    valid_from: date
    years: int
    starts: str
    basis: str


_homes: dict[str, Callable[[], tuple[Kind, ...]]] = {}


def retains(home: str) -> Callable[[Callable[[], tuple[Kind, ...]]], Callable[[], tuple[Kind, ...]]]:
    """この関数が、その居場所（システムの名、またはどのシステムにもある床）の記録の種類を答える。"""

    def registered(function: Callable[[], tuple[Kind, ...]]) -> Callable[[], tuple[Kind, ...]]:
        known = _homes.setdefault(home, function)
        assert known is function, f"{home} retains twice"
        return function

    return registered


def kinds() -> tuple[Kind, ...]:
    """このシステムで、年限が来れば消せる記録の種類。"""
    here = {FLOOR, systems.current().code}
    return tuple(each for home in sorted(here & _homes.keys()) for each in _homes[home]())


@cache
def _listed() -> dict[str, Any]:
    text = resources.files("osame.platform.privacy").joinpath("retention.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def term_of(kind: str, *, as_of: date) -> Term:
    """その日に効いている年限。なければ断る。"""
    rows = [
        Term(r["kind"], r["valid_from"], r["years"], r["starts"], r["basis"])
        for r in _listed()["term"]
        if r["kind"] == kind
    ]
    found = max((each for each in rows if each.valid_from <= as_of), key=lambda each: each.valid_from, default=None)
    if found is None:
        raise refusals.NoRetentionTerm(kind)
    return found


def before(kind: str, *, as_of: date) -> date:
    """その日に年限の過ぎている、最後の日の翌日。起算の日がこれより前のものを消せる。"""
    years = term_of(kind, as_of=as_of).years
    return as_of.replace(year=as_of.year - years, day=28 if (as_of.month, as_of.day) == (2, 29) else as_of.day)


def never_erased() -> list[tuple[str, str]]:
    """消さないものと、そのわけ。"""
    return [(each["name"], each["reason"]) for each in _listed()["never"]]


def due(*, as_of: date) -> list[Due]:
    """年限の来たもの。種類ごとの数と、鍵のハッシュ。

    要件: F36-09
    """
    held = dict(RetentionHold.objects.filter(released_on=None).values_list("kind", "reason"))
    found = []
    for kind in kinds():
        keys = list(kind.keys(as_of))
        found.append(Due(kind, len(keys), _digest(keys), held.get(kind.code, "")))
    return found


def propose_erasure(*, as_of: date, reason: str, only: Sequence[str] = ()) -> int:
    """年限の来たものの消去を起案する。起案番号を返す。決めるのも執行するのも、この団体の別の職員である。

    要件: F36-09, F29-02
    """
    if as_of > day_of_clock():
        raise refusals.ErasingInTheFuture(format_wareki(as_of))
    chosen = [
        each for each in due(as_of=as_of) if each.count and not each.held and (not only or each.kind.code in only)
    ]
    if not chosen:
        raise refusals.NothingDue
    content = {
        "as_of": as_of.isoformat(),
        "kinds": [[each.kind.code, each.kind.name, each.count, each.keys_sha256] for each in chosen],
    }
    return propose(HighRiskAct.ERASURE, content=content, reason=reason)


@executes(HighRiskAct.ERASURE)
def erased(content: Mapping[str, Any]) -> str:
    """決裁されたものを消し、消したことの証を残す。消せるものが、決裁の時と違えば、何も消さない。

    要件: F36-09
    """
    number = decided_proposal(HighRiskAct.ERASURE, content, refusals.NotDecidedSo)
    day, known = date.fromisoformat(content["as_of"]), {each.code: each for each in kinds()}
    with transaction.atomic():
        for code, name, count, digest in content["kinds"]:
            now = next((each for each in due(as_of=day) if each.kind.code == code), None)
            if now is None or now.held:
                raise refusals.ErasureHeld(f"{name} {now.held if now else ''}")
            if (now.count, now.keys_sha256) != (count, digest):
                raise refusals.DueChanged(f"{name} 決裁 {count}件、今 {now.count}件")
            gone = known[code].erase(day)
            if gone != count:
                raise refusals.DueChanged(f"{name} 決裁 {count}件、消えた {gone}件")
            ErasureRecord.objects.create(
                proposal_id=number, kind=code, name=name, row_count=count, keys_sha256=digest, as_of=day,
                method=known[code].method, officer=gate.required().officer,
            )  # fmt: skip
        told_in_audit = {name: count for _, name, count, _ in content["kinds"]}
        record("保管期限の切れた情報を消した", detail={"起案番号": number, **told_in_audit})
    return "、".join(f"{name} {count}件" for _, name, count, _ in content["kinds"])


@describes(HighRiskAct.ERASURE)
def told(content: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """決裁する人に見せる中身。"""
    facts = [("基準日", format_wareki(date.fromisoformat(content["as_of"])))]
    return facts + [(name, f"{count:,}件（鍵のハッシュ {digest[:16]}）") for _, name, count, digest in content["kinds"]]


def hold(kind: str, *, reason: str, on: date) -> None:
    """消去を止める。訴訟、監査、調査が終わるまで。

    要件: F36-09
    """
    if kind not in {each.code for each in kinds()}:
        raise refusals.UnknownKind(kind)
    if not reason.strip():
        raise refusals.ReasonMissing
    with transaction.atomic():
        if RetentionHold.objects.filter(kind=kind, released_on=None).exists():
            raise refusals.AlreadyHeld(kind)
        RetentionHold.objects.create(kind=kind, reason=reason.strip(), held_on=on, held_by=gate.required().officer)
        record("消去を止めた", detail={"種類": kind})


def release(kind: str, *, on: date) -> None:
    """消去を止めたのを解く。止めた職員とは別の職員が行う。

    要件: F36-09
    """
    with transaction.atomic():
        row = RetentionHold.objects.select_for_update().filter(kind=kind, released_on=None).first()
        if row is None:
            raise refusals.NotHeld(kind)
        if row.held_by == gate.required().officer:
            raise refusals.ReleasedBySamePerson(kind)
        row.released_on, row.released_by = on, gate.required().officer
        row.save(update_fields=["released_on", "released_by"])
        record("消去を止めたのを解いた", detail={"種類": kind})


def proofs(limit: int = 200) -> list[ErasureRecord]:
    """消去の証を、新しいものから。"""
    return list(ErasureRecord.objects.order_by("-erasure_id")[:limit])


def _digest(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()
