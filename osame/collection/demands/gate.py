"""督促の門。締切日までの入金がすべて元帳にあると分かるまで、督促は動かない。

The gate in front of every demand run. It stays closed while a file that was due by the cut-off has not been posted, was
refused, or is missing from a numbered run, and while a channel brings far fewer payments than a year ago. Each finding
says what is missing, from whom, since when and what to do; a waiver carries a name and a reason.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from osame.collection.closing.queries import CHANNEL_NAMES, missing_files
from osame.collection.demands.models import GateWaiver
from osame.collection.parameters.queries import setting
from osame.formats.reports import Channel
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

Cause = GateWaiver.Cause
BANK_TOTALS_PROFILE = "osame_bank_totals_v1"  # 公金日計は金を動かさないので、門には関わらない
WINDOW_DAYS = 14
FLOOR_PERCENT = 50
FLOOR_RECEIPTS = 100

# 受付を拒んだファイル。同じ様式・同じ名前で後から取り込めていれば、解決している。
REFUSED_FILES = """
SELECT f.intake_file_id, f.profile, f.file_name, f.refusal, (f.received_at AT TIME ZONE 'Asia/Tokyo')::date
FROM intake_file f
WHERE f.state <> '1' AND f.profile <> %(ignored)s AND (f.business_on IS NULL OR f.business_on <= %(cut_off)s)
  AND NOT EXISTS (
    SELECT 1 FROM intake_file later
    WHERE later.state = '1' AND later.profile = f.profile AND later.file_name = f.file_name
      AND later.intake_file_id > f.intake_file_id)
ORDER BY f.intake_file_id
"""

# 通番（送付元:日:番号）の欠け。番号は日ごとに1から始まる。一つのファイルに複数の通番があれば「+」で並ぶ。
SEQUENCE_GAPS = """
WITH numbered AS (
    SELECT f.profile, parts[1] AS sender, parts[2]::date AS business_on, parts[3]::int AS number
    FROM intake_file f, regexp_split_to_table(f.sequence_key, '[+]') AS key,
         regexp_match(key, '^(.*):([0-9]{4}-[0-9]{2}-[0-9]{2}):([0-9]{1,6})$') AS parts
    WHERE f.state = '1' AND f.sequence_key <> '' AND parts IS NOT NULL
), runs AS (
    SELECT profile, sender, business_on, max(number) AS last FROM numbered
    WHERE business_on <= %(cut_off)s GROUP BY 1, 2, 3 HAVING count(DISTINCT number) < max(number)
)
SELECT profile, sender, business_on, number
FROM runs, generate_series(1, least(last, 1000)) AS series (number)
WHERE NOT EXISTS (
    SELECT 1 FROM numbered n WHERE n.profile = runs.profile AND n.sender = runs.sender
      AND n.business_on = runs.business_on AND n.number = series.number)
ORDER BY business_on, profile, sender, number
"""

# チャネルごとの入金件数。締切日までの期間と、前年の同じ期間。
PAYMENTS = """
SELECT channel,
       count(*) FILTER (WHERE received_on > %(cut_off)s::date - %(days)s::int),
       count(*) FILTER (WHERE received_on <= %(cut_off)s::date - interval '1 year')
FROM receipt
WHERE received_on > %(cut_off)s::date - %(days)s::int AND received_on <= %(cut_off)s
   OR received_on > (%(cut_off)s::date - interval '1 year')::date - %(days)s::int
      AND received_on <= %(cut_off)s::date - interval '1 year'
GROUP BY channel ORDER BY channel
"""


EXPECTED = """
SELECT e.profile, e.business_on, e.sender, coalesce(f.state, ''), e.waived_by, e.waived_reason, f.intake_file_id, f.rows_held, f.refusal
FROM expected_file e
LEFT JOIN LATERAL (
    SELECT f.state, f.intake_file_id, f.rows_held, f.refusal FROM intake_file f
    WHERE f.profile = e.profile AND f.business_on = e.business_on ORDER BY f.state, f.intake_file_id DESC LIMIT 1) f ON true
