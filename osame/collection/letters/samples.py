"""文書の見本。登録されたどの種類も、架空の人と団体で組む。絵は docs/letters/ に、紙面の確かめは試験にある。

Samples of every registered kind, with fictional people and no database: an ordinary letter and the one that fits worst. The
tests measure their pages; `osame letter samples` draws the pictures of the documentation.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.module_loading import autodiscover_modules

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
PPI = 72


@dataclass(frozen=True, slots=True)
class SamplePaper:
    """見本の紙。 run: どの一通にも共通する内容; hard: 最も入りにくいもの。"""

    template: Template
    run: Mapping[str, Any]
    letter: Letter
    hard: bool


Papers = Callable[[], Iterable[SamplePaper]]
_apart: dict[str, Papers] = {}


def papers_apart(form: str, papers: Papers) -> None:
    """文書の束によらずに刷る紙（督促状、証明書、公示送達書）の見本を登録する。章の `sample_papers.py` で呼ぶ。"""
    _apart[form] = papers


def sample_papers() -> dict[str, list[SamplePaper]]:
    """見本の紙。様式の番号ごとに、束によるものも、よらないものも。"""
    found = {form: list(_papers_of(kind)) for form, kind in kinds().items()}
    autodiscover_modules("sample_papers")
    return dict(sorted((found | {form: list(papers()) for form, papers in _apart.items()}).items()))


def write_samples(folder: Path, *, form: str = "") -> tuple[Path, ...]:
    """見本の絵を書く。様式の番号が、ファイルの名になる。"""
    made = []
    for number, papers in sample_papers().items():
        plain = next(each for each in papers if not each.hard)
        if form in {"", number}:
            path = folder / f"{number}.png"
            path.write_bytes(render_page(plain.template, {**plain.run, "watermark": SAMPLE}, plain.letter, ppi=PPI))
            made.append(path)
    return tuple(made)


def sample_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """定型文に、架空の団体の名を埋める。"""
    return {
        key: text.replace("{mayor}", ISSUER.mayor_office).replace("{city}", ISSUER.city) for key, text in texts.items()
    }


def _papers_of(kind: LetterKind) -> Iterator[SamplePaper]:
    run = {
        "form": kind.form, "title": kind.title, "document_number": f"{kind.series}第1号", "issued_on": "令和8年7月17日",
        "issuer": asdict(ISSUER), "texts": sample_texts(kind.texts), "watermark": "",
    }  # fmt: skip
    for number, sample in enumerate(kind.samples(), start=1):
        yield SamplePaper(Template(kind.source, ISSUED), run, _letter(kind, number, sample), sample.hard)


def _letter(kind: LetterKind, number: int, sample: SampleLetter) -> Letter:
    to = sample.to or (HARD if sample.hard else PLAIN)
    barcode = customer_barcode_svg(to.postal_code, to.address)
    bare = Letter(1, number, "1", sample.pages, {})
    facts: Mapping[str, Any] = json.loads(json.dumps(asdict(sample.context), ensure_ascii=False))
    context = {
        **facts, "to": asdict(fit(to, barcode=bool(barcode))), "number": number, "codes": list(bare.codes()),
    }  # fmt: skip
    marks = (to.name + to.honorific, *sample.marks)
    return Letter(1, number, "1", sample.pages, context, marks, drawn={"barcode": barcode, **kind.draws(facts)})
