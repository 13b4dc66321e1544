"""証明書の署名した内容。凍らせた事実から、紙に添える短い内容を作り、署名し、確かめる。

What the QR code says (`docs/protocols/certificate-qr.md`): the same facts as the paper, short enough to scan, signed with this
municipality's Ed25519 key. The key is a file beside the other keys; the database never sees it.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from osame.collection.certificates.models import CertificateRequest
from osame.contracts.signed_statement import NotAStatement, signed_statement, verified_statement
from osame.kernel.dates import fiscal_year_label, format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.letters.readback import opened, page_texts
from osame.platform.secret_keys import own_key

KEY = "certificate-signing"
VERSION = 1
LONGEST = 1_100  # 二次元コード 27-M に収まり、窓口の印刷でも読める長さ
AMOUNTS = ("tax", "paid", "unpaid", "not_due", "late")
AMOUNT_NAMES = ("税額", "納付済額", "未納額", "納期未到来額", "延滞金等の未納額")


class PaperDiffers(Refusal):
    """紙に書かれたことが、署名した内容と違います。受け取らずに、発行した団体に確かめてください。"""


class UnknownStatement(Refusal):
    """この署名した内容の版か種類を、読めません。新しい版の「osame certificate verify」で確かめてください。"""


@dataclass(frozen=True, slots=True)
class Statement:
    """確かめた内容。 totals: 行が多く、税目ごとの計だけを載せている。"""

    number: str
    kind: str
    issuer: str
    as_of: date
    name: str
    lines: tuple[tuple[Any, ...], ...]
    totals: bool
    vehicle: tuple[str, ...]
    facts_sha256: str

    @property
    def told(self) -> list[tuple[str, str]]:
        """人が読む形。"""
        rows = [
            ("証明書", CertificateRequest.Kind(self.kind).label), ("証明番号", self.number),
            ("発行団体コード", self.issuer), ("証明日", format_wareki(self.as_of)), ("氏名（名称）", self.name),
        ]  # fmt: skip
        for line in self.lines:
            amounts = "、".join(f"{name}{amount:,}円" for name, amount in zip(AMOUNT_NAMES, line[2:], strict=True))
            rows.append((f"{line[0]} {fiscal_year_label(line[1]) if line[1] else '計'}", amounts))
        if self.vehicle:
            rows += list(zip(("標識番号", "車台番号", "有効期限"), self.vehicle, strict=True))
        return rows


def signing_key() -> Ed25519PrivateKey:
    """署名の鍵。鍵のファイルの32バイトが、そのまま Ed25519 の種。"""
    return Ed25519PrivateKey.from_private_bytes(own_key(KEY))


def public_pem() -> bytes:
    """公開する鍵（PEM）。

    要件: F12-05
    """
    return signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate_name(certificate_number: int) -> str:
    """証明番号の書き方。

    >>> certificate_name(12)
    '第00000012号'
    """
    return f"第{certificate_number:08d}号"


def signed_payload(
    certificate_number: int,
    facts: Mapping[str, Any],
    facts_sha256: str,
    issuer: str,
    *,
    key: Ed25519PrivateKey | None = None,
) -> str:
    """署名した内容。行が多くて読み取れない大きさになるなら、税目ごとの計にする。 key: 署名の鍵（省けば、この団体の鍵）。

    要件: F12-05
    """
    claims = {
        "v": VERSION, "iss": issuer, "num": certificate_name(certificate_number), "kind": facts["kind"],
        "on": facts["as_of"], "sub": facts["subject"]["name"],
    }  # fmt: skip
    if vehicle := facts.get("vehicle"):
        claims["car"] = [vehicle["plate_number"], vehicle["chassis_number"], vehicle["valid_through"]]
    elif facts["kind"] == CertificateRequest.Kind.GENERAL:
        claims["lines"] = [[e["tax_name"], e["levy_year"], *(e[name] for name in AMOUNTS)] for e in facts["lines"]]
    claims["sha"] = base64.urlsafe_b64encode(bytes.fromhex(facts_sha256)).rstrip(b"=").decode()
    key = key or signing_key()
    payload = signed_statement(claims, key)
    if len(payload) > LONGEST:
        claims["totals"] = _totals(claims.pop("lines"))
        payload = signed_statement(claims, key)
    return payload


def read_payload(payload: str, keys: Iterable[Ed25519PublicKey]) -> Statement:
    """署名を確かめ、内容を読む。

    要件: F12-05
    """
    claims = verified_statement(payload, keys)
    try:
        kind = CertificateRequest.Kind(claims["kind"])
        if claims["v"] != VERSION:
            raise UnknownStatement(str(claims["v"]))
        lines = tuple(
            (str(line[0]), int(line[1]), *(int(each) for each in line[2:]))
            for line in claims.get("totals", claims.get("lines", ()))
        )
        if any(len(line) != 2 + len(AMOUNTS) for line in lines):
            raise UnknownStatement
        return Statement(
            claims["num"], kind, claims["iss"], date.fromisoformat(claims["on"]), claims["sub"], lines,
            "totals" in claims, tuple(claims.get("car", ())), claims["sha"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError) as failure:
        raise UnknownStatement from failure


def payload_of(pdf: bytes | PdfReader) -> str:
    """証明書の PDF に添えた署名した内容。"""
    try:
        metadata = (opened(pdf) if isinstance(pdf, bytes) else pdf).metadata
    except (PyPdfError, ValueError) as failure:
        raise NotAStatement from failure
    return str(metadata.get("/Keywords", "")) if metadata else ""


def read_pdf(pdf: bytes, keys: Iterable[Ed25519PublicKey]) -> Statement:
    """PDF の署名を確かめ、紙に書かれた氏名・番号・額が、署名した内容のとおりであることも確かめる。

    要件: F12-05
    """
    found = read_payload(payload_of(pdf), keys)
    text = "".join(page_texts(pdf))
    for mark in expected_marks(found):
        if "".join(mark.split()) not in text:
            raise PaperDiffers
    return found


def expected_marks(found: Statement) -> list[str]:
    """紙にあるはずの文字。"""
    marks = [found.number, found.name, format_wareki(found.as_of), *found.vehicle]
    if not found.totals:
        marks += [amounts_text(fiscal_year_label(line[1]), line[2:]) for line in found.lines]
    return marks


def amounts_text(year_label: str, amounts: Iterable[int]) -> str:
    """表の一行の、年度と額が続けて刷られたときの文字。"""
    return year_label + "".join(f"{each:,}" for each in amounts)


def _totals(lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """税目ごとの計。年度は0とする。"""
    sums: dict[str, list[int]] = {}
    for name, _, *amounts in lines:
        before = sums.setdefault(name, [0] * len(AMOUNTS))
        sums[name] = [one + other for one, other in zip(before, amounts, strict=True)]
    return [[name, 0, *amounts] for name, amounts in sums.items()]
