"""徴税吏員の証票を刷る。証票は切り取って写真を貼る表と裏、捜索許可書は一枚の文書、交付簿は庁内の帳票。"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from django.http import HttpResponse

from osame.collection.assets.credentials import CredentialLine, Kind, credential_numbered, credentials
from osame.collection.assets.letters import subject_of
from osame.collection.assets.queries import investigation_numbered
from osame.collection.letters.issuer import issuer_on
from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass
from osame.platform.letters.batches import PrintedOtherwise
from osame.platform.letters.engine import Letter, Template
from osame.platform.letters.press import presses
from osame.platform.letters.readback import page_texts

SOURCE = "collection/assets/typst/credential.typ"
ISSUED = Authority(reason="証票の交付")
NOBODY = "0" * 15
HEADING = ("番号", "種類", "職員", "職", "有効期間", "調査", "交付", "状態", "返納など")
CERTIFIED = {
    Kind.IDENTITY: "上記の者は、地方税法第1条第1項第3号に規定する徴税吏員であることを証明する。",
    Kind.EXAMINATION: "上記の者は、地方税に関する調査のための質問及び検査並びに滞納処分のための財産の調査及び捜索をする権限を有することを証明する。",
    Kind.SEARCH: "次の者に、次の滞納者に係る滞納処分のため、国税徴収法第142条の規定による捜索をすることを許可する。",
}
NOTES = {
    Kind.IDENTITY: ("この証票は、職務を行うときに携帯し、関係者の請求があったときは提示しなければならない。",
                    "この証票を他人に貸し、又は譲ってはならない。",
                    "有効期間が満了したとき、又は徴税吏員でなくなったときは、直ちに返納しなければならない。",
                    "この証票を失ったときは、直ちに届け出なければならない。"),
    Kind.EXAMINATION: ("質問、検査、提示若しくは提出の要求、物件の留置き又は捜索をする場合には、この証明書を携帯し、関係者の請求があったときは提示しなければならない"
                       "（国税徴収法第147条第1項、地方税法第298条第3項ほか）。",
                       "質問、検査又は捜索の権限は、犯罪捜査のために認められたものと解してはならない（国税徴収法第147条第2項）。",
                       "この証明書を他人に貸し、又は譲ってはならない。有効期間が満了したときは、直ちに返納しなければならない。"),
    Kind.SEARCH: ("捜索をするときは、この許可書と、身分を示す証明書を携帯し、関係者の請求があったときは提示すること（国税徴収法第147条第1項）。",
                  "捜索は、日没後から日出前まではすることができない。ただし、日没前に着手した捜索は、日没後まで継続することができる（同法第143条）。",
                  "捜索には、法の定める者を立ち会わせなければならない（同法第144条）。捜索をしたときは、捜索調書を作成すること（同法第146条）。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CredentialSheet:
    """証票の内容。 facts: 捜索許可書の項目（証票では空）; notes: 裏面、または注意。"""

    title: str
    number: str
    position: str
    name: str
    certified: str
    issued_on: str
    period: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    is_card: bool


def credential_sheet(found: CredentialLine, facts: tuple[tuple[str, str], ...] = ()) -> CredentialSheet:
    """証票の内容。"""
    kind = Kind(found.kind)
    return CredentialSheet(
        kind.label, found.number, found.position, found.name, CERTIFIED[kind], format_wareki(found.issued_on),
        f"{format_wareki(found.valid_from)}から{format_wareki(found.valid_through)}まで", facts, NOTES[kind], kind is not Kind.SEARCH,
    )  # fmt: skip


def credential_paper(credential_id: int) -> tuple[bytes, Output]:
    """証票を組み、読み返す。（PDF、出力）。支援措置の対象者の住所は、捜索許可書にも載せない。

    根拠: 国税徴収法第147条第1項
    要件: F16-11
    """
    found = credential_numbered(credential_id)
    subjects: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    if found.investigation_id is not None:
        plan = investigation_numbered(found.investigation_id)
        shown = {"氏名", "法人の名称", "住所", "所在地"}
        facts = (
            *((f"滞納者の{label}", value) for label, value in subject_of(plan.addressee_number) if label in shown),
            ("財産調査の番号", str(found.investigation_id)), ("捜索できる期間", credential_sheet(found).period),
        )  # fmt: skip
        subjects = (plan.addressee_number,)
    sheet = credential_sheet(found, facts)
    stamp = int(datetime.combine(found.issued_on, time(), UTC).timestamp())
    whose = subjects[0] if subjects else NOBODY
    pdf = presses().printed(
        Template(SOURCE, stamp), asdict(issuer_on(found.issued_on)), Letter(0, 0, whose, 1, asdict(sheet))
    )
    (text, *more) = page_texts(pdf)
    if more or not all("".join(each.split()) in text for each in (sheet.number, sheet.name, sheet.position)):
        raise PrintedOtherwise(sheet.number)
    return pdf, Output(EgressKind.LETTER, subjects, ReceiverClass.STAFF, found.name)


def save_credential(credential_id: int) -> HttpResponse:
    """証票を、画面から保存する。

    要件: F16-11, F29-06
    """
    pdf, made = credential_paper(credential_id)
    on_screen = Output(made.kind, made.subjects, made.receiver_class, made.receiver, medium=EgressMedium.SCREEN)
    return download(pdf, "credential.pdf", on_screen, ISSUED)


def write_credential(credential_id: int, target: Path) -> EgressRecord:
    """証票を、ファイルにする。

    要件: F16-11, F29-06
    """
    pdf, made = credential_paper(credential_id)
    return emit(pdf, target, made, ISSUED)


def register_report(*, as_of: date) -> tuple[bytes, list[str]]:
    """証票の交付簿。返納されたものも。（PDF、対象の宛名番号）。

    要件: F16-11
    """
    lines = credentials(every=True)
    rows = tuple(
        (str(x.credential_id), x.kind_label, f"{x.name}（{x.staff_number}）", x.position,
         f"{short_wareki(x.valid_from)}–{short_wareki(x.valid_through)}", str(x.investigation_id or "—"),
         f"{short_wareki(x.issued_on)} {x.issued_by}", x.state(as_of),
         f"{short_wareki(x.ended_on)} {x.ended_by} {x.end_note}".strip() if x.ended_on else "—")
        for x in lines
    )  # fmt: skip
    held = sum(each.ended_on is None for each in lines)
    facts = (("基準日", format_wareki(as_of)), ("交付した数", f"{len(lines):,}"), ("返納されていないもの", f"{held:,}"),
             ("期限切れで未返納", f"{sum(x.ended_on is None and x.valid_through < as_of for x in lines):,}"))  # fmt: skip
    grid = Grid("交付簿", HEADING, (9, 34, 34, 24, 34, 12, 26, 26, 50), "lllllllll", rows)
    return report_pdf([Report("R-116", "徴税吏員の証票の交付簿", facts, (grid,), wide=True)], as_of), []
