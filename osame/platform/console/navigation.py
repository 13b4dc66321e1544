"""案内。どのシステムも、自分の画面を節に分けて並べる。使えない画面は、出さない。

Each system lists its pages in `osame/<system>/navigation.py` as `SECTIONS`. An entry is shown when the function of its page
is one that the officer may use; the gate decides again when the page is opened.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from osame.platform import systems
from osame.platform.functions.doors import functions_of
from osame.platform.functions.identity import Identity
from osame.platform.functions.permission import rights_of, usable
from osame.platform.functions.registry import registry


@dataclass(frozen=True, slots=True)
class Entry:
    """案内の一行。 route: アドレスの名; key: 「g」に続けて押すと開く文字（一文字、なければ空）。"""

    label: str
    route: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """案内の節。"""

    label: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """見せる一行。 current: いまの画面か。"""

    label: str
    path: str
    key: str
    current: bool


FLOOR_SECTION = Section(
    "管理",
    (
        Entry("決裁", "approvals", "a"),
        Entry("ジョブ", "jobs", "j"),
        Entry("職員と権限", "staff_list", "s"),
        Entry("監査記録", "audit", "l"),
        Entry("出力の記録", "outputs"),
    ),
)
"""どのシステムにもある画面。"""
PRIVACY_SECTION = Section(
    "個人情報",
    (
        Entry("開示等の請求", "privacy_requests"),
        Entry("漏えい等事故", "incidents"),
        Entry("提供の媒体", "media"),
        Entry("保管と消去", "retention"),
        Entry("研修と点検", "trainings"),
    ),
)
"""どのシステムにもある、本人の請求、事故、研修の画面。"""


@cache
def sections(system: str) -> tuple[Section, ...]:
    """そのシステムの案内。自分の画面の後に、床の画面。"""
    own: tuple[Section, ...] = import_module(f"osame.{system}.navigation").SECTIONS
    return (*own, PRIVACY_SECTION, FLOOR_SECTION)


def shown(identity: Identity, path: str) -> Iterator[tuple[str, list[Link]]]:
    """この職員に見せる案内。節の名と、その行。"""
    listed = _opened(systems.current().code, rights_of(identity))
    inside = [target for _, entries in listed for _, target in entries if _inside(path, target)]
    here = max(inside, key=len, default="")  # 「/people/new/」は「/people/」の中でもあるので、最も細かいものだけを示す
    for label, entries in listed:
        if entries:
            yield label, [Link(entry.label, target, entry.key, current=target == here) for entry, target in entries]


@lru_cache(maxsize=1024)
def _opened(system: str, rights: Identity) -> list[tuple[str, list[tuple[Entry, str]]]]:
    """この権限で開ける行とそのアドレスを、節ごとに。同じ権限なら同じ案内なので、一度だけ作る。"""
    return [
        (section.label, [(entry, target) for entry in section.entries if (target := _open_to(rights, entry))])
        for section in sections(system)
    ]


def _inside(path: str, target: str) -> bool:
    return path == target or (target != "/" and path.startswith(target))


def _open_to(identity: Identity, entry: Entry) -> str:
    """この職員が開ける画面のアドレス。開けなければ空。"""
    code = page_function(entry.route)
    with suppress(NoReverseMatch):  # いまのアドレスの表に、その画面がない
        return reverse(entry.route) if code and may_use(identity, code) else ""
    return ""


@cache
def page_function(route: str) -> str:
    """その名のアドレスを GET で開く機能。なければ空。"""
    listed = registry(systems.current().code)
    for each in get_resolver().url_patterns:
        if isinstance(each, URLPattern) and each.name == route:
            return functions_of(each.callback, route, listed).get("GET", "")
    return ""


def may_use(identity: Identity, code: str) -> bool:
    """この職員は、この機能を（どれかの目的で）使えるか。"""
    system = systems.current().code
    function = registry(system).functions.get(code)
    opened = usable(system, rights_of(identity))
    return function is not None and any((code, purpose) in opened for purpose in function.purposes)
