"""徴税吏員の証票（R-116）。徴税吏員証、質問・検査・捜索の証明書、捜索許可書を交付し、返納を受け、交付簿に残す。

Who may question, examine and search shows it on paper. Each paper is issued to one named officer for a period, is in the register
until it comes back, and a lost one stays there with its story. 根拠: 国税徴収法第147条第1項（地方税法第331条第6項ほかにより例による）。
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.assets.credential_models import OfficerCredential
from osame.collection.assets.queries import investigation_numbered
from osame.kernel.dates import format_wareki
from osame.kernel.periods import years_after
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all

Kind, End = OfficerCredential.Kind, OfficerCredential.End
LONGEST_YEARS = 3
COLUMNS = (
    "credential_id, kind, staff_number, name, position, valid_from, valid_through, investigation_id, issued_on, issued_by, ended_on, "
    '"end", end_note, ended_by'
)


class OfficerUnknown(Refusal):
    """この職員番号の、使えるアカウントがありません。職員番号を確かめてください。"""


class PeriodUnlawful(Refusal):
    """有効期間が正しくありません。交付日より前から始まるもの、終わりが始まりより前のもの、三年を超えるものは交付できません。期間を直してください。"""


class CredentialStillHeld(Refusal):
    """この職員は、同じ種類の証票をまだ持っています。前の証票の返納か紛失を記録してから、交付してください。"""


class SearchNeedsPlan(Refusal):
    """捜索許可書は、財産調査ごとに交付します。捜索する財産調査の番号を入力してください。ほかの証票には、番号を入れません。"""


class CredentialUnknown(Refusal):
    """この番号の証票はありません。証票番号を確かめてください。"""


class CredentialEnded(Refusal):
    """この証票は、既に返納か紛失の記録があります。交付簿を確かめてください。"""


class EndTooEarly(Refusal):
    """返納日が交付日より前です。日付を確かめてください。"""


class LossUntold(Refusal):
    """紛失の説明がありません。いつ、どこで失い、どう届け出たかを入力してください。"""


@dataclass(frozen=True, slots=True)
class Issuance:
    """交付する証票。 investigation_id: 捜索許可書だけ。"""

    kind: OfficerCredential.Kind
    staff_number: str
    position: str
    valid_from: date
    valid_through: date
    investigation_id: int | None = None


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """交付簿の一行。"""

    credential_id: int
    kind: str
    staff_number: str
    name: str
    position: str
    valid_from: date
    valid_through: date
    investigation_id: int | None
    issued_on: date
    issued_by: str
    ended_on: date | None
    end: str
    end_note: str
    ended_by: str

    @property
    def kind_label(self) -> str:
        """種類の名。"""
        return Kind(self.kind).label

    @property
    def end_label(self) -> str:
        """終えた事由。"""
        return End(self.end).label if self.end else ""

    @property
    def number(self) -> str:
        """紙に刷る番号。"""
        return f"第{self.credential_id}号"

    def state(self, as_of: date) -> str:
        """その日の状態。"""
        if self.ended_on:
            return self.end_label
        return "期限切れ（未返納）" if self.valid_through < as_of else "交付中"


def issue_credential(asked: Issuance, *, as_of: date, officer: str) -> int:
    """証票を交付し、交付簿に載せる。証票番号を返す。

    根拠: 国税徴収法第142条・第147条第1項
    要件: F16-11
    """
    longest = years_after(asked.valid_from, LONGEST_YEARS)
    if not as_of <= asked.valid_from <= asked.valid_through <= longest:
        raise PeriodUnlawful(f"{format_wareki(asked.valid_from)}から{format_wareki(asked.valid_through)}まで")
    if (asked.kind is Kind.SEARCH) is (asked.investigation_id is None):
        raise SearchNeedsPlan
    with transaction.atomic():
        subject = (
            [] if asked.investigation_id is None else [investigation_numbered(asked.investigation_id).addressee_number]
        )
        people = fetch_all(
            "SELECT name FROM staff_account WHERE staff_number = %s AND is_active FOR UPDATE", [asked.staff_number]
        )
        if not people:
            raise OfficerUnknown(asked.staff_number)
        held = OfficerCredential.objects.filter(staff_number=asked.staff_number, kind=asked.kind, ended_on=None).first()
        if held and asked.kind is not Kind.SEARCH:
            raise CredentialStillHeld(f"証票番号 {held.credential_id}")
        made = OfficerCredential.objects.create(
            kind=asked.kind, staff_number=asked.staff_number, name=people[0][0], position=asked.position.strip(),
            valid_from=asked.valid_from, valid_through=asked.valid_through, investigation_id=asked.investigation_id,
            issued_on=as_of, issued_by=officer,
        )  # fmt: skip
        record(
            "証票を交付した", subjects=subject, fields=["財産調査"] if subject else [],
            detail={"証票番号": made.credential_id, "職員番号": asked.staff_number, "種類": asked.kind.label},
        )  # fmt: skip
    return int(made.credential_id)


def end_credential(credential_id: int, end: OfficerCredential.End, *, on: date, note: str, officer: str) -> None:
    """証票の返納・紛失・引換えを、交付簿に記録する。

    要件: F16-11
    """
    with transaction.atomic():
        found = OfficerCredential.objects.select_for_update().filter(credential_id=credential_id).first()
        if found is None:
            raise CredentialUnknown(str(credential_id))
        if found.ended_on:
            raise CredentialEnded(format_wareki(found.ended_on))
        if on < found.issued_on:
            raise EndTooEarly(format_wareki(found.issued_on))
        if end is End.LOST and not note.strip():
            raise LossUntold
        OfficerCredential.objects.filter(credential_id=credential_id).update(
            ended_on=on, end=end, end_note=note.strip(), ended_by=officer
        )
        record("証票を終えた", detail={"証票番号": credential_id, "事由": end.label, "職員": officer})


def credentials(*, every: bool = False, limit: int = 500) -> tuple[CredentialLine, ...]:
    """交付簿。新しいものから。 every: 返納されたものも。"""
    rows = fetch_all(
        f"SELECT {COLUMNS} FROM officer_credential WHERE %s OR ended_on IS NULL ORDER BY credential_id DESC LIMIT %s",
        [every, limit],
    )
    return tuple(CredentialLine(*row) for row in rows)


def credential_numbered(credential_id: int) -> CredentialLine:
    """証票一つ。"""
    rows = fetch_all(f"SELECT {COLUMNS} FROM officer_credential WHERE credential_id = %s", [credential_id])
    if not rows:
        raise CredentialUnknown(str(credential_id))
    return CredentialLine(*rows[0])


def officer_choices() -> list[tuple[str, str]]:
    """証票を交付できる職員。（職員番号、氏名）"""
    rows = fetch_all(
        "SELECT staff_number, name FROM staff_account WHERE is_active AND employment = '1' ORDER BY staff_number"
    )
    return [(number, f"{number}　{name}") for number, name in rows]
