"""法律の条件の一覧。事実、条文、満たすかどうかを、一つずつ並べて決裁に付ける。

A checklist of the law: each condition with its fact, its article and whether it is met.

含まないもの: 事実を集めること（呼ぶ側が渡す）、条件の外の判断（決裁する者がする）。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal


class ConditionNotMet(Refusal):
    """法律の条件を満たしていないため、この処分はできません。示された条件を確かめ、満たしてからやり直してください。

    根拠: 地方税法第331条
    """


@dataclass(frozen=True, slots=True)
class Condition:
    """条件一つ。`is_binding` でないものは注意であり、処分を妨げない。

    One condition of the law. `key` is a stable name for programs; the rest is for people.

    根拠: 地方税法第331条
    """

    key: str
    text: str
    fact: str
    article: str
    is_met: bool
    is_binding: bool = True

    @property
    def line(self) -> str:
        """画面と決裁に出す一行。"""
        mark = "適" if self.is_met else "否" if self.is_binding else "注意"
        return f"【{mark}】{self.text}: {self.fact}（{self.article}）"


@dataclass(frozen=True, slots=True)
class Conditions:
    """ある処分の条件の一覧。

    All conditions of one act as of a day.

    根拠: 地方税法第331条
    """

    question: str
    as_of: date
    items: tuple[Condition, ...]

    @property
    def is_allowed(self) -> bool:
        """妨げる条件がないか。"""
        return all(each.is_met for each in self.items if each.is_binding)

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """満たさない条件。"""
        return tuple(each for each in self.items if each.is_binding and not each.is_met)

    @property
    def cautions(self) -> tuple[Condition, ...]:
        """処分を妨げないが、決裁する者が見るべきこと。"""
        return tuple(each for each in self.items if not each.is_binding and not each.is_met)

    @property
    def steps(self) -> tuple[str, ...]:
        """条件の一覧を文にする。"""
        answer = "できる" if self.is_allowed else "できない"
        opening = f"{self.question}（{format_wareki(self.as_of)}現在）: {answer}"
        return (opening, *(each.line for each in self.items))

    @property
    def basis(self) -> tuple[str, ...]:
        """根拠の条文。"""
        return tuple(dict.fromkeys(each.article for each in self.items))

    def require(self) -> None:
        """満たさない条件があれば断る。"""
        if self.unmet:
            raise ConditionNotMet("、".join(f"{each.text}: {each.fact}" for each in self.unmet))


@dataclass(frozen=True, slots=True)
class Grounds:
    """事由の一覧。一つでも当てはまれば足りる。`is_binding` の事由が当てはまれば、しなければならない。

    Grounds of which one is enough: a binding one makes the act a duty, another one makes it possible.

    根拠: 国税徴収法第79条
    """

    question: str
    as_of: date
    items: tuple[Condition, ...]

    @property
    def is_required(self) -> bool:
        """しなければならないか。"""
        return any(each.is_met for each in self.items if each.is_binding)

    @property
    def is_possible(self) -> bool:
        """することができるか。"""
        return any(each.is_met for each in self.items)

    @property
    def steps(self) -> tuple[str, ...]:
        """事由の一覧を文にする。"""
        answer = "しなければならない" if self.is_required else "できる" if self.is_possible else "事由がない"
        opening = f"{self.question}（{format_wareki(self.as_of)}現在）: {answer}"
        rows = (
            f"【{'該当' if each.is_met else '―'}】{each.text}: {each.fact}（{each.article}）" for each in self.items
        )
        return (opening, *rows)

    @property
    def basis(self) -> tuple[str, ...]:
        """当てはまった事由の条文。"""
        return tuple(dict.fromkeys(each.article for each in self.items if each.is_met))
