"""督促の一月。門、予定、実行、督促状、一覧、委託、差出し、返戻、公示送達、取消し、停止。"""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from osame.formats import returned_notice_csv
from osame.formats.returned_notice_csv import ReturnedNoticeRow
from tests.journeys.town import AS_OF, at_the_store, person, write_addressees, write_store
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import (
    KAKU,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    revision,
    slip,
    write_determinations,
    write_notices,
)

DATES = ("--as-of", "令和7年7月18日", "--cut-off", "2025-07-15")
LATER = ("--as-of", "2025-07-25", *OFFICER)
DAY = date(2025, 7, 10)
HIDDEN, DEAD, GAIJI = (f"{number:015d}" for number in (31, 32, 33))
EXPECTED = f'\n[[expected_file]]\nprofile = "bank_notice_v0"\nsender = "百五銀行"\nbusiness_on = {DAY}\n'


@pytest.fixture
def overdue(town: Typist, tmp_path: Path) -> Typist:
    """納期限 6月30日の期別が、佐藤に二つ、田中・架空商事・鈴木に一つずつ。どれも 50,000円。"""
    rows = [determination(SATO), determination(SATO, 2), *(determination(who) for who in (TANAKA, KAKU, SUZUKI))]
    town.take("determinations", write_determinations(tmp_path / "d.csv", *rows), "--as-of", AS_OF)
    return town


@pytest.fixture
def run_id(overdue: Typist) -> int:
    """四通・五期別を督促した。"""
    told = overdue.json("demand", "run", *DATES, *OFFICER)
    assert (told["letters"], told["charges"], told["principal_tax"], told["demand_fee"]) == (4, 5, 250_000, 500)
    return int(told["run_id"])


def pay(osame: Typist, path: Path, *notices: Any, on: date = DAY) -> None:
    osame.take("receipts", write_notices(path, *notices, on=on), "--channel", "bank", "--as-of", "2025-07-30")


def rows_of(osame: Typist, run_id: int, kind: str, path: Path) -> list[dict[str, str]]:
    assert "書きました" in osame.ok("demand", "list", run_id, kind, path)
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def history(osame: Typist, who: str) -> list[str]:
    return [each["what"] for each in osame.json("charge", "show", slip(who), "--as-of", "2025-08-31")["history"]]


def test_a_missing_file_shuts_the_gate(overdue: Typist, parameters: Path, tmp_path: Path) -> None:
    """届くはずのファイルがないと門は閉じ、督促は断られる。届けば開き、予定と実行は同じになり、二度目は無害。"""
    parameters.write_text(parameters.read_text(encoding="utf-8") + EXPECTED, encoding="utf-8")
    overdue.ok("parameters", "load", parameters)
    closed = overdue("demand", "gate", "--cut-off", "2025-07-15")
    assert closed.exit_code == 1
    for told in ("門が閉じています", "百五銀行", "対象 bank_notice_v0:2025-07-10", "不着を認めてください"):
        assert told in closed.output
    assert overdue.json("demand", "gate", "--cut-off", "2025-07-15", code=1)["findings"][0]["sender"] == "百五銀行"
    assert "門が閉じています" in overdue.ok("demand", "preview", *DATES)
    assert "百五銀行" in overdue.refused("demand", "run", *DATES)
    assert overdue.json("charge", "list", TANAKA)[0]["demand_fee"] == 0
    pay(overdue, tmp_path / "b.csv", notice(1, TANAKA, 20_000, DAY), notice(2, KAKU, 50_000, DAY))
    assert "門は開いています" in overdue.ok("demand", "gate", "--cut-off", "2025-07-15")
    shown = overdue.json("demand", "preview", *DATES)
    done = overdue.json("demand", "run", *DATES, *OFFICER)
    names = ("letters", "charges", "principal_tax", "demand_fee")
    assert [shown[name] for name in names] == [done[name] for name in names] == [3, 4, 180_000, 400]
    digest = overdue.ok("ledger", "digest")
    assert "何も変えていません" in overdue.ok("demand", "run", *DATES)
    assert overdue.ok("ledger", "digest") == digest
    overdue.ok("ledger", "verify")


