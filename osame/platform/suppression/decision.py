"""抑止の判断。読む者と本人の関係から、どの種類の事実を見せてよいかを決める。

Pure: no database, no clock. The default for a protected person is to hide everything from which a place can be told.
Two doors open it, and no other: an officer or system that holds the right *and* states a purpose, and the person's own
letter. The other party never passes, whatever right or relation comes with the question.
"""

from dataclasses import dataclass
from enum import StrEnum


class FactClass(StrEnum):
    """事実の種類。居場所が直接・間接に知れるものを並べる。"""

    ADDRESS = "住所"
    FORMER_ADDRESS = "前住所"
    DESTINATION = "転出先"
    LOCALITY = "市区町村コード・郵便番号・支所"
    TELEPHONE = "電話・メール"
    MAILING_ADDRESS = "送付先"
    HOUSEHOLD = "世帯"
    RELATIONS = "関係人・代理人"
    WORKPLACE = "勤務先"
    SCHOOL = "学校"
    BANK_BRANCH = "金融機関支店"
    RETURNED_MAIL = "返戻の理由"
    MOVES = "異動の履歴"


class ReaderKind(StrEnum):
    """読む者の種類。"""

    OFFICER = "職員"
    PEER_SYSTEM = "相手システム"
    BUSINESS_SYSTEM = "業務システム"
    LETTER = "文書を受け取る者"


class Relation(StrEnum):
    """文書を受け取る者の、本人との関係。"""

    SELF = "本人"
    CO_OWNER = "共有者"
    HOUSEHOLD_HEAD = "世帯主"
    HOUSEHOLD_MEMBER = "世帯員"
    HEIR = "相続人"
    AGENT = "代理人"
    TAX_AGENT = "納税管理人"
    THIRD_PARTY_OBLIGOR = "第三債務者"
    EMPLOYER = "勤務先"
    COLLECTION_ORGANISATION = "機構"
    OTHER_PARTY = "相手方"
    UNKNOWN = "不明"


@dataclass(frozen=True, slots=True)
class Reader:
    """読む者。

    number: 読む人の宛名番号（職員・システムは空）; right: 支援措置の対象者の住所を見る権限; purpose: 使用目的;
    protected_from: 読む人自身が支援措置の対象者なら、その相手方の宛名番号。
    """

    kind: ReaderKind
    number: str = ""
    relation: Relation = Relation.UNKNOWN
    right: bool = False
    purpose: str = ""
    protected_from: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """本人。支援措置が解除されずにあるか（仮支援・期限切れを含む）、相手方は誰か、安全な送付先があるか。"""

    addressee_number: str
    protected: bool = False
    other_parties: frozenset[str] = frozenset()
    has_safe_address: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """判断。伏せる事実の種類と、その理由の一文。"""

    hidden: frozenset[FactClass]
    reason: str

    def shows(self, fact: FactClass) -> bool:
        """その種類の事実を見せてよい。"""
        return fact not in self.hidden

    @property
    def opens_everything(self) -> bool:
        """何も伏せない。"""
        return not self.hidden


EVERYTHING = frozenset(FactClass)
NOTHING: frozenset[FactClass] = frozenset()


def decision(reader: Reader, subject: Subject) -> Decision:
    """この読む者に、この人のどの種類の事実を伏せるか。

    Which fact classes stay hidden from this reader.

    要件: F27-01
    """
    is_self = bool(reader.number) and reader.number == subject.addressee_number
    if subject.addressee_number in reader.protected_from:
        return Decision(EVERYTHING, "支援措置の相手方の事実は、対象者への文書に載せません。")
    if not subject.protected:
        return Decision(NOTHING, "支援措置はありません。")
    if reader.relation is Relation.OTHER_PARTY or (reader.number and reader.number in subject.other_parties):
        return Decision(EVERYTHING, "支援措置の相手方です。")
    if reader.kind is ReaderKind.LETTER:
        return _own_letter(subject) if is_self and reader.relation is Relation.SELF else _hidden()
    if reader.right and reader.purpose.strip():
        return Decision(NOTHING, "権限があり、目的が告げられています。")
    return _hidden()


def _own_letter(subject: Subject) -> Decision:
    if subject.has_safe_address:
        return Decision(EVERYTHING - {FactClass.MAILING_ADDRESS}, "本人への文書は、安全な送付先だけを載せます。")
    return Decision(NOTHING, "本人への文書です。")


def _hidden() -> Decision:
    return Decision(EVERYTHING, "支援措置の対象者です。")
