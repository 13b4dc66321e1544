"""連携サーバーの案内。"""

from osame.platform.console.navigation import Section

SECTIONS: tuple[Section, ...] = ()
