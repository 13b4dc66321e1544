"""条例と要綱の定め。基本設定の業務パラメータから読む。なければ、支払うことができない。"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.refusals import Refusal
from osame.law.prepayment_reward import RewardRule
from osame.law.restitution import RestitutionRule
from osame.platform.database import fetch_all

REWARD_SETTING = "前納報奨金"
RESTITUTION_SETTING = "返還金"


class NoRewardRule(Refusal):
    """この税目の前納報奨金の定めが、基本設定にありません。条例に定めがあれば、業務パラメータ「前納報奨金:税目コード」を登録してください。"""


class NoRestitutionRule(Refusal):
    """返還金の要綱の定めが、基本設定にありません。業務パラメータ「返還金」を登録してください。"""


@dataclass(frozen=True, slots=True)
class Rewarding:
    """税目の前納報奨金の定めと、条例の名。"""

    rule: RewardRule
    basis: str


def reward_rule(tax_item: str, *, as_of: date) -> Rewarding:
    """その日の、税目の前納報奨金の定め。"""
    value, basis = _setting(f"{REWARD_SETTING}:{tax_item}", as_of) or ("", "")
    if not value or value == "なし":
        raise NoRewardRule(tax_item)
    return Rewarding(RewardRule.parse(value), basis)


def restitution_rule(*, as_of: date) -> tuple[RestitutionRule, str]:
    """その日の返還金の定めと、要綱の名。"""
    found = _setting(RESTITUTION_SETTING, as_of)
    if found is None:
        raise NoRestitutionRule
    return RestitutionRule.parse(found[0]), found[1]


def _setting(name: str, as_of: date) -> tuple[str, str] | None:
    rows = fetch_all(
        "SELECT value, basis FROM setting WHERE name = %s AND valid_from <= %s ORDER BY valid_from DESC LIMIT 1",
        [name, as_of],
    )
    return (str(rows[0][0]), str(rows[0][1])) if rows else None
