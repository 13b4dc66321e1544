"""口座番号の扱い。封をして置き、見せるのは下3桁だけ。開けるのは、ここだけ。

Account numbers never lie in clear in the database: sealed to their owner with a key of this installation (AES-256-GCM), with
a keyed digest to find the same account again, and the last three digits to recognise it by. Only this module opens them.
"""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.platform import secret_keys
from osame.platform.secret_keys import NONCE_BYTES

KEY = "debit-accounts"
FILES = "debit-files"


def sealed(account_number: str, *, addressee_number: str) -> bytes:
    """口座番号に、持ち主に結び付けて封をする。"""
    return secret_keys.seal(KEY, account_number, owner=addressee_number)


def opened(rows: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """（宛名番号、封をした口座番号）を、順に開く。鍵を読むのは一度だけ。"""
    cipher = AESGCM(secret_keys.own_key(KEY))
    for owner, closed in rows:
        yield cipher.decrypt(closed[:NONCE_BYTES], closed[NONCE_BYTES:], owner.encode()).decode("ascii")


def digest(bank_code: str, branch_code: str, account_type: str, account_number: str) -> str:
    """同じ口座を見つけるための、鍵付きの要約。"""
    return secret_keys.digest(KEY, bank_code, branch_code, account_type, account_number)


def sealed_file(content: bytes, *, owner: str) -> bytes:
    """依頼ファイルの中身に封をする。"""
    return secret_keys.seal_bytes(FILES, content, owner=owner)


def opened_file(closed: bytes, *, owner: str) -> bytes:
    """依頼ファイルの中身を開く。"""
    return secret_keys.unseal_bytes(FILES, closed, owner=owner)


def masked(tail: str) -> str:
    """画面と書面に出す口座番号。 ****567"""
    return f"****{tail}"
