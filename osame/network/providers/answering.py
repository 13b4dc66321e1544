"""模擬の機関の答え方。許可証を確かめ、公金受取口座などを答える。照会した側の答えも受け取る。"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from osame.contracts import national
from osame.contracts.envelopes import Envelope, Party, body_of
from osame.contracts.national import Answer, Inquiry, PermitRefused
from osame.contracts.strict import parsed, plain
from osame.network.providers.models import SimulatedAccount, SimulatedInquiry, SimulatedProvision
from osame.platform.database import fetch_all

Letter = tuple[Envelope, dict[str, Any]]


def answer(
    provider: str, letters: Sequence[Letter], me: Party, core: Ed25519PublicKey, now: datetime
) -> list[tuple[str, str, Any]]:
    """届いた照会に答える。同じ照会には、同じ答えを返す。"""
    _received([body_of(Answer, body) for each, body in letters if each.kind == national.ANSWER])
    asked = {
        (each.sender, inquiry.inquiry_number): inquiry
        for each, body in letters
        if each.kind == national.INQUIRY and (inquiry := body_of(Inquiry, body))
    }
    if not asked:
        return []
    known = _known(list(asked))
    checked = {who: _checked(who[0], inquiry, provider, me, core, now) for who, inquiry in asked.items() if who not in known}  # fmt: skip
    accounts = _accounts([symbol for symbol, _ in checked.values() if symbol])
    SimulatedProvision.objects.bulk_create(
        [
            SimulatedProvision(
                provider=provider, inquirer=who[0], inquiry_number=who[1], permit_number=asked[who].permit.number,
                item=asked[who].permit.item, answer=plain(_decided(asked[who], symbol, why, accounts, now)),
            )
            for who, (symbol, why) in checked.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    stored = known | _known(list(checked))
    return [
        (
            who[0],
            national.ANSWER,
            _again(stored[who], who, inquiry, core, now) if who in stored else _repeated(inquiry, now),
        )
        for who, inquiry in asked.items()
    ]


def _again(stored: Answer, who: tuple[str, str], inquiry: Inquiry, core: Ed25519PublicKey, now: datetime) -> Answer:
    """前の答え。出し直された許可証で求められたら、その許可証の番号で答える。"""
    permit = inquiry.permit
    if permit.number == stored.permit_number:
        return stored
    try:
        facts = (inquiry.inquiry_number, who[0], permit.provider, permit.affair, permit.procedure, permit.item)
        permit.refuse_unfit(core, now=now, facts=facts)
    except PermitRefused:
        return _repeated(inquiry, now)
    return replace(stored, permit_number=permit.number)


def _received(answers: Sequence[Answer]) -> None:
    """模擬の機関が照会した答え。一度だけ受け取る。"""
    for each in answers:
        SimulatedInquiry.objects.filter(inquiry_number=each.inquiry_number, outcome__in=("", national.HELD)).update(
            outcome=each.outcome, answer=plain(each)
        )


def _known(asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
    rows = fetch_all(
        "SELECT p.inquirer, p.inquiry_number, p.answer::text FROM simulated_provision p "
        "JOIN unnest(%s::text[], %s::text[]) AS a(inquirer, inquiry_number) USING (inquirer, inquiry_number)",
        [[each[0] for each in asked], [each[1] for each in asked]],
    )
    return {(row[0], row[1]): parsed(Answer, json.loads(row[2])) for row in rows}


def _checked(
    sender: str, inquiry: Inquiry, provider: str, me: Party, core: Ed25519PublicKey, now: datetime
) -> tuple[str, str]:  # fmt: skip
    """許可証を確かめ、自分の符号を開ける。（符号、断るわけ）のどちらかが空。"""
    permit = inquiry.permit
    facts = (inquiry.inquiry_number, sender, provider, permit.affair, permit.procedure, permit.item)
    try:
        permit.refuse_unfit(core, now=now, facts=facts)
    except PermitRefused as refusal:
        return "", str(refusal)
    symbol = permit.opened_symbol(me)
    return (symbol, "") if symbol else ("", "符号を開けません。")


def _accounts(symbols: Sequence[str]) -> dict[str, dict[str, str]]:
    return {row.symbol: row.items for row in SimulatedAccount.objects.filter(symbol__in=symbols)}


def _decided(inquiry: Inquiry, symbol: str, why: str, accounts: Mapping[str, dict[str, str]], now: datetime) -> Answer:
    if why:
        outcome, reason, items = national.REFUSED, why, {}
    elif inquiry.permit.item == national.PUBLIC_ACCOUNT and symbol in accounts:
        outcome, reason, items = national.PROVIDED, "正常終了", accounts[symbol]
    else:
        outcome, reason, items = national.NOTHING, "該当する情報がありません。", {}
    return Answer(inquiry.inquiry_number, inquiry.permit.number, outcome, reason, items, now, non_disclosure=False)


def _repeated(inquiry: Inquiry, now: datetime) -> Answer:
    """ほかの照会に使われた許可証。"""
    reason = "この許可証は、もう使われています。"
    return Answer(inquiry.inquiry_number, inquiry.permit.number, national.REFUSED, reason, {}, now, False)
