"""漏えい等事故の、報告の様式の項目（PDF）。庁内の帳票として、透かしを重ねて出す。"""

from datetime import date

from osame.kernel.dates import format_wareki
from osame.platform import systems
from osame.platform.letters.engine import Letter, Template, compile_letters
from osame.platform.privacy import incidents
from osame.platform.privacy.guarding import guard_of
from osame.platform.privacy.models import Incident

SOURCE = "platform/privacy/typst/incident.typ"


def report_paper(row: Incident, *, on: date) -> bytes:
    """個人情報保護委員会への報告の項目。人の名も番号も載せない。

    要件: F36-11
    根拠: 番号法第29条の4第1項、報告規則第3条第1項
    """
    terms = incidents.terms_of(row)
    grounds = incidents.grounds_of(row)
    facts = [
        ["事態の種類", f"{row.get_kind_display()}（個人番号を{'含む' if row.number_included else '含まない'}）"],
        ["報告の要る事態", "、".join(each.value for each in grounds) or "当たらない（任意の報告）"],
        ["概要", row.summary],
        ["漏えい等した項目", row.items],
        ["本人の数", f"{row.people:,}人（一覧のハッシュ {row.people_sha256[:16] or '—'}）"],
        ["原因", row.cause],
        ["二次被害又はそのおそれ", row.secondary_damage],
        [
            "本人への対応の実施状況",
            row.response + (f"（{format_wareki(row.people_told_on)}に通知）" if row.people_told_on else ""),
        ],
        ["公表の実施状況", row.publication],
        ["再発防止のための措置", row.prevention],
        ["その他参考となる事項", row.other],
    ]
    days = [
        ["知った日", format_wareki(row.known_on), ""],
        ["速報", format_wareki(terms.prompt_through), _done(row.prompt_reported_on)],
        ["確報", format_wareki(terms.final_through), _done(row.final_reported_on)],
    ]
    content = {
        "number": row.incident_id,
        "facts": [[name, value or "（未記入）"] for name, value in facts],
        "days": days,
        "steps": list(terms.steps),
        "outputs": [
            [str(each[0]), each[1], each[3], each[4], f"{each[5]:,}"] for each in row.traced.get("outputs", [])
        ],
        "viewers": [[each[0], each[2], f"{each[3]:,}", f"{each[4]:,}"] for each in row.traced.get("viewers", [])],
    }
    run = {
        "made_on": format_wareki(on),
        "issuer": guard_of(systems.current().code).issuer,
        "system": systems.current().name,
    }
    stamp = (on - date(1970, 1, 1)).days * 86_400
    return compile_letters(Template(SOURCE, stamp), run, [Letter(0, 1, "0" * 15, 1, content)])


def _done(on: date | None) -> str:
    return f"{format_wareki(on)}に報告" if on else "未報告"
