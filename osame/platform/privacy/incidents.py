"""漏えい等事故。登録し、範囲を引き、封じ込め、期限までに報告し、再発防止まで終える。

An incident from detection to prevention. The affected people come from the audit chain and the outputs (`tracing`); the terms
for reporting come from the law; every step has its date, and a date that does not follow the one before it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.kernel.dates import format_wareki
from osame.law.personal_information import (
    IncidentFacts,
    ReportingGround,
    ReportTerms,
    report_terms,
    reporting_grounds,
)
from osame.platform.audit.recording import record
from osame.platform.egress.models import EgressRecord
from osame.platform.egress.records import revoke
from osame.platform.privacy import refusals
from osame.platform.privacy.models import Incident, IncidentPerson
from osame.platform.privacy.tracing import Reach, Scope, drawn

State = Incident.State
REPORT = ("items", "cause", "secondary_damage", "response", "publication", "prevention", "other")
"""報告の項目（概要と本人の数のほか）。報告規則第3条第1項各号の並び。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """知った事故。"""

    kind: str
    summary: str
    known_on: date
    number_included: bool
    in_affair_system: bool = True
    wrongful: bool = False
    open_to_public: bool = False
    protected_by_encryption: bool = False


def register(detection: Detection, *, as_of: date) -> int:
    """漏えい等事故を登録する。番号を返す。期限は、知った日から始まる。

    要件: F36-11
    根拠: 番号法第29条の4第1項、個人情報の保護に関する法律第68条第1項
    """
    if not detection.summary.strip():
        raise refusals.IncidentSaysNothing
    if detection.known_on > as_of:
        raise refusals.WrongOrderOfDates(format_wareki(detection.known_on))
    with transaction.atomic():
        row = Incident.objects.create(**{name: getattr(detection, name) for name in Detection.__dataclass_fields__})
        _recorded("漏えい等事故を登録した", row)
    return int(row.incident_id)


def trace(incident_id: int, scope: Scope) -> Reach:
    """影響の範囲を、監査の鎖と出力の記録から引き直す。

    要件: F36-11, F29-03
    """
    with transaction.atomic():
        row = _locked(incident_id)
        reach = drawn(incident_id, scope)
        row.scope, row.traced, row.people, row.people_sha256 = (
            scope.kept(),
            dict(reach.traced),
            reach.people,
            reach.sha256,
        )
        row.save(update_fields=["scope", "traced", "people", "people_sha256"])
        _recorded("漏えい等事故の範囲を引いた", row, people=reach.people)
    return reach


def contain(incident_id: int, *, on: date, as_of: date) -> int:
    """封じ込める。範囲にある出力のうち、まだ取り消していないものを取り消す。取り消した数を返す。

    要件: F36-11, F29-06
    """
    with transaction.atomic():
        row = _locked(incident_id, State.DETECTED)
        _in_order(row.known_on, on, as_of)
        serials = [each[0] for each in row.traced.get("outputs", [])]
        numbers = [int(each.removeprefix("E")) for each in serials]
        open_outputs = EgressRecord.objects.filter(egress_id__in=numbers, revoked_at=None).order_by("egress_id")
        stopped = 0
        for each in list(open_outputs):
            revoke(each.serial, reason=f"漏えい等事故 第{incident_id}号の封じ込め")
            stopped += 1
        row.state, row.contained_on = State.CONTAINED, on
        row.save(update_fields=["state", "contained_on"])
        _recorded("漏えい等事故を封じ込めた", row, revoked=stopped)
    return stopped


def describe(incident_id: int, told: dict[str, str]) -> None:
    """報告の項目を書く。

    要件: F36-11
    根拠: 報告規則第3条第1項
    """
    with transaction.atomic():
        row = _locked(incident_id, State.DETECTED, State.CONTAINED, State.REPORTED)
        for name in REPORT:
            setattr(row, name, told.get(name, getattr(row, name)).strip())
        row.save(update_fields=list(REPORT))
        _recorded("漏えい等事故の報告の項目を書いた", row)


