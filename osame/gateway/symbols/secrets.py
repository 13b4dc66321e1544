"""符号の暗号と索引。符号は、この章の外に出ない（伝文に封をするときだけ、その場で開く）。"""

from osame.platform.secret_keys import digest, seal, unseal

KEY, INDEX = "gateway-symbol", "gateway-symbol-index"


def sealed(symbol: str, unified: str) -> bytes:
    """符号を暗号にする。団体内統合宛名番号に結び付け、ほかの人の行では開かない。"""
    return seal(KEY, symbol, owner=unified)


def opened(raw: bytes, unified: str) -> str:
    """符号を開く。"""
    return unseal(KEY, raw, owner=unified)


def index(symbol: str) -> str:
    """符号で探すための索引。"""
    return digest(INDEX, symbol)
