"""動産の占有。第三者への引渡命令（期限を定める）、占有の記録、封印票。

Possession makes the seizure of movables effective. A third party who holds them is ordered to hand them over by a day; whatever stays
where it is carries a seal. The papers are of the form R-110.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.assets.letters import subject_of
from osame.collection.assets.queries import asset_numbered, third_party
from osame.collection.assets.search_letters import APPEAL, ORDERED, POSSESSED, SEALED, SEARCH, SearchPaper
from osame.collection.dispositions.collecting import record_service
from osame.collection.dispositions.queries import DispositionFile, disposition_file
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.kernel.dates import format_wareki
from osame.kernel.periods import days_after
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.seizure_effect import SeizureService
from osame.platform.audit.recording import record

LEAST_DAYS = 7
"""引渡命令の期限は、命令書を発する日から起算して7日を経過した日以後にする（国税徴収法施行令第24条第1項の例）。"""


class NotMovable(Refusal):
    """動産・有価証券の財産ではありません。引渡命令と占有の記録は、動産・有価証券の差押えを選んでから行ってください。"""


class DeliveryTooSoon(Refusal):
    """引渡しの期限が早すぎます。引渡命令書を発する日から7日を経過した日以後の日にしてください。"""


class KeeperNeeded(Refusal):
    """保管の方法、または保管する者がありません。調書のとおりに入力してください。"""


@dataclass(frozen=True, slots=True)
class Possession:
    """占有。 is_left: 滞納者または占有していた者に保管させるか（封印が要る）; keeper: 保管する者。"""

    possessed_on: date
    place: str
    keeper: str
    is_left: bool


def order_delivery(asset_id: int, holder_id: int, *, by: date, as_of: date, officer: str) -> int:
    """動産を占有する第三者に、期限を定めて引渡しを命じ、滞納者に知らせる。束の番号を返す。

    要件: F16-11, F17-07
    根拠: 国税徴収法第58条第1項・第2項
    """
    with transaction.atomic():
        asset, holder = asset_numbered(asset_id), third_party(holder_id)
        if asset.kind is not AssetKind.MOVABLE:
            raise NotMovable(asset.kind.value)
        if by < days_after(as_of, LEAST_DAYS):
            raise DeliveryTooSoon(format_wareki(days_after(as_of, LEAST_DAYS)))
        facts = (
            ("財産の表示", asset.description), ("占有している者", holder.name), ("引渡しの期限", format_wareki(by)),
            ("引渡しの相手", "この団体の徴税吏員"), ("根拠", "国税徴収法第58条第1項・第2項、地方税法第331条第6項"),
        )  # fmt: skip
        notes = (
            (
                "引渡しをしないとき",
                "期限までに引渡しがないときは、徴税吏員が占有して差し押さえます（国税徴収法第58条第3項）。",
            ),
            ("不服の申立て", APPEAL),
        )
        named = tuple((f"滞納者の{label}", value) for label, value in subject_of(asset.addressee_number)[:1])
        told = SearchPaper("引渡命令書", ORDERED, (*named, *facts), (), ("徴税吏員",), notes)
        own = SearchPaper(
            "引渡命令の通知書",
            "第三者の占有している次の財産について、引渡しを命じたので、通知します。",
            facts,
            (),
            (),
            notes[1:],
        )
        key = f"delivery_order:{asset_id}"
        to = Outside(holder.name, holder.postal_code, holder.address, holder.section)
        drafts = [
            Draft(asset.addressee_number, "", told, (), key, 1, to),
            Draft(asset.addressee_number, "", own, (), key),
        ]
        run = freeze(SEARCH, drafts, as_of=as_of, officer=officer)
        _recorded("引渡しを命じた", asset.addressee_number, {"財産番号": asset_id, "期限": by.isoformat()}, officer)
        return run


def take_possession(key: tuple[str, int], possession: Possession, *, as_of: date, officer: str) -> int:
    """差し押さえた動産の占有を記録し、差押財産占有調書と、保管させるなら封印票を作る。差押えの効力は占有の日に生じる。束の番号を返す。

    要件: F16-11, F17-07
    根拠: 国税徴収法第56条、第60条
    """
    if not possession.keeper.strip() or not possession.place.strip():
        raise KeeperNeeded
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        if file.head.asset_kind is not AssetKind.MOVABLE:
            raise NotMovable(file.head.number)
        record_service(key, SeizureService(possessed_on=possession.possessed_on), officer=officer)
        run = freeze(SEARCH, _possession_drafts(file, possession), as_of=as_of, officer=officer)
        _recorded("差押財産を占有した", key[0], {"処分管理番号": key[1], "保管": possession.keeper}, officer)
        return run


def _possession_drafts(file: DispositionFile, possession: Possession) -> list[Draft]:
    head = file.head
    how = "滞納者または占有していた者に保管させ、封印をした" if possession.is_left else "搬出して、徴税吏員が保管する"
    facts = (
        ("処分の番号", head.number), ("占有した日", format_wareki(possession.possessed_on)), ("場所", possession.place),
        ("財産の表示", head.asset), ("保管の方法", how), ("保管する者", possession.keeper),
        ("根拠", "国税徴収法第56条第1項・第60条第1項、地方税法第331条第6項"),
    )  # fmt: skip
    subject = f"disposition:{head.disposition_id}"
    record_paper = SearchPaper(
        "差押財産占有調書（謄本）", POSSESSED, facts, (), ("徴税吏員", "保管する者"), (("不服の申立て", APPEAL),)
    )
    drafts = [Draft(head.addressee_number, "", record_paper, (), subject)]
    if possession.is_left:
        seal = (
            ("差押えの日", format_wareki(head.done_on)),
            ("処分の番号", head.number),
            ("財産の表示", head.asset),
            ("保管する者", possession.keeper),
        )
        drafts.append(
            Draft(head.addressee_number, "", SearchPaper("封印票", SEALED, seal, (), ("徴税吏員",), ()), (), subject)
        )
    return drafts


def _recorded(act: str, addressee_number: str, detail: Mapping[str, str | int], officer: str) -> None:
    record(act, subjects=[addressee_number], detail={**detail, "職員": officer})
