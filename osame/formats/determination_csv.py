"""調定CSV「036o005」プロファイル（UTF-8・見出し行・トレーラ行）。

The determination file that tax systems send: one row per charge and change. Column names follow 036o005 調定収納情報
(names from public second-hand material; order and lengths are ours, see docs/protocols). One change per row:
`異動連番` 0 is the first determination, 1, 2, … its changes in order. The last row (`レコード区分` 9) carries the
number of data rows in `異動連番` and the sum of `異動額` — a file whose totals contradict its rows is refused whole.

`read_lines` streams: memory does not grow with the file. A problem whose `line_number` is 0 refuses the whole file;
the reader must hold the rows until the stream ends without one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from osame.formats import csv_stream
from osame.formats.csv_stream import CellError, Cells
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, problem_at
from osame.formats.reports import LineProblem
from osame.formats.slip_numbers import matter_key, slip_number_of_matter_key
from osame.kernel.money import Yen

COLUMNS: tuple[str, ...] = (
    "レコード区分",  # 1 データ / 9 トレーラ
    "異動連番",
    "異動事由",  # CHANGE_REASONS
    "市区町村コード",
    "合併前_市区町村コード",
    "賦課年度",
    "相当年度",
    "通知書番号",
    "業務詳細（科目）コード",
    "特別徴収義務者指定番号",
    "期別",
    "申告履歴番号",
    "事業年度番号",
    "児童_宛名番号",
    "宛名番号",
    "納期限",
    "法定納期限",
    "法定納期限等",
    "課税更正日",  # 当初は調定日
    "更正決定通知日",
    "更正事由",
    "税額",  # 異動後の税額
    "異動額",  # 増減（符号つき）。納期限変更は 0
    "均等割額",
    "法人税割額",
    "土地家屋税額",
    "償却資産税額",
    "都市計画税額",
    "医療分",
    "支援金分",
    "介護分",
    "森林環境税額",
    "申告区分",
    "申告日",
    "事業年度開始日",
    "事業年度終了日",
    "消込特定キー情報1",  # 納付書番号（20桁ゼロ埋め）
    "消込特定キー情報2",  # 確認番号
    "操作者ID",
    "操作年月日",
    "操作時刻",
)

CHANGE_REASONS: dict[str, str] = {
    "01": "当初",
    "02": "増額更正",
    "03": "減額更正",
    "04": "過年度随時",
    "05": "減免",
    "06": "課税取消",
    "07": "年金特徴の中止",
    "08": "納入金額の変更",
    "10": "納期変更",
}
"""調定異動事由（C-05 のうちこの様式で受けるもの）。"""

FIRST_REASONS = frozenset({"01", "04"})
INCREASES = frozenset({"02"})
DECREASES = frozenset({"03", "05", "06", "07"})
TAX_PARTS: dict[str, str] = {
    "per_capita_tax": "均等割額",
    "corporate_tax_levy": "法人税割額",
    "land_house_tax": "土地家屋税額",
    "depreciable_asset_tax": "償却資産税額",
    "city_planning_tax": "都市計画税額",
    "medical_part": "医療分",
    "support_part": "支援金分",
    "care_part": "介護分",
    "forest_environment_tax": "森林環境税額",
}
"""税額の内訳の列。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationRow:
    """調定の異動一件。"""

    change_sequence: int  # 異動連番
    change_reason: str  # 異動事由
    levy_year: int
    notice_number: str
    tax_item: str  # 科目コード2文字。税目表にあるかは取り込み側が決める
    installment_term: int
    addressee_number: str
    due_on: date
    determined_on: date  # 課税更正日。当初は調定日
    tax_amount: Yen  # 異動後の税額
    change_amount: Yen  # 異動額（符号つき）
    tax_year: int | None = None  # 相当年度
    statutory_due_on: date | None = None
    statutory_due_on_etc: date | None = None
    notified_on: date | None = None  # 更正決定通知日
    correction_reason: str = ""  # 更正事由
    municipality_code: str = ""
    former_municipality_code: str = ""
    special_collector_number: str = ""
    declaration_history_number: str = ""  # 申告履歴番号
    business_year_number: str = ""  # 事業年度番号
    child_addressee_number: str = ""  # 児童_宛名番号
    per_capita_tax: Yen | None = None
    corporate_tax_levy: Yen | None = None
    land_house_tax: Yen | None = None
    depreciable_asset_tax: Yen | None = None
    city_planning_tax: Yen | None = None
    medical_part: Yen | None = None
    support_part: Yen | None = None
    care_part: Yen | None = None
    forest_environment_tax: Yen | None = None
    declaration_class: str = ""  # 申告区分
    declared_on: date | None = None  # 申告日
    business_year_from: date | None = None  # 事業年度開始日
    business_year_through: date | None = None  # 事業年度終了日
    slip_number: int | None = None  # 消込特定キー情報1
    confirmation_number: str = ""  # 消込特定キー情報2
    operator_id: str = ""  # 操作者ID
    operated_on: date | None = None
    operated_at: str = ""  # HH:MM:SS
    line_number: int = 0  # ファイルでの行（書き出しでは使わない）


