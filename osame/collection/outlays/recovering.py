"""前納の後に税額が減ったときの、報奨金の返納。交付したときの定めで計算し直し、多すぎた額を求める。

After a decrease the reward is computed once more under the rule it was granted by; what is too much is asked back, once for each
decrease. A reward that was not paid yet is cancelled and proposed anew instead.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from osame.collection.outlays.deciding import OutlayNotWaiting, locked_outlay
from osame.collection.outlays.models import Outlay, OutlayRecovery
from osame.collection.outlays.rules import reward_rule
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.due_date import shift_due_date
from osame.law.prepayment_reward import PrepaidTerm, prepayment_reward
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

RETURN_DAYS = 30
State, Kind = Outlay.State, Outlay.Kind
# 交付の内訳と、いまの税額。
PARTS = """
SELECT p.charge_id, p.levy_year || '年度 ' || p.installment_term || '期', least(p.amount, c.tax_amount), p.amount, p.paid_on, c.due_date,
       coalesce(to_date(n.year_month || '-01', 'YYYY-MM-DD'), c.due_date)
FROM outlay_part p JOIN charge c USING (addressee_number, charge_id)
LEFT JOIN installment_term n ON n.levy_year = c.levy_year AND n.tax_item = c.tax_item AND n.installment_term = c.installment_term
WHERE p.addressee_number = %s AND p.outlay_id = %s ORDER BY p.part_number
"""
# 交付した後に、内訳の税額が減った報奨金。
REDUCED = """
SELECT DISTINCT o.addressee_number, o.outlay_id FROM outlay o
JOIN outlay_part p USING (addressee_number, outlay_id)
JOIN charge c ON c.addressee_number = p.addressee_number AND c.charge_id = p.charge_id
WHERE o.kind = '2' AND o.state <> '9' AND c.tax_amount < p.amount ORDER BY o.outlay_id
"""


class NothingToRecover(Refusal):
    """返してもらう額はありません。税額が減ったか、もう返納を求めていないかを、支払の画面で確かめてください。"""


class CancelInstead(Refusal):
    """この報奨金は、まだ支払っていません。決定を取り消して、起案し直してください。"""


class RecoveryUnknown(Refusal):
    """その返納はありません。または、もう返納されています。番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Excess:
    """多すぎた報奨金。 right: いまの税額での額; asked: もう返納を求めた額。"""

    addressee_number: str
    outlay_id: int
    name: str
    granted: int
    right: int
    asked: int
    steps: tuple[str, ...]

    @property
    def amount(self) -> int:
        """返してもらう額。"""
        return max(0, self.granted - self.right - self.asked)


def excess_of(key: tuple[str, int]) -> Excess:
    """いまの税額で計算し直した、多すぎる額。

    要件: F06-08
    """
    with transaction.atomic():
        outlay = Outlay.objects.filter(addressee_number=key[0], outlay_id=key[1], kind=Kind.REWARD).first()
    if outlay is None:
        raise NothingToRecover(str(key[1]))
    rule = reward_rule(outlay.tax_item, as_of=outlay.decided_on).rule
    terms = [
        PrepaidTerm(int(charge), str(label), Yen(amount), paid_on, due_date, first_day)
        for charge, label, amount, _, paid_on, due_date, first_day in fetch_all(PARTS, [*key])
    ]
    reward = prepayment_reward([each for each in terms if each.amount], rule)
    asked, name = fetch_one(
        "SELECT coalesce((SELECT sum(amount) FROM outlay_recovery WHERE addressee_number = %s AND outlay_id = %s), 0)::bigint, "
        "coalesce((SELECT name FROM addressee WHERE addressee_number = %s), '')",
        [*key, key[0]],
    )
    return Excess(key[0], key[1], str(name), outlay.amount, int(reward.final), int(asked), reward.steps)


def reduced_rewards() -> tuple[Excess, ...]:
    """前納の後に税額が減り、返納を求める（またはまだ支払っていないので取り消す）報奨金。

    要件: F06-08
    """
    found = (excess_of((str(who), int(outlay))) for who, outlay in fetch_all(REDUCED))
    return tuple(each for each in found if each.amount)


def demand_return(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> OutlayRecovery:
    """多すぎた報奨金の返納を求める。通知は、文書の章の道で送る。

    要件: F06-08
    """
    with transaction.atomic():
        try:
            locked_outlay(key, State.PAID)
        except OutlayNotWaiting as waiting:
            raise CancelInstead(str(waiting.detail)) from waiting
        excess = excess_of(key)
        if not excess.amount or not reason.strip():
            raise NothingToRecover(str(key[1]))
        (number,) = fetch_one(
            "SELECT coalesce(max(recovery_number), 0) + 1 FROM outlay_recovery WHERE addressee_number = %s AND outlay_id = %s",
            [*key],
        )
        made = OutlayRecovery.objects.create(
            addressee_number=key[0], outlay_id=key[1], recovery_number=number, amount=excess.amount, reason=reason.strip(),
            steps=list(excess.steps), demanded_on=as_of, officer=officer,
            payable_through=shift_due_date(as_of + timedelta(days=RETURN_DAYS)),
        )  # fmt: skip
        record("報奨金の返納を求めた", subjects=[key[0]], detail={"支払決定番号": key[1], "額": excess.amount})
        return made


def record_money_back(key: tuple[str, int], recovery_number: int, *, returned_on: date, officer: str) -> None:
    """返納された日を記録する。

    要件: F06-08
    """
    with transaction.atomic():
        changed = OutlayRecovery.objects.filter(
            addressee_number=key[0], outlay_id=key[1], recovery_number=recovery_number, returned_on=None
        ).update(returned_on=returned_on)
        if not changed:
            raise RecoveryUnknown(f"{key[1]}-{recovery_number}、{format_wareki(returned_on)}")
        record("報奨金が返納された", subjects=[key[0]], detail={"支払決定番号": key[1], "職員": officer})
