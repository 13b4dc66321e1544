"""公売の準備と、買受けの申込み。続いている差押えから財産を選び、現況を調べ、申込みをした者の制限を確かめる。

One or several open seizures of one taxpayer become one lot. A bidder of the same name as the taxpayer or a member of the staff is
taken for that person until an officer states the evidence of somebody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction

from osame.collection.assets.queries import asset_numbered
from osame.collection.auctions.facts import same_names
from osame.collection.auctions.queries import AuctionFile, BidderLine, auction_file
from osame.collection.dispositions.queries import DispositionHead, disposition_numbered
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.auction_conditions import PoliceAnswer
from osame.law.auction_steps import AuctionStage
from osame.law.dispositions import ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

NUMBER_LOCK = 7_140_231
NEW_YEAR_MONTH = 4
TAKES_BIDDERS = (AuctionStage.ESTIMATED, AuctionStage.ANNOUNCED)


class ObjectsNeeded(Refusal):
    """公売に付す差押えがありません。効力の生じた差押えを一つ以上、同じ滞納者のものから選んでください。"""


class NotSellable(Refusal):
    """公売に付すことができるのは、効力の生じた差押え（参加差押えなら、効力の生じた換価執行決定）の、取り立てる債権でない財産だけです。差押えを確かめてください。"""


class SurveyNeeded(Refusal):
    """現況調査の記録がありません。財産の表示、調査の結果、調べた職員と立会人を入力してください。"""


class SurveyedLater(Refusal):
    """現況調査の日が、今日より後です。日付を確かめてください。"""


class BidderNeedsDetail(Refusal):
    """申込者の氏名・名称と住所がありません。申込書のとおりに入力してください。"""


class BarredName(Refusal):
    """滞納者または税務の職員と同じ名です。買い受けることはできません（国税徴収法第92条）。別人なら、その資料を入力してください。"""


class BiddersClosed(Refusal):
    """この公売は、いま申込みを受け付けていません。公告の後、開札の前に登録してください。"""


class BidderUnknown(Refusal):
    """その番号の申込者はいません。申込者の番号を確かめてください。"""


class ScreeningOver(Refusal):
    """売却を決定した後は、申込者の調査の記録を変えられません。当たると分かったときは、公売の中止を検討してください。"""


@dataclass(frozen=True, slots=True)
class Preparation:
    """公売の準備。 dispositions: 目的の差押え; surveyors: 現況調査をした職員と立会人; falling: 価額が著しく減少するおそれの事情。"""

    dispositions: tuple[int, ...]
    description: str
    survey: str
    surveyed_on: date
    surveyors: str
    needs_license: bool = False
    falling: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """買受けの申込みをした者。 different_evidence: 滞納者や職員と同じ名でも別人である資料。"""

    name: str
    address: str
    kana: str = ""
    postal_code: str = ""
    agent: str = ""
    outside_number: str = ""
    deposit: int = 0
    deposited_on: date | None = None
    stated_on: date | None = None
    license_number: str = ""
    different_evidence: str = ""


@dataclass(frozen=True, slots=True)
class Screening:
    """申込者の調査の記録。 None と空は、変えない。"""

    stated_on: date | None = None
    police: PoliceAnswer | None = None
    license_number: str = ""
    obstructed_on: date | None = None
    deposit: int | None = None
    wants_next: bool | None = None


def prepare(preparation: Preparation, *, as_of: date, officer: str) -> int:
    """公売を準備する。差押えの財産と現況調査を記録する。公売管理番号を返す。

    要件: F19-01
    """
    if not all(each.strip() for each in (preparation.description, preparation.survey, preparation.surveyors)):
        raise SurveyNeeded
    if preparation.surveyed_on > as_of:
        raise SurveyedLater(format_wareki(preparation.surveyed_on))
    with transaction.atomic():
        heads = tuple(disposition_numbered(each) for each in dict.fromkeys(preparation.dispositions))
        who, kind = _owner(heads, as_of)
        year = as_of.year - (as_of.month < NEW_YEAR_MONTH)
        run_sql("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
        (at,) = fetch_one("SELECT coalesce(max(year_number), 0) + 1 FROM auction WHERE numbered_year = %s", [year])
        (number,) = fetch_one("SELECT nextval('auction_number')")
        run_sql(
            "INSERT INTO auction (addressee_number, auction_id, procedure, stage, numbered_year, year_number, kind, description, "
            "needs_license, survey, surveyed_on, surveyors, falling, method, estimate_reason, place, conditions, drawn, is_next_sale, officer) "
            "VALUES (%s, %s, 'PUBLIC_AUCTION', 'NONE', %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '', '', '[]', '', false, %s)",
            [who, number, year, at, kind.name, preparation.description.strip(), preparation.needs_license,
             preparation.survey.strip(), preparation.surveyed_on, preparation.surveyors.strip(),
             preparation.falling.strip(), officer],
        )  # fmt: skip
        for head in heads:
            assert head.asset_id is not None
            weight = max(1, asset_numbered(head.asset_id).value)
            run_sql("INSERT INTO auction_object VALUES (%s, %s, %s, %s)", [who, number, head.disposition_id, weight])
        detail: dict[str, str | int] = {
            "公売管理番号": int(number),
            "差押え": "、".join(str(each.disposition_id) for each in heads),
            "職員": officer,
        }
        record("公売を準備した", subjects=[who], detail=detail)
        return int(number)


def _owner(heads: Sequence[DispositionHead], as_of: date) -> tuple[str, AssetKind]:
    """同じ滞納者の、売ることのできる差押えであること。どれかが不動産なら、公売は不動産のものとして進む。"""
    if not heads or len({each.addressee_number for each in heads}) > 1:
        raise ObjectsNeeded
    for head in heads:
        first = head.sellable_from
        is_in_force = head.stage is ProcedureStage.IN_FORCE and first is not None and first <= as_of
        if head.asset_kind is None or not is_in_force:
            raise NotSellable(head.number)
    kinds = [each.asset_kind for each in heads if each.asset_kind]
    for kind in (AssetKind.REAL_ESTATE, *(each for each in kinds if each is not AssetKind.MOVABLE)):
        if kind in kinds:
            return heads[0].addressee_number, kind
    return heads[0].addressee_number, AssetKind.MOVABLE


def register_bidder(key: tuple[str, int], applicant: Applicant, *, as_of: date, officer: str) -> int:
    """買受けの申込みをした者を登録する。同じ名と住所の申込みは、同じ番号のまま。番号を返す。

    要件: F19-01, F19-03
    """
    name, address = applicant.name.strip(), applicant.address.strip()
    if not name or not address:
        raise BidderNeedsDetail
    with transaction.atomic():
        file = auction_file(key, lock=True)
        known = next((each for each in file.bidders if (each.name, each.address) == (name, address)), None)
        if known is not None:
            return known.bidder_number
        if file.head.stage not in TAKES_BIDDERS:
            raise BiddersClosed(file.head.stage.value)
        is_same = any(same_names(key[0], name))
        if is_same and not applicant.different_evidence.strip():
            raise BarredName(name)
        number = len(file.bidders) + 1
        run_sql(
            "INSERT INTO auction_bidder (addressee_number, auction_id, bidder_number, name, kana, postal_code, address, agent, "
            "outside_number, is_taxpayer, is_tax_officer, different_evidence, deposit, deposited_on, deposit_state, stated_on, police, "
            "license_number, wants_next, registered_on, officer) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, false, false, %s, %s, %s, '1', %s, 'NOT_ASKED', %s, false, %s, %s)",
            [*key, number, name, applicant.kana.strip(), applicant.postal_code, address, applicant.agent.strip(),
             applicant.outside_number.strip(), applicant.different_evidence.strip(), applicant.deposit, applicant.deposited_on,
             applicant.stated_on, applicant.license_number.strip(), as_of, officer],
        )  # fmt: skip
        _recorded("買受けの申込みを受けた", file, {"申込者の番号": number, "職員": officer})
        return number


def screen(key: tuple[str, int], bidder_number: int, screening: Screening, *, as_of: date, officer: str) -> BidderLine:
    """申込者の保証金、陳述書、警察の調査、資格、妨害の事実を記録する。

    要件: F19-01
    """
    with transaction.atomic():
        file = auction_file(key, lock=True)
        found = file.bidder(bidder_number)
        if found is None:
            raise BidderUnknown(str(bidder_number))
        if file.head.stage not in {*TAKES_BIDDERS, AuctionStage.AWARDED}:
            raise ScreeningOver(file.head.stage.value)
        now = replace(
            found, stated_on=screening.stated_on or found.stated_on, police=screening.police or found.police,
            license_number=screening.license_number.strip() or found.license_number,
            obstructed_on=screening.obstructed_on or found.obstructed_on,
            deposit=found.deposit if screening.deposit is None else screening.deposit,
            wants_next=found.wants_next if screening.wants_next is None else screening.wants_next,
        )  # fmt: skip
        run_sql(
            "UPDATE auction_bidder SET stated_on = %s, police = %s, police_on = CASE WHEN police <> %s THEN %s ELSE police_on END, "
            "license_number = %s, obstructed_on = %s, deposit = %s, deposited_on = CASE WHEN deposit <> %s THEN %s ELSE deposited_on END, "
            "wants_next = %s WHERE addressee_number = %s AND auction_id = %s AND bidder_number = %s",
            [now.stated_on, now.police.name, now.police.name, as_of, now.license_number, now.obstructed_on, now.deposit,
             now.deposit, as_of, now.wants_next, *key, bidder_number],
        )  # fmt: skip
        _recorded(
            "申込者の調査を記録した",
            file,
            {"申込者の番号": bidder_number, "警察の調査": now.police.value, "職員": officer},
        )
        return now


def _recorded(act: str, file: AuctionFile, detail: dict[str, str | int]) -> None:
    record(act, subjects=[file.head.addressee_number], detail={"公売管理番号": file.head.auction_id, **detail})
