"""預貯金の電子照会。依頼ファイルを出力の仲介から渡し、回答ファイルを取込みの仲介から受ける。

A request file holds many people of one bank; a protected person's address is never in it. A reply file is matched to the inquiries
by number, kept as told, and identified by the rule in one set-based step: what the rule does not settle waits for an officer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction
from django.http import HttpResponse

from osame.collection.assets.actions import Found, Holder, Told, add_inquiries, record_nothing, record_reply
from osame.collection.assets.identifying import identify
from osame.collection.assets.letters import earlier_addresses
from osame.collection.assets.models import PropertyInquiry, PropertyReply
from osame.collection.assets.queries import InvestigationLine, Party, inquiries, investigations, third_party
from osame.collection.ledger.posting import claim_command
from osame.formats import bank_inquiry_csv
from osame.formats.bank_inquiry_csv import InquiryLine, ReplyLine
from osame.formats.reports import LineProblem
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult
from osame.platform.imports.whole_files import Rejected, settle_rows, take_whole

PROFILE = "bank_inquiry_reply_v0"
WAITING = "SELECT DISTINCT addressee_number FROM property_inquiry WHERE third_party_id = %s AND addressee_number = ANY (%s) AND replied_on IS NULL"
PROTECTED = "SELECT addressee_number FROM addressee WHERE addressee_number = ANY (%s) AND protection_measure"
SENT_THEN = (
    "SELECT inquiry_id FROM property_inquiry WHERE third_party_id = %s AND sent_on = %s AND medium = '2' AND replied_on IS NULL "
    "ORDER BY inquiry_id"
)
WAITING_DAYS = """
SELECT t.third_party_id, t.name, q.sent_on, count(*) FROM property_inquiry q JOIN third_party t USING (third_party_id)
WHERE q.medium = '2' AND q.replied_on IS NULL GROUP BY 1, 2, 3 ORDER BY 3 DESC, 2, 1 LIMIT 20
"""
Read = list[tuple[int, bytes, ReplyLine] | LineProblem]


class NotElectronic(Refusal):
    """この照会先は、電子照会を受け付けていません。書面で照会してください。"""


class NobodyToAsk(Refusal):
    """照会する人がいません。財産調査を始めてから、依頼ファイルを作ってください。"""


class InquiryNotWaiting(Refusal):
    """この照会番号の照会は、回答を待っていません。照会番号を確かめるよう、金融機関に依頼してください。"""


class SelectionChanged(Refusal):
    """確かめた後に、照会する人が変わりました。人数と一覧をもう一度確かめてください。"""


class NothingAskedThen(Refusal):
    """その日に作った、回答を待つ依頼はありません。金融機関と日を確かめてください。"""


@dataclass(frozen=True, slots=True)
class AskedByFile:
    """作った依頼ファイル。 asked: 照会した人数。"""

    egress: EgressRecord
    asked: int


@dataclass(frozen=True, slots=True)
class Selection:
    """一つの金融機関に電子照会できる調査。 waiting: もう照会して回答を待つため、外した人数; protected: 住所を書かない人数。"""

    party: Party
    plans: tuple[InvestigationLine, ...]
    waiting: int
    protected: int


def to_ask(third_party_id: int, *, numbers: Sequence[str] = (), officer: str = "") -> Selection:
    """預貯金の調査が続いていて、この金融機関の回答を待っていない人。 numbers: その人だけ; officer: その職員の始めた調査だけ。

    要件: F16-03
    """
    party = third_party(third_party_id)
    if not party.takes_files:
        raise NotElectronic(party.name)
    terms = (
        "v.closed_on IS NULL AND 'DEPOSIT' = ANY (v.kinds) AND (%(officer)s = '' OR v.officer = %(officer)s) "
        "AND (%(numbers)s::text[] = '{}' OR v.addressee_number = ANY (%(numbers)s::text[]))"
    )
    found = investigations(terms, {"officer": officer, "numbers": list(numbers)})
    people = [each.addressee_number for each in found]
    waiting = {who for (who,) in fetch_all(WAITING, [third_party_id, people])}
    plans = tuple(each for each in found if each.addressee_number not in waiting)
    protected = fetch_all(PROTECTED, [[each.addressee_number for each in plans]])
    return Selection(party, plans, len(waiting), len(protected))


def ask_by_file(
    third_party_id: int, people: Sequence[str], to: Path, *, reply_by: date, as_of: date, officer: str
) -> AskedByFile:
    """一つの金融機関への依頼ファイルを作る。調査中の人だけ、一人一件。

    要件: F16-03, F16-10, F29-06
    """
    with transaction.atomic():
        asked, party = _asked(third_party_id, people, reply_by=reply_by, as_of=as_of, officer=officer)
        content, name, output = _file(asked, party, as_of)
        return AskedByFile(emit(content, to / name if to.is_dir() else to, output, Authority()), len(asked))


def save_requests(selection: Selection, expected: int, *, reply_by: date, as_of: date, officer: str) -> HttpResponse:
    """確かめた人数のとおりに照会を残し、依頼ファイルを画面から保存する。

    要件: F16-03, F16-10, F29-06
    """
    if len(selection.plans) != expected:
        raise SelectionChanged(f"{expected}人から{len(selection.plans)}人")
    people = [each.addressee_number for each in selection.plans]
    with transaction.atomic():
        asked, party = _asked(selection.party.third_party_id, people, reply_by=reply_by, as_of=as_of, officer=officer)
        content, name, output = _file(asked, party, as_of)
        return download(content, name, output)


def save_again(third_party_id: int, sent_on: date) -> HttpResponse:
    """その日に作り、まだ回答のない依頼を、同じ照会番号でもう一度保存する。照会は増えない。

    要件: F16-03, F29-06
    """
    with transaction.atomic():
        party = third_party(third_party_id)
        asked = [int(number) for (number,) in fetch_all(SENT_THEN, [third_party_id, sent_on])]
        if not asked:
            raise NothingAskedThen(format_wareki(sent_on))
        content, name, output = _file(asked, party, sent_on)
        return download(content, name, output)


def waiting_days() -> tuple[tuple[int, str, date, int], ...]:
    """回答を待つ電子照会の、金融機関と日ごとの件数。"""
    return tuple((int(number), str(name), on, int(count)) for number, name, on, count in fetch_all(WAITING_DAYS))


def _asked(
    third_party_id: int, people: Sequence[str], *, reply_by: date, as_of: date, officer: str
) -> tuple[list[int], Party]:
    party = third_party(third_party_id)
    if not party.takes_files:
        raise NotElectronic(party.name)
    plans = investigations("v.closed_on IS NULL AND v.addressee_number = ANY (%(people)s)", {"people": list(people)})
    if not plans:
        raise NobodyToAsk
    how = (PropertyInquiry.Medium.FILE, reply_by)
    asked = [add_inquiries(each.key, [third_party_id], how, as_of=as_of, officer=officer)[0] for each in plans]
    return asked, party


def _file(asked: Sequence[int], party: Party, on: date) -> tuple[bytes, str, Output]:
    lines = _lines(asked, party.bank_code)
    content = bank_inquiry_csv.write_requests(lines)
    subjects = sorted({
        each.addressee_number for each in inquiries("q.inquiry_id = ANY (%(numbers)s)", {"numbers": list(asked)})
    })
    name = f"bank-inquiry-{party.bank_code}-{on.isoformat()}-{min(asked)}.csv"
    return content, name, Output(EgressKind.PROVISION, subjects, ReceiverClass.BANK, party.name)


def import_replies(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """回答ファイルを取り込む。規則で足りる回答だけを認定し、ほかは職員の確かめを待つ。同じ中身は二度受け付けない。

    要件: F16-03
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    return take_whole(arrival, path, bank_inquiry_csv.read_replies, lambda read: _take(arrival, read, as_of))


