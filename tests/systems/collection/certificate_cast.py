"""A city that may certify: everything that should have come is here, and who asks for what."""

from datetime import date
from pathlib import Path
from typing import Any

from osame.collection.certificates import actions
from osame.collection.certificates.actions import Application, Identity
from osame.collection.certificates.certified import Asked
from osame.collection.certificates.freshness import TOLERATED
from osame.collection.certificates.models import CertificateRequest
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.demand_cast import levy, pay, set_value

TODAY = date(2025, 9, 10)
DUE = date(2025, 6, 30)
CARD = Identity(CertificateRequest.IdentityMeans.PHOTO_CARD, "運転免許証")


def taxed(folder: Path) -> None:
    """佐藤: 第1期完納、第2期未納、第3期納期前。田中: 完納。"""
    set_value(TOLERATED, "3650")
    levy(
        folder,
        determination(SATO, 1, 50_000, due_on=DUE),
        determination(SATO, 2, 400_000, due_on=date(2025, 7, 31)),
        determination(SATO, 3, 30_000, due_on=date(2025, 12, 25)),
        determination(TANAKA, 1, 20_000, due_on=DUE),
    )
    pay(folder, notice(1, SATO, 50_000, date(2025, 6, 20)), notice(2, TANAKA, 20_000, date(2025, 6, 20)))


def application(addressee: str = SATO, kind: str = "01", **changes: Any) -> Application:
    """申請。"""
    asked = {"tax_item": "", "first_levy_year": 2025, "last_levy_year": 2025}
    names = set(Asked.__dataclass_fields__)
    asked |= {name: value for name, value in changes.items() if name in names}
    rest = {name: value for name, value in changes.items() if name not in names}
    return Application(
        Asked(addressee, kind, **asked),
        **({"applicant_name": "佐藤 花子", "use": "融資", "submitted_to": "架空銀行"} | rest),
    )


def identified(addressee: str = SATO, kind: str = "01", **changes: Any) -> int:
    """本人確認まで済んだ申請。"""
    request = actions.apply(application(addressee, kind, **changes), as_of=TODAY, officer=OFFICER)
    actions.identify(request, CARD, as_of=TODAY, officer=OFFICER)
    return request


def issued(addressee: str = SATO, kind: str = "01", **changes: Any) -> int:
    """発行した証明書の番号。"""
    return actions.issue(identified(addressee, kind, **changes), as_of=TODAY, officer=OFFICER)
