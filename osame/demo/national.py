"""架空市の中間サーバーと、国の側の模擬を整える。どの段も、そのシステムのプロセスで動く。

`python -m osame.demo.national <step> <directory>`: one process opens one database, so `osame demo serve` starts one for each step.
What an operator does with `osame network …` and `osame gateway trust …` is done here in the same order, and only once: what has been
decided stays. All accounts are fictional, and only people of the fictional city who have money to come back get one.
"""

import base64
import csv
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

NAME = "架空市"
INSTITUTION = "0220124999801700"
ANCHOR, PEOPLE, ACCOUNTS = "authority.pub", "refund_people.csv", "public_accounts.csv"
MOST = 500
COLUMNS = ("宛名番号", "カナ")
BANK = ("0155", "ヒヤクゴ", "701", "ホンテン", "1")
"""架空の口座のある店舗。番号と名義だけが、人ごとに違う。"""
# 過誤納金があるか、還付を待っている人。法人には公金受取口座がない。
TO_REFUND = """
SELECT a.addressee_number, a.kana FROM addressee a
WHERE a.kind IN ('1', '2') AND a.died_on IS NULL AND a.kana <> '' AND (
    EXISTS (SELECT 1 FROM charge c WHERE c.addressee_number = a.addressee_number AND c.overpayment > 0)
    OR EXISTS (SELECT 1 FROM refund_payee p WHERE p.addressee_number = a.addressee_number AND p.state IN ('1', '2', '3', '6')))
ORDER BY a.addressee_number LIMIT %s
"""


def name_people(directory: Path) -> None:
    """収滞納：口座を照会しそうな人を書き出す。"""
    from osame.platform.database import fetch_all

    _write(directory / PEOPLE, COLUMNS, fetch_all(TO_REFUND, [MOST]))


def unify(directory: Path) -> None:
    """連携サーバー：その人たちの団体内統合宛名番号を引き、架空の口座を書き出す。五人に一人は登録がなく、一人は名義が違う。"""
    from osame.contracts.linkage import ConversionQuestion
    from osame.contracts.national import ACCOUNT_ITEMS
    from osame.linkage.calling import Caller
    from osame.linkage.identities.queries import convert
    from osame.platform.terminal import today

    people = dict(_read(directory / PEOPLE))
    basis = Caller("gateway", today()).basis("information_network")
    question = ConversionQuestion("information_network", "001", "000", to_unified=True, numbers=tuple(people))
    rows: list[tuple[str, ...]] = []
    for place, each in enumerate(convert(question, basis).converted):
        if place % 5 == 3:
            continue
        holder = "カクウ　ベツジン" if place % 5 == 4 else people[each.given]
        rows.append((INSTITUTION, each.found, *BANK, f"{1_000_000 + place}", holder))
    _write(directory / ACCOUNTS, ("機関コード", "団体内統合宛名番号", *ACCOUNT_ITEMS), rows)


def prepare_network(directory: Path) -> None:
    """国の側の模擬：機関と鍵を作り、架空市を登録し、認証局の公開鍵を書き出す。"""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from osame.network.core import keys, registering
    from osame.platform.exchanges.keys import trusted
    from osame.platform.terminal import now

    registering.prepare(at=now())
    (key,) = [each.key_id for each in trusted() if each.peer == "gateway"]
    registering.admit(INSTITUTION, NAME, key)
    raw = keys.authority().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    (directory / ANCHOR).write_text(base64.b64encode(raw).decode(), encoding="ascii")


def register_accounts(directory: Path) -> None:
    """国の側の模擬：公金受取口座を登録する。"""
    from osame.network.core.commanding import read_accounts, register_accounts

    register_accounts(read_accounts(directory / ACCOUNTS))


def allow_orders(number: str, department: str, affair: str) -> None:
    """中間サーバー：業務の職員が、その事務の照会を頼めるようにする。起案と決裁は、済んでいるものとする。"""
    from osame.gateway.affair_rights.models import AffairRight

    AffairRight.objects.get_or_create(
        system="collection", staff_number=number, department=department, affair=affair, item="",
        deed=AffairRight.Deed.ORDER, ended_at=None,
        defaults={"valid_from": date(2022, 1, 1), "proposal_id": 0, "granted_by": NAME},
    )  # fmt: skip


def prepare_gateway(directory: Path) -> None:
    """中間サーバー：認証局を信じ、証明書を受け、照合リストを取り寄せ、照会できる事務を登録する。"""
    from osame.contracts.gateway import REFUND_AFFAIR, REFUND_PROCEDURE
    from osame.contracts.national import DIGITAL_AGENCY, PUBLIC_ACCOUNT, NetworkClient
    from osame.demo.accounts import NUMBER_HANDLERS
    from osame.gateway.trust import actions, parties
    from osame.gateway.trust.queries import rights
    from osame.platform.exchanges import calling
    from osame.platform.terminal import now

    parties.set_anchor((directory / ANCHOR).read_text(encoding="ascii"))
    at = now()
    with calling.client("network") as client:
        network = NetworkClient(client, calling.errand())
        try:
            parties.party()
        except parties.NoCertificate:
            actions.enroll(network)
        actions.refresh(network, at=at)
    wanted = actions.Right("collection", REFUND_AFFAIR, REFUND_PROCEDURE, DIGITAL_AGENCY, PUBLIC_ACCOUNT)
    if not rights(on=at.date()):
        actions.permit_inquiry(wanted, basis="番号法第19条第8号（架空市）", valid_from=date(2022, 1, 1))
    for number in NUMBER_HANDLERS:
        allow_orders(number, "collection", REFUND_AFFAIR)


STEPS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "people": (name_people, "collection.refunds.show", "refund_notice"),
    "unify": (unify, "linkage.identities.convert", "number_linkage"),
    "network": (prepare_network, "network.core.command", "operation"),
    "accounts": (register_accounts, "network.core.command", "operation"),
    "gateway": (prepare_gateway, "gateway.trust.manage", "operation"),
}
"""段ごとの、行いと、機能と、目的。"""


def _write(file: Path, heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([heading, *rows])


def _read(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(number, kana) for number, kana in list(csv.reader(lines))[1:]]


def main() -> None:
    """Django を用意し、一段を行う。"""
    import django

    django.setup()
    from django.db import transaction

    from osame.demo.accounts import OFFICER
    from osame.platform import gate

    act, function, purpose = STEPS[sys.argv[1]]
    with gate.acting(gate.Acting(OFFICER, function, purpose, role="operator")):
        if sys.argv[1] == "people":
            with transaction.atomic():
                act(Path(sys.argv[2]))
        else:
            act(Path(sys.argv[2]))


if __name__ == "__main__":
    main()
