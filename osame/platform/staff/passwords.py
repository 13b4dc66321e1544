"""パスワードの決まり。長く、よく使われる言葉でなく、本人の名や番号に似ていないこと。"""

import re
import secrets
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

LEAST = 15
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # 読み違える字を除く


def temporary_password() -> str:
    """最初の一度だけ使うパスワード。必ず変えさせる。"""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


class NotMadeOfCommonWordsValidator:
    """よく使われる言葉に、数字や記号を足したり、繰り返したりしただけのものを断る。"""

    message = "よく使われる言葉に数字や記号を足しただけのパスワードは使えません。いくつかの言葉を組み合わせてください。"

    def __init__(self) -> None:
        self.common = CommonPasswordValidator().passwords

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django の決まった形
        """断るなら ValidationError。"""
        letters = re.sub(r"[^a-z]", "", password.lower())
        repeated = re.fullmatch(r"(.+?)\1*", letters)
        root = repeated[1] if repeated else ""
        if len(set(password)) < 6 or root in self.common:
            raise ValidationError(self.message, code="password_made_of_common_words")

    def get_help_text(self) -> str:
        """画面に出す説明。"""
        return self.message
