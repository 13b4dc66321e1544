"""承継の割合。調べから法に尋ね、決定から、いま効力を持つ割合の表を作り直す。

Portions are asked of the law when a edition is written. Those in force are rebuilt from the decisions alone, so that a cancelled
decision leaves no trace in them; an heir who died since, with a succession of their own in force, is replaced by their heirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from osame.collection.successions.models import Succession, Successor
from osame.collection.successions.queries import SuccessorLine
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.succession import Heir, HeirKind, SharesDoNotAddUp, portions_through, statutory_shares
from osame.platform.database import fetch_all, run_sql

Kind = Successor.Kind
HEIR_KINDS = {
    Kind.SPOUSE: HeirKind.SPOUSE, Kind.CHILD: HeirKind.CHILD, Kind.ASCENDANT: HeirKind.ASCENDANT, Kind.SIBLING: HeirKind.SIBLING,
}  # fmt: skip
ALLOWED = {
    Succession.Kind.INHERITANCE: (*HEIR_KINDS, Kind.LEGATEE, Kind.ESTATE),
    Succession.Kind.MERGER: (Kind.MERGED,),
    Succession.Kind.SPLIT: (Kind.SPLIT_OFF,),
    Succession.Kind.TRANSFER: (Kind.TRANSFEREE,),
    Succession.Kind.DISSOLUTION: (Kind.LIQUIDATOR,),
}
IN_FORCE = """
SELECT h.succession_id, h.kind, h.opened_on, s.position, s.successor_number, s.name, s.kind, s.acceptance, s.numerator, s.denominator, s.received
FROM succession h
JOIN LATERAL (SELECT edition FROM succession_decision d WHERE (d.addressee_number, d.succession_id) =
    (h.addressee_number, h.succession_id) ORDER BY decision_number DESC LIMIT 1) d ON d.edition > 0
