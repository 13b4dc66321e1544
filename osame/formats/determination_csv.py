"""調定CSV「036o005」プロファイル（UTF-8・見出し行・トレーラ行）。

The determination file that tax systems send: one row per charge and change. Column names follow 036o005 調定収納情報
(names from public second-hand material; order and lengths are ours, see docs/protocols). One change per row:
`異動連番` 0 is the first determination, 1, 2, … its changes in order. The last row (`レコード区分` 9) carries the number
of data rows in `異動連番` and the sum of `異動額` — a file whose totals contradict its rows is refused whole.
"""

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
    "10": "納期変更",
}
"""調定異動事由（C-05 のうちこの様式で受けるもの）。"""
