"""誰に払うか。差押え・譲渡があればその順に、残りを本人（死亡していれば相続人代表者）に。

Who gets the money. Creditors whose notice was served come first, in the order of service; where notices compete for more
than there is, nobody is paid until an officer has decided. The rest is the person's own, or the heirs'.
"""

from dataclasses import dataclass
from datetime import date

from osame.collection.refunds.accounts import standing_account
from osame.collection.refunds.models import RefundEncumbrance, RefundPayee
from osame.platform.database import fetch_all, fetch_one

Kind = RefundPayee.Kind
State = RefundPayee.State

PAID_TO = {
    RefundEncumbrance.Kind.SEIZURE: Kind.SEIZING_CREDITOR,
    RefundEncumbrance.Kind.PROVISIONAL_SEIZURE: Kind.SEIZING_CREDITOR,
    RefundEncumbrance.Kind.PLEDGE: Kind.PLEDGEE,
    RefundEncumbrance.Kind.ASSIGNMENT: Kind.ASSIGNEE,
}
COMPETING = "差押え・譲渡の通知が競合しています。優先する者を確かめるか、供託してください"
PROVISIONAL = "仮差押えの送達を受けています。本差押えか取消しを待ってください"
NO_HEIR = "死亡しています。相続人代表者の届出を待ってください"
ENCUMBRANCES = """
SELECT x.encumbrance_id, x.kind, x.creditor_name, x.creditor_kana, x.postal_code, x.address, x.amount, coalesce(sum(p.amount), 0)::bigint
FROM refund_encumbrance x LEFT JOIN refund_payee p ON p.addressee_number = x.addressee_number
    AND p.encumbrance_id = x.encumbrance_id AND p.state <> '9'
WHERE x.addressee_number = %s AND x.released_on IS NULL
GROUP BY x.encumbrance_id, x.kind, x.creditor_name, x.creditor_kana, x.postal_code, x.address, x.amount, x.served_at
ORDER BY x.served_at, x.encumbrance_id
"""
PERSON = """
SELECT a.name, a.kana, a.postal_code, a.address || CASE WHEN a.address_detail = '' THEN '' ELSE '　' || a.address_detail END,
       a.died_on IS NOT NULL, a.protection_measure, h.name, h.kana, h.postal_code, h.address
FROM addressee a
LEFT JOIN LATERAL (
    SELECT p.name, p.kana, p.postal_code, p.address FROM acting_agent g JOIN addressee p ON p.addressee_number = g.agent_number
    WHERE g.addressee_number = a.addressee_number AND g.kind = '04' AND p.died_on IS NULL AND p.closed_on IS NULL
      AND g.valid_from <= %(on)s AND (g.valid_until IS NULL OR g.valid_until > %(on)s)
    ORDER BY g.tax_item = '' DESC, g.line_number LIMIT 1) h ON true
WHERE a.addressee_number = %(addressee)s
"""


@dataclass(frozen=True, slots=True)
class Named:
    """受取人にする者。"""

    kind: Kind
    name: str
    kana: str
    postal_code: str
    address: str
    state: State
    note: str = ""
    account_id: int | None = None
    encumbrance_id: int | None = None
    share: str = ""


def name_payees(addressee_number: str, decision_id: int, payable: int, *, as_of: date) -> None:
    """決議の還付の額を、受取人に割り当てる。決議の取引の中で呼ぶ。"""
    left = payable
    for who, amount in creditors_of(addressee_number, payable):
        add_payee(addressee_number, decision_id, who, amount)
        left -= amount
    if left:
        add_payee(addressee_number, decision_id, own_payee(addressee_number, as_of=as_of), left)


def creditors_of(addressee_number: str, payable: int) -> list[tuple[Named, int]]:
    """差押え・譲渡を受けた者と、その額。送達の順に。"""
    rows = fetch_all(ENCUMBRANCES, [addressee_number])
    wanted = [payable if row[6] is None else max(0, row[6] - row[7]) for row in rows]
    competing = sum(1 for each in wanted if each) > 1 and sum(wanted) > payable
    found, left = [], payable
    for (number, kind, name, kana, postal, address, _, _), asked in zip(rows, wanted, strict=True):
        amount = min(asked, left)
        if not amount:
            continue
        left -= amount
        provisional = kind == RefundEncumbrance.Kind.PROVISIONAL_SEIZURE
        note = COMPETING if competing else PROVISIONAL if provisional else ""
        state = State.HELD if note else State.AWAITING_CLAIM
        who = Named(PAID_TO[RefundEncumbrance.Kind(kind)], name, kana, postal, address, state, note, None, number)
        found.append((who, amount))
    return found


def own_payee(addressee_number: str, *, as_of: date) -> Named:
    """本人。死亡していれば相続人代表者、届出がなければ保留。口座が分かっていれば、そのまま支払を待つ。"""
    rows = fetch_all(PERSON, {"addressee": addressee_number, "on": as_of})
    if not rows:
        return Named(Kind.SELF, addressee_number, "", "", "", State.HELD, "宛名が登録されていません")
    name, kana, postal, address, died, protected, *heir = rows[0]
    if protected:
        postal, address = "", ""  # 居場所は、受取人の行には置かない
    if died:
        if heir[0] is None:
            return Named(Kind.SELF, name, kana, postal, address, State.HELD, NO_HEIR)
        return Named(Kind.HEIR_REPRESENTATIVE, heir[0], heir[1], heir[2], heir[3], State.AWAITING_CLAIM)
    account_id = standing_account(addressee_number, as_of=as_of)
    state = State.READY if account_id else State.AWAITING_CLAIM
    return Named(Kind.SELF, name, kana, postal, address, state, "", account_id)


def add_payee(addressee_number: str, decision_id: int, who: Named, amount: int) -> int:
    """受取人を一人足す。受取人番号を返す。"""
    (number,) = fetch_one(
        "SELECT coalesce(max(payee_number), 0) + 1 FROM refund_payee WHERE addressee_number = %s AND decision_id = %s",
        [addressee_number, decision_id],
    )
    RefundPayee.objects.create(
        addressee_number=addressee_number, decision_id=decision_id, payee_number=number, kind=who.kind, name=who.name,
        kana=who.kana, postal_code=who.postal_code, address=who.address, amount=amount, state=who.state, note=who.note,
        account_id=who.account_id, encumbrance_id=who.encumbrance_id, share=who.share,
    )  # fmt: skip
    return int(number)
