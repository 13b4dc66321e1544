"""提供の媒体。提供先の鍵でしか開かず、件数が合って受領となり、廃棄は証明され、紛失は事故になる。"""

from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.db import IntegrityError, transaction

from osame.platform.approvals.actions import check, decide
from osame.platform.egress.authority import FlashMemoryRefused, NeedsApproval, NotWhatWasApproved, UnknownReceiver
from osame.platform.egress.models import EgressMedium, EgressRecord
from osame.platform.egress.sealing import opened
from osame.platform.gate import Acting, acting
from osame.platform.privacy import incidents, media, refusals
from osame.platform.privacy.media import Destruction, Plan
from osame.platform.privacy.models import ProvisionMedium
from osame.platform.terminal import today
from tests.journeys.typist import Typist
from tests.systems.platform.staff_cast import hire, sign_in, with_app

MIE = "三重地方税管理回収機構"
DAY = date(2026, 11, 23)
PROOF = Destruction("裁断（2mm以下）", "総務課 立会 人", "廃棄-2026-7")


def officer(number: str = "A0001"):
    return acting(Acting(number, "floor.media.write", "statutory", department="collection"))


@pytest.fixture(autouse=True)
def clerk():
    with officer():
        yield


@pytest.fixture
def key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


@pytest.fixture
def plan(database: str, tmp_path: Path, key: X25519PrivateKey) -> Plan:
    (tmp_path / "disc").mkdir()
    (tmp_path / "mie.pem").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    source = tmp_path / "transfer.csv"
    source.write_text(
        "宛名番号,滞納額\n" + "".join(f"{each:015d},{each * 1000}\n" for each in (1, 2, 2)), encoding="utf-8"
    )
    return Plan(
        number="M-2026-01", source=source, target=tmp_path / "disc" / "transfer.bin", receiver=MIE,
        key=tmp_path / "mie.pem", number_included=True,
    )  # fmt: skip


def changed(plan: Plan, **facts: object) -> Plan:
    from dataclasses import replace

    return replace(plan, **facts)  # type: ignore[arg-type]


def test_the_life_of_a_medium(plan: Plan, key: X25519PrivateKey) -> None:
    row = media.write(plan, on=DAY)
    assert opened(plan.target.read_bytes(), key, MIE) == plan.source.read_bytes()
    output = EgressRecord.objects.get(pk=row.egress_id)
    assert (output.subject_count, row.row_count, output.medium, output.number_included) == (2, 3, "optical_disc", True)
    assert output.sha256 == row.sha256 != output.content_sha256
    with pytest.raises(refusals.MediumNumberTaken):
        media.write(plan, on=DAY)
    with pytest.raises(refusals.MediumStageWrong):
        media.receive(plan.number, count=3, sha256="", on=DAY, as_of=DAY)
    media.hand_over(plan.number, carrier="機構 田中", on=DAY, as_of=DAY)
    assert not media.receive(plan.number, count=2, sha256="", on=DAY, as_of=DAY)
    assert media.one(plan.number).state == ProvisionMedium.State.DISAGREED
    assert not media.receive(plan.number, count=3, sha256="0" * 64, on=DAY, as_of=DAY)
    assert media.receive(plan.number, count=3, sha256=row.sha256.upper(), on=DAY, as_of=DAY)
    with pytest.raises(refusals.DestructionUnproved):
        media.destroy(plan.number, Destruction("裁断", "A0001", "1"), on=DAY, as_of=DAY)
    media.destroy(plan.number, PROOF, on=DAY, as_of=DAY)
    assert media.listed(open_only=True) == []
    for broken in ({"certificate": ""}, {"destruction_witness": "A0001"}, {"kind": "flash_memory"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProvisionMedium.objects.filter(pk=plan.number).update(**broken)


def test_what_may_not_become_a_medium(plan: Plan, key: X25519PrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FlashMemoryRefused):
        media.write(changed(plan, kind=EgressMedium.FLASH_MEMORY), on=DAY)
    with pytest.raises(UnknownReceiver):
        media.write(changed(plan, receiver="隣の市"), on=DAY)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (plan.target.parent / "key.pem").write_bytes(secret)
    with pytest.raises(refusals.KeyTravelsWithMedium):
        media.write(plan, on=DAY)
    (plan.target.parent / "key.pem").unlink()
    plan.source.write_text("氏名\n佐藤\n", encoding="utf-8")
    with pytest.raises(refusals.NoSubjectColumn):
        media.write(plan, on=DAY)
    assert not plan.target.exists()
    assert ProvisionMedium.objects.count() == 0


def test_many_people_need_a_decision_about_exactly_this_content(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_EGRESS_SUBJECTS", "1")
    with pytest.raises(NeedsApproval):
        media.write(plan, on=DAY)
    proposal = media.propose_medium(plan, reason="10月の移管")
    with officer("B0001"):
        check(proposal)
    with officer("C0001"):
        decide(proposal)
    before = plan.source.read_text(encoding="utf-8")
    plan.source.write_text(before + "000000000000009,1\n", encoding="utf-8")
    with pytest.raises(NotWhatWasApproved):
        media.write(changed(plan, proposal_id=proposal), on=DAY)
    plan.source.write_text(before, encoding="utf-8")
    assert media.write(changed(plan, proposal_id=proposal), on=DAY).row_count == 3


def test_a_loss_is_an_incident(plan: Plan) -> None:
    media.write(plan, on=DAY)
    media.hand_over(plan.number, carrier="機構 田中", on=DAY, as_of=DAY)
    number = media.lose(plan.number, known_on=DAY, as_of=DAY)
    row = incidents.one(number)
    assert (row.kind, row.number_included, row.protected_by_encryption) == ("2", True, True)
    assert incidents.next_due(row) == ("速報", date(2026, 11, 27))
    with pytest.raises(refusals.MediumStageWrong):
        media.destroy(plan.number, PROOF, on=DAY, as_of=DAY)


def test_the_terminal_and_the_page(plan: Plan) -> None:
    from osame.cli import build_app

    osame = Typist(build_app())
    said = osame.ok("medium", "write", plan.number, "--source", plan.source, "--out", plan.target, "--receiver", MIE,
                    "--key", plan.key, "--number")  # fmt: skip
    assert "3件" in said
    osame.ok("medium", "hand-over", plan.number, "--carrier", "機構 田中")
    assert osame("medium", "receive", plan.number, "--count", "2").exit_code == 2
    osame.ok("medium", "receive", plan.number, "--count", "3")
    osame.refused("medium", "destroy", plan.number, "--method", "裁断", "--witness", " ", "--certificate", "7")
    osame.ok("medium", "destroy", plan.number, "--method", "裁断", "--witness", "総務課 立会 人", "--certificate", "7")
    assert osame.json("medium", "list") == []
    (row,) = osame.json("medium", "list", "--all")
    assert (row["state"], row["certificate"]) == ("廃棄", "7")
    clerk = sign_in("A0009", with_app(hire("A0009", "職員", "collection_clerk")))
    page = clerk.get(f"/media/{plan.number}/").content.decode()
    assert "総務課 立会 人" in page
    assert plan.number in clerk.get("/media/?all=1").content.decode()
    assert today()
