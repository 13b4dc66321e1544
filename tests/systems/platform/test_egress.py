"""出力の仲介。記録してから見えるようにし、多すぎる人数・知らない相手・二度目の出力を断る。"""

import hashlib
import io
import threading
from pathlib import Path

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader, PdfWriter

from osame.platform.approvals.actions import check, decide, execute, propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.models import AuditEvent
from osame.platform.database import run_sql
from osame.platform.egress import authority, broker
from osame.platform.egress.authority import (
    ApprovalExpired,
    ApprovalUsed,
    Authority,
    CopyNeedsReason,
    FlashMemoryRefused,
    MediumNeedsKey,
    MoreThanApproved,
    NeedsApproval,
    NoReceiver,
    NotOrderedInBulk,
    NotWhatWasApproved,
    NumberOnLetter,
    Output,
    UnknownReceiver,
    bulk_content,
)
from osame.platform.egress.broker import emit, hand_over
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass
from osame.platform.egress.records import (
    AlreadyRevoked,
    RevokingNeedsReason,
    UnknownEgress,
    erase_expired,
    found,
    revoke,
)
from osame.platform.egress.sealing import NotAReceiverKey, opened
from osame.platform.gate import Acting, NoPurpose, acting
from tests.systems.conftest import server

MIE = "三重地方税管理回収機構"
LIST = Output(EgressKind.LIST, ("000000000000001", "000000000000002"))


def officer(name: str = "yamamoto"):
    return acting(Acting(name, "collection.demands.list", "督促状等の発行", department="収納課"))


@pytest.fixture(autouse=True)
def clerk():
    with officer():
        yield


def people(count: int) -> tuple[str, ...]:
    return tuple(f"{number:015d}" for number in range(1, count + 1))


def pdf(pages: int = 2) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_an_output_is_recorded_with_who_why_and_whom(database, tmp_path):
    made = emit(b"abc", tmp_path / "list.csv", LIST)
    assert (tmp_path / "list.csv").read_bytes() == b"abc"
    assert (made.officer, made.department, made.purpose, made.function_code) == (
        "yamamoto", "収納課", "督促状等の発行", "collection.demands.list",
    )  # fmt: skip
    assert (made.sha256, made.size, made.subject_count) == (hashlib.sha256(b"abc").hexdigest(), 3, 2)
    assert made.released_at is not None
    assert made.expires_at is not None
    event = AuditEvent.objects.get(act="出力した")
    assert event.subjects == list(LIST.subjects)
    assert (event.detail["出力番号"], event.detail["ハッシュ"]) == (made.serial, made.sha256)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_without_a_purpose_nothing_leaves(database, tmp_path, monkeypatch):
    monkeypatch.setattr("osame.platform.gate._acting", type("Nobody", (), {"get": staticmethod(lambda: None)}))
    with pytest.raises(NoPurpose):
        emit(b"abc", tmp_path / "list.csv", LIST)
    assert list(tmp_path.iterdir()) == []


def test_the_record_is_there_before_the_file(database, tmp_path, monkeypatch):
    seen = []

    def killed(self: Path, target: Path) -> None:
        seen.append((EgressRecord.objects.count(), target.exists()))
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        emit(b"abc", tmp_path / "list.csv", LIST)
    assert seen == [(1, False)]
    assert EgressRecord.objects.get().released_at is None
    assert list(tmp_path.iterdir()) == []


def test_a_failing_record_leaves_no_file(database, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise NoPurpose

    monkeypatch.setattr(broker, "record", fail)
    with pytest.raises(NoPurpose):
        emit(b"abc", tmp_path / "list.csv", LIST)
    assert (list(tmp_path.iterdir()), EgressRecord.objects.count()) == ([], 0)


def test_a_folder_leaves_whole_with_one_record_per_file(database, tmp_path):
    working, target = tmp_path / ".working", tmp_path / "letters"
    working.mkdir()
    outputs = {f"{at}.pdf": Output(EgressKind.LETTER, people(at), ReceiverClass.CITIZEN, "宛名") for at in range(1, 5)}
    for name in outputs:
        (working / name).write_bytes(name.encode())
    made = hand_over(working, target, outputs)
    assert [(Path(each.place).name, each.subject_count) for each in made] == [
        ("1.pdf", 1),
        ("2.pdf", 2),
        ("3.pdf", 3),
        ("4.pdf", 4),
    ]
    assert (target / "1.pdf").read_bytes() == b"1.pdf"
    assert AuditEvent.objects.filter(act="出力した").count() == 1
    working.mkdir()
    (working / "unnamed").touch()
    with pytest.raises(AssertionError):
        hand_over(working, tmp_path / "other", {})


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"medium": EgressMedium.FLASH_MEMORY}, FlashMemoryRefused),
        ({"receiver": " "}, NoReceiver),
        ({"receiver_class": ReceiverClass.PROVISION, "receiver": "隣の市"}, UnknownReceiver),
        ({"receiver_class": ReceiverClass.PROVISION, "receiver": MIE}, MediumNeedsKey),
        ({"medium": EgressMedium.OPTICAL_DISC, "receiver_class": ReceiverClass.CONTRACTOR, "receiver": "印刷"}, MediumNeedsKey),
        ({"kind": EgressKind.LETTER, "number_included": True}, NumberOnLetter),
    ],
)  # fmt: skip
def test_what_may_not_leave(database, tmp_path, changed, refusal):
    with pytest.raises(refusal):
        emit(b"abc", tmp_path / "out", Output(**{"kind": EgressKind.LIST, **changed}))
    assert (list(tmp_path.iterdir()), EgressRecord.objects.count()) == ([], 0)


