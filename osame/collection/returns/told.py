"""一通の文書が、いま、どう送達されたと言えるか。差出し、推定、交付、返戻、公示送達を一つの答えにする。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.parameters.queries import setting
from osame.collection.returns.models import ServiceRecord
from osame.collection.returns.queries import DELIVERY
from osame.kernel.dates import format_wareki
from osame.law.serving import POSTAL_DAYS, presumed_served_on
from osame.platform.database import fetch_all

# 交付・書留などの記録、公示送達、戻ったこと、差し出した日。どれも、なければ空。
FACTS = """
SELECT u.dispatched_on, v.method, v.delivered_on, v.received_by, r.returned_on, r.return_id, r.resent_on, p.served_on
FROM letter l JOIN letter_run u USING (run_id)
LEFT JOIN LATERAL (SELECT method, delivered_on, received_by FROM service_record s WHERE s.run_id = l.run_id
    AND s.letter_number = l.letter_number ORDER BY record_id DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT returned_on, return_id, resent_on FROM returned_letter x WHERE x.run_id = l.run_id
    AND x.letter_number = l.letter_number ORDER BY x.return_id DESC LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT max(served_on) AS served_on FROM service_publication q WHERE q.return_id = r.return_id
    AND q.state = '2') p ON true
WHERE l.run_id = %s AND l.letter_number = %s
"""


@dataclass(frozen=True, slots=True)
class ServiceTold:
    """送達の答え。 served_on: 送達があった（とみなされる）日（まだなら None）; return_id: 戻った記録（なければ None）。"""

    words: str
    served_on: date | None
    return_id: int | None = None


def service_told(run_id: int, letter_number: int, *, as_of: date) -> ServiceTold:
    """その文書の送達を、一文で答える。

    根拠: 地方税法第20条、第20条の2
    要件: F09-03, F20-02
    """
    rows = fetch_all(FACTS, [run_id, letter_number])
    if not rows or (rows[0][0] is None and rows[0][2] is None):
        return ServiceTold("差し出していない", None)
    dispatched, method, delivered, receiver, returned, return_id, resent, published = rows[0]
    if delivered:
        label = ServiceRecord.Method(method).label
        return ServiceTold(f"{format_wareki(delivered)}に送達（{label}、{receiver}）", delivered, return_id)
    if published:
        done = "公示送達により送達" if published <= as_of else "公示送達の掲示中。送達とみなす日"
        return ServiceTold(
            f"{done}（{format_wareki(published)}）", published if published <= as_of else None, return_id
        )
    if returned and not resent:
        return ServiceTold(f"{format_wareki(returned)}に返戻。送達されていない", None, return_id)
    days = int(setting(DELIVERY, as_of=as_of) or POSTAL_DAYS)
    presumed = presumed_served_on(resent or dispatched, postal_days=days)
    if presumed > as_of:
        return ServiceTold(f"差出し済み。{format_wareki(presumed)}に送達したと推定する", None, return_id)
    return ServiceTold(f"{format_wareki(presumed)}に送達したと推定（普通郵便）", presumed, return_id)
