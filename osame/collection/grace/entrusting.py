"""納付の委託（先日付の小切手など）。受け取り、金融機関へ再委託し、取立て・不渡り・返還を記録する。

A paper that falls due later is taken under the conditions of the law; the receipt is a letter. Collecting it is told by the ledger:
a paper counts as collected only when its money has come in for the charges it names.
"""

from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.arrears.standing import PAYMENTS
from osame.collection.grace.letters import PaperNotice, send_paper
from osame.collection.grace.models import EntrustedCharge, EntrustedPaper
from osame.collection.grace.queries import graces
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.conditions import Conditions
from osame.law.payment_entrustment import EntrustedFacts, EntrustmentGround, may_entrust
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

State = EntrustedPaper.State
# 同じ期別のための、ほかの証券の額。
SHARED = """
SELECT coalesce(sum(p.amount), 0)::bigint FROM entrusted_paper p WHERE p.addressee_number = %(who)s AND {terms}
  AND EXISTS (SELECT 1 FROM entrusted_charge c WHERE c.addressee_number = p.addressee_number AND c.paper_id = p.paper_id
      AND c.charge_id = ANY (%(charges)s))
"""
COLLECTED = PAYMENTS.format(who="%(who)s", charges="%(charges)s", since="%(since)s")
BOUNCED = "証券が不渡りになりましたので、通知します。次の額を、{}までに納めてください。納付がないときは、滞納処分をすることがあります。"
BOUNCED_DAYS = 10


class NothingToEntrust(Refusal):
    """納付の委託の対象にする未納の期別がありません。対象の期別を選び直してください。"""


class GraceOfOthers(Refusal):
    """その猶予は、この人の期間中の猶予ではありません。猶予管理番号を確かめてください。"""


class CertainBecauseNeeded(Refusal):
    """取立てが確実と認めた理由がありません。支払場所への照会の結果など、確かめたことを入力してください。"""


class PaperUnknown(Refusal):
    """その受託番号の証券はありません。納付の委託の一覧で確かめてください。"""


class PaperSettled(Refusal):
    """この証券は、もう取立て・不渡り・返還を記録しています。画面を開き直してください。"""


class PaperNotDue(Refusal):
    """支払期日の前です。支払期日に金融機関の結果を受け取ってから、取立てまたは不渡りを記録してください。"""


class MoneyNotCome(Refusal):
    """取立金が、まだ収納に届いていません。金融機関の済通を取り込んでから、取立てを記録してください。"""


class SettlingNeedsWords(Refusal):
    """説明がありません。不渡りの事由、返還の理由、または再委託した金融機関の名を入力してください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPaper:
    """受け取る証券。 charges: 取立金を納める期別; cost_settled: 取立ての費用が要らないか、併せて受け取った;

    grace_id: 猶予に係るときの猶予管理番号。
    """

    addressee_number: str
    charges: tuple[int, ...]
    kind: EntrustedPaper.Kind
    ground: EntrustmentGround
    paper_number: str
    drawer: str
    payable_at: str
    amount: int
    payable_on: date
    certain_because: str
    cost: int = 0
    cost_settled: bool = True
    grace_id: int | None = None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """証券一件。 charges: 取立金を納める期別の番号; collected: 支払期日から納まった額（ほかの証券の分を除く）。"""

    paper: EntrustedPaper
    name: str
    charges: tuple[int, ...]
    collected: int

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、受託番号）。"""
        return self.paper.addressee_number, self.paper.paper_id

    @property
    def state(self) -> EntrustedPaper.State:
        """状態。"""
        return State(self.paper.state)

    @property
    def ground(self) -> EntrustmentGround:
        """委託の根拠。"""
        return EntrustmentGround[self.paper.ground]


def judge_paper(new: NewPaper, *, as_of: date) -> Conditions:
    """納付の委託を受けることができるかを、法の条件の一つずつで判定する。支払期日の延滞金は見込みで足りる。

    要件: F15-05
    """
    found = owed_of(new.addressee_number, new.charges, on=new.payable_on, as_of=as_of) if new.charges else ()
    owed = [replace(each, is_forecast=True) for each in found]
    if not owed or len(owed) != len(set(new.charges)):
        raise NothingToEntrust
    through = None
    if new.ground is EntrustmentGround.GRACE:
        terms = "g.addressee_number = %(who)s AND g.grace_id = %(grace)s AND g.stage = 'IN_FORCE'"
        granted = graces(terms, {"who": new.addressee_number, "grace": new.grace_id})
        if not granted:
            raise GraceOfOthers(str(new.grace_id or "番号がない"))
        through = granted[0].through_on
    facts = EntrustedFacts(
        new.ground, Yen(new.amount), new.payable_on, Yen(max(0, sum(each.share().amount for each in owed) - _held_for(new))),
        min(each.facts.due_date for each in owed), through, bool(new.certain_because.strip()),
        new.cost_settled,
    )  # fmt: skip
    return may_entrust(facts, as_of=as_of)


def entrust(new: NewPaper, *, as_of: date, officer: str) -> int:
    """証券を受け取り、納付受託証書を作る。法の条件を満たさなければ断る。受託番号を返す。

    要件: F15-05
    """
    if not new.certain_because.strip():
        raise CertainBecauseNeeded
    with transaction.atomic():
        refuse_extinct(new.addressee_number, new.charges, as_of=as_of)
        judge_paper(new, as_of=as_of).require()
        (number,) = fetch_one("SELECT nextval('entrusted_paper_number')")
        EntrustedPaper.objects.create(
            addressee_number=new.addressee_number, paper_id=number, grace_id=new.grace_id, kind=new.kind,
            ground=new.ground.name, paper_number=new.paper_number.strip(), drawer=new.drawer.strip(),
            payable_at=new.payable_at.strip(), amount=new.amount, payable_on=new.payable_on, cost=new.cost,
            certain_because=new.certain_because.strip(), taken_on=as_of, officer=officer,
        )  # fmt: skip
        EntrustedCharge.objects.bulk_create(
            EntrustedCharge(addressee_number=new.addressee_number, paper_id=number, charge_id=each)
            for each in sorted(set(new.charges))
        )
        line = paper_numbered(int(number))
        _send(line, "納付受託証書", "次の証券の取立てと、その取立金による納付の委託を受けました（地方税法第16条の2第2項）。",
              as_of, officer)  # fmt: skip
        record("納付の委託を受けた", subjects=[new.addressee_number], detail={"受託番号": int(number)})
        return int(number)