def _take(arrival: Arrival, read: Read, as_of: date) -> ImportResult:
    file_id = registry.register(arrival, business_on=as_of)
    claim_command(
        f"import:{arrival.content_hash}", kind="import_bank_replies", content=[arrival.profile], purpose="預貯金の照会の回答",
        officer=arrival.officer,
    )  # fmt: skip
    waiting = _waiting([row[2].inquiry_id for row in read if not isinstance(row, LineProblem)])
    rejected: list[Rejected] = []
    made, nothing = [], 0
    for each in read:
        if isinstance(each, LineProblem):
            rejected.append((each.line_number, b"", each.reason, None))
            continue
        line, _, row = each
        if row.inquiry_id not in waiting:
            reason = f"{line}行目: {InquiryNotWaiting(f'照会番号{row.inquiry_id}')}"
            rejected.append((line, f"照会番号{row.inquiry_id}（名義人と口座番号は残さない）".encode(), reason, None))
        elif not row.found:
            record_nothing(row.inquiry_id, on=as_of, officer=arrival.officer)
            nothing += 1
        else:
            made.append(_reply(row, waiting[row.inquiry_id], (as_of, file_id), arrival.officer))
    done, left = identify(made, as_of=as_of, officer=arrival.officer)
    record(
        "預貯金の回答を取り込んだ",
        detail={"取込番号": file_id, "回答": len(made), "認定": len(done), "要確認": len(left)},
    )
    return settle_rows(file_id, arrival, len(read), rejected, posted=len(done) + nothing, held=len(left))


