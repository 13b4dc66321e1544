"""番号の金庫の扉。役割は暗号に触れず、開示は一度だけ、鍵は読み書きを止めずに入れ替わる。"""

import json
import threading
import time

import pytest
from django.db import connection, transaction

from osame.linkage.numbers import keys, revealing, rotation
from osame.linkage.numbers.actions import NoNumberStored
from osame.linkage.numbers.revealing import NumberInText, RevealNeedsReason, RevealWish, TicketNotValid
from osame.platform import gate
from osame.platform.vault.cipher import CiphertextRefused
from osame.platform.vault.keyring import KeyUse
from osame.platform.vault.wrapping import KeyDoesNotUnwrap, KeyFile, KeyFileMissing
from tests.systems.conftest import server
from tests.systems.linkage.cast import (
    ADDRESSEE,
    LINKING,
    facts,
    fetch_all,
    fetch_one,
    number,
    officer,
    some_number,
)  # fmt: skip

ONE, TWO = some_number(1), some_number(2)
WISH = RevealWish("", "R-1", "C-7", "窓口で本人を確かめる")


def wish(person: str, **told) -> RevealWish:
    from dataclasses import replace

    return replace(WISH, unified_addressee_number=person, **told)


def basis():
    return ADDRESSEE.basis("local_tax")


def ask(person: str) -> str:
    return revealing.ask(wish(person), basis()).token


def redeem(token: str, person: str, peer: str = "addressee") -> str:
    return revealing.redeem(token, unified_addressee_number=person, peer=peer).digits()


# ── 扉 ──


@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM stored_number", "SELECT * FROM number_index", "DELETE FROM stored_number", "UPDATE number_index SET blind_index = ''",
     "UPDATE reveal SET redeemed_at = NULL", "DELETE FROM number_change", "UPDATE vault_key SET state = '1'", "SET ROLE osame_vault",
     "INSERT INTO stored_number VALUES (gen_random_uuid(), '1', '1', '', 1, now(), NULL)"],
)  # fmt: skip
def test_the_role_reaches_no_ciphertext(vault, statement):
    number(ONE)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_doors_are_empty_without_a_purpose(vault):
    person = number(ONE).unified_addressee_number
    token = gate._acting.set(None)
    try:
        assert fetch_one("SELECT vault_holds(%s)", [person]) == (False,)
        assert fetch_one("SELECT vault_erase(%s)", [person]) == (0,)
    finally:
        gate._acting.reset(token)
    assert fetch_one("SELECT vault_holds(%s)", [person]) == (True,)


def test_a_ciphertext_moved_to_another_person_does_not_open(vault):
    one = number(ONE).unified_addressee_number
    two = number(TWO, addressee="102", facts=facts(2)).unified_addressee_number
    with server(vault) as admin:
        admin.execute(
            "UPDATE stored_number a SET ciphertext = b.ciphertext FROM stored_number b "
            "WHERE a.unified_addressee_number = %s AND b.unified_addressee_number = %s", [one, two],
        )  # fmt: skip
    with pytest.raises(CiphertextRefused):
        redeem(ask(one), one)
    assert redeem(ask(two), two) == TWO


# ── 開示 ──


def test_a_reveal_shows_once_and_is_audited_at_each_step(vault):
    person = number(ONE).unified_addressee_number
    token = ask(person)
    assert token not in repr(revealing.Ticket(token, None))
    assert redeem(token, person) == ONE
    with pytest.raises(TicketNotValid):
        redeem(token, person)
    with server(vault) as admin:
        acts = admin.execute(
            "SELECT act, outcome, subjects FROM audit_event WHERE act LIKE '%開示%' ORDER BY event_id"
        ).fetchall()
        kept = admin.execute("SELECT peer, officer, number_right, affair, purpose, case_number FROM reveal").fetchall()
        everything = json.dumps(admin.execute("SELECT to_jsonb(e) FROM audit_event e").fetchall(), ensure_ascii=False)
    assert acts == [
        ("番号の開示を求めた", "1", [person]),
        ("番号を開示した", "1", [person]),
        ("番号の開示を断った", "2", []),
    ]
    assert kept == [("addressee", "結城", "R-1", "local_tax", "number_linkage", "C-7")]
    assert ONE not in everything
    assert token not in everything


def test_a_ticket_is_worthless_to_another(vault):
    person = number(ONE).unified_addressee_number
    other = number(TWO, addressee="102", facts=facts(2)).unified_addressee_number
    token = ask(person)
    with officer("別人"), pytest.raises(TicketNotValid):
        redeem(token, person)
    for wrong in ({"person": other}, {"peer": "collection", "person": person}):
        with pytest.raises(TicketNotValid):
            redeem(token, **wrong)
    assert redeem(token, person) == ONE


def test_a_ticket_ends_after_thirty_seconds(vault):
    person = number(ONE).unified_addressee_number
    token = ask(person)
    with server(vault) as admin:
        with pytest.raises(Exception, match="reveal_lasts_thirty_seconds"):
            admin.execute(
                "ALTER TABLE reveal DISABLE TRIGGER USER; UPDATE reveal SET expires_at = now() + interval '1 hour'"
            )
        admin.execute("ALTER TABLE reveal DISABLE TRIGGER USER")
        admin.execute("UPDATE reveal SET requested_at = now() - interval '31 s', expires_at = now() - interval '1 s'")
        admin.execute("ALTER TABLE reveal ENABLE TRIGGER USER")
        with pytest.raises(Exception, match="一度だけ"):
            admin.execute("UPDATE reveal SET expires_at = now()")
    with pytest.raises(TicketNotValid):
        redeem(token, person)


