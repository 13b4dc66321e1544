"""捜索。いつ、どこで、誰の立会いで捜したかを調書に残し、見つかった物を回答として記録する。

A search is recorded once and never rewritten. What was found becomes replies like any other, so nothing can be seized without being
identified; a search of the taxpayer's own place renews prescription from the day it began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from django.db import transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.assets.actions import Found, Holder, InvestigationClosed, Told, record_reply
from osame.collection.assets.letters import subject_of
from osame.collection.assets.models import PropertyReply, SearchRecord
from osame.collection.assets.queries import investigation
from osame.collection.assets.search_letters import APPEAL, SEARCH, SEARCHED, SearchPaper, paged_found
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

Whose, Witness = SearchRecord.Whose, SearchRecord.Witness
ADULTS = 2
MIDDAY = 12
DAYLIGHT = (time(7), time(17))
"""どの季節でも、日出の後、日没の前である時刻。この外に着手したときは、理由（日没前に着手したことの確かめを含む）を要る。"""


class SearchIncomplete(Refusal):
    """捜索の場所、結果、捜索した徴税吏員のどれかがありません。調書のとおりに入力してください。"""


class WitnessNeeded(Refusal):
    """立会人がいないか、足りません。捜索を受けた者などが立ち会わないときは、成年に達した者二人以上、または地方公共団体の職員か警察官を立ち会わせてください（国税徴収法第144条）。"""


class NightSearch(Refusal):
    """日没後から日出前までは、捜索に着手できません。旅館・飲食店など夜間でも公衆が出入りできる場所であった理由、または日没前・日出後に着手したことの確かめを入力してください（国税徴収法第143条）。"""


class SearchBackwards(Refusal):
    """捜索の終わった時刻が、着手した時刻より前です。時刻を確かめてください。"""


class NoChargeOfSearch(Refusal):
    """捜索に係る期別がありません。滞納している期別を選んでください。"""


class SearchUnknown(Refusal):
    """この番号の捜索調書はありません。番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Search:
    """捜索の記録。 found: 見つかった動産（表示、見積りの額）; searched_address: 捜索を受けた第三者の住所（謄本の送り先）。"""

    charges: tuple[int, ...]
    place: str
    searched_on: date
    began_at: time
    ended_at: time
    whose: SearchRecord.Whose
    searched_name: str
    witness: SearchRecord.Witness
    witness_names: tuple[str, ...]
    officers: str
    findings: str
    night_ground: str = ""
    found: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SearchLine:
    """捜索一つ。"""

    search_id: int
    investigation_id: int
    searched_on: date
    place: str
    whose: SearchRecord.Whose
    searched_name: str
    witness_names: tuple[str, ...]
    findings: str
    notified_on: date | None
    found: int


def record_search(key: tuple[str, int], search: Search, *, as_of: date, officer: str) -> tuple[int, int]:
    """捜索調書を残し、見つかった物を回答として記録し、謄本を作る。 key: （宛名番号、調査番号）。（捜索番号、束の番号）を返す。

    要件: F16-11, F21-02
    根拠: 国税徴収法第142条、第143条、第144条、第146条
    """
    _refuse_unlawful(search)
    with transaction.atomic():
        plan = investigation(key)
        if plan.closed_on:
            raise InvestigationClosed(str(key[1]))
        refuse_extinct(key[0], search.charges, as_of=search.searched_on)
        (number,) = fetch_one("SELECT nextval('search_number')")
        SearchRecord.objects.create(
            addressee_number=key[0], search_id=number, investigation_id=key[1], charges=list(search.charges), whose=search.whose,
            searched_name=search.searched_name.strip(), place=search.place.strip(), searched_on=search.searched_on,
            began_at=search.began_at, ended_at=search.ended_at, night_ground=search.night_ground.strip(), witness=search.witness,
            witness_names=list(search.witness_names), officers=search.officers.strip(), findings=search.findings.strip(), officer=officer,
        )  # fmt: skip
        told = Told(PropertyReply.Source.SEARCH, search.searched_on, search_id=int(number))
        holder = Holder(name=search.searched_name, address=search.place)
        for description, amount in search.found:
            record_reply(key[0], holder, Found(AssetKind.MOVABLE, description, amount), told, officer=officer)
        run = _send(key[0], int(number), search, as_of=as_of, officer=officer)
        _recorded("捜索した", key[0], {"捜索番号": int(number), "見つかった物": len(search.found)}, officer)
        return int(number), run


