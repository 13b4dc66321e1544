"""番号を預け、探し、変え、消す。暗号と索引だけがデータベースに渡る。

Every act needs the `Basis` that `legal_basis.queries.live_basis` answered with. The database receives ciphertext and blind
indexes, never a number, and its doors (`sql/vault.sql`) refuse what was made with keys that are no longer the right ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import psycopg
from django.db import DatabaseError, transaction

from osame.contracts.personal_number import PersonalNumber
from osame.kernel.refusals import Refusal
from osame.linkage.legal_basis.queries import Basis
from osame.linkage.numbers.keys import keyring
from osame.linkage.numbers.models import NumberChange, StoredNumber
from osame.platform import gate
from osame.platform.database import fetch_all, fetch_one
from osame.platform.vault.cipher import Place
from osame.platform.vault.keyring import Keyring, KeyUse

COLUMN = "stored_number.ciphertext"
SYSTEM = "linkage"
STALE = "OS001"
Kind = NumberChange.Kind


class NumberTaken(Refusal):
    """この個人番号は、すでにほかの団体内統合宛名番号に付いています。本人確認の書類で、どちらが正しいかを確かめてください。"""


class NoNumberStored(Refusal):
    """この団体内統合宛名番号に、いまの個人番号はありません。番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Found:
    """番号で見つかった人。 `former` は、変わる前の番号で見つかったこと。"""

    unified_addressee_number: str
    former: bool


def place_of(tenant: str, person: str, number_id: UUID) -> Place:
    """暗号の置き場所。人と、番号の識別子まで。

    要件: F34-08
    """
    return Place(tenant, SYSTEM, f"{person}/{number_id.hex}", COLUMN)


def find(numbers: Sequence[PersonalNumber], basis: Basis) -> list[Found | None]:
    """個人番号で探す（0320004）。データベースには索引の値だけを渡す。

    要件: F34-01, F34-08
    """
    del basis  # 確かめてあることが、呼べる条件
    ring = keyring()
    indexes = [value for number in numbers for value in ring.indexer.indexes(number)]
    rows = fetch_all("SELECT * FROM vault_find(%s::int[], %s::bytea[])", [ring.indexer.versions, indexes])
    found: list[Found | None] = [None] * len(numbers)
    for place, person, state in rows:
        found[place] = Found(person, former=state != StoredNumber.State.CURRENT)
    return found


def store(people: Sequence[tuple[str, PersonalNumber]], basis: Basis, *, kind: Kind = Kind.STORED) -> list[UUID]:
    """個人番号を預ける。まとめて一度に渡す。

    要件: F34-01, F34-08
    """
    try:
        with transaction.atomic():
            made = _stored(people, keyring())
    except DatabaseError as failure:
        if not _is_stale(failure):
            raise
        made = _stored(people, keyring())  # 鍵の入替えと行き違った。新しい鍵でもう一度
    if kind == Kind.STORED:
        _note_all([person for person, _ in people], made, basis)
    return made


def _stored(people: Sequence[tuple[str, PersonalNumber]], ring: Keyring) -> list[UUID]:
    made = [uuid4() for _ in people]
    ciphertexts = [
        ring.cipher.encrypt(number, place_of(ring.tenant, person, number_id))
        for (person, number), number_id in zip(people, made, strict=True)
    ]
    indexes = [value for _, number in people for value in ring.indexer.indexes(number)]
    values = [
        made, [person for person, _ in people], ciphertexts, ring.cipher.active, sorted(ring.versions[KeyUse.INDEX]),
        indexes,
    ]  # fmt: skip
    try:
        with transaction.atomic():
            fetch_one("SELECT vault_store(%s::uuid[], %s::text[], %s::bytea[], %s, %s::int[], %s::bytea[])", values)
    except DatabaseError as failure:
        if isinstance(failure.__cause__, psycopg.errors.UniqueViolation):
            raise NumberTaken from None
        raise
    return made


def _is_stale(failure: DatabaseError) -> bool:
    return isinstance(failure.__cause__, psycopg.Error) and failure.__cause__.sqlstate == STALE


def change(
    person: str, number: PersonalNumber, basis: Basis, *, kind: Kind, changed_on: date, reason: str = ""
) -> None:
    """個人番号を変更（前の番号は履歴に残り、ほかの人に付かない）または訂正（前の番号は離れる）する。

    要件: F34-01
    """
    assert kind in {Kind.CHANGED, Kind.CORRECTED}
    with transaction.atomic():
        ending = StoredNumber.State.CHANGED if kind == Kind.CHANGED else StoredNumber.State.CORRECTED
        (old,) = fetch_one("SELECT vault_end(%s, %s)", [person, ending])
        if old is None:
            raise NoNumberStored
        (new,) = store([(person, number)], basis, kind=kind)
        _note(person, kind, (old, new), changed_on, reason)


def erase(person: str, basis: Basis, *, reason: str) -> None:
    """その人の番号の暗号と索引を消す。

    要件: F34-01, F34-08
    """
    with transaction.atomic():
        fetch_one("SELECT vault_erase(%s)", [person])
        _note(person, Kind.ERASED, (None, None), basis.as_of, reason)


def _note(person: str, kind: Kind, numbers: tuple[UUID | None, UUID | None], changed_on: date, reason: str) -> None:
    now = gate.required()
    NumberChange.objects.create(
        unified_addressee_number=person, kind=kind, old_number_id=numbers[0], new_number_id=numbers[1],
        changed_on=changed_on, officer=now.officer, request_number=now.request, reason=reason,
    )  # fmt: skip


def _note_all(people: Sequence[str], made: Sequence[UUID], basis: Basis) -> None:
    now = gate.required()
    fetch_one(
        "WITH noted AS (INSERT INTO number_change (unified_addressee_number, kind, new_number_id, changed_on, officer, "
        "request_number, reason) SELECT p, '1', n, %s, %s, %s, '' FROM unnest(%s::text[], %s::uuid[]) AS given(p, n) "
        "RETURNING 1) SELECT count(*) FROM noted",
        [basis.as_of, now.officer, now.request, list(people), list(made)],
    )
