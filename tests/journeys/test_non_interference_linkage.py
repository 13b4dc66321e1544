"""連携サーバーの非干渉。守られる者がどこに住んでいても、相手システムと端末の運用者に届くものは変わらない。

Towns that differ in the addresses of one protected person. Linkage learns them from orders and from the feed, and is then asked
everything a peer or an operator can ask, her number and a guess of her address included.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from osame.contracts.addressee_feed import ALWAYS, Page, RawEntry
from osame.contracts.linkage import BasicFacts, ConversionQuestion, SearchQuestion
from osame.contracts.strict import plain
from osame.kernel.refusals import Refusal
from osame.linkage.calling import Caller
from osame.linkage.feed import following
from osame.linkage.identities import actions, queries, suppressing
from osame.linkage.identities.cli import review
from osame.linkage.identities.importing import COLUMNS, load_existing, read_rows
from osame.linkage.numbers.rotation import create_keys
from osame.platform.suppression.decision import NOTHING, Decision
from osame.platform.suppression.facts import suppressed
from osame.platform.suppression.hidden_values import HiddenValues
from tests.journeys.protected_towns import Trio, lives
from tests.journeys.test_non_interference import dumped
from tests.systems.conftest import fresh
from tests.systems.linkage.cast import LINKING, TODAY, gate, order, some_number

WORLDS = range(5)
HER, NUMBER = Trio(0).her, some_number(1)
FACTS = BasicFacts("伊勢　花子", "", "2", date(1980, 1, 1))
PEERS = {"addressee": "local_tax", "collection": "local_tax", "gateway": "information_network"}
FIELDS = (*ALWAYS, "standing", "name", "address", "address_detail", "sex", "born_on", "protected")


def address(world: int, *, moved: int = 0) -> str:
    """その町での住所。"""
    life = lives(moved)[world].place
    parts = ("prefecture", "municipality_name", "town", "block", "foreign_address")
    return "".join(life.get(part, "") for part in parts)


def told(position: int, where: str, **changed: object) -> Page:
    facts = {
        "addressee_number": HER, "withheld": False, "kind": "1", "standing": "1", "name": FACTS.name, "address": where,
        "address_detail": "", "sex": FACTS.sex, "born_on": "1980-01-01", "protected": True,
    } | changed  # fmt: skip
    entry = RawEntry(position=position, facts=facts)
    return Page(after=position - 1, next=position, published=position, more=False, as_of=TODAY, fields=FIELDS, entries=(entry,))  # fmt: skip


def fill(world: int, *, protected: bool) -> str:
    """彼女に番号を付け、引っ越しと、町により違う住民状態を配信で覚える。"""
    create_keys("242039")
    first = replace(FACTS, address=address(world))
    person = actions.number(order(NUMBER, addressee=HER, facts=first), Caller("addressee", TODAY))
    following.apply(told(1, first.address, protected=protected))
    for move in range(1, 1 + world):
        where = address(world, moved=move)
        following.apply(told(1 + move, where, protected=protected, standing="12"[world % 2]))
    return person.unified_addressee_number


def answers(person: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """相手システムと端末の運用者が、聞けることのすべて。"""
    for peer, affair in PEERS.items():
        caller = Caller(peer, TODAY)
        basis = caller.basis(affair)
        yield f"照会/{peer}", lambda b=basis: queries.identity(person, b)
        forth = ConversionQuestion(affair, "001", "000", True, (HER,))
        yield f"変換/{peer}", lambda b=basis, q=forth: queries.convert(q, b)
        sought = order(NUMBER, addressee=f"search-{peer}", request=f"search-{peer}", sender=peer).sealed
        question = SearchQuestion(f"search-{peer}", affair, sought)
        yield f"検索/{peer}", lambda c=caller, q=question: actions.search(q, c)
    for guess in WORLDS:
        facts = replace(FACTS, address=address(guess))
        yield f"当てずっぽうの付番/{guess}", lambda f=facts, g=guess: guessed(f, g)
        yield f"当てずっぽうの移行/{guess}", lambda f=facts, g=guess: loaded(f, g)
    changed = order(some_number(2), addressee=HER, facts=replace(FACTS, address=address(0)), request="changed")
    yield "番号の変更", lambda: outcome(actions.change_number(changed, Caller("addressee", TODAY)))
    yield "保留の一覧", held


def outcome(answer: object) -> dict[str, object]:
    return {name: value for name, value in plain(answer).items() if name != "request_number"}


def guessed(facts: BasicFacts, guess: int) -> object:
    """ほかの業務の宛名番号に、住所を当てずっぽうに添えて紐付けを求める。"""
    sent = order(
        NUMBER, addressee=f"{8000 + guess:015d}", business="005", standing="2", facts=facts, request=f"g{guess}"
    )
    return outcome(actions.number(sent, Caller("addressee", TODAY)))


def loaded(facts: BasicFacts, guess: int) -> object:
    cells = ("", NUMBER, "004", "000", f"{8100 + guess:015d}", "2", facts.name, facts.address, facts.sex, "1980-01-01")
    lines = StringIO(f"{','.join(COLUMNS)}\n{','.join(cells)}\n")
    return load_existing(read_rows(lines), Caller("addressee", TODAY), affair="local_tax")


def held() -> object:
    result = CliRunner().invoke(review, ["held", "--json"])
    rows = [{k: v for k, v in row.items() if k not in {"request_id", "received_at"}} for row in json.loads(result.stdout)]  # fmt: skip
    assert result.exit_code == 0
    return sorted(map(str, rows))


def town(world: int, keys: Path, *, protected: bool = True) -> dict[str, bytes]:
    """一つの町で聞けることのすべて。"""
    with fresh("linkage"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSAME_KEYS", str(keys / f"{world}-{protected}"))
        patch.setenv("OSAME_PURPOSE", "number_linkage")
        with gate.acting(LINKING):
            person = fill(world, protected=protected)
            return {key: said(ask) for key, ask in answers(person)}


def said(ask: Callable[[], object]) -> bytes:
    try:
        return dumped(ask())
    except Refusal as refusal:
        return str(refusal).encode()


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> set[str]:
    return {key.split("/")[0] for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def test_no_answer_of_linkage_depends_on_where_she_lives(tmp_path: Path) -> None:
    first, *others = [town(world, tmp_path) for world in WORLDS]
    assert [differing(first, other) for other in others] == [set()] * len(others)
    assert json.loads(first["照会/gateway"])["protected"]
    assert "＊＊＊" in first["照会/gateway"].decode()
    assert json.loads(first["検索/gateway"]) == json.loads(first["検索/addressee"])


def test_without_protection_the_answers_differ(tmp_path: Path) -> None:
    """比べ方に歯がある。支援措置がなければ、住所に関わるどの答えも町によって違う。"""
    first, other = [town(world, tmp_path, protected=False) for world in (0, 3)]
    assert differing(first, other) == {"照会", "当てずっぽうの付番", "当てずっぽうの移行", "番号の変更", "保留の一覧"}


def _leak_fact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(suppressing, "suppressed", lambda facts, _choice: dict(facts))
    patch.setattr(suppressing, "hidden_values", lambda _person, _facts: HiddenValues())


def _leak_history(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(suppressing, "pairwise", lambda history: [(None, each) for each in history[1:]])


def _leak_by_agreeing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(actions, "is_protected", lambda _person: False)


LEAKS = {"住所": _leak_fact, "引っ越しの数": _leak_history, "当たり外れ": _leak_by_agreeing}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_seeded_leak_is_found(leak: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    LEAKS[leak](monkeypatch)
    first, other = [town(world, tmp_path) for world in (0, 3)]
    assert differing(first, other)


def test_the_second_pass_stops_what_the_first_let_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(suppressing, "suppressed", lambda facts, _choice: dict(facts))
    refused = town(0, tmp_path)["照会/gateway"].decode()
    assert "支援措置により伏せるべき事実" in refused
    assert "岩渕" not in refused


def test_the_flag_is_kept_before_the_number_comes_and_until_it_is_taken_back(
    linkage_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """旗が付番より先に届いても、初めから伏せる。遅れて届いた古い旗では解けず、新しい位置の旗で解ける。"""
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    with gate.acting(LINKING):
        create_keys("242039")
        caller = Caller("gateway", TODAY)
        following.apply(told(5, address(0)))
        person = actions.number(order(NUMBER, addressee=HER, facts=replace(FACTS, address=address(0))), Caller("addressee", TODAY)).unified_addressee_number  # fmt: skip

        def protected() -> bool:
            return queries.identity(person, caller.basis("information_network")).protected

        assert protected()
        following.apply(told(4, address(0), protected=False))
        assert protected()
        following.apply(told(6, address(0), protected=False))
        assert not protected()
        withheld = {"addressee_number": HER, "withheld": True, "kind": "1"}
        page = told(7, "")
        following.apply(replace(page, entries=(RawEntry(position=7, facts=withheld),)))
        assert protected()  # 渡されなくなった宛名も伏せる


def test_one_door_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """どの相手システムにも、居場所を見る権限はない。"""
    monkeypatch.setattr(suppressing, "is_protected", lambda _person: True)
    with gate.acting(replace(LINKING, purpose="identification")):
        assert not suppressing.choice_for("1").opens_everything
    assert suppressed({"address": "伊勢市"}, Decision(NOTHING, "")) == {"address": "伊勢市"}
