"""付番API: every body byte for byte, every number explained, the 個人番号 nowhere."""

import json
import threading

import pytest
from django.db import connections, transaction
from django.test import Client

from osame.addressee.numbering.allocation import WrongRange, open_range, range_state
from osame.addressee.numbering.models import NumberingRange, NumberingRequest
from osame.addressee.people.queries import current
from osame.contracts.sealed import key_name, open_number
from osame.formats.non_resident_api import INQUIRY_CALL, NUMBERING_CALL
from osame.kernel.check_digits import addressee_number_is_valid, individual_number_check_digit
from osame.platform.database import fetch_all, run_sql
from tests.systems.addressee.business_cast import (
    REQUEST,
    inquire,
    linkage_public_key,
    operator,
    registered,
    send,
    token,
)
from tests.systems.addressee.people_cast import clerk, register
from tests.systems.conftest import server

SELF = '"_links":{"self":{"href":"/app_submit/v10/jutogaishaatenabangofuban"}}'
HEAD = '{"title":"住登外者宛名番号付番",'
E400 = HEAD + '"detail":"エラーが発生しました。",' + SELF + ',"errors":[%s]}'
E401 = HEAD + '"detail":"アクセストークンが無効です。",' + SELF + "}"
E503 = HEAD + '"detail":"想定外のエラーが発生しました。",' + SELF + "}"
E200 = (
    '{"metadata":{"title":"住登外者宛名番号付番","detail":"登録が完了しました。"},' + SELF + ',"result":['
    '{"shikuchosonkodo":"242039","atenabango":"%s","rirekibango":%d,"sosashaid":"123456",'
    '"sosanengappi":"2026-04-01","sosajikoku":"09:00:00"}]}'
)
NUMBER = "98320567321"
INDIVIDUAL = NUMBER + individual_number_check_digit(NUMBER)


@pytest.fixture(autouse=True)
def keys(addressee_database, tmp_path, monkeypatch):
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path))
    return tmp_path


@pytest.fixture
def bearer(keys):
    return token(registered("010"))


def said(answer):
    assert answer["Content-Type"] == "application/json;charset=UTF-8"
    return answer.content.decode()


def number_of(answer):
    assert answer.status_code == 200, said(answer)
    return answer.json()["result"][0]["atenabango"]


def errors(*pairs):
    return E400 % ",".join(f'{{"code":"{code}","message":"{message}"}}' for code, message in pairs)


def test_a_numbered_person_is_answered_byte_for_byte(bearer):
    answer = send(bearer, REQUEST)
    number = number_of(answer)
    assert said(answer) == E200 % (number, 1)
    assert addressee_number_is_valid(number, "mod11")
    assert len(number) == 15
    with clerk():
        facts = current(number).facts
    assert (facts.name, facts.kana, facts.town, str(facts.born_on)) == (
        "伊勢　花子",
        "イセ　ハナコ",
        "岩渕一丁目",
        "1980-05-01",
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"sosashaid": None}, ("E0001", "操作者IDが設定されていません。")),
        ({"shikuchosonkodo": ""}, ("E0001", "市区町村コードが設定されていません。")),
        ({"shorikubun": "1"}, ("E0001", "宛名番号が設定されていません。")),
        ({"shorikubun": "2"}, ("E0001", "宛名番号が設定されていません。")),
        ({"shorikubun": "3"}, ("E0002", "処理区分は0、1または2で設定してください。")),
        ({"shimei": "Ise Hanako"}, ("E0002", "氏名は全角文字で設定してください。")),
        ({"shimei_furigana": "ｲｾ"}, ("E0002", "氏名_フリガナは全角文字で設定してください。")),
        ({"shikuchosonkodo": "24203X"}, ("E0002", "市区町村コードは半角数字で設定してください。")),
        ({"shikuchosonkodo": 242039}, ("E0002", "市区町村コードは半角数字で設定してください。")),
        ({"sosanengappi": "2026-02-30"}, ("E0002", "操作年月日はYYYY-MM-DD形式で設定してください。")),
        ({"sosajikoku": "24:00:00"}, ("E0002", "操作時刻はHH:MM:SS形式で設定してください。")),
        ({"kojinbango": "123456789012"}, ("E0002", "個人番号は検査用数字の合う半角数字で設定してください。")),
        ({"gyomuid": "012"}, ("E0002", "業務IDは登録された業務IDで設定してください。")),
        ({"dokujishisakushisutemutoid": "777"}, ("E0002", "独自施策システム等IDは登録された独自施策システム等IDで設定してください。")),
        ({"shikuchosonkodo": "24203"}, ("E0003", "市区町村コードは6桁で設定してください。")),
        ({"kojinbango": "123"}, ("E0003", "個人番号は12桁で設定してください。")),
        ({"jusho_yubinbango": "516003"}, ("E0003", "住所_郵便番号は7桁で設定してください。")),
        ({"seinengappi": "1980-5-1"}, ("E0003", "生年月日は10桁で設定してください。")),
        ({"jusho_todofuken": "とても長い県"}, ("E0003", "住所_都道府県は4桁以内で設定してください。")),
        (
            {"nayosemotofuragu": "1"},
            ("E0004", "名寄せ元フラグが設定されている場合、名寄せ先宛名番号は設定必須です。"),
        ),
        (
            {"seinengappi": "1980-00-00", "seinengappi_fushofuragu": "1"},
            ("E0004", "生年月日_不詳フラグが設定されている場合、生年月日_不詳表記は設定必須です。"),
        ),
        ({"na_nihonjin": ""}, ("E0004", "氏_日本人が設定されている場合、名_日本人は設定必須です。")),
    ],
)  # fmt: skip
def test_each_error_code_is_answered_byte_for_byte(bearer, changed, expected):
    answer = send(bearer, REQUEST | changed)
    assert answer.status_code == 400
    assert said(answer) == errors(expected)
    assert NumberingRequest.objects.count() == 0


