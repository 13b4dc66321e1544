"""取込みの画面。落とす、確かめる、取り込む、直す、差し戻す。どの状態でも、金は合っている。"""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from osame.collection.determinations.importing import import_determinations
from osame.collection.inquiry.verification import verify_everything
from osame.formats import bank_notice
from osame.formats.csv_batch import FileHeader
from osame.platform import gate
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.imports import uploads
from osame.platform.imports.registry import MAXIMUM_PAYMENT_BYTES
from osame.platform.jobs.models import JobRequest
from osame.platform.jobs.request_running import perform_request
from tests.systems.collection.cast import SATO, TANAKA, determination, found_city, notice, slip, write_determinations
from tests.systems.platform.staff_cast import APRIL, hire, sign_in, with_app

DAY = date(2025, 9, 10)


@pytest.fixture
def clerk(database, tmp_path, monkeypatch) -> Client:
    """A city with two charges of 50,000, and a clerk at the console."""
    monkeypatch.setenv("OSAME_TODAY", DAY.isoformat())
    with gate.acting(gate.Acting("setup", "collection.intake.determinations", "statutory")):
        found_city()
        rows = (determination(SATO), determination(SATO, 2), determination(TANAKA))
        import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=DAY, officer="setup")
    return at_work("A0001", "collection_clerk")


def at_work(number: str, *roles: str) -> Client:
    from tests.browser.console_cast import register_handler

    account = hire(number, "山本 昇", *roles)
    secret = with_app(account)
    register_handler(number, "collection")
    assert APRIL
    return sign_in(number, secret)


def notices(*rows, sequence: int = 1) -> bytes:
    return bank_notice.write(rows, header=FileHeader(sender_code="0155", business_on=DAY, sequence=sequence))


def submission(page: bytes) -> str:
    found = re.search(r'name="submission" value="([^"]+)"', page.decode())
    assert found, page.decode()
    return found[1]


def drop(client: Client, *files: tuple[str, bytes]):
    page = client.get("/intake/")
    assert page.status_code == 200, page.content.decode()
    sent = {"submission": submission(page.content), "dropped": [SimpleUploadedFile(*each) for each in files]}
    return client.post("/intake/", sent)


def take(client: Client, *files: tuple[str, bytes], profiles: dict[str, str] | None = None):
    """Drop, confirm, and let the work be done here instead of in a worker. Answers with the page the officer is led to."""
    dropped = drop(client, *files)
    assert dropped.status_code == 302, dropped.content.decode()
    confirm = client.get(dropped.headers["Location"])
    fields = dict(
        re.findall(
            r'<select name="(profile_\d+)".*?<option value="([a-z0-9_]*)" selected', confirm.content.decode(), re.DOTALL
        )
    )
    fields |= profiles or {}
    sent = {"submission": submission(confirm.content), "as_of": "R7.9.10", "medium": "link", **fields}
    asked = client.post(dropped.headers["Location"], sent)
    assert asked.status_code == 302, asked.content.decode()
    request_id = int(asked.headers["Location"].rstrip("/").rpartition("/")[2])
    perform_request(request_id)
    request = JobRequest.objects.get(pk=request_id)
    return client.get(request.result_path) if request.result_path else request


