"""開いた人に付ける警告。大事な順に並べ、上のいくつかだけを初めから見せる。

`SOURCES` is the whole list. A chapter that knows something more (grace, suspension, bankruptcy, instalments) adds one
function to it; the page does not change.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from osame.collection.advances.queries import AdvanceHead, advances_of
from osame.collection.arrears.models import Promise
from osame.collection.arrears.obligors import Obligor, obligations_of
from osame.collection.arrears.prescribing import Expiry
from osame.collection.arrears.queries import PromiseFacts
from osame.collection.demands.models import DemandStop
from osame.collection.grace.queries import GraceHead, graces_of
from osame.collection.inquiry.charges import ChargeLine
from osame.collection.inquiry.person import Person
from osame.collection.pledges.queries import PledgeHead, pledges_of
from osame.collection.suspensions.queries import SuspensionHead, suspensions_of
from osame.kernel.dates import format_wareki
from osame.law.dispositions import ProcedureStage
from osame.platform.database import fetch_all
from osame.platform.suppression.decision import FactClass

SHOWN = 5
NEAR_DAYS = 180
"""時効の満了まで、これより近ければ告げる。"""


@dataclass(frozen=True, slots=True)
class Stop:
    """いま効いている督促停止。"""

    charge_id: int | None
    tax_item: str
    starts_on: date
    ends_through: date | None
    reason: str
    note: str

    def covers(self, line: ChargeLine) -> bool:
        """この期別を止めているか。"""
        return self.charge_id in {None, line.charge_id} and self.tax_item in {"", line.tax_item}


@dataclass(frozen=True, slots=True)
class Opened:
    """警告のもとになる、開いた人の事実。"""

    person: Person
    lines: Sequence[ChargeLine]
    stops: Sequence[Stop]
    promises: Sequence[PromiseFacts]
    as_of: date
    graces: Sequence[GraceHead] = ()
    pledges: Sequence[PledgeHead] = ()
    suspensions: Sequence[SuspensionHead] = ()
    expiries: Mapping[int, Expiry] = field(default_factory=dict)
    advances: Sequence[AdvanceHead] = ()
    obligations: Sequence[Obligor] = ()


@dataclass(frozen=True, slots=True)
class Warning:
    """警告一つ。 rank: 小さいほど前; kind: 色の種類; icon: 色のほかに見分ける字; basis: もとになった事実。"""

    rank: int
    kind: str
    icon: str
    text: str
    since: date | None = None
    until: date | None = None
    basis: str = ""


def _protection(opened: Opened) -> Iterable[Warning]:
    if opened.person.protected:
        through = opened.person.facts["protected_through"]
        note = "居場所の分かることを、誰にも言わない・書かない"
        yield Warning(0, "error", "！", "支援措置", until=through, basis=f"{note}（住民基本台帳事務処理要領）")


def _withheld(opened: Opened) -> Iterable[Warning]:
    if opened.person.facts["withheld"]:
        yield Warning(5, "error", "！", "他業務参照不可", basis="宛名の所管課に確かめる")


def _death(opened: Opened) -> Iterable[Warning]:
    if opened.person.facts["died_on"]:
        yield Warning(10, "error", "†", "死亡", since=opened.person.facts["died_on"], basis="相続人を確かめる")


def _gone(opened: Opened) -> Iterable[Warning]:
    facts = opened.person.facts
    if not opened.person.shows(FactClass.MOVES):
        return
    if facts["standing"] == "5":
        yield Warning(20, "warning", "▲", "職権消除", basis="住民票が消除されている")
    elif facts["moved_out_on"] and facts["moved_out_on"] <= opened.as_of:
        yield Warning(21, "warning", "▲", "転出", since=facts["moved_out_on"])
    if facts["closed_on"] or facts["standing"] == "7":
        yield Warning(22, "warning", "▲", "廃止・消滅", since=facts["closed_on"])


def _returned(opened: Opened) -> Iterable[Warning]:
    """いちばん新しい督促状が、返戻されたままか。"""
    demanded = [each for each in opened.lines if each.demanded_on]
    if not demanded or not opened.person.shows(FactClass.RETURNED_MAIL):
        return
    last = max(demanded, key=lambda each: each.demanded_on or date.min)
    if last.returned_on:
        done = "公示送達済み" if last.published_on else "送達できていない"
        yield Warning(30, "warning", "↩", "返戻", since=last.returned_on, basis=f"最後の督促状が戻った。{done}")


STOP_RANKS = {
    DemandStop.Reason.BANKRUPTCY: 12,
    DemandStop.Reason.GRACE: 15,
    DemandStop.Reason.APPEAL: 16,
    DemandStop.Reason.INSTALLMENT_PLAN: 35,
}


def _stops(opened: Opened) -> Iterable[Warning]:
    """猶予・破産・分納なども、いまは督促停止の理由として知れる。"""
    for each in opened.stops:
        reason = DemandStop.Reason(each.reason)
        if reason is DemandStop.Reason.PROTECTION and opened.person.protected:
            continue
        yield Warning(
            STOP_RANKS.get(reason, 40),
            "warning",
            "■",
            f"督促停止（{reason.label}）",
            each.starts_on,
            each.ends_through,
            each.note,
        )


def _graces(opened: Opened) -> Iterable[Warning]:
    """申請中と期間中の猶予。"""
    for each in opened.graces:
        name = each.procedure.value
        if each.stage is ProcedureStage.APPLIED:
            yield Warning(
                17, "info", "◇", f"{name}の申請中", since=each.applied_on, basis=f"猶予管理番号{each.grace_id}"
            )
        elif each.stage is ProcedureStage.IN_FORCE and each.first_on <= opened.as_of <= each.through_on:
            yield Warning(
                14,
                "warning",
                "■",
                f"{name}の期間中",
                each.first_on,
                each.through_on,
                f"差押え・換価をしない（{each.ground_name}）",
            )


def _pledges(opened: Opened) -> Iterable[Warning]:
    """納付誓約とその履行。"""
    for each in opened.pledges:
        if each.stage not in {ProcedureStage.IN_FORCE, ProcedureStage.DEFAULTED}:
            continue
        if each.standing.kept:
            basis = f"計画の計{each.total:,}円のうち{each.standing.paid:,}円が納まった"
            yield Warning(58, "info", "◇", "分割納付を履行中", until=each.standing.next_on, basis=basis)
        else:
            notice = f"、通知の期限は{format_wareki(each.cure_through)}" if each.cure_through else ""
            basis = f"{each.standing.missed}回、{each.standing.short:,}円が足りない{notice}"
            yield Warning(32, "error", "✕", "分割納付の不履行", basis=basis)


def _prescription(opened: Opened) -> Iterable[Warning]:
    """いちばん早く時効になる未納。"""
    ends = [
        (told.completes_on, line)
        for line in opened.lines
        if line.principal_tax > 0 and (told := opened.expiries.get(line.charge_id)) and told.completes_on
    ]
    near = [(on, line) for on, line in ends if opened.as_of <= on <= opened.as_of + timedelta(days=NEAR_DAYS)]
    if not near:
        return
    on, line = min(near, key=lambda each: (each[0], each[1].charge_id))
    others = f"ほか{len(near) - 1}件" if len(near) > 1 else ""
    what = f"{line.tax_name} {line.year_label} {line.term_name}{others}"
    yield Warning(26, "warning", "◷", "時効が近い", until=on, basis=f"{what}。地方税法第18条第1項")


def _extinct(opened: Opened) -> Iterable[Warning]:
    """消滅したのに、残高のある期別。"""
    gone = [
        (told.extinction, line)
        for line in opened.lines
        if (told := opened.expiries.get(line.charge_id)) and told.is_extinct and told.extinction and line.principal_tax
    ]
    if gone:
        ends, line = min(gone, key=lambda each: (each[0].on, each[1].charge_id))
        others = f"ほか{len(gone) - 1}件" if len(gone) > 1 else ""
        basis = f"{line.tax_name} {line.year_label} {line.term_name}{others}。{ends.cause.value}（{ends.basis[0]}）"
        yield Warning(11, "error", "！", "納税義務が消滅した期別", since=ends.on, basis=basis)


def _suspensions(opened: Opened) -> Iterable[Warning]:
    """続いている執行停止。"""
    for each in opened.suspensions:
        if each.stage is ProcedureStage.IN_FORCE:
            basis = f"差押え・換価をしない（{each.ground.value}）"
            yield Warning(13, "warning", "■", "滞納処分の執行停止中", each.suspended_on, each.through_on, basis)


def _advances(opened: Opened) -> Iterable[Warning]:
    """効力のある繰上徴収。"""
    for each in opened.advances:
        if each.stage is ProcedureStage.IN_FORCE:
            basis = f"{each.ground.label}。期限の翌日から、督促なしで差し押さえられる"
            yield Warning(14, "warning", "▲", "繰上徴収", each.notified_on, each.deadline, basis)


def _obligations(opened: Opened) -> Iterable[Warning]:
    """ほかの納税者について、責めを負うこと。"""
    if opened.obligations:
        since = min(each.from_on for each in opened.obligations)
        whose = "、".join(sorted({each.principal_number for each in opened.obligations}))
        basis = f"宛名 {whose} の期別 {len({each.charge_id for each in opened.obligations})}件"
        yield Warning(15, "warning", "◆", "ほかの納税者の徴収金に責めを負う", since=since, basis=basis)


def _promises(opened: Opened) -> Iterable[Warning]:
    broken = [each for each in opened.promises if each.result is Promise.Result.BROKEN]
    if broken:
        yield Warning(
            33,
            "warning",
            "✕",
            "約束の不履行",
            since=broken[-1].promised_on,
            basis=f"{broken[-1].amount:,}円のうち{broken[-1].short:,}円が未納",
        )
    for each in opened.promises:
        if each.result is Promise.Result.DUE:
            yield Warning(60, "info", "◇", "納付の約束あり", until=each.promised_on, basis=f"{each.amount:,}円")


def _same_person(opened: Opened) -> Iterable[Warning]:
    if opened.person.same_person:
        yield Warning(50, "info", "＝", "名寄せ別番号あり", basis="、".join(opened.person.same_person))


def _represented(opened: Opened) -> Iterable[Warning]:
    if opened.person.agents:
        yield Warning(55, "info", "◎", "代理人あり", basis="、".join(each.what for each in opened.person.agents))


SOURCES: tuple[Callable[[Opened], Iterable[Warning]], ...] = (
    _protection, _withheld, _death, _gone, _extinct, _prescription, _suspensions, _advances, _obligations, _returned, _promises,
    _graces, _pledges, _stops, _same_person, _represented,
)  # fmt: skip
"""警告の出どころ。後の章は、ここに一つ足す。"""


def warnings_of(opened: Opened) -> tuple[Warning, ...]:
    """大事な順の警告。

    要件: F28-05
    """
    return tuple(sorted((each for source in SOURCES for each in source(opened)), key=lambda each: each.rank))


def procedures_of(
    addressee_number: str, *, as_of: date
) -> tuple[tuple[GraceHead, ...], tuple[PledgeHead, ...], tuple[SuspensionHead, ...]]:
    """その人の猶予、納付誓約、執行停止。"""
    return graces_of(addressee_number), pledges_of(addressee_number, as_of=as_of), suspensions_of(addressee_number)


def stops_of(addressee_number: str, *, as_of: date) -> tuple[Stop, ...]:
    """その日に効いている督促停止。"""
    rows = fetch_all(
        "SELECT charge_id, tax_item, starts_on, ends_through, reason, note FROM demand_stop "
        "WHERE addressee_number = %(addressee)s AND starts_on <= %(on)s "
        "AND (ends_through IS NULL OR ends_through >= %(on)s) AND (released_on IS NULL OR released_on > %(on)s) "
        "ORDER BY starts_on, stop_id",
        {"addressee": addressee_number, "on": as_of},
    )
    return tuple(Stop(*row) for row in rows)


def responsibilities_of(addressee_number: str, *, as_of: date) -> tuple[tuple[AdvanceHead, ...], tuple[Obligor, ...]]:
    """その人の繰上徴収と、ほかの納税者について負う責め。"""
    return advances_of(addressee_number), obligations_of(addressee_number, as_of=as_of)
