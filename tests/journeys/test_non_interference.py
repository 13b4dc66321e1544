"""非干渉。守られる者がどこに住んでいても、権限のない者に届くものは、一バイトも変わらない。

Two towns differ in nothing but the places of the protected people. Every output that a reader without the right can get is
made in both and compared byte by byte; a reader with the right sees the difference, and a seeded leak is found.

A new output is one line in `OUTPUTS`: a function of the trios that yields (key, bytes).
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import pytest
from django.db import transaction
from typer import Typer
from typer.testing import CliRunner

from osame.addressee.feed import queries as feed
from osame.addressee.feed.subscribers import subscribers
from osame.addressee.inquiry import queries as inquiry
from osame.addressee.inquiry.queries import officer_reader, person_view
from osame.addressee.mailing.queries import mailing_address_for
from osame.addressee.numbering import queries as numbering
from osame.addressee.people.queries import NobodyThere, current
from osame.addressee.protection.queries import letter_reader, subject_of
from osame.addressee.search import queries as search
from osame.addressee.search.queries import Criteria, find
from osame.kernel.refusals import Refusal
from osame.kernel.search_keys import Match
from osame.platform import terminal
from osame.platform.suppression.decision import NOTHING, Decision, Reader, ReaderKind, Relation, decision
from osame.platform.suppression.facts import suppressed
from osame.platform.suppression.hidden_values import HiddenValues
from osame.platform.terminal import plain
from tests.journeys.protected_towns import COMPANY, FRIEND, TODAY, Trio, fill_addressee, lives, officer
from tests.systems.addressee.page_cast import Officer
from tests.systems.conftest import fresh

Output = Callable[[list[Trio]], Iterator[tuple[str, bytes]]]
WORLDS = range(5)
STRANGERS = {
    "収納一般": Reader(ReaderKind.OFFICER, purpose="statutory"),
    "目的のない係長": Reader(ReaderKind.OFFICER, right=True),
    "業務システム": Reader(ReaderKind.BUSINESS_SYSTEM, purpose="statutory"),
    "相手システム": Reader(ReaderKind.PEER_SYSTEM, purpose="statutory"),
}


def told(make: Callable[[], Any]) -> bytes:
    """答えを、機械が読む形のバイト列に。断りなら、その文。"""
    try:
        with transaction.atomic():
            answer = make()
    except Refusal as refusal:
        return str(refusal).encode()
    return dumped(answer)


def dumped(answer: Any) -> bytes:
    return json.dumps(plain(answer), ensure_ascii=False, default=str).encode()


def everybody(trios: list[Trio]) -> list[str]:
    return [FRIEND, COMPANY, *(number for trio in trios for number in (trio.her, trio.him, trio.child))]


def person_views(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """個人の画面。職員・業務システム・相手システム。世帯と関係人もこの中にある。"""
    for number in everybody(trios):
        for name, reader in STRANGERS.items():
            yield f"{name}/{number}", told(lambda who=reader, whom=number: person_view(whom, who, as_of=TODAY))
        other_office = Reader(ReaderKind.BUSINESS_SYSTEM, purpose="statutory")
        yield (
            f"他業務/{number}",
            told(lambda whom=number, who=other_office: person_view(whom, who, as_of=TODAY, office="010")),
        )


def letters_to_every_relation(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """文書に載せてよい事実。受け取る者のすべての関係で。"""
    for trio in trios:
        version = current(trio.her)
        assert version
        facts = asdict(version.facts) | {"address": version.facts.address, "telephone": lives(trio.index)[0].telephones}
        subject = subject_of(trio.her, on=TODAY)
        for number in ("", *(each for each in everybody(trios) if each != trio.her)):
            known = letter_reader(number, Relation.UNKNOWN)
            for relation in Relation:
                content = suppressed(facts, decision(replace(known, relation=relation), subject))
                yield f"{trio.index}/{number}/{relation}", dumped(content)


def searches(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """検索。どの町の住所・電話で探しても、見つかり方から住所は知れない。"""
    for trio in trios:
        questions = [
            Criteria(name=f"伊勢花子{trio.index}"),
            Criteria(number=trio.her),
            Criteria(kana="イセ", born=trio.born.isoformat()),
            *(
                Criteria(name="伊勢花子", address=life.place.get("municipality_name", "") + life.place.get("town", ""))
                for life in lives(trio.index)
                if life.place.get("town")
            ),
            *(Criteria(telephone=each) for life in lives(trio.index) for each in life.telephones[:1]),
        ]
        for place, criteria in enumerate(questions):
            for past in (False, True):
                yield (
                    f"{trio.index}/{place}/{past}",
                    told(lambda asked=criteria, history=past: find(asked, as_of=TODAY, history=history)),
                )
    for text in ("伊勢市", "千代田区", "松阪市"):
        for match in (Match.PREFIX, Match.INNER):
            yield f"{text}/{match}", told(lambda t=text, m=match: find(Criteria(address=t, match=m), as_of=TODAY))


def inquiry_calls(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """照会API。業務システムの、番号・氏名・住所での照会。"""
    client = numbering.Client("010")
    for trio in trios:
        asked: list[dict[str, str]] = [{"atenabango": trio.her}, {"shimei": f"伊勢　花子{trio.index}"}]
        asked += [
            {"shimei": f"伊勢　花子{trio.index}", "jusho_shikuchoson": life.place["municipality_name"]}
            for life in lives(trio.index)
            if "municipality_name" in life.place
        ]
        for place, values in enumerate(asked):
            yield (
                f"{trio.index}/{place}",
                told(lambda given=values: numbering.candidates(given, client, on=TODAY)),
            )


def feed_pages(_trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """配信。支援措置の旗を受け取らない配信先には、守られる者の居場所を渡さない。"""
    published = feed.publish(as_of=TODAY)
    for code, listed in subscribers().items():
        subscriber = replace(listed, fields=tuple(name for name in listed.fields if not name.startswith("protected")))
        page = feed.page_after(subscriber, 0, limit=5_000, published=published, as_of=TODAY)
        for entry in page.entries:
            yield f"{code}/{entry.facts['addressee_number']}", told(lambda facts=entry.facts: facts)


def test_every_subscriber_is_told_who_is_protected() -> None:
    """旗を受け取らない配信先は、前に覚えた住所を見せ続ける。いまの台帳には一つもない。"""
    assert not [code for code, each in subscribers().items() if "protected" not in each.fields]


def destinations(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """送付先の選択。承認された安全な送付先がなければ、どの町でも止まる。"""
    for trio in trios:
        for document in ("", "R-050"):
            yield (
                f"{trio.index}/{document}",
                told(lambda whom=trio.her, what=document: mailing_address_for(whom, document=what, on=TODAY)),
            )


def commands(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """端末の命令の、見えるものすべて。端末の運用者には、住所を見る権限がない。"""
    as_of = ("--as-of", TODAY.isoformat())
    for trio in trios[:3]:
        for number in (trio.her, trio.him, trio.child):
            yield f"開く/{number}", typed("show", number, *as_of)
            yield f"開いた答え/{number}", typed("show", number, *as_of, "--json")
            yield f"排他制御/{number}", typed("lock", "show", number)
            yield f"名寄せ/{number}", typed("consolidate", "show", number)
        yield f"履歴/{trio.her}", typed("history", trio.her, *as_of)
        yield f"履歴の答え/{trio.her}", typed("history", trio.her, *as_of, "--json")
        yield f"検索/{trio.her}", typed("find", "--number", trio.her, *as_of, "--json")
        yield f"措置/{trio.her}", typed("protect", "show", trio.her, "--json")
        yield f"送付先/{trio.her}", typed("mailing", "choose", trio.her, *as_of)
        yield f"届出/{trio.her}", typed("agent", "notify", trio.her, trio.her, "--kind", "01")
    yield "候補", typed("candidates")


def typed(*words: str) -> bytes:
    """命令を一つ打つ。"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSAME_PURPOSE", "identification" if words[0] == "find" else "statutory")
        patch.setattr(terminal.console, "_width", 240)
        result = CliRunner().invoke(terminal_app(), ["addressee", *words])
    return f"{result.exit_code}\n{result.stdout}\n{result.stderr}".encode()


