"""納税者を探す。

`find` is the one way to search the copy. Names first; only when nobody has such a name, the words may also be a town or a
part of a name. More people than `MOST` are not shown at all: the officer narrows. Every search is audited with the kinds of
terms, a keyed digest of each term, and the addressees shown.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from osame.collection.addressees.labels import SEXES, STANDINGS
from osame.collection.addressees.models import Addressee
from osame.collection.search.reading import Asked, also_read_as
from osame.formats.slip_numbers import MAX_SLIP_NUMBER
from osame.kernel.dates import format_wareki
from osame.kernel.search_keys import Field, Key, Match, pattern, place_key, wanted_grams, word_key
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all
from osame.platform.search.auditing import term_digest
from osame.platform.suppression.decision import FactClass, Reader, ReaderKind, Subject, decision
from osame.platform.suppression.facts import MARKER

MOST = 100
"""これより多ければ、一人も見せずに、語を足すように言う。"""
LONGEST_NUMBER, LONGEST_NOTICE = 15, 20

NUMBERED = f"""
SELECT addressee_number, 0 FROM addressee WHERE addressee_number = ANY(%(numbers)s)
UNION SELECT addressee_number, 0 FROM addressee WHERE corporate_number = %(digits)s AND corporate_number <> ''
UNION SELECT addressee_number, 0 FROM charge WHERE notice_number = ANY(%(notices)s) AND charge_id > 0
UNION SELECT addressee_number, charge_id FROM charge WHERE slip_number = %(slip)s AND charge_id > 0
UNION SELECT addressee_number, charge_id FROM slip_share WHERE slip_number = %(slip)s
ORDER BY 1, 2 LIMIT {MOST + 1}
"""
DESCRIBED = """
SELECT addressee_number FROM search_entry_matches(%s, %s, '', %s) ORDER BY kana_order, addressee_number
"""
SHOWN = """
SELECT a.addressee_number, a.kind, a.name, a.kana, a.former_surname, a.alias, a.born_on, a.birth_notation, a.sex,
       a.address || a.address_detail AS address, a.standing, a.household_head_name, a.closed_on, a.died_on, a.moved_out_on,
       a.protection_measure, a.withheld, u.unpaid, u.years
