"""出してよいか。人数が多ければ、決裁か、法による一括の実行に結び付いていなければ出せない。

May it go out? More than the limit of subjects needs a decided proposal that names exactly this query, receiver and
count, or a run that the law orders in bulk. What one officer takes out in a day counts together.
"""

import os
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, hash_of
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.checkpoints import require_fresh_checkpoint
from osame.platform.database import fetch_one
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass

APPROVAL_DAYS = 7
PORTABLE = frozenset({EgressMedium.OPTICAL_DISC, EgressMedium.MAGNETIC_TAPE})
TO_CITIZENS = frozenset({EgressKind.LETTER, EgressKind.CERTIFICATE, EgressKind.PAYMENT_SLIP})
"""住民に渡すもの。透かしを重ねず、個人番号を載せず、もう一度出すには理由が要る。"""


class NeedsApproval(Refusal):
    """一度に、または一日に出せる人数を超えています。大量出力の起案をして、決裁を受けてください。"""


class NotWhatWasApproved(Refusal):
    """決裁された大量出力と、種類・条件・渡す相手が違うか、決裁が済んでいません。起案を確かめてください。"""


class MoreThanApproved(Refusal):
    """決裁された人数より多くの人が含まれています。対象が変わったので、起案からやり直してください。"""


class NotOrderedInBulk(Refusal):
    """法による一括の実行として認められません。実行番号と、含まれる人を確かめてください。"""


class ApprovalUsed(Refusal):
    """この決裁では、既に出力しています。もう一度出すなら、新しく起案してください。"""


class ApprovalExpired(Refusal):
    """決裁から7日を過ぎています。対象が変わったおそれがあるので、起案からやり直してください。"""


class FlashMemoryRefused(Refusal):
    """フラッシュメモリには出力できません。光ディスクなど、定められた媒体を使ってください。"""


class NoReceiver(Refusal):
    """渡す相手の名がありません。相手を入力してください。"""


class UnknownReceiver(Refusal):
    """この相手は提供先として定められていません。提供できる相手かどうかを、評価書で確かめてください。"""


class NoStatute(Refusal):
    """この相手へ渡す法令の定めがないか、個人番号を含んでいます。相手と、渡す項目を確かめてください。"""


class MediumNeedsKey(Refusal):
    """媒体で、または提供先に渡すには、相手の公開鍵が要ります。相手から公開鍵を受け取り、指定してください。"""


class NumberOnLetter(Refusal):
    """住民に渡す文書に、個人番号は載せられません。個人番号のない様式を使ってください。"""


