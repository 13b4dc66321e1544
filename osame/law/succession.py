"""相続による納税義務の承継。だれが、いくらを承継し、どこまで責任を負うか。

Succession to a tax obligation by inheritance: who, how much, and up to what.

条文: 地方税法第9条、第9条の2、民法第886条から第890条まで、第900条から第902条まで、第922条、第939条。
含まないもの: 相続欠格・廃除の認定（相続人でない者は渡さない）、遺留分。
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import lcm

from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.allocation import in_proportion
from osame.law.claim import NegativeAmount
from osame.law.rounding import NOTHING


class SharesDoNotAddUp(Refusal):
    """指定された相続分の合計が1になりません。遺言などで割合を確かめてください。

    根拠: 民法第902条第1項
    """


class HeirKind(Enum):
    """相続人の続柄。子は直系卑属の代襲者を、兄弟姉妹はその子を含む。

    How an heir is related; descendants who represent a child count as children.

    根拠: 民法第887条、第889条、第890条
    """

    SPOUSE = "配偶者"
    CHILD = "子"
    ASCENDANT = "直系尊属"
    SIBLING = "兄弟姉妹"


@dataclass(frozen=True, slots=True)
class Heir:
    """相続人一人。

    One heir. Those of one `stem` (a child or sibling who died before) share what that person would have had.

    `is_half` は父母の一方だけを同じくする兄弟姉妹。`is_renounced` は相続の放棄をした者で、初めから相続人でなかったものとみなす。
    `received` は相続によって得た財産の価額、`is_limited` は限定承認をしたか。`is_unborn` は、まだ生まれていない胎児。

    根拠: 民法第886条、民法第900条、民法第901条、民法第939条
    解釈: 胎児は、生まれるまでは請求を受けることができないので相続人の数に入れず、生まれたら按分し直す。
    """

    name: str
    kind: HeirKind
    stem: str = ""
    is_half: bool = False
    is_renounced: bool = False
    received: Yen | None = None
    is_limited: bool = False
    is_unborn: bool = False


@dataclass(frozen=True, slots=True)
class SuccessionShare:
    """一人が承継する額と、責任の限度。

    What one heir succeeds to, and what that heir answers for besides.

    `amount` は承継した額。`guarantee` は、得た財産の価額が承継した額を超えるとき、ほかの相続人の分について納付の責任を負う限度。
    `limit` は限定承認による限度（なければ None）。

    根拠: 地方税法第9条第1項・第2項・第3項
    """

    name: str
    share: Fraction
    amount: Yen
    guarantee: Yen
    limit: Yen | None


@dataclass(frozen=True, slots=True)
class SuccessionAnswer:
    """承継の計算の結果。相続人がいなければ `shares` は空（相続財産清算人に請求する）。

    The answer; no shares when nobody inherits.

    根拠: 地方税法第9条
    """

    shares: tuple[SuccessionShare, ...]
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def statutory_shares(heirs: Sequence[Heir]) -> dict[str, Fraction]:
    """法定相続分・代襲相続分を求める。放棄した者を除く。

    The statutory shares, with representation and half-blood siblings.

    子と配偶者は2分の1ずつ、直系尊属と配偶者は3分の1と3分の2、兄弟姉妹と配偶者は4分の1と4分の3。
    先の順位の者が一人でもいれば、後の順位の者は相続人にならない。

    根拠: 民法第887条、第889条、第890条、第900条、第901条、第939条
    解釈: 直系尊属は、親等の近い者だけを渡す。
    例:
    >>> people = [Heir("妻", HeirKind.SPOUSE), Heir("長男", HeirKind.CHILD), Heir("孫", HeirKind.CHILD, stem="次男")]
    >>> statutory_shares(people)
    {'妻': Fraction(1, 2), '長男': Fraction(1, 4), '孫': Fraction(1, 4)}
    """
    alive = [each for each in heirs if not (each.is_renounced or each.is_unborn)]
    spouses = [each for each in alive if each.kind is HeirKind.SPOUSE]
    for kind, beside_spouse in _ORDER:
        line = [each for each in alive if each.kind is kind]
        if line:
            whole = beside_spouse if spouses else Fraction(1)
            shares = {each.name: (1 - whole) * Fraction(1, len(spouses)) for each in spouses}
            return shares | _in_line(line, whole)
    return {each.name: Fraction(1, len(spouses)) for each in spouses}


_ORDER = (
    (HeirKind.CHILD, Fraction(1, 2)),
    (HeirKind.ASCENDANT, Fraction(1, 3)),
    (HeirKind.SIBLING, Fraction(1, 4)),
)


def _in_line(line: Sequence[Heir], whole: Fraction) -> dict[str, Fraction]:
    """同じ順位の者に分ける。株ごとに等しく（半血は半分）、株の中で等しく。"""
    stems: dict[str, list[Heir]] = {}
    for each in line:
        stems.setdefault(each.stem or each.name, []).append(each)
    weights = {stem: 1 if members[0].is_half else 2 for stem, members in stems.items()}
    total = sum(weights.values())
    return {
        each.name: whole * Fraction(weights[stem], total * len(members))
        for stem, members in stems.items()
        for each in members
    }


def succession(
    amount: Yen, heirs: Sequence[Heir], *, designated: Mapping[str, Fraction] | None = None
) -> SuccessionAnswer:
    """承継する額を相続人ごとに求める。

    What each heir succeeds to: the amount by the shares of the Civil Code, designated shares first.

    根拠: 地方税法第9条第1項・第2項・第3項、民法第900条から第902条まで、民法第922条
    解釈: 按分の1円未満の端数は、端数の大きいものから1円ずつ充てる（合計は必ず元の額になる）。
    例:
    >>> people = [Heir("妻", HeirKind.SPOUSE, received=Yen(90_000)), Heir("長男", HeirKind.CHILD), Heir("長女", HeirKind.CHILD)]
    >>> [(each.name, each.amount, each.guarantee) for each in succession(Yen(100_001), people).shares]
    [('妻', 50001, 39999), ('長男', 25000, 0), ('長女', 25000, 0)]
    """
    if amount < 0:
        raise NegativeAmount(f"承継する額 {amount}")
    portions = dict(designated) if designated is not None else statutory_shares(heirs)
    if not portions:
        said = "相続人がいない。相続財産法人に、相続財産清算人を通じて請求する"
        return SuccessionAnswer((), (said,), ("地方税法第9条第1項", "民法第951条"))
    if sum(portions.values()) != 1 or min(portions.values()) < 0:
        raise SharesDoNotAddUp(f"合計 {sum(portions.values())}")
    amounts = _divided(amount, list(portions.values()))
    by_name = {each.name: each for each in heirs}
    shares = tuple(
        _share(by_name[name], portion, given) for (name, portion), given in zip(portions.items(), amounts, strict=True)
    )
    steps = tuple(
        f"{each.name} 相続分{each.share} 承継{each.amount:,}円"
        + (f"、ほかの相続人の分の責任は{each.guarantee:,}円まで" if each.guarantee else "")
        + (f"、限定承認により{each.limit:,}円まで" if each.limit is not None else "")
        for each in shares
    )
    article = "民法第902条" if designated is not None else "民法第900条、民法第901条"
    return SuccessionAnswer(shares, steps, ("地方税法第9条第1項・第2項・第3項", article))


def portions_through(
    portions: Mapping[str, Fraction], later: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    """数次相続。承継した後に死亡した相続人の分を、その人の相続人に分け直す。

    An heir who died after the succession is replaced by that heir's own heirs. `later` gives their portions, already chained.

    根拠: 地方税法第9条第1項・第2項
    例:
    >>> later = {"長男": {"妻": Fraction(1, 2), "孫": Fraction(1, 2)}}
    >>> portions_through({"妻": Fraction(1, 2), "長男": Fraction(1, 2)}, later)
    {'妻': Fraction(3, 4), '孫': Fraction(1, 4)}
    """
    found: dict[str, Fraction] = {}
    for name, portion in portions.items():
        for heir, part in later.get(name, {name: Fraction(1)}).items():
            found[heir] = found.get(heir, Fraction(0)) + portion * part
    return found


def apportioned(amount: Yen, portions: Sequence[Fraction]) -> list[Yen]:
    """額を、合計が1の割合で分ける。合計は必ず元の額になる。

    根拠: 地方税法第9条第2項
    解釈: 1円未満の端数は、端数の大きいものから1円ずつ充てる（同じなら先に渡したもの）。
    例:
    >>> apportioned(Yen(100), [Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)])
    [50, 25, 25]
    """
    if sum(portions) != 1 or min(portions) < 0:
        raise SharesDoNotAddUp(f"合計 {sum(portions)}")
    return _divided(amount, portions)


@dataclass(frozen=True, slots=True)
class HeirAccount:
    """承継した者一人の分。 `paid` は相続の後にその者が納めた額、`late` はその者の分に生じた延滞金。

    One obligor's side of a charge: the portion, what that person paid since, and the delinquency charge on that part.

    根拠: 地方税法第9条第2項
    """

    portion: Fraction
    paid: Yen = NOTHING
    late: Yen = NOTHING


def owed_by_each(unpaid: Yen, accounts: Sequence[HeirAccount], *, paid_by_others: Yen = NOTHING) -> list[Yen]:
    """期別に残る額を、承継した者ごとに、いくら残っているかに分ける。合計は必ず残る額になる。

    What each obligor still owes. Whatever was paid since the succession is put back, divided by the portions, and each one's
    own payments are taken from that one's part; the sum is what the charge still owes, to the yen, in whatever order things
    came. `unpaid` includes the delinquency charge.

    根拠: 地方税法第9条第2項、地方税法第20条の6第1項
    解釈: 自分の分を超えて納めた額と、納めた者を定められない額は、第三者の納付として、残る者の残りに応じて減らす。
    例:
    >>> half = Fraction(1, 2)
    >>> owed_by_each(Yen(60_000), [HeirAccount(half, paid=Yen(40_000)), HeirAccount(half)])
    [10000, 50000]
    >>> owed_by_each(Yen(30_000), [HeirAccount(half, paid=Yen(70_000)), HeirAccount(half)])
    [0, 30000]
    """
    late = sum(each.late for each in accounts)
    gross = unpaid + sum(each.paid for each in accounts) + paid_by_others
    parts = apportioned(Yen(max(0, gross - late)), [each.portion for each in accounts])
    left = [max(0, part + each.late - each.paid) for part, each in zip(parts, accounts, strict=True)]
    if not any(left):
        return apportioned(unpaid, [each.portion for each in accounts])
    return in_proportion(unpaid, [Yen(each * (unpaid + 1)) for each in left])


def _divided(amount: Yen, portions: Sequence[Fraction]) -> list[Yen]:
    """割合に応じて分ける。割合を、合計が額以上になる整数の重みに直してから按分する。"""
    unit = lcm(*(each.denominator for each in portions)) * (amount + 1)
    return in_proportion(amount, [Yen(each.numerator * unit // each.denominator) for each in portions])


def _share(heir: Heir, portion: Fraction, amount: Yen) -> SuccessionShare:
    limit = (heir.received or Yen(0)) if heir.is_limited else None
    guarantee = 0 if heir.is_limited else max(0, (heir.received or 0) - amount)
    return SuccessionShare(heir.name, portion, amount, Yen(guarantee), limit)
