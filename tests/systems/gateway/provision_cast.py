"""What provision needs: a copy of somebody's facts, an affair that provides, and an institution that asks."""

from dataclasses import replace
from datetime import date

from osame.contracts.gateway import REFUND_AFFAIR
from osame.contracts.national import PermitRequest
from osame.gateway.copies import actions as copies
from osame.gateway.provisions import releasing
from osame.network.core import commanding
from osame.platform import gate
from osame.platform.approvals import actions as approvals
from osame.platform.terminal import now
from tests.systems.gateway.cast import ACTING, Deed, institution

AFFAIR, PROCEDURE, ITEM = "JM01000000024000", "JT01010000000214", "TM00000000000002"
OTHER_TOWN = "0220100001001700"
FACTS = '{"課税年度": "2026", "均等割": "5000"}'


def as_officer(name: str):
    return gate.acting(replace(ACTING, officer=name))


def carried(proposal: int) -> None:
    """Checked by one, decided by another, executed by a third."""
    for name, step in (("二人目", approvals.check), ("三人目", approvals.decide), ("四人目", approvals.execute)):
        with as_officer(name):
            step(proposal)


def deciders(nation, code: str, affair: str = AFFAIR) -> None:
    """The four who propose, check, decide and execute may decide on this affair."""
    for name in ("一人目", "二人目", "三人目", "四人目"):
        nation.allow(code, name, affair, Deed.LOOK, Deed.RELEASE, Deed.CORRECT)


def switch(nation, code: str, *, provided: bool, affair: str = AFFAIR) -> None:
    deciders(nation, code, affair)
    with nation.body(code), as_officer("一人目"):
        carried(releasing.propose_switch(affair, ITEM, provided=provided, reason="試験"))


def copy(nation, code: str, unified: str, key: str, content: str = FACTS) -> None:
    with nation.body(code):
        told = copies.write([
            copies.Copy(unified=unified, item=ITEM, record_key=key, content=content, published_on=date(2026, 4, 1))
        ])
        assert told == [(key, "")]


def ask(nation, code: str, unified: str, *, permitted: bool = True, affair: str = AFFAIR, procedure: str = PROCEDURE, item: str = ITEM) -> str:  # fmt: skip
    request = PermitRequest("", "", institution(code), affair, procedure, item)
    with nation.network(), gate.acting(ACTING):
        return commanding.inquire_of_body(OTHER_TOWN, unified, request, now=now(), permitted=permitted)


def ask_own(nation, code: str, unified: str, item: str = ITEM) -> str:
    """Somebody asks for what the body holds about them, at the stand-in of マイナポータル."""
    with nation.network(), gate.acting(ACTING):
        return commanding.ask_own(institution(code), unified, item, now=now())


def notice(key: str, unified: str, **changes: str) -> dict[str, str]:
    return {
        "レコード識別番号": key, "番号体系": "02", "団体内統合宛名番号": unified, "事務コード": REFUND_AFFAIR, "職員": "山本",
        "部署": "収納推進課", "件名": "還付のお知らせ", "本文": f"{unified} の還付", "掲載の最終日": "2099-12-31", **changes,
    }  # fmt: skip