FROM unnest(%s::text[]) WITH ORDINALITY AS m (addressee_number, place)
JOIN addressee a USING (addressee_number)
CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge + c.disposition_cost + c.additional_charge),
                    0)::bigint AS unpaid,
           count(DISTINCT c.levy_year) FILTER (WHERE c.principal_tax > 0) AS years
    FROM charge c WHERE c.addressee_number = a.addressee_number AND c.due_date < %s
) u
ORDER BY m.place
"""


@dataclass(frozen=True, slots=True)
class Found:
    """見つかった一人。同じ氏名の者を見分けられるだけの事実。

    unpaid: 納期限を過ぎた未納の額; years: その年度の数; twin: 同姓同名・同生年月日の者がほかにもいる。
    """

    addressee_number: str
    kind: str
    name: str
    kana: str
    former_surname: str
    alias: str
    born: str
    sex: str
    address: str
    standing: str
    household_head: str
    marks: tuple[str, ...]
    protected: bool
    withheld: bool
    unpaid: int
    years: int
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """検索の答え。 more: 多すぎて見せない; wide: 住所や名の途中にも広げて探した; charge_id: 納付書の期別（なければ 0）。"""

    people: tuple[Found, ...]
    more: bool = False
    wide: bool = False
    charge_id: int = 0

    @property
    def only(self) -> str:
        """ただ一人なら、その宛名番号。"""
        return self.people[0].addressee_number if len(self.people) == 1 else ""


def find(asked: Asked, *, as_of: date, wide: bool = False) -> Answer:
    """納税者を探す。 wide: 氏名の頭だけでなく、住所と、名の途中も探す。

    要件: F28-01, F28-02, F29-03
    """
    charges: set[int] = set()
    if asked.digits or asked.slip_number:
        pairs = _numbered(asked)
        charges = {charge for _, charge in pairs if charge}
        numbers = [number for number, _ in pairs]
        for each in also_read_as(asked.digits):
            numbers += _described(each, wide=False)
        wide = False
    else:
        numbers = [] if wide else _described(asked, wide=False)
        if not numbers and (asked.words or asked.places):
            wide, numbers = True, _described(asked, wide=True) or _described(_all_words(asked), wide=True)
    numbers = list(dict.fromkeys(numbers))
    more = len(numbers) > MOST
    people = () if more else _people(numbers, as_of)
    _audit(asked, people, len(numbers), wide=wide)
    return Answer(people, more, wide, charges.pop() if len(people) == len(charges) == 1 else 0)


def _numbered(asked: Asked) -> list[tuple[str, int]]:
    """番号で引く。頭の零は、あってもなくてもよい。"""
    bare = asked.digits.lstrip("0")
    slip = asked.slip_number or int(bare[: LONGEST_NOTICE + 1] or "0")
    terms = {
        "digits": asked.digits,
        "numbers": [bare.zfill(length) for length in range(len(bare) or 1, LONGEST_NUMBER + 1)] if bare else [],
        "notices": [bare.zfill(length) for length in range(len(bare) or 1, LONGEST_NOTICE + 1)] if bare else [],
        "slip": slip if 0 < slip <= MAX_SLIP_NUMBER else None,
    }
    return [(number, charge) for number, charge in fetch_all(NUMBERED, terms)]


def _described(asked: Asked, *, wide: bool) -> list[str]:
    """索引で引く。 wide でなければ、語は氏名の頭に限る。"""
    wanted: list[str] = [*asked.born, *asked.telephones]
    patterns: list[str] = []
    for key in map(word_key, asked.words):
        wanted += wanted_grams(key, Match.INNER if wide else Match.PREFIX)
        patterns.append(_anywhere(key) if wide else pattern(key, Match.PREFIX))
    for place in map(place_key, asked.places):
        wanted += wanted_grams(place, Match.INNER)
        patterns.append(pattern(place, Match.INNER))
    return [number for (number,) in fetch_all(DESCRIBED, [wanted, patterns, MOST + 1])]


def _anywhere(key: Key) -> str:
    """名のどこかか、住所のどこかに合う正規表現。"""
    in_place = pattern(replace(key, field=Field.PLACE), Match.INNER).removeprefix("(?n)")
    return f"{pattern(key, Match.INNER)}|{in_place}"


def _all_words(asked: Asked) -> Asked:
    """数字を含む語を、番地ではなく名とみる（21世紀商事など）。"""
    return replace(asked, words=(*asked.words, *asked.places), places=())


def _people(numbers: list[str], as_of: date) -> tuple[Found, ...]:
    if not numbers:
        return ()
    people = [_found(*row) for row in fetch_all(SHOWN, [numbers, as_of])]
    same = Counter(_self(each) for each in people)
    return tuple(replace(each, twin=same[_self(each)] > 1) for each in people)


def _self(person: Found) -> tuple[str, str]:
    """同姓同名・同生年月日を見分ける鍵。生年月日の分からない者は、番号で分ける。"""
    return word_key(person.name).text, person.born or person.addressee_number


def _found(*row: Any) -> Found:
    number, kind, name, kana, former, alias, born_on, notation, sex, address, standing, head, *rest = row
    closed_on, died_on, moved_out_on, protected, withheld, unpaid, years = rest
    choice = decision(
        Reader(ReaderKind.OFFICER, purpose=gate.required().purpose), Subject(number, protected)
    )  # 一覧では、権限のある者にも居場所を見せない
    marks = [("廃止", closed_on), ("死亡", died_on), ("転出", moved_out_on if choice.shows(FactClass.MOVES) else None)]
    return Found(
        addressee_number=number,
        kind=str(Addressee.Kind(kind).label),
        name=name,
        kana=kana,
        former_surname=former,
        alias=alias,
        born=notation or (format_wareki(born_on) if born_on else ""),
        sex=SEXES.get(sex, ""),
        address=address if choice.shows(FactClass.ADDRESS) else MARKER,
        standing=STANDINGS.get(standing, "") if choice.shows(FactClass.MOVES) else MARKER,
        household_head=head if choice.shows(FactClass.HOUSEHOLD) else MARKER,
        marks=tuple(mark for mark, on in marks if on),
        protected=protected,
        withheld=withheld,
        unpaid=unpaid,
        years=years,
    )


def _audit(asked: Asked, people: tuple[Found, ...], total: int, *, wide: bool) -> None:
    terms = asked.terms()
    record(
        "納税者を検索した",
        subjects=[each.addressee_number for each in people],
        fields=sorted({kind for kind, _ in terms}),
        detail={
            "件数": total,
            "広げた": int(wide),
            **{f"語の要約.{kind}{place}": term_digest(kind, term) for place, (kind, term) in enumerate(terms, 1)},
        },
    )
