"""情報提供ネットワークシステム（模擬）の案内。"""

from osame.platform.console.navigation import Entry, Section

SECTIONS = (Section("模擬", (Entry("模擬のようす", "network_state", "n"),)),)
