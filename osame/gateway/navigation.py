"""中間サーバーの案内。"""

from osame.platform.console.navigation import Entry, Section

SECTIONS = (
    Section(
        "情報連携",
        (
            Entry("照会", "inquiries", "i"),
            Entry("提供の確認", "provisions", "p"),
            Entry("マイナポータル", "portal"),
            Entry("情報提供等記録", "exchange_records", "r"),
        ),
    ),
    Section(
        "管理する",
        (
            Entry("送受信のようす", "gateway_state", "n"),
            Entry("鍵と証明書", "trust", "k"),
            Entry("事務の権限", "affair_rights"),
            Entry("保管期限", "expiry", "e"),
        ),
    ),
)
