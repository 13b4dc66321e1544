"""滞納処分費の記帳。支出したときに勘定5（滞納処分費）へ立て、配当で徴収したときに収納とする。

A cost belongs to a disposition; the ledger counts by charge. It stands on the charge of the disposition that fell due first, in account 5,
which no payment slip pays: only a distribution recovers it, before everything else.
"""

from datetime import date

from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.models import Account, EntryKind
from osame.collection.ledger.posting import claim_command, open_stage, post
from osame.platform.database import fetch_all, run_sql

CHARGE = """
SELECT c.addressee_number, c.charge_id, c.disposition_cost
FROM disposition_charge q JOIN charge c ON c.addressee_number = q.owner_number AND c.charge_id = q.charge_id
WHERE q.addressee_number = %s AND q.disposition_id = %s ORDER BY c.due_date, c.charge_id LIMIT 1 FOR NO KEY UPDATE OF c
"""
STAGE = """
INSERT INTO posting (charge_id, addressee_number, amount, debit, credit, kind, effective_on, posted_on)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
REVERSE = """
INSERT INTO posting (charge_id, addressee_number, amount, debit, credit, kind, effective_on, posted_on, reverses)
SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, %s, %s, e.entry_id
FROM entry e JOIN command k USING (command_id)
WHERE e.addressee_number = %s AND e.charge_id = %s AND k.idempotency_key = %s
"""
PURPOSE = "滞納処分費"


def post_cost(key: tuple[str, int], cost: tuple[int, int], *, spent_on: date, as_of: date, officer: str) -> None:
    """支出した滞納処分費を記帳する。借方 滞納処分費／貸方 調定。 cost: （起票の連番、額）。取引の中で呼ぶ。

    要件: F03-12, F19-07
    """
    accounts = (Account.DISPOSITION_COST, Account.DETERMINED)
    _post(key, f"disposition_cost:{key[1]}:{cost[0]}", cost[1], accounts, (spent_on, as_of, officer))


def post_recovery(key: tuple[str, int], recovered: tuple[int, int], *, on: date, as_of: date, officer: str) -> None:
    """配当で徴収した滞納処分費を記帳する。借方 収納／貸方 滞納処分費。 recovered: （配当の連番、額）。取引の中で呼ぶ。

    要件: F03-12, F19-07
    """
    accounts = (Account.RECEIVED, Account.DISPOSITION_COST)
    _post(key, f"disposition_cost_recovered:{key[1]}:{recovered[0]}", recovered[1], accounts, (on, as_of, officer))


def reverse_cost(key: tuple[str, int], cost_number: int, *, as_of: date, officer: str) -> None:
    """起票を取り消した滞納処分費の仕訳を、名指して取り消す。取引の中で呼ぶ。

    要件: F03-12, F19-07
    """
    entered = f"disposition_cost:{key[1]}:{cost_number}"
    for who, charge, _ in fetch_all(CHARGE, [*key]):
        command = claim_command(
            f"{entered}:withdrawn",
            kind="disposition_cost",
            content=[*key, cost_number],
            purpose=PURPOSE,
            officer=officer,
        )
        open_stage()
        run_sql(REVERSE, [as_of, max(as_of, first_open_day()), who, charge, entered])
        post(command)


def standing_cost(key: tuple[str, int]) -> int | None:
    """元帳に残る滞納処分費（期別のない保全差押えなら None）。期別の行を鎖錠する。

    要件: F03-12
    """
    found = fetch_all(CHARGE, [*key])
    return int(found[0][2]) if found else None


def _post(
    key: tuple[str, int], command_key: str, amount: int, accounts: tuple[Account, Account], when: tuple[date, date, str]
) -> None:
    """期別のある処分だけ記帳する。保全差押えは、確定した税の差押えに切り替わるまで、期別を持たない。"""
    effective_on, as_of, officer = when
    for who, charge, _ in fetch_all(CHARGE, [*key]):
        content = [*key, amount, *map(int, accounts), effective_on.isoformat()]
        command = claim_command(command_key, kind="disposition_cost", content=content, purpose=PURPOSE, officer=officer)
        if command.replayed:
            return
        open_stage()
        run_sql(STAGE, [charge, who, amount, *map(int, accounts), int(EntryKind.DISPOSITION_COST), effective_on,
                        max(as_of, first_open_day())])  # fmt: skip
        post(command)