def test_a_finding_is_waived_by_name(overdue: Typist, parameters: Path) -> None:
    """門の事柄は、名前と理由を付けて認める。挙がっていない事柄は認められない。"""
    parameters.write_text(parameters.read_text(encoding="utf-8") + EXPECTED, encoding="utf-8")
    overdue.ok("parameters", "load", parameters)
    words = ("demand", "waive", "bank_notice_v0:2025-07-10", "--cut-off", "R7.7.15", *OFFICER)
    assert "名前と理由" in overdue.refused(*words, "--reason", " ")
    assert "挙げていません" in overdue.refused("demand", "waive", "nothing", "--cut-off", "R7.7.15", "--reason", "休")
    assert "認めました" in overdue.ok(*words, "--reason", "銀行の休止日")
    overdue.ok("demand", "gate", "--cut-off", "2025-07-15")
    overdue.ok("demand", "run", *DATES)


def test_a_refused_file_and_a_gap_shut_the_gate(overdue: Typist, tmp_path: Path) -> None:
    """断ったファイルと、抜けた通番も門を閉じる。正しいファイルが同じ名で届けば開く。"""
    path = write_notices(tmp_path / "b.csv", notice(1, TANAKA, 20_000, DAY), on=DAY, sequence=2)
    good = path.read_bytes()
    path.write_bytes(good[:60])
    overdue.refused("import", "receipts", path, "--channel", "bank", "--as-of", DAY)
    path.write_bytes(good)
    overdue.ok("import", "receipts", path, "--channel", "bank", "--as-of", DAY)
    closed = overdue("demand", "gate", "--cut-off", "2025-07-15")
    assert closed.exit_code == 1
    assert "通番1" in closed.output
    first = write_notices(tmp_path / "a.csv", notice(2, KAKU, 1_000, DAY), on=DAY, sequence=1)
    overdue.ok("import", "receipts", first, "--channel", "bank", "--as-of", DAY)
    overdue.ok("demand", "gate", "--cut-off", "2025-07-15")


def test_every_charge_left_out_has_its_reason(overdue: Typist, parameters: Path, tmp_path: Path) -> None:
    """少額、停止、支援措置、死亡、速報の届いた入金。除いた期別は、一覧に一つの理由で載る。"""
    people = (person(HIDDEN, protection_measure=True), person(DEAD, died_on=date(2025, 6, 1)))
    overdue.ok("import", "addressees", write_addressees(tmp_path / "a.csv", *people), "--as-of", AS_OF)
    more = (determination(HIDDEN), determination(DEAD), determination(KAKU, 2, 900))
    overdue.take("determinations", write_determinations(tmp_path / "e.csv", *more), "--as-of", AS_OF)
    text = parameters.read_text(encoding="utf-8")
    parameters.write_text(text.replace('少額（円未満）"\nvalid_from = 2000-01-01\nvalue = "0"',
                                       '少額（円未満）"\nvalid_from = 2000-01-01\nvalue = "1000"'), "utf-8")  # fmt: skip
    overdue.ok("parameters", "load", parameters)
    overdue.ok("demand", "stop", SUZUKI, "--kind", "02", "--reason", "罹災証明", "--as-of", AS_OF, *OFFICER)
    store = write_store(tmp_path / "s", DAY, at_the_store("01", TANAKA, 50_000, DAY))
    overdue.take("receipts", store, "--channel", "cvs", "--as-of", DAY)
    shown = overdue.ok("demand", "preview", *DATES)
    assert "督促停止（災害）" in shown
    told = overdue.json("demand", "run", *DATES)
    assert (told["charges"], told["left_out"]) == (3, 5)
    reasons = {(row["宛名番号"], row["期別"]): row["除外理由"]
               for row in rows_of(overdue, told["run_id"], "excluded", tmp_path / "x.csv")}  # fmt: skip
    assert set(reasons) == {(HIDDEN, "1"), (DEAD, "1"), (KAKU, "2"), (SUZUKI, "1"), (TANAKA, "1")}
    assert reasons[SUZUKI, "1"] == "督促停止（災害）"
    assert "少額" in reasons[KAKU, "2"]
    assert len(set(reasons.values())) == 5


