"""収滞納管理の案内。画面の名、アドレスの名、「g」に続けて押す文字。"""

from osame.platform.console.navigation import Entry, Section

SECTIONS = (
    Section(
        "窓口",
        (Entry("今日", "today", "t"), Entry("納税者を探す", "people", "p"), Entry("納税証明", "certificates", "n")),
    ),
    Section(
        "収納",
        (
            Entry("ファイルの取込み", "intake", "i"),
            Entry("保留と不受理", "held_rows", "h"),
            Entry("消込", "matching", "m"),
            Entry("口座振替", "debits"),
            Entry("窓口レジ", "tills"),
            Entry("日締め", "closing", "c"),
        ),
    ),
    Section(
        "還付",
        (
            Entry("過誤納金", "refunds", "r"),
            Entry("還付金の支払", "payment_runs"),
            Entry("公金受取口座", "public_accounts"),
            Entry("返還金・報奨金", "outlays"),
            Entry("財務会計への引渡し", "vouchers"),
        ),
    ),
    Section(
        "督促", (Entry("督促", "demands", "d"), Entry("督促の停止", "demand_stops"), Entry("返戻・公示送達", "returns"))
    ),
    Section(
        "滞納整理",
        (
            Entry("滞納者の一覧", "cases", "k"),
            Entry("催告", "reminders", "b"),
            Entry("引継ぎ", "handovers"),
            Entry("納付誓約", "pledges", "l"),
            Entry("猶予", "graces", "y"),
            Entry("繰上徴収と保全", "advances"),
            Entry("財産調査", "assets", "z"),
            Entry("滞納処分", "dispositions", "x"),
            Entry("公売", "auctions"),
            Entry("連帯・第二次納税義務", "liabilities"),
            Entry("執行停止", "suspensions"),
            Entry("納税義務の承継", "successions"),
            Entry("不納欠損", "writeoffs"),
        ),
    ),
    Section("文書", (Entry("文書の発送", "letters"),)),
    Section("設定", (Entry("パラメータ", "parameters", "q"),)),
)
