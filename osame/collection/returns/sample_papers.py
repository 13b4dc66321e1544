"""公示送達書と送達記録書の見本。架空の人の名だけを載せる。"""

from collections.abc import Iterator
from dataclasses import asdict

from osame.collection.letters.samples import HARD, ISSUED, ISSUER, PLAIN, SamplePaper, papers_apart
from osame.collection.returns.publishing import SOURCE, PublicationSheet
from osame.collection.returns.service_sheets import METHODS, Method, ServiceSheet
from osame.collection.returns.service_sheets import SOURCE as RECORD
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


def _records() -> Iterator[SamplePaper]:
    blank = tuple((name, False) for name in METHODS.values())
    plain = ServiceSheet("12-345", "差押書", PLAIN.name, "", "架空市岩渕1丁目7-29 コーポ架空 201", blank, "", "", "")
    left = tuple((name, method is Method.LEFT) for method, name in METHODS.items())
    hard = ServiceSheet(
        "999999-999999", "第二次納税義務者への納付通知書・納付催告書・取消通知書", HARD.name, "令和8年12月25日",
        f"{HARD.address}　{HARD.address_detail}", left, "同居の配偶者（ジャン＝バティスト・エマニュエル・ゾルグ・デ・ラ・クルス・ガルシア・ロドリゲス）",
        "本人が正当な理由なく受領を拒んだため、玄関の内に差し置いた。同行した徴税吏員2名が確認した。" * 2, "勘解由小路 一郎左衛門",
    )  # fmt: skip
    for each in (plain, hard):
        letter = Letter(0, 0, "1", 1, asdict(each), (each.name, each.number, each.document_name))
        yield SamplePaper(Template(RECORD, ISSUED), asdict(ISSUER), letter, each is hard)


papers_apart("R-057", _samples)
papers_apart("R-056-2", _records)
