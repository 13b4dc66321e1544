"""手入力の束の行い。開く、一枚ずつ入力する、照合に回す、別の職員が照合して確定する。

Keying slips in batches, on pages: what is keyed stays in the batch until count and total agree and a second officer has
counted again; only then is anything posted, all of it at once (`matching.entering`).
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from osame.collection.matching.entering import BatchSheet, ManualSlip, enter_batch
from osame.collection.slips.models import SlipBatch, SlipBatchLine
from osame.formats.reports import Channel
from osame.kernel.refusals import Refusal
from osame.platform.imports.registry import ImportResult

State = SlipBatch.State


class BatchNotOpen(Refusal):
    """この束は、いまその操作ができる状態ではありません。画面を開き直して、状態を確かめてください。"""


class SlipAlreadyKeyed(Refusal):
    """この済通番号は、既にこの束にあります。二重に入力していないか、番号を確かめてください。"""


class PaidAfterReceived(Refusal):
    """領収日が収入日より後です。領収日を確かめてください。"""


class TotalsNotReached(Refusal):
    """入力した件数または合計が、束の件数または合計と合いません。抜けや打ち間違いを直してから、照合に回してください。"""


class CheckedBySame(Refusal):
    """照合は、入力した者と別の職員が行います。ほかの職員に照合を依頼してください。"""


class CountedOtherwise(Refusal):
    """数え直した件数または合計が、束と合いません。確定していません。現物と入力を、一枚ずつ比べてください。"""


@dataclass(frozen=True, slots=True)
class Slip:
    """入力する一枚。"""

    slip_number: int
    amount: int
    paid_on: date
    notice_id: str


def open_batch(*, channel: Channel, received_on: date, count: int, total: int, officer: str) -> int:
    """束を開く。表紙の件数と合計を先に入れる。

    Open a batch with its control totals; returns its number.

    要件: F04-04
    """
    batch = SlipBatch.objects.create(
        channel=channel, received_on=received_on, count=count, total=total, entered_by=officer
    )
    return int(batch.batch_id)


def key_slip(batch_id: int, slip: Slip) -> int:
    """束に一枚加える。行の番号を返す。

    要件: F04-04
    """
    with transaction.atomic():
        batch = _batch(batch_id, State.KEYING)
        if slip.paid_on > batch.received_on:
            raise PaidAfterReceived(f"領収日 {slip.paid_on}、収入日 {batch.received_on}")
        lines = SlipBatchLine.objects.filter(batch_id=batch_id)
        if lines.filter(notice_id=slip.notice_id).exists():
            raise SlipAlreadyKeyed(slip.notice_id)
        last = lines.order_by("-line_number").values_list("line_number", flat=True).first() or 0
        SlipBatchLine.objects.create(
            batch_id=batch_id, line_number=last + 1, slip_number=slip.slip_number, amount=slip.amount,
            paid_on=slip.paid_on, notice_id=slip.notice_id,
        )  # fmt: skip
        return last + 1


def drop_slip(batch_id: int, line_number: int) -> None:
    """打ち間違えた一枚を、束から除く。

    要件: F04-04
    """
    with transaction.atomic():
        _batch(batch_id, State.KEYING)
        SlipBatchLine.objects.filter(batch_id=batch_id, line_number=line_number).delete()


def hand_over(batch_id: int) -> None:
    """件数と合計が表紙と合った束を、照合に回す。

    要件: F04-04
    """
    with transaction.atomic():
        batch = _batch(batch_id, State.KEYING)
        amounts = list(SlipBatchLine.objects.filter(batch_id=batch_id).values_list("amount", flat=True))
        if (len(amounts), sum(amounts)) != (batch.count, batch.total):
            raise TotalsNotReached(f"入力 {len(amounts)}件 {sum(amounts):,}円、表紙 {batch.count}件 {batch.total:,}円")
        _move(batch_id, State.WAITING)


def take_back(batch_id: int) -> None:
    """照合待ちの束を、入力に戻す。

    要件: F04-04
    """
    with transaction.atomic():
        _batch(batch_id, State.WAITING)
        _move(batch_id, State.KEYING)


def abandon(batch_id: int) -> None:
    """束を取りやめる。何も記帳していない束だけ。

    要件: F04-04
    """
    with transaction.atomic():
        _batch(batch_id, State.KEYING)
        _move(batch_id, State.ABANDONED)


def settle_batch(batch_id: int, *, count: int, total: int, officer: str) -> ImportResult:
    """別の職員が数え直した件数と合計が合えば、束を確定して消し込む。

    Settle a batch that a second officer has counted again; every slip is posted or held, in one transaction.

    要件: F04-04, F04-17
    """
    with transaction.atomic():
        batch = _batch(batch_id, State.WAITING)
        if batch.entered_by == officer:
            raise CheckedBySame
        if (count, total) != (batch.count, batch.total):
            raise CountedOtherwise(f"数え直し {count}件 {total:,}円")
        slips = tuple(
            ManualSlip(line.line_number, line.slip_number, line.amount, line.paid_on, line.notice_id)
            for line in SlipBatchLine.objects.filter(batch_id=batch_id).order_by("line_number")
        )
        sheet = BatchSheet(Channel(batch.channel), batch.received_on, count, total, batch.entered_by, officer)
        result = enter_batch(slips, sheet)
        SlipBatch.objects.filter(pk=batch_id).update(
            state=State.SETTLED, checked_by=officer, settled_at=Now(), intake_file_id=result.intake_file_id
        )
        return result


def _batch(batch_id: int, state: State) -> SlipBatch:
    """束を鎖錠して、その状態であることを確かめる。"""
    batch = SlipBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None or batch.state != state:
        raise BatchNotOpen(f"束 {batch_id}")
    return batch


def _move(batch_id: int, state: State) -> None:
    SlipBatch.objects.filter(pk=batch_id).update(state=state)
