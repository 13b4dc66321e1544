"""口座振替の文書。開始・変更・廃止の通知（R-007）、振替不能のお知らせ（R-008）、振替済の通知（R-009）、依頼書（R-010）。

Four letters. Each is made once for what it tells: what was told already is not told again. Account numbers appear by their last
three digits only.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.db import transaction

from osame.collection.debits import again
from osame.collection.debits.actions import NotOurAddressee
from osame.collection.debits.models import ACCOUNT_TYPES, DebitAccount, DebitRequest
from osame.collection.debits.numbers import masked
from osame.collection.debits.queries import place_name
from osame.collection.debits.requests import DebitLine, failures_of, one_request
from osame.collection.debits.statements import paid_in_year
from osame.collection.letters.actions import Draft, NothingToSend, freeze
from osame.collection.letters.kinds import Drawing, LetterKind, SampleLetter, Samples, letter_kind, nothing_drawn
from osame.collection.letters.samples import HARD, PLAIN
from osame.collection.parameters.overview import year_name
from osame.collection.parameters.queries import municipality
from osame.collection.payment_slips.actions import issue_carried_slips
from osame.collection.payment_slips.drawing import SlipPart, part_of, slip_drawings, slip_marks
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.planning import SlipRequest, usual_day
from osame.collection.payment_slips.queries import Slip
from osame.collection.payment_slips.sample_slips import sample_part, sample_slip
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

MOST_ROWS = 8
"""納付書の上に刷れる行の数。これを超えたら、文書と納付書を分ける。"""
NOTICE_NOTE = (
    "引落しの日の前日までに、口座の残高を確かめてください。残高が足りないと、延滞金がかかることがあります。口座番号は下3桁だけを"
    "示しています。内容に誤りがあるときは、お早めにご連絡ください。"
)
FAILURE_NOTE = (
    "金額を訂正したもの、指定期限を過ぎたものは使えません。延滞金は含めていません。納付の日までの延滞金を、後から納めていただくことが"
    "あります。行き違いで納付済みのときは、使わずに捨ててください。続けて振り替えられないときは、口座振替を停めることがあります。"
)
STATEMENT_NOTE = (
    "この通知は、一年の間に口座振替で納めた額をお知らせするものです。還付または充当した額は除いています。社会保険料控除には、"
    "国民健康保険税の額を使えます（所得税法第74条）。領収証書や納税証明書ではありません。"
)
FORM_NOTE = (
    "太枠の中を記入し、通帳の届出印を押して、取扱金融機関または市に提出してください。金融機関の照合に日数がかかるため、引落しは"
    "提出から一、二か月後の納期からになります。"
)


class PlanFailuresAreDefaults(Refusal):
    """分納の振替の不能は、納付誓約の不履行として知らせます。納付誓約の画面から、不履行の通知を作ってください。"""


@dataclass(frozen=True, slots=True)
class DebitNotice:
    """口座振替の開始・変更・停止・再開・廃止の通知の内容。"""

    change: str
    tax_item: str
    place: str
    account: str
    holder: str
    method: str
    starts_on: str
    start_term: str


@dataclass(frozen=True, slots=True)
class FailedRow:
    """振り替えられなかった期別一つ。"""

    term: str
    due_date: str
    amount: int
    unpaid: int
    reason: str


@dataclass(frozen=True, slots=True)
class DebitFailure:
    """振替不能のお知らせの内容。 slip: 下に刷る納付書。"""

    tax_item: str
    debit_on: str
    place: str
    rows: tuple[FailedRow, ...]
    slip: SlipPart


@dataclass(frozen=True, slots=True)
class PaidRow:
    """ある税目を、一年に口座振替で納めた額。"""

    tax_item: str
    times: int
    amount: int


@dataclass(frozen=True, slots=True)
class DebitStatement:
    """口座振替済額の通知の内容。"""

    year: str
    total: int
    rows: tuple[PaidRow, ...]


@dataclass(frozen=True, slots=True)
class DebitForm:
    """口座振替依頼書の内容。"""

    name: str
    addressee_number: str
    tax_items: tuple[str, ...]


def _kind(
    names: tuple[str, str, str], context: type, note: str, samples: Samples, draws: Drawing = nothing_drawn
) -> LetterKind:
    form, name, source = names
    path = f"collection/debits/typst/{source}.typ"
    return letter_kind(LetterKind(form, name, name, path, context, samples, {f"{name}:注意": note}, draws=draws))


def _notice_samples() -> tuple[SampleLetter, ...]:
    plain = DebitNotice(
        "開始",
        "固定資産税・都市計画税",
        "架空銀行 本店",
        "普通 ****567",
        "ｻﾄｳ ﾊﾅｺ",
        "期別",
        "令和8年7月17日",
        "令和8年度 第2期",
    )
    hard = DebitNotice(
        "変更", "国民健康保険税（普通徴収・介護納付金分）", "架空中央信用農業協同組合連合会 大字城ヶ丘ショッピングセンター出張所",
        "納税準備 ****567", "ﾄｸﾃｲﾋｴｲﾘｶﾂﾄﾞｳﾎｳｼﾞﾝ ｶｸｳｼﾁｲｷｷｮｳｾｲｼﾔｶｲ", "全期前納", "令和8年12月31日", "令和9年度 第12期",
    )  # fmt: skip
    return (
        SampleLetter(plain, ("****567", plain.starts_on)),
        SampleLetter(hard, ("****567", hard.starts_on), hard=True),
    )


def _failure_samples() -> tuple[SampleLetter, ...]:
    made = []
    for hard in (False, True):
        slip = sample_slip(PaymentSlip.Kind.COMBINED, hard=hard)
        row = FailedRow("令和8年度 第12期", "R8.12.25", slip.amount, slip.amount, "預金者の都合による振替停止")
        told = DebitFailure(
            "国民健康保険税（普通徴収・介護納付金分）" if hard else "固定資産税・都市計画税", "令和8年12月25日",
            "架空中央信用農業協同組合連合会 大字城ヶ丘ショッピングセンター出張所" if hard else "架空銀行 本店",
            (row,) * MOST_ROWS if hard else (replace(row, amount=31_300, unpaid=31_300, reason="資金不足"),) * 3,
            sample_part(slip, hard=hard),
        )  # fmt: skip
        made.append(SampleLetter(told, (told.debit_on, *slip_marks(slip)), hard=hard))
    return tuple(made)


def _statement_samples() -> tuple[SampleLetter, ...]:
    plain = DebitStatement(
        "令和8年", 150_000, (PaidRow("固定資産税・都市計画税", 4, 120_000), PaidRow("軽自動車税（種別割）", 1, 30_000))
    )
    row = PaidRow("国民健康保険税（普通徴収・介護納付金分）", 12, 99_999_999_999)
    hard = DebitStatement("令和12年", 10 * row.amount, (row,) * 10)
    return tuple(SampleLetter(each, (f"{each.total:,}円", each.year), hard=each is hard) for each in (plain, hard))


def _form_samples() -> tuple[SampleLetter, ...]:
    plain = DebitForm(PLAIN.name, "000000000000001", ("市民税・県民税（普通徴収）", "固定資産税・都市計画税"))
    taxes = (
        "市民税・県民税（普通徴収）", "固定資産税・都市計画税", "軽自動車税（種別割）", "国民健康保険税（普通徴収・介護納付金分）",
        "法人市民税", "森林環境税", "後期高齢者医療保険料", "介護保険料", "特別土地保有税", "入湯税",
    )  # fmt: skip
    hard = DebitForm(HARD.name, "999999999999999", taxes)
    return tuple(SampleLetter(each, (each.addressee_number,), hard=each is hard) for each in (plain, hard))


NOTICE = _kind(("R-007", "口座振替の通知", "debit_notice"), DebitNotice, NOTICE_NOTE, _notice_samples)
FAILURE = _kind(
    ("R-008", "口座振替不能のお知らせ", "debit_failure"), DebitFailure, FAILURE_NOTE, _failure_samples, slip_drawings
)
STATEMENT = _kind(
    ("R-009", "口座振替済額の通知", "debit_statement"), DebitStatement, STATEMENT_NOTE, _statement_samples
)
FORM = _kind(("R-010", "口座振替依頼書", "debit_form"), DebitForm, FORM_NOTE, _form_samples)

send_again = again.send_again  # 再振替のお知らせ（R-008-2）

# 届いた日から後に登録した、まだ知らせていない口座の、いちばん新しい行。短い間に幾度か変えても、知らせるのは一度。
UNTOLD = """
SELECT a.addressee_number, a.tax_item, coalesce(t.name, a.tax_item), a.debit_class, a.history_number, a.state, a.method,
       a.bank_code, a.branch_code, a.account_type, a.number_tail, a.holder_kana, a.valid_from, p.start_levy_year, p.start_term,
       b.state, b.number_digest = a.number_digest
