"""猶予の照会。一件の綴り、生きている猶予、処分と督促と時効のための事実、履行の状況。

What others ask of graces they read through `arrears.stages` and `arrears.prescribing` (the views of `sql/grace.sql`);
`instalment_standing` compares plans with receipts, with the delay of channels allowed.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.arrears.standing import PAYMENTS, Standing, channel_delay, standing_of
from osame.collection.grace.models import GROUND_NAMES, GraceDocument, GraceSecurity, SecurityAct
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.kernel.dates import fiscal_year_label
from osame.kernel.money import Yen
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.grace import GraceGround
from osame.law.instalments import Instalment
from osame.platform.database import fetch_all, fetch_one

PAID = PAYMENTS.format(who="%(who)s", charges="%(charges)s", since="%(since)s")
FILE = """
SELECT g.addressee_number, g.grace_id, g.procedure, g.stage, g.ground, g.applied_on, g.circumstances, g.first_on, g.through_on,
       g.granted_first_on, g.security_excuse, g.officer, g.recorded_on, a.name
FROM grace g JOIN addressee a USING (addressee_number)
WHERE {terms} ORDER BY g.grace_id DESC
"""


@dataclass(frozen=True, slots=True)
class GracedCharge:
    """猶予の対象の期別。 left: いま残る本税。"""

    charge_id: int
    tax_item: str
    tax_name: str
    levy_year: int
    term_name: str
    due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    left: int

    @property
    def total(self) -> int:
        """登録した日に納めるべきだった額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge

    @property
    def label(self) -> str:
        """期別の呼び名。"""
        return f"{self.tax_name} {fiscal_year_label(self.levy_year)} {self.term_name}"


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """書類一つ。"""

    kind: GraceDocument.Kind
    arrived_on: date | None
    defect: str
    notified_on: date | None
    cure_through: date | None
    cured_on: date | None


@dataclass(frozen=True, slots=True)
class SecurityActLine:
    """担保についての行い一つ。"""

    kind: SecurityAct.Kind
    happened_on: date
    through_on: date | None
    amount: int | None
    note: str
    article: str
    officer: str


@dataclass(frozen=True, slots=True)
class SecurityLine:
    """担保一つ。"""

    security_id: int
    kind: GraceSecurity.Kind
    description: str
    value: int
    given_on: date
    released_on: date | None
    release_reason: str
    acts: tuple[SecurityActLine, ...] = ()

    @property
    def is_refused(self) -> bool:
        """増担保などの求めに、応じていないか。"""
        return bool(self.acts) and self.acts[-1].kind is SecurityAct.Kind.REFUSED