def body(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def three_bad_rows() -> bytes:
    """One good payment; one paid on a day that does not exist, one without an amount, one with a wrong breakdown."""
    good = notice(1, SATO, 50_000, date(2025, 9, 1))
    rows = [good, notice(2, SATO, 50_000, date(2025, 9, 2), term=2), notice(3, TANAKA, 20_000, date(2025, 9, 3)),
            notice(4, TANAKA, 30_000, date(2025, 9, 4))]  # fmt: skip
    text = notices(*rows).decode()
    text = text.replace("20250902,20250902", "20250931,20250902")
    text = text.replace("00000020000,", "0000002000O,", 1)
    return text.replace("00000030000,,,", "00000030000,00000010000,,", 1).encode()


def fix(client: Client, path: str, confirm: bool = True, **values: str):
    page = client.get(path)
    assert page.status_code == 200, page.content.decode()
    html = page.content.decode()
    fields = {m[0]: m[1] for m in re.findall(r'<input type="text" name="(\w+)"(?: value="([^"]*)")?', html)}
    sent = {"submission": submission(page.content), "reason": "済通の写しで確かめた", **fields, **values}
    seen = client.post(path, sent)
    if not confirm or seen.status_code != 200:
        return seen
    return client.post(path, {**sent, "submission": submission(seen.content), "confirm": "1"})


def conserved() -> None:
    """Rows in = posted + held + rejected, and the ledger is sound."""
    assert fetch_one("SELECT count(*) FROM intake_file WHERE rows_in <> rows_posted + rows_held + rows_rejected") == (
        0,
    )
    verification = verify_everything()
    assert verification.sound, verification.findings


def test_a_file_is_dropped_confirmed_taken_in_and_told(clerk):
    answer = take(clerk, ("bank.csv", notices(notice(1, SATO, 50_000, date(2025, 9, 1)))))
    told = body(answer)
    assert "すべての行を取り込みました" in told
    assert "50,000" in told
    assert fetch_one("SELECT medium, profile, officer, rows_posted FROM intake_file WHERE channel = '01'") == (
        "link", "bank_notice_v0", "A0001", 1,
    )  # fmt: skip
    assert fetch_one("SELECT count(*) FROM upload WHERE sealed <> ''") == (0,)
    conserved()


def test_what_was_dropped_is_not_kept_in_the_clear(clerk):
    data = notices(notice(1, SATO, 50_000, date(2025, 9, 1), payer_kana="サトウ ハナコ"))
    drop(clerk, ("bank.csv", data))
    ((sealed,),) = fetch_all("SELECT sealed FROM upload")
    assert data not in bytes(sealed)
    assert "サトウ".encode() not in bytes(sealed)
    run_sql("UPDATE upload SET uploaded_at = now() - interval '2 days'")
    assert uploads.prune() == 1


def test_the_same_file_dropped_twice_is_told_as_received(clerk):
    data = notices(notice(1, SATO, 50_000, date(2025, 9, 1)))
    take(clerk, ("bank.csv", data))
    assert "受領済" in body(clerk.get(drop(clerk, ("again.csv", data)).headers["Location"]))
    assert "受領済：同じ中身のファイルを" in body(take(clerk, ("again.csv", data)))
    assert fetch_one("SELECT count(*) FROM receipt") == (1,)
    conserved()


def test_several_files_are_taken_in_the_order_they_need(clerk, tmp_path):
    later = write_determinations(tmp_path / "e.csv", determination(TANAKA, 2)).read_bytes()
    paid = notices(notice(9, TANAKA, 50_000, date(2025, 9, 1), term=2))
    told = body(take(clerk, ("a-payments.csv", paid), ("b-determinations.csv", later)))
    assert "いま取り込んだファイル" in told
    assert fetch_one("SELECT count(*) FROM held_receipt") == (0,)
    conserved()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.csv", b"", "0バイト"),
        ("packed.zip", b"PK\x03\x04" + b"x" * 100, "展開して"),
    ],
)
def test_what_cannot_be_a_file_is_refused_where_it_is_dropped(clerk, name, data, said):
    answer = drop(clerk, (name, data))
    assert (answer.status_code, said in body(answer), name in body(answer)) == (422, True, True)
    assert fetch_one("SELECT count(*) FROM upload") == (0,)


def test_nothing_dropped_is_told(clerk):
    answer = drop(clerk)
    assert (answer.status_code, "ファイルを落とすか、選んでください" in body(answer)) == (422, True)


