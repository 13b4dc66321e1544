"""個人番号の開示。連携サーバーに理由を告げて求め、一度だけ受け取り、どこにも残さない。

The collection system keeps no 個人番号. An officer with a live right, on the register of handlers and with a case number asks
the linkage server; the number arrives sealed to a key of this one answer, is shown once and forgotten.
"""

from osame.contracts.client import PeerRefused
from osame.contracts.linkage import LinkageClient, RevealOrder
from osame.contracts.personal_number import PersonalNumber
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import Outcome, record
from osame.platform.exchanges import calling

AFFAIR = "local_tax"
ORIGINS = ("001", "000")  # 住民記録、宛名管理。宛名番号がどの業務の番号として紐付いているか
FIELDS = ("個人番号",)


class NoNumberRight(Refusal):
    """個人番号利用権限がないか、この目的には使えません。要るときは、所属長に申請してください。"""


class NoNumberKnown(Refusal):
    """この人の個人番号は、連携サーバーにありません。宛名番号を確かめるか、宛名管理の担当に付番を依頼してください。"""


class CaseMissing(Refusal):
    """受付番号がありません。何の事務のために見るのかを、受付番号で示してください。"""


def reveal(addressee_number: str, *, right: int | None, reason: str) -> PersonalNumber:
    """個人番号を一度だけ見る。断られたことも記録する。

    Ask the linkage server for a ticket and redeem it at once. `right` is the officer's live 個人番号利用権限 for the stated
    purpose, or None. Nothing is stored here; both systems record who saw whose number, why and under which right.

    要件: F34-06, F34-08, F36-03
    """
    now = gate.required()
    try:
        if right is None:
            raise NoNumberRight
        if not now.case.strip():
            raise CaseMissing
        with calling.client("linkage") as client:
            linkage = LinkageClient(client, sender="collection", errand=calling.errand())
            person = _unified(linkage, addressee_number)
            order = RevealOrder(AFFAIR, person, str(right), now.department, now.case, reason)
            number = linkage.redeem(linkage.ask_reveal(order), unified_addressee_number=person)
    except Refusal as refusal:
        why = type(refusal).__name__
        record("個人番号を見られなかった", subjects=[addressee_number], outcome=Outcome.REFUSED, detail={"理由": why})
        raise
    record("個人番号を見た", subjects=[addressee_number], fields=FIELDS, detail={"権限番号": right})
    return number


def _unified(linkage: LinkageClient, addressee_number: str) -> str:
    """団体内統合宛名番号。"""
    for origin in ORIGINS:
        try:
            answer = linkage.convert([addressee_number], affair=AFFAIR, business_id=origin, to_unified=True)
        except PeerRefused as refusal:
            if refusal.status == 422:
                continue
            raise
        if answer.converted:
            return answer.converted[0].found
    raise NoNumberKnown