def write(rows: Iterable[DeterminationRow]) -> bytes:
    """調定CSVを書く。"""
    return b"".join(write_lines(rows))


def write_lines(rows: Iterable[DeterminationRow]) -> Iterator[bytes]:
    """調定CSVを一行ずつ書く。"""
    yield csv_stream.write_row(COLUMNS)
    count = total = 0
    for row in rows:
        yield csv_stream.write_row(cells_of(row))
        count += 1
        total += row.change_amount
    trailer = dict.fromkeys(COLUMNS, "") | {"レコード区分": "9", "異動連番": str(count), "異動額": str(total)}
    yield csv_stream.write_row(trailer.values())


def cells_of(row: DeterminationRow) -> list[str]:
    """データ行の列（COLUMNS の順）。"""
    day = csv_stream.write_day
    parts = [csv_stream.write_yen(getattr(row, name)) for name in TAX_PARTS]
    return [
        "1",
        str(row.change_sequence),
        row.change_reason,
        row.municipality_code,
        row.former_municipality_code,
        f"{row.levy_year:04d}",
        "" if row.tax_year is None else f"{row.tax_year:04d}",
        row.notice_number,
        row.tax_item,
        row.special_collector_number,
        f"{row.installment_term:02d}",
        row.declaration_history_number,
        row.business_year_number,
        row.child_addressee_number,
        row.addressee_number,
        day(row.due_on),
        day(row.statutory_due_on),
        day(row.statutory_due_on_etc),
        day(row.determined_on),
        day(row.notified_on),
        row.correction_reason,
        str(row.tax_amount),
        str(row.change_amount),
        *parts,
        row.declaration_class,
        day(row.declared_on),
        day(row.business_year_from),
        day(row.business_year_through),
        "" if row.slip_number is None else matter_key(row.slip_number),
        row.confirmation_number,
        row.operator_id,
        day(row.operated_on),
        row.operated_at,
    ]


def read_lines(stream: BinaryIO | Iterable[bytes]) -> Iterator[DeterminationRow | LineProblem]:
    """調定CSVを順に読む。行番号0の問題が出たら、ファイル全体を取り込まない。"""
    lines = csv_stream.read(stream)
    if problem := csv_stream.take_heading(lines, COLUMNS):
        yield problem
        return
    yield from read_body(lines)


def read_body(lines: Iterator[csv_stream.CsvLine | LineProblem]) -> Iterator[DeterminationRow | LineProblem]:
    """データ行とトレーラ。"""
    count = total = unreadable = 0
    for line in lines:
        if isinstance(line, LineProblem):
            if line.line_number == 0:
                yield line
                return
            count, unreadable = count + 1, unreadable + 1
            yield line
            continue
        if line.cells[:1] == ["9"]:
            reason = trailer_reason(line, count, total, unreadable)
            if reason is None and next(lines, None) is not None:
                reason = f"{line.number}行目: トレーラの後に行があります。{ASK_RESEND}"
            if reason is not None:
                yield LineProblem(0, reason, line.raw)
            return
        found = read_row(line)
        count += 1
        yield found
        if isinstance(found, DeterminationRow):
            total += found.change_amount
        elif found.amount is None:
            unreadable += 1
        else:
            total += found.amount
    yield LineProblem(0, f"トレーラ行（レコード区分9）がありません。送信が途中で切れた可能性があります。{ASK_RESEND}")


def trailer_reason(line: csv_stream.CsvLine, count: int, total: int, unreadable: int) -> str | None:
    """トレーラの件数・異動額の合計が合わないときの理由。読めない行があれば合計は照らせない。"""
    where = f"{line.number}行目: "
    if len(line.cells) != len(COLUMNS):
        return f"{where}トレーラの列の数が{len(line.cells)}です（{len(COLUMNS)}のはず）。{ASK_RESEND}"
    cells = Cells(COLUMNS, line.cells)
    try:
        declared, amount = cells.integer("異動連番", 9), cells.amount("異動額", 15)
    except CellError as error:
        return f"{where}トレーラの{error}{ASK_RESEND}"
    if declared != count:
        return f"{where}トレーラの件数{declared:,}件とデータの件数{count:,}件が違います。{ASK_RESEND}"
    if amount != total and not unreadable:
        return f"{where}トレーラの異動額の合計{amount:,}円とデータの合計{total:,}円が違います。{ASK_RESEND}"
    return None


