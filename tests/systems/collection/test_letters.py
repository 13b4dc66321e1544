"""文書を作り、刷り、数を合わせ、差し出す。途中で止まっても、欠けず、重ならない。"""

import struct
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from osame.collection.demands.batch import run_demands
from osame.collection.inquiry import letters as status_letters
from osame.collection.letters import printing
from osame.collection.letters.actions import (
    CountsDiffer,
    Draft,
    ReceiverUnknown,
    RunDispatched,
    freeze,
    pull,
    recall_unsent,
    record_counts,
    record_dispatch,
)
from osame.collection.letters.bulk import AlreadyProposed, propose_bulk_print
from osame.collection.letters.confirmation import LETTERS, propose_letters, waiting_letters
from osame.collection.letters.enclosing import enclosed_in
from osame.collection.letters.folders import run_folder
from osame.collection.letters.issuer import issuer_on
from osame.collection.letters.kinds import LetterKind
from osame.collection.letters.outgoing import save_printed
from osame.collection.letters.printing import (
    AwaitsConfirmation,
    preview_letter,
    print_one,
    print_run,
    write_one,
)
from osame.collection.letters.queries import letters_in, one_run
from osame.collection.letters.runs import run_facts
from osame.platform import gate
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.audit.checkpoints import make_checkpoint
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.authority import Authority, CopyNeedsReason, NeedsApproval
from osame.platform.letters.batches import PrintedOtherwise
from osame.platform.letters.seal import UnreadableSeal
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, move_in
from tests.systems.collection.pages_cast import fields, pages_on
from tests.systems.collection.pages_cast import text as page_text
from tests.systems.collection.test_demand_destinations import mail

HER, GAIJI, NOWHERE = (f"{number:015d}" for number in (31, 32, 33))
HOME = {"postal_code": "5160999", "address": "架空市隠町3丁目14-15", "address_detail": "ひそか荘201"}
ON = date(2025, 7, 20)


@pytest.fixture
def town(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 1_234_000), determination(TANAKA), determination(KAKU, 1, 9_999_999_900))
    return tmp_path


def draft(who: str, amount: int = 12_000, **changes: Any) -> Draft:
    row = status_letters.StatusRow("固定資産税", "令和7", "1期", "R7.6.30", amount, 0, amount, 0)
    context = status_letters.PaymentStatus("試験", "令和7年7月20日", amount, 0, amount, ((row,),))
    facts = {"tax_item": "06", "context": context, "marks": (f"{amount:,}円",), "subject": f"test:{who}"} | changes
    return Draft(who, **facts)


def sent(*drafts: Draft) -> int:
    return freeze(status_letters.KIND, drafts, as_of=ON, officer=OFFICER)


def texts(directory: Path) -> list[str]:
    """別のライブラリ（PDFium）が読む、各頁の文字。"""
    found = []
    for path in sorted(directory.glob("*.pdf")):
        document = pypdfium2.PdfDocument(path)
        found += ["".join(page.get_textpage().get_text_range().split()) for page in document]
    return found


def test_a_run_goes_from_freezing_to_the_post(town: Path) -> None:
    """作成 ＝ 印刷 ＝ 封入。合わない数は記録できず、数える前は差し出せない。"""
    run_id = sent(draft(SATO), draft(TANAKA, 34_000), draft(KAKU))
    result = print_run(run_id)
    assert (result.requested, result.generated, result.held) == (3, 3, ())
    pages = texts(result.directory)
    for text, name, amount in zip(
        pages, ("佐藤花子様", "田中一郎様", "架空商事株式会社御中"), ("12,000円", "34,000円", "12,000円"), strict=True
    ):
        for part in (name, amount, "架空市長", "公印省略", "令和7年7月20日", "0596-00-0000", f"収納第{run_id}号"):
            assert part in text, part
    with pytest.raises(CountsDiffer):
        record_dispatch(run_id, dispatched_on=ON, officer=OFFICER)
    with pytest.raises(CountsDiffer):
        record_counts(run_id, printed=3, enclosed=2, officer=OFFICER)
    record_counts(run_id, printed=3, enclosed=3, officer=OFFICER)
    pull(run_id, 2, reason="納付を確認", officer=OFFICER)
    assert one_run(run_id).enclosed is None
    record_counts(run_id, printed=3, enclosed=2, officer=OFFICER)
    record_dispatch(run_id, dispatched_on=ON, officer=OFFICER)
    with pytest.raises(RunDispatched):
        pull(run_id, 1, reason="納付を確認", officer=OFFICER)
    found = one_run(run_id)
    assert (found.requested, found.generated, found.pulled, found.enclosed, found.state) == (3, 3, 1, 2, "差出済")


