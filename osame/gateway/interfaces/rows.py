"""インターフェイスの行。項目を読み、結果を書く。誰が頼んだか。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from osame.gateway.affair_rights.queries import Officer
from osame.kernel.refusals import Refusal

Row = dict[str, str]
DONE = "00"
KEY = "レコード識別番号"
UNIFIED, ADDRESSEE, BUSINESS = "団体内統合宛名番号", "宛名番号", "業務ID"


class ItemMissing(Refusal):
    """要る項目がありません。様式（docs/protocols/gateway.md）のとおりに、項目を埋めてください。"""


class ItemUnreadable(Refusal):
    """項目の値を読めません。様式（docs/protocols/gateway.md）の形で書いてください。"""


class NamedRow(Row):
    """宛名番号で頼まれた行。行は団体内統合宛名番号で行い、答えは、頼んだ業務の宛名番号で返す。

    business: 業務ID; addressee: 行の宛名番号（人を名ざさない行なら、空）; unified: それに当たる番号; refusal: 変えられないわけ。
    """

    def __init__(self, row: Row, business: str, addressee: str, unified: str, refusal: Refusal | None) -> None:
        super().__init__(row)
        self.business, self.addressee, self.unified, self.refusal = business, addressee, unified, refusal
        if unified:
            self[UNIFIED] = unified

    def told(self, answer: Row) -> Row:
        """答えの人の番号を、頼まれた宛名番号に戻す。ほかの人なら業務IDを添え、あとでまとめて変える。"""
        if UNIFIED not in answer:
            return answer
        if answer[UNIFIED] != self.unified:
            return {**answer, BUSINESS: self.business}
        rest = {name: value for name, value in answer.items() if name != UNIFIED}
        return {**rest, ADDRESSEE: self.addressee}


@dataclass(frozen=True, slots=True)
class Caller:
    """頼んだ業務システムと、受けた時刻、職員。"""

    system: str
    at: datetime
    officer: str


def officer_of(row: Row, caller: Caller) -> Officer:
    """その行を頼んだ職員。行に名がなければ、求めの用件の職員。"""
    return Officer(caller.system, row.get("職員") or caller.officer, row.get("部署", ""))


def need(row: Row, *names: str) -> list[str]:
    """要る項目の値。"""
    missing = [name for name in names if not row.get(name, "").strip()]
    if missing:
        raise ItemMissing("、".join(missing))
    return [row[name].strip() for name in names]


def day(row: Row, name: str, *, required: bool = True) -> date | None:
    """日付の項目（YYYY-MM-DD か YYYYMMDD）。"""
    text = row.get(name, "").strip()
    if not text and not required:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as failure:
        raise ItemUnreadable(name) from failure


def flag(row: Row, name: str) -> bool:
    """0・1 の項目。"""
    text = row.get(name, "").strip()
    if text not in {"0", "1"}:
        raise ItemUnreadable(name)
    return text == "1"


def done(**items: str) -> Row:
    """行えた。"""
    return {"処理結果": DONE, "処理結果メッセージ": "正常終了", **items}


def failed(refusal: Refusal, **items: str) -> Row:
    """断った。"""
    return {"処理結果": type(refusal).__name__, "処理結果メッセージ": str(refusal), **items}


def one_by_one(rows: Sequence[Row], act: Callable[[Row], Row | list[Row]]) -> list[Row]:
    """行ごとに行う。断られた行は、そのわけを答え、ほかの行は行う。"""
    answers: list[Row] = []
    for row in rows:
        kept = {KEY: row[KEY]} if row.get(KEY) else {}
        try:
            if isinstance(row, NamedRow) and row.refusal:
                raise row.refusal
            answer = act(row)
            made = [{**kept, **each} for each in (answer if isinstance(answer, list) else [answer])]
            answers += [row.told(each) for each in made] if isinstance(row, NamedRow) else made
        except Refusal as refusal:
            answers.append(failed(refusal, **kept))
    return answers


def moment(value: datetime | date | None) -> str:
    """日時の項目。なければ空。"""
    return value.isoformat() if value else ""
