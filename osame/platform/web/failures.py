"""システムの側の失敗を、標準エラーに書く。どこで何が起きたかだけを書き、人の値は書かない。

One line a failure: when, which system, which route, which function, the request's number (the audit records carry the same), then
the chain of exceptions by type and the place of each frame. Messages of exceptions, addresses of pages and form values may hold
names or numbers of people, so they are left out. 根拠: 番号法12条、PIA-029。
"""

import logging
import traceback
from datetime import UTC, datetime

from osame.platform import gate, systems


class PlacesOnly(logging.Formatter):
    """失敗の型と場所だけを書く書式。"""

    def format(self, record: logging.LogRecord) -> str:
        """一つの失敗を、値のない文にする。"""
        moment = datetime.fromtimestamp(record.created, UTC)
        request = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        now = gate.acting_now()
        where = f"{getattr(request, 'method', '')} {match.route if match else '（入口の前）'}"
        who = f"機能 {now.function}、要求 {now.request}" if now else "機能なし"
        said = [f"{moment:%Y-%m-%dT%H:%M:%SZ} {systems.current().name} 処理できませんでした：{where}（{who}）"]
        failure = record.exc_info[1] if record.exc_info else None
        while failure is not None:
            said.append(f"  {type(failure).__module__}.{type(failure).__qualname__}")
            for frame in traceback.extract_tb(failure.__traceback__):
                said.append(f"    {frame.filename}:{frame.lineno} {frame.name}")
            failure = failure.__cause__ or failure.__context__
        return "\n".join(said)