def report(incident_id: int, *, final: bool, on: date, as_of: date) -> None:
    """速報か確報をしたことを残す。確報は、封じ込めた後に、原因と再発防止の措置を書いて。

    要件: F36-11
    根拠: 番号法第29条の4第1項、報告規則第3条
    """
    with transaction.atomic():
        row = _locked(incident_id, State.DETECTED, State.CONTAINED)
        _in_order(row.known_on, on, as_of)
        if not final:
            if row.prompt_reported_on:
                raise refusals.IncidentStageWrong("速報は済んでいます")
            row.prompt_reported_on = on
        else:
            if row.state != State.CONTAINED:
                raise refusals.IncidentStageWrong(State(row.state).label)
            if not row.cause or not row.prevention:
                raise refusals.ReportIncomplete
            _in_order(row.prompt_reported_on or row.known_on, on, as_of)
            row.final_reported_on, row.state = on, State.REPORTED
        row.save(update_fields=["prompt_reported_on", "final_reported_on", "state"])
        _recorded("漏えい等事故の確報をした" if final else "漏えい等事故の速報をした", row)


def tell_people(incident_id: int, *, on: date, as_of: date) -> None:
    """対象の本人に通知したことを残す。

    要件: F36-11
    根拠: 番号法第29条の4第2項、個人情報の保護に関する法律第68条第2項
    """
    with transaction.atomic():
        row = _locked(incident_id)
        _in_order(row.known_on, on, as_of)
        row.people_told_on = on
        row.save(update_fields=["people_told_on"])
        _recorded("漏えい等事故を本人に通知した", row)


def close(incident_id: int, *, on: date, as_of: date) -> None:
    """再発防止まで終える。報告が要る事故は、確報の後にだけ終えられる。

    要件: F36-11
    """
    with transaction.atomic():
        row = _locked(incident_id, State.CONTAINED, State.REPORTED)
        if grounds_of(row) and row.final_reported_on is None:
            raise refusals.IncidentStageWrong("報告が要る事故です。確報の後に終えてください")
        if not row.prevention:
            raise refusals.ReportIncomplete
        _in_order(row.final_reported_on or row.contained_on or row.known_on, on, as_of)
        row.state, row.closed_on = State.CLOSED, on
        row.save(update_fields=["state", "closed_on"])
        _recorded("漏えい等事故を終えた", row)


def one(incident_id: int) -> Incident:
    """一つの漏えい等事故。なければ断る。"""
    row = Incident.objects.filter(pk=incident_id).first()
    if row is None:
        raise refusals.UnknownIncident(str(incident_id))
    return row


def listed(*, open_only: bool = False, limit: int = 200) -> list[Incident]:
    """漏えい等事故を、新しいものから。"""
    found = Incident.objects.exclude(state=State.CLOSED) if open_only else Incident.objects.all()
    return list(found.order_by("-incident_id")[:limit])


def people_of(incident_id: int, *, offset: int = 0, size: int = 100) -> Sequence[IncidentPerson]:
    """対象者。宛名番号の順に。"""
    with transaction.atomic():
        found = IncidentPerson.objects.filter(incident_id=incident_id).order_by("addressee_number")
        return list(found[offset : offset + size])


def terms_of(row: Incident) -> ReportTerms:
    """報告の期限。"""
    return report_terms(row.known_on, wrongful=row.wrongful)


def grounds_of(row: Incident) -> tuple[ReportingGround, ...]:
    """報告しなければならない事態。"""
    return reporting_grounds(
        IncidentFacts(
            row.number_included, row.people, row.in_affair_system, row.wrongful, row.open_to_public,
            row.protected_by_encryption,
        )
    )  # fmt: skip


def next_due(row: Incident) -> tuple[str, date] | None:
    """次にする報告と、その期限。もうなければ None。範囲を引くまでは、報告が要るものとして扱う。"""
    if row.state in {State.CLOSED, State.REPORTED} or (row.scope and not grounds_of(row)):
        return None
    terms = terms_of(row)
    if row.prompt_reported_on is None:
        return "速報", terms.prompt_through
    return "確報", terms.final_through


def _in_order(before: date, on: date, as_of: date) -> None:
    if not before <= on <= as_of:
        raise refusals.WrongOrderOfDates(format_wareki(on))


def _locked(incident_id: int, *states: str) -> Incident:
    row = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if row is None:
        raise refusals.UnknownIncident(str(incident_id))
    if states and row.state not in states:
        raise refusals.IncidentStageWrong(State(row.state).label)
    return row


def _recorded(act: str, row: Incident, **detail: str | int) -> None:
    record(act, detail={"漏えい等事故番号": row.incident_id, **detail})