def record_search_notice(search_id: int, *, notified_on: date, officer: str) -> None:
    """滞納者でない者のところでの捜索を、滞納者に知らせた日を記録する。時効は、その日から新たに進む。

    要件: F16-11, F21-02
    """
    with transaction.atomic():
        rows = fetch_all(
            "UPDATE search_record SET notified_on = %s WHERE search_id = %s AND searched_on <= %s RETURNING addressee_number",
            [notified_on, search_id, notified_on],
        )
        if not rows:
            raise SearchUnknown(str(search_id))
        _recorded("捜索を滞納者に知らせた", str(rows[0][0]), {"捜索番号": search_id}, officer)


def searches_of(addressee_number: str) -> tuple[SearchLine, ...]:
    """その人についての捜索。

    要件: F16-11
    """
    rows = fetch_all(
        "SELECT s.search_id, s.investigation_id, s.searched_on, s.place, s.whose, s.searched_name, s.witness_names, s.findings, s.notified_on, "
        "(SELECT count(*) FROM property_reply r WHERE r.addressee_number = s.addressee_number AND r.search_id = s.search_id) "
        "FROM search_record s WHERE s.addressee_number = %s ORDER BY s.search_id",
        [addressee_number],
    )
    return tuple(SearchLine(*[*row[:4], SearchRecord.Whose(row[4]), row[5], tuple(row[6]), *row[7:]]) for row in rows)


def _refuse_unlawful(search: Search) -> None:
    if not (
        search.place.strip() and search.findings.strip() and search.officers.strip() and search.searched_name.strip()
    ):
        raise SearchIncomplete
    if not search.charges:
        raise NoChargeOfSearch
    if search.ended_at < search.began_at:
        raise SearchBackwards
    names = [each for each in search.witness_names if each.strip()]
    if len(names) < (ADULTS if search.witness is Witness.ADULTS else 1):
        raise WitnessNeeded
    if not DAYLIGHT[0] <= search.began_at <= DAYLIGHT[1] and not search.night_ground.strip():
        raise NightSearch(time_text(search.began_at))


def _send(addressee_number: str, number: int, search: Search, *, as_of: date, officer: str) -> int:
    facts = [
        ("捜索番号", str(number)), ("捜索した日", format_wareki(search.searched_on)),
        ("時刻", f"{time_text(search.began_at)}から{time_text(search.ended_at)}まで"), ("捜索を受けた者", f"{search.searched_name}（{search.whose.label}）"),
        ("立会人", f"{'、'.join(search.witness_names)}（{search.witness.label}）"), ("徴税吏員", search.officers),
        ("根拠", "国税徴収法第142条・第144条・第146条第1項、地方税法第331条第6項"), ("結果", search.findings),
    ]  # fmt: skip
    if search.night_ground.strip():
        facts.append(("着手の時刻について", search.night_ground.strip()))
    found = paged_found([(description, f"{amount:,}円") for description, amount in search.found])
    notes = (("不服の申立て", APPEAL),)
    place = ("捜索した場所", search.place)
    own = SearchPaper(
        "捜索調書（謄本）", SEARCHED, (*facts[:3], place, *facts[3:]), found, ("徴税吏員", "立会人"), notes
    )
    drafts = [Draft(addressee_number, "", own, (str(number),), f"search:{number}", own.page_count)]
    if search.whose is not Whose.TAXPAYER:
        subject = tuple(
            (f"滞納者の{label}", value)
            for label, value in subject_of(addressee_number)
            if label in {"氏名", "法人の名称"}
        )
        told = SearchPaper(own.title, own.opening, (*subject, *own.facts), found, own.signs, notes)
        to = Outside(search.searched_name, "", search.place)
        drafts.append(Draft(addressee_number, "", told, (str(number),), f"search:{number}", told.page_count, to))
    return freeze(SEARCH, drafts, as_of=as_of, officer=officer)


def time_text(at: time) -> str:
    """時刻を、午前・午後で。

    要件: F16-11

    >>> time_text(time(10, 5)), time_text(time(12, 30)), time_text(time(15, 0))
    ('午前10時5分', '午後0時30分', '午後3時')
    """
    half = "午前" if at.hour < MIDDAY else "午後"
    return f"{half}{at.hour % MIDDAY}時" + (f"{at.minute}分" if at.minute else "")


def _recorded(act: str, addressee_number: str, detail: Mapping[str, str | int], officer: str) -> None:
    record(act, subjects=[addressee_number], detail={**detail, "職員": officer})