FROM (
    SELECT DISTINCT ON (addressee_number, tax_item, debit_class) * FROM debit_account
    ORDER BY addressee_number, tax_item, debit_class, history_number DESC
) a
LEFT JOIN LATERAL (SELECT name FROM tax_item t WHERE t.tax_item = a.tax_item ORDER BY valid_from DESC LIMIT 1) t ON true
LEFT JOIN debit_application p ON p.addressee_number = a.addressee_number AND p.application_id = a.application_id
LEFT JOIN LATERAL (
    SELECT state, number_digest FROM debit_account b WHERE b.addressee_number = a.addressee_number
      AND b.tax_item = a.tax_item AND b.debit_class = a.debit_class AND b.history_number < a.history_number
    ORDER BY b.history_number DESC LIMIT 1) b ON true
WHERE (a.recorded_at AT TIME ZONE 'Asia/Tokyo')::date >= %(since)s
  AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.addressee_number = a.addressee_number AND l.state <> '9'
      AND l.subject = 'debit_account:' || a.tax_item || ':' || a.debit_class || ':' || a.history_number)
ORDER BY a.addressee_number, a.tax_item
"""

# 不能となってまだ納められていない期別。知らせを作り終えるまで、納付を待たせる。
HELD = """
SELECT 1 FROM charge c JOIN debit_instruction i USING (addressee_number, charge_id)
WHERE i.request_id = %s AND c.principal_tax > 0 ORDER BY addressee_number, charge_id FOR NO KEY UPDATE OF c
"""


def send_notices(*, since: date, as_of: date, officer: str) -> int:
    """口座振替の開始・変更・停止・再開・廃止の通知（R-007）を作る。束の番号を返す。 since: この日から後に登録したもの。

    要件: F06-03, F06-07
    """
    with transaction.atomic():
        drafts = [_notice(row) for row in fetch_all(UNTOLD, {"since": since})]
        return freeze(NOTICE, drafts, as_of=as_of, officer=officer)


def send_failures(request_id: int, *, as_of: date, officer: str) -> int:
    """振り替えられず、まだ納められていない人への、振替不能のお知らせ（R-008）を、納付書とともに作る。束の番号を返す。

    One letter per taxpayer and tax, with a payment slip over what it names, issued in the same transaction. Who has paid
    meanwhile, or was told of this request before, gets none. The charges are held, so that no payment comes in between.

    要件: F06-07
    """
    with transaction.atomic():
        run = one_request(request_id)
        if run.kind == DebitRequest.Kind.PLAN:
            raise PlanFailuresAreDefaults(str(request_id))
        debit_on = run.debit_on
        subject = f"debit_failure:{request_id}"
        told = _told(subject)
        fetch_all(HELD, [request_id])
        waiting = [e for e in failures_of(request_id) if e.unpaid and (e.addressee_number, e.tax_item) not in told]
        waiting.sort(key=lambda each: (each.addressee_number, each.tax_item, each.due_date, each.charge_id))
        if not waiting:
            raise NothingToSend(FAILURE.name)
        parts = []
        for _, lines in groupby(waiting, key=lambda each: (each.addressee_number, each.tax_item)):
            failed = tuple(lines)
            parts += [failed[at : at + MOST_ROWS] for at in range(0, len(failed), MOST_ROWS)]
        issued = issue_carried_slips([_slip_over(each, as_of) for each in parts], as_of=as_of, officer=officer)
        city = municipality(as_of=as_of)
        place = (city.name, city.municipality_code)
        drafts = [
            _failure(part, each.slip, part_of(each.slip, place, name=part[0].name), (debit_on, subject))
            for part, each in zip(parts, issued, strict=True)
        ]
        return freeze(FAILURE, drafts, as_of=as_of, officer=officer)


def send_statements(year: int, *, as_of: date, officer: str, addressee_number: str = "") -> int:
    """一年の口座振替済額の通知（R-009）を作る。その年について前に知らせた人には作らない。束の番号を返す。

    要件: F06-10
    """
    with transaction.atomic():
        subject = f"debit_statement:{year}"
        told = {number for number, _ in _told(subject)}
        paid = [
            each for each in paid_in_year(year, addressee_number=addressee_number) if each.addressee_number not in told
        ]
        drafts = []
        for number, lines in groupby(paid, key=lambda each: each.addressee_number):
            rows = tuple(PaidRow(each.tax_item_name, each.times, each.amount) for each in lines)
            total = sum(each.amount for each in rows)
            name = f"{format_wareki(date(year, 12, 31)).split('年')[0]}年"
            drafts.append(Draft(number, "", DebitStatement(name, total, rows), (f"{total:,}円", name), subject))
        return freeze(STATEMENT, drafts, as_of=as_of, officer=officer)


def send_form(addressee_number: str, *, as_of: date, officer: str) -> int:
    """口座振替依頼書（R-010）を作る。束の番号を返す。

    要件: F06-02
    """
    with transaction.atomic():
        rows = fetch_all("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
        if not rows:
            raise NotOurAddressee(addressee_number)
        items = fetch_all(
            "SELECT DISTINCT ON (tax_item) name FROM tax_item WHERE valid_from <= %s AND accepts_determination "
            "ORDER BY tax_item, valid_from DESC",
            [as_of],
        )
        context = DebitForm(str(rows[0][0]), addressee_number, tuple(name for (name,) in items))
        return freeze(
            FORM,
            [Draft(addressee_number, "", context, (addressee_number,), "debit_form")],
            as_of=as_of,
            officer=officer,
        )


def _notice(row: tuple[Any, ...]) -> Draft:
    number, tax, tax_name, debit_class, history, state, method, bank, branch, kind, tail, holder, since, year, term = (
        row[:15]
    )
    change = _change(state, *row[15:])
    account = f"{dict(ACCOUNT_TYPES).get(kind, kind)} {masked(tail)}"
    start = f"{year_name(year)} 第{term}期" if year and change == "開始" else ""
    notice = DebitNotice(
        change, tax_name, place_name(bank, branch), account, holder, str(DebitAccount.Method(method).label),
        format_wareki(since), start,
    )  # fmt: skip
    return Draft(
        number, tax, notice, (masked(tail), format_wareki(since)), f"debit_account:{tax}:{debit_class}:{history}"
    )


def _change(state: str, before: str | None, same: bool | None) -> str:
    """何の通知か。"""
    if state != DebitAccount.State.LIVE:
        return str(DebitAccount.State(state).label)
    if before is None or before == DebitAccount.State.ENDED:
        return "開始"
    return "再開" if before == DebitAccount.State.SUSPENDED and same else "変更"


def _slip_over(lines: tuple[DebitLine, ...], as_of: date) -> SlipRequest:
    """知らせる期別の納付書。延滞金は、いつ納めるか分からないので含めない。"""
    charges = tuple(each.charge_id for each in lines)
    reason = f"{FAILURE.name}に添える"
    return SlipRequest(lines[0].addressee_number, charges, usual_day(as_of), with_charge=False, reason=reason)


def _failure(lines: tuple[DebitLine, ...], slip: Slip, part: SlipPart, about: tuple[date, str]) -> Draft:
    debit_on, subject = about
    shares = {each.charge_id: each for each in slip.shares}
    rows = tuple(
        FailedRow(
            f"{year_name(each.levy_year)} 第{each.installment_term}期",
            short_wareki(each.due_date),
            each.amount,
            shares[each.charge_id].amount,
            each.result,
        )
        for each in lines
    )
    first = lines[0]
    told = DebitFailure(first.tax_item_name, format_wareki(debit_on), first.place[5:], rows, part)
    return Draft(first.addressee_number, first.tax_item, told, (format_wareki(debit_on), *slip_marks(slip)), subject)


def _told(subject: str) -> set[tuple[str, str]]:
    """この件について、もう知らせた人と税目。引き抜いた文書は、知らせたことにならない。"""
    return {
        (str(number), str(item))
        for number, item in fetch_all(
            "SELECT addressee_number, tax_item FROM letter WHERE subject = %s AND state <> '9'", [subject]
        )
    }