def test_the_database_refuses_what_does_not_add_up(town: Path) -> None:
    run_id = sent(draft(SATO), draft(TANAKA))
    print_run(run_id)
    for statement in (
        "UPDATE letter_run SET printed = 1",
        "UPDATE letter_run SET printed = 2, enclosed = 1",
        "UPDATE letter_run SET dispatched_on = '2025-07-21'",
        "UPDATE letter_run SET requested = 3",
        "UPDATE letter SET address = '別の所'",
        "UPDATE letter SET context = '{}'",
        "UPDATE letter SET state = '1'",
        "DELETE FROM letter",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(statement)


def test_freezing_belongs_to_the_callers_transaction(town: Path) -> None:
    with pytest.raises(ReceiverUnknown):
        sent(draft(SATO), draft("0" * 14 + "9"))
    assert fetch_all("SELECT 1 FROM letter_run") == []


def test_what_was_frozen_does_not_follow_a_move(town: Path) -> None:
    run_id = sent(draft(SATO))
    run_sql("UPDATE addressee SET address = '架空市新町9', name = '佐藤 改' WHERE addressee_number = %s", [SATO])
    (page,) = texts(print_run(run_id).directory)
    assert "岩渕1丁目7-29" in page
    assert "佐藤花子様" in page
    assert "新町" not in page


def test_one_sheet_code_names_one_sheet_of_the_whole_suite(town: Path) -> None:
    first = sent(draft(SATO))
    demands = run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id
    assert len({first, demands, sent(draft(SATO))}) == 3


def test_who_cannot_be_reached_is_held_with_a_reason(town: Path) -> None:
    move_in(GAIJI, name="\ue000野 桜")
    move_in(NOWHERE, name="住所 なし", address="", postal_code="")
    run_id = sent(draft(SATO), draft(GAIJI), draft(NOWHERE))
    result = print_run(run_id)
    assert {each.addressee_number: each.reason for each in result.held} == {
        GAIJI: "外字のため手作業（U+E000）", NOWHERE: "送付先なし",
    }  # fmt: skip
    found = one_run(run_id)
    assert (found.requested, found.generated, found.held) == (3, 1, 2)
    assert {each.addressee_number for each in letters_in(run_id, limit=9, kept_back=True)} == {GAIJI, NOWHERE}


@pytest.mark.parametrize("step", ["press", "hand_over", "_settle"])
def test_stopped_anywhere_and_run_again_it_is_whole(town: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """二束目、渡す直前、渡した直後のどこで止まっても、もう一度頼めば、欠けず、重ならない。"""
    from osame.platform.letters import engine, pressmen, release

    monkeypatch.setattr(release, "BATCH_LETTERS", 2)
    assert engine.BATCH_LETTERS == 200
    people = [f"{number:015d}" for number in range(101, 106)]
    for who in people:
        move_in(who, name=f"町民 {who[-3:]}")
    run_id = sent(*(draft(who) for who in people))
    home = {"press": pressmen, "hand_over": release, "_settle": printing}[step]
    real, calls = getattr(home, step), []

    def dies(*arguments: Any, **words: Any) -> Any:
        calls.append(1)
        if step != "press" or len(calls) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **words)

    with monkeypatch.context() as patch:
        patch.setattr(home, step, dies)
        with pytest.raises(KeyboardInterrupt):
            print_run(run_id)
    result = print_run(run_id)
    assert print_run(run_id).replayed
    pages = texts(result.directory)
    assert [f"L{at:06d}" in page for at, page in enumerate(pages, start=1)] == [True] * 5
    found = one_run(run_id)
    assert (found.requested, found.generated, found.held) == (5, 5, 0)
    assert fetch_one("SELECT count(*) FROM egress_record WHERE kind = 'letter' AND released_at IS NOT NULL")[0] in {
        0,
        3,
    }


def test_a_letter_of_a_protected_person_waits_for_a_second_officer(town: Path) -> None:
    move_in(HER, name="守られる 花子", protection_measure=True, **HOME)
    mail(HER, "架空市安全町7番8号", is_safe=True, postal_code="5150009")
    run_id = sent(draft(SATO), draft(HER))
    result = print_run(run_id)
    assert [each.addressee_number for each in result.held] == [HER]
    found = one_run(run_id)
    assert (found.generated, found.held, found.apart, waiting_letters(LETTERS, run_id)) == (1, 0, 1, 1)
    for door in (lambda: print_one(run_id, 2, reason="窓口"), lambda: preview_letter(run_id, 2)):
        with pytest.raises(AwaitsConfirmation):
            door()
    with by("山本"):
        proposal = propose_letters(LETTERS, run_id, reason="お知らせ")
    with by("鈴木"):
        check(proposal)
        decide(proposal)
    with by("山本"):
        directory = execute(proposal)
    (page,) = texts(directory)
    assert "515-0009架空市安全町7番8号" in page
    for hidden in ("隠町", "ひそか荘", "516-0999"):
        assert hidden not in page
    assert waiting_letters(LETTERS, run_id) == 0
    assert "安全町" not in fetch_one("SELECT content::text FROM proposal")[0]


def test_somebody_newly_protected_is_called_back(town: Path) -> None:
    """差し出す前に支援措置の対象者になれば、引き抜き、刷った束を脇に置く。刷り直した束に、その一通はない。"""
    run_id = sent(draft(SATO), draft(TANAKA))
    first = print_run(run_id)
    record_counts(run_id, printed=2, enclosed=2, officer=OFFICER)
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    assert [each[2] for each in recall_unsent(officer=OFFICER)] == [SATO]
    assert recall_unsent(officer=OFFICER) == ()
    assert not first.directory.exists()
    again = print_run(run_id)
    assert again.generated == 1
    record_counts(run_id, printed=1, enclosed=1, officer=OFFICER)


def test_nothing_wrong_leaves_the_printer(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """刷り上がりに、依頼した人と違う人が載っていれば、何も渡さない。"""
    run_id = sent(draft(SATO), draft(TANAKA))
    real = printing._letter

    def mixed(kind: LetterKind, run: int, row: dict[str, Any]) -> Any:
        made = real(kind, run, row)
        made.context["to"]["name"] = "佐藤 花子"  # type: ignore[union-attr]
        return made

    monkeypatch.setattr(printing, "_letter", mixed)
    with pytest.raises(PrintedOtherwise):
        print_run(run_id)
    assert not (town / "home" / "letters" / f"letter-run-{run_id:06d}").exists()
    assert one_run(run_id).generated == 0


def test_one_letter_at_the_counter(town: Path, tmp_path: Path) -> None:
    run_id = status_letters.send_payment_status(KAKU, on=(ON, ON), officer=OFFICER)
    answer = print_one(run_id)
    path = tmp_path / "one.pdf"
    path.write_bytes(answer.content)
    (page,) = texts(tmp_path)
    for part in ("架空商事株式会社御中", "9,999,999,900", "固定資産税・都市計画税", "納めていただく額"):
        assert part in page, part
    found = one_run(run_id)
    assert (found.generated, found.held) == (1, 0)
    with pytest.raises(CopyNeedsReason):
        print_one(run_id)
    assert write_one(run_id, 1, tmp_path / "home" / "two.pdf", reason="紛失").copy_number == 2
    whose, image = preview_letter(run_id, 1, ppi=40)
    assert (whose, image[:4]) == (KAKU, b"\x89PNG")


def png() -> bytes:
    """朱色の一画素。"""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xc0\x10\x20")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def test_the_seal_and_the_texts_are_those_of_the_day(town: Path) -> None:
    run_sql(
        "INSERT INTO municipality (valid_from, municipality_code, name, mayor_title, mayor_name, office_name, office_address, "
        "office_telephone, receiving_agency_number, barcode_corporate_code, seal_image) SELECT '2025-07-19', municipality_code, "
        "name, mayor_title, '新任 次郎', office_name, office_address, office_telephone, receiving_agency_number, "
        "barcode_corporate_code, %s FROM municipality",
        [png()],
    )
    run_sql(
        "INSERT INTO standard_text (text_key, valid_from, body, basis) VALUES "
        "('納付状況のお知らせ:注意', '2025-07-21', '{mayor}からの新しい注意', '要領')"
    )
    old, new = sent(draft(SATO)), freeze(status_letters.KIND, [draft(SATO)], as_of=date(2025, 7, 21), officer=OFFICER)
    assert (issuer_on(date(2025, 7, 18)).seal, issuer_on(ON).mayor) == ("", "架空市長　新任 次郎")
    (before,), (after,) = texts(print_run(old).directory), texts(print_run(new).directory)
    assert "新しい注意" not in before
    assert "架空市長からの新しい注意" in after
    assert "公印省略" not in after
    run_sql("UPDATE municipality SET seal_image = 'not a picture' WHERE valid_from = '2025-07-19'")
    with pytest.raises(UnreadableSeal):
        issuer_on(ON)


def by(name: str) -> Any:
    return gate.acting(gate.Acting(name, "collection.letters.confirm", "statutory", role="collection_chief"))


@dataclass(frozen=True, slots=True)
class Other:
    name: str


def test_a_kind_takes_only_its_own_context(town: Path) -> None:
    with pytest.raises(AssertionError, match="PaymentStatus"):
        sent(draft(SATO, context=Other("別の様式")))
    assert fetch_all("SELECT 1 FROM letter") == []


def test_more_people_than_the_limit_need_a_second_officer(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """法が命じない文書を、上限を超える人に刷るには、決裁が要る。決裁は、その束だけに、一度だけ効く。"""
    monkeypatch.setenv("OSAME_EGRESS_SUBJECTS", "2")
    run_id, other = (sent(draft(SATO), draft(TANAKA), draft(KAKU)) for _ in range(2))
    with pytest.raises(NeedsApproval):
        print_run(run_id)
    with by("山本"):
        proposal = propose_bulk_print(run_id, reason="お知らせ")
        with pytest.raises(AlreadyProposed):
            propose_bulk_print(run_id, reason="お知らせ")
    with pytest.raises(NeedsApproval):
        print_run(run_id)
    with by("鈴木"):
        check(proposal)
        decide(proposal)
    make_checkpoint()
    with by("山本"):
        with pytest.raises(NeedsApproval):
            print_run(other)
        result = print_run(run_id)
        assert (result.generated, one_run(run_id).generated) == (3, 3)
        assert fetch_all("SELECT DISTINCT proposal_id FROM egress_record WHERE place LIKE '%letter-run-%'") == [
            (proposal,)
        ]
        with pytest.raises(NeedsApproval):
            print_run(run_id, reason="もう一度")
        authority = Authority(bulk_by_law=run_facts(run_id).authority_name, reason="印刷のため")
        assert save_printed((run_folder(run_id), "", "letters-00001.pdf"), authority).status_code == 200


def test_what_is_to_be_enclosed_is_printed_and_listed(
    town: Path, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/people/{SATO}/enclosures/"
    with pages_on(ON.isoformat(), monkeypatch):
        wrong = clerk.post(path, {**fields(clerk.get(path)), "kind": "4", "basis": "窓口で申出"})
        assert "どの言語の案内か" in page_text(wrong)
        for typed in ({"kind": "4", "language": "英語"}, {"kind": "1"}):
            clerk.post(path, {**fields(clerk.get(path)), **typed, "basis": "令和7年7月1日 本人の申出"})
        run = sent(draft(SATO), draft(TANAKA))
        assert "点字・外国語（英語）" in page_text(clerk.get(f"/letters/{run}/"))
        (need,) = fetch_all("SELECT need_id FROM enclosure_need WHERE kind = '1'")[0]
        ended = clerk.post(path, {"submission": str(uuid4()), "need_id": str(need)}, follow=True)
        assert "同封を終えました" in page_text(ended)
    assert [each.enclosures for each in enclosed_in(run)] == ["点字・外国語（英語）"]  # 作った文書の印は変わらない
    assert [each.enclosures for each in enclosed_in(sent(draft(SATO)))] == ["外国語（英語）"]
    pages = texts(print_run(run).directory)
    assert [("同封" in each, "点字・外国語（英語）" in each) for each in sorted(pages, key=lambda told: "佐藤" in told)] == [
        (False, False), (True, True),
    ]  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("UPDATE letter SET enclosures = ''")
