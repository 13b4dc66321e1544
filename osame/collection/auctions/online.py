"""電子公売。物件のファイルを出力の仲介から渡し、参加者と入札のファイルを取込みの仲介から受ける。

Every row goes through the same acts as an application at the counter, in a savepoint of its own: what the law refuses is rejected with
its reason. Who buys is decided by the opening here, never by what the service shows.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.collection.auctions.bidding import place_bid
from osame.collection.auctions.preparing import Applicant, Screening, register_bidder, screen
from osame.collection.auctions.queries import AuctionHead, auctions
from osame.collection.ledger.posting import claim_command
from osame.formats import online_auction_csv
from osame.formats.online_auction_csv import LotLine, OnlineBid
from osame.formats.reports import LineProblem
from osame.kernel.refusals import Refusal
from osame.law.auction_steps import AuctionMethod
from osame.platform.audit.recording import record
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult
from osame.platform.imports.whole_files import Rejected, settle_rows, take_whole

PROFILE = "online_auction_bids_v0"
Read = list[tuple[int, bytes, OnlineBid] | LineProblem]


class NothingToOffer(Refusal):
    """公告中の公売がありません。公売の実施の決裁と公告を終えてから、物件のファイルを作ってください。"""


class LotUnknown(Refusal):
    """この番号の公売は、公告中ではありません。公売管理番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Offered:
    """作った物件のファイル。 lots: 物件の数。"""

    egress: EgressRecord
    lots: int


def export_lots(to: Path, *, service: str, as_of: date) -> Offered:
    """公告中の公売の物件のファイルを作る。滞納者の氏名と住所は書かない。

    要件: F19-03
    """
    with transaction.atomic():
        content, output = lots_file(service)
        target = to / f"online-auction-{as_of.isoformat()}.csv" if to.is_dir() else to
        return Offered(emit(content, target, output, Authority()), content.count(b"\r\n") - 1)


def lots_file(service: str) -> tuple[bytes, Output]:
    """公告中の公売の物件のファイルの中身と、渡す相手。

    要件: F19-03
    """
    heads = _announced()
    if not heads:
        raise NothingToOffer
    content = online_auction_csv.write_lots(_lot(each) for each in heads)
    subjects = sorted({each.addressee_number for each in heads})
    return content, Output(EgressKind.PROVISION, subjects, ReceiverClass.CONTRACTOR, service)


def import_bids(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """参加者と入札のファイルを取り込む。法が断る行は、理由とともに不受理にする。同じ中身は二度受け付けない。

    要件: F19-03
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)
    return take_whole(arrival, path, online_auction_csv.read_bids, lambda read: _take(arrival, read, as_of))


def _take(arrival: Arrival, read: Read, as_of: date) -> ImportResult:
    file_id = registry.register(arrival, business_on=as_of)
    claim_command(
        f"import:{arrival.content_hash}", kind="import_online_bids", content=[arrival.profile], purpose="電子公売の入札", officer=arrival.officer
    )  # fmt: skip
    known = {each.auction_id: each for each in _announced()}
    rejected: list[Rejected] = []
    taken = 0
    for each in read:
        if isinstance(each, LineProblem):
            rejected.append((each.line_number, b"", each.reason, None))
            continue
        line, _, row = each
        try:
            with transaction.atomic():
                if row.auction_id not in known:
                    raise LotUnknown(str(row.auction_id))
                _one(known[row.auction_id], row, as_of, arrival.officer)
            taken += 1
        except Refusal as refusal:
            kept = f"参加者番号{row.outside_number}（氏名と住所は残さない）".encode()
            rejected.append((line, kept, f"{line}行目: {refusal}", None))
    record("電子公売の入札を取り込んだ", detail={"取込番号": file_id, "受けた行": taken, "不受理": len(rejected)})
    return settle_rows(file_id, arrival, len(read), rejected, posted=taken)


def _one(head: AuctionHead, row: OnlineBid, as_of: date, officer: str) -> None:
    given = Applicant(
        row.name, row.address, row.kana, row.postal_code, row.agent, row.outside_number, row.deposit, row.deposited_on, row.stated_on,
        row.license_number,
    )  # fmt: skip
    number = register_bidder(head.key, given, as_of=as_of, officer=officer)
    if row.wants_next:
        screen(head.key, number, Screening(wants_next=True), as_of=as_of, officer=officer)
    if row.amount:
        place_bid(head.key, number, row.amount, as_of=row.placed_on or as_of, officer=officer)


def _announced() -> tuple[AuctionHead, ...]:
    return auctions("u.stage = 'ANNOUNCED'", {})


def _lot(head: AuctionHead) -> LotLine:
    method = head.method or AuctionMethod.SEALED_PERIOD
    assert head.estimate is not None
    assert head.opens_on is not None
    assert head.closes_on is not None
    assert head.opening_on is not None
    assert head.decision_on is not None
    assert head.pay_by is not None
    return LotLine(
        auction_id=head.auction_id, number=head.number, kind=head.kind.value, description=head.description, method=method.value,
        estimate=head.estimate, deposit=head.deposit or 0, opens_on=head.opens_on, closes_on=head.closes_on, opening_on=head.opening_on,
        decision_on=head.decision_on, pay_by=head.pay_by, needs_license=head.needs_license,
    )  # fmt: skip
