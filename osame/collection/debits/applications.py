"""口座振替の申込み。受け付け、照合して有効にするか、返却する。受付データのファイルも、同じ扉を通る。

Applications on paper, from the web or from ペイジー. The first term that can be debited follows from the day of receipt and the
cut-off; what arrives after the cut-off starts with the next term.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction

from osame.collection.debits import numbers
from osame.collection.debits.actions import AccountChange, AccountKey, require_known, sealed_facts, set_account
from osame.collection.debits.given import GivenAccount, checked, holder_notes
from osame.collection.debits.models import DebitAccount, DebitApplication
from osame.collection.ledger.posting import claim_command
from osame.collection.parameters.queries import SettingMissing, setting
from osame.formats import debit_application_csv
from osame.formats.debit_application_csv import DebitApplicationRow
from osame.formats.reports import LineProblem
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult
from osame.platform.imports.whole_files import Rejected, settle_rows, take_whole

Channel = DebitApplication.Channel
State = DebitApplication.State
Method = DebitAccount.Method
PROFILES = {"debit_application_web": Channel.WEB, "debit_application_payeasy": Channel.PAY_EASY}
LEAD = {Channel.PAY_EASY: "口座振替の開始までの日数（ペイジー）"}
LEAD_DAYS = "口座振替の開始までの日数"


class AppliedTwice(Refusal):
    """同じ税目の申込みを、既に受け付けています。先の申込みを照合するか、取り下げてから、受け付けてください。"""


class SameAccountAlready(Refusal):
    """同じ口座が、この税目で既に有効です。二重の申込みでないか、申込人に確かめてください。"""


class NoSuchApplication(Refusal):
    """その受付番号の申込みはないか、既に照合・返却しています。画面を開き直してください。"""


class ReturnNeedsReason(Refusal):
    """返却または取下げの理由がありません。印鑑相違など、何によるかを入力してください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """申込み。"""

    key: AccountKey
    account: GivenAccount
    channel: str
    received_on: date
    method: str = Method.BY_TERM
    outer_number: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """いつから引き落とすか。期別マスタに先の期がなければ、期は決まらない。"""

    on: date
    levy_year: int | None = None
    term: int | None = None
    term_name: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """受け付けた申込み。"""

    application_id: int
    start: Start
    notes: tuple[str, ...]


def start_of(tax_item: str, *, channel: str, received_on: date) -> Start:
    """引落しを始める期。締切りの後に受け付けた申込みは、その次の期から。

    The first term due at least the cut-off days after the day of receipt.

    要件: F06-02
    """
    name = LEAD.get(Channel(channel), LEAD_DAYS)
    days = setting(name, as_of=received_on)
    if days is None:
        raise SettingMissing(name)
    earliest = received_on + timedelta(days=int(days))
    rows = fetch_all(
        "SELECT due_date, levy_year, installment_term, name FROM installment_term "
        "WHERE tax_item = %s AND NOT occasional AND due_date >= %s ORDER BY due_date LIMIT 1",
        [tax_item, earliest],
    )
    return Start(*rows[0]) if rows else Start(earliest)


def receive_application(asked: Application, *, officer: str) -> Received:
    """申込みを受け付ける。口座を確かめ、開始期を決める。

    要件: F06-02
    """
    account, notes = checked(asked.account, as_of=asked.received_on)
    with transaction.atomic():
        require_known(asked.key, asked.received_on)
        facts = sealed_facts(asked.key, account)
        _refuse_same(asked.key, str(facts["number_digest"]))
        notes += holder_notes(asked.key.addressee_number, account.holder_kana)
        start = start_of(asked.key.tax_item, channel=asked.channel, received_on=asked.received_on)
        (number,) = fetch_one("SELECT nextval('debit_application_number')")
        try:
            with transaction.atomic():
                DebitApplication.objects.create(
                    addressee_number=asked.key.addressee_number, application_id=number, reception=asked.channel,
                    outer_number=asked.outer_number, applied_on=asked.received_on, tax_item=asked.key.tax_item,
                    debit_class=asked.key.debit_class, method=asked.method, bank_code=account.bank_code,
                    branch_code=account.branch_code, account_type=account.account_type, holder_kana=account.holder_kana,
                    holder_name=account.holder_name, starts_on=start.on, start_levy_year=start.levy_year,
                    start_term=start.term, officer=officer, **facts,
                )  # fmt: skip
        except IntegrityError as twice:
            raise AppliedTwice(asked.key.tax_item) from twice
        record("口座振替の申込みを受け付けた", subjects=[asked.key.addressee_number], fields=("振替口座",))
    return Received(int(number), start, tuple(notes))