def test_flash_memory_is_refused_by_the_table_too(database, tmp_path):
    emit(b"abc", tmp_path / "out", LIST)
    with server(database) as admin:
        admin.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.IntegrityError):
            admin.execute("UPDATE egress_record SET medium = 'flash_memory'")


def approved(output: Output, *, query: str = "督促 令和7年", count: int = 3) -> int:
    with officer("maker"):
        number = propose(HighRiskAct.BULK_EXPORT, content=bulk_content(output, query, count), reason="調査のため")
    with officer("checker"):
        check(number)
    with officer("decider"):
        decide(number)
    return number


@pytest.fixture
def few(monkeypatch) -> None:
    """Two people may leave without approval."""
    monkeypatch.setenv("OSAME_EGRESS_SUBJECTS", "2")


THREE = Output(EgressKind.LIST, people(3))


def test_many_people_need_an_approval_for_exactly_this(database, tmp_path, few):
    with pytest.raises(NeedsApproval):
        emit(b"abc", tmp_path / "out", THREE)
    number = approved(THREE)
    wrong = [
        (THREE, Authority(proposal_id=number, query="別の条件")),
        (THREE, Authority(proposal_id=number + 1, query="督促 令和7年")),
        (Output(EgressKind.REPORT, people(3)), Authority(proposal_id=number, query="督促 令和7年")),
        (Output(EgressKind.LIST, people(3), receiver="別の課"), Authority(proposal_id=number, query="督促 令和7年")),
        (Output(EgressKind.LIST, people(3), number_included=True), Authority(proposal_id=number, query="督促 令和7年")),
    ]
    for output, how in wrong:
        with pytest.raises(NotWhatWasApproved):
            emit(b"abc", tmp_path / "out", output, how)
    how = Authority(proposal_id=number, query="督促 令和7年")
    with pytest.raises(MoreThanApproved):
        emit(b"abcd", tmp_path / "out", Output(EgressKind.LIST, people(4)), how)
    with officer("checker"), pytest.raises(NotWhatWasApproved):
        emit(b"abc", tmp_path / "out", THREE, how)
    assert emit(b"abc", tmp_path / "out", THREE, how).proposal_id == number
    with pytest.raises(ApprovalUsed):
        emit(b"abc", tmp_path / "again", THREE, how)


def test_an_executed_approval_serves_too_an_undecided_or_old_one_does_not(database, tmp_path, few):
    number = approved(THREE)
    with officer("maker"):
        execute(number)
    with server(database) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("UPDATE proposal SET decided_at = decided_at - interval '8 days'")
    with pytest.raises(ApprovalExpired):
        emit(b"abc", tmp_path / "out", THREE, Authority(proposal_id=number, query="督促 令和7年"))
    with officer("maker"):
        undecided = propose(HighRiskAct.BULK_EXPORT, content=bulk_content(THREE, "q", 3), reason="理由")
    with pytest.raises(NotWhatWasApproved):
        emit(b"abc", tmp_path / "out", THREE, Authority(proposal_id=undecided, query="q"))


def test_one_approval_is_used_once_even_at_once(database, tmp_path, few):
    number = approved(THREE)
    outcomes = []

    def take(name: str) -> None:
        try:
            with officer(name):
                emit(b"abc", tmp_path / name, THREE, Authority(proposal_id=number, query="督促 令和7年"))
                outcomes.append("out")
        except ApprovalUsed:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(f"officer{at}",)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["out", "refused", "refused", "refused"]
    assert len(list(tmp_path.iterdir())) == 1


def test_many_small_outputs_count_together(database, tmp_path, few):
    emit(b"1", tmp_path / "1", Output(EgressKind.LIST, people(2)))
    with pytest.raises(NeedsApproval):
        emit(b"2", tmp_path / "2", Output(EgressKind.LIST, people(1)))
    with officer("another"):
        emit(b"2", tmp_path / "2", Output(EgressKind.LIST, people(1)))
    emit(b"0", tmp_path / "nobody", Output(EgressKind.LIST))


