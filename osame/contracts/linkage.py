"""連携サーバーとの伝文と、その口。個人番号は封筒に入れてだけ運ぶ。

Messages of 団体内統合利用番号連携サーバー and a typed client. A 個人番号 travels only in an envelope (`contracts.sealed`):
towards linkage sealed to its key, back from a reveal sealed to a key that the asker made for this one answer.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from osame.contracts.client import SystemClient
from osame.contracts.personal_number import PersonalNumber
from osame.contracts.sealed import key_name, linkage_key, open_number, seal_number
from osame.contracts.signatures import Errand

ROOT = "/internal/v1"
LINKAGE = "linkage"
HELD = frozenset({"6", "7"})
"""保留した依頼の結末のコード。"""


@dataclass(frozen=True, slots=True)
class BasicFacts:
    """4情報。氏名、住所、性別（0 不明・1 男・2 女）、生年月日。"""

    name: str
    address: str
    sex: str
    born_on: date | None


@dataclass(frozen=True, slots=True)
class NumberingOrder:
    """付番依頼（0320001）・更新依頼（0320021）・番号変更の依頼。 `sealed` は封筒の base64、個人番号がなければ空。"""

    request_number: str
    affair: str
    business_id: str
    scheme_id: str
    addressee_number: str
    standing: str
    facts: BasicFacts
    sealed: str


@dataclass(frozen=True, slots=True)
class NumberingAnswer:
    """依頼の結末。 `outcome` は依頼の結末のコード、`duplicate` は同じ業務に同じ人の宛名番号がほかにもあること。"""

    request_number: str
    outcome: str
    unified_addressee_number: str
    duplicate: bool

    @property
    def held(self) -> bool:
        """4情報か番号の相違により、連携サーバーが預かったまま、人の決定を待っている。"""
        return self.outcome in HELD


@dataclass(frozen=True, slots=True)
class SearchQuestion:
    """個人番号による検索（0320004）。封筒の subject は request_number と同じ。"""

    request_number: str
    affair: str
    sealed: str


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """検索の答え。なければ空。 `former` は、変わる前の番号で見つかったこと。"""

    unified_addressee_number: str
    former: bool


@dataclass(frozen=True, slots=True)
class ConversionQuestion:
    """宛名番号から団体内統合宛名番号へ（`to_unified`）、またはその逆への変換。"""

    affair: str
    business_id: str
    scheme_id: str
    to_unified: bool
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Converted:
    """変換できた行。"""

    line: int
    given: str
    found: str


@dataclass(frozen=True, slots=True)
class NotConverted:
    """変換できなかった行と、そのわけ。"""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ConversionAnswer:
    """変換の答え。行の数は、変換できた行とできなかった行の和。"""

    converted: tuple[Converted, ...]
    errors: tuple[NotConverted, ...]


@dataclass(frozen=True, slots=True)
class RevealOrder:
    """開示の求め。 `number_right` は、見る職員に与えられた個人番号利用権限の番号。"""

    affair: str
    unified_addressee_number: str
    number_right: str
    department: str
    case_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class RevealTicket:
    """引換券。一度だけ、期限まで。"""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RevealClaim:
    """引換え。 `answer_key` は、答えの封筒のためにその場で作った公開鍵（base64）。"""

    token: str
    unified_addressee_number: str
    answer_key: str


@dataclass(frozen=True, slots=True)
class RevealedNumber:
    """開示された番号の封筒。"""

    sealed: str


@dataclass(frozen=True, slots=True)
class DeletionOrder:
    """団体内統合宛名の削除の求め。"""

    affair: str
    unified_addressee_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class IdentityQuestion:
    """団体内統合宛名の照会。"""

    affair: str
    unified_addressee_number: str


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """ある時まで信じていた4情報。新しい順に並び、 `superseded_at` がなければ、いまの4情報。

    支援措置の対象者では、住所は伏せた印、更新元は空、日時はない。
    """

    facts: BasicFacts
    business_id: str
    recorded_at: datetime | None
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownLink:
    """業務の宛名番号との紐付け。支援措置の対象者では、統合宛名フラグを答えない。"""

    business_id: str
    scheme_id: str
    addressee_number: str
    unified: bool | None


@dataclass(frozen=True, slots=True)
class IdentityAnswer:
    """団体内統合宛名の4情報と履歴、紐付け。個人番号は含まない。 `protected` なら、居場所を伏せてある。"""

    unified_addressee_number: str
    deleted: bool
    protected: bool
    history: tuple[KnownFacts, ...]
    links: tuple[KnownLink, ...]


@dataclass(frozen=True, slots=True)
class GatewayNotice:
    """中間サーバー通知（0320008）。 kind は 1 付番・2 削除。"""

    notice_id: int
    unified_addressee_number: str
    kind: str
    attempts: int


@dataclass(frozen=True, slots=True)
class GatewayNotices:
    """まだ届いていない通知。一人について一つずつ、順に。"""

    notices: tuple[GatewayNotice, ...]


@dataclass(frozen=True, slots=True)
class NoticesQuestion:
    """通知の受取り。"""

    limit: int


@dataclass(frozen=True, slots=True)
class NoticeReport:
    """通知の受領（error_code は空）か、エラー。"""

    notice_id: int
    error_code: str


@dataclass(frozen=True, slots=True)
class Done:
    """行った。"""

    done: bool


class LinkageClient:
    """連携サーバーへの口。番号を渡せば封をして送り、開示された番号は開けて渡す。"""

    def __init__(
        self, client: SystemClient, *, sender: str, errand: Errand, key: X25519PublicKey | None = None
    ) -> None:
        self._client, self._sender, self._errand, self._key = client, sender, errand, key

    def seal(self, number: str, *, subject: str, request_number: str) -> str:
        """封をして、伝文に入れる文字にする。"""
        key = self._key or linkage_key()
        return text_of(seal_number(number, subject=subject, sender=self._sender, key=key, request=request_number))

    def number(self, order: NumberingOrder) -> NumberingAnswer:
        """付番を依頼する。同じ依頼番号なら、何度送っても一度だけ行われる。"""
        return self._order("numbering", order)

    def update(self, order: NumberingOrder) -> NumberingAnswer:
        """4情報の更新を依頼する。"""
        return self._order("updates", order)

    def change(self, order: NumberingOrder) -> NumberingAnswer:
        """個人番号の変更を依頼する。"""
        return self._order("changes", order)

    def _order(self, door: str, order: NumberingOrder) -> NumberingAnswer:
        return self._client.post(
            f"{ROOT}/{door}", order, NumberingAnswer, errand=self._errand, idempotency_key=order.request_number
        )

    def search(self, number: str, *, affair: str, request_number: str) -> SearchAnswer:
        """個人番号で探す。"""
        sealed = self.seal(number, subject=request_number, request_number=request_number)
        question = SearchQuestion(request_number, affair, sealed)
        return self._client.post(f"{ROOT}/search", question, SearchAnswer, errand=self._errand)

    def convert(
        self, numbers: Sequence[str], *, affair: str, business_id: str, to_unified: bool, scheme_id: str = "000"
    ) -> ConversionAnswer:
        """宛名番号と団体内統合宛名番号を変換する。"""
        question = ConversionQuestion(affair, business_id, scheme_id, to_unified, tuple(numbers))
        return self._client.post(f"{ROOT}/conversions", question, ConversionAnswer, errand=self._errand)

    def identity(self, unified_addressee_number: str, *, affair: str) -> IdentityAnswer:
        """団体内統合宛名の4情報と履歴。"""
        question = IdentityQuestion(affair, unified_addressee_number)
        return self._client.post(f"{ROOT}/identities", question, IdentityAnswer, errand=self._errand)

    def erase(self, unified_addressee_number: str, *, affair: str, reason: str) -> None:
        """団体内統合宛名を削除する。"""
        order = DeletionOrder(affair, unified_addressee_number, reason)
        self._client.post(f"{ROOT}/deletions", order, Done, errand=self._errand)

    def ask_reveal(self, order: RevealOrder) -> RevealTicket:
        """開示を求め、引換券を受け取る。"""
        return self._client.post(f"{ROOT}/reveals", order, RevealTicket, errand=self._errand)

    def redeem(self, ticket: RevealTicket, *, unified_addressee_number: str) -> PersonalNumber:
        """引き換える。番号は、この一回のための鍵に封をして届く。"""
        own = X25519PrivateKey.generate()
        raw = own.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        claim = RevealClaim(ticket.token, unified_addressee_number, text_of(raw))
        answer = self._client.post(f"{ROOT}/reveals/redeem", claim, RevealedNumber, errand=self._errand)
        keys = {key_name(own.public_key()): own}
        return open_number(
            base64.b64decode(answer.sealed), subject=unified_addressee_number, sender=LINKAGE, keys=keys,
            request=ticket.token,
        )  # fmt: skip

    def notices(self, *, limit: int = 100) -> tuple[GatewayNotice, ...]:
        """まだ届いていない通知を、順に受け取る。"""
        question = NoticesQuestion(limit)
        return self._client.post(f"{ROOT}/notices", question, GatewayNotices, errand=self._errand).notices

    def report(self, notice_id: int, *, error_code: str = "") -> None:
        """通知の受領かエラーを知らせる。"""
        self._client.post(f"{ROOT}/notices/report", NoticeReport(notice_id, error_code), Done, errand=self._errand)


def text_of(raw: bytes) -> str:
    """伝文に入れる文字（base64）。"""
    return base64.b64encode(raw).decode()
