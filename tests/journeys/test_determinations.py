"""調定を取り込み、更正し、照会し、調定簿に見る。金額はすべて手で計算した。"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.journeys.town import AS_OF
from tests.journeys.typist import OFFICER, Typist
from tests.systems.collection.cast import (
    KAKU,
    SATO,
    TANAKA,
    determination,
    notice,
    revision,
    slip,
    write_determinations,
    write_notices,
)

STRANGER = f"{77:015d}"
AUGUST = date(2025, 8, 1)


def levy(osame: Typist, path: Path, *rows: object, on: str = AS_OF) -> tuple[int, int, int, int]:
    return osame.take("determinations", write_determinations(path, *rows), "--as-of", on)  # type: ignore[arg-type]


def pay(osame: Typist, path: Path, *notices: object, on: date = date(2025, 9, 10)) -> None:
    osame.take("receipts", write_notices(path, *notices, on=on), "--channel", "bank", "--as-of", on)  # type: ignore[arg-type]


def events(osame: Typist, addressee: str, term: int = 1) -> list[tuple[str, int]]:
    told = osame.json("charge", "show", slip(addressee, term), "--as-of", "2025-09-30")
    return [(each["what"], each["amount"]) for each in told["history"]]


def test_one_good_row_and_three_that_wait_or_are_refused(town: Typist, tmp_path: Path) -> None:
    """良い行は取り込み、知らない税目は断り、宛名のない行は待たせ、同じ期別は断る。同じファイルは何も変えない。"""
    path = write_determinations(
        tmp_path / "d.csv",
        determination(SATO), determination(TANAKA, tax_item="99"), determination(STRANGER), determination(SATO),
    )  # fmt: skip
    told = town.ok("import", "determinations", path, "--as-of", AS_OF, *OFFICER)
    assert "行 4 ＝ 取込 1 ＋ 保留 1 ＋ 不受理 2" in told
    assert "税目「99」は登録されていません" in told
    assert f"宛名「{STRANGER}」がまだ届いていません" in told
    assert "同じファイルの2行目にもあります" in told
    digest = town.ok("ledger", "digest")
    assert "受領済み。何も変えていません" in town.ok("import", "determinations", path, "--as-of", AS_OF)
    assert levy(town, tmp_path / "again.csv", determination(SATO)) == (1, 0, 0, 1)
    assert town.ok("ledger", "digest") == digest


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data.replace(b"\r\n9,1,", b"\r\n9,2,"), "件数"),
        (lambda data: data[: data.rindex(b"\r\n9,") + 2], "トレーラ行"),
        (lambda data: data.decode().encode("cp932"), "UTF-8"),
        (lambda _: b"", "0バイト"),
    ],
)
def test_a_file_whose_totals_are_wrong_leaves_nothing(town: Typist, tmp_path: Path, spoil, reason: str) -> None:
    """件数・合計の合わないファイルは、一行も取り込まない。"""
    path = write_determinations(tmp_path / "d.csv", determination(SATO))
    path.write_bytes(spoil(path.read_bytes()))
    assert reason in town.refused("import", "determinations", path, "--as-of", AS_OF)
    assert town.json("charge", "list", SATO) == []


def test_a_wrong_sum_and_a_negative_tax_are_refused(town: Typist, tmp_path: Path) -> None:
    path = write_determinations(tmp_path / "d.csv", determination(SATO))
    path.write_bytes(path.read_bytes().replace(b"50000,50000", b"-1,-1"))
    assert "合計" in town.refused("import", "determinations", path, "--as-of", AS_OF)
    text = path.read_bytes().decode()
    path.write_bytes(text.replace(",50000", ",-1").encode())
    told = town.json("import", "determinations", path, "--as-of", AS_OF)
    assert (told["rows_posted"], told["rows_rejected"]) == (0, 1)


def test_corrections_up_and_down_keep_their_history(town: Typist, tmp_path: Path) -> None:
    """増額・減額・納期変更。前の額・後の額・更正日が残り、減額後の税額を超える収納は過誤納になる。"""
    levy(town, tmp_path / "1.csv", determination(SATO), determination(TANAKA))
    pay(town, tmp_path / "p.csv", notice(1, TANAKA, 50_000, date(2025, 6, 20)))
    up = revision(SATO, 1, 80_000, 30_000, determined_on=date(2025, 7, 10), notified_on=date(2025, 7, 11),
                  correction_reason="増額", due_on=date(2025, 7, 31))  # fmt: skip
    down = revision(SATO, 2, 70_000, -10_000, determined_on=AUGUST, due_on=date(2025, 7, 31))
    overpaid = revision(TANAKA, 1, 20_000, -30_000, determined_on=AUGUST)
    assert levy(town, tmp_path / "2.csv", up, down, overpaid, on="2025-08-01") == (3, 3, 0, 0)
    assert events(town, SATO) == [("当初調定", 50_000), ("増額更正", 30_000), ("減額更正", -10_000)]
    shown = town.json("charge", "show", slip(SATO), "--as-of", "2025-07-31")
    assert (shown["charge"]["tax_amount"], shown["total"], shown["charge"]["due_date"]) == (
        70_000,
        70_000,
        "2025-07-31",
    )
    tanaka = town.json("charge", "list", TANAKA)[0]
    assert (tanaka["principal_tax"], tanaka["received"], tanaka["overpayment"]) == (0, 50_000, 30_000)
    town.ok("ledger", "verify")


def test_a_correction_that_contradicts_is_refused_and_one_too_early_waits(town: Typist, tmp_path: Path) -> None:
    """前の税額と異動額の和が合わない更正は断り、連番の抜けた更正は、抜けた番号が届くまで待つ。"""
    levy(town, tmp_path / "1.csv", determination(SATO))
    assert levy(town, tmp_path / "2.csv", revision(SATO, 1, 90_000, 30_000)) == (1, 0, 0, 1)
    assert levy(town, tmp_path / "3.csv", revision(SATO, 2, 70_000, -10_000)) == (1, 0, 1, 0)
    told = town.json("import", "determinations",
                     write_determinations(tmp_path / "4.csv", revision(SATO, 1, 80_000, 30_000)), "--as-of", AS_OF)  # fmt: skip
    assert (told["rows_posted"], told["released_held"]) == (1, 1)
    assert town.json("charge", "list", SATO)[0]["tax_amount"] == 70_000


def test_cancelling_a_tax_takes_everything_back(town: Typist, tmp_path: Path) -> None:
    """課税取消・減免。未納は消え、納めてあった分は過誤納になり、復活は増額の異動で戻る。"""
    levy(town, tmp_path / "1.csv", determination(SATO), determination(TANAKA), determination(KAKU))
    pay(town, tmp_path / "p.csv", notice(1, TANAKA, 50_000, date(2025, 6, 20)))
    cancelled = [replace(revision(who, 1, 0, -50_000), change_reason="06") for who in (SATO, TANAKA)]
    reduced = replace(revision(KAKU, 1, 20_000, -30_000), change_reason="05")
    assert levy(town, tmp_path / "2.csv", *cancelled, reduced) == (3, 3, 0, 0)
    assert town.json("charge", "quote", slip(SATO), "--as-of", "2025-09-10")["total"] == 0
    assert town.json("charge", "list", TANAKA)[0]["overpayment"] == 50_000
    assert town.json("charge", "list", KAKU)[0]["principal_tax"] == 20_000
    assert levy(town, tmp_path / "3.csv", revision(TANAKA, 2, 50_000, 50_000)) == (1, 1, 0, 0)
    back = town.json("charge", "list", TANAKA)[0]
    assert (back["principal_tax"], back["overpayment"]) == (0, 0)


def test_a_quote_explains_its_figure(town: Typist, tmp_path: Path) -> None:
    """延滞金の見込み。500,000円、納期限 6月30日、9月10日に納める。

    7月1日～31日 31日 × 2.4% ＝ 1,019円、8月1日～9月10日 41日 × 8.7% ＝ 4,886円。計 5,905円、百円未満を切り捨てて 5,900円。
    """
    levy(town, tmp_path / "1.csv", determination(SATO, 1, 500_000))
    shown = town.ok("charge", "quote", slip(SATO), "--as-of", "令和7年9月10日")
    for told in (
        "31日",
        "年2.4%",
        "1,019円",
        "41日",
        "年8.7%",
        "4,886円",
        "延滞金（見込み）5,900円",
        "505,900円",
        "根拠：地方税法",
    ):
        assert told in shown
    answer = town.json("charge", "quote", slip(SATO), "--as-of", "R7.9.10")
    assert (answer["principal_tax"], answer["delinquency_charge"], answer["total"]) == (500_000, 5_900, 505_900)
    assert answer["fixed"] is False
    assert town.json("charge", "quote", slip(SATO), "--as-of", "2025-06-30")["total"] == 500_000


def test_a_part_payment_lowers_what_runs_on(town: Typist, tmp_path: Path) -> None:
    """一部納付の後は、残った本税で計算する。300,000円を7月15日に納め、残りを9月1日に納めるとしたら。

    15日 × 500,000円 × 2.4% ＝ 493円、16日 × 200,000円 × 2.4% ＝ 210円、32日 × 200,000円 × 8.7% ＝ 1,525円。計 2,228円 → 2,200円。
    """
    levy(town, tmp_path / "1.csv", determination(SATO, 1, 500_000))
    pay(town, tmp_path / "p.csv", notice(1, SATO, 300_000, date(2025, 7, 15)), on=date(2025, 7, 17))
    shown = town.ok("charge", "quote", slip(SATO), "--as-of", "2025-09-01")
    for told in ("493円", "210円", "1,525円", "延滞金（見込み）2,200円", "202,200円"):
        assert told in shown


def test_a_quote_across_years_and_without_a_rate(town: Typist, tmp_path: Path) -> None:
    """年をまたげば率を分け、率の登録されていない年の額は答えない。"""
    levy(town, tmp_path / "1.csv", determination(SATO, 1, 500_000, due_on=date(2025, 12, 25)))
    shown = town.ok("charge", "quote", slip(SATO), "--as-of", "2026-02-10")
    for told in ("年2.4%", "年2.8%", "年9.1%"):
        assert told in shown
    assert "その日に適用する値が登録されていません" in town.refused(
        "charge", "quote", slip(SATO), "--as-of", "2027-01-01"
    )


def test_small_amounts_vanish(town: Typist, tmp_path: Path) -> None:
    """税額2,000円未満には延滞金が付かず、延滞金が1,000円未満なら切り捨てる。"""
    levy(town, tmp_path / "1.csv", determination(SATO, 1, 1_999), determination(SATO, 2, 50_000))
    assert town.json("charge", "quote", slip(SATO), "--as-of", "2026-03-01")["delinquency_charge"] == 0
    assert town.json("charge", "quote", slip(SATO, 2), "--as-of", "2025-08-31")["delinquency_charge"] == 0


def test_show_list_and_quote_find_a_charge_by_both_names(town: Typist, tmp_path: Path) -> None:
    """納付書番号でも、税目-賦課年度-通知書番号-期別でも引ける。引けなければ一文で断る。"""
    levy(town, tmp_path / "1.csv", determination(SATO))
    by_name = town.json("charge", "show", "06-2025-0000000001-1", "--as-of", AS_OF)
    assert by_name == town.json("charge", "show", slip(SATO), "--as-of", AS_OF)
    assert "当初調定" in town.ok("charge", "show", slip(SATO), "--as-of", AS_OF)
    assert "50,000" in town.ok("charge", "list", SATO)
    assert "該当する期別がありません" in town.refused("charge", "show", "999")
    assert "日付として読めません" in town.refused("charge", "quote", slip(SATO), "--as-of", "きのう")


def test_the_book_of_a_month_adds_up(town: Typist, tmp_path: Path) -> None:
    """調定簿。前月末残 ＋ 増額 − 減額 − 収納額 ＝ 月末残。現年と滞繰を分ける。"""
    levy(
        town, tmp_path / "1.csv", determination(SATO), determination(TANAKA, levy_year=2024, due_on=date(2024, 6, 30)),
        revision(SATO, 1, 60_000, 10_000, determined_on=date(2025, 7, 2)),
        revision(SATO, 2, 55_000, -5_000, determined_on=date(2025, 7, 3)),
    )  # fmt: skip
    day = date(2025, 7, 10)
    pay(town, tmp_path / "p.csv", notice(1, SATO, 20_000, day), notice(2, TANAKA, 30_000, day), on=day)
    lines = {line["carried_over"]: line for line in town.json("close", "book", "令和7年7月")["lines"]}
    names = ("opening", "increases", "decreases", "receipts")
    assert [lines[False][name] for name in names] == [50_000, 10_000, 5_000, 20_000]
    assert [lines[True][name] for name in names] == [50_000, 0, 0, 30_000]
    shown = town.ok("close", "book", "2025-07")
    assert "35,000" in shown
    assert "滞繰" in shown
    sheet = town.ok("close", "sheet", "2025-07-10")
    assert "滞繰" in sheet
    assert "現年" in sheet


def test_april_and_may_receipts_belong_to_last_year(town: Typist, tmp_path: Path) -> None:
    """出納整理期間。4月・5月の収納は前年度の現年分、6月からは滞納繰越分。"""
    levy(town, tmp_path / "1.csv", determination(SATO, 1, 100_000, due_on=date(2026, 2, 28)), on="2026-02-01")
    for number, day in enumerate((date(2026, 5, 29), date(2026, 6, 1)), start=1):
        path = write_notices(tmp_path / f"{number}.csv", notice(number, SATO, 10_000, day), on=day)
        town.take("receipts", path, "--channel", "bank", "--as-of", day)
        assert town.json("close", "sheet", day)["lines"][0]["carried_over"] is (day.month == 6)