def test_a_run_that_the_law_orders_needs_no_approval_but_stays_within_the_run(database, tmp_path, few, monkeypatch):
    monkeypatch.setitem(authority._orders, "test-run", lambda number: 5 if number == "7" else 0)
    made = emit(b"1", tmp_path / "1", Output(EgressKind.LIST, people(5)), Authority(bulk_by_law="test-run:7"))
    assert made.bulk_by_law == "test-run:7"
    for run in ("test-run:8", "test-run:x", "other:7", "test-run", "test-run:7; --"):
        with pytest.raises(NotOrderedInBulk):
            emit(b"2", tmp_path / "2", Output(EgressKind.LIST, people(5)), Authority(bulk_by_law=run))
    with pytest.raises(NotOrderedInBulk):
        emit(b"2", tmp_path / "2", Output(EgressKind.LIST, people(6)), Authority(bulk_by_law="test-run:7"))


def test_a_second_copy_for_a_citizen_needs_a_reason_and_counts(database, tmp_path):
    slip = Output(EgressKind.PAYMENT_SLIP, people(1), ReceiverClass.CITIZEN, "本人", medium=EgressMedium.PAPER)
    assert emit(b"slip", tmp_path / "1", slip).copy_number == 1
    with pytest.raises(CopyNeedsReason):
        emit(b"slip", tmp_path / "2", slip)
    assert emit(b"slip", tmp_path / "2", slip, Authority(reason="紛失の申出")).copy_number == 2
    assert emit(b"slip", tmp_path / "3", slip, Authority(reason="汚損")).copy_number == 3


def test_an_internal_report_shows_who_took_it_out_and_a_letter_does_not(database, tmp_path):
    report = emit(pdf(), tmp_path / "report.pdf", Output(EgressKind.REPORT))
    pages = [page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages]
    assert all("yamamoto" in text and report.serial in text for text in pages)
    assert len(pages) == 2
    assert report.sha256 == hashlib.sha256((tmp_path / "report.pdf").read_bytes()).hexdigest() != report.content_sha256
    body = pdf()
    letter = emit(body, tmp_path / "letter.pdf", Output(EgressKind.LETTER, people(1), ReceiverClass.CITIZEN, "本人"))
    assert (tmp_path / "letter.pdf").read_bytes() == body
    assert letter.sha256 == letter.content_sha256


def key_file(folder: Path, key) -> Path:
    path = folder / "receiver.pub"
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


def test_media_are_sealed_to_the_receiver(database, tmp_path):
    key = X25519PrivateKey.generate()
    out = Output(EgressKind.PROVISION, people(1), ReceiverClass.PROVISION, MIE, True, EgressMedium.OPTICAL_DISC)
    made = emit(b"secret", tmp_path / "disc.bin", out, Authority(receiver_key=key_file(tmp_path, key)))
    closed = (tmp_path / "disc.bin").read_bytes()
    assert b"secret" not in closed
    assert opened(closed, key, MIE) == b"secret"
    assert made.content_sha256 == hashlib.sha256(b"secret").hexdigest()
    assert made.sha256 == hashlib.sha256(closed).hexdigest()
    for wrong, name in ((X25519PrivateKey.generate(), MIE), (key, "別の相手")):
        with pytest.raises(InvalidTag):
            opened(closed, wrong, name)
    with pytest.raises(NotAReceiverKey):
        emit(b"x", tmp_path / "2", out, Authority(receiver_key=key_file(tmp_path, Ed25519PrivateKey.generate())))


def test_revoking_and_expiry_erase_what_is_still_here(database, tmp_path):
    made = emit(b"abc", tmp_path / "1", LIST)
    with pytest.raises(RevokingNeedsReason):
        revoke(made.serial, reason=" ")
    assert revoke(made.serial.lower(), reason="誤り") is True
    assert not (tmp_path / "1").exists()
    with pytest.raises(AlreadyRevoked):
        revoke(made.serial, reason="誤り")
    for wrong in ("E999", "x", "1; DROP", "9" * 30):
        with pytest.raises(UnknownEgress):
            found(wrong)
    emit(b"old", tmp_path / "old", LIST, Authority(days=0))
    emit(b"replaced", tmp_path / "replaced", LIST, Authority(days=0))
    (tmp_path / "replaced").write_bytes(b"another's file")
    kept = emit(b"new", tmp_path / "new", LIST)
    assert erase_expired() == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "replaced"]
    assert EgressRecord.objects.get(pk=kept.pk).erased_at is None


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM egress_record", "TRUNCATE egress_record", "UPDATE egress_record SET receiver = 'x'",
     "UPDATE egress_record SET officer = 'x'", "UPDATE egress_record SET released_at = NULL",
     "UPDATE egress_record SET subjects = '{}'"],
)  # fmt: skip
def test_the_record_stays_as_written(database, tmp_path, statement):
    emit(b"abc", tmp_path / "1", LIST)
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql(statement)
    with server(database) as admin, pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute(statement)
