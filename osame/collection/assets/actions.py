"""財産調査の行い。計画を立て、照会先を登録し、照会し、回答を記録し、財産を登録する。

What a reply says is kept as it was written. Whose it is, is decided in `identifying.py`; only then `register_asset` can put it
on the register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.assets.letters import send_inquiry_letters
from osame.collection.assets.models import AssetInvestigation, PropertyInquiry, PropertyReply, ThirdParty
from osame.collection.assets.queries import inquiries, investigation, third_party
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

Kind = ThirdParty.Kind
QUESTION = "地方税法第331条第6項（ほか各税目の規定）により例による国税徴収法第141条"
ARTICLES = {
    Kind.OFFICE: "地方税法第20条の11",
    Kind.REGISTRY: "地方税法第20条の11",
    Kind.PENSION: "地方税法第20条の11",
    Kind.COURT: "地方税法第20条の11",
}
"""照会先の種類ごとの、照会の根拠。ないものは質問検査権による。"""


class NothingOwed(Refusal):
    """この人に滞納がありません。滞納のない人の財産は調べられません。宛名番号を確かめてください。"""


class InvestigationNeedsReason(Refusal):
    """調査の理由がありません。なぜ調べるかを入力してください。"""


class InvestigationOpen(Refusal):
    """この人の調査は、もう始まっています。始まっている調査に照会を足してください。"""


class InvestigationClosed(Refusal):
    """この調査は終わっています。新しい調査を始めてください。"""


class FindingsNeeded(Refusal):
    """調査の結果がありません。何が分かったかを入力してください。"""


class ReplyDueTooEarly(Refusal):
    """回答の期限が照会の日より前です。期限を確かめてください。"""


class NobodyAsked(Refusal):
    """照会先が選ばれていません。照会先を選んでください。"""


class AlreadyAsked(Refusal):
    """同じ照会先に、回答を待っている照会があります。回答を待つか、届いた回答を記録してください。"""


class HolderNeeded(Refusal):
    """名義人の氏名がありません。書面に書かれているとおりに入力してください。"""


class DescriptionNeeded(Refusal):
    """財産の表示がありません。差し押さえる財産を特定できるように入力してください。"""


@dataclass(frozen=True, slots=True)
class GivenParty:
    """登録する照会先。"""

    kind: ThirdParty.Kind
    name: str
    postal_code: str
    address: str
    section: str = ""
    bank_code: str = ""
    takes_files: bool = False


@dataclass(frozen=True, slots=True)
class Holder:
    """書面に書かれていたとおりの名義人。 record_number: 市の課税台帳の宛名番号（固定資産・軽自動車だけ）。"""

    name: str = ""
    kana: str = ""
    born_on: date | None = None
    sex: str = "0"
    address: str = ""
    telephone: str = ""
    corporate_number: str = ""
    record_number: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """見つかった財産。 counter_claim: 反対債権（貸付金など）・優先する債権の額。"""

    kind: AssetKind
    description: str
    amount: int
    counter_claim: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """何から知ったか。"""

    source: PropertyReply.Source
    arrived_on: date
    inquiry_id: int | None = None
    third_party_id: int | None = None
    intake_file_id: int | None = None
    search_id: int | None = None


def register_third_party(given: GivenParty, *, officer: str) -> int:
    """照会先を登録する。照会先番号を返す。

    要件: F16-02
    """
    made = ThirdParty.objects.create(
        kind=given.kind, name=given.name.strip(), postal_code=given.postal_code, address=given.address.strip(),
        section=given.section.strip(), bank_code=given.bank_code, takes_files=given.takes_files,
    )  # fmt: skip
    record("照会先を登録した", detail={"照会先番号": made.third_party_id, "名称": made.name, "職員": officer})
    return int(made.third_party_id)


def open_investigation(
    addressee_number: str, kinds: Sequence[AssetKind], *, reason: str, review_on: date | None, as_of: date, officer: str
) -> int:
    """財産調査を始める。滞納も、効力のある繰上徴収・保全も、ほかの納税者についての責めもない人は調べられない。調査番号を返す。

    要件: F16-01
    """
    if not reason.strip():
        raise InvestigationNeedsReason
    with transaction.atomic():
        (owed,) = fetch_one(
            "SELECT (SELECT count(*) FROM charge WHERE addressee_number = %(who)s AND due_date < %(on)s "
            "AND principal_tax + demand_fee + delinquency_charge > 0) "
            "+ (SELECT count(*) FROM advance_collection WHERE addressee_number = %(who)s AND stage = 'IN_FORCE') "
            "+ (SELECT count(*) FROM preservation WHERE addressee_number = %(who)s AND stage = 'IN_FORCE') "
            "+ (SELECT count(*) FROM obligor WHERE addressee_number = %(who)s)",
            {"who": addressee_number, "on": as_of},
        )
        if not owed:
            raise NothingOwed(addressee_number)
        if fetch_all(
            "SELECT 1 FROM asset_investigation WHERE addressee_number = %s AND closed_on IS NULL", [addressee_number]
        ):
            raise InvestigationOpen(addressee_number)
        (number,) = fetch_one("SELECT nextval('investigation_number')")
        AssetInvestigation.objects.create(
            addressee_number=addressee_number, investigation_id=number, kinds=[each.name for each in kinds],
            reason=reason.strip(), opened_on=as_of, review_on=review_on, officer=officer,
        )  # fmt: skip
        _recorded("財産調査を始めた", addressee_number, {"調査番号": int(number)}, officer)
        return int(number)


def close_investigation(key: tuple[str, int], *, findings: str, as_of: date, officer: str) -> None:
    """財産調査を終える。何が分かったかを残す。

    要件: F16-01
    """
    if not findings.strip():
        raise FindingsNeeded
    with transaction.atomic():
        _require_open(key)
        run_sql(
            "UPDATE asset_investigation SET closed_on = %s, findings = %s WHERE addressee_number = %s AND investigation_id = %s",
            [as_of, findings.strip(), *key],
        )
        _recorded("財産調査を終えた", key[0], {"調査番号": key[1]}, officer)


def send_inquiries(
    key: tuple[str, int], third_parties: Sequence[int], *, reply_by: date, as_of: date, officer: str
) -> tuple[int, ...]:
    """書面で照会する。照会先ごとに一件、根拠の条文とともに残し、照会書を作る。束の番号（様式ごと）を返す。

    要件: F16-02, F16-04, F16-05, F16-06, F16-09, F16-10
    """
    with transaction.atomic():
        asked = add_inquiries(
            key, third_parties, (PropertyInquiry.Medium.PAPER, reply_by), as_of=as_of, officer=officer
        )
        lines = inquiries("q.inquiry_id = ANY (%(numbers)s)", {"numbers": list(asked)})
        return send_inquiry_letters(investigation(key), lines, as_of=as_of, officer=officer)


def add_inquiries(
    key: tuple[str, int],
    third_parties: Sequence[int],
    how: tuple[PropertyInquiry.Medium, date],
    *,
    as_of: date,
    officer: str,
) -> tuple[int, ...]:
    """照会を残す。 how: （媒体、回答の期限）。照会番号を返す。

    要件: F16-02, F16-03, F16-10
    """
    medium, reply_by = how
    if not third_parties:
        raise NobodyAsked
    if reply_by < as_of:
        raise ReplyDueTooEarly(format_wareki(reply_by))
    with transaction.atomic():
        _require_open(key)
        asked = []
        for number in dict.fromkeys(third_parties):
            party = third_party(number)
            if fetch_all(
                "SELECT 1 FROM property_inquiry WHERE addressee_number = %s AND third_party_id = %s AND replied_on IS NULL",
                [key[0], number],
            ):
                raise AlreadyAsked(party.name)
            (inquiry_id,) = fetch_one("SELECT nextval('property_inquiry_number')")
            PropertyInquiry.objects.create(
                addressee_number=key[0], inquiry_id=inquiry_id, investigation_id=key[1], third_party_id=number, medium=medium,
                article=ARTICLES.get(party.kind, QUESTION), sent_on=as_of, reply_due_on=reply_by, officer=officer,
            )  # fmt: skip
            asked.append(int(inquiry_id))
        _recorded("財産を照会した", key[0], {"調査番号": key[1], "照会先": len(asked)}, officer)
        return tuple(asked)


def record_nothing(inquiry_id: int, *, on: date, officer: str, note: str = "") -> None:
    """該当なしの回答を記録する。

    要件: F16-02
    """
    with transaction.atomic():
        rows = fetch_all(
            "UPDATE property_inquiry SET replied_on = %s, nothing_found = true, note = %s WHERE inquiry_id = %s "
            "RETURNING addressee_number",
            [on, note.strip(), inquiry_id],
        )
        for (who,) in rows:
            _recorded("該当なしの回答を記録した", who, {"照会番号": inquiry_id}, officer)


def record_reply(addressee_number: str, holder: Holder, found: Found, told: Told, *, officer: str) -> int:
    """回答の一行を、書かれていたとおりに記録する。まだ誰の財産でもない。回答番号を返す。

    要件: F16-02, F16-04, F16-05, F16-06, F16-07, F16-11
    """
    if not (holder.name.strip() or holder.kana.strip()):
        raise HolderNeeded
    if not found.description.strip():
        raise DescriptionNeeded
    with transaction.atomic():
        (number,) = fetch_one("SELECT nextval('property_reply_number')")
        PropertyReply.objects.create(
            addressee_number=addressee_number, reply_id=number, inquiry_id=told.inquiry_id, source=told.source,
            third_party_id=told.third_party_id, holder_name=holder.name.strip(), holder_kana=holder.kana.strip(),
            holder_born_on=holder.born_on, holder_sex=holder.sex, holder_address=holder.address.strip(),
            holder_telephone=holder.telephone.strip(), holder_corporate_number=holder.corporate_number.strip(),
            holder_record_number=holder.record_number.strip(), kind=found.kind.name, description=found.description.strip(),
            amount=found.amount, counter_claim=found.counter_claim, arrived_on=told.arrived_on,
            intake_file_id=told.intake_file_id, search_id=told.search_id, officer=officer,
        )  # fmt: skip
        if told.inquiry_id is not None:
            run_sql(
                "UPDATE property_inquiry SET replied_on = coalesce(replied_on, %s), nothing_found = false "
                "WHERE addressee_number = %s AND inquiry_id = %s",
                [told.arrived_on, addressee_number, told.inquiry_id],
            )
        _recorded("財産の回答を記録した", addressee_number, {"回答番号": int(number)}, officer)
        return int(number)


def add_earlier_address(
    addressee_number: str, address: str, *, evidence: str, through_on: date | None, officer: str
) -> None:
    """前の住所を、資料（戸籍の附票など）とともに足す。

    要件: F16-08
    """
    with transaction.atomic():
        run_sql(
            "INSERT INTO earlier_address (addressee_number, line_number, address, through_on, evidence, officer) "
            "SELECT %s, coalesce(max(line_number), 0) + 1, %s, %s, %s, %s FROM earlier_address WHERE addressee_number = %s",
            [addressee_number, address.strip(), through_on, evidence.strip(), officer, addressee_number],
        )
        _recorded("前の住所を足した", addressee_number, {"資料": evidence.strip()}, officer)


def _require_open(key: tuple[str, int]) -> None:
    rows = fetch_all(
        "SELECT closed_on FROM asset_investigation WHERE addressee_number = %s AND investigation_id = %s FOR UPDATE",
        [*key],
    )
    if not rows or rows[0][0]:
        raise InvestigationClosed(str(key[1]))


def _recorded(act: str, addressee_number: str, detail: Mapping[str, str | int], officer: str) -> None:
    record(act, subjects=[addressee_number], detail={**detail, "職員": officer})