def test_a_huge_file_is_refused_unread(clerk):
    page = clerk.get("/intake/")
    answer = clerk.post(
        "/intake/",
        {"submission": submission(page.content)},
        CONTENT_LENGTH=str(MAXIMUM_PAYMENT_BYTES + 2 * 1024 * 1024),
    )
    assert (answer.status_code, "大きすぎます" in body(answer)) == (413, True)


def test_junk_is_not_recognised_and_refused_whole_under_any_profile(clerk):
    junk = bytes(range(256)) * 8192  # 2 MiB
    dropped = drop(clerk, ("junk.bin", junk))
    confirm = clerk.get(dropped.headers["Location"])
    assert "様式を見分けられないファイルがあります" in body(confirm)
    (upload_id,) = fetch_one("SELECT upload_id FROM upload")
    unchosen = clerk.post(
        dropped.headers["Location"], {"submission": submission(confirm.content), "as_of": "R7.9.10", "medium": "link"}
    )
    assert (unchosen.status_code, "「junk.bin」の様式を選んでください。" in body(unchosen)) == (422, True)
    told = body(take(clerk, ("junk2.bin", junk), profiles={f"profile_{upload_id + 1}": "bank_notice_v0"}))
    assert "このファイルは受け付けていません" in told
    assert fetch_one("SELECT count(*) FROM receipt") == (0,)
    conserved()


def test_three_bad_rows_are_fixed_in_place_and_the_money_is_all_there(clerk):
    told = body(take(clerk, ("bank.csv", three_bad_rows())))
    assert "手当てを待つ行が3行あります" in told
    (file_id,) = fetch_one("SELECT intake_file_id FROM intake_file WHERE channel = '01'")
    listed = body(clerk.get("/held/"))
    assert "手当てを待つ行 3" in listed
    row = f"/held/1/{file_id}/"

    wrong = fix(clerk, f"{row}3/", confirm=False)
    assert (wrong.status_code, "実在しない日付" in body(wrong)) == (422, True)
    seen = fix(clerk, f"{row}3/", confirm=False, paid_on="20250902")
    assert "50,000円を、次の期別に消し込みます" in body(seen)
    assert fetch_one("SELECT count(*) FROM receipt") == (1,)  # 見ただけでは、何も残らない
    assert fix(clerk, f"{row}3/", paid_on="20250902").status_code == 302

    too_much = fix(clerk, f"{row}4/", amount="00000025000")
    assert (too_much.status_code, "送付元の合計と合わなくなります" in body(too_much)) == (422, True)
    assert fix(clerk, f"{row}4/", amount="00000020000").status_code == 302
    changed = fix(clerk, f"{row}5/", amount="00000010000")
    assert (changed.status_code, "送付元の合計と合わなくなります" in body(changed)) == (422, True)
    assert fix(clerk, f"{row}5/", principal="").status_code == 302

    assert fetch_one("SELECT sum(amount)::bigint, count(*) FROM receipt") == (150_000, 4)
    assert "手当てを待つ行 0" in body(clerk.get("/held/"))
    done = body(clerk.get(f"/intake/{file_id}/"))
    assert done.count("直して登録した") == 3
    assert "20250931" in done
    assert fetch_all("SELECT before, after, reason, officer FROM row_treatment ORDER BY line_number LIMIT 1")[0][2:] == (
        "済通の写しで確かめた", "A0001",
    )  # fmt: skip
    assert clerk.get(f"{row}3/").status_code == 409
    conserved()


def test_the_senders_own_correction_afterwards_is_not_posted_twice(clerk):
    take(clerk, ("bank.csv", three_bad_rows()))
    (file_id,) = fetch_one("SELECT intake_file_id FROM intake_file WHERE channel = '01'")
    assert fix(clerk, f"/held/1/{file_id}/3/", paid_on="20250902").status_code == 302
    resent = notices(notice(2, SATO, 50_000, date(2025, 9, 2), term=2), sequence=2)
    assert "受領済" in body(take(clerk, ("resent.csv", resent)))
    assert fetch_one("SELECT count(*) FROM receipt WHERE slip_number = %s", [slip(SATO, 2)]) == (1,)
    conserved()


