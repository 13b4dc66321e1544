"""公示送達書の見本。架空の人の名だけを載せる。"""

from collections.abc import Iterator
from dataclasses import asdict

from osame.collection.letters.samples import HARD, ISSUED, ISSUER, PLAIN, SamplePaper, papers_apart
from osame.collection.returns.publishing import SOURCE, PublicationSheet
from osame.platform.letters.engine import Letter, Template


def _samples() -> Iterator[SamplePaper]:
    for hard in (False, True):
        sheet = PublicationSheet(
            "公示第123456号" if hard else "公示第1号", (HARD if hard else PLAIN).name,
            "過誤納金還付充当通知書および納付誓約書（債務承認書）の不履行についての通知（令和8年12月25日付け）" if hard else "督促状",
            "三重県架空市大字城ヶ丘1234番地の567　架空市総合行政センター弐番館12階　架空市 収納課" if hard else "架空市 収納課",
            "令和8年12月25日" if hard else "令和8年7月17日",
        )  # fmt: skip
        marks = (sheet.name, sheet.number, sheet.document_name, sheet.kept_at)
        letter = Letter(0, 0, "1", 1, asdict(sheet), marks)
        yield SamplePaper(Template(SOURCE, ISSUED), asdict(ISSUER), letter, hard)


papers_apart("R-057", _samples)
