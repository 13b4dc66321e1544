"""団体の区分。よその団体の番号を、アドレス・本文・見出し・ファイルのどこに入れても、よその情報は出ない。

`OSAME_CROSSINGS` sets how many (the full size is 10000).
"""

import os
import random
import sys
import uuid
from dataclasses import replace

import httpx
import psycopg
import pytest
from django.conf import settings

from osame.contracts.client import PeerRefused
from osame.platform import bodies
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import account, institution, order, person
from tests.systems.gateway.conftest import CODES
from tests.systems.gateway.waiting import until

CROSSINGS = int(os.environ.get("OSAME_CROSSINGS", "600"))


@pytest.fixture(scope="module")
def answered(nation):
    """Each body has answered inquiries, and a file."""
    files = {}
    for at, code in enumerate(CODES):
        client = nation.client(code)
        people = [person(each + 1_000 * at) for each in range(10)]
        client.call("IF_SKI_10111", [order(f"iso-{code}-{n}", each) for n, each in enumerate(people)])
        ended = "SELECT count(*) FROM information_inquiry WHERE record_key LIKE 'iso-%' AND state = '6'"
        until(lambda code=code, ended=ended: rows(nation.prefix + code, ended) == [(10,)])
        asked = f"レコード識別番号,受付番号\r\niso-{code}-0,還付-iso-{code}-0\r\n"
        files[code] = client.upload("IF_SKI_11123", f"{code}.csv", asked.encode()).processing_number
    return files


def secrets_of(code: str) -> set[str]:
    """What must never be seen elsewhere: the holders' names and the people's numbers."""
    at = CODES.index(code)
    people = [person(each + 1_000 * at) for each in range(10)]
    return {account(code, each)["名義人氏名（カナ）"] for each in people} | set(people)


def test_crossed_numbers_leak_nothing(nation, answered):
    chance, leaks, tried, text = random.Random(7), 0, 0, ""
    interfaces = ("IF_SKI_10712", "IF_SKI_10912", "IF_SKI_11112", "IF_SKI_50111", "IF_DBM_30212", "IF_DBM_60412")
    while tried < CROSSINGS:
        mine, other = chance.sample(CODES, 2)
        client, n = nation.client(mine, purpose="number_linkage"), chance.randrange(10)
        way = chance.randrange(4)
        if way == 0:  # 本文
            crossed = [
                {
                    "レコード識別番号": f"iso-{other}-{n}", "受付番号": f"還付-iso-{other}-{n}", "理由": "よその団体",
                    "団体内統合宛名番号": person(n + 1_000 * CODES.index(other)) if chance.random() < 0.2 else "0",
                    "特定個人情報名コード": "TM00000000000002", "情報照会者機関コード": institution(other),
                }
                for n in range(10)
            ]  # fmt: skip
            answer = client.call(chance.choice(interfaces), crossed)
            text = "".join(value for each in answer for name, value in each.items() if name != "レコード識別番号")
            text = text.replace(person(n + 1_000 * CODES.index(other)), "")
            tried += 10
        elif way == 1:  # ファイル（よその団体の処理番号、よその団体の番号の入ったファイル）
            with pytest.raises(PeerRefused):
                client.download("IF_SKI_11134", answered[other])
            lines = "レコード識別番号,受付番号\r\n" + "".join(
                f"iso-{other}-{k},還付-iso-{other}-{k}\r\n" for k in range(10)
            )
            name = uuid.uuid4().hex
            ticket = client.upload("IF_SKI_11123", f"{name}.csv", (lines + f"{name},{name}\r\n").encode())
            text = client.download("IF_SKI_11134", ticket.processing_number)[1].decode()
            assert ticket.refused == 11
            tried += 11
        elif way == 2:  # 見出し（鍵の番号、よその団体の鍵）
            borrowed = replace(nation.signers[mine], key_id=nation.signers[other].key_id)
            with pytest.raises(PeerRefused) as refusal:
                nation.client(mine, signer=borrowed).call("IF_SKI_11112", [{"レコード識別番号": f"iso-{other}-{n}", "受付番号": f"還付-iso-{other}-{n}"}])  # fmt: skip
            text = str(refusal.value)
            tried += 1
        else:  # アドレス
            text = through_the_address(nation, mine, other, n)
            tried += 4
        leaks += any(secret in text for secret in secrets_of(other))
    assert leaks == 0
    sys.stdout.write(f"{tried} crossings, {leaks} leaks\n")


def through_the_address(nation, mine: str, other: str, n: int) -> str:
    """The address names another body; cookies, keys and case numbers are of this one or of none."""
    base = f"http://127.0.0.1:{nation.gateway_port}"
    seen = []
    with httpx.Client(trust_env=False, cookies={"osame_gateway": uuid.uuid4().hex}) as browser:
        for path in (
            f"/{other}/inquiries/?view=answered", f"/{other}/internal/v1/interfaces/IF_SKI_11112",
            f"/internal/v1/interfaces/IF_SKI_11112?body={other}", f"/{mine}/../{other}/records/?unified={person(n)}",
        ):  # fmt: skip
            answer = browser.get(base + path, headers={"osame-body": other, "x-forwarded-host": other})
            assert answer.status_code in {302, 401, 403, 404, 405}, (path, answer.status_code)
            seen.append(answer.text)
    return "".join(seen)


@pytest.mark.parametrize("code", CODES)
def test_a_role_of_one_body_opens_nothing_of_another(nation, code):
    owner = settings.DATABASES["owner"]
    for other in CODES:
        opening = {"host": str(owner["HOST"]), "user": bodies.role_of(code), "dbname": nation.prefix + other}
        if other == code:
            with psycopg.connect(**opening) as connection:
                assert connection.execute("SELECT count(*) FROM information_inquiry").fetchone()
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"SET ROLE {bodies.role_of(CODES[CODES.index(code) - 1])}")
        else:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(**opening)


def test_one_request_opens_one_body(nation):
    with bodies.serving("242039"), pytest.raises(bodies.OneBodyAtATime), bodies.serving("242040"):
        pass
    with pytest.raises(bodies.UnknownBody), bodies.serving("999999"):
        pass
    bodies.close()


def test_a_key_that_two_bodies_trust_opens_neither(nation):
    from osame.gateway.doorkeeper import body_of_key
    from osame.platform.exchanges import keys

    key_id = nation.signers["242039"].key_id
    named = f'osame=();keyid="{key_id}"'
    assert body_of_key(named) == "242039"
    place = keys.home() / "keys" / "gateway" / "242040" / "trusted" / "collection" / f"{key_id.replace(':', '.')}.pem"
    try:
        place.write_text("x")
        assert body_of_key(named) == ""
    finally:
        place.unlink()


def test_error_pages_lead_back_to_the_start_of_the_body(nation):
    """誤りの画面の「はじめの画面へ」は、その団体のはじめの画面へ戻る。"""
    start = f"http://127.0.0.1:{nation.gateway_port}/{CODES[0]}"
    asked = {
        404: ("GET", "nothing", {}),
        403: ("POST", "account/sign-in/", {}),
        400: ("GET", "", {"host": "elsewhere"}),
    }
    for status, (method, path, headers) in asked.items():
        told = httpx.request(method, f"{start}/{path}", headers=headers, trust_env=False)
        assert (status, told.status_code) == (status, status)
        assert f'href="/{CODES[0]}/"' in told.text, told.text