def test_late_and_wrong_dates_are_told(overdue: Typist) -> None:
    """納期限から20日を過ぎる予定は注意し、締切日が発付日より後、一年先の発付日、前の督促より前は断る。"""
    assert "20日" in overdue.ok("demand", "preview", "--as-of", "2025-07-24", "--cut-off", "2025-07-15")
    assert "締切日が発付日より後" in overdue.refused(
        "demand", "run", "--as-of", "2025-07-18", "--cut-off", "2025-07-19"
    )
    assert "年の打ち間違い" in overdue.refused("demand", "run", "--as-of", "2035-07-18", "--cut-off", "2025-07-15")
    overdue.ok("demand", "run", *DATES)
    early = ("demand", "run", "--as-of", "2025-07-17", "--cut-off", "2025-07-15")
    assert "前に実行した督促より前" in overdue.refused(*early)


def test_letters_are_printed_and_read_back(overdue: Typist, tmp_path: Path) -> None:
    """督促状。誰に、何を、いくら、いつまでに。外字と、後から支援措置になった人の分は手作業に回す。"""
    gaiji = write_addressees(tmp_path / "a.csv", person(GAIJI, name="𰻝野 桜"))
    overdue.ok("import", "addressees", gaiji, "--as-of", AS_OF)
    overdue.take("determinations", write_determinations(tmp_path / "e.csv", determination(GAIJI)), "--as-of", AS_OF)
    run_id = overdue.json("demand", "run", *DATES)["run_id"]
    hidden = person(SUZUKI, protection_measure=True, updated_on=date(2025, 7, 18))
    overdue.ok("import", "addressees", write_addressees(tmp_path / "b.csv", hidden), "--as-of", "2025-07-18")
    told = overdue.json("demand", "letters", run_id)
    assert (told["requested"], told["generated"], len(told["held"])) == (5, 3, 2)
    folder = Path(told["directory"])
    pages = [
        "".join(page.extract_text().split()) for path in sorted(folder.glob("*.pdf")) for page in PdfReader(path).pages
    ]
    (sato,) = [page for page in pages if "佐藤花子" in page]
    for printed in (
        "督促",
        "5160037",
        "100,000",
        "200",
        "100,200",
        "令和7年7月18日",
        "令和7年7月28日",
        "地方税法第371条第1項",
        "架空太郎",
    ):
        assert printed in sato.replace("516-0037", "5160037"), (printed, sato)
    held = folder.with_name(f"{folder.name}-held.csv").read_text(encoding="utf-8-sig")
    assert "外字" in held
    assert SUZUKI in held
    assert "依頼5通 ＝ 印刷3通" in overdue.ok("demand", "letters", run_id)
    assert "別の形の紙で刷っています" in overdue.refused("demand", "letters", run_id, "--paper", "postcard")
    cards = overdue.ok("demand", "letters", run_id, "--paper", "postcard", "--again", "はがきで出し直す")
    assert "依頼5通 ＝ 圧着はがき3通 ＋ 封書0通 ＋ 手作業2通" in cards
    assert "この番号の督促" in overdue.refused("demand", "letters", 999)


def test_lists_and_the_contractors_file(overdue: Typist, run_id: int, tmp_path: Path) -> None:
    """発付一覧、引抜き一覧、委託先の印刷データ。引き抜いた期別は印刷データに入らず、件数と金額とハッシュが付く。"""
    pulled = ("demand", "cancel", slip(TANAKA), "--withdraw", "--reason", "本日の納付を確認", "--as-of", "2025-07-18")
    assert "手数料100円を戻しました" in overdue.ok(*pulled, *OFFICER)
    issued = rows_of(overdue, run_id, "issued", tmp_path / "i.csv")
    assert len(issued) == 5
    assert {row["状態"] for row in issued} == {"有効", "引抜"}
    assert {row["指定期限"] for row in issued} == {"2025-07-28"}
    (gone,) = rows_of(overdue, run_id, "withdrawn", tmp_path / "w.csv")
    assert (gone["宛名番号"], gone["理由"], gone["封筒ごと抜くか"]) == (TANAKA, "本日の納付を確認", "封筒ごと")
    told = overdue.json("demand", "print-file", run_id, "--contractor", "架空印刷")
    assert (told["letters"], told["charges"], told["principal_tax"], told["demand_fee"]) == (3, 4, 200_000, 400)
    data = (Path(told["directory"]) / told["file_name"]).read_text(encoding="utf-8-sig")
    assert TANAKA not in data
    assert told["sha256"] in overdue.ok("demand", "print-file", run_id, "--contractor", "架空印刷")
    assert "委託先" in overdue.refused("demand", "print-file", run_id, "--contractor", " ")
    overdue.refused("demand", "list", run_id, "everything", tmp_path / "e.csv", code=2)