def _waiting(numbers: Sequence[int]) -> dict[int, tuple[str, int, str]]:
    """電子照会のうち、調査の続いているもの。 照会番号 → （宛名番号、照会先番号、照会先の名）"""
    rows = fetch_all(
        "SELECT q.inquiry_id, q.addressee_number, q.third_party_id, t.name FROM property_inquiry q "
        "JOIN third_party t USING (third_party_id) WHERE q.inquiry_id = ANY (%s) AND q.medium = '2' AND q.replied_on IS NULL",
        [list(dict.fromkeys(numbers))],
    )
    return {int(number): (str(who), int(party), str(name)) for number, who, party, name in rows}


def _reply(row: ReplyLine, asked: tuple[str, int, str], when: tuple[date, int], officer: str) -> int:
    who, party, name = asked
    holder = Holder(row.name, row.kana, row.born_on, row.sex, row.address, row.telephone)
    account = f"{name} {row.branch_name} {row.account_type} 口座番号{row.account_number}"
    found = Found(AssetKind.DEPOSIT, account, row.balance, row.loans)
    told = Told(PropertyReply.Source.BANK_FILE, row.counted_on or when[0], row.inquiry_id, party, when[1])
    return record_reply(who, holder, found, told, officer=officer)


def _lines(asked: Sequence[int], bank_code: str) -> list[InquiryLine]:
    people = {
        row[0]: row[1:]
        for row in fetch_all(
            "SELECT q.inquiry_id, a.kana, a.name, a.born_on, a.address || ' ' || a.address_detail, a.protection_measure, a.addressee_number "
            "FROM property_inquiry q JOIN addressee a USING (addressee_number) WHERE q.inquiry_id = ANY (%s)",
            [list(asked)],
        )
    }
    lines = []
    for each in inquiries("q.inquiry_id = ANY (%(numbers)s)", {"numbers": list(asked)}):
        kana, name, born_on, address, protected, who = people[each.inquiry_id]
        lines.append(
            InquiryLine(
                inquiry_id=each.inquiry_id, bank_code=bank_code, kana=kana, name=name, born_on=born_on,
                address="" if protected else address.strip(),
                earlier_addresses="" if protected else "／".join(earlier_addresses(who)),
                as_of=each.sent_on, reply_by=each.reply_due_on, article=each.article,
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: line.inquiry_id)
