"""入手元と媒体。誰から、何で届いたかの分からないファイルは、受け付けない。

Every intake names its source (who sent it) and its medium. Sources are data, by profile (`sources.toml`); flash memory and
mail are not accepted, because the privacy assessment promises so.
"""

import tomllib
from functools import cache
from importlib import resources

from django.db.models import TextChoices

from osame.kernel.refusals import Refusal


class UnknownSource(Refusal):
    """この様式は、入手元が決まっていないので受け付けません。システムの担当者に、様式と入手元の登録を依頼してください。"""


class ForbiddenMedium(Refusal):
    """フラッシュメモリや電子メールで届いたファイルは受け付けません。庁内連携、専用回線、光ディスクなどで送り直すよう依頼してください。"""


class Source(TextChoices):
    """入手元。"""

    SUBJECT = "subject", "本人・代理人"
    COUNTER = "counter", "収納課の窓口"
    ASSESSMENT = "assessment", "課税課"
    RESIDENT_REGISTER = "resident_register", "住民記録"
    ADDRESSEE = "addressee", "宛名管理システム"
    PERSONNEL = "personnel", "人事課"
    OTHER_OFFICE = "other_office", "庁内のほかの業務"
    TAX_OFFICE = "tax_office", "税務署"
    MUNICIPALITY = "municipality", "ほかの市区町村"
    PREFECTURE = "prefecture", "県税事務所"
    BANK = "bank", "金融機関"
    COLLECTION_AGENT = "collection_agent", "収納代行会社"
    LOCAL_TAX_AGENCY = "local_tax_agency", "地方税共同機構"
    INSURER = "insurer", "生命保険会社"
    EMPLOYER = "employer", "給与支払者"
    RELATED = "related", "関係人"


class Medium(TextChoices):
    """媒体。"""

    LINK = "link", "庁内連携"
    LINE = "line", "専用回線"
    DISC = "disc", "光ディスク等の電子媒体"
    PAPER = "paper", "紙（入力したもの）"


@cache
def _sources() -> dict[str, str]:
    text = resources.files("osame.platform.imports").joinpath("sources.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["profiles"])


def source_of(profile: str) -> Source:
    """様式の入手元。登録されていなければ断る。"""
    if profile not in _sources():
        raise UnknownSource(profile)
    return Source(_sources()[profile])


def medium_named(text: str) -> Medium:
    """媒体の名から。使えない媒体は断る。"""
    if text not in Medium.values:
        raise ForbiddenMedium(text)
    return Medium(text)