JOIN successor s ON (s.addressee_number, s.succession_id, s.edition) = (h.addressee_number, h.succession_id, d.edition)
WHERE h.addressee_number = %s ORDER BY h.succession_id, s.position
"""
UPSTREAM = """
SELECT DISTINCT s.addressee_number FROM successor s WHERE s.successor_number = %s
"""


class SuccessorOfAnotherKind(Refusal):
    """この承継の事由に合わない区分の者がいます。承継の事由と区分を確かめてください。"""


class EstateBesideHeirs(Refusal):
    """相続人がいるのに、相続財産法人が承継者になっています。全員の放棄か、相続人の不存在を確かめてください。"""


class DesignationIncomplete(Refusal):
    """相続分の指定のない相続人がいます。一人でも指定があるときは、全員の割合を入力してください（民法第902条）。"""


class ReceivedNeeded(Refusal):
    """得た財産（承継した財産）の価額がありません。限定承認と分割では、責任の限度になるので、価額を入力してください。"""


class OneSurvivorOnly(Refusal):
    """合併による承継では、存続法人または新設法人を一つだけ登録してください。"""


@dataclass(frozen=True, slots=True)
class GivenSuccessor:
    """調べた、承継する者一人。 designated: 遺言などで指定された相続分; received: 得た財産の価額（限定承認・分割では、責任の限度）。"""

    name: str
    kind: Successor.Kind
    successor_number: str = ""
    stem: str = ""
    is_half: bool = False
    answer: Successor.Answer = Successor.Answer.ACCEPTED
    designated: Fraction | None = None
    received: int | None = None


def portions_of(kind: Succession.Kind, given: Sequence[GivenSuccessor]) -> list[Fraction]:
    """調べた者の割合を、法に尋ねる。放棄した者、胎児、ほかの法人の責任だけの者は0。

    要件: F24-01, F24-03, F24-04
    """
    if wrong := [each.name for each in given if each.kind not in ALLOWED[kind]]:
        raise SuccessorOfAnotherKind("、".join(wrong))
    limited = [each for each in given if each.answer is Successor.Answer.LIMITED or each.kind is Kind.SPLIT_OFF]
    if missing := [each.name for each in limited if each.received is None]:
        raise ReceivedNeeded("、".join(missing))
    if kind is Succession.Kind.MERGER:
        if len(given) != 1:
            raise OneSurvivorOnly(f"{len(given)}件")
        return [Fraction(1)]
    if kind is not Succession.Kind.INHERITANCE:
        return [Fraction(0)] * len(given)
    out = (Successor.Answer.RENOUNCED, Successor.Answer.UNBORN)
    standing = [each for each in given if each.answer not in out]
    if estates := [each for each in standing if each.kind is Kind.ESTATE]:
        if len(standing) != len(estates) or len(estates) > 1:
            raise EstateBesideHeirs("、".join(each.name for each in standing if each.kind is not Kind.ESTATE))
        return [Fraction(1 if each.kind is Kind.ESTATE else 0) for each in given]
    if any(each.designated is not None or each.kind is Kind.LEGATEE for each in standing):
        if missing := [each.name for each in standing if each.designated is None]:
            raise DesignationIncomplete("、".join(missing))
        shares = [each.designated or Fraction(0) if each in standing else Fraction(0) for each in given]
        if sum(shares) != 1 or min(shares) < 0:
            raise SharesDoNotAddUp(f"合計 {sum(shares)}")
        return shares
    heirs = [_heir(at, each) for at, each in enumerate(given)]
    found = statutory_shares(heirs)
    return [found.get(str(at), Fraction(0)) for at in range(len(given))]


def given_of(line: SuccessorLine) -> GivenSuccessor:
    """登録した者を、直すための形に戻す。"""
    return GivenSuccessor(
        line.name,
        line.kind,
        line.successor_number,
        line.stem,
        line.is_half,
        line.answer,
        line.designated,
        line.received,
    )


def _heir(at: int, each: GivenSuccessor) -> Heir:
    return Heir(
        str(at), HEIR_KINDS[each.kind], each.stem, is_half=each.is_half,
        is_renounced=each.answer is Successor.Answer.RENOUNCED, is_unborn=each.answer is Successor.Answer.UNBORN,
        received=None if each.received is None else Yen(each.received), is_limited=each.answer is Successor.Answer.LIMITED,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """効力を持つ、承継する者一人。"""

    succession_id: int
    cause: Succession.Kind
    opened_on: date
    position: int
    successor_number: str
    name: str
    kind: Successor.Kind
    is_limited: bool
    share: Fraction
    received: int | None


def standing_of(addressee_number: str) -> tuple[Standing, ...]:
    """その人の、効力を持つ承継の、承継する者。"""
    return tuple(
        Standing(
            number, Succession.Kind(cause), opened_on, position, who, name, Successor.Kind(kind),
            answer == Successor.Answer.LIMITED, Fraction(top, bottom), received,
        )
        for number, cause, opened_on, position, who, name, kind, answer, top, bottom, received in fetch_all(
            IN_FORCE, [addressee_number]
        )
    )  # fmt: skip


def rebuild_portions(addressee_number: str) -> None:
    """効力を持つ割合の表を、決定から作り直す。その人が相続人である、前の承継も。"""
    for who in (addressee_number, *_upstream(addressee_number)):
        run_sql("DELETE FROM succession_portion WHERE addressee_number = %s", [who])
        for row in _rows(who):
            run_sql(f"INSERT INTO succession_portion VALUES ({', '.join(['%s'] * len(row))})", list(row))


def portion_rows(addressee_number: str) -> tuple[tuple[object, ...], ...]:
    """その人の、あるべき割合の表。検証が、いまの表と比べる。"""
    return tuple(_rows(addressee_number))


def verify_portions() -> tuple[str, ...]:
    """割合の表が決定から作り直したものと同じか、承継した者に残る額の合計が期別の残高と同じかを、確かめる。違うものを述べる。

    要件: F24-01
    """
    found = []
    for (who,) in fetch_all("SELECT DISTINCT addressee_number FROM succession ORDER BY 1"):
        rows = fetch_all(
            "SELECT * FROM succession_portion WHERE addressee_number = %s ORDER BY succession_id, position", [who]
        )
        if sorted(_plain(each) for each in rows) != sorted(_plain(each) for each in portion_rows(who)):
            found.append(f"{who}: 割合の表が決定と違う")
    found += [
        f"{who}: 期別番号{charge}の合計{total:,}円が残高{unpaid:,}円と違う"
        for who, charge, total, unpaid in fetch_all(
            "SELECT addressee_number, charge_id, sum(owed)::bigint, max(unpaid)::bigint FROM succession_part GROUP BY 1, 2 "
            "HAVING sum(owed) <> max(unpaid)"
        )
    ]
    return tuple(found)


def _plain(row: Sequence[object]) -> tuple[str, ...]:
    return tuple(map(str, row))


def _upstream(addressee_number: str) -> tuple[str, ...]:
    """その人を相続人に持つ者を、何代でも。"""
    found: dict[str, None] = {}
    waiting = [addressee_number]
    while waiting:
        for (who,) in fetch_all(UPSTREAM, [waiting.pop()]):
            if who not in found and who != addressee_number:
                found[who] = None
                waiting.append(who)
    return tuple(found)


def _rows(addressee_number: str) -> list[tuple[object, ...]]:
    """表の行。分母は、期別ごとの端数の順を比べられるように、一人目から最後まで同じにする。"""
    rows: list[tuple[object, ...]] = []
    by_succession: dict[int, list[Standing]] = {}
    for each in standing_of(addressee_number):
        by_succession.setdefault(each.succession_id, []).append(each)
    for number, people in by_succession.items():
        shares = {each.successor_number: each.share for each in people if each.share}
        later = {who: _final(who, people[0].opened_on, {addressee_number, who}) for who in shares}
        through = {heir: _name(people, who) for who, heirs in later.items() for heir in heirs if heir != who}
        final = portions_through(shares, later)
        unit = lcm(*(each.denominator for each in final.values())) if final else 1
        direct = {
            each.successor_number: each
            for each in people
            if each.successor_number in later.get(each.successor_number, {})
        }
        places = {each.successor_number: each.position for each in people}
        beyond = Kind.MERGED if people[0].cause is Succession.Kind.MERGER else Kind.CHILD
        for heir, share in final.items():
            own = direct.get(heir)
            place = places.setdefault(heir, max(places.values()) + 1)
            rows.append(
                (addressee_number, number, place, heir, own.kind if own else beyond, share.numerator * (unit // share.denominator),
                 unit, through.get(heir, ""), bool(own and own.is_limited), own.received if own else None, people[0].opened_on)
            )  # fmt: skip
        rows += [
            (addressee_number, number, each.position, each.successor_number, each.kind, 0, 1, "", False, each.received,
             each.opened_on)
            for each in people if each.kind is Kind.SPLIT_OFF
        ]  # fmt: skip
    return rows


def _name(people: Sequence[Standing], successor_number: str) -> str:
    return next(each.name for each in people if each.successor_number == successor_number)


def _final(who: str, since: date, seen: set[str]) -> Mapping[str, Fraction]:
    """数次相続。その者にも効力を持つ相続・合併があれば、その承継する者に分け直す。"""
    people = [each for each in standing_of(who) if each.share and each.opened_on >= since]
    if not people:
        return {who: Fraction(1)}
    shares = {each.successor_number: each.share for each in people if each.successor_number not in seen}
    if sum(shares.values()) != 1:
        return {who: Fraction(1)}
    later = {heir: _final(heir, people[0].opened_on, seen | {heir}) for heir in shares}
    return portions_through(shares, later)
