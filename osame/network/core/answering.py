"""コアシステムと模擬の住基ネットの答え方。符号を交付し、照会許可用照合リストを見て、許可証を出すか断る。

Every answer is kept under its own number and given again for the same question, so a question asked twice has one answer.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from osame.contracts import national
from osame.contracts.certificates import Certificate
from osame.contracts.envelopes import body_of
from osame.contracts.national import CORE, RESIDENTS, AllowList, Permit, PermitDecision, PermitRequest
from osame.contracts.portal import MY_PORTAL
from osame.contracts.strict import parsed, plain
from osame.network.core import keys
from osame.network.core.carriage import Letter, certificate_of
from osame.network.core.models import Behaviour, ListVersion, PermitIssue, SymbolIssue
from osame.network.portal.answering import answer as portal_answer
from osame.network.providers.answering import answer as provider_answer
from osame.platform.database import fetch_all

Answers = list[tuple[str, str, Any]]


def answering(receiver: str, letters: Sequence[Letter], now: datetime) -> Answers:
    """模擬の機関として答える。"""
    if receiver == MY_PORTAL:
        return portal_answer(letters, _known_symbol)
    if receiver not in {CORE, RESIDENTS}:
        return provider_answer(receiver, letters, keys.party(receiver), keys.authority().public_key(), now)
    of = {kind: [each for each in letters if each[0].kind == kind] for kind in {each[0].kind for each in letters}}
    if receiver == RESIDENTS:
        return _residents(of.get(national.RESIDENT_NOTICE, []))
    return _symbols(of.get(national.SYMBOL_REQUEST, []), now) + _permits(of.get(national.PERMIT_REQUEST, []), now)


def _known_symbol(institution: str, symbol: str) -> bool:
    """その機関に交付した符号か。"""
    return SymbolIssue.objects.filter(institution=institution, symbol=symbol).exists()


def _symbols(letters: Sequence[Letter], now: datetime) -> Answers:
    """処理通番を受ける。住基側の知らせがもう来ていれば、符号を交付する。"""
    asked = [(each.sender, body_of(national.SymbolRequest, body).processing_number) for each, body in letters]
    for institution, number in asked:
        row, _ = SymbolIssue.objects.get_or_create(institution=institution, processing_number=number)
        if row.requested_at is None:
            SymbolIssue.objects.filter(pk=row.pk).update(requested_at=now)
    return _issued(asked)


def _residents(letters: Sequence[Letter]) -> Answers:
    """住基側の知らせ。処理通番を、住民に結び付ける。答えはコアシステムが返す（依頼は、届くまで送り直される）。"""
    for each, body in letters:
        told = body_of(national.ResidentNotice, body)
        row, _ = SymbolIssue.objects.get_or_create(institution=each.sender, processing_number=told.processing_number)
        if not row.resident:
            resident = f"{each.sender}:{told.unified_addressee_number}"
            SymbolIssue.objects.filter(pk=row.pk).update(
                resident=resident, symbol=keys.symbol_of(each.sender, resident)
            )
    return []


def _issued(asked: Sequence[tuple[str, str]]) -> Answers:
    answers: Answers = []
    for institution, number in asked:
        row = SymbolIssue.objects.get(institution=institution, processing_number=number)
        if row.symbol:
            answers.append((institution, national.SYMBOL_ISSUED, national.SymbolIssued(number, str(row.symbol))))
    return answers


def _permits(letters: Sequence[Letter], now: datetime) -> Answers:
    """許可証を出すか、断る。同じ照会には、同じ答えを返す。"""
    asked = {(each.sender, request.inquiry_number): request for each, request in _read(letters)}
    if not asked:
        return []
    known = _known(list(asked))
    new = [(who, request) for who, request in asked.items() if who not in known]
    over = [(who, asked[who]) for who, decision in known.items() if _is_over(decision, now)]
    deciding = Deciding(now)
    PermitIssue.objects.bulk_create(deciding.decide(new), ignore_conflicts=True)
    for each in deciding.decide(over):
        PermitIssue.objects.filter(inquirer=each.inquirer, inquiry_number=each.inquiry_number).update(
            decision=each.decision, granted=each.granted, decided_at=now
        )
    stored = known | _known([who for who, _ in new + over])
    return [(inquirer, national.PERMIT_DECISION, stored[inquirer, number]) for inquirer, number in asked]


def _is_over(decision: PermitDecision, now: datetime) -> bool:
    """期限の切れた許可証か。"""
    return decision.permit is not None and decision.permit.valid_until <= now


def _read(letters: Sequence[Letter]) -> list[tuple[Any, PermitRequest]]:
    return [(each, body_of(PermitRequest, body)) for each, body in letters]


def _known(keys_asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], PermitDecision]:
    rows = fetch_all(
        "SELECT p.inquirer, p.inquiry_number, p.decision::text FROM permit_issue p "
        "JOIN unnest(%s::text[], %s::text[]) AS asked(inquirer, inquiry_number) USING (inquirer, inquiry_number)",
        [[each[0] for each in keys_asked], [each[1] for each in keys_asked]],
    )
    return {(row[0], row[1]): parsed(PermitDecision, json.loads(row[2])) for row in rows}


class Deciding:
    """一度に決める。リスト・符号・証明書を、まとめて引く。"""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.authority = keys.authority()
        self.lasting = timedelta(seconds=Behaviour.objects.get(pk=1).permit_seconds)
        newest = ListVersion.objects.order_by("-version").first()
        assert newest
        self.rows = {(r.affair, r.procedure, r.provider, r.item) for r in parsed(AllowList, newest.content).rows}
        self.routes: dict[str, Certificate | None] = {}

    def decide(self, asked: Sequence[tuple[tuple[str, str], PermitRequest]]) -> list[PermitIssue]:
        """求めごとに決める。"""
        residents = self._residents(asked)
        return [self._one(inquirer, request, residents) for (inquirer, _), request in asked]

    def _residents(self, asked: Sequence[tuple[tuple[str, str], PermitRequest]]) -> dict[tuple[str, str], str]:
        rows = fetch_all(
            "SELECT s.institution, s.symbol, s.resident FROM symbol_issue s "
            "JOIN unnest(%s::text[], %s::text[]) AS a(institution, symbol) USING (institution, symbol)",
            [[who[0] for who, _ in asked], [request.symbol for _, request in asked]],
        )
        return {(row[0], row[1]): row[2] for row in rows}

    def _one(self, inquirer: str, request: PermitRequest, residents: dict[tuple[str, str], str]) -> PermitIssue:
        code, reason = self._refusal(inquirer, request, residents)
        permit = route = None
        if not code:
            route = self._route(request.provider)
            permit = self._permit(inquirer, request, residents[inquirer, request.symbol], route)
        decision = PermitDecision(request.inquiry_number, permit, route, code, reason)
        return PermitIssue(
            inquirer=inquirer, inquiry_number=request.inquiry_number, provider=request.provider, affair=request.affair,
            procedure=request.procedure, item=request.item, decision=plain(decision), granted=permit is not None,
            decided_at=self.now,
        )  # fmt: skip

    def _refusal(self, inquirer: str, request: PermitRequest, residents: dict[tuple[str, str], str]) -> tuple[str, str]:
        named = (request.affair, request.procedure, request.provider, request.item)
        open_to_all = (request.affair, request.procedure, "", request.item)
        if named not in self.rows and open_to_all not in self.rows:
            return "E101", f"指定された特定個人情報名「{request.item}」の照会は許可されていません。"
        if (inquirer, request.symbol) not in residents:
            return "E102", "指定された符号は、この照会者のものではありません。"
        if self._route(request.provider) is None:
            return "E103", "提供者の機関が見つかりません。"
        return "", ""

    def _route(self, provider: str) -> Certificate | None:
        if provider not in self.routes:
            self.routes[provider] = certificate_of(provider)
        return self.routes[provider]

    def _permit(self, inquirer: str, request: PermitRequest, resident: str, route: Certificate | None) -> Permit:
        assert route
        number = token_hex(12)
        symbol = keys.symbol_of(request.provider, resident)
        return Permit(
            number=number, inquiry_number=request.inquiry_number, inquirer=inquirer, provider=request.provider,
            affair=request.affair, procedure=request.procedure, item=request.item,
            provider_symbol=Permit.sealed_symbol(symbol, route, number), issued_at=self.now,
            valid_until=self.now + self.lasting,
        ).signed(self.authority)  # fmt: skip