def test_a_corrected_row_without_a_charge_is_held_and_told_so_before(clerk):
    take(clerk, ("bank.csv", three_bad_rows()))
    (file_id,) = fetch_one("SELECT intake_file_id FROM intake_file WHERE channel = '01'")
    path = f"/held/1/{file_id}/3/"
    seen = fix(clerk, path, confirm=False, paid_on="20250902", matter_key="00000999999999999999")
    assert "保留の入金になります" in body(seen)
    assert fix(clerk, path, paid_on="20250902", matter_key="00000999999999999999").status_code == 302
    assert "保留の入金（1）" in body(clerk.get("/held/"))
    conserved()


def test_a_row_is_sent_back_once_with_a_reason(clerk):
    take(clerk, ("bank.csv", three_bad_rows()))
    (file_id,) = fetch_one("SELECT intake_file_id FROM intake_file WHERE channel = '01'")
    path = f"/held/1/{file_id}/3/back/"
    page = clerk.get(path)
    assert "金額は記帳されません" in body(page)
    empty = clerk.post(path, {"submission": submission(page.content), "reason": ""})
    assert (empty.status_code, "理由を入力してください" in body(empty)) == (422, True)
    sent = {"submission": submission(page.content), "reason": "銀行に電話で照会した"}
    assert clerk.post(path, sent).status_code == 302
    assert clerk.post(path, sent).status_code in {302, 409}  # 二度押しても、一度だけ
    assert fetch_one("SELECT count(*), min(kind) FROM row_treatment") == (1, "2")
    assert "送付元に差し戻した" in body(clerk.get(f"/intake/{file_id}/"))
    conserved()


def test_a_held_determination_is_corrected_and_a_rejected_one_too(clerk, tmp_path):
    rows = (
        determination("000000000009999", 1, slip_number=777),
        determination(TANAKA, 3, tax_item="99", slip_number=778),
    )
    data = write_determinations(tmp_path / "held.csv", *rows).read_bytes()
    told = body(take(clerk, ("held.csv", data)))
    assert "手当てを待つ行が2行あります" in told
    (file_id,) = fetch_one("SELECT max(intake_file_id) FROM intake_file")
    still = fix(clerk, f"/held/2/{file_id}/2/", c14="000000000008888")
    assert (still.status_code, "まだ届いていません" in body(still)) == (422, True)
    assert fix(clerk, f"/held/2/{file_id}/2/", c14=TANAKA).status_code == 302
    assert fix(clerk, f"/held/1/{file_id}/3/", c8="06").status_code == 302
    assert fetch_one("SELECT count(*) FROM charge WHERE slip_number IN (777, 778)") == (2,)
    assert "手当てを待つ行 0" in body(clerk.get("/held/"))
    conserved()


def test_files_are_filtered_and_an_empty_list_says_what_to_do(clerk):
    take(clerk, ("bank.csv", notices(notice(1, SATO, 50_000, date(2025, 9, 1)))))
    assert "bank.csv" in body(clerk.get("/intake/?profile=bank_notice_v0&state=1&day="))
    assert "この条件に当てはまるファイルはありません" in body(clerk.get("/intake/?state=9"))
    assert clerk.get("/intake/999/").status_code == 409


def test_who_may_not_is_refused_and_another_officers_upload_is_not_seen(clerk):
    dropped = drop(clerk, ("bank.csv", notices(notice(1, SATO, 50_000, date(2025, 9, 1)))))
    other = at_work("A0002", "collection_clerk")
    assert other.get(dropped.headers["Location"]).status_code == 409
    auditor = at_work("A0003", "auditor")
    assert auditor.get("/held/").status_code == 403
    assert auditor.post("/intake/").status_code == 403
