"""差異の、ありそうな原因を挙げる。チャネルごとに、差の額にちょうど合う入金や行を探す。

Where a difference may come from: a receipt of exactly that amount, the same payment twice, a line that was refused, money
accounted on another day, a file that has not come, a channel the bank has not told.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from osame.collection.closing.queries import ChannelComparison, DaySheet, missing_files
from osame.formats.reports import Channel
from osame.platform.database import fetch_all

NEAR_DAYS = 7


@dataclass(frozen=True, slots=True)
class Lead:
    """手がかり一つ。 charge_id が None なら、不明入金か、受け付けなかった行。"""

    words: str
    amount: int
    on: date
    charge_id: int | None = None
    receipt_key: UUID | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """一つのチャネルの差異と、手がかり。 advice: 次にすること。"""

    comparison: ChannelComparison
    advice: str
    leads: tuple[Lead, ...]


# 差（消込額－公金日計）が正なら、こちらが多い。同じ額の入金が余分にないか。負なら、こちらが少ない。どこかに同じ額がないか。
LEADS = """
WITH d AS (SELECT * FROM unnest(%(channels)s::text[], %(amounts)s::bigint[]) AS t (channel, amount)),
money AS (
    SELECT channel, amount, accounted_on, charge_id, receipt_key, intake_file_id, line_number FROM receipt
    WHERE accounted_on BETWEEN %(early)s AND %(late)s
    UNION ALL
    SELECT channel, amount, accounted_on, NULL, receipt_key, intake_file_id, line_number FROM held_receipt
    WHERE state IN ('1', '3') AND accounted_on BETWEEN %(early)s AND %(late)s
)
SELECT d.channel, CASE WHEN EXISTS (SELECT 1 FROM money n WHERE n.charge_id = m.charge_id AND n.amount = m.amount
           AND n.receipt_key <> m.receipt_key) THEN '同じ期別に、同じ額の収納がもう一件あります（二重かもしれません）'
       WHEN m.charge_id IS NULL THEN 'この日の不明入金に、差と同じ額があります'
       ELSE 'この日の収納に、差と同じ額があります' END || '。取込番号' || m.intake_file_id || 'の' || m.line_number || '行',
       m.amount, m.accounted_on, m.charge_id, m.receipt_key
FROM d JOIN money m ON m.channel = d.channel AND m.amount = d.amount AND m.accounted_on = %(on)s
UNION ALL
SELECT d.channel, 'この額の入金が、別の会計日に計上されています。取込番号' || m.intake_file_id || 'の' || m.line_number || '行',
       m.amount, m.accounted_on, m.charge_id, m.receipt_key
FROM d JOIN money m ON m.channel = d.channel AND m.amount = -d.amount AND m.accounted_on <> %(on)s
UNION ALL
SELECT d.channel, '取込番号' || f.intake_file_id || '「' || f.file_name || '」の' || j.line_number || '行を受け付けていません：'
       || j.reason, j.amount, %(on)s, NULL, NULL
FROM d JOIN intake_file f ON f.channel = d.channel AND f.business_on BETWEEN %(early)s AND %(late)s AND f.state = '1'
JOIN rejected_row j ON j.intake_file_id = f.intake_file_id AND j.amount = -d.amount AND j.reason NOT LIKE '受領済%%'
UNION ALL
SELECT d.channel, 'この日に取り消した収納です', r.amount, x.cancelled_on, r.charge_id, r.receipt_key
FROM d JOIN receipt_cancellation x ON x.cancelled_on = %(on)s AND x.reason <> '2'
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
WHERE r.channel = d.channel AND r.amount = -d.amount
ORDER BY 1, 4, 6
LIMIT 40
"""


def likely_causes(sheet: DaySheet, *, told_by_bank: frozenset[Channel]) -> list[Cause]:
    """差異のあるチャネルごとに、ありそうな原因と、次にすること（F04-10）。 told_by_bank: 公金日計に行のあるチャネル。"""
    differing = [each for each in sheet.channels if not each.agrees]
    if not differing:
        return []
    on = sheet.business_on
    rows = fetch_all(
        LEADS,
        {
            "channels": [str(each.channel) for each in differing],
            "amounts": [each.difference for each in differing],
            "on": on,
            "early": date.fromordinal(on.toordinal() - NEAR_DAYS),
            "late": date.fromordinal(on.toordinal() + NEAR_DAYS),
        },
    )
    missing = "、".join(f"{each.sender}（{each.profile}）" for each in missing_files(first=on, through=on))
    return [
        Cause(
            each,
            _advice(
                each, missing=missing, told=each.channel in told_by_bank, found=any(r[0] == each.channel for r in rows)
            ),
            tuple(Lead(*row[1:]) for row in rows if row[0] == each.channel),
        )
        for each in differing
    ]


def _advice(each: ChannelComparison, *, missing: str, told: bool, found: bool) -> str:
    """次にすること。"""
    if not told:
        return (
            "公金日計に、このチャネルの行がありません。公金日計を取り込むか、指定金融機関に確かめて入力してください。"
        )
    if each.difference < 0 and missing:
        return f"届いていないファイルがあります：{missing}。取り込んでください。"
    if each.difference == 0:
        return "金額は同じで、件数だけが違います。一件を二件に分けて数えていないか、指定金融機関に確かめてください。"
    if found:
        return "差と同じ額のものが見つかりました。開いて確かめ、取り消すか、取り込み直してください。"
    if each.difference > 0:
        return "こちらが多くなっています。差と同じ額の入金はありません。内訳を、銀行の明細と一件ずつ比べてください。"
    return (
        "こちらが少なくなっています。届いていないファイルがないか、指定金融機関の合計に誤りがないか、確かめてください。"
    )