WHERE e.business_on BETWEEN %(first)s AND %(cut_off)s ORDER BY e.business_on DESC, e.profile
"""


class GateClosed(Refusal):
    """入金がすべて元帳に入ったと確かめられないため、督促できません。挙げた事柄を片付けるか、名前と理由を付けて認めてください。"""

    def __init__(self, gate: "GateResult") -> None:
        self.gate = gate
        super().__init__("／".join(each.sentence for each in gate.findings))


@dataclass(frozen=True, slots=True)
class GateFinding:
    """門が閉まる理由一つ。何が、どこから、いつから、どうすればよいか。"""

    cause: Cause
    subject: str  # 認容の対象を名指す文字
    what: str
    sender: str
    since: date
    remedy: str

    @property
    def sentence(self) -> str:
        """画面の一行。"""
        return f"{self.cause.label}: {self.what}（{self.sender}、{format_wareki(self.since)}から）。{self.remedy}"


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """届くはずのファイルと、その今。"""

    profile: str
    business_on: date
    sender: str
    state: str
    waived_by: str
    waived_reason: str
    intake_file_id: int | None
    rows_held: int | None
    refusal: str | None

    @property
    def told(self) -> tuple[str, str]:
        """画面の語と、その区分。"""
        if self.state == "1":
            return ("取込済", "success")
        if self.waived_by:
            return ("不着を認めた", "info")
        return ("受付拒否", "error") if self.state else ("未着", "error")


@dataclass(frozen=True, slots=True)
class Waived:
    """認められた事柄。"""

    finding: GateFinding
    waived_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class GateResult:
    """門の状態。"""

    cut_off: date
    findings: tuple[GateFinding, ...]
    waived: tuple[Waived, ...] = ()

    @property
    def is_open(self) -> bool:
        """督促してよい。"""
        return not self.findings


def check_gate(*, cut_off: date) -> GateResult:
    """締切日までの入金が、すべて元帳に入っているかを確かめる。

    Look at everything that could still hide a payment up to the cut-off. A pure read.

    要件: F08-01, F08-03
    """
    found = [*_missing(cut_off), *_refused(cut_off), *_gaps(cut_off), *_few_payments(cut_off)]
    waivers = {
        (cause, subject): (waived_by, reason)
        for cause, subject, waived_by, reason in fetch_all(
            "SELECT cause, subject, waived_by, reason FROM gate_waiver WHERE waived_by <> '' AND reason <> ''"
        )
    }
    return GateResult(
        cut_off,
        tuple(each for each in found if (each.cause, each.subject) not in waivers),
        tuple(
            Waived(each, *waivers[each.cause, each.subject]) for each in found if (each.cause, each.subject) in waivers
        ),
    )


def expected_files(*, cut_off: date) -> tuple[ExpectedFile, ...]:
    """締切日までの二週間に届くはずのファイルと、その今。

    要件: F08-01
    """
    shown = {"first": cut_off - timedelta(days=WINDOW_DAYS), "cut_off": cut_off}
    return tuple(ExpectedFile(*row) for row in fetch_all(EXPECTED, shown))


def require_open_gate(*, cut_off: date) -> GateResult:
    """門が開いていなければ断る。"""
    gate = check_gate(cut_off=cut_off)
    if not gate.is_open:
        raise GateClosed(gate)
    return gate


def _missing(cut_off: date) -> list[GateFinding]:
    return [
        GateFinding(
            Cause.MISSING,
            f"{each.profile}:{each.business_on.isoformat()}",
            f"様式 {each.profile} の{format_wareki(each.business_on)}分のファイル",
            each.sender,
            each.business_on,
            "送付元に確かめ、届いたら取り込んでください。入金がない日なら、不着を認めてください",
        )
        for each in missing_files(through=cut_off)
    ]


def _refused(cut_off: date) -> list[GateFinding]:
    rows = fetch_all(REFUSED_FILES, {"cut_off": cut_off, "ignored": BANK_TOTALS_PROFILE})
    return [
        GateFinding(
            Cause.REFUSED,
            f"intake_file:{file_id}",
            f"{file_name}（{refusal}）",
            f"様式 {profile}",
            received_on,
            "同じ名前で再送を受けて取り込むか、別の名前で取り込めていれば取込番号を書いて認めてください",
        )
        for file_id, profile, file_name, refusal, received_on in rows
    ]


def _gaps(cut_off: date) -> list[GateFinding]:
    return [
        GateFinding(
            Cause.SEQUENCE_GAP,
            f"{profile}:{sender}:{business_on.isoformat()}:{number}",
            f"様式 {profile} の{format_wareki(business_on)}分の通番{number}",
            f"送付元 {sender}",
            business_on,
            "後の番号だけが届いています。抜けた番号の送付を依頼し、取り込んでください",
        )
        for profile, sender, business_on, number in fetch_all(SEQUENCE_GAPS, {"cut_off": cut_off})
    ]


def _few_payments(cut_off: date) -> list[GateFinding]:
    """入金の急減。前年の同じ期間の件数に対する割合で見る。"""
    days = _number("督促の門の比較日数", WINDOW_DAYS, cut_off)
    percent = _number("督促の門の下限割合（%）", FLOOR_PERCENT, cut_off)
    least = _number("督促の門で比べる最少件数", FLOOR_RECEIPTS, cut_off)
    return [
        GateFinding(
            Cause.FEW_PAYMENTS,
            f"{channel}:{cut_off.isoformat()}",
            f"{days}日間の入金が{now:,}件で、前年同期{before:,}件の{now * 100 // before}%（下限{percent}%）",
            CHANNEL_NAMES[Channel(channel)],
            cut_off,
            "取り込み漏れや納付書の誤りがないか調べてください。事情が分かっていれば、認めてください",
        )
        for channel, now, before in fetch_all(PAYMENTS, {"cut_off": cut_off, "days": days})
        if before >= least and now * 100 < before * percent
    ]


def _number(name: str, default: int, as_of: date) -> int:
    value = setting(name, as_of=as_of)
    return int(value) if value else default
