"""People to be searched for: namesakes, variants, a protected woman, a company, who paid and who did not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from osame.collection.addressees import index
from osame.collection.determinations.importing import import_determinations
from osame.formats import gs1_128, slip_numbers
from osame.formats.gs1_128 import PaymentBarcode
from osame.kernel.money import Yen
from osame.platform import gate
from osame.platform.database import run_sql
from tests.systems.collection.cast import AS_OF, OFFICER, SATO, TANAKA, determination, slip, write_determinations

TWIN, WATANABE, HIDDEN, COMPANY = (f"{number:015d}" for number in (11, 12, 13, 14))
PEOPLE = (
    # 番号、区分、氏名、カナ、旧氏、生年月日、性別、住所、世帯主、電話、支援措置、法人番号
    (TWIN, "1", "佐藤　花子", "サトウ　ハナコ", "", date(1975, 4, 1), "2", "架空市宮後二丁目３番４号", "佐藤　二郎", "", False, ""),
    (WATANABE, "1", "渡邉　髙男", "ワタナベ　タカオ", "斎藤", date(1950, 12, 3), "1", "架空市岬町9-1", "渡邉　髙男", "0596-22-1111", False, ""),
    (HIDDEN, "1", "伊勢　桜", "イセ　サクラ", "", date(1990, 7, 7), "2", "架空市隠里５番６号", "伊勢　松", "0596-99-8888", True, ""),
    (COMPANY, "3", "21世紀青波水産株式会社", "セイキアオナミスイサンカブシキガイシャ", "", None, "0", "架空市浜郷3-3", "", "", False, "7000012050002"),
)  # fmt: skip


@contextmanager
def following() -> Iterator[None]:
    """Whoever follows the feed states a purpose."""
    with gate.acting(gate.Acting("試験", "collection.addressees.follow", "statutory")):
        yield


def found_people() -> None:
    """The people beside the cast of the city; their index."""
    with following():
        run_sql(
            "UPDATE addressee SET name = '佐藤 花子', kana = 'サトウ ハナコ', born_on = '1975-04-01', sex = '2', "
            "household_head_name = '佐藤 花子' WHERE addressee_number = %s",
            [SATO],
        )
        for number, kind, name, kana, former, born, sex, address, head, telephone, protected, corporate in PEOPLE:
            run_sql(
                "INSERT INTO addressee (addressee_number, kind, name, kana, former_surname, born_on, sex, postal_code, "
                "address, address_detail, household_head_name, protection_measure, corporate_number, representative_name, "
                "household_number, mailing_postal_code, mailing_address, mailing_name, updated_on) VALUES "
                "(%s, %s, %s, %s, %s, %s, %s, '5160037', %s, '', %s, %s, %s, '', '', '', '', '', '2025-01-01')",
                [number, kind, name, kana, former, born, sex, address, head, protected, corporate],
            )
            if telephone:
                run_sql("INSERT INTO addressee_contact VALUES (%s, 0, '1', 1, %s)", [number, telephone])
        index.rebuild()


def owe(tmp_path: Path) -> None:
    """佐藤は二期、田中は一期が未納。"""
    rows = [determination(SATO, 1, 30_000), determination(SATO, 2, 20_000), determination(TANAKA)]
    with following():
        import_determinations(write_determinations(tmp_path / "owed.csv", *rows), as_of=AS_OF, officer=OFFICER)


def barcode(addressee: str, term: int = 1) -> str:
    """The 44 digits on a payment slip."""
    return gs1_128.encode(
        PaymentBarcode(
            agency_code="924203",
            free_field=slip_numbers.gs1_free_field(slip(addressee, term), "24203"),
            amount=Yen(30_000),
            payable_through=None,
        )
    )
