"""中間サーバー通知の入口。中間サーバーが取りに来て、受領を知らせる。"""

from osame.contracts import linkage as messages
from osame.kernel.refusals import Refusal
from osame.linkage.api import door
from osame.linkage.calling import Caller
from osame.linkage.notices import actions

GATEWAY = "gateway"


class OnlyForTheGateway(Refusal):
    """通知を受け取れるのは、中間サーバーだけです。接続の台帳を確かめてください。"""


@door("notices", messages.NoticesQuestion, messages.GatewayNotices, "linkage.notices.deliver")
def take(question: messages.NoticesQuestion, caller: Caller) -> messages.GatewayNotices:
    """まだ届いていない通知。"""
    _only_gateway(caller)
    found = actions.take(question.limit)
    return messages.GatewayNotices(
        tuple(
            messages.GatewayNotice(each.notice_id, each.unified_addressee_number, each.kind, each.attempts)
            for each in found
        )
    )


@door("notices/report", messages.NoticeReport, messages.Done, "linkage.notices.deliver")
def report(told: messages.NoticeReport, caller: Caller) -> messages.Done:
    """受領か、エラー。"""
    _only_gateway(caller)
    actions.report(told.notice_id, error_code=told.error_code)
    return messages.Done(done=True)


def _only_gateway(caller: Caller) -> None:
    if caller.peer != GATEWAY:
        raise OnlyForTheGateway
