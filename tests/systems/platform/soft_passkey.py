"""A passkey in software: an authenticator of the W3C kind with one key, for tests only."""

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftPasskey:
    """Answers as a security key with a PIN would."""

    def __init__(self, origin: str = "http://localhost", rp: str = "localhost") -> None:
        self.origin, self.rp = origin, hashlib.sha256(rp.encode()).digest()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.uses = 0

    def told(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def register(self, options: dict[str, Any]) -> str:
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AttestedCredentialData.create(bytes(16), self.credential_id, public)
        authenticator = AuthenticatorData.create(self.rp, PRESENT | VERIFIED | ATTESTED, 0, bytes(data))
        answer = {
            "clientDataJSON": websafe_encode(self.told("webauthn.create", options["publicKey"]["challenge"])),
            "attestationObject": websafe_encode(bytes(AttestationObject.create("none", authenticator, {}))),
        }
        return self.packed(answer)

    def sign(self, options: dict[str, Any], *, verified: bool = True) -> str:
        self.uses += 1
        flags = PRESENT | (VERIFIED if verified else 0)
        authenticator = bytes(AuthenticatorData.create(self.rp, flags, self.uses))
        client = self.told("webauthn.get", options["publicKey"]["challenge"])
        signature = self.key.sign(authenticator + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        answer = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(authenticator),
            "signature": websafe_encode(signature),
        }
        return self.packed(answer)

    def packed(self, answer: dict[str, str]) -> str:
        identity = websafe_encode(self.credential_id)
        return json.dumps({
            "id": identity, "rawId": identity, "type": "public-key", "response": answer, "clientExtensionResults": {},
        })  # fmt: skip