def pages(trios: list[Trio]) -> Iterator[tuple[str, bytes]]:
    """職員の画面。権限のない職員が開くもののすべて。探す、開く、履歴、書式、一覧、断り。"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSAME_TODAY", TODAY.isoformat())
        clerk = Officer("A0001", "collection_clerk")
        for path in ("/protection/", "/protection/?near=1", "/consolidation/", "/locks/", "/people/", "/people/new/"):
            yield path, shown(clerk.client.get(path))
        for trio in trios[:1]:
            for number in (trio.her, trio.him, trio.child, FRIEND, COMPANY):
                for name in PAGES:
                    path = f"/people/{number}/{name}"
                    yield path, shown(clerk.client.get(path))
            for text in (f"伊勢花子{trio.index}", trio.her, "イセ 1980", "岩渕 花子", "千代田区千代田1丁目 花子"):
                asked = clerk.client.post("/people/", {"q": text, "history": "on"})
                yield f"{trio.index}/{text}", shown(clerk.client.get(asked.headers["Location"], follow=True))


PAGES = (
    "", "history/", "edit/", "close/", "mailing/new/", "contacts/new/", "agents/new/", "relations/new/",
    "protection/new/", "link/", f"link/?other={FRIEND}", "unlink/",
)  # fmt: skip
OF_THE_MOMENT = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken": "[^"]+"|name="submission" value="[^"]+"'
    r"|\?s=[\w-]+|\d{1,2}:\d{2}|id_submission"
)


def shown(answer: Any) -> bytes:
    """画面のバイト列。開くたびに変わる鍵と時刻を除く。"""
    return f"{answer.status_code}\n{OF_THE_MOMENT.sub('', answer.content.decode())}".encode()


@cache
def terminal_app() -> Typer:
    """命令の木。一度だけ組む。"""
    from osame.cli import build_app

    return build_app()


OUTPUTS: list[tuple[str, Output]] = [
    ("個人の画面", person_views),
    ("文書の事実", letters_to_every_relation),
    ("検索", searches),
    ("照会API", inquiry_calls),
    ("配信", feed_pages),
    ("送付先", destinations),
    ("命令", commands),
    ("職員の画面", pages),
]


def outputs(trios: list[Trio], only: set[str] | None = None) -> dict[str, bytes]:
    """権限のない者が得られるものすべて。"""
    found: dict[str, bytes] = {}
    for name, make in OUTPUTS:
        if only is None or name in only:
            with officer("clerk"):
                made = {f"{name}/{key}": content for key, content in make(trios)}
            assert made, name
            found |= made
    return found


def town(
    trios: list[Trio], world: int, make: Callable[[], dict[str, bytes]], *, protected: bool = True
) -> dict[str, bytes]:
    """一つの町を作り、そこで得られるものを集める。"""
    with fresh("addressee"):
        fill_addressee(trios, world, protected=protected)
        return make()


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """食い違うもの。ある・ないの違いも。"""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def test_nothing_told_depends_on_where_she_lives() -> None:
    """五つの町で、権限のない者に届くものがすべて同じ。"""
    trios = [Trio(index) for index in range(5)]
    first, *others = [town(trios, world, lambda: outputs(trios)) for world in WORLDS]
    assert [differing(first, other)[:10] for other in others] == [[]] * len(others)
    assert len(first) * len(others) >= 5_000


def seen_by_a_chief(trios: list[Trio]) -> dict[str, bytes]:
    with officer("chief", role="collection_chief", purpose="arrears_management"):
        reader = officer_reader()
        found = {trio.her: told(lambda whom=trio.her: person_view(whom, reader, as_of=TODAY)) for trio in trios}
        return found | {
            f"検索/{trio.her}": told(lambda whom=trio.her: find(Criteria(number=whom), as_of=TODAY, reader=reader))
            for trio in trios
        }


def test_a_reader_with_the_right_sees_the_difference() -> None:
    """比べ方に歯がある。権限と目的のある係長には、すべての人の、すべての町の違いが見える。"""
    trios = [Trio(index) for index in range(3)]
    first, *others = [town(trios, world, lambda: seen_by_a_chief(trios)) for world in WORLDS]
    assert [len(differing(first, other)) for other in others] == [len(first)] * len(others)


def test_without_protection_everybody_sees_the_difference() -> None:
    """支援措置がなければ、同じ出力がどれも町によって違う。どの種類の出力も、比べる値打ちがある。"""
    trios = [Trio(0)]
    first, other = [town(trios, world, lambda: outputs(trios), protected=False) for world in (0, 1)]
    assert {key.split("/")[0] for key in differing(first, other)} == {name for name, _ in OUTPUTS}


def _leak_postal_code(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inquiry, "suppressed", lambda facts, choice: suppressed(facts, choice, also_open=("postal_code",)))
    patch.setattr(inquiry, "hidden_values_of", lambda _numbers: HiddenValues())


def _leak_by_household(patch: pytest.MonkeyPatch) -> None:
    def careless(reader: Reader, subject: Any) -> Decision:
        return Decision(NOTHING, "") if subject.addressee_number != FRIEND else decision(reader, subject)

    patch.setattr(inquiry, "_relations", lambda number, choice, _viewer, day: _all_relations(number, choice, day))
    patch.setattr(inquiry, "hidden_values_of", lambda _numbers: HiddenValues())


def _all_relations(number: str, _choice: Decision, day: Any) -> tuple[dict[str, Any], ...]:
    from osame.addressee.agents.queries import relations_of

    return tuple(asdict(each) for each in relations_of(number, on=day))


def _leak_in_search(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        search, "_hidden", lambda found, choice: found if choice.opens_everything else replace(found, mark="転出")
    )


def _leak_by_being_found(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(search, "_would_tell", lambda _choice, _given: False)


def _leak_presence_of_history(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inquiry, "_former", lambda number, _choice: ("あり",) if len(inquiry.history(number)) > 1 else ())


LEAKS = {
    "画面の郵便番号": (_leak_postal_code, "個人の画面"),
    "友人の同居者": (_leak_by_household, "個人の画面"),
    "検索の住所": (_leak_in_search, "検索"),
    "見つかること": (_leak_by_being_found, "検索"),
    "前住所の有無": (_leak_presence_of_history, "個人の画面"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_seeded_leak_is_found(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """一つの出力だけで抑止を切ると、この比べがそれを見つける。"""
    seed, where = LEAKS[leak]
    seed(monkeypatch)
    trios = [Trio(0)]
    first, *others = [town(trios, world, lambda: outputs(trios, {where})) for world in (0, 1, 4)]
    assert any(differing(first, other) for other in others)


def test_the_second_pass_stops_what_the_first_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """初めの抑止を切っても、出来上がりを確かめる二度目の抑止が止める。"""
    monkeypatch.setattr(inquiry, "suppressed", lambda facts, _choice: dict(facts))
    trio = Trio(0)
    with fresh("addressee"):
        fill_addressee([trio], 0)
        with officer("clerk"):
            refused = told(lambda: person_view(trio.her, officer_reader(), as_of=TODAY)).decode()
    assert "支援措置により伏せるべき事実" in refused
    assert "岩渕" not in refused


def test_somebody_who_is_not_there_and_somebody_hidden_are_refused_alike() -> None:
    with fresh("addressee"):
        fill_addressee([Trio(0)], 0)
        with officer("clerk"), pytest.raises(NobodyThere):
            person_view("999999999999999", officer_reader(), as_of=TODAY)