def test_mailing_return_and_publication_move_the_day_of_seizure(overdue: Typist, run_id: int, tmp_path: Path) -> None:
    """差押可能日。発した日から起算して10日を経過した日の翌日。返戻されれば消え、公示送達から数え直す。

    7月22日に差し出せば 8月2日。8月1日に掲示を始めれば、7日を経過して送達され、8月12日。
    """
    assert "差出日が発付日より前" in overdue.refused("demand", "dispatched", run_id, "--on", "2025-07-17")
    assert "5期別" in overdue.ok("demand", "dispatched", run_id, "--on", "令和7年7月22日", *OFFICER)
    assert {row["差押可能日"] for row in rows_of(overdue, run_id, "issued", tmp_path / "1.csv")} == {"2025-08-02"}
    first, back = f"{run_id}-1", ("--cause", "02", "--on", "2025-07-25", "--as-of", "2025-07-25")
    assert "返戻番号 1" in overdue.ok("returned", "register", first, *back, *OFFICER)
    assert "既に登録しています" in overdue.refused("returned", "register", first, *back)
    assert "差出日より前" in overdue.refused(
        "returned", "register", f"{run_id}-2", "--cause", "02", "--on", "2025-07-01"
    )
    assert "送っていません" in overdue.refused("returned", "register", f"{run_id}-99", *back)
    assert "None" not in overdue.ok("charge", "show", slip(SATO), "--as-of", "2025-08-31")
    board = ("--reason", "住民票も現地も不明", "--kept-at", "収納推進課", "--as-of", "2025-07-30")
    assert "要件を満たしていません" in overdue.refused("returned", "draft", 1, *board)
    overdue.ok("returned", "inquire", 1, "--kind", "01", "--of", "戸籍住民課", "--on", "2025-07-28")
    overdue.ok("returned", "answer", 1, "--outcome", "2", "--answer", "職権消除", "--on", "2025-07-30")
    assert "公示番号 1" in overdue.ok("returned", "draft", 1, *board, *OFFICER)
    assert "起案した職員は" in overdue.refused("returned", "post", 1, "--on", "2025-08-01", *OFFICER)
    assert "令和7年8月8日" in overdue.ok("returned", "post", 1, "--on", "2025-08-01", "--officer", "鈴木")
    assert "公示送達" in overdue.ok("returned", "list")
    assert "外した日" in overdue.ok("returned", "take-down", 1, "--on", "2025-08-08")
    assert "publication-1-" in overdue.ok("returned", "print", 1, "--to", tmp_path)
    book = overdue.json("returned", "book", "--from", "2025-07-22", "--through", "2025-07-22")
    assert [(each["presumed_on"], each["returned_on"]) for each in book][:2] == [
        (None, "2025-07-25"), ("2025-07-24", None)
    ]  # fmt: skip
    states = {
        row["宛名番号"]: (row["状態"], row["差押可能日"])
        for row in rows_of(overdue, run_id, "issued", tmp_path / "2.csv")
    }
    assert states[SATO] == ("公示送達", "2025-08-12")
    assert states[TANAKA] == ("有効", "2025-08-02")
    assert history(overdue, SATO)[-3:] == ["督促", "督促状の返戻", "督促状の公示送達"]
    assert "差し出した後は、引き抜けません" in overdue.refused(
        "demand", "cancel", slip(TANAKA), "--withdraw", "--reason", "誤り", *LATER
    )


