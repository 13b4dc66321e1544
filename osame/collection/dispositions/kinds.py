"""滞納処分の書面の様式の登録。"""

from osame.collection.dispositions.paper import SOURCE, Paper
from osame.collection.dispositions.samples import samples_of
from osame.collection.letters.kinds import LetterKind, letter_kind

FORMS = (
    ("R-090", "差押調書謄本", "差押調書（謄本）"), ("R-091", "債権差押通知書", "債権差押通知書"),
    ("R-092", "差押可能額計算書", "差押可能額計算書"), ("R-093", "差押書", "差押書"),
    ("R-094", "差押登記嘱託書", "差押登記（登録）嘱託書"), ("R-095", "差押通知書", "差押通知書"),
    ("R-096", "差押解除通知書", "差押解除通知書"), ("R-097", "交付要求書", "交付要求書"),
    ("R-098", "交付要求解除通知書", "交付要求解除通知書"), ("R-099", "参加差押書", "参加差押書"),
    ("R-099-2", "換価執行決定の書面", "換価執行決定告知書"),
    ("R-100", "取立受領書", "取立受領書"), ("R-104", "配当計算書謄本", "配当計算書（謄本）"),
)  # fmt: skip
KINDS = {
    form: letter_kind(
        LetterKind(
            form=form, name=name, title=title, source=SOURCE, context=Paper, samples=samples_of(form, title),
        )
    )
    for form, name, title in FORMS
}  # fmt: skip


def kind_of(form: str) -> LetterKind:
    """様式の種類。"""
    return KINDS[form]
