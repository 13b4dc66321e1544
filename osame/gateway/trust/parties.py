"""自団体の鍵と証明書。伝文に署名し、封をし、開ける者を作る。相手の証明書を引く。

Private keys are files of this body alone (`OSAME_HOME/keys/gateway/<body>/national/`), certificates are rows of this body's
database. The authority's public key is a file put there by hand: it is what everything else is believed by.
"""

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from osame.contracts.certificates import Certificate, CertificateRefused, KeyPair, fingerprint, verified
from osame.contracts.envelopes import Party, WrongCertificate
from osame.contracts.strict import parsed
from osame.gateway.trust.models import KnownCertificate
from osame.kernel.refusals import Refusal
from osame.platform.exchanges import keys
from osame.platform.unchanged import until_changed


class NoAuthority(Refusal):
    """情報提供ネットワークの認証局の公開鍵がありません。「osame gateway trust anchor」で登録してください。"""


class NoCertificate(Refusal):
    """この団体の有効な証明書がありません。「osame gateway trust enroll」で受けてください。"""


class UnknownInstitution(Refusal):
    """この機関の有効な証明書がありません。マスターを取り寄せ、機関コードを確かめてください。"""


def folder() -> Path:
    """この団体の、国の側との鍵を置く所。"""
    return keys.directory("gateway") / "national"


def anchor() -> Ed25519PublicKey:
    """認証局の公開鍵。"""
    try:
        return _anchor(folder() / "authority.pub")
    except FileNotFoundError as missing:
        raise NoAuthority from missing


@until_changed(64)
def _anchor(file: Path) -> Ed25519PublicKey:
    """認証局の公開鍵のファイル。"""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(file.read_text(encoding="ascii")))


def set_anchor(text: str) -> None:
    """認証局の公開鍵を登録する。

    要件: F35-08
    """
    Ed25519PublicKey.from_public_bytes(base64.b64decode(text))
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder() / "authority.pub").write_text(text.strip(), encoding="ascii")


def key_file(signing: str) -> Path:
    """署名の公開鍵に対する、秘密鍵のファイル。"""
    return folder() / f"{fingerprint(signing)}.key"


@cache
def _pair(file: Path) -> KeyPair:
    return KeyPair.load(file)


def party() -> Party:
    """この団体として、伝文を書き、開ける者。失効していない前の鍵でも開ける。"""
    rows = list(KnownCertificate.objects.filter(own=True, revoked=False))
    own = {row.serial: parsed(Certificate, row.content) for row in rows}
    using = next((own[row.serial] for row in rows if row.in_use), None)
    if using is None:
        raise NoCertificate
    return Party(using, {serial: _pair(key_file(each.signing)) for serial, each in own.items()})


def finder() -> Callable[[str], Certificate]:
    """証明書の番号から、認証局の署名を確かめた、失効していない証明書を引く関数。"""
    trusted = anchor()
    known: dict[str, Certificate] = {}

    def find(serial: str) -> Certificate:
        if serial not in known:
            row = KnownCertificate.objects.filter(pk=serial, revoked=False).first()
            if row is None:
                raise WrongCertificate(serial)
            known[serial] = verified(parsed(Certificate, row.content), trusted)
        return known[serial]

    return find


def certificate_of(institution: str) -> Certificate:
    """機関の、いちばん新しい証明書。"""
    row = (
        KnownCertificate.objects
        .filter(institution=institution, own=False, revoked=False)
        .order_by("-valid_until")
        .first()
    )
    if row is None:
        raise UnknownInstitution(institution)
    return verified(parsed(Certificate, row.content), anchor())


def is_genuine(certificate: Certificate) -> bool:
    """認証局が署名した証明書か。"""
    try:
        verified(certificate, anchor())
    except CertificateRefused:
        return False
    return True
