"""文書番号と決裁。番号は欠けず、起案した者は決裁できない。"""

from tests.journeys.typist import Typist

ON = ("--as-of", "R7.9.1")
YAMAMOTO = ("--officer", "山本")


def test_a_document_goes_from_draft_to_dispatch(osame: Typist) -> None:
    """作成・起案・決裁・発送。起案した者の決裁、順の飛ばし、理由のない欠番は断る。"""
    assert "収納督第1号（2025年度）" in osame.ok("parameters", "document", "収納督", "督促状の発付", *ON, *YAMAMOTO)
    assert "収納督第2号（2025年度）" in osame.ok("parameters", "document", "収納督", "書き損じ", *ON, *YAMAMOTO)
    assert "収納還第1号（2025年度）" in osame.ok("parameters", "document", "収納還", "還付", *ON, *YAMAMOTO)
    first = ("parameters", "document-move", "収納督", 1)
    assert "作成・起案・決裁・発送の順" in osame.refused(*first, "send", *ON, *YAMAMOTO)
    assert "起案" in osame.ok(*first, "submit", *ON, *YAMAMOTO)
    assert "別の職員が決裁" in osame.refused(*first, "approve", *ON, *YAMAMOTO)
    assert "決裁済" in osame.ok(*first, "approve", *ON, "--officer", "伊藤")
    assert "決裁済" in osame.ok(*first, "approve", *ON, "--officer", "伊藤")  # 二度押しても同じ
    assert "発送" in osame.ok(*first, "send", *ON, *YAMAMOTO)
    assert "発送の後は取り消せません" in osame.refused(*first, "void", "--reason", "誤り", *ON, *YAMAMOTO)
    second = ("parameters", "document-move", "収納督", 2, "void")
    assert "理由がありません" in osame.refused(*second, *ON, *YAMAMOTO)
    osame.ok(*second, "--reason", "書き損じ", *ON, *YAMAMOTO)
    listed = osame.ok("parameters", "documents", "収納督", "--year", 2025)
    assert "取消" in listed
    assert "書き損じ" in listed
    assert "文書はありません" in osame.refused("parameters", "document-move", "収納督", 9, "submit", *ON, *YAMAMOTO)


def test_numbers_start_anew_each_fiscal_year(osame: Typist) -> None:
    """三月三十一日と四月一日で、年度の番号が分かれる。"""
    osame.ok("parameters", "document", "収納督", "三月", "--as-of", "2026-03-31", *YAMAMOTO)
    told = osame.ok("parameters", "document", "収納督", "四月", "--as-of", "2026-04-01", *YAMAMOTO)
    assert "収納督第1号（2026年度）" in told
