"""事案の優先度。どの点が、どの事実から付いたかを、いつも言える。

A score is a sum of points; every point comes from one fact of the claim or of its history. What a person is (sex, age, name,
nationality, household, address, protection) is not read at all: `FACTS` lists every column that the score may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FACTS = (
    "total", "oldest_due_on", "prescribed_on", "contacted_on", "paid_on", "broken_promises", "reminders", "stage", "seizable",
)  # fmt: skip
"""点が見る事実のすべて。債権と、その経過だけ。"""

MOST = 100


@dataclass(frozen=True, slots=True)
class Step:
    """条件と点。 condition: 指標の列についての SQL; told: 画面で言う言葉。"""

    condition: str
    points: int
    told: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """指標。初めに当たった条件の点だけが付く。"""

    code: str
    name: str
    steps: tuple[Step, ...]

    @property
    def formula(self) -> str:
        """点を求める SQL。"""
        cases = " ".join(f"WHEN {each.condition} THEN {each.points}" for each in self.steps)
        return f"CASE {cases} ELSE 0 END"

    def told(self, points: int) -> str:
        """その点が付いた訳。"""
        return next((each.told for each in self.steps if each.points == points), "")


INDICATORS = (
    Indicator("amount", "未納の額", (
        Step("total >= 5000000", 30, "500万円以上"), Step("total >= 1000000", 24, "100万円以上"),
        Step("total >= 500000", 18, "50万円以上"), Step("total >= 100000", 12, "10万円以上"),
        Step("total >= 30000", 6, "3万円以上"), Step("total > 0", 2, "3万円未満"),
    )),
    Indicator("age", "古さ", (
        Step("oldest_due_on <= %(on)s::date - 1461", 20, "納期限から4年を過ぎた"),
        Step("oldest_due_on <= %(on)s::date - 730", 15, "納期限から2年を過ぎた"),
        Step("oldest_due_on <= %(on)s::date - 365", 10, "納期限から1年を過ぎた"),
        Step("oldest_due_on <= %(on)s::date - 180", 5, "納期限から半年を過ぎた"),
    )),
    Indicator("prescription", "時効の近さ", (
        Step("prescribed_on < %(on)s::date", 0, "時効が完成した"),
        Step("prescribed_on <= %(on)s::date + 90", 25, "90日以内に時効が完成する"),
        Step("prescribed_on <= %(on)s::date + 180", 18, "180日以内に時効が完成する"),
        Step("prescribed_on <= %(on)s::date + 365", 10, "1年以内に時効が完成する"),
    )),
    Indicator("promises", "約束の不履行", (
        Step("broken_promises >= 3", 10, "一年に3回以上"), Step("broken_promises >= 1", 6, "一年に1回以上"),
    )),
    Indicator("silence", "折衝のない日数", (
        Step("contacted_on IS NULL", 9, "一度も折衝がない"), Step("contacted_on <= %(on)s::date - 180", 8, "180日以上ない"),
        Step("contacted_on <= %(on)s::date - 90", 5, "90日以上ない"),
    )),
    Indicator("reminders", "催告への応答", (
        Step("reminders >= 2 AND (paid_on IS NULL OR paid_on < %(on)s::date - 365)", 6, "一年に2回以上の催告の後も納付がない"),
    )),
    Indicator("assets", "分かっている財産", (
        Step("seizable >= total", 10, "未納に足りる、差押えのない財産がある"), Step("seizable > 0", 5, "差押えのない財産がある"),
    )),
    Indicator("payment", "最近の納付", (Step("paid_on >= %(on)s::date - 60", -10, "60日以内に納付がある"),)),
    Indicator("held", "いま進められないもの", (
        Step("stage IN ('05', '08', '10')", -40, "猶予・執行停止・倒産手続の間"), Step("stage = '04'", -20, "分納の間"),
    )),
)  # fmt: skip
"""指標の表。重みを変えるときは、ここを直す。"""


def score_formula() -> str:
    """優先度を求める SQL。0 から 100。"""
    total = " + ".join(each.formula for each in INDICATORS)
    return f"greatest(0, least({MOST}, {total}))"


def points_formula() -> str:
    """内訳（指標 → 点）を作る SQL。点の付かない指標は載せない。"""
    pairs = ", ".join(f"'{each.code}', nullif({each.formula}, 0)" for each in INDICATORS)
    return f"jsonb_strip_nulls(jsonb_build_object({pairs}))"


@dataclass(frozen=True, slots=True)
class Point:
    """優先度の内訳一つ。"""

    name: str
    points: int
    told: str


def explained(points: Mapping[str, int]) -> tuple[Point, ...]:
    """内訳を、人の言葉で。"""
    return tuple(
        Point(each.name, points[each.code], each.told(points[each.code])) for each in INDICATORS if each.code in points
    )