def accept_application(application_id: int, *, on: date, officer: str) -> list[str]:
    """照合の済んだ申込みを、有効にする。開始期から引き落とす。職員への注意を返す。

    要件: F06-02, F06-01
    """
    with transaction.atomic():
        found = _open(application_id)
        key = AccountKey(found.addressee_number, found.tax_item, found.debit_class)
        (number,) = numbers.opened([(found.addressee_number, bytes(found.sealed_number))])
        given = GivenAccount(
            bank_code=found.bank_code, branch_code=found.branch_code, account_type=found.account_type, account_number=number,
            holder_kana=found.holder_kana, holder_name=found.holder_name, symbol_tail=found.symbol_tail,
        )  # fmt: skip
        change = AccountChange(
            found.starts_on,
            f"{DebitApplication.Channel(found.reception).label}の申込み（受付番号{application_id}）",
            found.method,
            application_id,
        )
        notes = set_account(key, given, change, officer=officer)
        _decide(found, State.ACCEPTED, on)
    return notes


def return_application(application_id: int, *, on: date, reason: str, withdrawn: bool = False) -> None:
    """金融機関が返した申込み（印鑑相違など）を、返却とする。 withdrawn: 申込人の取下げ。

    要件: F06-02
    """
    if not reason.strip():
        raise ReturnNeedsReason
    with transaction.atomic():
        found = _open(application_id)
        _decide(found, State.WITHDRAWN if withdrawn else State.RETURNED, on, reason.strip())


def import_applications(path: Path, *, profile: str, as_of: date, officer: str) -> ImportResult:
    """Web・ペイジーの受付データを取り込む。受け付けられない行は、理由とともに残す。口座番号は伏せて残す。

    Take in a receptionist's file, in one transaction; the same content again changes nothing. ペイジー applications were
    proved with the cash card, so they start at once; the others wait for the bank's check.

    要件: F06-02
    """
    arrival = registry.arrive(path, profile=profile, officer=officer)
    return take_whole(arrival, path, debit_application_csv.read_lines, lambda read: _take(arrival, read, as_of))


def _take(
    arrival: Arrival, read: list[tuple[int, bytes, DebitApplicationRow] | LineProblem], as_of: date
) -> ImportResult:
    file_id = registry.register(arrival, business_on=as_of)
    claim_command(
        f"import:{arrival.content_hash}", kind="import_applications", content=[arrival.profile], purpose="口座振替の申込み",
        officer=arrival.officer,
    )  # fmt: skip
    channel = PROFILES[arrival.profile]
    rejected: list[Rejected] = []
    for each in read:
        if isinstance(each, LineProblem):
            rejected.append((each.line_number, b"", each.reason, None))
            continue
        line, raw, row = each
        try:
            with transaction.atomic():
                done = receive_application(_application(row, channel), officer=arrival.officer)
                if channel is Channel.PAY_EASY:
                    accept_application(done.application_id, on=as_of, officer=arrival.officer)
        except Refusal as refusal:
            rejected.append((line, _hidden(raw, row), f"{line}行目: {refusal}", None))
    return settle_rows(file_id, arrival, len(read), rejected)


def _application(row: DebitApplicationRow, channel: Channel) -> Application:
    account = GivenAccount(
        bank_code=row.bank_code, branch_code=row.branch_code, account_type=row.account_type,
        account_number=row.account_number, holder_kana=row.holder_kana, holder_name=row.holder_name, symbol=row.symbol,
        number=row.number,
    )  # fmt: skip
    return Application(
        key=AccountKey(row.addressee_number, row.tax_item), account=account, channel=channel, received_on=row.received_on,
        method=row.method, outer_number=row.outer_number,
    )  # fmt: skip


def _hidden(raw: bytes, row: DebitApplicationRow) -> bytes:
    """残す行からは、口座番号を伏せる。"""
    for secret in (row.account_number, row.number):
        if secret:
            raw = raw.replace(f",{secret},".encode(), b",****,")
    return raw


def _refuse_same(key: AccountKey, digest: str) -> None:
    rows = fetch_all(
        "SELECT state, number_digest FROM debit_account WHERE addressee_number = %s AND tax_item = %s AND debit_class = %s "
        "ORDER BY history_number DESC LIMIT 1",
        [key.addressee_number, key.tax_item, key.debit_class],
    )
    if rows and rows[0][0] == DebitAccount.State.LIVE and rows[0][1] == digest:
        raise SameAccountAlready(key.tax_item)


def _open(application_id: int) -> DebitApplication:
    found = (
        DebitApplication.objects
        .select_for_update()
        .filter(application_id=application_id, state=State.RECEIVED)
        .first()
    )  # fmt: skip
    if found is None:
        raise NoSuchApplication(str(application_id))
    return found


def _decide(found: DebitApplication, state: DebitApplication.State, on: date, reason: str = "") -> None:
    DebitApplication.objects.filter(
        addressee_number=found.addressee_number, application_id=found.application_id, state=State.RECEIVED
    ).update(state=state, decided_on=on, return_reason=reason)
    record(
        "口座振替の申込みを決めた",
        subjects=[found.addressee_number],
        detail={"受付番号": found.application_id, "状態": str(state.label)},
    )
