"""刷り上がりが依頼どおりでなければ、一枚も渡さない。"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from osame.platform.letters import batches, engine, release
from osame.platform.letters.batches import HeldLetter, PrintedOtherwise, verify_pages
from osame.platform.letters.csv_list import csv_bytes
from osame.platform.letters.engine import Letter, Template, compile_letters
from osame.platform.letters.release import AlreadyReleased, PrintJob, print_letters

SOURCE = """
#import "/platform/letters/typst/letter.typ": gothic, sheet
#let run = json(bytes(sys.inputs.run))
#let letters = json(bytes(sys.inputs.letters))
#set text(font: gothic)
#for letter in letters { for code in letter.codes { sheet(code, [], "", run.watermark, [#letter.name 様]) } }
"""
TEMPLATE = Template("letter.typ", 1_752_800_000)


@pytest.fixture(autouse=True)
def plain_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """氏名だけを刷るひな型。"""
    root = tmp_path / "root"
    (root / "platform").mkdir(parents=True)
    (root / "platform" / "letters").symlink_to(Path(release.__file__).parent)
    (root / "letter.typ").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(engine, "ROOT", root)
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(release, "hand_over", lambda working, target, *_: working.rename(target))  # 記録は仲介の試験で
    engine._compiler.cache_clear()


def letter(number: int, name: str = "佐藤 花子", pages: int = 1) -> Letter:
    bare = Letter(7, number, f"{number:015d}", pages, {})
    return Letter(7, number, f"{number:015d}", pages, {"name": name, "codes": list(bare.codes())}, (f"{name}様",))


def job(name: str = "run") -> PrintJob:
    return PrintJob(name, TEMPLATE, {"watermark": "見本"})


def test_a_run_is_released_whole_and_reconciled(tmp_path: Path) -> None:
    letters: list[Letter | HeldLetter] = [letter(n, pages=1 + n % 2) for n in range(1, 221)]
    letters += [letter(221, "\ue000野 家"), HeldLetter(222, "0", "支援措置")]
    result = print_letters(job(), letters)
    assert (result.requested, result.generated, result.pages, len(result.files)) == (222, 220, 330, 2)
    assert [each.reason for each in result.held] == ["外字のため手作業（U+E000）", "支援措置"]
    assert sorted(path.name for path in result.directory.iterdir()) == [
        "letters-00001.pdf", "letters-00002.pdf", "manifest.json",
    ]  # fmt: skip
    assert json.loads((result.directory / "manifest.json").read_text())["generated"] == 220
    before = (result.directory / "letters-00001.pdf").read_bytes()
    again = print_letters(job(), letters)
    assert again.replayed
    assert (again.directory / "letters-00001.pdf").read_bytes() == before
    with pytest.raises(AlreadyReleased):
        print_letters(job(), letters[:5])


@pytest.mark.parametrize("fault", ["swapped", "lost", "other person", "extra"])
def test_a_wrong_page_stops_the_release(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [letter(n) for n in range(1, 6)]

    def faulty(template: Template, run: Any, letters: Any) -> bytes:
        given = list(letters)
        if fault == "swapped":
            given[1], given[2] = given[2], given[1]
        elif fault == "lost":
            given = given[:-1]
        elif fault == "other person":
            given[3] = Letter(7, 4, given[3].addressee_number, 1, {**given[3].context, "name": "田中 一郎"})
        else:
            given.append(given[0])
        return compile_letters(template, run, given)

    monkeypatch.setattr(batches, "compile_letters", faulty)
    with pytest.raises(PrintedOtherwise):
        print_letters(job(), wanted)
    assert list((tmp_path / "home" / "letters").iterdir()) == []


def test_names_cannot_become_markup() -> None:
    hostile = letter(1, '#panic("x") *太字* $x$ \\ "引用" </script>')
    pdf = compile_letters(TEMPLATE, {"watermark": ""}, [hostile])
    assert verify_pages(pdf, [hostile]) == 1


def test_lists_hold_no_formulas() -> None:
    text = csv_bytes(("氏名", "額"), [("=HYPERLINK(1)", -5), (" +1", 3), ("－1", None), ("佐藤,花", 0)]).decode(
        "utf-8-sig"
    )
    assert text.split("\r\n") == ["氏名,額", "'=HYPERLINK(1),-5", "' +1,3", "'－1,", '"佐藤,花",0', ""]


def test_every_printable_name_is_read_back() -> None:
    """どの漢字の字形番号が括弧のバイトになっても、読み返しは一字も落とさない。"""
    drawn = "新井蓮佐藤鈴木高橋田中伊藤渡辺山本中村小林加藤吉田山田佐々木山口松本斎藤清水森池田橋本阿部石川前田藤田小川後藤岡村"
    letters = [letter(number, name="".join(drawn[(number * step) % len(drawn)] for step in range(1, 12)))
               for number in range(1, 401)]  # fmt: skip
    assert verify_pages(compile_letters(job().template, job().run, letters), letters) == 400


def test_threads_of_the_console_take_turns_at_the_compiler() -> None:
    """見本をいくつもの thread が同時に求めても、どれも、求めた一通である。"""
    letters = [letter(number, f"佐藤 {number}子") for number in range(1, 41)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda each: compile_letters(TEMPLATE, {"watermark": ""}, [each]), letters))
    assert [verify_pages(pdf, [each]) for pdf, each in zip(made, letters, strict=True)] == [1] * len(letters)
