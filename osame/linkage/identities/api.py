"""連携サーバーの入口（付番・更新・変更・検索・変換・照会・削除）。署名した相手システムだけが呼べる。"""

from osame.contracts import linkage as messages
from osame.linkage.api import door
from osame.linkage.calling import Caller
from osame.linkage.identities import actions, queries


@door("numbering", messages.NumberingOrder, messages.NumberingAnswer, "linkage.identities.number")
def number(order: messages.NumberingOrder, caller: Caller) -> messages.NumberingAnswer:
    """付番依頼（0320001・0320002）。"""
    return actions.number(order, caller)


@door("updates", messages.NumberingOrder, messages.NumberingAnswer, "linkage.identities.update")
def update(order: messages.NumberingOrder, caller: Caller) -> messages.NumberingAnswer:
    """更新依頼（0320021・0320003）。"""
    return actions.update(order, caller)


@door("changes", messages.NumberingOrder, messages.NumberingAnswer, "linkage.identities.change")
def change(order: messages.NumberingOrder, caller: Caller) -> messages.NumberingAnswer:
    """個人番号の変更。"""
    return actions.change_number(order, caller)


@door("search", messages.SearchQuestion, messages.SearchAnswer, "linkage.identities.search")
def search(question: messages.SearchQuestion, caller: Caller) -> messages.SearchAnswer:
    """個人番号による検索（0320004）。"""
    return actions.search(question, caller)


@door("conversions", messages.ConversionQuestion, messages.ConversionAnswer, "linkage.identities.convert")
def convert(question: messages.ConversionQuestion, caller: Caller) -> messages.ConversionAnswer:
    """宛名番号と団体内統合宛名番号の変換。"""
    return queries.convert(question, caller.basis(question.affair))


@door("identities", messages.IdentityQuestion, messages.IdentityAnswer, "linkage.identities.show")
def show(question: messages.IdentityQuestion, caller: Caller) -> messages.IdentityAnswer:
    """団体内統合宛名の4情報と履歴。"""
    return queries.identity(question.unified_addressee_number, caller.basis(question.affair))


@door("deletions", messages.DeletionOrder, messages.Done, "linkage.identities.delete")
def delete(order: messages.DeletionOrder, caller: Caller) -> messages.Done:
    """団体内統合宛名の削除。"""
    actions.delete(order.unified_addressee_number, caller, affair=order.affair, reason=order.reason)
    return messages.Done(done=True)
