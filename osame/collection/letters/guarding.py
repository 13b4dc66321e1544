"""本人の請求で渡す書面の守り。支援措置の対象者と伏せる値、決定をする者の名を、床に答える。"""

from osame.collection.letters.issuer import issuer_on
from osame.collection.letters.protected import hidden_values
from osame.collection.parameters.queries import SettingMissing
from osame.platform.database import day_of_transaction, fetch_all
from osame.platform.privacy.guarding import Guard, guards


@guards("collection")
def guard() -> Guard:
    """収滞納管理の守り。

    要件: F27-01, F36-12
    """
    protected = fetch_all("SELECT addressee_number FROM addressee WHERE protection_measure")
    try:
        mayor = issuer_on(day_of_transaction()).mayor
    except SettingMissing:
        mayor = ""
    return Guard(hidden_values(), frozenset(number for (number,) in protected), mayor)
