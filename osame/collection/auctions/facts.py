"""公売の条件を判定するための事実。差押えの期別の未納、猶予・停止・消滅、優先する債権、入札者と同じ名の人。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.assets.queries import InterestRow, asset_numbered, interests_in
from osame.collection.auctions.queries import AuctionFile
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.obligors import liabilities_behind
from osame.collection.dispositions.queries import DispositionFile, disposition_file
from osame.collection.dispositions.seizing import CLAIMS
from osame.law.conditions import Condition
from osame.law.obligor_conditions import may_sell_for_obligor
from osame.law.seizure_conditions import may_realize
from osame.platform.database import fetch_one

UNSOLD = """
SELECT count(*) FROM asset s JOIN holder_identification i USING (addressee_number, reply_id)
WHERE s.addressee_number = %(who)s AND s.gone_on IS NULL AND i.withdrawn_on IS NULL AND s.exempt_article = ''
  AND s.kind <> ALL (%(claims)s) AND NOT EXISTS (
    SELECT 1 FROM disposition d JOIN auction_object o USING (addressee_number, disposition_id)
    JOIN auction u USING (addressee_number, auction_id)
    WHERE d.addressee_number = s.addressee_number AND d.asset_id = s.asset_id AND u.announced_on IS NOT NULL)
"""
"""取り立てる債権のほかの財産で、まだ公売を公告していないもの。"""


@dataclass(frozen=True, slots=True)
class Standing:
    """公売の目的の差押えの、いまの事実。 owed: 期別の未納; prior_claims: 優先する債権の見込み; conditions: 換価の制限。"""

    files: tuple[DispositionFile, ...]
    owed: int
    prior_claims: int
    conditions: tuple[Condition, ...]


def standing_of(file: AuctionFile, *, as_of: date, lock: bool = False) -> Standing:
    """差押え・期別・財産についての、その日の事実を集め、換価の制限を法に尋ねる。

    要件: F19-01
    """
    who = file.head.addressee_number
    files = tuple(disposition_file((who, each.disposition_id), lock=lock) for each in file.objects)
    left = {part.charge_id: part.left for each in files for part in each.parts}
    found = [_in_force(each) for each in files]
    for each in files:
        charges = [part.charge_id for part in each.parts if part.left]
        if charges:
            case = case_of(who, charges, as_of=as_of, lock=lock)
            found += may_realize(case.charges, seized_on=each.head.sellable_from, as_of=as_of).items
            found += _after_principal(each, charges, file.head.falling, as_of)
    claims = sum(asset_numbered(each.head.asset_id).prior_claims for each in files if each.head.asset_id)
    unique = {item.line: item for item in found}
    return Standing(files, sum(left.values()), claims, tuple(unique.values()))


def _after_principal(file: DispositionFile, charges: Sequence[int], falling: str, as_of: date) -> list[Condition]:
    """第二次納税義務者などの財産なら、主たる納税者の財産を先に換価に付したか。"""
    who = file.head.addressee_number
    if all(each.owner_number == who for each in file.parts):
        return []
    found: list[Condition] = []
    for each in liabilities_behind(who, charges, as_of):
        (unsold,) = fetch_one(UNSOLD, {"who": each.head.addressee_number, "claims": [kind.name for kind in CLAIMS]})
        asked = may_sell_for_obligor(
            each.head.form, principal_unsold=int(unsold), is_falling=bool(falling), as_of=as_of
        )
        found += asked.items
    return found


def _in_force(file: DispositionFile) -> Condition:
    head = file.head
    fact = f"{head.number}　{head.stage.value}"
    return Condition("in_force", "差押えが続いている", fact, "国税徴収法第79条第1項、国税徴収法第80条", head.is_open)


def interests_of(files: Sequence[DispositionFile]) -> tuple[InterestRow, ...]:
    """財産について権利を有する者（財産ごとに一人一度）。"""
    rows = [
        row
        for each in files
        if each.head.asset_id
        for row in interests_in((each.head.addressee_number, each.head.asset_id))
    ]
    return tuple({each.third_party_id: each for each in rows}.values())


def same_names(addressee_number: str, name: str) -> tuple[bool, bool]:
    """その名が、（滞納者、税務の職員）と同じ名か。同じ人かどうかは職員が確かめる。

    要件: F19-01
    """
    taxpayer, officer = fetch_one(
        "SELECT EXISTS (SELECT 1 FROM addressee a WHERE a.addressee_number = %(who)s AND identity_text(a.name) = identity_text(%(name)s)), "
        "EXISTS (SELECT 1 FROM staff_account s WHERE identity_text(s.name) = identity_text(%(name)s))",
        {"who": addressee_number, "name": name},
    )
    return bool(taxpayer), bool(officer)