def test_a_cancelled_demand_gives_everything_back(overdue: Typist, run_id: int, tmp_path: Path) -> None:
    """取消し。手数料は戻り、納めてあれば過誤納になり、差押可能日は消え、また督促できる。"""
    later = date(2025, 7, 25)
    pay(overdue, tmp_path / "p.csv", notice(1, TANAKA, 50_100, later), on=later)
    assert overdue.json("charge", "list", TANAKA)[0]["demand_fee"] == 0
    words = ("demand", "cancel", slip(TANAKA), *LATER)
    assert "理由がありません" in overdue.refused(*words, "--reason", " ")
    assert "100円は過誤納金になりました" in overdue.ok(*words, "--reason", "課税の誤り")
    assert overdue.json("charge", "list", TANAKA)[0]["overpayment"] == 100
    overdue.ok("demand", "cancel", slip(KAKU), "--reason", "誤発付", *LATER)
    assert "別の理由または日付で既に" in overdue.refused("demand", "cancel", slip(KAKU), "--reason", "別の理由", *LATER)
    assert overdue.json("charge", "list", KAKU)[0]["demand_fee"] == 0
    assert history(overdue, KAKU)[-2:] == ["督促（取消済み）", "督促の取消し"]
    (row,) = [row for row in rows_of(overdue, run_id, "issued", tmp_path / "i.csv") if row["宛名番号"] == KAKU]
    assert (row["状態"], row["差押可能日"]) == ("取消", "")
    again = overdue.json("demand", "run", "--as-of", "2025-07-28", "--cut-off", "2025-07-25")
    assert again["charges"] == 1
    assert "該当する期別がありません" in overdue.refused("demand", "cancel", slip(TANAKA, 9), "--reason", "誤", *LATER)
    overdue.ok("ledger", "verify")


@pytest.mark.usefixtures("run_id")
def test_only_the_fee_is_paid(overdue: Typist, tmp_path: Path) -> None:
    """本税だけの納付では手数料が残り、手数料だけの納付で消える。順序は本税、督促手数料。"""
    pay(overdue, tmp_path / "1.csv", notice(1, TANAKA, 50_000, date(2025, 7, 25)), on=date(2025, 7, 25))
    left = overdue.json("charge", "quote", slip(TANAKA), "--as-of", "2025-07-30")
    assert (left["principal_tax"], left["demand_fee"], left["total"]) == (0, 100, 100)
    pay(overdue, tmp_path / "2.csv", notice(2, TANAKA, 100, date(2025, 7, 28)), on=date(2025, 7, 28))
    assert overdue.json("charge", "quote", slip(TANAKA), "--as-of", "2025-07-30")["total"] == 0
    entries = overdue.json("charge", "show", slip(TANAKA), "--as-of", "2025-07-30")["entries"]
    assert [(each["credit"], each["amount"]) for each in entries if each["kind"] == "収納"] == [
        ("本税", 50_000),
        ("督促手数料", 100),
    ]
    overdue.ok("ledger", "verify")


@pytest.mark.usefixtures("run_id")
def test_a_demand_is_made_once(overdue: Typist) -> None:
    """同じ期別を二度督促しない。"""
    assert overdue.json("demand", "run", "--as-of", "2025-07-28", "--cut-off", "2025-07-25")["charges"] == 0
    assert overdue.json("charge", "list", SATO)[0]["demand_fee"] == 100


