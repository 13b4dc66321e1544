"""倒産手続による、滞納処分の禁止・中止の期間。命令、伸長、効力を失った日。いつまでかは、法（`rebuilding`）が数える。

Which of a person's charges are stayed, and until when, is one view (`lasting_stay`); every act that seizes or collects asks it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import ProcedureUnknown
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import Span
from osame.law.dispositions import Procedure
from osame.law.rebuilding import Stay, StayKind, comprehensive_stay, extended_stay, halting_stay
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

ORDERS = (StayKind.COMPREHENSIVE, StayKind.HALTING, StayKind.EXTENSION)
"""職員が記録する命令と決定。開始による禁止は開始の記録が、計画による猶予は認可の記録が始める。"""


class ConsentNeeded(Refusal):
    """期間の伸長には、徴収の権限を有する者の同意が要ります。同意した日を入力してください（会社更生法第50条第3項）。"""


class NothingToExtend(Refusal):
    """続いている禁止の期間がありません。開始の決定を記録してから、伸長を記録してください。"""


class OrderNotOfProcedure(Refusal):
    """その手続に、この命令や決定はありません。破産手続は包括的禁止命令、更生手続は包括的禁止命令・中止命令・伸長です。種類を選び直してください。"""


class OrderAfterOpening(Refusal):
    """包括的禁止命令と中止命令は、開始の決定より前のものです。命令の日を確かめてください。"""


class StayNeedsNote(Refusal):
    """資料または理由がありません。決定書や通知のとおりに入力してください。"""


class StayGone(Refusal):
    """その番号の、続いている禁止・中止がありません。画面を開き直してください。"""


@dataclass(frozen=True, slots=True)
class NewStay:
    """記録する命令、または伸長。 on: 命令・決定の日; through: 伸長した後の終わりの日; consented_on: 伸長に同意した日。"""

    kind: StayKind
    on: date
    note: str
    through: date | None = None
    consented_on: date | None = None


@dataclass(frozen=True, slots=True)
class StayLine:
    """禁止・中止の期間一つ。 ends_on: 実際の終わりの日（認可や手続の終わりで、法の定める日より早いことがある）;
    is_effective: 始まる前に効力を失ったのでないか。
    """

    stay_number: int
    kind: StayKind
    first_on: date
    through_on: date | None
    ends_on: date | None
    article: str
    consented_on: date | None
    note: str
    lifted_on: date | None
    lifted_reason: str
    is_effective: bool

    @property
    def span(self) -> Span:
        """実際の期間。"""
        return Span(self.first_on, self.ends_on)


def record_stay(key: tuple[str, int], new: NewStay, *, officer: str) -> None:
    """裁判所の命令（包括的禁止命令、中止命令）、または期間の伸長を記録する。 key: （宛名番号、破産管理番号）。

    要件: F13-12
    """
    if not new.note.strip():
        raise StayNeedsNote
    with transaction.atomic():
        procedure, opened_on = _procedure(key)
        is_extension = new.kind is StayKind.EXTENSION
        stay = _extension(key, procedure, new) if is_extension else _order(procedure, opened_on, new)
        write_stay(key, stay, (new.note.strip(), new.consented_on, officer))
        detail: dict[str, str | int] = {"破産管理番号": key[1], "種類": new.kind.value, "職員": officer}
        record("滞納処分の禁止・中止を記録した", subjects=[key[0]], detail=detail)


def lift_stay(key: tuple[str, int], stay_number: int, *, on: date, reason: str, officer: str) -> None:
    """命令の取消し・変更、続行命令、登録の誤りで、禁止・中止が効力を失ったことを記録する。その日までは、禁止と数える。

    要件: F13-12
    """
    if not reason.strip():
        raise StayNeedsNote
    with transaction.atomic():
        lifted = run_sql(
            "UPDATE insolvency_stay SET lifted_on = %s, lifted_reason = %s WHERE addressee_number = %s AND bankruptcy_id = %s "
            "AND stay_number = %s AND lifted_on IS NULL",
            [on, reason.strip(), *key, stay_number],
        )
        if not lifted:
            raise StayGone(str(stay_number))
        detail: dict[str, str | int] = {"破産管理番号": key[1], "連番": stay_number, "職員": officer}
        record("滞納処分の禁止・中止の効力が失われたことを記録した", subjects=[key[0]], detail=detail)


def write_stay(key: tuple[str, int], stay: Stay, told: tuple[str, date | None, str]) -> None:
    """法が数えた期間を書く。 told: （資料、同意した日、職員）。取引の中で呼ぶ。

    要件: F13-12
    """
    run_sql(
        "INSERT INTO insolvency_stay (addressee_number, bankruptcy_id, stay_number, kind, first_on, through_on, article, note, "
        "consented_on, lifted_reason, officer) SELECT %s, %s, coalesce(max(stay_number), 0) + 1, %s, %s, %s, %s, %s, %s, '', %s FROM insolvency_stay "
        "WHERE addressee_number = %s AND bankruptcy_id = %s",
        [*key, stay.kind.name, stay.span.first, stay.span.through, stay.article, *told, *key],
    )


def stays_of(key: tuple[str, int]) -> tuple[StayLine, ...]:
    """その手続の、禁止・中止の期間。終わりの日は、認可や手続の終わりを数えた、実際の日。

    要件: F13-12
    """
    rows = fetch_all(
        "SELECT s.stay_number, s.kind, s.first_on, s.through_on, v.ends_on, s.article, s.consented_on, s.note, s.lifted_on, s.lifted_reason, "
        "v.stay_number IS NOT NULL "
        "FROM insolvency_stay s LEFT JOIN lasting_stay v USING (addressee_number, bankruptcy_id, stay_number) "
        "WHERE s.addressee_number = %s AND s.bankruptcy_id = %s ORDER BY s.stay_number",
        [*key],
    )
    return tuple(StayLine(number, StayKind[kind], *rest) for number, kind, *rest in rows)


def spans_against(addressee_number: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """その人の財産への、滞納処分の（禁止、中止）の期間。ほかの納税者の期別の責めを負う者の財産に問う。

    解釈: 責めが開始の後に生じたかは問わず、禁止の期間は差し押さえない。

    要件: F13-12, F24-06
    """
    rows = fetch_all(
        "SELECT kind, first_on, ends_on FROM lasting_stay WHERE addressee_number = %s ORDER BY first_on",
        [addressee_number],
    )
    spans = [(kind, Span(first, through)) for kind, first, through in rows]
    return tuple(span for kind, span in spans if kind != StayKind.HALTING.name), tuple(span for _, span in spans)


def _procedure(key: tuple[str, int]) -> tuple[Procedure, date | None]:
    rows = fetch_all(
        "SELECT procedure, opened_on FROM bankruptcy WHERE addressee_number = %s AND bankruptcy_id = %s FOR UPDATE",
        [*key],
    )
    if not rows:
        raise ProcedureUnknown(str(key[1]))
    return Procedure[rows[0][0]], rows[0][1]


def _order(procedure: Procedure, opened_on: date | None, new: NewStay) -> Stay:
    is_bankruptcy = procedure is Procedure.BANKRUPTCY
    if new.kind is StayKind.COMPREHENSIVE and procedure is not Procedure.REHABILITATION:
        stay = comprehensive_stay(new.on, is_bankruptcy=is_bankruptcy)
    elif new.kind is StayKind.HALTING and procedure is Procedure.REORGANIZATION:
        stay = halting_stay(new.on)
    else:
        raise OrderNotOfProcedure(f"{procedure.value}の{new.kind.value}")
    if opened_on is not None and new.on > opened_on:
        raise OrderAfterOpening(format_wareki(opened_on))
    return stay


def _extension(key: tuple[str, int], procedure: Procedure, new: NewStay) -> Stay:
    if procedure is not Procedure.REORGANIZATION:
        raise OrderNotOfProcedure(f"{procedure.value}の{new.kind.value}")
    held = [each for each in stays_of(key) if each.is_effective and each.kind in {StayKind.OPENING, StayKind.EXTENSION}]
    ends = [each.ends_on for each in held if each.ends_on is not None and each.ends_on == each.through_on]
    if not ends or new.through is None:
        raise NothingToExtend
    if new.consented_on is None:
        raise ConsentNeeded
    return extended_stay(max(ends), new.through)
