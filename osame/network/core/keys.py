"""国の側の模擬の鍵。認証局、コアシステム、模擬の機関の鍵を、データベースの外に置く。"""

import hmac
import os
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from osame.contracts.certificates import Certificate, KeyPair, Request, fingerprint, issued
from osame.contracts.envelopes import Party
from osame.contracts.strict import parsed, plain
from osame.network.core.models import InstitutionCertificate
from osame.platform.embedded import home
from osame.platform.secret_keys import own_key

VALID = timedelta(days=730)


def folder() -> Path:
    """鍵を置く所。"""
    return home() / "keys" / "network" / "institutions"


@cache
def _authority_at(file: Path) -> Ed25519PrivateKey:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(file.read_bytes())


def authority() -> Ed25519PrivateKey:
    """認証局の鍵。証明書と照合リストに署名する。"""
    return _authority_at(folder() / "authority.key")


def issue(request: Request, *, at: datetime, valid: timedelta = VALID) -> Certificate:
    """証明書を発行し、台帳に載せる。"""
    made = issued(
        Certificate(
            serial=token_hex(8), institution=request.institution, name=request.name, signing=request.signing,
            sealing=request.sealing, valid_from=(at - timedelta(minutes=5)).replace(microsecond=0),
            valid_until=(at + valid).replace(microsecond=0),
        ),
        authority(),
    )  # fmt: skip
    InstitutionCertificate.objects.create(
        serial=made.serial, institution=made.institution, content=plain(made), valid_until=made.valid_until
    )
    return made


def create_own(institution: str, name: str, *, at: datetime) -> Certificate:
    """模擬の機関（コアシステムを含む）の鍵と証明書を作る。"""
    pair = KeyPair.make()
    request = pair.request(institution, name)
    pair.keep(folder() / f"{institution}-{fingerprint(request.signing)}.key")
    return issue(request, at=at)


@cache
def _pair(file: Path) -> KeyPair:
    return KeyPair.load(file)


def party(institution: str) -> Party:
    """模擬の機関として、伝文を書き、開ける者。"""
    rows = InstitutionCertificate.objects.filter(institution=institution, revoked_at=None).order_by("valid_until")
    certificates = [parsed(Certificate, row.content) for row in rows]
    keys = {each.serial: _pair(folder() / f"{institution}-{fingerprint(each.signing)}.key") for each in certificates}
    return Party(certificates[-1], keys)


def symbol_of(institution: str, resident: str) -> str:
    """機関ごとに違う符号。同じ住民でも、ほかの機関の符号とは結び付かない。"""
    return hmac.new(own_key("network-symbols"), f"{institution}\0{resident}".encode(), "sha256").hexdigest()
