"""捜索調書などの内容（R-110）。捜索調書の謄本、引渡命令書、差押財産占有調書、封印票。"""

from collections.abc import Sequence
from dataclasses import dataclass

from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind

FIRST_FOUND, NEXT_FOUND = 10, 38
SEARCHED = "次のとおり捜索したので、この調書の謄本を交付します。"
ORDERED = "あなたの占有している滞納者の次の財産を、期限までに徴税吏員に引き渡すことを命じます。"
POSSESSED = "次の差押財産を占有したので、この調書を作成しました。"
SEALED = "この財産は、滞納処分により差し押さえました。この封印を破り、外し、または財産を動かすと、罰せられることがあります（刑法第96条）。"
APPEAL = (
    "この処分に不服があるときは、この書面を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます"
    "（地方税法第19条の12、行政不服審査法第18条）。"
)


@dataclass(frozen=True, slots=True)
class SearchPaper:
    """捜索などの書面の内容。 facts: 項目と値; found: 頁ごとの見つかった物; signs: 署名の欄; notes: 題と文。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    found: tuple[tuple[tuple[str, str], ...], ...]
    signs: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]

    @property
    def page_count(self) -> int:
        """頁数。"""
        return max(1, len(self.found))


def paged_found(found: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """見つかった物を、頁に分ける。

    >>> [len(each) for each in paged_found([("絵画", "1円")] * 50)]
    [10, 38, 2]
    """
    starts = [0, *range(FIRST_FOUND, len(found), NEXT_FOUND)] if found else []
    return tuple(tuple(found[at : (FIRST_FOUND if at == 0 else at + NEXT_FOUND)]) for at in starts)


def samples() -> Sequence[SampleLetter]:
    """架空の見本。ふつうの捜索調書と、物の多いもの。"""
    facts = (
        ("捜索した日", "令和8年7月17日"), ("時刻", "午前10時5分から午後0時30分まで"), ("捜索した場所", "架空市岩渕1丁目7-29 コーポ架空 201"),
        ("捜索を受けた者", "佐藤 花子（滞納者）"), ("立会人", "佐藤 花子（捜索を受けた者）"), ("徴税吏員", "山本 昇、鈴木 一郎"),
        ("根拠", "国税徴収法第142条第1項・第144条・第146条第1項"), ("結果", "動産2点を発見した"),
    )  # fmt: skip
    plain = SearchPaper("捜索調書（謄本）", SEARCHED, facts, ((("腕時計 一個（型番A-1）", "50,000円"), ("絵画 一点", "20,000円")),),
                        ("徴税吏員", "立会人"), (("不服の申立て", APPEAL),))  # fmt: skip
    place = "三重県架空市大字葛城ヶ丘字北之谷1234番地の567 グランドメゾン架空中央弐番館 1203号室"
    long = SearchPaper(
        "捜索調書（謄本）", SEARCHED, (*facts[:2], ("捜索した場所", place), *facts[3:]),
        paged_found([(f"{at} 貴金属製の置物（台座と保証書つき、高さ約{at}センチメートル）", "99,999,999円") for at in range(1, 51)]),
        ("徴税吏員", "立会人"), (("不服の申立て", APPEAL),),
    )  # fmt: skip
    return [SampleLetter(plain, ("50,000円",)), SampleLetter(long, ("99,999,999円",), long.page_count, hard=True)]


SEARCH = letter_kind(
    LetterKind(
        form="R-110", name="捜索調書", title="捜索調書（謄本）", source="collection/assets/typst/search.typ", context=SearchPaper,
        samples=samples,
    )
)  # fmt: skip
