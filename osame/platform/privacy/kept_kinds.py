"""どのシステムにもある、年限が来れば消せる記録の種類。"""

from datetime import date

from osame.platform.database import fetch_all, fetch_one
from osame.platform.privacy.retention import Kind, before, retains, term_of

KEYS = {
    "exchange_log": (
        "やり取りの記録",
        "SELECT exchange_id FROM exchange_log WHERE occurred_at < %s::timestamp AT TIME ZONE 'Asia/Tokyo'",
    ),
    "privacy_request": (
        "開示等請求",
        "SELECT request_id FROM privacy_request WHERE (state = '5' AND carried_out_on < %(day)s) "
        "OR (state = '9' AND requested_on < %(day)s)",
    ),
    "training_record": ("研修の受講", "SELECT training_id FROM training_record WHERE taken_on < %s"),
    "incident_person": (
        "漏えい等事故の対象者",
        "SELECT p.incident_id || ':' || p.addressee_number FROM incident_person p JOIN incident i USING (incident_id) "
        "WHERE i.closed_on < %s",
    ),
}


@retains("floor")
def kinds() -> tuple[Kind, ...]:
    """床の記録。消すのは、年限を確かめる扉だけ。

    要件: F36-09
    """
    return tuple(_kind(code, name, statement) for code, (name, statement) in KEYS.items())


def _kind(code: str, name: str, statement: str) -> Kind:
    def keys(as_of: date) -> list[str]:
        day = before(code, as_of=as_of)
        terms = {"day": day} if "%(day)s" in statement else [day]
        return [str(key) for (key,) in fetch_all(statement, terms)]

    def erase(as_of: date) -> int:
        (gone,) = fetch_one("SELECT erase_kept_rows(%s, %s)", [code, before(code, as_of=as_of)])
        return int(gone)

    term = term_of(code, as_of=date.max)
    return Kind(code, name, keys, erase, f"{term.starts}から{term.years}年（{term.basis}）")
