"""非干渉、収滞納の出力。守られる者がどこに住んでいても、督促状・一覧・印刷データ・命令の答えは一バイトも変わらない。"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from osame.collection.demands import letters, lists
from osame.collection.demands.confirmation import propose_protected_letters
from osame.platform import gate, terminal
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.approvals.queries import one
from osame.platform.database import fetch_one, run_sql
from tests.journeys.protected_towns import Trio, lives
from tests.systems.collection.cast import KAKU, SATO, determination, found_city, slip
from tests.systems.collection.demand_cast import levy, move_in
from tests.systems.conftest import fresh

WORLDS = range(5)
DATES = ("--as-of", "2025-07-18", "--cut-off", "2025-07-15")
OFFICER = ("--officer", "山本")
HERS = "本人の督促状"
Printed = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Desk:
    """一つの町の収納推進課。"""

    trios: list[Trio]
    folder: Path

    @property
    def people(self) -> list[str]:
        return [number for trio in self.trios for number in (trio.her, trio.him, trio.child)] + [SATO, KAKU]

    def types(self, *words: object) -> bytes:
        """命令を一つ打ち、見えたものすべてを返す。"""
        result = CliRunner().invoke(terminal_app(), [str(word) for word in words])
        return f"{result.exit_code}\n{result.stdout}\n{result.stderr}".encode()


@cache
def terminal_app() -> Typer:
    """命令の木。一度だけ組む。"""
    from osame.cli import build_app

    return build_app()


def safe_place(world: int, trio: Trio) -> tuple[str, str, str]:
    """守られる者の安全な送付先。町ごとに違う。長さも、郵便番号の並びも、刷れない字も。"""
    n = trio.index + 1
    return (
        ("5150001", f"松阪市殿町{n}丁目{n}", ""),
        ("0010000", f"北海道札幌市北区北十条西{n}番地", f"支援センター{n}階の{n}号室"),
        ("9990000", f"吉野郡𠮷野町大字𩸽谷{n}000", ""),
        ("1000001", "東京都千代田区千代田" + f"{n}番地の長い所" * 12, "長い方書" * 20),
        ("5160072", f"架空市宮後{n}-{n}", ""),
    )[world]


def settle(trios: list[Trio], world: int, folder: Path, *, protected: bool, safe: bool = False) -> Desk:
    """町をつくる。守られる者の住所・送付先・電話だけが違う。"""
    found_city()
    for trio in trios:
        life = lives(trio.index)[world]
        where = life.place
        move_in(
            trio.her, name=f"伊勢　花子{trio.index}", postal_code=where.get("postal_code", ""),
            address="".join(where.get(each, "") for each in ("prefecture", "municipality_name", "town", "block", "foreign_address")),
            address_detail=where.get("building", ""), household_number=life.household,
        )  # fmt: skip
        for other, name in ((trio.him, "太郎"), (trio.child, "桜")):
            move_in(other, name=f"伊勢　{name}{trio.index}", address="架空市宮後3-3", postal_code="5160072")
        for line, to in enumerate(life.mailings):
            run_sql(
                "INSERT INTO addressee_mailing (addressee_number, line_number, tax_item, document, priority, is_safe, name, "
                "postal_code, address, address_detail, valid_from) VALUES (%s, %s, '', '', 5, false, '', %s, %s, '', %s)",
                [
                    trio.her,
                    line,
                    to.postal_code,
                    f"{to.municipality_name}{to.town}{to.block}{to.foreign_address}",
                    date(2025, 1, 1),
                ],
            )
        for line, telephone in enumerate(life.telephones):
            run_sql(
                "INSERT INTO addressee_contact (addressee_number, line_number, kind, priority, value) "
                "VALUES (%s, %s, '2', 5, %s)",
                [trio.her, line, telephone],
            )
        if safe:
            run_sql(
                "INSERT INTO addressee_mailing (addressee_number, line_number, tax_item, document, priority, is_safe, "
                "name, postal_code, address, address_detail, valid_from) VALUES (%s, 9, '', '', 5, true, '', %s, %s, %s, %s)",
                [trio.her, *safe_place(world, trio), date(2025, 1, 1)],
            )
        if protected:
            run_sql(
                "UPDATE addressee SET protection_measure = true, protected_from = ARRAY[%s] WHERE addressee_number = %s",
                [trio.him, trio.her],
            )
    desk = Desk(trios, folder)
    levy(folder, *(determination(number) for number in desk.people))
    return desk


def runs(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """予定と実行。"""
    for name, words in {
        "門": ("gate", "--cut-off", "2025-07-15", "--json"),
        "予定": ("preview", *DATES),
        "予定の答え": ("preview", *DATES, "--json"),
        "実行": ("run", *DATES, *OFFICER, "--json"),
        "二度目の実行": ("run", *DATES, *OFFICER),
        "回収": ("recall", "--as-of", "2025-07-18", "--json"),
    }.items():
        yield name, desk.types("demand", *words)


def written(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """督促状、一覧、委託の印刷データ。ファイルのすべてのバイト。"""
    yield "督促状の印刷", desk.types("demand", "letters", 1, "--json")
    yield "印刷データ", desk.types("demand", "print-file", 1, "--contractor", "架空印刷", "--json")
    for kind in ("issued", "excluded", "withdrawn"):
        yield f"一覧の命令/{kind}", desk.types("demand", "list", 1, kind, desk.folder / f"{kind}.csv")
        yield f"一覧/{kind}", (desk.folder / f"{kind}.csv").read_bytes()
    home = desk.folder / "home" / "letters"
    for path in sorted(each for each in home.rglob("*") if each.is_file()):
        yield f"ファイル/{path.relative_to(home)}", path.read_bytes()


def confirmed(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """支援措置の対象者の督促状。起案し、別の職員が決裁して、刷る。"""
    with acting_as("山本"):
        if not fetch_one("SELECT count(*) FROM demand_destination WHERE protected")[0]:
            return
        proposal = propose_protected_letters(1, reason="督促")
    with acting_as("鈴木"):
        check(proposal)
        decide(proposal)
        yield "起案", repr(one(proposal).content).encode()
    with acting_as("山本"):
        directory = execute(proposal)
    yield "答え", str(directory).encode()
    for path in sorted(each for each in directory.iterdir() if each.is_file()):
        yield f"{HERS}/{path.name}", path.read_bytes()
    yield "確認の後の印刷", desk.types("demand", "letters", 1)


def acting_as(name: str) -> AbstractContextManager[None]:
    return gate.acting(gate.Acting(name, "collection.demands.letters", "demand_issue"))


def images(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """画面の見本。"""
    with acting_as("山本"):
        for number in (1, 2, 3):
            yield f"{number}", letters.preview_letter(1, number, ppi=50)


def charges(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """期別の照会。本人のものも、ほかの者のものも、ないものも。"""
    for number in desk.people:
        yield f"一覧/{number}", desk.types("charge", "list", number, "--json")
        yield f"照会/{number}", desk.types("charge", "show", slip(number), "--as-of", "2025-08-31", "--json")
        yield f"停止/{number}", desk.types("demand", "stop", number, "--kind", "99", "--reason", "調査", *OFFICER)
    yield "ないもの", desk.types("charge", "show", "99-2025-0-1", "--json")


OUTPUTS: list[tuple[str, Callable[[Desk], Iterator[tuple[str, bytes]]]]] = [
    ("督促", runs),
    ("出力", written),
    ("確認", confirmed),
    ("見本", images),
    ("期別", charges),
]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Printed]:
    """町を一つ作り、そこで得られるものを集める。"""
    monkeypatch.setattr(terminal.console, "_width", 240)
    monkeypatch.setattr(terminal.errors, "_width", 240)

    def made(
        trios: list[Trio], world: int, *, protected: bool = True, safe: bool = False, only: tuple[str, ...] = ()
    ) -> Printed:
        folder = tmp_path / "town"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        found: Printed = {}
        with (
            fresh("collection"),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setenv("OSAME_HOME", str(folder / "home"))
            with gate.acting(gate.Acting("試験", "collection.test.run", "statutory", role="operator")):
                desk = settle(trios, world, folder, protected=protected, safe=safe)
            for name, make in OUTPUTS:
                if not only or name in only:
                    found |= {f"{name}/{key}": content for key, content in make(desk)}
        return found

    return made


def differing(one: Printed, other: Printed) -> list[str]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def test_no_output_of_collection_depends_on_where_she_lives(town: Callable[..., Printed]) -> None:
    trios = [Trio(index) for index in range(3)]
    first, *others = [town(trios, world) for world in WORLDS]
    assert [differing(first, other)[:10] for other in others] == [[]] * len(others)
    assert json.loads(first["督促/実行"].split(b"\n")[1])["letters"] == 2 * len(trios) + 2
    assert len(first) * len(others) >= 150


def test_only_her_own_letter_depends_on_her_safe_address(town: Callable[..., Printed]) -> None:
    """安全な送付先がどこでも、変わるのは、別の職員が確かめて刷る本人の督促状だけ。刷れない長さや字でも同じ。"""
    trios = [Trio(index) for index in range(2)]
    first, *others = [town(trios, world, safe=True, only=("督促", "出力", "確認")) for world in (0, 2, 3)]
    hers = f"確認/{HERS}/"
    assert [[key for key in differing(first, other) if not key.startswith(hers)][:10] for other in others] == [[], []]
    assert all(any(key.startswith(hers) for key in differing(first, other)) for other in others)
    assert json.loads(first["督促/実行"].split(b"\n")[1])["letters"] == 3 * len(trios) + 2


def test_without_protection_the_letters_differ(town: Callable[..., Printed]) -> None:
    trios = [Trio(0)]
    first, other = [town(trios, world, protected=False, only=("督促", "出力")) for world in (0, 1)]
    assert any(key.endswith(".pdf") for key in differing(first, other))
    assert any("print-file" in key for key in differing(first, other))


def test_a_seeded_leak_is_found(town: Callable[..., Printed], monkeypatch: pytest.MonkeyPatch) -> None:
    """印刷データの抑止だけを切ると、この比べが見つける。"""
    monkeypatch.setattr(lists, "PRINT_ROWS", lists.PRINT_ROWS.replace("AND NOT a.protection_measure", ""))
    monkeypatch.setattr(
        lists,
        "ISSUED",
        lists.ISSUED.replace("a.name,", "(SELECT string_agg(address, ',' ORDER BY address) FROM addressee),"),
    )
    monkeypatch.setattr(lists, "hidden_values", type("Blind", (), {"refuse_in": lambda *_: None}))
    trios = [Trio(0)]
    first, other = [town(trios, world, only=("督促", "出力")) for world in (0, 1)]
    assert "出力/一覧/issued" in differing(first, other)
