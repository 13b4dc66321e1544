"""電子申請で届く分納の申出。受け取り、要件を判定し、職員が答える。申出が、それだけで計画や猶予になることはない。

An offer to pay in instalments is judged when it arrives and whenever it is opened, by the same rules as a plan at the counter. An
officer answers it: with a plan whose paper must still be signed, or with a reason. Nothing is granted by a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.collection.arrears.stages import stages_of
from osame.collection.ledger.posting import claim_command
from osame.collection.pledges.actions import make_pledge
from osame.collection.pledges.models import InstalmentOffer
from osame.collection.pledges.planning import PledgeTerms, plan_pledge
from osame.formats import instalment_offer_csv
from osame.formats.instalment_offer_csv import PROFILE, InstalmentOfferRow
from osame.formats.reports import LineProblem
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.instalments import HouseholdBudget
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult
from osame.platform.imports.whole_files import receive_each, settle_rows, take_whole

State = InstalmentOffer.State
SENT_PAPER = "納付誓約書をお送りします。署名して、{}までにご返送ください。ご返送を受けてから、分割納付が始まります。"
ANSWER_DAYS = 14
OTHERS = {
    Procedure.PLEDGE: "納付誓約", Procedure.COLLECTION_GRACE: "徴収猶予", Procedure.REALIZATION_GRACE: "換価の猶予",
    Procedure.SUSPENSION: "執行停止",
}  # fmt: skip
LIVE = frozenset((ProcedureStage.APPLIED, ProcedureStage.IN_FORCE, ProcedureStage.DEFAULTED))


class OfferedTwice(Refusal):
    """この受付番号の申出は、もう受け付けています。申出の一覧で確かめてください。"""


class OfferUnknown(Refusal):
    """その番号の申出はありません。申出の一覧で確かめてください。"""


class OfferFromNobody(Refusal):
    """この宛名番号の人はいません。受付番号を添えて、申出を受けた窓口に確かめてください。"""


class NumberInOffer(Refusal):
    """個人番号らしい数字があります。申出に個人番号は載せられません。受付元に、消して送り直すよう依頼してください。"""


class AlreadyAnswered(Refusal):
    """この申出には、もう答えています。画面を開き直して、答えを確かめてください。"""


class AnswerNeedsWords(Refusal):
    """断る理由がありません。申出をした人に伝わる言葉で、理由と、次にどうすればよいかを入力してください。"""


@dataclass(frozen=True, slots=True)
class Requirement:
    """要件一つ。 fact: 判定した事実。"""

    text: str
    fact: str
    is_met: bool

    @property
    def line(self) -> str:
        """判定を一行で。"""
        return f"【{'適' if self.is_met else '否'}】{self.text}：{self.fact}"


@dataclass(frozen=True, slots=True)
class Offer:
    """申出一件。"""

    addressee_number: str
    offer_id: int
    outer_number: str
    offered_on: date
    first_on: date
    amount: int
    household: HouseholdBudget | None
    reason: str
    verified: bool
    state: InstalmentOffer.State
    answered_on: date | None
    answer: str
    pledge_id: int | None
    officer: str
    name: str

    @property
    def terms(self) -> PledgeTerms:
        """申し出られた計画の条件。納期限を過ぎた未納のすべてを対象とする。"""
        reason = f"電子申請の申出（受付番号 {self.outer_number}）{self.reason}"
        return PledgeTerms(self.addressee_number, (), self.first_on, self.amount, self.household, reason)


def import_offers(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """分納の申出のファイルを取り込む。受け付けられない行は、理由とともに残す。

    要件: F14-07
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)

    def take(read: list[InstalmentOfferRow | LineProblem]) -> ImportResult:
        file_id = registry.register(arrival, business_on=as_of)
        claim_command(
            f"import:{arrival.content_hash}",
            kind="import_offers",
            content=[PROFILE],
            purpose="分納の申出",
            officer=officer,
        )
        rejected = receive_each(read, lambda row: receive_offer(row, as_of=as_of, officer=officer))
        return settle_rows(file_id, arrival, len(read), rejected)

    return take_whole(arrival, path, instalment_offer_csv.read_lines, take)


def receive_offer(row: InstalmentOfferRow, *, as_of: date, officer: str) -> int:
    """申出を受け付け、要件を判定して残す。申出番号を返す。計画も誓約も作らない。

    要件: F14-07
    """
    who = row.addressee_number.zfill(15)
    if holds_personal_number(row.reason):
        raise NumberInOffer
    with transaction.atomic():
        if not fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s", [who]):
            raise OfferFromNobody(who)
        if InstalmentOffer.objects.filter(addressee_number=who, outer_number=row.outer_number).exists():
            raise OfferedTwice(row.outer_number)
        (number,) = fetch_one("SELECT nextval('instalment_offer_number')")
        made = InstalmentOffer(
            addressee_number=who, offer_id=int(number), outer_number=row.outer_number, offered_on=row.offered_on,
            arrived_on=as_of, first_on=row.first_on, amount=row.amount, income=row.income, taxes=row.taxes,
            dependants=row.dependants, necessary=row.necessary, reason=row.reason.strip(), verified=row.verified,
            judged=[], officer=officer,
        )  # fmt: skip
        made.judged = [each.line for each in judge(_offer(made, ""), as_of=as_of)]
        made.save(force_insert=True)
        record("分納の申出を受け付けた", subjects=[who], detail={"申出番号": int(number)})
        return int(number)


