"""同一人の規則。何が一致すれば同じ人とし、何があれば職員に尋ねるか。規則は、すべてここにある。

数える属性は、互いに独立したもの（一方が一致しても他方の一致を意味しないもの）だけである。

  氏名     漢字の氏名が、空白と全角半角の違いを除いて同じ。異体字は同じとみなさない。フリガナは氏名と独立でないので数えない
  生年月日 どちらも分かっていて同じ
  性別     どちらも分かっていて同じ
  住所     番地と方書まで同じ所に同じ時にいた、または一方の転入前住所が他方の住所である
  旧氏     旧氏・通称・前の氏名のどれかが、他方の氏名と同じ（氏名が同じときは数えない）
  引継ぎ   住民記録が、番号の引継ぎを告げた
  法人番号 検査用数字の正しい法人番号が同じ（法人だけ）
  商号     法人の名称が同じ（法人だけ）

自動で束ねるのは、次のどれかで、疑いが一つもないときだけである。

  1  氏名・生年月日・性別・住所の四つがそろう
  2  住民記録の引継ぎがあり、生年月日と、氏名か旧氏が同じ
  3  法人番号と商号が同じ

疑い（一つでもあれば、職員が確かめる）

  同名同生年月日の宛名が、ほかにもある。集合住宅らしい番地で方書が分からない。フリガナが違う。一方が死亡・消除している

束ねることも、尋ねることもしないもの（別人と分かっている）

  二人とも住登者である（住民記録が別の人として登録している）。性別が違う。氏名と生年月日のほかに何も一致せず、
  どちらも住民でも住登外者でもない。法人の宛名どうしで、法人番号が違う

氏名と生年月日が同じだけでは、決して同じ人としない。
"""

from enum import StrEnum


class Attribute(StrEnum):
    """数える属性。"""

    NAME = "氏名"
    BIRTH = "生年月日"
    SEX = "性別"
    ADDRESS = "住所"
    FORMER_NAME = "旧氏"
    INHERITANCE = "引継ぎ"
    CORPORATE_NUMBER = "法人番号"
    COMPANY_NAME = "商号"


class Doubt(StrEnum):
    """疑い。一つでもあれば自動では束ねない。"""

    MORE_THAN_TWO = "同名同生年月日の宛名がほかにもある"
    ROOM_UNKNOWN = "集合住宅らしい番地で方書が分からない"
    KANA_DIFFERS = "フリガナが違う"
    GONE = "一方が死亡・消除している"


ENOUGH: tuple[frozenset[Attribute], ...] = (
    frozenset({Attribute.NAME, Attribute.BIRTH, Attribute.SEX, Attribute.ADDRESS}),
    frozenset({Attribute.INHERITANCE, Attribute.BIRTH, Attribute.NAME}),
    frozenset({Attribute.INHERITANCE, Attribute.BIRTH, Attribute.FORMER_NAME}),
    frozenset({Attribute.CORPORATE_NUMBER, Attribute.COMPANY_NAME}),
)
"""自動で束ねてよい根拠。どれか一つを、すべて含むこと。"""


def is_same(attributes: frozenset[Attribute], doubts: frozenset[Doubt]) -> bool:
    """自動で束ねてよいか。

    >>> is_same(frozenset({Attribute.NAME, Attribute.BIRTH}), frozenset())
    False
    >>> is_same(frozenset({Attribute.NAME, Attribute.BIRTH, Attribute.SEX, Attribute.ADDRESS}), frozenset())
    True
    """
    return not doubts and any(enough <= attributes for enough in ENOUGH)
