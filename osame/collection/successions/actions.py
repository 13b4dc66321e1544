"""承継の調べ。承継を起こす、承継する者を登録する、裁判所に照会する、相続人代表者を定める。決定は、二人の職員の決裁を経る。

What is found out is kept in editions; nothing changes who may be asked for money before the decision (`deciding.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.collection.assets.queries import third_party
from osame.collection.successions.letters import send_court_inquiry, send_designation
from osame.collection.successions.models import HeirRepresentative, Succession, Successor
from osame.collection.successions.portions import GivenSuccessor, given_of, portions_of
from osame.collection.successions.queries import SuccessionFile, succession_file
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

Basis = HeirRepresentative.Basis
CORPORATE = (Succession.Kind.MERGER, Succession.Kind.SPLIT, Succession.Kind.TRANSFER, Succession.Kind.DISSOLUTION)
FIELDS = ("承継の事由", "承継する者", "相続分")


class SuccessionNeedsEvidence(Refusal):
    """資料がありません。戸籍・登記事項証明書など、何で確かめたかを入力してください。"""


class NotDeceased(Refusal):
    """死亡の異動が届いていません。宛名の死亡日を確かめてください。届いていれば、その日が相続開始日です。"""


class NotCorporate(Refusal):
    """合併・分割・事業譲渡・解散は法人に、相続は個人に起きます。宛名の区分と事由を確かめてください。"""


class SuccessionAlreadyOpen(Refusal):
    """同じ事由の承継が、もうあります。その承継を開いてください。"""


class NoSuccessors(Refusal):
    """承継する者がいません。一人以上入力してください。相続人がいなければ、相続財産法人を入力します。"""


class SuccessorIsTheOrigin(Refusal):
    """承継する者が、被相続人・元の法人になっています。宛名番号を確かめてください。"""


class SuccessorUnknown(Refusal):
    """宛名にない番号の者がいます。宛名に登録してから入力してください（まだ番号がなければ、空のまま調べを続けられます）。"""


class SuccessorTwice(Refusal):
    """同じ宛名番号の者が二度あります。一人は一行にしてください。"""


class EditionNeedsReason(Refusal):
    """直した理由・資料がありません。何が分かり、どの資料によるかを入力してください。"""


class CourtNeeded(Refusal):
    """照会先が裁判所ではありません。裁判所の照会先を選んでください。"""


class InquiryAnswered(Refusal):
    """この照会には、もう回答を記録しています。記録した回答を確かめ、違うときは新しい照会をしてください。"""


class AnswerNeedsWords(Refusal):
    """回答の内容がありません。事件番号、申述の有無、受理の日を入力してください。"""


class NotAnHeir(Refusal):
    """代表者は、放棄していない相続人のうち、宛名に登録された存命の一人でなければなりません。当たる人を選び直してください。"""


class DesignationTooEarly(Refusal):
    """職権の指定は、相続人か相続分に明らかでないものがあり、相当の期間内に届出がないときに限ります。理由にその事情を書いてください。"""


def open_succession(
    addressee_number: str, kind: Succession.Kind, evidence: str, *, opened_on: date | None = None, as_of: date, officer: str
) -> int:  # fmt: skip
    """承継の調べを起こす。承継番号を返す。相続は、宛名の死亡日に開始する。

    要件: F24-01, F24-04
    """
    if not evidence.strip():
        raise SuccessionNeedsEvidence
    with transaction.atomic():
        rows = fetch_all(
            "SELECT kind IN ('3', '5'), died_on FROM addressee WHERE addressee_number = %s FOR NO KEY UPDATE",
            [addressee_number],
        )
        if not rows:
            raise SuccessorUnknown(addressee_number)
        is_corporate, died_on = rows[0]
        if is_corporate is not (kind in CORPORATE):
            raise NotCorporate(kind.label)
        day = died_on if kind is Succession.Kind.INHERITANCE else opened_on
        if day is None or day > as_of:
            raise NotDeceased(kind.label)
        if fetch_all(
            "SELECT 1 FROM succession WHERE addressee_number = %s AND kind = %s AND opened_on = %s", [addressee_number, kind, day]
        ):  # fmt: skip
            raise SuccessionAlreadyOpen(format_wareki(day))
        (number,) = fetch_one("SELECT nextval('succession_number')")
        run_sql(
            "INSERT INTO succession VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [addressee_number, number, kind, day, evidence.strip(), officer, as_of],
        )
        record("承継の調べを起こした", subjects=[addressee_number], fields=FIELDS, detail={"承継番号": int(number)})
        return int(number)


def record_successors(key: tuple[str, int], given: Sequence[GivenSuccessor], reason: str, *, officer: str) -> int:
    """承継する者を登録する。直すときも、全員を渡す。割合は法に尋ねる。新しい版の番号を返す。

    要件: F24-01, F24-03, F24-04
    """
    if not reason.strip():
        raise EditionNeedsReason
    if not given:
        raise NoSuccessors
    with transaction.atomic():
        head = succession_file(key, lock=True).head
        numbers = [each.successor_number for each in given if each.successor_number]
        if key[0] in numbers:
            raise SuccessorIsTheOrigin(key[0])
        if twice := {each for each in numbers if numbers.count(each) > 1}:
            raise SuccessorTwice("、".join(sorted(twice)))
        known = {
            row[0]
            for row in fetch_all("SELECT addressee_number FROM addressee WHERE addressee_number = ANY (%s)", [numbers])
        }
        if missing := [each for each in numbers if each not in known]:
            raise SuccessorUnknown("、".join(missing))
        shares = portions_of(head.kind, given)
        edition = head.latest + 1
        run_sql(
            "INSERT INTO succession_edition (addressee_number, succession_id, edition, reason, officer) VALUES (%s, %s, %s, %s, %s)",
            [*key, edition, reason.strip(), officer],
        )
        for position, (each, share) in enumerate(zip(given, shares, strict=True), start=1):
            told = each.designated
            run_sql(
                f"INSERT INTO successor VALUES ({', '.join(['%s'] * 15)})",
                [*key, edition, position, each.successor_number, each.name.strip(), each.kind.value, each.stem.strip(), each.is_half,
                 each.answer.value, told.numerator if told is not None else None, told.denominator if told is not None else None,
                 each.received, share.numerator, share.denominator],
            )  # fmt: skip
        record("承継する者を登録した", subjects=[key[0], *numbers], fields=FIELDS,
               detail={"承継番号": key[1], "版": edition, "理由": reason.strip()})  # fmt: skip
        return edition


def ask_court(key: tuple[str, int], court_id: int, *, reply_by: date, as_of: date, officer: str) -> int:
    """家庭裁判所に、相続放棄・限定承認の申述の有無を照会する。照会の連番を返す。

    要件: F24-03
    """
    with transaction.atomic():
        file = succession_file(key, lock=True)
        court = third_party(court_id)
        if court.kind.name != "COURT":
            raise CourtNeeded(court.name)
        if not file.latest:
            raise NoSuccessors
        number = len(file.inquiries) + 1
        run_id = send_court_inquiry(file, court, number, reply_by=reply_by, as_of=as_of, officer=officer)
        run_sql(
            "INSERT INTO court_inquiry (addressee_number, succession_id, inquiry_number, third_party_id, asked_on, reply_by, run_id, reply, "
            "officer) VALUES (%s, %s, %s, %s, %s, %s, %s, '', %s)",
            [*key, number, court_id, as_of, reply_by, run_id, officer],
        )
        record("裁判所に照会した", subjects=[key[0]], detail={"承継番号": key[1], "照会": number})
        return number


@dataclass(frozen=True, slots=True)
class CourtAnswer:
    """裁判所の回答。 answers: 承継者連番ごとの、申述の結果（放棄・限定承認）。ない者は、申述がない。"""

    words: str
    answered_on: date
    answers: Mapping[int, Successor.Answer]


def record_court_answer(key: tuple[str, int], inquiry_number: int, told: CourtAnswer, *, officer: str) -> int:
    """裁判所の回答を記録し、放棄・限定承認を反映した新しい版を作る。版の番号を返す。

    要件: F24-03
    """
    if not told.words.strip():
        raise AnswerNeedsWords
    with transaction.atomic():
        file = succession_file(key, lock=True)
        done = run_sql(
            "UPDATE court_inquiry SET answered_on = %s, reply = %s WHERE addressee_number = %s AND succession_id = %s "
            "AND inquiry_number = %s AND answered_on IS NULL",
            [told.answered_on, told.words.strip(), *key, inquiry_number],
        )
        if not done:
            raise InquiryAnswered(str(inquiry_number))
        given = [replace(given_of(each), answer=told.answers.get(each.position, each.answer)) for each in file.latest]
        return record_successors(
            key, given, f"家庭裁判所の回答（照会{inquiry_number}）: {told.words.strip()}", officer=officer
        )


def name_representative(
    key: tuple[str, int], representative_number: str, basis: HeirRepresentative.Basis, reason: str, *, as_of: date, officer: str
) -> int | None:  # fmt: skip
    """相続人代表者の届出を受け、または職権で指定する。職権の指定は、すべての相続人に通知する（束の番号を返す）。

    要件: F24-02
    """
    if not reason.strip():
        raise EditionNeedsReason
    with transaction.atomic():
        file = succession_file(key, lock=True)
        if basis is Basis.ENDED:
            _write_representative(file, "", basis, (reason, None), as_of=as_of, officer=officer)
            return None
        heirs = [each for each in file.latest if each.share and each.is_known and each.died_on is None]
        chosen = next((each for each in heirs if each.successor_number == representative_number), None)
        if chosen is None:
            raise NotAnHeir(representative_number)
        run_id = None
        if basis is Basis.DESIGNATED:
            if any(each.basis is Basis.REPORTED for each in file.representatives[-1:]):
                raise DesignationTooEarly(file.head.representative_name)
            run_id = send_designation(file, chosen, heirs, reason.strip(), as_of=as_of, officer=officer)
        _write_representative(file, representative_number, basis, (reason, run_id), as_of=as_of, officer=officer)
        return run_id


def _write_representative(
    file: SuccessionFile, number: str, basis: HeirRepresentative.Basis, why: tuple[str, int | None], *, as_of: date, officer: str
) -> None:  # fmt: skip
    key, (reason, run_id) = file.head.key, why
    run_sql(
        "INSERT INTO heir_representative (addressee_number, line_number, succession_id, representative_number, basis, effective_on, reason, "
        "run_id, officer) SELECT %s, coalesce(max(line_number), 0) + 1, %s, %s, %s, %s, %s, %s, %s FROM heir_representative "
        "WHERE addressee_number = %s",
        [key[0], key[1], number, basis, as_of, reason.strip(), run_id, officer, key[0]],
    )
    record("相続人代表者を定めた", subjects=[key[0], number] if number else [key[0]],
           detail={"承継番号": key[1], "決まり方": str(basis.label)})  # fmt: skip
