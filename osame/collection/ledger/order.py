"""一つの期別の中で、納付額をどの順に充てるか（F01-07）。"""

from dataclasses import dataclass

from osame.collection.ledger.models import Account
from osame.kernel.refusals import Refusal

_CAPS = {
    Account.PRINCIPAL_TAX: "r.principal",
    Account.DEMAND_FEE: "r.fee",
    Account.DELINQUENCY_CHARGE: "r.charge",
}
_NAMES = {"本税": Account.PRINCIPAL_TAX, "督促手数料": Account.DEMAND_FEE, "延滞金": Account.DELINQUENCY_CHARGE}


class UnlawfulAllocationOrder(Refusal):
    """この充当順序は設定できません。本税・督促手数料・延滞金を一度ずつ、延滞金を本税より後に置いてください。"""


@dataclass(frozen=True, slots=True)
class AllocationOrder:
    """充当順序。延滞金は、計算の基礎である本税より先にはならない。

    The order in which one charge's receipts fill its accounts. Whatever is left over is an overpayment.
    """

    accounts: tuple[Account, ...]

    def __post_init__(self) -> None:
        if sorted(self.accounts) != sorted(_CAPS) or self.accounts.index(
            Account.DELINQUENCY_CHARGE
        ) < self.accounts.index(Account.PRINCIPAL_TAX):
            raise UnlawfulAllocationOrder

    @classmethod
    def parse(cls, text: str) -> "AllocationOrder":
        """「本税,督促手数料,延滞金」のような設定値を読む。"""
        try:
            return cls(tuple(_NAMES[name.strip()] for name in text.split(",")))
        except KeyError as unknown:
            raise UnlawfulAllocationOrder(f"科目 {unknown} は使えません") from None

    def before(self, account: Account) -> str:
        """その勘定より先に満たす枠の合計（SQL の式）。"""
        preceding = [_CAPS[a] for a in self.accounts[: self.accounts.index(account)]]
        return "(" + " + ".join(preceding) + ")" if preceding else "0"

    def slices(self) -> list[tuple[int, str, str]]:
        """（勘定, 枠の始まり, 枠の幅）を順に。最後は過誤納（幅に限りなし）。"""
        return [(int(a), self.before(a), _CAPS[a]) for a in self.accounts] + [
            (int(Account.OVERPAYMENT), self.total(), "1000000000000000")
        ]

    def total(self) -> str:
        """枠の合計（SQL の式）。これを超えた分が過誤納になる。"""
        return "(" + " + ".join(_CAPS[a] for a in self.accounts) + ")"


LEGAL_ORDER = AllocationOrder((Account.PRINCIPAL_TAX, Account.DEMAND_FEE, Account.DELINQUENCY_CHARGE))
