"""文書の見本。登録されたどの種類も、架空の人と団体で組む。絵は docs/letters/ に、紙面の確かめは試験にある。

Samples of every registered kind, with fictional people and no database: an ordinary letter and the one that fits worst. The
tests measure their pages; `osame letter samples` draws the pictures of the documentation.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from osame.collection.letters.issuer import SAMPLE, Issuer
from osame.collection.letters.kinds import LetterKind, SampleLetter, kinds
from osame.platform.letters.codes import customer_barcode_svg
from osame.platform.letters.engine import Letter, Template, render_page
from osame.platform.letters.window import WindowAddress, fit

ISSUER = Issuer(
    "架空市", "架空市長", "架空市長　架空 太郎", "架空市 収納課", "三重県架空市岩渕1丁目7番29号", "0596-00-0000", ""
)
PLAIN = WindowAddress("516-0037", "架空市岩渕1丁目7-29", "コーポ架空 201", "", "佐藤 花子", "様")
HARD = WindowAddress(
    "516-0037", "三重県架空市大字𠮷野字葛\U000e0100城ヶ丘1234番地の567", "グランドメゾン架空中央弐番館 1203号室",
    "（ジャン＝バティスト・エマニュエル・ゾルグ 分）", "渡邉\U000e010f エリザベス・アレクサンドラ・メアリー", "様",
)  # fmt: skip
ISSUED = 1_784_246_400


def samples_of(kind: LetterKind, *, hard: bool) -> Iterator[Letter]:
    """その種類の見本。"""
    for number, sample in enumerate(kind.samples(), start=1):
        if sample.hard == hard:
            yield _letter(kind, number, sample)


def sample_content(kind: LetterKind, *, watermark: str = SAMPLE) -> dict[str, Any]:
    """見本の束に共通する内容。"""
    texts = {
        key: text.replace("{mayor}", ISSUER.mayor_office).replace("{city}", ISSUER.city)
        for key, text in kind.texts.items()
    }
    return {
        "form": kind.form, "title": kind.title, "document_number": f"{kind.series}第1号", "issued_on": "令和8年7月17日",
        "issuer": asdict(ISSUER), "texts": texts, "watermark": watermark,
    }  # fmt: skip


def template_of(kind: LetterKind) -> Template:
    """見本の組版のひな型。"""
    return Template(kind.source, ISSUED)


def write_samples(folder: Path, *, form: str = "") -> tuple[Path, ...]:
    """見本の絵を書く。様式の番号が、ファイルの名になる。"""
    made = []
    for kind in kinds().values():
        letter = next(samples_of(kind, hard=False), None)
        if letter is not None and form in {"", kind.form}:
            path = folder / f"{kind.form}.png"
            path.write_bytes(render_page(template_of(kind), sample_content(kind), letter, ppi=96))
            made.append(path)
    return tuple(made)


def _letter(kind: LetterKind, number: int, sample: SampleLetter) -> Letter:
    to = HARD if sample.hard else PLAIN
    barcode = customer_barcode_svg(to.postal_code, to.address)
    bare = Letter(1, number, "1", sample.pages, {})
    facts: Mapping[str, Any] = json.loads(json.dumps(asdict(sample.context), ensure_ascii=False))
    context = {
        **facts, "to": asdict(fit(to, barcode=bool(barcode))), "number": number, "codes": list(bare.codes()),
    }  # fmt: skip
    marks = (to.name + to.honorific, *sample.marks)
    return Letter(1, number, "1", sample.pages, context, marks, drawn={"barcode": barcode, **kind.draws(facts)})
