"""差押えの試験の人と財産。佐藤は督促されて十日を過ぎ、架空銀行に預金がある。"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from osame.collection.assets.actions import (
    Found,
    GivenParty,
    Holder,
    Told,
    add_inquiries,
    open_investigation,
    record_reply,
    register_third_party,
)
from osame.collection.assets.identifying import identify_one
from osame.collection.assets.models import PropertyInquiry, PropertyReply, ThirdParty
from osame.collection.assets.registering import Valuation, register_asset
from osame.law.arrears_facts import AssetKind
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_one, run_sql
from osame.platform.gate import Acting, acting
from tests.systems.collection.cast import OFFICER, SATO

DAY = date(2026, 3, 2)
BORN = date(1975, 4, 1)
PARTIES = {
    AssetKind.DEPOSIT: (ThirdParty.Kind.BANK, "架空銀行"),
    AssetKind.WAGE: (ThirdParty.Kind.EMPLOYER, "架空製作所株式会社"),
    AssetKind.INSURANCE: (ThirdParty.Kind.INSURER, "架空生命保険相互会社"),
    AssetKind.RECEIVABLE: (ThirdParty.Kind.CUSTOMER, "架空商店"),
    AssetKind.MOVABLE: (ThirdParty.Kind.CUSTOMER, "架空倉庫"),
    AssetKind.REAL_ESTATE: (ThirdParty.Kind.REGISTRY, "津地方法務局 架空支局"),
    AssetKind.MOVABLE: (ThirdParty.Kind.CUSTOMER, "架空倉庫株式会社"),
    AssetKind.VEHICLE: (ThirdParty.Kind.REGISTRY, "三重運輸支局"),
}


@contextmanager
def as_officer(name: str) -> Iterator[Acting]:
    with acting(Acting(name, "collection.dispositions.propose", "arrears_management", role="operator")) as now:
        yield now


def carried(number: int) -> str:
    """照査、決裁、執行。"""
    for name, step in (("高橋", check), ("部長", decide)):
        with as_officer(name):
            step(number)
    with as_officer(OFFICER):
        return str(execute(number))


def party_of(kind: ThirdParty.Kind, name: str) -> int:
    given = GivenParty(kind, name, "5160037", "架空市本町1丁目1-1", "担当")
    return register_third_party(given, officer=OFFICER)


def asset_of(
    who: str = SATO,
    kind: AssetKind = AssetKind.DEPOSIT,
    amount: int = 80_000,
    holder: Holder | None = None,
    **valued: object,
) -> int:
    """調査し、照会し、回答を認定し、財産を登録する。財産番号を返す。"""
    name, kana, address = fetch_one("SELECT name, kana, address FROM addressee WHERE addressee_number = %s", [who])
    run_sql("UPDATE addressee SET born_on = coalesce(born_on, %s) WHERE addressee_number = %s", [BORN, who])
    open_ = fetch_one(
        "SELECT max(investigation_id) FROM asset_investigation WHERE addressee_number = %s AND closed_on IS NULL", [who]
    )
    plan = open_[0] or open_investigation(who, [kind], reason="滞納", review_on=None, as_of=DAY, officer=OFFICER)
    party = party_of(*PARTIES[kind])
    (inquiry,) = add_inquiries(
        (who, plan), [party], (PropertyInquiry.Medium.PAPER, date(2026, 4, 1)), as_of=DAY, officer=OFFICER
    )
    told = holder or Holder(name, kana, BORN, "0", address)
    found = Found(kind, f"{PARTIES[kind][1]} {kind.value} 番号1234567", amount)
    reply = record_reply(who, told, found, Told(PropertyReply.Source.REPLY, DAY, inquiry, party), officer=OFFICER)
    identify_one(reply, as_of=DAY, officer=OFFICER)
    return register_asset(reply, Valuation(amount, DAY, **valued), as_of=DAY, officer=OFFICER)  # type: ignore[arg-type]
