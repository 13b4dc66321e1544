"""What the refund tests add to the cast: money paid twice, arrears of other tax items, two officers who approve."""

from datetime import date
from pathlib import Path

from osame.collection.refunds.accounts import Account
from osame.collection.refunds.actions import Act, Where, receive_claim
from osame.collection.refunds.deciding import Wanted, propose_decision
from osame.collection.refunds.models import PayeeAccount
from osame.platform import gate
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, determination, notice
from tests.systems.collection.demand_cast import levy, pay

PAID = date(2025, 6, 10)
AGAIN = date(2025, 6, 25)
DECIDED = date(2025, 9, 10)
ACT = Act(DECIDED, OFFICER)
CONSIGNOR = {
    "還付振込の依頼人コード": "0000242039", "還付振込の依頼人名": "ｶｸｳｼ", "還付振込の仕向金融機関コード": "0155",
    "還付振込の仕向店舗コード": "701", "還付振込の預金種目": "1", "還付振込の口座番号": "0012345",
}  # fmt: skip
BANKS = ("0155", "701")


def account(holder: str = "サトウ ハナコ", number: str = "1234567") -> Account:
    """A claimed account at a branch that is there."""
    return Account(*BANKS, PayeeAccount.AccountType.ORDINARY, number, holder)


def settle_consignor() -> None:
    """The city's own account, from which refunds are paid."""
    for name, value in CONSIGNOR.items():
        run_sql(
            "INSERT INTO setting (name, valid_from, value, basis) VALUES (%s, '2000-01-01', %s, '市税条例')",
            [name, value],
        )


def pay_twice(tmp_path: Path, who: str, *, amount: int = 50_000, term: int = 1) -> None:
    """A term of that person is levied and paid twice."""
    number = int(who) * 100 + term
    levy(tmp_path, determination(who, term, amount), name=f"twice-{number}.csv")
    pay(tmp_path, notice(number, who, amount, PAID, term), notice(number + 50, who, amount, AGAIN, term),
        sequence=number)  # fmt: skip


def officer(name: str):
    """Somebody of collection, acting."""
    return gate.acting(gate.Acting(name, "collection.refunds.propose", "refund_notice", role="operator"))


def approve(proposal: int, *, then_execute: bool = True) -> str:
    """Another officer checks and decides; the maker executes."""
    with officer("照査"):
        check(proposal)
    with officer("決裁"):
        decide(proposal)
    if not then_execute:
        return ""
    with officer("執行"):
        return str(execute(proposal))


def decided(who: str, *, on: date = DECIDED) -> int:
    """All overpayments of that person, decided by four eyes. The number of the decision."""
    with officer("起案"):
        proposal = propose_decision(Wanted(who), decided_on=on, reason="過誤納のため")
    approve(proposal)
    (number,) = fetch_one("SELECT max(decision_id) FROM refund_decision WHERE addressee_number = %s", [who])
    return int(number)


def claimed(who: str, decision: int, number: int = 1, holder: str = "サトウ ハナコ") -> Where:
    """The payee sends the claim in."""
    where = Where(who, decision, number)
    receive_claim(where, account(holder), consented=True, delegated=False, act=ACT)
    return where


def balances(who: str) -> dict[str, int]:
    """Every balance of that person, summed over the terms; nothing that is zero."""
    names = ("principal_tax", "demand_fee", "delinquency_charge", "received", "overpayment", "refund_payable", "paid_out",
             "refund_interest", "determined")  # fmt: skip
    row = fetch_one(
        f"SELECT {', '.join(f'coalesce(sum({each}), 0)::bigint' for each in names)} FROM charge WHERE addressee_number = %s",
        [who],
    )
    return {name: value for name, value in zip(names, row, strict=True) if value}


def state_of(where: Where) -> str:
    """The state of a payee."""
    rows = fetch_all(
        "SELECT state FROM refund_payee WHERE addressee_number = %s AND decision_id = %s AND payee_number = %s",
        [where.addressee_number, where.decision_id, where.payee_number],
    )
    return str(rows[0][0])
