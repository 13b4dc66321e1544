"""配信先の台帳。どの業務が、どの項目を受け取ってよいか。"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from osame.contracts.addressee_feed import ALWAYS, OPTIONAL
from osame.kernel.refusals import Refusal


class NotASubscriber(Refusal):
    """宛名の配信先ではありません。配信先の台帳を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """配信先。"""

    code: str
    name: str
    office: str
    fields: tuple[str, ...]


@cache
def subscribers() -> dict[str, Subscriber]:
    """配信先の台帳。"""
    table = tomllib.loads(resources.files(__package__).joinpath("subscribers.toml").read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = table["groups"]
    assert {name for group in groups.values() for name in group} == set(OPTIONAL)
    return {
        code: Subscriber(
            code,
            row["name"],
            row["office"],
            ALWAYS + tuple(name for name in OPTIONAL if any(name in groups[group] for group in row["groups"])),
        )
        for code, row in table["subscribers"].items()
    }


def named(code: str) -> Subscriber:
    """配信先を引く。台帳になければ断る。"""
    if code not in subscribers():
        raise NotASubscriber(code)
    return subscribers()[code]


def of_office(office: str) -> Subscriber:
    """業務ID から配信先を引く。台帳になければ断る。"""
    for each in subscribers().values():
        if office and each.office == office:
            return each
    raise NotASubscriber(office)
