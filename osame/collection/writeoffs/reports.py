"""不納欠損と時効の庁内帳票。不納欠損処分調書・決議書（R-122）、時効完成予定者一覧（R-123）。"""

from datetime import date

from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.writeoffs.queries import WriteOffLine, nearing, totals, write_offs
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all


class NothingToReport(Refusal):
    """この起案で執行した不納欠損はありません。起案番号を確かめてください。"""


def write_off_report(proposal_id: int, *, as_of: date) -> tuple[bytes, list[str]]:
    """不納欠損処分調書と決議書。（PDF、対象の宛名番号）。

    要件: F21-05
    """
    lines = write_offs("w.proposal_id = %(of)s", {"of": proposal_id})
    if not lines:
        raise NothingToReport(str(proposal_id))
    people = fetch_all("SELECT maker, checker, decider, executor FROM proposal WHERE proposal_id = %s", [proposal_id])
    sheet = Report(
        "R-122", "不納欠損処分調書・決議書",
        (("起案番号", str(proposal_id)), ("欠損日", format_wareki(lines[0].written_off_on)), ("件数", f"{len(lines):,}件"),
         ("人数", f"{len({each.addressee_number for each in lines}):,}人"), ("欠損の合計", f"{sum(x.amount for x in lines):,}円")),
        (Grid("不納欠損", ("番号", "氏名", "期別", "事由", "消滅した日", "本税（円）", "ほか（円）", "計（円）"),
              (8, 26, 40, 30, 14, 16, 14, 16), "llllrrrr", tuple(_row(each) for each in reversed(lines))),),
        notes=tuple(f"{x.label}（{x.name}）　{step}" for x in reversed(lines[:20]) for step in x.evidence.splitlines()),
        approvals=tuple(zip(("起案", "照査", "決裁", "執行"), people[0], strict=True)), wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), sorted({each.addressee_number for each in lines})


def yearly_report(*, as_of: date) -> tuple[bytes, list[str]]:
    """年度・税目・事由別の不納欠損。氏名を載せない。

    要件: F21-07
    """
    rows = tuple(
        (f"{year}年度", name, cause.label, f"{people:,}", f"{charges:,}", f"{tax:,}", f"{rest:,}")
        for year, _, name, cause, people, charges, tax, rest in totals(as_of=as_of)
    )
    sheet = Report(
        "R-122", "不納欠損一覧（年度・税目・事由別）", (("基準日", format_wareki(as_of)),),
        (Grid("不納欠損", ("年度", "税目", "事由", "人数", "期別", "本税（円）", "ほか（円）"), (14, 36, 46, 10, 10, 20, 18),
              "lllrrrr", rows),),
        wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), []


def nearing_report(*, as_of: date, until: date) -> tuple[bytes, list[str]]:
    """時効完成予定者一覧。早い順に。

    要件: F21-03
    """
    found = nearing(as_of=as_of, until=until)
    rows = tuple(
        (x.addressee_number, x.name, x.label, short_wareki(x.statutory_due_date), f"{x.amount:,}",
         short_wareki(x.expiry.extinguished_on or until), x.expiry.extinction.cause.value if x.expiry.extinction else "")
        for x in found
    )  # fmt: skip
    sheet = Report(
        "R-123", "時効完成予定者一覧",
        (("基準日", format_wareki(as_of)), ("この日まで", format_wareki(until)), ("件数", f"{len(found):,}件"),
         ("残高の合計", f"{sum(each.amount for each in found):,}円")),
        (Grid("消滅する期別", ("宛名番号", "氏名", "期別", "法定納期限", "残高（円）", "消滅する日", "事由"),
              (22, 28, 40, 14, 16, 14, 24), "lllrrrl", rows),),
        wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), sorted({each.addressee_number for each in found})


def _row(each: WriteOffLine) -> tuple[str, ...]:
    rest = each.amount - each.principal_tax
    day = short_wareki(each.extinguished_on)
    cause = str(each.cause.label).partition("（")[0]
    return (
        str(each.write_off_id), each.name, each.label, cause, day, f"{each.principal_tax:,}", f"{rest:,}", f"{each.amount:,}",
    )  # fmt: skip
