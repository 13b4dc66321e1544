"""接続の台帳。どの相手を呼び、どの相手から呼ばれてよいか。住所もここで決まる。"""

import os
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from osame.kernel.refusals import Refusal
from osame.platform import bodies, systems


class NotOnTheList(Refusal):
    """接続の台帳にない相手です。台帳を確かめ、要るなら事前に評価書を改めてください。"""


@dataclass(frozen=True, slots=True)
class Connections:
    """一つのシステムに許された接続先。"""

    calls: frozenset[str]
    accepts: frozenset[str]


@cache
def registry() -> dict[str, Connections]:
    """接続の台帳。"""
    text = resources.files(__package__).joinpath("peers.toml").read_text(encoding="utf-8")
    return {
        system: Connections(frozenset(row["calls"]), frozenset(row["accepts"]))
        for system, row in tomllib.loads(text).items()
    }


def ours() -> Connections:
    """このシステムの接続先。台帳になければ、どこともつながらない。"""
    return registry().get(systems.current().code, Connections(frozenset(), frozenset()))


def address(peer: str) -> str:
    """呼ぶ相手の住所。台帳にない相手は断る。"""
    if peer not in ours().calls:
        raise NotOnTheList(peer)
    if systems.current().per_body and (of_body := bodies.current().addresses.get(peer)):
        return of_body
    told = os.environ.get(f"OSAME_PEER_URL_{peer.upper()}")
    return told or f"http://127.0.0.1:{systems.named(peer).port}"