@pytest.mark.parametrize("told", [{"reason": " "}, {"number_right": ""}, {"case_number": ""}])
def test_a_reveal_needs_right_case_and_reason(vault, told):
    with pytest.raises(RevealNeedsReason):
        revealing.ask(wish(number(ONE).unified_addressee_number, **told), basis())


def test_a_reveal_repeats_no_number_and_knows_its_people(vault):
    with pytest.raises(NumberInText):
        revealing.ask(wish(number(ONE).unified_addressee_number, reason=f"{ONE} の確認"), basis())
    with pytest.raises(NoNumberStored):
        revealing.ask(wish(TWO), basis())


def test_of_many_redeemers_one_sees(vault):
    person = number(ONE).unified_addressee_number
    token, seen = ask(person), []

    def claim() -> None:
        with gate.acting(LINKING):
            try:
                seen.append(redeem(token, person))
            except TicketNotValid:
                seen.append("")
            finally:
                connection.close()

    threads = [threading.Thread(target=claim) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(seen) == [""] * 11 + [ONE]


# ── 鍵 ──


def versions(vault: str) -> list[tuple[int, int]]:
    with server(vault) as admin:
        return admin.execute("SELECT key_version, count(*) FROM stored_number GROUP BY 1 ORDER BY 1").fetchall()


def test_keys_rotate_while_readers_and_writers_go_on(vault):
    people = {n: number(some_number(n), addressee=str(n), facts=facts(n)).unified_addressee_number for n in range(30)}
    stop, wrong, done = threading.Event(), [], [0]

    def use(offset: int) -> None:
        with gate.acting(LINKING):
            n = offset
            while not stop.is_set():
                n += 1
                try:
                    if redeem(ask(people[n % 30]), people[n % 30]) != some_number(n % 30):
                        wrong.append(n)
                    number(some_number(n), addressee=str(n), facts=facts(n))
                    done[0] += 1
                except Exception as failure:
                    wrong.append(repr(failure))
            connection.close()

    threads = [threading.Thread(target=use, args=(1000 * each,)) for each in (1, 2)]
    for each in threads:
        each.start()
    try:
        for use_of in (KeyUse.DATA, KeyUse.INDEX):
            assert rotation.add_version(use_of) == 2
            with pytest.raises(rotation.KeyStillInUse):
                rotation.retire(use_of, 1)
            (rotation.reencrypt if use_of is KeyUse.DATA else rotation.reindex)(batch=7)
            rotation.retire(use_of, 1)
    finally:
        time.sleep(0.3)
        stop.set()
        for each in threads:
            each.join()
    assert wrong == []
    assert done[0] > 5
    assert [version for version, _ in versions(vault)] == [2]
    assert all(
        number(some_number(n), addressee=str(n), facts=facts(n)).unified_addressee_number == people[n] for n in people
    )
    assert fetch_all("SELECT DISTINCT use, wrapped = '' FROM vault_key WHERE state = '3' ORDER BY 1") == [
        ("1", True),
        ("2", True),
    ]
    with pytest.raises(rotation.KeyNotRetirable):
        rotation.retire(KeyUse.DATA, 2)


def test_an_envelope_sealed_before_a_new_key_still_opens(vault):
    from osame.linkage.identities import actions
    from tests.systems.linkage.cast import order

    sealed_before = order(ONE)
    rotation.add_version(KeyUse.SEALING)
    assert actions.number(sealed_before, ADDRESSEE).outcome == "1"
    number(ONE, addressee="555", facts=facts(9))  # 保留の封筒は、新しい鍵あて
    rotation.retire(KeyUse.SEALING, 1)
    rotation.add_version(KeyUse.SEALING)
    with pytest.raises(rotation.KeyStillInUse):
        rotation.retire(KeyUse.SEALING, 2)


def test_keys_move_to_another_keeper(vault, tmp_path, monkeypatch):
    person = number(ONE).unified_addressee_number
    other = KeyFile(tmp_path / "other.kek")
    assert rotation.rewrap(other) == 3
    with pytest.raises(KeyDoesNotUnwrap):
        redeem(ask(person), person)
    monkeypatch.setenv("OSAME_KEY_KEEPER", f"file:{other.path}")
    assert redeem(ask(person), person) == ONE


def test_without_its_keeper_the_vault_stays_shut(vault, tmp_path, monkeypatch):
    person = number(ONE).unified_addressee_number
    monkeypatch.setattr(keys, "_open", None)  # 起こし直したプロセス
    (tmp_path / "keys" / "linkage.kek").rename(tmp_path / "away")
    with pytest.raises(KeyFileMissing):
        number(TWO, addressee="102", facts=facts(2))
    with pytest.raises(KeyFileMissing):
        redeem(ask(person), person)
    with pytest.raises(KeyFileMissing):
        rotation.add_version(KeyUse.DATA)
    assert fetch_all("SELECT use, version, state FROM vault_key ORDER BY 1") == [
        ("1", 1, "1"),
        ("2", 1, "1"),
        ("3", 1, "1"),
    ]
    (tmp_path / "away").rename(tmp_path / "keys" / "linkage.kek")
    assert redeem(ask(person), person) == ONE  # 起こし直さずに


def test_keys_are_made_once(vault):
    assert not rotation.create_keys("242039")
    with pytest.raises(rotation.BadTenant):
        rotation.create_keys("24203")
    assert fetch_one("SELECT count(*) FROM vault_key") == (3,)