def test_errors_stand_in_the_order_of_the_sheet(bearer):
    wrong = REQUEST | {"shorikubun": "", "shimei": "x", "jusho_yubinbango": "1", "sosajikoku": None}
    assert said(send(bearer, wrong)) == errors(
        ("E0001", "処理区分が設定されていません。"),
        ("E0002", "氏名は全角文字で設定してください。"),
        ("E0003", "住所_郵便番号は7桁で設定してください。"),
        ("E0001", "操作時刻が設定されていません。"),
    )


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"x"', "[" * 90_000, b"\xff\xfe"])
def test_what_is_no_json_object_is_a_wrong_request(bearer, body):
    answer = Client(SERVER_NAME="localhost").generic(
        "POST",
        f"/{NUMBERING_CALL}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer}"},
    )
    assert answer.status_code == 400
    assert said(answer) == errors(("E0002", "リクエストはJSON形式で設定してください。"))


@pytest.mark.parametrize("authorization", [None, "Bearer nothing", "Basic abc", "Bearer ", "bearer"])
def test_without_a_token_the_answer_is_401_byte_for_byte(authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = Client(SERVER_NAME="localhost").post(
        f"/{NUMBERING_CALL}", REQUEST, content_type="application/json", headers=headers
    )
    assert answer.status_code == 401
    assert said(answer) == E401
    other = Client(SERVER_NAME="localhost").post(f"/{INQUIRY_CALL}", {}, content_type="application/json")
    assert other.status_code == 401
    assert "住登外者宛名基本情報照会" in other.content.decode()


def test_what_nobody_expected_is_503_byte_for_byte_and_tells_nothing(bearer, caplog, monkeypatch):
    run_sql("UPDATE numbering_range SET last_body = next_body")
    number_of(send(bearer, REQUEST))
    answer = send(bearer, REQUEST | {"sosajikoku": "10:00:00"})  # 番号が尽きた
    assert answer.status_code == 503
    assert said(answer) == E503
    assert "NumbersExhausted" in caplog.text
    assert "花子" not in caplog.text


def test_a_slow_or_closed_service_answers_without_json(bearer, addressee_database, monkeypatch):
    monkeypatch.setattr("osame.addressee.numbering.api.LOCK_LIMIT", "200ms")
    with server(addressee_database) as admin, admin.transaction():
        admin.execute("SELECT * FROM numbering_range FOR UPDATE")
        late = send(bearer, REQUEST)
    assert (late.status_code, late.content) == (504, b"")
    monkeypatch.setenv("OSAME_MAINTENANCE", "1")
    closed = send(bearer, REQUEST)
    assert (closed.status_code, closed.content) == (503, b"")
    assert "json" not in closed["Content-Type"]


def test_other_methods_are_not_allowed(bearer):
    web, headers = Client(SERVER_NAME="localhost"), {"Authorization": f"Bearer {bearer}"}
    for method in ("get", "put", "delete", "patch"):
        assert getattr(web, method)(f"/{NUMBERING_CALL}", headers=headers).status_code == 405


def test_sending_twice_is_harmless_and_the_same_answer(bearer):
    first, again = send(bearer, REQUEST), send(bearer, REQUEST)
    assert first.content == again.content
    assert range_state().issued == 1
    later = send(bearer, REQUEST | {"sosajikoku": "09:00:01"})  # 別の操作。候補から選ばなかったので、新しい番号になる
    assert number_of(later) != number_of(first)
    with clerk():
        assert NumberingRequest.objects.get(addressee_number=number_of(later)).candidates == [number_of(first)]


def test_the_same_request_sent_many_times_at_once_is_numbered_once(bearer):
    numbers = at_once(8, lambda _: number_of(send(bearer, REQUEST)))
    assert len(set(numbers)) == 1
    assert range_state().issued == 1


def test_many_at_once_get_numbers_without_an_unexplained_gap(bearer):
    numbers = at_once(
        16,
        lambda n: [
            send(bearer, REQUEST | {"shimei": "伊勢　" + "一二三四"[k], "sosajikoku": f"09:{n:02d}:0{k}"})
            for k in range(2)
        ],
    )
    found = [number_of(answer) for pair in numbers for answer in pair]
    assert len(set(found)) == 32
    state = range_state()
    assert (state.issued, state.unexplained, state.next - state.first) == (32, 0, 32)


def at_once(count, work):
    done, ready = [None] * count, threading.Barrier(count)

    def run(n):
        ready.wait()
        done[n] = work(n)
        connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return done


def test_a_failed_request_gives_its_number_back(bearer, monkeypatch):
    run_sql("UPDATE numbering_range SET next_body = 90000000000007")
    run_sql("UPDATE numbering_range SET first_body = 90000000000007")
    answer = send(bearer, REQUEST | {"kojinbango": INDIVIDUAL})  # 連携サーバーの鍵がない
    assert answer.status_code == 503
    assert range_state().next == 90000000000007


def test_a_number_in_use_is_passed_over_and_the_reason_kept(bearer):
    with clerk():
        register("900000000000012", source="001")  # 90000000000001 に検査数字2 ではない番号
        register("900000000000004", source="001")
    first = number_of(send(bearer, REQUEST))
    taken = NumberingRange.objects.get()
    assert taken.next_body > taken.first_body
    assert first not in {"900000000000012", "900000000000004"}
    assert range_state().unexplained == 0


def test_an_existing_number_of_the_business_is_kept_and_never_numbered_again(bearer):
    coming = "90000000000000"
    from osame.kernel.check_digits import addressee_number_check_digit

    theirs = coming + addressee_number_check_digit(coming, "mod11")
    assert number_of(send(bearer, REQUEST | {"shorikubun": "1", "atenabango": theirs})) == theirs
    assert number_of(send(bearer, REQUEST)) != theirs
    state = range_state()
    assert (state.issued, state.skipped, state.unexplained) == (1, 1, 0)
    assert number_of(send(bearer, REQUEST | {"shorikubun": "1", "atenabango": "77"})) == "77"


def test_choosing_a_candidate_adds_to_its_history(bearer):
    number = number_of(send(bearer, REQUEST))
    moved = REQUEST | {
        "shorikubun": "2",
        "atenabango": number,
        "jusho_choaza": "宮後一丁目",
        "sosanengappi": "2026-04-02",
    }
    answer = send(bearer, moved)
    assert answer.json()["result"][0]["rirekibango"] == 2
    with clerk():
        assert current(number).facts.town == "宮後一丁目"
        assert current(number).facts.kana == "イセ　ハナコ"  # 言われなかった項目は残る
    unknown = send(bearer, moved | {"atenabango": "123"})
    assert said(unknown) == errors(("E0002", "宛名番号は付番済みの宛名番号で設定してください。"))


def test_a_resident_is_not_changed_from_outside_but_a_former_one_keeps_the_number(bearer):
    with clerk():
        register("1001", "1", source="001", standing="1")
        register("1002", "1", source="001", standing="3")
    resident = send(bearer, REQUEST | {"shorikubun": "1", "atenabango": "1001"})
    assert said(resident) == errors(("E0002", "宛名番号は住登外者の宛名番号で設定してください。"))
    former = send(bearer, REQUEST | {"shorikubun": "1", "atenabango": "1002"})
    assert number_of(former) == "1002"
    with clerk():
        assert fetch_all("SELECT kind FROM addressee WHERE addressee_number = '1002'") == [("2",)]


def test_the_personal_number_is_sealed_and_nowhere_else(bearer, keys, addressee_database, caplog):
    private = linkage_public_key(keys)
    number = number_of(send(bearer, REQUEST | {"kojinbango": INDIVIDUAL}))
    with clerk():
        ((sealed,),) = fetch_all("SELECT sealed FROM sealed_number_outbox")
    opened = open_number(
        bytes(sealed), subject=number, sender="addressee", keys={key_name(private.public_key()): private}
    )
    assert opened.digits() == INDIVIDUAL
    with server(addressee_database) as admin:
        for (table,) in admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            rows = admin.execute(f'SELECT t::text FROM "{table}" t').fetchall()
            assert INDIVIDUAL not in str(rows), table
    assert INDIVIDUAL not in caplog.text


def test_a_record_not_for_other_offices_does_not_exist_for_them(bearer):
    number = number_of(send(bearer, REQUEST | {"tagyomusanshofukafuragu": "1"}))
    assert inquire(bearer, shimei="伊勢　花子").json()["result"][0]["atenabango"] == number
    other = token(registered("012"))
    assert inquire(other, shimei="伊勢　花子").json()["result"] == []
    assert inquire(other, atenabango=number).json()["result"] == []
    chosen = send(other, REQUEST | {"gyomuid": "012", "shorikubun": "2", "atenabango": number})
    assert said(chosen) == errors(("E0002", "宛名番号は付番済みの宛名番号で設定してください。"))


def test_a_consolidation_is_noted_for_an_officer_and_its_target_must_exist(bearer):
    target = number_of(send(bearer, REQUEST))
    merged = REQUEST | {"nayosemotofuragu": "1", "nayosesakiatenabango": target, "sosajikoku": "11:00:00"}
    number = number_of(send(bearer, merged))
    assert NumberingRequest.objects.get(addressee_number=number).consolidation_target == target
    nobody = send(bearer, merged | {"nayosesakiatenabango": "5"})
    assert said(nobody) == errors(("E0002", "名寄せ先宛名番号は付番済みの宛名番号で設定してください。"))


def test_an_inquiry_finds_exactly_partly_and_by_what_was_true_before(bearer):
    number = number_of(send(bearer, REQUEST))
    moved = REQUEST | {"shorikubun": "2", "atenabango": number, "jusho_choaza": "宮後", "sosanengappi": "2026-04-02"}
    send(bearer, moved)
    conditions = {"shimei": "伊勢花子", "seibetsu": "2", "seinengappi": "1980-05-01", "jusho_choaza": "岩渕１丁目"}
    (found,) = inquire(bearer, **conditions).json()["result"]
    assert (found["atenabango"], found["rirekibango"], found["jusho_choaza"]) == (number, 2, "宮後")
    assert (found["uji_nihonjin"], found["na_nihonjin"]) == ("伊勢", "花子")
    assert "kojinbango" not in found
    assert inquire(bearer, **conditions, rirekikensaku="0").json()["result"] == []
    assert inquire(bearer, shimei="花子").json()["result"] == []  # 完全一致
    assert len(inquire(bearer, shimei="花子", kensakuhoho="1").json()["result"]) == 1
    assert inquire(bearer, shimei="伊勢　花子", seibetsu="1").json()["result"] == []
    nothing = inquire(bearer)
    assert json.loads(said(nothing))["errors"] == [{"code": "E0001", "message": "氏名が設定されていません。"}]


def test_every_answer_is_audited_without_the_facts(bearer):
    number_of(send(bearer, REQUEST))
    inquire(bearer, shimei="伊勢　花子")
    acts = fetch_all("SELECT act, officer, detail::text, fields::text FROM audit_event WHERE officer LIKE '業務%'")
    assert {"住登外者宛名番号の依頼に答えた", "住登外者の照会に答えた"} <= {act for act, *_ in acts}
    assert "花子" not in str(acts)


def test_a_range_with_numbers_given_out_is_not_opened_again(bearer):
    number_of(send(bearer, REQUEST))
    with operator(), transaction.atomic():
        with pytest.raises(WrongRange):
            open_range(90_000_000_000_000, 90_000_000_000_009, scheme="mod11")
        with pytest.raises(WrongRange):
            open_range(5, 4, scheme="mod11")
        open_range(100, 200, scheme="none")
    assert number_of(send(bearer, REQUEST | {"sosajikoku": "12:00:00"})) == "000000000000100"
