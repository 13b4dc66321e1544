"""既存データの移行。個人番号と宛名番号の一覧を、まとめて統合宛名にする。

Conversion of existing data: identities keep the numbers they have, others are numbered; nobody is renumbered and nothing is
merged by likeness. A fixed number of statements per batch. A row that cannot be taken goes to the list of errors with its line
number; the others go on. The file holds 個人番号 in clear, because the old system does: it is read once and never copied.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction

from osame.contracts.linkage import BasicFacts
from osame.contracts.personal_number import NotAPersonalNumber, PersonalNumber
from osame.kernel.refusals import Refusal
from osame.linkage.calling import Caller
from osame.linkage.identities import numbering
from osame.linkage.identities.actions import RESIDENT_REGISTER
from osame.linkage.identities.matching import ALL_FOUR, matching_facts
from osame.linkage.identities.models import Standing, UnifiedIdentity
from osame.linkage.identities.requests import refuse_unreadable_row
from osame.linkage.identities.suppressing import protected_people
from osame.linkage.legal_basis.queries import Basis
from osame.linkage.notices import actions as notices
from osame.linkage.numbers import actions as vault
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

BATCH = 5_000
COLUMNS = (
    "団体内統合宛名番号", "個人番号", "業務ID", "独自施策ID", "宛名番号", "住民状態", "氏名", "住所", "性別", "生年月日",
)  # fmt: skip
Origin = UnifiedIdentity.Origin


class WrongHeading(Refusal):
    """見出しが違います。団体内統合宛名番号、個人番号、業務ID、独自施策ID、宛名番号、住民状態、氏名、住所、性別、生年月日の順にしてください。"""


@dataclass(frozen=True, slots=True)
class ExistingRow:
    """移行する一行。団体内統合宛名番号は、持っていなければ空。"""

    line: int
    unified_addressee_number: str
    number: PersonalNumber
    business_id: str
    scheme_id: str
    addressee_number: str
    standing: str
    facts: BasicFacts

    @property
    def key(self) -> tuple[str, str, str]:
        """業務の宛名番号の鍵。"""
        return (self.business_id, self.scheme_id, self.addressee_number)


@dataclass(frozen=True, slots=True)
class Loaded:
    """移行の結果。読んだ行 = 付番 + 移行 + 紐付け + エラー。"""

    numbered: int
    migrated: int
    linked: int
    errors: tuple[tuple[int, str], ...]

    @property
    def rows(self) -> int:
        """読んだ行。"""
        return self.numbered + self.migrated + self.linked + len(self.errors)


def read_rows(lines: Iterable[str]) -> Iterator[ExistingRow | tuple[int, str]]:
    """CSV を読む。読めない行は（行, わけ）にする。値は、わけに添えない。"""
    reader = csv.reader(lines)
    if tuple(next(reader, ())) != COLUMNS:
        raise WrongHeading
    for line, cells in enumerate(reader, start=2):
        try:
            yield _row(line, cells)
        except NotAPersonalNumber as refusal:
            yield line, refusal.message()
        except ValueError:
            yield line, "項目の数か形が違います"


def _row(line: int, cells: Sequence[str]) -> ExistingRow:
    unified, typed, business, scheme, addressee, standing, name, address, sex, born_on = cells
    if (unified and not (unified.isascii() and unified.isdigit() and len(unified) <= 15)) or standing not in Standing:
        raise ValueError
    facts = BasicFacts(name, address, sex, date.fromisoformat(born_on) if born_on else None)
    row = ExistingRow(line, unified, PersonalNumber(typed), business, scheme or "000", addressee, standing, facts)
    refuse_unreadable_row(business, row.scheme_id, addressee, facts, also=unified)
    return row


def load_existing(rows: Iterable[ExistingRow | tuple[int, str]], caller: Caller, *, affair: str) -> Loaded:
    """一覧を、まとめて統合宛名にする。一まとまり（5千行）が一つの取引である。

    要件: F34-07, F34-01
    """
    basis = caller.basis(affair)
    stream, counts, errors = iter(rows), [0, 0, 0], []
    while batch := list(islice(stream, BATCH)):
        errors += [row for row in batch if isinstance(row, tuple)]
        with transaction.atomic():
            numbering.hold_counter()
            step = _load([row for row in batch if isinstance(row, ExistingRow)], basis)
            record(
                "既存データを移行した",
                fields=["個人番号", "氏名", "住所", "性別", "生年月日"],
                detail={
                    "付番": step.numbered,
                    "移行": step.migrated,
                    "紐付け": step.linked,
                    "エラー": len(step.errors),
                },
            )
        counts = [a + b for a, b in zip(counts, (step.numbered, step.migrated, step.linked), strict=True)]
        errors += step.errors
    return Loaded(counts[0], counts[1], counts[2], tuple(sorted(errors)))


def _load(rows: Sequence[ExistingRow], basis: Basis) -> Loaded:
    known = vault.find([row.number for row in rows], basis)
    found_people = {found.unified_addressee_number for found in known if found}
    facts = _facts_of(found_people - protected_people(found_people))  # 対象者とは比べない。答えが住所を教えてしまう
    taken_links, taken_numbers = _taken(rows)
    errors: list[tuple[int, str]] = []
    people: dict[PersonalNumber, tuple[str, BasicFacts]] = {}  # この一まとまりで新しく預けるもの
    fresh: list[ExistingRow] = []
    links: list[tuple[ExistingRow, str]] = []
    for row, found in zip(rows, known, strict=True):
        person, believed = (
            (found.unified_addressee_number, facts.get(found.unified_addressee_number)) if found else ("", None)
        )
        if row.number in people:
            person, believed = people[row.number]
        if row.key in taken_links:
            errors.append((row.line, "この宛名番号は、もう紐付いています"))
        elif person or row.number in people:
            if row.unified_addressee_number not in {"", person}:
                errors.append((row.line, "この個人番号には、ほかの団体内統合宛名番号が付いています"))
            elif believed is None or matching_facts(row.facts, believed) < ALL_FOUR:
                errors.append((row.line, "同じ個人番号の人と、4情報が一致しません"))
            else:
                taken_links.add(row.key)
                links.append((row, person))
        elif row.unified_addressee_number in taken_numbers:
            errors.append((row.line, "この団体内統合宛名番号は、もう使われています"))
        else:
            taken_links.add(row.key)
            taken_numbers |= {row.unified_addressee_number} - {""}
            people[row.number] = (row.unified_addressee_number, row.facts)
            fresh.append(row)
    given = _write(fresh, [(row, person) for row, person in links], basis)
    migrated = sum(1 for row in fresh if row.unified_addressee_number)
    assert len(given) == len(fresh)
    return Loaded(len(fresh) - migrated, migrated, len(links), tuple(errors))


def _taken(rows: Sequence[ExistingRow]) -> tuple[set[tuple[str, str, str]], set[str]]:
    """すでにある紐付けと番号。"""
    columns = [list(column) for column in zip(*(row.key for row in rows), strict=True)] or [[], [], []]
    links = fetch_all(
        "SELECT l.business_id, l.scheme_id, l.addressee_number FROM identity_link l "
        "JOIN unnest(%s::text[], %s::text[], %s::text[]) AS given(b, s, a) "
        "ON (l.business_id, l.scheme_id, l.addressee_number) = (b, s, a) WHERE l.unlinked_at IS NULL",
        columns,
    )
    numbers = fetch_all(
        "SELECT unified_addressee_number FROM unified_identity WHERE unified_addressee_number = ANY(%s)",
        [[row.unified_addressee_number for row in rows if row.unified_addressee_number]],
    )
    return {(b, s, a) for b, s, a in links}, {number for (number,) in numbers}


def _facts_of(people: set[str]) -> dict[str, BasicFacts]:
    rows = fetch_all(
        "SELECT unified_addressee_number, name, address, sex, born_on FROM identity_fact "
        "WHERE superseded_at IS NULL AND unified_addressee_number = ANY(%s)",
        [list(people)],
    )
    return {person: BasicFacts(*facts) for person, *facts in rows}


def _write(fresh: Sequence[ExistingRow], links: Sequence[tuple[ExistingRow, str]], basis: Basis) -> list[str]:
    """新しい人を登録し、番号を預け、紐付け、4情報を覚え、中間サーバーに知らせる。"""
    own = [row.unified_addressee_number for row in fresh]
    numbering.register([number for number in own if number], business_id=RESIDENT_REGISTER, origin=Origin.MIGRATED)
    allocated = numbering.allocate(own.count(""))
    numbering.register(allocated, business_id=RESIDENT_REGISTER, origin=Origin.NUMBERED)
    unused = iter(allocated)
    people = [number or next(unused) for number in own]
    vault.store(list(zip(people, [row.number for row in fresh], strict=True)), basis)
    by_number = {row.number: person for row, person in zip(fresh, people, strict=True)}
    everyone = [*zip(fresh, people, strict=True), *((row, person or by_number[row.number]) for row, person in links)]
    _link(everyone)
    _learn(list(zip(fresh, people, strict=True)))
    notices.tell(allocated, notices.Kind.NUMBERED)  # 移行した番号は、中間サーバーがもう知っている
    return people


def _link(rows: Sequence[tuple[ExistingRow, str]]) -> None:
    run_sql(
        "INSERT INTO identity_link (unified_addressee_number, business_id, scheme_id, addressee_number, standing, is_unified) "
        "SELECT p, b, s, a, t, b = %s OR t <> '1' "
        "FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) AS given(p, b, s, a, t)",
        [
            RESIDENT_REGISTER, [person for _, person in rows], [row.business_id for row, _ in rows],
            [row.scheme_id for row, _ in rows], [row.addressee_number for row, _ in rows], [row.standing for row, _ in rows],
        ],
    )  # fmt: skip


def _learn(rows: Sequence[tuple[ExistingRow, str]]) -> None:
    run_sql(
        "INSERT INTO identity_fact (unified_addressee_number, name, address, sex, born_on, business_id) "
        "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::text[])",
        [
            [person for _, person in rows], [row.facts.name for row, _ in rows], [row.facts.address for row, _ in rows],
            [row.facts.sex for row, _ in rows], [row.facts.born_on for row, _ in rows],
            [row.business_id for row, _ in rows],
        ],
    )  # fmt: skip
