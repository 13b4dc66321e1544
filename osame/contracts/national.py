"""情報提供ネットワークシステムとの伝文と、その口。

What the national side and a body say to each other. Bodies of messages travel in envelopes (`contracts.envelopes`); what goes over
HTTP is parcels of envelopes, and a mailbox that is read by position: nothing is lost when the reader falls back to yesterday,
because the position falls back with it. Layouts are a profile of ours (docs/protocols/gateway.md).
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from osame.contracts.certificates import Certificate, Request
from osame.contracts.client import SystemClient
from osame.contracts.envelopes import SKEW, Envelope, Party
from osame.contracts.sealed import SUITE, bound_text
from osame.contracts.signatures import Errand
from osame.kernel.refusals import Refusal

ROOT = "/internal/v1"
NETWORK = "network"
CORE = "0000000000000001"
"""模擬のコアシステムの機関コード。"""
RESIDENTS = "0000000000000002"
"""模擬の住民基本台帳ネットワークの機関コード。符号を取り寄せるときの、本人の確認だけに使う。"""
DIGITAL_AGENCY = "1419900000002200"
PUBLIC_ACCOUNT = "TM00000000000089"
"""特定個人情報名コード：公的給付支給等口座登録簿関係情報。"""
ACCOUNT_ITEMS = (
    "金融機関コード", "金融機関名（カナ）", "店番", "支店名（カナ）", "預貯金種目コード", "口座番号", "名義人氏名（カナ）",
)  # fmt: skip
PARCEL = 200
"""一度に運ぶ封筒の数の上限。"""

SYMBOL_REQUEST, SYMBOL_ISSUED = "symbol.request", "symbol.issued"
RESIDENT_NOTICE = "resident.notice"
PERMIT_REQUEST, PERMIT_DECISION = "permit.request", "permit.decision"
INQUIRY, ANSWER = "inquiry", "answer"

PROVIDED, NOTHING, REFUSED, HELD = "01", "02", "03", "04"
"""回答の区分：提供・該当なし・拒否・提供待ち。"""


class PermitRefused(Refusal):
    """情報提供許可証を受け入れられません。署名・期限・事務・機関のどれかが、照会と合いません。"""


class ListRefused(Refusal):
    """照会許可用照合リストを受け入れられません。署名が正しくないか、いまのリストより古いものです。"""


@dataclass(frozen=True, slots=True)
class SymbolRequest:
    """符号の取得依頼。処理通番だけを知らせる。人を示すものはない。"""

    processing_number: str


@dataclass(frozen=True, slots=True)
class ResidentNotice:
    """住基側の知らせ。処理通番が、どの住民のものか。"""

    processing_number: str
    unified_addressee_number: str


@dataclass(frozen=True, slots=True)
class SymbolIssued:
    """符号の交付。 symbol が空なら、住基側で本人が見つからない。"""

    processing_number: str
    symbol: str


@dataclass(frozen=True, slots=True)
class PermitRequest:
    """許可証の求め。"""

    inquiry_number: str
    symbol: str
    provider: str
    affair: str
    procedure: str
    item: str


SYMBOL_LABEL = "osame provider symbol 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """情報提供許可証。 provider_symbol: 提供者だけが開ける、提供者の符号（base64）。"""

    number: str
    inquiry_number: str
    inquirer: str
    provider: str
    affair: str
    procedure: str
    item: str
    provider_symbol: str
    issued_at: datetime
    valid_until: datetime
    signature: str = ""

    def content(self) -> bytes:
        """署名する中身。"""
        return bound_text(
            "osame permit 1", self.number, self.inquiry_number, self.inquirer, self.provider, self.affair,
            self.procedure, self.item, self.provider_symbol, self.issued_at.isoformat(), self.valid_until.isoformat(),
        )  # fmt: skip

    def signed(self, key: Ed25519PrivateKey) -> "Permit":
        """コアシステムが署名した許可証。"""
        return replace(self, signature=base64.b64encode(key.sign(self.content())).decode())

    @staticmethod
    def sealed_symbol(symbol: str, route: Certificate, number: str) -> str:
        """提供者だけが開けるように封じた、提供者の符号（base64）。許可証の番号に結び付く。"""
        return base64.b64encode(
            SUITE.encrypt(symbol.encode(), route.sealing_key, info=bound_text(SYMBOL_LABEL, number))
        ).decode()

    def opened_symbol(self, me: Party) -> str:
        """提供者として開けた、自分の符号。開かなければ空。"""
        for pair in me.keys.values():
            try:
                sealed = base64.b64decode(self.provider_symbol)
                return SUITE.decrypt(sealed, pair.sealing, info=bound_text(SYMBOL_LABEL, self.number)).decode()
            except (InvalidTag, ValueError):
                continue
        return ""

    def refuse_unfit(self, core: Ed25519PublicKey, *, now: datetime, facts: Sequence[str]) -> None:
        """署名と期限を確かめ、照会（照会番号・照会者・提供者・事務・手続・項目）と合うことを確かめる。"""
        try:
            core.verify(base64.b64decode(self.signature), self.content())
        except (InvalidSignature, ValueError) as failure:
            raise PermitRefused("署名") from failure
        if not self.issued_at - SKEW <= now < self.valid_until:  # 双方の時計は、わずかにずれる
            raise PermitRefused("期限")
        ours = (self.inquiry_number, self.inquirer, self.provider, self.affair, self.procedure, self.item)
        if ours != tuple(facts):
            raise PermitRefused("照会と違う許可証")


@dataclass(frozen=True, slots=True)
class PermitDecision:
    """許可証の交付か、拒否。 route: 提供者の証明書（経路情報）。"""

    inquiry_number: str
    permit: Permit | None
    route: Certificate | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Inquiry:
    """情報照会。"""

    inquiry_number: str
    permit: Permit
    period_from: str
    period_through: str


@dataclass(frozen=True, slots=True)
class Answer:
    """情報提供。 items: 特定個人情報の項目 → 値（提供のときだけ）。"""

    inquiry_number: str
    permit_number: str
    outcome: str
    reason: str
    items: dict[str, str]
    decided_at: datetime
    non_disclosure: bool


@dataclass(frozen=True, slots=True)
class AllowRow:
    """照会許可用照合リストの行。空の提供者は、どの提供者でもよい。"""

    affair: str
    procedure: str
    provider: str
    item: str


@dataclass(frozen=True, slots=True)
class AllowList:
    """照会許可用照合リスト。コアシステムが署名する。"""

    version: int
    issued_on: date
    rows: tuple[AllowRow, ...]
    signature: str = ""

    def content(self) -> bytes:
        """署名する中身。"""
        parts = [part for row in self.rows for part in (row.affair, row.procedure, row.provider, row.item)]
        return bound_text("osame allow list 1", str(self.version), self.issued_on.isoformat(), *parts)

    def signed(self, key: Ed25519PrivateKey) -> "AllowList":
        """署名したリスト。"""
        return replace(self, signature=base64.b64encode(key.sign(self.content())).decode())

    def refuse_unsigned(self, core: Ed25519PublicKey) -> None:
        """署名を確かめる。"""
        try:
            core.verify(base64.b64decode(self.signature), self.content())
        except (InvalidSignature, ValueError) as failure:
            raise ListRefused(str(self.version)) from failure


@dataclass(frozen=True, slots=True)
class Parcel:
    """封筒の束。"""

    envelopes: tuple[Envelope, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """受領。 taken: 受け取った封筒の番号（もう受け取っていたものも含む）。"""

    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailboxQuestion:
    """自分あての封筒の受取り。 after: ここまでは受けた。"""

    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """届いた封筒と、その位置。"""

    position: int
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class Mailbox:
    """自分あての封筒。 next を次の after にする。"""

    entries: tuple[Delivered, ...]
    next: int


@dataclass(frozen=True, slots=True)
class Masters:
    """マスター。機関の証明書、失効した証明書の番号、照会許可用照合リスト。"""

    certificates: tuple[Certificate, ...]
    revoked: tuple[str, ...]
    allow_list: AllowList
    stand_in: bool


@dataclass(frozen=True, slots=True)
class MastersQuestion:
    """マスターの求め。"""

    known_version: int


class NetworkClient:
    """情報提供ネットワークシステムへの口。"""

    def __init__(self, client: SystemClient, errand: Errand) -> None:
        self._client, self._errand = client, errand

    def enroll(self, request: Request) -> Certificate:
        """証明書を求める。"""
        return self._client.post(f"{ROOT}/certificates", request, Certificate, errand=self._errand)

    def masters(self, known_version: int) -> Masters:
        """マスターを取り寄せる。"""
        return self._client.post(f"{ROOT}/masters", MastersQuestion(known_version), Masters, errand=self._errand)

    def send(self, envelopes: Sequence[Envelope]) -> frozenset[str]:
        """封筒を送り、受け取られた番号を返す。"""
        parcel = Parcel(tuple(envelopes))
        return frozenset(self._client.post(f"{ROOT}/parcels", parcel, Receipt, errand=self._errand).taken)

    def collect(self, after: int, *, limit: int = PARCEL) -> Mailbox:
        """自分あての封筒を受け取る。"""
        question = MailboxQuestion(after, limit)
        return self._client.post(f"{ROOT}/mailbox", question, Mailbox, errand=self._errand)
