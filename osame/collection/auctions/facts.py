"""公売の条件を判定するための事実。差押えの期別の未納、猶予・停止・消滅、優先する債権、入札者と同じ名の人。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.assets.queries import InterestRow, asset_numbered, interests_in
from osame.collection.auctions.queries import AuctionFile
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.queries import DispositionFile, disposition_file
from osame.law.conditions import Condition
from osame.law.seizure_conditions import may_realize
from osame.platform.database import fetch_one


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
            found += may_realize(case.charges, seized_on=each.head.effect_on, as_of=as_of).items
    claims = sum(asset_numbered(each.head.asset_id).prior_claims for each in files if each.head.asset_id)
    unique = {item.line: item for item in found}
    return Standing(files, sum(left.values()), claims, tuple(unique.values()))


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
