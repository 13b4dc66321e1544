"""納め — 地方税の収納と滞納整理。

Osame collects local taxes for Japanese municipalities: every yen provable, every figure explained by its article.
"""

__version__ = "0.1.0"
