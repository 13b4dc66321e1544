"""システム間の求めの門番。署名を確かめてから通し、用件を目的の門に告げ、答えまでを記録する。

Stands before every address under `/internal/`. A signed request is authenticated here, once; `request.peer` then names the
system, and the errand acts for the whole request. A request without a signature passes without a peer: the operation
itself demands one (`osame.platform.exchanges.api.signed_peer`), or takes an OAuth2 business system instead.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from osame.contracts.personal_number import masked
from osame.contracts.signatures import BadSignature
from osame.kernel.refusals import Refusal
from osame.platform import gate, systems
from osame.platform.audit.recording import Outcome, written
from osame.platform.database import Question, at_once
from osame.platform.exchanges.peers import NotOnTheList
from osame.platform.exchanges.receiving import Peer, Received, TooLarge, authenticate, logged, prune_nonces, verified
from osame.platform.exchanges.whole import in_one_transaction

UNDER = "/internal/"
PRUNE_SECONDS = 60
LONGEST_OPERATION = 200
UNKNOWN_PEER = gate.Acting("不明な相手", "platform.exchanges.receive", "システム間連携", role="anonymous")


class SignedExchanges:
    """署名された求めの門番。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._pruned = 0.0
        self._signed = self._whole if systems.current().whole_exchanges else self._stepwise

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """確かめ、通し、記録する。"""
        if not request.path.startswith(UNDER):
            return self.get_response(request)
        started = time.monotonic()
        request.peer = None  # type: ignore[attr-defined]
        if "Signature-Input" not in request.headers and "Signature" not in request.headers:
            response = self.get_response(request)
            failure = "Unsigned" if response.status_code == 401 else ""
        else:
            self._prune(started)
            try:
                return self._signed(request, started)
            except Refusal as refusal:
                failure, response = type(refusal).__name__, refused(refusal)
        with gate.acting(UNKNOWN_PEER), transaction.atomic():
            at_once(*_note(request, None, response, (failure, started)))
        return response

    def _whole(self, request: HttpRequest, started: float) -> HttpResponseBase:
        """一度目であること、行い、記録を、一つの取引で。"""
        peer = verified(request)
        request.peer = peer  # type: ignore[attr-defined]
        return in_one_transaction(
            peer, lambda: self.get_response(request), lambda response: _note(request, peer, response, ("", started))
        )

    def _stepwise(self, request: HttpRequest, started: float) -> HttpResponseBase:
        """一度目であること、行い、記録を、それぞれの取引で。"""
        peer = authenticate(request)
        request.peer = peer  # type: ignore[attr-defined]
        with gate.acting(peer.acting()):
            response = self.get_response(request)
        with gate.acting(peer.acting()), transaction.atomic():
            at_once(*_note(request, peer, response, ("", started)))
        return response

    def _prune(self, now: float) -> None:
        if now - self._pruned > PRUNE_SECONDS:
            self._pruned = now
            prune_nonces()


def _note(
    request: HttpRequest, peer: Peer | None, response: HttpResponseBase, how: tuple[str, float]
) -> list[Question[Any]]:
    """両端の記録と、監査の記録。"""
    failure, started = how
    received = Received(
        operation=masked(f"{request.method} {request.path}"[:LONGEST_OPERATION]),
        status=response.status_code,
        failure=failure,
        bytes_sent=len(response.content) if isinstance(response, HttpResponse) else 0,
        bytes_received=int(request.META.get("CONTENT_LENGTH") or 0),
        milliseconds=int((time.monotonic() - started) * 1000),
    )
    outcome = Outcome.DONE if response.status_code < 400 else Outcome.REFUSED
    outcome = Outcome.FAILED if response.status_code >= 500 else outcome
    detail: dict[str, str | int] = {"操作": received.operation, "応答": received.status, "失敗": failure}
    return [logged(peer, received), written("相手システムの求めに答えた", outcome=outcome, detail=detail)]


def refused(refusal: Refusal) -> JsonResponse:
    """断りの答え。署名の断りは、どこが違うかを外に言わない。"""
    status = 401 if isinstance(refusal, BadSignature) else 413 if isinstance(refusal, TooLarge) else 403
    told = refusal.message() if isinstance(refusal, BadSignature | NotOnTheList) else str(refusal)
    return JsonResponse({"error": type(refusal).__name__, "message": told}, status=status)