@dataclass(frozen=True, slots=True)
class GraceHead:
    """猶予の見出し。"""

    addressee_number: str
    grace_id: int
    procedure: Procedure
    stage: ProcedureStage
    ground: GraceGround
    applied_on: date | None
    circumstances: str
    first_on: date
    through_on: date
    granted_first_on: date | None
    security_excuse: str
    officer: str
    recorded_on: date
    name: str

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(self.procedure, self.stage)

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、猶予管理番号）。"""
        return self.addressee_number, self.grace_id

    @property
    def ground_name(self) -> str:
        """猶予の根拠の名。"""
        return GROUND_NAMES[self.ground]


@dataclass(frozen=True, slots=True)
class GraceFile:
    """猶予一件の綴り。 entrusted: 納付の委託を受けて、まだ取り立てていない証券の額。"""

    head: GraceHead
    charges: tuple[GracedCharge, ...]
    documents: tuple[DocumentLine, ...]
    instalments: tuple[Instalment, ...]
    securities: tuple[SecurityLine, ...]
    events: tuple[EventLine, ...]
    entrusted: int = 0

    @property
    def amount(self) -> int:
        """登録した日の、対象の税の合計。"""
        return sum(each.total for each in self.charges)

    @property
    def unpaid(self) -> int:
        """いま残る本税の合計。"""
        return sum(each.left for each in self.charges)

    @property
    def secured(self) -> int:
        """解除していない担保の価額と、受託中の証券の額の合計。証券の限度で、担保の提供があったものとする（地方税法第16条の2第4項）。"""
        return sum(each.value for each in self.securities if each.released_on is None) + self.entrusted

    @property
    def is_security_refused(self) -> bool:
        """増担保などの求めに応じない担保があるか。猶予を取り消す事由になる。"""
        return any(each.is_refused for each in self.securities if each.released_on is None)


def grace_file(key: tuple[str, int], *, lock: bool = False) -> GraceFile:
    """猶予一件の綴り。

    要件: F15-01
    """
    if lock:
        fetch_all("SELECT 1 FROM grace WHERE addressee_number = %s AND grace_id = %s FOR UPDATE", [*key])
    heads = graces("g.addressee_number = %(who)s AND g.grace_id = %(grace)s", {"who": key[0], "grace": key[1]})
    if not heads:
        raise ProcedureUnknown(str(key[1]))
    return GraceFile(
        heads[0],
        _charges(key),
        _documents(key),
        instalments_of(key),
        _securities(key),
        events_of("grace", key),
        _entrusted(key),
    )


def graces(terms: str, values: dict[str, Any]) -> tuple[GraceHead, ...]:
    """条件に合う猶予の見出し。"""
    return tuple(
        GraceHead(who, number, Procedure[procedure], ProcedureStage[stage], GraceGround(ground), *rest)
        for who, number, procedure, stage, ground, *rest in fetch_all(FILE.format(terms=terms), values)
    )


def graces_of(addressee_number: str) -> tuple[GraceHead, ...]:
    """その人の猶予を、新しい順に。

    要件: F15-01
    """
    return graces("g.addressee_number = %(who)s", {"who": addressee_number})


def open_graces() -> tuple[GraceHead, ...]:
    """申請中と期間中の猶予を、新しい順に。

    要件: F15-07
    """
    return graces("g.stage IN ('NONE', 'APPLIED', 'IN_FORCE')", {})


def head_numbered(grace_id: int) -> GraceHead:
    """番号の猶予の見出し。"""
    found = graces("g.grace_id = %(grace)s", {"grace": grace_id})
    if not found:
        raise ProcedureUnknown(str(grace_id))
    return found[0]


def uncured(*, as_of: date) -> tuple[tuple[str, int], ...]:
    """補正の期限を過ぎて、補正のない申請。"""
    rows = fetch_all(
        "SELECT DISTINCT addressee_number, grace_id FROM grace JOIN grace_document d USING (addressee_number, grace_id) "
        "WHERE stage = 'APPLIED' AND d.defect <> '' AND d.cured_on IS NULL AND d.cure_through < %s ORDER BY 2",
        [as_of],
    )
    return tuple((str(row[0]), int(row[1])) for row in rows)


def instalments_of(key: tuple[str, int]) -> tuple[Instalment, ...]:
    """生きている計画の各回。"""
    rows = fetch_all(
        "SELECT instalment_number, due_on, amount FROM grace_instalment i WHERE addressee_number = %s AND grace_id = %s "
        "AND plan_number = (SELECT max(plan_number) FROM grace_instalment x WHERE x.addressee_number = i.addressee_number "
        "AND x.grace_id = i.grace_id) ORDER BY instalment_number",
        [*key],
    )
    return tuple(Instalment(number, on, Yen(amount), ()) for number, on, amount in rows)


def instalment_standing(file: GraceFile, *, as_of: date) -> Standing:
    """計画どおりに納めているか。収納の知らせが遅れる日数だけ待つ。

    要件: F15-07, F14-03
    """
    since = file.head.granted_first_on or file.head.first_on
    (paid,) = fetch_all(
        f"SELECT coalesce(sum(z.amount), 0)::bigint FROM ({PAID}) z",
        {"who": file.head.addressee_number, "charges": [each.charge_id for each in file.charges], "since": since},
    )[0]
    return standing_of(file.instalments, int(paid), as_of=as_of, delay_days=channel_delay(as_of=as_of))


def _charges(key: tuple[str, int]) -> tuple[GracedCharge, ...]:
    rows = fetch_all(
        "SELECT c.charge_id, c.tax_item, coalesce(t.name, c.tax_item), c.levy_year, coalesce(n.name, c.installment_term || '期'), "
        "c.due_date, g.principal_tax, g.demand_fee, g.delinquency_charge, c.principal_tax "
        "FROM grace_charge g JOIN charge c USING (addressee_number, charge_id) "
        f"{CHARGE_NAMES} "
        "WHERE g.addressee_number = %s AND g.grace_id = %s ORDER BY c.due_date, c.charge_id",
        [*key],
    )
    return tuple(GracedCharge(*row) for row in rows)


def _documents(key: tuple[str, int]) -> tuple[DocumentLine, ...]:
    rows = fetch_all(
        "SELECT kind, arrived_on, defect, notified_on, cure_through, cured_on FROM grace_document "
        "WHERE addressee_number = %s AND grace_id = %s ORDER BY kind",
        [*key],
    )
    return tuple(DocumentLine(GraceDocument.Kind(kind), *rest) for kind, *rest in rows)


def _securities(key: tuple[str, int]) -> tuple[SecurityLine, ...]:
    rows = fetch_all(
        "SELECT security_id, kind, description, value, given_on, released_on, release_reason FROM grace_security "
        "WHERE addressee_number = %s AND grace_id = %s ORDER BY security_id",
        [*key],
    )
    acts: dict[int, list[SecurityActLine]] = defaultdict(list)
    for number, kind, *rest in fetch_all(
        "SELECT x.security_id, x.kind, x.happened_on, x.through_on, x.amount, x.note, x.article, x.officer FROM security_act x "
        "JOIN grace_security s USING (addressee_number, security_id) WHERE s.addressee_number = %s AND s.grace_id = %s "
        "ORDER BY x.security_id, x.act_number",
        [*key],
    ):
        acts[number].append(SecurityActLine(SecurityAct.Kind(kind), *rest))
    return tuple(
        SecurityLine(*[number, GraceSecurity.Kind(kind), *rest, tuple(acts[number])]) for number, kind, *rest in rows
    )


def _entrusted(key: tuple[str, int]) -> int:
    (amount,) = fetch_one(
        "SELECT coalesce(sum(amount), 0)::bigint FROM entrusted_paper WHERE addressee_number = %s AND grace_id = %s "
        "AND state = '1'",
        [*key],
    )
    return int(amount)
