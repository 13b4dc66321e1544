"""円。金額は整数の円だけで扱う。

Money is a whole number of yen. A rate is a `Fraction` made from text; there is no float anywhere in the law.
"""

from typing import NewType

Yen = NewType("Yen", int)
"""円（整数）。 A whole number of yen."""
