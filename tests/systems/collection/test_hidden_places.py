"""非干渉。支援措置の対象者の住所だけが違う二つの町で、滞納整理の章のすべての文書が、一バイトも違わない。

Two towns that differ in nothing but where a protected person lives. Every letter of the chapters of arrears, to whomever it goes, is
printed in both and compared byte by byte. The kinds are taken from the register of all papers: a new one that no life of
`hidden_cast.py` sends fails here, unless it goes to the person alone and says so below.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from django.db import connections, transaction

from osame.collection.demands.batch import run_demands
from osame.collection.letters.printing import common_content, letters_out
from osame.collection.letters.runs import run_facts
from osame.collection.letters.samples import sample_papers
from osame.collection.payment_slips import actions as slips
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.letters.batches import HeldLetter
from osame.platform.letters.engine import compile_letters
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, set_value
from tests.systems.collection.hidden_cast import LIVES, Life, World
from tests.systems.collection.seizure_cast import BORN
from tests.systems.collection.test_demand_destinations import mail

PLACES = ("架空市秘密町1番地", "架空市隠谷99番地の9")
OWN = "納付・還付・証明の章の文書。本人だけに、その安全な送付先へ送る（test_protected_letters、test_letters）"
ONLY_TO_THE_PERSON = {
    **dict.fromkeys(("R-002", "R-004", "R-005", "R-006"), OWN),
    **dict.fromkeys(("R-007", "R-008", "R-008-2", "R-009", "R-009-2", "R-009-3", "R-010"), OWN),
    **dict.fromkeys(("R-030", "R-030-2", "R-031", "R-032", "R-032-2", "R-033", "R-034", "R-035"), OWN),
    **dict.fromkeys(("R-124", "R-125", "R-126"), OWN),
    "R-050": "督促状。本人（共有なら共有の宛名）だけに送る。共有者に宛てる一通は test_protected_letters が確かめる",
    **dict.fromkeys(("R-050-2", "R-050-3"), "督促状の圧着はがきと、納付書付きの督促状。宛先は R-050 と同じに決まる"),
}
"""どの人生でも作らない様式と、その理由。支援措置の対象者の住所が、ほかの者に届く道のないものだけを書く。"""


@pytest.fixture
def town(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """支援措置の対象者の佐藤は、三つの期別を滞納し、安全な送付先を持つ。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, *(determination(SATO, term, 500_000, due_on=date(2025, 6, 30)) for term in (1, 2, 3)))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    run_sql("UPDATE addressee SET born_on = %s, protection_measure = true WHERE addressee_number = %s", [BORN, SATO])
    run_sql("DELETE FROM addressee_mailing WHERE addressee_number = %s", [SATO])
    mail(SATO, "架空市安全町7番8号", is_safe=True)


Paper = tuple[str, str, int, int]  # 人生、様式、束、番号


@pytest.mark.usefixtures("town")
def test_no_letter_of_arrears_depends_on_where_a_protected_person_lives(tmp_path: Path) -> None:
    worlds = [{key: pdf for life in LIVES for key, pdf in _lived(life, place, tmp_path)} for place in PLACES]
    assert worlds[0].keys() == worlds[1].keys()
    assert [key for key in worlds[0] if worlds[0][key] != worlds[1][key]] == []
    told = {form for _, form, *_ in worlds[0] if form}
    assert set(sample_papers()) - told == set(ONLY_TO_THE_PERSON)
    for (_, form, *_), pdf in worlds[0].items():
        shown = _text(pdf) if form else pdf.decode("utf-8-sig")
        assert not any(hidden in shown for hidden in ("秘密町", "隠谷")), form


def _lived(life: Life, place: str, folder: Path) -> Iterator[tuple[Paper, bytes]]:
    """一つの町で生き、作られたすべての文書を受け取り、町を元に戻す。"""
    counters = fetch_all("SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences")
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(slips, "confirmation_number", lambda: "123456")  # でたらめに選ぶ、ただ一つのもの
        run_sql("UPDATE addressee SET address = %s WHERE addressee_number = %s", [place, SATO])
        (before,) = fetch_one("SELECT coalesce(max(run_id), 0) FROM letter_run")
        world = World(place, folder, patch)
        life(world)
        found = [
            *_letters(life.__name__, before),
            *(((life.__name__, form, 0, at), each) for at, (form, each) in enumerate(world.files)),
        ]
        transaction.set_rollback(True)
    with connections["owner"].cursor() as cursor:  # 連番も、始まりに戻す
        for name, value in counters:
            cursor.execute("SELECT setval(%s::regclass, coalesce(%s, 1), %s)", [name, value, value is not None])
    yield from found


def _letters(life: str, before: int) -> Iterator[tuple[Paper, bytes]]:
    """作られたすべての文書を、刷るとおりに組む。"""
    for (run,) in fetch_all("SELECT run_id FROM letter_run WHERE run_id > %s ORDER BY run_id", [before]):
        facts = run_facts(run)
        for out in letters_out(run):
            assert not isinstance(out.letter, HeldLetter), (life, facts.kind.form, out.letter)
            pdf = compile_letters(facts.template, common_content(facts, ""), [out.letter])
            yield (life, facts.kind.form, run, out.letter.letter_number), pdf


def _text(pdf: bytes) -> str:
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(pdf))