def reentrust(paper_id: int, bank: str, *, as_of: date) -> None:
    """確実と認める金融機関に、取立てと納付を再委託する。

    要件: F15-05
    """
    if not bank.strip():
        raise SettlingNeedsWords
    with transaction.atomic():
        line = _held(paper_id)
        _update(line, bank=bank.strip())
        record("取立てを再委託した", subjects=[line.key[0]], detail={"受託番号": paper_id, "日": as_of.isoformat()})


def settle_paper(
    paper_id: int, state: EntrustedPaper.State, note: str, *, as_of: date, officer: str
) -> EntrustedPaper.State:
    """取立て、不渡り、返還を記録する。取立ては、金が収納に届いてから。不渡りなら、納付を求める通知を作る。

    要件: F15-05
    """
    if not note.strip():
        raise SettlingNeedsWords
    with transaction.atomic():
        line = _held(paper_id)
        if state is not State.RETURNED and as_of < line.paper.payable_on:
            raise PaperNotDue(format_wareki(line.paper.payable_on))
        if state is State.COLLECTED and line.collected < line.paper.amount:
            raise MoneyNotCome(f"証券{line.paper.amount:,}円、支払期日から納まった額{line.collected:,}円")
        _update(line, state=state, settled_on=as_of, settled_note=note.strip())
        if state is State.DISHONOURED:
            through = format_wareki(date.fromordinal(as_of.toordinal() + BOUNCED_DAYS))
            _send(line, "受託した証券の不渡りの通知", BOUNCED.format(through), as_of, officer)
        record(
            "受託した証券を処理した", subjects=[line.key[0]], detail={"受託番号": paper_id, "状態": str(state.label)}
        )
        return state


def papers(*, every: bool = False) -> tuple[PaperLine, ...]:
    """受託中の証券を、支払期日の順に。 every: 済んだものも。

    要件: F15-05
    """
    found = EntrustedPaper.objects.all() if every else EntrustedPaper.objects.filter(state=State.HELD)
    with transaction.atomic():
        return tuple(_line(each) for each in found.order_by("payable_on", "paper_id"))


def paper_numbered(paper_id: int) -> PaperLine:
    """番号の証券。"""
    with transaction.atomic():
        found = EntrustedPaper.objects.filter(paper_id=paper_id).first()
        if found is None:
            raise PaperUnknown(str(paper_id))
        return _line(found)


def _held_for(new: NewPaper) -> int:
    """同じ期別のために、もう受託している証券の額。"""
    (amount,) = fetch_one(
        SHARED.format(terms="p.state = '1'"), {"who": new.addressee_number, "charges": list(new.charges)}
    )
    return int(amount)


def _line(paper: EntrustedPaper) -> PaperLine:
    key = [paper.addressee_number, paper.paper_id]
    charges = [
        int(row[0])
        for row in fetch_all(
            "SELECT charge_id FROM entrusted_charge WHERE addressee_number = %s AND paper_id = %s ORDER BY 1", key
        )
    ]
    terms = {"who": paper.addressee_number, "charges": charges, "since": paper.payable_on}
    (collected,) = fetch_one(
        f"SELECT coalesce(sum(z.amount), 0)::bigint FROM ({COLLECTED}) z WHERE NOT z.waiting", terms
    )
    others = "p.state = '2' AND p.settled_on >= %(since)s AND p.paper_id <> %(paper)s"
    (used,) = fetch_one(SHARED.format(terms=others), {**terms, "paper": paper.paper_id})
    names = fetch_all("SELECT name FROM addressee WHERE addressee_number = %s", key[:1])
    return PaperLine(paper, str(names[0][0]) if names else "", tuple(charges), max(0, int(collected) - int(used)))


def _held(paper_id: int) -> PaperLine:
    fetch_all("SELECT 1 FROM entrusted_paper WHERE paper_id = %s FOR UPDATE", [paper_id])
    line = paper_numbered(paper_id)
    if line.state is not State.HELD:
        raise PaperSettled(str(line.state.label))
    return line


def _update(line: PaperLine, **changes: object) -> None:
    EntrustedPaper.objects.filter(addressee_number=line.key[0], paper_id=line.key[1]).update(**changes)


def _send(line: PaperLine, title: str, opening: str, as_of: date, officer: str) -> int:
    paper = line.paper
    labels = [each.label for each in owed_of(line.key[0], line.charges, on=as_of, as_of=as_of)]
    facts = (
        ("受託番号", str(paper.paper_id)), ("証券", f"{EntrustedPaper.Kind(paper.kind).label} {paper.paper_number}"),
        ("振出人", paper.drawer), ("支払場所", paper.payable_at), ("支払期日", format_wareki(paper.payable_on)),
        ("取立ての費用", f"{paper.cost:,}円"), ("納める徴収金", "、".join(labels)),
    )  # fmt: skip
    notice = PaperNotice(title, opening, "証券の額", paper.amount, facts)
    return send_paper(line.key[0], notice, f"entrusted_paper:{paper.paper_id}", as_of=as_of, officer=officer)
