"""税目ごとの条文。延滞金、督促、督促手数料、滞納処分の条を税目から引く。

Articles by tax item. An article we have not read is None, and asking for it is refused.

都市計画税は固定資産税の例による。条番号の確認が済んでいない税目の条は登録していない。
"""

from dataclasses import dataclass

from osame.kernel.refusals import Refusal


class ArticleNotRegistered(Refusal):
    """その税目の条文が登録されていません。e-Govで条番号を確認し、tax_articles.py に加えてください。

    根拠: 地方税法第5条
    """


@dataclass(frozen=True, slots=True)
class TaxArticles:
    """一つの税目の、徴収に関する条。

    The collection articles of one tax item.

    根拠: 地方税法第326条、第329条、第330条、第331条
    """

    delinquency_charge: str
    demand: str | None
    demand_fee: str | None
    seizure: str


def _of(charge: str, demand: str | None, fee: str | None, seizure: str) -> TaxArticles:
    def full(article: str) -> str:
        head, _, branch = article.partition("の")
        return f"地方税法第{head}条の{branch}" if branch else f"地方税法第{head}条"

    return TaxArticles(full(charge), full(demand) if demand else None, full(fee) if fee else None, full(seizure))


TAX_ARTICLES = {
    "個人市町村民税": _of("326", "329", "330", "331"),
    "法人市町村民税": _of("326", "329", "330", "331"),
    "固定資産税": _of("369", "371", "372", "373"),
    "都市計画税": _of("369", "371", "372", "373"),
    "軽自動車税種別割": _of("463の24", "463の25", "463の26", "463の27"),
    "国民健康保険税": _of("723", None, None, "728"),
}


def articles_of(tax_item: str) -> TaxArticles:
    """税目の条文を引く。

    The articles of a tax item.

    根拠: 地方税法第326条、第369条、第463条の24、第723条
    """
    try:
        return TAX_ARTICLES[tax_item]
    except KeyError:
        raise ArticleNotRegistered(tax_item) from None
