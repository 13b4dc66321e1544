"""中間サーバーとの伝文と、その口。業務システムは、公開されたインターフェイス番号で頼む。

Rows are plain text items with Japanese names, as documented in docs/protocols/gateway.md (layouts are ours where none is public).
`PublicAccounts` is the one inquiry that collection makes: the 公金受取口座 of an addressee, for a refund case.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from osame.contracts.client import SystemClient
from osame.contracts.national import DIGITAL_AGENCY, PUBLIC_ACCOUNT
from osame.contracts.signatures import Errand
from osame.kernel.refusals import Refusal

ROOT = "/internal/v1"
GATEWAY = "gateway"
ADDRESSEE_NUMBER, UNIFIED_NUMBER = "01", "02"
"""番号体系：宛名番号、団体内統合宛名番号。"""
DONE = "00"
REFUND_AFFAIR, REFUND_PROCEDURE = "JM01000000048000", "JT01010000048001"
"""地方税の還付の事務と手続。公の番号は公開されていないので、当方の仮の番号（docs/protocols/gateway.md）。"""


class AccountNotAllowed(Refusal):
    """公金受取口座を照会できません。還付の事案、本人の希望、照会の権限と、断りの理由を確かめてください。"""


class AccountNotYet(Refusal):
    """公金受取口座の照会の結果は、まだ届いていません。しばらくしてから、もう一度開いてください。"""


@dataclass(frozen=True, slots=True)
class Rows:
    """インターフェイスの行。"""

    rows: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """ファイルの登録。 content は base64、 sha256 は中身の要約。"""

    name: str
    content: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FileTicket:
    """ファイルの受付。処理番号で、結果のファイルを取りに来る。"""

    processing_number: str
    rows: int
    refused: int


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """結果のファイルの取得。"""

    processing_number: str


@dataclass(frozen=True, slots=True)
class Download:
    """結果のファイル。"""

    name: str
    content: str


class GatewayClient:
    """中間サーバーへの口。"""

    def __init__(self, client: SystemClient, errand: Errand) -> None:
        self._client, self._errand = client, errand

    def call(self, interface: str, rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """オンラインで頼む。同じ行を二度送っても、一度だけ行われる。"""
        content = Rows(tuple(dict(each) for each in rows))
        key = hashlib.sha256(repr(content).encode()).hexdigest()[:40]
        answer = self._client.post(f"{ROOT}/interfaces/{interface}", content, Rows, errand=self._errand, idempotency_key=key)  # fmt: skip
        return list(answer.rows)

    def upload(self, interface: str, name: str, content: bytes) -> FileTicket:
        """ファイルを登録する。同じファイルは、一度だけ受け付けられる。"""
        digest = hashlib.sha256(content).hexdigest()
        told = Upload(name, base64.b64encode(content).decode(), digest)
        path = f"{ROOT}/interfaces/{interface}"
        return self._client.post(path, told, FileTicket, errand=self._errand, idempotency_key=digest[:40])

    def make_file(self, interface: str, rows: Sequence[Mapping[str, str]]) -> FileTicket:
        """結果のファイルを作るよう頼む。"""
        content = Rows(tuple(dict(each) for each in rows))
        return self._client.post(f"{ROOT}/interfaces/{interface}", content, FileTicket, errand=self._errand)

    def download(self, interface: str, processing_number: str) -> tuple[str, bytes]:
        """結果のファイルを取る。"""
        question = FileQuestion(processing_number)
        answer = self._client.post(f"{ROOT}/interfaces/{interface}", question, Download, errand=self._errand)
        return answer.name, base64.b64decode(answer.content)


@dataclass(frozen=True, slots=True)
class PublicAccount:
    """公金受取口座。 registered が偽なら、本人は登録していない。"""

    registered: bool
    bank_code: str = ""
    bank_name: str = ""
    branch_code: str = ""
    branch_name: str = ""
    account_type: str = ""
    account_number: str = ""
    holder_kana: str = ""


class PublicAccounts:
    """公金受取口座の照会。還付の事案ごとに頼み、答えを受け取る。

    要る順は三つ：`ask`（頼む）、`answer`（受け取る）、`cancel`（やめる）。事案の番号が、そのまま受付番号になる。
    """

    def __init__(self, gateway: GatewayClient, *, officer: str, department: str) -> None:
        self._gateway, self._officer, self._department = gateway, officer, department

    def ask(self, request_key: str, *, addressee_number: str, case: str, business_id: str = "001") -> str:
        """頼む。 `request_key` は照会ごとに一つ（同じなら、何度頼んでも一度）。照会番号を返す。許されなければ断る。

        `business_id` は、宛名番号を付けた業務の番号（宛名の写しの origin）。
        """
        row = {
            "レコード識別番号": request_key, "番号体系": ADDRESSEE_NUMBER, "宛名番号": addressee_number, "受付番号": case,
            "業務ID": business_id,
            "部署": self._department, "職員": self._officer, "事務コード": REFUND_AFFAIR,
            "事務手続コード": REFUND_PROCEDURE, "情報提供者機関コード": DIGITAL_AGENCY, "特定個人情報名コード": PUBLIC_ACCOUNT,
        }  # fmt: skip
        (answer,) = self._gateway.call("IF_SKI_10111", [row])
        if answer["処理結果"] != DONE:
            raise AccountNotAllowed(answer["処理結果メッセージ"])
        return answer["照会番号"]

    def answer(self, request_key: str, *, case: str) -> PublicAccount:
        """受け取る。まだなら `AccountNotYet`、断られたか失敗したなら `AccountNotAllowed`。"""
        (answer,) = self._gateway.call("IF_SKI_11112", [{"レコード識別番号": request_key, "受付番号": case}])
        if answer["処理結果"] == "NotYetAnswered":
            raise AccountNotYet
        if answer["処理結果"] != DONE or answer["回答の区分"] not in {"01", "02"}:
            raise AccountNotAllowed(answer["処理結果メッセージ"])
        if answer["回答の区分"] == "02":
            return PublicAccount(registered=False)
        return PublicAccount(
            True, answer["金融機関コード"], answer["金融機関名（カナ）"], answer["店番"], answer["支店名（カナ）"],
            answer["預貯金種目コード"], answer["口座番号"], answer["名義人氏名（カナ）"],
        )  # fmt: skip

    def cancel(self, request_key: str, *, reason: str) -> bool:
        """取りやめる。取りやめられたか。"""
        (answer,) = self._gateway.call("IF_SKI_50111", [{"レコード識別番号": request_key, "理由": reason}])
        return answer["処理結果"] == DONE
