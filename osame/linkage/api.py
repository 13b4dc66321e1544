"""連携サーバーの API の入口。伝文の読み方と断り方は、床の `message_doors` にある。"""

from datetime import datetime

from osame.linkage.calling import Caller
from osame.platform.exchanges.message_doors import MessageDoors
from osame.platform.exchanges.receiving import Peer
from osame.platform.terminal import JAPAN


def _caller(peer: Peer) -> Caller:
    return Caller(peer.system, datetime.now(JAPAN).date())


doors = MessageDoors("団体内統合利用番号連携サーバー", "linkage", _caller)
api = doors.api
door = doors.door
