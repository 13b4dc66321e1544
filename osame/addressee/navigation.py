"""宛名管理の案内。"""

from osame.platform.console.navigation import Entry, Section

SECTIONS = (
    Section("宛名", (Entry("宛名を探す", "people", "p"), Entry("新しい宛名", "person_new", "n"))),
    Section(
        "確かめる",
        (
            Entry("名寄せの候補", "consolidation", "m"),
            Entry("支援措置", "protection", "d"),
            Entry("編集中の宛名", "locks"),
        ),
    ),
)
