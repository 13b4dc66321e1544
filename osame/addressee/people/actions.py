"""宛名の登録・更新・廃止と、住民・住登外者の移り変わり、相続の段階。"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.addressee.people import queries
from osame.addressee.people.facts import EVERY_GROUP, FactGroup, Facts, Standing
from osame.addressee.people.models import Addressee, SuccessionStep
from osame.addressee.people.recording import BY_HAND, Change, number_addressees, record_version
from osame.kernel.check_digits import corporate_number_is_valid
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

Kind, Step = Addressee.Kind, SuccessionStep.Step


class NameIsMissing(Refusal):
    """氏名（名称）がありません。入力してください。"""


class SamePersonMayExist(Refusal):
    """氏名と生年月日が同じ宛名がもうあります。その宛名を使うか、別人と確かめた理由を添えて登録してください。"""


class SameCorporationExists(Refusal):
    """同じ法人番号の宛名がもうあります。その宛名を使ってください。"""


class CorporateNumberIsWrong(Refusal):
    """法人番号が13桁でないか、検査用数字が合いません。法人番号公表サイトの番号を確かめてください。"""


class ResidentsAreNotRegisteredHere(Refusal):
    """住民は、住民記録の連携でだけ登録されます。住登外者・法人・共有者・事業所のどれかを選んでください。"""


class ParentIsMissing(Refusal):
    """事業所の法人がありません。先に法人を登録し、その宛名番号を入力してください。"""


class StillAResident(Refusal):
    """住民である間は、住登外者にできません。転出か職権消除の連携を待ってください。"""


class AlreadyClosed(Refusal):
    """この宛名はもう廃止されています。番号は使い回しません。"""


class ChangedMeanwhile(Refusal):
    """画面を開いた後に、ほかの職員がこの宛名を変えました。いまの事実を確かめて、もう一度登録してください。"""


class NotTheNextStep(Refusal):
    """相続の段階は、相続人未確定・代表者指定・承継済の順に進みます。いまの段階を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Registration:
    """登録の申出。 `despite` は、よく似た宛名があっても登録する理由。"""

    addressee_number: str
    kind: str
    facts: Facts
    since: date
    reason: str = "01"
    source: str = BY_HAND
    despite: str = ""


def register(request: Registration) -> str:
    """住登外者・法人・共有者・事業所を登録する。よく似た宛名があれば、理由がない限り断る。

    要件: F02-02, F33-01
    """
    facts = request.facts
    if request.kind == Kind.RESIDENT:
        raise ResidentsAreNotRegisteredHere
    if not facts.name.strip():
        raise NameIsMissing
    with transaction.atomic():
        _check_twins(request)
        if request.kind != Kind.NON_RESIDENT:
            facts = replace(facts, standing=Standing.ACTIVE.value)
        number_addressees([(request.addressee_number, request.kind, request.source)])
        record_version(
            Change(request.addressee_number, request.since, request.reason, facts, request.source, EVERY_GROUP)
        )
        if request.despite.strip():
            record(
                "よく似た宛名があるが登録した", subjects=[request.addressee_number], detail={"理由": request.despite}
            )
    return request.addressee_number


def _check_twins(request: Registration) -> None:
    """二重登録の注意。法人番号が同じ法人は、理由があっても登録しない。"""
    facts = request.facts
    if request.kind == Kind.CORPORATION and facts.corporate_number:
        if not corporate_number_is_valid(facts.corporate_number):
            raise CorporateNumberIsWrong
        if found := queries.same_corporation(facts.corporate_number):
            raise SameCorporationExists("、".join(found))
    if request.kind == Kind.ESTABLISHMENT and not fetch_all(
        "SELECT 1 FROM addressee WHERE addressee_number = %s AND kind = '3'", [facts.parent_number]
    ):
        raise ParentIsMissing(facts.parent_number)
    unsure = request.kind == Kind.NON_RESIDENT and facts.born_on and not request.despite.strip()
    if unsure and (found := queries.same_four(facts)):
        raise SamePersonMayExist("、".join(found))


def update(change: Change, *, seen: int | None = None) -> int:
    """宛名の事実を変える。住民の事実は変えられない。異動番号を返す。

    `seen` is the version that the officer saw when beginning; if another has changed the addressee since, nothing is written.

    要件: F02-02, F33-01, F33-06
    """
    if not change.facts.name.strip():
        raise NameIsMissing
    if change.facts.corporate_number and not corporate_number_is_valid(change.facts.corporate_number):
        raise CorporateNumberIsWrong
    with transaction.atomic():
        if seen is not None:
            fetch_all(
                "SELECT 1 FROM addressee WHERE addressee_number = %s FOR NO KEY UPDATE", [change.addressee_number]
            )
            now = queries.current(change.addressee_number)
            if now is not None and now.version_id != seen:
                raise ChangedMeanwhile(now.officer)
        return record_version(change)


def close(addressee_number: str, *, closed_on: date, reason: str) -> None:
    """宛名を廃止する。番号も履歴も残り、番号は使い回さない。

    要件: F33-01, F33-02
    """
    with transaction.atomic():
        queries.kind_of(addressee_number)
        closed = run_sql(
            "UPDATE addressee SET closed_on = %s WHERE addressee_number = %s AND closed_on IS NULL",
            [closed_on, addressee_number],
        )
        if not closed:
            raise AlreadyClosed(addressee_number)
        record("宛名を廃止した", subjects=[addressee_number], detail={"理由": reason, "廃止日": closed_on.isoformat()})


def become_non_resident(addressee_number: str, *, since: date) -> int:
    """転出か消除の後の住民を、住登外者として引き継ぐ。番号は変わらず、以後は手で変えられる。

    要件: F33-10
    """
    with transaction.atomic():
        now = queries.current(addressee_number)
        if now is None or now.facts.standing not in {Standing.MOVED_OUT, Standing.REMOVED}:
            raise StillAResident(addressee_number)
        run_sql("UPDATE addressee SET kind = %s WHERE addressee_number = %s", [Kind.NON_RESIDENT, addressee_number])
        facts = replace(now.facts, standing=Standing.UNREGISTERED.value)
        return record_version(Change(addressee_number, since, "31", facts, asserts=FactGroup.STANDING.value))


def name_representative(addressee_number: str, representative_number: str, *, named_on: date) -> None:
    """相続人代表者を定める。

    要件: F02-08, F24-02
    """
    queries.kind_of(representative_number)
    _step(addressee_number, Step.REPRESENTATIVE_NAMED, named_on, representative_number, (Step.HEIRS_UNKNOWN,))


def complete_succession(addressee_number: str, *, succeeded_on: date) -> None:
    """承継を終える。

    要件: F02-08, F24-01
    """
    _step(addressee_number, Step.SUCCEEDED, succeeded_on, "", (Step.REPRESENTATIVE_NAMED,))


def _step(number: str, step: SuccessionStep.Step, on: date, representative: str, after: Sequence[str]) -> None:
    with transaction.atomic():
        fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s FOR NO KEY UPDATE", [number])
        before = queries.succession_of(number)
        if before not in after:
            raise NotTheNextStep(Step(before).label if before else "生存")
        run_sql(
            "INSERT INTO succession_step (addressee_number, step, stepped_on, representative_number, officer) "
            "VALUES (%s, %s, %s, %s, %s)",
            [number, step, on, representative, gate.required().officer],
        )
        record("相続の段階を進めた", subjects=[number, representative] if representative else [number])
