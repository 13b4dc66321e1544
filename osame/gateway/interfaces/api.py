"""既存システム接続の入口。公開されたインターフェイス番号ごとに、一つの操作。"""

import base64

from osame.contracts.gateway import Download, FileQuestion, FileTicket, Rows, Upload
from osame.gateway.interfaces import files
from osame.gateway.interfaces.catalogue import OPERATIONS, Interface, Way, catalogue
from osame.gateway.interfaces.rows import Caller
from osame.platform.exchanges.message_doors import MessageDoors
from osame.platform.exchanges.receiving import Peer
from osame.platform.terminal import now as right_now


def _caller(peer: Peer) -> Caller:
    return Caller(peer.system, right_now(), peer.errand.officer)


doors = MessageDoors("中間サーバー", "gateway", _caller)
api = doors.api


def _online(interface: Interface) -> None:
    @doors.door(f"interfaces/{interface.code}", Rows, Rows, interface.function)
    def act(asked: Rows, caller: Caller) -> Rows:
        return Rows(tuple(OPERATIONS[interface.operation].act(asked.rows, caller)))


def _make(interface: Interface) -> None:
    @doors.door(f"interfaces/{interface.code}", Rows, FileTicket, interface.function)
    def act(asked: Rows, caller: Caller) -> FileTicket:
        return files.make(interface, asked.rows, caller)


def _put(interface: Interface) -> None:
    @doors.door(f"interfaces/{interface.code}", Upload, FileTicket, interface.function)
    def act(asked: Upload, caller: Caller) -> FileTicket:
        return files.put(interface, asked, caller)


def _get(interface: Interface) -> None:
    @doors.door(f"interfaces/{interface.code}", FileQuestion, Download, interface.function)
    def act(asked: FileQuestion, caller: Caller) -> Download:
        name, content = files.get(interface, asked.processing_number, caller)
        return Download(name, base64.b64encode(content).decode())


OPENING = {Way.ONLINE: _online, Way.MAKE_FILE: _make, Way.PUT_FILE: _put, Way.GET_FILE: _get}
for each in catalogue():
    OPENING[each.way](each)
