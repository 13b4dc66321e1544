"""osame setup — データベースの用意。"""

from osame.platform import database
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told


@bound("floor.setup.prepare")
@refusals_told
def setup() -> None:
    """データベース・役割・表を用意する。何度実行してもよい。"""
    database.prepare()
    console.print("データベースの用意ができました。")
