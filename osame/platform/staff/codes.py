"""確認コード（TOTP）。確かめたものは、二度使わせない。"""

from allauth.mfa.totp.internal import auth

from osame.kernel.refusals import Refusal
from osame.platform.database import run_sql

BURN = (
    "INSERT INTO used_code (staff_number, last_step) VALUES (%s, %s) ON CONFLICT (staff_number) "
    "DO UPDATE SET last_step = excluded.last_step WHERE used_code.last_step < excluded.last_step"
)


class UsedOrWrongCode(Refusal):
    """確認コードが違うか、もう使われています。認証アプリの新しいコードを入れてください。"""


def burn(staff_number: str, secret: str, code: str) -> None:
    """確認コードを確かめ、使用済みにする。その刻みより前のものも、もう使えない。"""
    steps = [
        step
        for step in auth.yield_hotp_counters_from_time()
        if auth.format_hotp_value(auth.hotp_value(secret, step)) == code.strip()
    ]
    if not steps or not run_sql(BURN, [staff_number, max(steps)]):
        raise UsedOrWrongCode
