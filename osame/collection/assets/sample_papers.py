"""徴税吏員の証票の見本。架空の職員。"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from osame.collection.assets.credential_papers import SOURCE, credential_sheet
from osame.collection.assets.credentials import CredentialLine, Kind
from osame.collection.assets.letters import LONGEST_SUBJECT
from osame.collection.letters.samples import HARD, ISSUED, ISSUER, SamplePaper, papers_apart
from osame.platform.letters.engine import Letter, Template


def _samples() -> Iterator[SamplePaper]:
    days = date(2026, 7, 1), date(2027, 3, 31)
    longest = ("収納推進課 滞納整理第二係 徴収指導専門員（再任用）", HARD.name)
    for number, kind, (position, name), hard in (
        (12, Kind.IDENTITY, ("収納課 主事", "山本 昇"), False), (999_999, Kind.EXAMINATION, longest, True), (345, Kind.SEARCH, longest, True),
    ):  # fmt: skip
        line = CredentialLine(number, kind, "A1", name, position, *days, None, days[0], "係長", None, "", "", "")
        facts = (
            ("滞納者の氏名", LONGEST_SUBJECT[0][1]),
            ("滞納者の住所", LONGEST_SUBJECT[3][1]),
            ("財産調査の番号", "999999999"),
            ("捜索できる期間", "令和8年7月1日から令和9年3月31日まで"),
        )
        sheet = credential_sheet(line, facts if kind is Kind.SEARCH else ())
        letter = Letter(0, 0, "1", 1, asdict(sheet), (sheet.number, sheet.name, sheet.position))
        yield SamplePaper(Template(SOURCE, ISSUED), asdict(ISSUER), letter, hard)


papers_apart("R-116", _samples)
