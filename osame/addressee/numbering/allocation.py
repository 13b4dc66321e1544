"""番号を取る。付番範囲の行を押さえ、使われている番号は理由を残して飛ばす。"""

from dataclasses import dataclass

from osame.addressee.numbering.models import NumberingRange
from osame.kernel.check_digits import LONGEST_ADDRESSEE_NUMBER, addressee_number_check_digit, addressee_number_is_valid
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql


class NumbersExhausted(Refusal):
    """付番できる番号が残っていません。osame addressee numbering open で、次の範囲を開いてください。"""


class WrongRange(Refusal):
    """付番の範囲が正しくありません。15桁に収まり、最初が最後より小さく、まだ付けた番号のない範囲を指定してください。"""


@dataclass(frozen=True, slots=True)
class RangeState:
    """付番範囲の今。 unexplained: 説明のつかない番号の数で、いつも0のはず。"""

    first: int
    last: int
    next: int
    remaining: int
    issued: int
    skipped: int
    unexplained: int


def allocate() -> tuple[str, int]:
    """次の番号を取り、（宛名番号, 検査数字を除いた番号）を返す。取引がやめになれば、番号も返る。"""
    while True:
        taken = fetch_all(
            "UPDATE numbering_range SET next_body = next_body + 1 WHERE ended_at IS NULL AND next_body <= last_body "
            "RETURNING next_body - 1, body_digits, check_scheme"
        )
        if not taken:
            raise NumbersExhausted
        body, digits, scheme = taken[0]
        text = f"{body:0{digits}d}"
        number = text + addressee_number_check_digit(text, scheme)
        if not fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s", [number]):
            return number, int(body)
        run_sql(
            "INSERT INTO issued_number (addressee_number, outcome, body, reason) "
            "VALUES (%s, '2', %s, 'ほかの宛名が使っている') ON CONFLICT DO NOTHING",  # 引き継いだ番号は、もう載っている
            [number, body],
        )


def body_of(number: str) -> int | None:
    """付番範囲の番号なら、検査数字を除いた番号。範囲の外の番号や、検査数字の合わない番号なら None。"""
    rows = fetch_all("SELECT body_digits, check_scheme FROM numbering_range WHERE ended_at IS NULL")
    if not rows:
        return None
    digits, scheme = rows[0]
    long = digits + (scheme != NumberingRange.Check.NONE)
    return int(number[:digits]) if len(number) == long and addressee_number_is_valid(number, scheme) else None


def open_range(first: int, last: int, *, scheme: str) -> None:
    """付番の範囲を開く。それまでの範囲は終わり、残りは使わない。

    要件: F33-02
    """
    digits = LONGEST_ADDRESSEE_NUMBER - (scheme != NumberingRange.Check.NONE)
    if not 0 < first <= last < 10**digits:
        raise WrongRange(f"{first}～{last}")
    officer = gate.required().officer
    run_sql("LOCK TABLE numbering_range IN EXCLUSIVE MODE")
    (overlapping,) = fetch_one(
        "SELECT count(*) FROM numbering_range WHERE first_body < next_body AND first_body <= %s AND next_body > %s",
        [last, first],
    )
    if overlapping:
        raise WrongRange("もう付けた番号を含みます")
    run_sql("UPDATE numbering_range SET ended_at = now() WHERE ended_at IS NULL")
    NumberingRange.objects.create(
        first_body=first, last_body=last, next_body=first, body_digits=digits, check_scheme=scheme, opened_by=officer
    )
    record("付番の範囲を開いた", detail={"最初": str(first), "最後": str(last), "方式": scheme})


def range_state() -> RangeState:
    """いまの付番範囲と、付番簿との突き合わせ。"""
    rows = fetch_all(
        "SELECT r.first_body, r.last_body, r.next_body, count(n.body) FILTER (WHERE n.outcome = '1'), "
        "count(n.body) FILTER (WHERE n.outcome <> '1') FROM numbering_range r "
        "LEFT JOIN issued_number n ON n.body >= r.first_body AND n.body < r.next_body "
        "WHERE r.ended_at IS NULL GROUP BY r.range_id"
    )
    if not rows:
        raise NumbersExhausted
    first, last, next_body, issued, skipped = map(int, rows[0])
    return RangeState(
        first, last, next_body, last - next_body + 1, issued, skipped, next_body - first - issued - skipped
    )
