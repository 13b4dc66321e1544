"""連携サーバーを呼ぶ者。どのシステムが、いつ、どの事務のために。"""

from dataclasses import dataclass
from datetime import date

from osame.linkage.legal_basis.queries import Basis, live_basis
from osame.platform import gate


@dataclass(frozen=True, slots=True)
class Caller:
    """依頼してきたシステムと、受けた日。"""

    peer: str
    as_of: date

    def basis(self, affair: str) -> Basis:
        """その事務の根拠を確かめる。目的は、目的の門が知っている。"""
        return live_basis(affair, purpose=gate.required().purpose, peer=self.peer, as_of=self.as_of)
