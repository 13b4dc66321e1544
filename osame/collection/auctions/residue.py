"""残余金の交付の通知（R-104）。滞納者に交付する残余を、供託したか、いつ交付するかを知らせる。"""

from datetime import date

from osame.collection.dispositions.kinds import kind_of
from osame.collection.dispositions.paging import arranged
from osame.collection.dispositions.paper import Paper, amount_text
from osame.collection.dispositions.queries import DispositionFile
from osame.collection.letters.actions import Draft, freeze
from osame.kernel.dates import format_wareki

PLACE = "この通知書と、本人であることを確かめられる書類を、担当課にお持ちください。口座への振込みを希望するときは、お申し出ください。"
DEPOSITED = "受領されなかったため、供託しました。供託所に、払渡しを請求してください（民法第494条）。"


def send_residue(file: DispositionFile, amount: int, is_deposited: bool, *, as_of: date, officer: str) -> int:
    """残余金の交付通知書を、滞納者に作る（国税徴収法第129条第3項）。束の番号を返す。

    要件: F19-05
    """
    head = file.head
    facts = (
        ("処分の番号", head.number), ("財産の表示", head.asset), ("交付の日", format_wareki(as_of)), ("根拠", "国税徴収法第129条第3項"),
    )  # fmt: skip
    paper = arranged(Paper(
        "残余金交付通知書", "換価代金等を配当した残余を、次のとおりあなたに交付するので、通知します。", facts,
        (("残余の金額", amount_text(amount)),), (), (), (("受領", DEPOSITED if is_deposited else PLACE),), "",
    ))  # fmt: skip
    draft = Draft(
        head.addressee_number, "", paper, (amount_text(amount),), f"disposition:{head.disposition_id}", paper.page_count
    )
    return freeze(kind_of("R-104"), [draft], as_of=as_of, officer=officer)
