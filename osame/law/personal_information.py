"""個人情報の法の期限。開示・訂正・利用停止の請求にいつまでに決めるか、漏えい等をいつまでに報告するか。

The terms of the law of personal information: when a request of a person must be decided, and when an incident must be
reported to the Personal Information Protection Commission.

条文: 個人情報の保護に関する法律第68条、第76条から第103条まで、番号法第29条の4。報告の規則は「番号法第29条の4第1項及び第2項に基づく
特定個人情報の漏えい等に関する報告等に関する規則」（報告規則）と個人情報の保護に関する法律施行規則。
含まないもの: 第84条（著しく大量なときの特例）、第85条（移送）、条例が定める短い期間（日数を渡す）。
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.holidays import next_open_day

DECISION_DAYS = 30
EXTENSION_DAYS = 30
ASKING_DAYS = 90
PROMPT_DAYS = (3, 5)
FINAL_DAYS = 30
WRONGFUL_FINAL_DAYS = 60
MANY_PEOPLE = 100


class PrivacyRequestKind(Enum):
    """請求の種類。

    What a person may ask of what is held about them.

    根拠: 個人情報の保護に関する法律第76条第1項、第90条第1項、第98条第1項
    """

    DISCLOSURE = "開示請求"
    CORRECTION = "訂正請求"
    SUSPENSION = "利用停止請求"


_DECIDING = {
    PrivacyRequestKind.DISCLOSURE: "個人情報の保護に関する法律第83条",
    PrivacyRequestKind.CORRECTION: "個人情報の保護に関する法律第94条",
    PrivacyRequestKind.SUSPENSION: "個人情報の保護に関する法律第102条",
}
_ASKING = {
    PrivacyRequestKind.CORRECTION: "個人情報の保護に関する法律第90条第3項",
    PrivacyRequestKind.SUSPENSION: "個人情報の保護に関する法律第98条第3項",
}


@dataclass(frozen=True, slots=True)
class DecisionTerm:
    """決定の期限。 through: 決定する最後の日。

    The last day for a decision, with its steps.

    根拠: 個人情報の保護に関する法律第83条、第94条、第102条
    """

    through: date
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def decision_term(
    kind: PrivacyRequestKind,
    received_on: date,
    *,
    amending_days: int = 0,
    extended: bool = False,
    days: int = DECISION_DAYS,
    extension_days: int = EXTENSION_DAYS,
) -> DecisionTerm:
    """請求に、いつまでに決定するか。

    The last day for the decision: thirty days after the request; days spent on its amendment do not count; thirty more when
    extended for a just cause, of which the person is told without delay.

    根拠: 個人情報の保護に関する法律第83条第1項・第2項、第94条第1項・第2項、第102条第1項・第2項
    解釈: 初日は算入しない（民法第140条）。末日が閉庁日でも延ばさない（延ばす読みより早く、請求者に不利にならない）。
    条例が短い期間を定めるときは、`days` と `extension_days` に渡す。30日を超える値は断る。
    例:
    >>> decision_term(PrivacyRequestKind.DISCLOSURE, date(2026, 11, 2)).through
    datetime.date(2026, 12, 2)
    >>> decision_term(PrivacyRequestKind.DISCLOSURE, date(2026, 11, 2), amending_days=5, extended=True).through
    datetime.date(2027, 1, 6)
    """
    if not (0 < days <= DECISION_DAYS and 0 <= extension_days <= EXTENSION_DAYS and amending_days >= 0):
        raise ValueError("期間は30日まで、補正の日数は0以上です。")
    article = _DECIDING[kind]
    through = received_on + timedelta(days=days)
    steps = [
        f"{kind.value}のあった{format_wareki(received_on)}の翌日から{days}日目は{format_wareki(through)}（{article}第1項）"
    ]
    if amending_days:
        through += timedelta(days=amending_days)
        steps.append(f"補正に要した{amending_days}日を算入しないので、{format_wareki(through)}（同項ただし書）")
    if extended:
        through += timedelta(days=extension_days)
        steps.append(f"正当な理由により{extension_days}日延長し、{format_wareki(through)}（同条第2項）")
    return DecisionTerm(
        through, tuple(steps), (f"{article}第1項", f"{article}第2項") if extended else (f"{article}第1項",)
    )


def may_ask_through(kind: PrivacyRequestKind, disclosed_on: date) -> date:
    """訂正・利用停止を請求できる最後の日。開示を受けた日から90日以内。

    The last day for a request for correction or suspension, ninety days after the disclosure.

    根拠: 個人情報の保護に関する法律第90条第3項、第98条第3項
    解釈: 初日は算入しない（民法第140条）。
    例:
    >>> may_ask_through(PrivacyRequestKind.CORRECTION, date(2026, 12, 2))
    datetime.date(2027, 3, 2)
    """
    if kind not in _ASKING:
        raise ValueError("開示請求に、請求できる期間の定めはありません。")
    return disclosed_on + timedelta(days=ASKING_DAYS)


class ReportingGround(Enum):
    """報告しなければならない事態。

    The situations that must be reported to the commission and told to the person.

    根拠: 番号法第29条の4第1項、報告規則第2条第1号から第4号まで
    """

    SYSTEMS = "情報提供ネットワークシステム又は個人番号利用事務の情報システムの特定個人情報の漏えい等"
    WRONGFUL = "不正の目的をもって行われたおそれがある漏えい等"
    OPENED = "電磁的方法により不特定多数の者に閲覧され、又は閲覧されるおそれがある事態"
    MANY = "本人の数が100人を超える漏えい等"


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """事故の、報告が要るかを決める事実。 people: 本人の数; protected_by_encryption: 高度な暗号化などの措置を講じていたか。

    The facts that decide whether an incident must be reported.

    根拠: 番号法第29条の4第1項、報告規則第2条
    """

    number_included: bool
    people: int
    in_affair_system: bool = False
    wrongful: bool = False
    open_to_public: bool = False
    protected_by_encryption: bool = False


def reporting_grounds(facts: IncidentFacts) -> tuple[ReportingGround, ...]:
    """報告しなければならない事態に当たるか。当たる号を並べる。空なら、任意の報告。

    Which grounds of the rule the incident meets. Empty: reporting is not ordered.

    根拠: 番号法第29条の4第1項、報告規則第2条
    解釈: 号の並びと文言は、規則の条文でなく要約で確かめた。第1号は、高度な暗号化などの措置を講じたものを除く。個人番号を含まない事故は、
    個人情報の保護に関する法律第68条による（同法施行規則第43条。ここでは不正の目的と、100人を超えるものを同じに読む）。
    例:
    >>> [each.name for each in reporting_grounds(IncidentFacts(True, 101, in_affair_system=True))]
    ['SYSTEMS', 'MANY']
    >>> reporting_grounds(IncidentFacts(True, 1, in_affair_system=True, protected_by_encryption=True))
    ()
    """
    met = {
        ReportingGround.SYSTEMS: facts.number_included and facts.in_affair_system,
        ReportingGround.WRONGFUL: facts.wrongful,
        ReportingGround.OPENED: facts.number_included and facts.open_to_public,
        ReportingGround.MANY: facts.people > MANY_PEOPLE,
    }
    return () if facts.protected_by_encryption else tuple(ground for ground, holds in met.items() if holds)


@dataclass(frozen=True, slots=True)
class ReportTerms:
    """報告の期限。 aimed_on と prompt_through: 速報の3日目と5日目; final_through: 確報の最後の日。

    The last days for the prompt and the final report, with their steps.

    根拠: 番号法第29条の4第1項、報告規則第3条
    """

    aimed_on: date
    prompt_through: date
    final_through: date
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def report_terms(known_on: date, *, wrongful: bool) -> ReportTerms:
    """事故を知った日から、速報と確報の期限。

    Prompt report within about three to five days, final report within thirty days of knowing (sixty when the purpose may
    have been wrongful).

    根拠: 番号法第29条の4第1項、報告規則第3条、個人情報の保護に関する法律第68条第1項、同法施行規則第44条
    解釈: 知った日を1日目と数え、土曜日・日曜日・祝日を含める。確報の末日が閉庁日なら、次の開庁日とする（個人情報保護委員会のガイドラインの
    取扱い。条文では確かめていない）。速報は「速やかに」の文言であり、3日から5日はガイドラインの目安なので、延ばさない。
    例:
    >>> terms = report_terms(date(2026, 11, 2), wrongful=False)
    >>> terms.prompt_through, terms.final_through
    (datetime.date(2026, 11, 6), datetime.date(2026, 12, 1))
    >>> report_terms(date(2026, 11, 2), wrongful=True).final_through
    datetime.date(2027, 1, 4)
    """
    aimed_on, prompt_through = (known_on + timedelta(days=days - 1) for days in PROMPT_DAYS)
    days = WRONGFUL_FINAL_DAYS if wrongful else FINAL_DAYS
    last = known_on + timedelta(days=days - 1)
    final_through = next_open_day(last)
    steps = [
        f"知った{format_wareki(known_on)}を1日目として、速報は{format_wareki(prompt_through)}まで（5日目）",
        f"確報は{format_wareki(last)}（{days}日目）まで" + ("。不正の目的のおそれがある" if wrongful else ""),
    ]
    if final_through != last:
        steps.append(f"閉庁日なので、確報は{format_wareki(final_through)}まで")
    return ReportTerms(aimed_on, prompt_through, final_through, tuple(steps), ("番号法第29条の4第1項", "報告規則第3条"))
