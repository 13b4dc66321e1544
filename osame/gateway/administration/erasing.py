"""保管期限の切れた情報。記録の種類ごとに、消せるものの鍵と消し方を、保管と消去の道に置く。決めるのは、ほかの職員。"""

from dataclasses import dataclass
from datetime import date

from osame.gateway.exchange_records import recording
from osame.gateway.inquiries.actions import erase_answers
from osame.platform.database import fetch_all, run_sql
from osame.platform.privacy import retention
from osame.platform.privacy.refusals import NothingDue
from osame.platform.privacy.retention import Kind, retains
from osame.platform.terminal import now as right_now

NothingExpired = NothingDue
RECORDS, ANSWERS, FILES, PROVISIONS = "exchange_record", "information_inquiry", "interface_file", "provision"
SELF_PROVISIONS, NOTICES = "self_provision", "portal_notice"
KEYS = {
    RECORDS: "SELECT record_id FROM exchange_record WHERE kept_through < %s",
    ANSWERS: "SELECT inquiry_number FROM information_inquiry WHERE answer IS NOT NULL AND keep_until < %s",
    FILES: "SELECT processing_number FROM interface_file WHERE keep_until < %s",
    PROVISIONS: "SELECT provision_id FROM provision WHERE content IS NOT NULL AND state <> '1' "
    "AND received_at < %s::date - interval '90 days'",
    SELF_PROVISIONS: "SELECT request_number FROM self_provision WHERE content IS NOT NULL "
    "AND received_at < %s::date - interval '90 days'",
    NOTICES: "SELECT portal_notice_number FROM portal_notice WHERE content IS NOT NULL "
    "AND shown_through < %s::date - 90",
}


@retains("gateway")
def kinds() -> tuple[Kind, ...]:
    """中間サーバーの、年限が来れば消せる記録。

    要件: F35-10, F36-09
    """
    return (
        Kind(
            RECORDS, "情報提供等記録", _keys(RECORDS), _records, "番号法第23条第1項の政令で定める期間（retention.toml）"
        ),
        Kind(
            ANSWERS,
            "照会結果",
            _keys(ANSWERS),
            lambda day: erase_answers(as_of=day),
            "照会の時に定めた期限",
            "中身の消去",
        ),
        Kind(FILES, "受けたファイルの結果", _keys(FILES), _files, "受けた時に定めた期限"),
        Kind(PROVISIONS, "提供した中身", _keys(PROVISIONS), _provisions, "提供から90日", "中身の消去"),
        Kind(SELF_PROVISIONS, "自己情報の中身", _keys(SELF_PROVISIONS), _self_provisions, "提供から90日", "中身の消去"),
        Kind(NOTICES, "お知らせの中身", _keys(NOTICES), _notices, "示す最後の日から90日", "中身の消去"),
    )


def _keys(code: str) -> retention.Keys:
    return lambda day: [str(key) for (key,) in fetch_all(KEYS[code], [day])]


def _records(day: date) -> int:
    return recording.erase_expired(as_of=min(day, right_now().date()))


def _files(day: date) -> int:
    return run_sql("DELETE FROM interface_file WHERE keep_until < %s", [day])


def _provisions(day: date) -> int:
    return run_sql(
        "UPDATE provision SET content = NULL, erased_at = %s WHERE content IS NOT NULL AND state <> '1' "
        "AND received_at < %s::date - interval '90 days'",
        [right_now(), day],
    )


def _self_provisions(day: date) -> int:
    return run_sql(
        "UPDATE self_provision SET content = NULL, erased_at = %s WHERE content IS NOT NULL "
        "AND received_at < %s::date - interval '90 days'",
        [right_now(), day],
    )


def _notices(day: date) -> int:
    return run_sql(
        "UPDATE portal_notice SET content = NULL WHERE content IS NOT NULL AND shown_through < %s::date - 90", [day]
    )


@dataclass(frozen=True, slots=True)
class Expired:
    """期限の切れた数。"""

    records: int
    answers: int
    files: int
    provisions: int
    portal: int

    @property
    def total(self) -> int:
        """合わせた数。"""
        return self.records + self.answers + self.files + self.provisions + self.portal


def expired(*, as_of: date) -> Expired:
    """期限の切れた情報の数。

    要件: F35-10
    """
    found = {each.kind.code: each.count for each in retention.due(as_of=as_of)}
    return Expired(
        found[RECORDS], found[ANSWERS], found[FILES], found[PROVISIONS], found[SELF_PROVISIONS] + found[NOTICES]
    )


def propose_erasure(*, as_of: date, reason: str) -> int:
    """中間サーバーの期限の切れた情報の消去を起案する。

    要件: F35-10, F36-09
    """
    return retention.propose_erasure(as_of=as_of, reason=reason, only=tuple(KEYS))
