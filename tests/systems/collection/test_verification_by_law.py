"""割付けと延滞金を、法からやり直して確かめる。辻褄を合わせた改竄も見つかる。"""

from datetime import date
from pathlib import Path

import pytest

from osame.collection.determinations.importing import import_determinations
from osame.collection.inquiry.verification import CHECK, verify_everything
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    TANAKA,
    determination,
    notice,
    write_determinations,
    write_notices,
)
from tests.systems.conftest import server


@pytest.fixture
def paid(city: str, tmp_path: Path) -> str:
    """佐藤は遅れて完納し延滞金が確定、田中は二重に納めた。"""
    rows = (determination(SATO, 1, 500_000), determination(TANAKA))
    import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=AS_OF, officer=OFFICER)
    notices = (
        notice(1, SATO, 500_000, date(2025, 9, 1)),
        notice(2, TANAKA, 50_000, date(2025, 6, 1)),
        notice(3, TANAKA, 50_000, date(2025, 6, 2)),
    )
    path = write_notices(tmp_path / "b.csv", *notices)
    import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    return city


@pytest.mark.usefixtures("paid")
def test_a_sound_ledger_is_found_sound_and_left_alone() -> None:
    before = ledger_digest()
    assert verify_everything().sound
    assert ledger_digest() == before


@pytest.mark.parametrize("yen", [100, -100])
def test_a_delinquency_charge_forged_with_its_balance_is_found(paid: str, yen: int) -> None:
    with server(paid) as admin:
        for table in ("entry", "charge"):
            admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        admin.execute("UPDATE entry SET amount = amount + %s WHERE kind = 7", [yen])
        admin.execute(
            "UPDATE charge SET delinquency_charge = delinquency_charge + %s, determined = determined + %s "
            "WHERE delinquency_charge > 0",
            [yen, yen],
        )
    assert verify_ledger().sound  # 合計は合っている
    (finding,) = verify_everything().findings
    assert (finding.check, finding.count) == (CHECK, 1)
