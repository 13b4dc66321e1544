"""調定と収納のファイルは、どの順に届いても同じ元帳になる。"""

import itertools
from datetime import date
from pathlib import Path

import pytest

from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    revision,
    write_determinations,
    write_notices,
)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """当初・更正二つ・済通二つ。二重納付、更正後の過納、知らない納付書、遅れた納付を含む。"""
    return {
        "initial": write_determinations(
            tmp_path / "initial.csv", determination(SATO), determination(SATO, 2), determination(TANAKA, 1, 30_000)
        ),
        "first": write_determinations(tmp_path / "first.csv", revision(SATO, 1, 40_000, -10_000)),
        "second": write_determinations(
            tmp_path / "second.csv", revision(SATO, 2, 300_000, 260_000), revision(TANAKA, 1, 20_000, -10_000)
        ),
        "early": write_notices(
            tmp_path / "early.csv",
            notice(1, SATO, 300_000, date(2025, 9, 1)),
            notice(2, SATO, 50_000, date(2025, 6, 2), term=2),
            notice(3, SUZUKI, 777, date(2025, 6, 1)),
            notice(4, TANAKA, 35_000, date(2025, 6, 1)),
        ),
        "late": write_notices(
            tmp_path / "late.csv",
            notice(5, SATO, 20_000, date(2025, 6, 1), term=2),
            notice(6, SATO, 60_000, date(2025, 7, 15)),
            sequence=2,
        ),
    }


def take_in(name: str, path: Path) -> None:
    if name in {"early", "late"}:
        import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    else:
        import_determinations(path, as_of=AS_OF, officer=OFFICER)


ORDERS = list(itertools.permutations(("initial", "first", "second", "early", "late")))[::10]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_order_does_not_matter(city: str, files: dict[str, Path], order: tuple[str, ...]) -> None:
    for name in order:
        take_in(name, files[name])
        assert verify_ledger().findings == ()
    for name in reversed(order):
        take_in(name, files[name])  # 二度目は何も変えない
    digest = ledger_digest()
    assert digest == EXPECTED.setdefault("digest", digest)


EXPECTED: dict[str, str] = {}
