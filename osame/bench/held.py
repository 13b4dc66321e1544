"""計測のための不明入金。納付書番号の分からない入金を、本物のファイルで受ける。"""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction

from osame.collection.matching.importing import import_receipts
from osame.demo import places
from osame.formats import bank_notice
from osame.formats.bank_notice import BankNotice
from osame.formats.csv_batch import FileHeader
from osame.kernel.money import Yen
from osame.platform.database import fetch_all, fetch_one

PROFILE = "bank_notice_v0"
DAY = date(2026, 4, 2)
UNKNOWN_SLIPS = 999_000_000_000


def enough_held(count: int) -> list[tuple[UUID, int]]:
    """調査中の入金と、それぞれを消し込む先の期別（どれも別の期別）。足りなければ、入金を足す。"""
    with transaction.atomic():
        (open_now,) = fetch_one("SELECT count(*) FROM held_receipt WHERE state = '1'")
    if open_now < count:
        _receive(count - open_now)
    with transaction.atomic():
        keys = fetch_all("SELECT receipt_key FROM held_receipt WHERE state = '1' LIMIT %s", [count])
        charges = fetch_all(
            "SELECT charge_id FROM charge WHERE levy_year = 2025 ORDER BY md5(charge_id::text || %s) LIMIT %s",
            [str(keys[0][0]), count],
        )
    return [(key, charge) for (key,), (charge,) in zip(keys, charges, strict=False)]


def _receive(count: int) -> None:
    bank_code, branch_code = places.bank_places()[0]
    with transaction.atomic():
        (taken,) = fetch_one("SELECT count(*) FROM held_receipt")
    rows = (
        BankNotice(
            notice_id=f"{UNKNOWN_SLIPS + taken + at:020d}", bank_code=bank_code, branch_code=branch_code, paid_on=DAY,
            received_on=DAY, amount=Yen(1_000 + at), slip_number=UNKNOWN_SLIPS + taken + at, charge_reference=None,
            payer_kana="ケイソク",
        )
        for at in range(count)
    )  # fmt: skip
    header = FileHeader(sender_code=places.DESIGNATED_BANK, business_on=DAY, sequence=2 + taken % 90)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"held_{taken}.csv"
        path.write_bytes(bank_notice.write(rows, header=header))
        import_receipts(path, profile=PROFILE, as_of=DAY + timedelta(days=1), officer="計測")