def judge(offer: Offer, *, as_of: date) -> tuple[Requirement, ...]:
    """申出の要件を一つずつ判定する。窓口で作る計画と、同じ決まりである。

    要件: F14-07
    """
    found = [
        Requirement(
            "電子署名で本人と確かめた",
            "検証済み" if offer.verified else "検証されていない。電話などで確かめる",
            offer.verified,
        )
    ]
    try:
        planned = plan_pledge(offer.terms, as_of=as_of)
    except Refusal as refusal:
        found.append(Requirement("申出のとおりの計画を作れる", str(refusal), is_met=False))
        return tuple(found)
    last = planned.plan.instalments[-1].on
    fact = f"{planned.times}回、{format_wareki(last)}に完納（決裁を受けずに認められるのは{planned.longest}回）"
    found.append(Requirement("決めた回数のうちに完納する", fact, not planned.needs_decision))
    heard = f"毎月{planned.ability.monthly:,}円" if planned.ability else "収支が書かれていない。聞き取って確かめる"
    found.append(Requirement("毎回の額が納付可能額を超えない", heard, planned.ability is not None))
    stages = stages_of(offer.addressee_number, as_of=as_of)
    charges = [each.facts.charge_id for each in planned.owed]
    others = {
        name for charge in charges for each, name in OTHERS.items() if stages.get(charge, {}).get(each, set()) & LIVE
    }
    found.append(
        Requirement("ほかの誓約・猶予・停止に載っていない", "、".join(sorted(others)) or "載っていない", not others)
    )
    gone = [each for each in charges if Procedure.OBLIGATION in stages.get(each, {})]
    found.append(
        Requirement("納税義務が消滅していない", f"消滅した期別 {len(gone)}件" if gone else "消滅していない", not gone)
    )
    return tuple(found)


def accept_offer(key: tuple[str, int], *, as_of: date, officer: str) -> int:
    """申出のとおりの計画で、署名を受ける納付誓約書を作り、そう答える。申出の後に別の計画を作っていれば、その誓約で答える。分割納付管理番号を返す。

    要件: F14-07
    """

    def plan(offer: Offer) -> int:
        rows = fetch_all(
            "SELECT pledge_id FROM pledge WHERE addressee_number = %s AND recorded_on >= %s "
            "AND stage IN ('APPLIED', 'IN_FORCE') ORDER BY pledge_id DESC LIMIT 1",
            [key[0], offer.offered_on],
        )
        return int(rows[0][0]) if rows else make_pledge(offer.terms, as_of=as_of, officer=officer)

    through = format_wareki(date.fromordinal(as_of.toordinal() + ANSWER_DAYS))
    return _answer(key, State.PLANNED, SENT_PAPER.format(through), as_of, plan) or 0


def decline_offer(key: tuple[str, int], *, answer: str, as_of: date) -> None:
    """申出を断り、理由を答える。

    要件: F14-07
    """
    if not answer.strip():
        raise AnswerNeedsWords
    if holds_personal_number(answer):
        raise NumberInOffer
    _answer(key, State.DECLINED, answer.strip(), as_of, lambda _offer: None)


def offers(*, every: bool = False) -> tuple[Offer, ...]:
    """答えを待つ申出を、古い順に。 every: 答えたものも。

    要件: F14-07
    """
    found = InstalmentOffer.objects.all() if every else InstalmentOffer.objects.filter(state=State.RECEIVED)
    with transaction.atomic():
        return _named(list(found.order_by("offer_id")))


def offer_numbered(offer_id: int) -> Offer:
    """番号の申出。"""
    with transaction.atomic():
        found = _named(list(InstalmentOffer.objects.filter(offer_id=offer_id)))
    if not found:
        raise OfferUnknown(str(offer_id))
    return found[0]


def _answer(
    key: tuple[str, int], state: InstalmentOffer.State, words: str, as_of: date, plan: Callable[[Offer], int | None]
) -> int | None:
    with transaction.atomic():
        found = InstalmentOffer.objects.select_for_update().filter(addressee_number=key[0], offer_id=key[1]).first()
        if found is None:
            raise OfferUnknown(str(key[1]))
        if found.state != State.RECEIVED:
            raise AlreadyAnswered(str(State(found.state).label))
        pledge_id = plan(_offer(found, ""))
        InstalmentOffer.objects.filter(addressee_number=key[0], offer_id=key[1]).update(
            state=state, answered_on=as_of, answer_text=words, pledge_id=pledge_id
        )
        record("分納の申出に答えた", subjects=[key[0]], detail={"申出番号": key[1], "答え": str(state.label)})
        return pledge_id


def _named(found: list[InstalmentOffer]) -> tuple[Offer, ...]:
    names = dict(
        fetch_all(
            "SELECT addressee_number, name FROM addressee WHERE addressee_number = ANY (%s)",
            [[each.addressee_number for each in found]],
        )
    )
    return tuple(_offer(each, str(names.get(each.addressee_number, ""))) for each in found)


def _offer(each: InstalmentOffer, name: str) -> Offer:
    household = (
        HouseholdBudget(Yen(each.income), Yen(each.taxes), each.dependants, Yen(each.necessary))
        if each.income
        else None
    )
    return Offer(
        each.addressee_number, each.offer_id, each.outer_number, each.offered_on, each.first_on, each.amount, household,
        each.reason, each.verified, State(each.state), each.answered_on, each.answer_text, each.pledge_id, each.officer, name,
    )  # fmt: skip
