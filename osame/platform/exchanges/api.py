"""システム間の API の入口。署名された相手システムだけを通す。

`signed_peer` is what an operation asks for: as `auth=signed_peer` of django-ninja, or around a plain view with
`for_signed_peers`. It answers with the `Peer` that the middleware authenticated; without one the answer is 401.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from osame.kernel.refusals import Refusal
from osame.platform.exchanges.receiving import Peer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class NotSigned(Refusal):
    """署名のない求めです。相手システムとして署名して送ってください。"""


def signed_peer(request: HttpRequest) -> Peer | None:
    """署名で確かめられた相手システム。いなければ None（django-ninja は 401 を返す）。"""
    return getattr(request, "peer", None)


def for_signed_peers(view: View[P]) -> View[P]:
    """署名された相手システムだけを通す入口。断りは JSON の一文で答える。"""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if signed_peer(request) is None:
            return JsonResponse({"error": "NotSigned", "message": NotSigned.message()}, status=401)
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return JsonResponse({"error": type(refusal).__name__, "message": str(refusal)}, status=422)

    return cast("View[P]", csrf_exempt(guarded))  # 署名が、画面の印の代わりになる
