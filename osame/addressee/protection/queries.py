"""支援措置の照会。誰が守られているか、相手方は誰か。

Who is protected, from whom, until when. Everybody asks here: the suppression engine, the change feed, the letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.addressee.protection.models import ProtectionMeasure
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.suppression.decision import Reader, ReaderKind, Relation, Subject

State = ProtectionMeasure.State

IN_FORCE = """
SELECT m.addressee_number, bool_or(m.state <> '9'), max(m.through) FILTER (WHERE m.state <> '9'),
       coalesce(array_agg(DISTINCT r.other_number) FILTER (WHERE m.state <> '9' AND r.other_number <> ''), '{}'),
       coalesce(array_agg(DISTINCT r.other_name) FILTER (WHERE m.state <> '9' AND r.other_name <> ''), '{}')
FROM protection_measure m LEFT JOIN protected_relation r USING (measure_id, addressee_number)
WHERE m.addressee_number = ANY(%(numbers)s) GROUP BY m.addressee_number
"""
SAFE = """
SELECT DISTINCT addressee_number FROM mailing_address
WHERE addressee_number = ANY(%(numbers)s) AND is_safe AND superseded_at IS NULL
  AND (NOT needs_approval OR approver <> '') AND valid_from <= %(on)s AND (valid_until IS NULL OR valid_until > %(on)s)
"""


class NoSuchMeasure(Refusal):
    """この支援措置はありません。支援措置の一覧から開き直してください。"""


@dataclass(frozen=True, slots=True)
class Protection:
    """一人の支援措置のまとめ。配信にも載る。 through: 期間の末日（過ぎても、解除までは active）。"""

    addressee_number: str
    active: bool
    through: date | None
    other_parties: tuple[str, ...]
    other_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """支援措置一件。"""

    measure_id: int
    addressee_number: str
    kind: str
    state: str
    source: str
    requesting_office: str
    starts_on: date
    through: date
    released_on: date | None


def protection_of(addressee_number: str) -> Protection:
    """一人の支援措置のまとめ。なければ active は偽。 要件: F27-01"""
    return protections_of([addressee_number])[addressee_number]


def protections_of(addressee_numbers: Sequence[str]) -> dict[str, Protection]:
    """多くの人の支援措置のまとめを、一度に。"""
    found = {
        number: Protection(number, active, through, tuple(others), tuple(names))
        for number, active, through, others, names in fetch_all(IN_FORCE, {"numbers": list(addressee_numbers)})
    }
    return {number: found.get(number, Protection(number, False, None, (), ())) for number in addressee_numbers}


def subjects_of(addressee_numbers: Sequence[str], *, on: date) -> dict[str, Subject]:
    """抑止の判断に渡す本人の事実を、多くの人について一度に。"""
    known = protections_of(addressee_numbers)
    protected = [number for number, each in known.items() if each.active]
    safe = {row[0] for row in fetch_all(SAFE, {"numbers": protected, "on": on})} if protected else set()
    return {
        number: Subject(number, each.active, frozenset(each.other_parties), number in safe)
        for number, each in known.items()
    }


def subject_of(addressee_number: str, *, on: date) -> Subject:
    """抑止の判断に渡す本人の事実。"""
    return subjects_of([addressee_number], on=on)[addressee_number]


def letter_reader(addressee_number: str, relation: Relation) -> Reader:
    """文書を受け取る者。その者自身が守られていれば、相手方も添える。"""
    others = frozenset(protection_of(addressee_number).other_parties) if addressee_number else frozenset()
    return Reader(ReaderKind.LETTER, addressee_number, relation, protected_from=others)


def measures_of(addressee_number: str) -> list[MeasureFacts]:
    """一人の支援措置を、古い順に。"""
    rows = ProtectionMeasure.objects.filter(addressee_number=addressee_number).order_by("measure_id")
    return [_told(each) for each in rows]


def in_force(*, through: date | None = None) -> list[MeasureFacts]:
    """解除されていない支援措置を、末日の近いものから。 through: 末日がこの日までのものだけ。

    要件: F27-01
    """
    rows = ProtectionMeasure.objects.exclude(state=State.RELEASED).order_by("through", "measure_id")
    return [_told(each) for each in (rows.filter(through__lte=through) if through else rows)]


def open_measure(measure_id: int) -> MeasureFacts:
    """支援措置一件。なければ断る。"""
    found = ProtectionMeasure.objects.filter(pk=measure_id).first()
    if found is None:
        raise NoSuchMeasure(str(measure_id))
    return _told(found)


def _told(measure: ProtectionMeasure) -> MeasureFacts:
    return MeasureFacts(
        measure.measure_id,
        measure.addressee_number,
        ProtectionMeasure.Kind(measure.kind).label,
        State(measure.state).label,
        ProtectionMeasure.Source(measure.source).label,
        measure.requesting_office,
        measure.starts_on,
        measure.through,
        measure.released_on,
    )


def to_review() -> list[MeasureFacts]:
    """期限が切れ、解除か延長の判断を待つもの。"""
    numbers = ProtectionMeasure.objects.filter(state=State.EXPIRED).values_list("addressee_number", flat=True)
    return [
        each for number in sorted(set(numbers)) for each in measures_of(number) if each.state == State.EXPIRED.label
    ]
