"""文の中の個人番号らしい数字を見分ける。欄を取り違えた番号を、どの入口でも同じに断るため。"""

import re
import unicodedata

from osame.kernel.check_digits import individual_number_is_valid

TWELVE = re.compile(r"(?<!\d)\d(?:[ \-]?\d){11}(?!\d)")
IDENTIFIER = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|(?=[0-9A-Fa-f]*[A-Fa-f])[0-9A-Fa-f]{16,}"
)  # UUID や十六進の識別子の中の12桁は、たまたま数字が続いたもの


def holds_personal_number(text: str) -> bool:
    """文の中に、個人番号らしいもの（検査用数字の合う12桁）があるか。全角・横棒・空白を挟んだものも見る。"""
    if len(text) < 12 and text.isascii():
        return False
    plain = re.sub(r"[\u3000\u2010-\u2015\u2212\u30fc]", "-", unicodedata.normalize("NFKC", text))
    plain = IDENTIFIER.sub("", plain)
    return any(individual_number_is_valid(re.sub(r"\D", "", found)) for found in TWELVE.findall(plain))
