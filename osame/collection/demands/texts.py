"""督促状の定型文。団体が定型文を登録していれば、それを使う。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.letters.standard_texts import texts_on

SEIZURE = (
    "この督促状を発した日から起算して10日を経過した日までに完納しないときは、法の定めにより財産を差し押さえることになります"
    "（地方税法第331条第1項第1号、第373条第1項第1号ほか各税目の規定）。"
)
PAYMENT = (
    "お手元の納付書により、取扱金融機関、コンビニエンスストア、スマートフォン決済などで納めてください。納付書がないときや、"
    "納付が難しい事情があるときは、指定期限までに下記へご相談ください。行き違いで納付済みのときは、ご容赦ください。"
)
APPEAL = (
    "この督促に不服があるときは、督促状を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "督促の取消しの訴えは、審査請求に対する裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
    "（{mayor}が代表者となります。）提起することができます（行政不服審査法第18条・第82条、行政事件訴訟法第14条・第46条）。"
)
KEYS = {"督促状:差押え": SEIZURE, "督促状:納付方法": PAYMENT, "督促状:教示": APPEAL}


@dataclass(frozen=True, slots=True)
class DemandTexts:
    """督促状の定型文。"""

    seizure: str
    payment: str
    appeal: str


def demand_texts(city: str, mayor: str, *, as_of: date) -> DemandTexts:
    """その日の定型文（F01-10）。"""
    return DemandTexts(*texts_on(KEYS, city=city, mayor=mayor, as_of=as_of).values())