def test_stops_cover_a_person_a_tax_or_a_charge(overdue: Typist) -> None:
    """停止。個人・税目・期別ごと、期間つき。理由がなければ断り、解除すればまた督促する。"""
    words = ("demand", "stop", SATO, "--as-of", AS_OF, *OFFICER)
    assert "理由の説明がありません" in overdue.refused(*words, "--kind", "03", "--reason", " ")
    assert "猶予" in overdue.refused(*words, "--kind", "77", "--reason", "理由", code=2)
    assert "登録されていません" in overdue.refused("demand", "stop", f"{88:015d}", "--kind", "01", "--reason", "猶予")
    assert "停止日より前" in overdue.refused(*words, "--kind", "01", "--reason", "猶予", "--through", "2025-06-01")
    other = overdue.refused(*words, "--kind", "03", "--reason", "審査", "--charge", slip(TANAKA))
    assert "その宛名のものではありません" in other
    told = overdue.ok(*words, "--kind", "03", "--reason", "審査請求", "--charge", slip(SATO, 2))
    number = "".join(letter for letter in told if letter.isdigit())
    assert told == overdue.ok(*words, "--kind", "03", "--reason", "審査請求", "--charge", slip(SATO, 2))
    overdue.ok("demand", "stop", TANAKA, "--kind", "99", "--reason", "照会", "--as-of", AS_OF, "--tax-item", "01")
    overdue.ok("demand", "stop", KAKU, "--kind", "01", "--reason", "猶予", "--as-of", AS_OF, "--through", "2025-07-17")
    overdue.ok("demand", "stop", SUZUKI, "--kind", "02", "--reason", "罹災", "--as-of", AS_OF)
    first = overdue.json("demand", "run", *DATES)
    assert (first["charges"], first["left_out"]) == (3, 2)
    assert "令和7年7月22日に解除しました" in overdue.ok("demand", "release", number, "--as-of", "2025-07-22")
    assert "令和7年7月22日に解除しました" in overdue.ok("demand", "release", number, "--as-of", "2025-07-23")
    assert "督促停止がありません" in overdue.refused("demand", "release", 999)
    assert overdue.json("demand", "run", "--as-of", "2025-07-25", "--cut-off", "2025-07-15")["charges"] == 1


@pytest.mark.usefixtures("run_id")
def test_a_correction_after_the_demand_leaves_the_fee(overdue: Typist, tmp_path: Path) -> None:
    """督促の後の減額更正。本税は減り、督促は取り消すまで生きている。"""
    row = revision(TANAKA, 1, 0, -50_000, determined_on=date(2025, 7, 25))
    overdue.take("determinations", write_determinations(tmp_path / "r.csv", row), "--as-of", "2025-07-25")
    assert overdue.json("charge", "list", TANAKA)[0]["demand_fee"] == 100
    overdue.ok("demand", "cancel", slip(TANAKA), "--reason", "課税の取消し", *LATER)
    assert overdue.json("charge", "quote", slip(TANAKA), "--as-of", "2025-07-25")["total"] == 0


def test_a_notice_that_came_back_is_not_demanded_until_it_is_served(overdue: Typist, tmp_path: Path) -> None:
    """課税の側が知らせた納税通知書の返戻。送達まで督促せず、送達と納期限の変更（調定の異動）の後に督促する。"""
    back = ReturnedNoticeRow(
        addressee_number=TANAKA, tax_item="06", levy_year=2025, notice_number=f"{int(TANAKA):010d}", sent_on=date(2025, 5, 1),
        returned_on=date(2025, 5, 20), cause="01", state="1",
    )  # fmt: skip
    nobody = replace(back, notice_number="9999999999")

    def told(name: str, *rows: ReturnedNoticeRow) -> str:
        path = tmp_path / name
        path.write_bytes(returned_notice_csv.write(rows))
        return overdue.ok("returned", "import-notices", path, "--as-of", "2025-07-10", *OFFICER)

    assert "調定がありません" in told("r1.csv", back, nobody)
    assert "返戻" in overdue.ok("demand", "preview", *DATES)
    assert overdue.json("demand", "run", *DATES, *OFFICER)["letters"] == 3
    shown = overdue.ok("returned", "notices")
    assert "調査中" in shown
    served = replace(back, state="3", served_on=date(2025, 7, 8), new_due_date=date(2025, 7, 14))
    told("r2.csv", served)
    told("r3.csv", served, replace(served))  # 同じ内容は、何も変えない
    assert "違う内容で知らされ" in told("r4.csv", replace(served, state="9", served_on=None))
    shown = overdue.ok("returned", "notices")
    assert "調定の異動" in shown
    assert "納期限前10日" in shown
    moved = revision(TANAKA, 1, 50_000, 0, due_on=date(2025, 7, 14))
    overdue.take("determinations", write_determinations(tmp_path / "due.csv", moved), "--as-of", "2025-07-11")
    assert "届いていません" not in overdue.ok("returned", "notices")
    again = overdue.json("demand", "run", "--as-of", "2025-07-30", "--cut-off", "2025-07-25", *OFFICER)
    assert (again["letters"], again["charges"]) == (1, 1)