class CopyNeedsReason(Refusal):
    """同じ文書を、前にも出しています。もう一度出す理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class Output:
    """出力一つ。何を、誰のことについて、誰に、何で渡すか。"""

    kind: EgressKind
    subjects: Sequence[str] = ()
    receiver_class: ReceiverClass = ReceiverClass.STAFF
    receiver: str = "庁内"
    number_included: bool = False
    medium: EgressMedium = EgressMedium.FILE


@dataclass(frozen=True, slots=True)
class Authority:
    """出してよい根拠。 proposal_id と query: 決裁された大量出力; bulk_by_law: 法による一括の実行; reason: 再出力の理由。"""

    proposal_id: int | None = None
    query: str = ""
    bulk_by_law: str = ""
    reason: str = ""
    receiver_key: Path | None = None
    days: int | None = None


NONE = Authority()
Order = Callable[[str], int]
_orders: dict[str, Order] = {}


def orders_in_bulk(kind: str) -> Callable[[Order], Order]:
    """法が一括を命じる実行（督促など）を名乗る。関数は、実行番号から、その実行にかかわる人数を答える。

    `bulk_by_law="demand-run:12"` is then bound to that run and to no more people than it concerns.
    """

    def registered(function: Order) -> Order:
        known = _orders.setdefault(kind, function)
        assert known.__qualname__ == function.__qualname__, f"{kind} is ordered twice"
        return function

    return registered


def limit() -> int:
    """決裁なしで出せる人数。"""
    return int(os.environ.get("OSAME_EGRESS_SUBJECTS", "1000"))


def bulk_content(output: Output, query: str, subjects: int) -> dict[str, Any]:
    """大量出力の起案の中身。出すときに、同じ形で照らす。"""
    return {
        "kind": str(output.kind),
        "query": query,
        "receiver_class": str(output.receiver_class),
        "receiver": output.receiver,
        "medium": str(output.medium),
        "number_included": output.number_included,
        "subjects": subjects,
    }


@executes(HighRiskAct.BULK_EXPORT)
def permitted(content: Any) -> Any:
    """大量出力の執行。出してよいことだけを認める。ファイルは、照らした上で仲介が出す。"""
    return content


@describes(HighRiskAct.BULK_EXPORT)
def told(content: Any) -> list[tuple[str, ...]]:
    """大量出力の起案を、人が読める形にする。"""
    return [
        ("種類", EgressKind(content["kind"]).label),
        ("何を", content["query"]),
        ("渡す相手", f"{content['receiver']}（{ReceiverClass(content['receiver_class']).label}）"),
        ("媒体", EgressMedium(content["medium"]).label),
        ("個人番号", "含む" if content["number_included"] else "含まない"),
        ("人数の上限", f"{content['subjects']:,}人"),
    ]


def require(output: Output, subjects: int, authority: Authority) -> None:
    """出してよいかを確かめる。取引の中で呼ぶ。

    要件: F29-06
    """
    if output.medium == EgressMedium.FLASH_MEMORY:
        raise FlashMemoryRefused
    if not output.receiver.strip():
        raise NoReceiver
    if output.receiver_class == ReceiverClass.PROVISION and output.receiver not in provision_receivers():
        raise UnknownReceiver(output.receiver)
    if output.receiver_class == ReceiverClass.STATUTORY and (
        output.number_included or output.receiver not in statutory_receivers()
    ):
        raise NoStatute(output.receiver)
    if (
        output.medium in PORTABLE or output.receiver_class == ReceiverClass.PROVISION
    ) and authority.receiver_key is None:
        raise MediumNeedsKey(output.receiver)
    if output.number_included and output.kind in TO_CITIZENS:
        raise NumberOnLetter
    if authority.proposal_id is not None:
        _require_approved(output, subjects, authority)
    elif authority.bulk_by_law:
        _require_ordered(subjects, authority.bulk_by_law)
    elif subjects and subjects + _taken_today() > limit():
        raise NeedsApproval(f"{subjects:,}人、上限{limit():,}人")


def _require_ordered(subjects: int, run: str) -> None:
    """法による一括の実行の範囲か。実行にかかわる人より多くは出せない。"""
    kind, _, number = run.partition(":")
    people = _orders[kind](number) if kind in _orders and number.isdecimal() else -1
    if subjects > people:
        raise NotOrderedInBulk(run)


def _taken_today() -> int:
    """この職員が、きょう（24時間）根拠なしに出した延べ人数。"""
    (taken,) = fetch_one(
        "SELECT coalesce(sum(subject_count), 0) FROM egress_record WHERE officer = %s "
        "AND emitted_at > now() - interval '24 hours' AND proposal_id IS NULL AND bulk_by_law = ''",
        [gate.required().officer],
    )
    return int(taken)


def _require_approved(output: Output, subjects: int, authority: Authority) -> None:
    proposal = Proposal.objects.select_for_update().filter(pk=authority.proposal_id or 0).first()
    decided = {Proposal.State.DECIDED, Proposal.State.EXECUTED}
    if proposal is None or proposal.act != HighRiskAct.BULK_EXPORT or proposal.state not in decided:
        raise NotWhatWasApproved(f"起案番号 {authority.proposal_id}")
    require_fresh_checkpoint()
    approved = int(proposal.content.get("subjects", 0))
    asked = hash_of(bulk_content(output, authority.query, approved))
    if not asked == hash_of(proposal.content) == proposal.content_hash:
        raise NotWhatWasApproved(f"起案番号 {authority.proposal_id}")
    if gate.required().officer == proposal.checker:
        raise NotWhatWasApproved("照査した職員は、出力できません")
    if subjects > approved:
        raise MoreThanApproved(f"決裁 {approved:,}人、今 {subjects:,}人")
    (expired,) = fetch_one(
        "SELECT decided_at < now() - %s * interval '1 day' FROM proposal WHERE proposal_id = %s",
        [APPROVAL_DAYS, proposal.proposal_id],
    )
    if expired:
        raise ApprovalExpired(f"起案番号 {proposal.proposal_id}")
    if EgressRecord.objects.filter(proposal_id=proposal.proposal_id).exists():
        raise ApprovalUsed(f"起案番号 {proposal.proposal_id}")


@cache
def provision_receivers() -> frozenset[str]:
    """提供してよい相手。"""
    return frozenset(each["name"] for each in _receivers()["provision"])


@cache
def statutory_receivers() -> dict[str, str]:
    """法令によって渡す相手と、その根拠。個人番号は渡せない。"""
    return {each["name"]: each["basis"] for each in _receivers()["statutory"]}


def _receivers() -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(resources.files("osame.platform.egress").joinpath("receivers.toml").read_text("utf-8"))