def read_row(line: csv_stream.CsvLine) -> DeterminationRow | LineProblem:
    """データ一行。だめな列があれば、列の名前と理由を言う。"""
    if len(line.cells) != len(COLUMNS):
        reason = f"列の数が{len(line.cells)}です（{len(COLUMNS)}のはず）。{ASK_SENDER}"
        return problem_at(line.number, reason, line.raw)
    cells = Cells(COLUMNS, line.cells)
    change: Yen | None = None
    try:
        change = Yen(cells.amount("異動額"))
        if cells.text("レコード区分") != "1":
            raise CellError(f"レコード区分「{cells.text('レコード区分')}」は1か9です。")
        row = row_of(cells, change, line.number)
        wrong = contradiction(row)
    except CellError as error:
        return problem_at(line.number, f"{error}{ASK_SENDER}", line.raw, change)
    return row if wrong is None else problem_at(line.number, f"{wrong}{ASK_SENDER}", line.raw, change)


def row_of(cells: Cells, change: Yen, line_number: int) -> DeterminationRow:
    """列の値を確かめて一件にする。"""
    determined_on = cells.require_day("課税更正日", 2100)
    latest = determined_on.year + 10
    key = cells.text("消込特定キー情報1", 20)
    slip = slip_number_of_matter_key(key) if key.strip("0") else None
    if slip is None and key.strip("0"):
        raise CellError(f"消込特定キー情報1「{key}」が納付書番号（20桁ゼロ埋め）ではありません。")
    reason = cells.require("異動事由", 2)
    if reason not in CHANGE_REASONS:
        raise CellError(f"異動事由「{reason}」は定めがありません（{'・'.join(CHANGE_REASONS)}）。")
    tax_item = cells.require("業務詳細（科目）コード", 2)
    if len(tax_item) != 2 or not (tax_item.isascii() and tax_item.isalnum()):
        raise CellError(f"業務詳細（科目）コード「{tax_item}」は半角2文字です。")
    parts = {name: cells.optional_amount(column) for name, column in TAX_PARTS.items()}
    return DeterminationRow(
        change_sequence=cells.integer("異動連番", 5),
        change_reason=reason,
        levy_year=cells.year("賦課年度", latest),
        notice_number=cells.require("通知書番号", 20),
        tax_item=tax_item,
        installment_term=cells.integer("期別", 2),
        addressee_number=cells.require("宛名番号", 15),
        due_on=cells.require_day("納期限", latest),
        determined_on=determined_on,
        tax_amount=Yen(cells.positive_amount("税額")),
        change_amount=change,
        tax_year=cells.year("相当年度", latest) if cells.text("相当年度", 4) else None,
        statutory_due_on=cells.day("法定納期限", latest),
        statutory_due_on_etc=cells.day("法定納期限等", latest),
        notified_on=cells.day("更正決定通知日", latest),
        correction_reason=cells.text("更正事由", 10),
        municipality_code=cells.text("市区町村コード", 6),
        former_municipality_code=cells.text("合併前_市区町村コード", 6),
        special_collector_number=cells.text("特別徴収義務者指定番号", 15),
        declaration_history_number=cells.text("申告履歴番号", 8),
        business_year_number=cells.text("事業年度番号", 8),
        child_addressee_number=cells.text("児童_宛名番号", 15),
        declaration_class=cells.text("申告区分", 2),
        declared_on=cells.day("申告日", latest),
        business_year_from=cells.day("事業年度開始日", latest),
        business_year_through=cells.day("事業年度終了日", latest),
        slip_number=slip,
        confirmation_number=cells.text("消込特定キー情報2", 20),
        operator_id=cells.text("操作者ID", 20),
        operated_on=cells.day("操作年月日", latest),
        operated_at=cells.text("操作時刻", 8),
        line_number=line_number,
        **parts,
    )


def contradiction(row: DeterminationRow) -> str | None:
    """異動事由と金額の食い違い。"""
    name = CHANGE_REASONS[row.change_reason]
    change = row.change_amount
    if row.change_reason in FIRST_REASONS and change != row.tax_amount:
        return f"{name}の異動額{change:,}円と税額{row.tax_amount:,}円が違います。"
    if row.change_reason == "01" and row.change_sequence != 0:
        return f"{name}の異動連番が{row.change_sequence}です（0のはず）。"
    if row.change_reason not in FIRST_REASONS and row.change_sequence == 0:
        return f"{name}の異動連番が0です（1からのはず）。"
    if row.change_reason in INCREASES and change <= 0:
        return f"{name}の異動額{change:,}円は0円より大きいはずです。"
    if row.change_reason in DECREASES and change > 0:
        return f"{name}の異動額{change:,}円は0円以下のはずです。"
    if row.change_reason == "06" and row.tax_amount != 0:
        return f"{name}の税額{row.tax_amount:,}円は0円のはずです。"
    if row.change_reason == "10" and change != 0:
        return f"{name}の異動額{change:,}円は0円のはずです。"
    return None
