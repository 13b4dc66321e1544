"""支援措置の対象者と文書。頁に現れてはならない値と、刷れるかどうかの三つの式。

What letters must never show, and when a letter may not be printed. In the expressions: `s` is where the letter goes (as it
was frozen, or as it would be now), `a` the addressee, `r` the receiver (the addressee or an agent).
"""

from osame.platform.database import fetch_all
from osame.platform.suppression.hidden_values import HiddenValues, texts_of

FACTS = ("addressee_number", "postal_code", "address", "address_detail", "mailing_postal_code", "mailing_address")
PLACES = f"""
SELECT {", ".join(FACTS)} FROM addressee WHERE protection_measure
UNION ALL
SELECT m.addressee_number, m.postal_code, m.address, m.address_detail, '', ''
FROM addressee_mailing m JOIN addressee a USING (addressee_number) WHERE a.protection_measure
UNION ALL
SELECT c.addressee_number, '', c.value, '', '', ''
FROM addressee_contact c JOIN addressee a USING (addressee_number) WHERE a.protection_measure
"""
PROTECTED = "(s.protected OR a.protection_measure OR coalesce(r.protection_measure, false))"
# 支援措置の対象者なのに、作ったときに決めた送付先が、いまの安全な送付先ではない。第三者への文書は、対象者になる前に作ったものが危うい。
UNSAFE = """(a.protection_measure OR coalesce(r.protection_measure, false)) AND (
    NOT s.protected OR s.receiver_number <> '' AND (
        (a.protection_measure AND s.receiver_number <> a.addressee_number) OR NOT EXISTS (
        SELECT 1 FROM addressee_mailing m WHERE m.addressee_number = s.receiver_number AND m.is_safe
            AND (m.postal_code, m.address, m.address_detail) = (s.postal_code, s.address, s.address_detail))))"""
WITHHELD, UNSAFE_PLACE = "09", "04"
# 刷れない理由の符号。
HELD_BACK = f"CASE WHEN a.withheld OR coalesce(r.withheld, false) THEN '{WITHHELD}' WHEN {UNSAFE} THEN '{UNSAFE_PLACE}' ELSE '' END"
HELD_REASONS = {
    WITHHELD: "他業務参照不可（宛名の所管課に送付先を確かめる）",
    UNSAFE_PLACE: "支援措置（職員が送付先を確かめる）",
}
AWAITS_CONFIRMATION = "支援措置（別の職員の確認を待って、別に刷る）"
RECALLED = "支援措置のため引抜き（職員が送付先を確かめる）"


def hidden_values() -> HiddenValues:
    """どの文書のどの頁にも現れてはならない、支援措置の対象者の値。

    要件: F27-01
    """
    records = [dict(zip(FACTS, row, strict=True)) for row in fetch_all(PLACES)]
    return HiddenValues((each["addressee_number"], text) for each in records for text in texts_of(each))
