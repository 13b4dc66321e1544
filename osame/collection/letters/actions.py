"""文書の行い。作る、数を突き合わせる、引き抜く、差し出す。

What a chapter does with paper: `freeze` fixes who gets what in the caller's transaction; nothing about a frozen letter changes
afterwards. Generated = printed = enclosed is counted by people and refused when it does not agree.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.addressees.queries import list_destinations
from osame.collection.letters.folders import is_there, run_folder, set_aside
from osame.collection.letters.kinds import LetterKind
from osame.collection.letters.protected import HELD_BACK, HELD_REASONS, PROTECTED, RECALLED, UNSAFE
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql

CORPORATE_KINDS = ("3", "5")
CO_OWNERS = "4"
COMING_BACK = "返戻中（この住所に送った文書が戻り、調査中。窓口で手渡すか、送付先を直す）"
# この人に、同じ住所へ送った文書が戻り、まだ調べている。
RETURNED = """EXISTS (
    SELECT 1 FROM returned_letter b
    LEFT JOIN letter l USING (run_id, letter_number, addressee_number)
    LEFT JOIN demand_destination e USING (run_id, letter_number, addressee_number)
    WHERE b.addressee_number = d.addressee_number AND b.stage = '1'
      AND coalesce(l.address || l.address_detail, e.address || e.address_detail) = s.address || s.address_detail)"""
DRAFT = """
CREATE TEMP TABLE letter_draft (
    place integer, addressee_number varchar(15), tax_item varchar(2), context jsonb, marks text[], subject text, pages smallint,
    outside_name text, outside_postal_code varchar(7), outside_address text, outside_detail text, outside_board boolean
) ON COMMIT DROP
"""
# 送付先は、行ごとに選ばず、一度に結ぶ（行ごとの UNION は、通数の二乗の時間がかかる）。
# 宛名にない第三者への文書は、受け取る者の宛名番号を持たない。対象者が支援措置を受けていれば、別の職員の確認を待つ。
FREEZE = f"""
INSERT INTO letter (run_id, letter_number, addressee_number, subject, tax_item, receiver_number, agent_kind, postal_code,
                    address, address_detail, to_name, honorific, care_of, shared, protected, context, marks, pages, state,
                    reason, generated, enclosures)
SELECT %(run)s, row_number() OVER (ORDER BY protected, postal_code, receiver_number, place), addressee_number, subject,
       tax_item, receiver_number, agent_kind, postal_code, address, address_detail, to_name,
       honorific,
       CASE WHEN to_name <> name AND NOT outside THEN '（' || name || ' 分）' ELSE '' END, shared, protected, context,
       array_prepend(to_name || honorific, marks), pages,
       CASE WHEN held <> '' THEN '3' WHEN protected THEN '4' ELSE '1' END, held, false, enclosures
FROM (
    SELECT drafted.*, CASE WHEN board THEN '' WHEN corporate AND to_name = receiver_name THEN '御中' ELSE '様' END AS honorific
    FROM (
    SELECT d.place, d.addressee_number, d.subject, d.tax_item, d.context, d.marks, d.pages, s.receiver_number, s.agent_kind,
           s.postal_code, s.address, s.address_detail, a.name, coalesce(r.name, d.outside_name) AS receiver_name,
           r.kind IS NULL OR r.kind = ANY (%(corporate)s) AS corporate, a.kind = %(shared)s AS shared,
           d.outside_name IS NOT NULL AS outside, coalesce(d.outside_board, false) AS board,
           coalesce(d.outside_name, nullif(s.mailing_name, ''), r.name) AS to_name, {PROTECTED} AS protected,
           CASE {HELD_BACK} WHEN '09' THEN %(withheld)s WHEN '04' THEN %(unsafe)s
                ELSE CASE WHEN r.died_on IS NOT NULL THEN '死亡・相続人調査' WHEN s.address = '' THEN '送付先なし'
                          WHEN %(bulk)s AND {RETURNED} THEN %(returned)s ELSE '' END
           END AS held, coalesce(n.marks, '') AS enclosures
    FROM letter_draft d
    JOIN addressee a USING (addressee_number)
    LEFT JOIN destination t ON d.outside_name IS NULL AND t.addressee_number = d.addressee_number AND t.tax_item = d.tax_item
    CROSS JOIN LATERAL (
        SELECT coalesce(t.receiver_number, '') AS receiver_number, coalesce(t.agent_kind, '') AS agent_kind,
               coalesce(t.mailing_name, '') AS mailing_name,
               CASE WHEN d.outside_name IS NULL THEN t.postal_code ELSE d.outside_postal_code END AS postal_code,
               CASE WHEN d.outside_name IS NULL THEN t.address ELSE d.outside_address END AS address,
               CASE WHEN d.outside_name IS NULL THEN t.address_detail ELSE d.outside_detail END AS address_detail,
               CASE WHEN d.outside_name IS NULL THEN t.protected ELSE a.protection_measure END AS protected
    ) s
    LEFT JOIN addressee r ON r.addressee_number = t.receiver_number
    LEFT JOIN (
        SELECT addressee_number, string_agg(mark, '・' ORDER BY kind, mark) AS marks FROM enclosure_need
        WHERE ended_on IS NULL GROUP BY addressee_number
    ) n ON n.addressee_number = t.receiver_number
    WHERE d.outside_name IS NOT NULL OR r.addressee_number IS NOT NULL
    ) drafted
) named
"""
# 数え直す。支援措置の対象者のものは、束の外で一通ずつ扱う。
TALLY = """
UPDATE letter_run u SET generated = c.generated, pulled = c.pulled, apart = c.apart,
    held = c.letters - c.generated - c.apart
FROM (
    SELECT count(*) AS letters, count(*) FILTER (WHERE generated AND NOT protected) AS generated,
           count(*) FILTER (WHERE state = '9' AND generated AND NOT protected) AS pulled,
           count(*) FILTER (WHERE protected AND state <> '3') AS apart
    FROM letter WHERE run_id = %(run)s
) c WHERE u.run_id = %(run)s
"""
UNSENT = f"""
SELECT s.run_id, s.letter_number, s.addressee_number
FROM letter s
JOIN letter_run u USING (run_id)
JOIN addressee a USING (addressee_number)
LEFT JOIN addressee r ON r.addressee_number = s.receiver_number
WHERE u.dispatched_on IS NULL AND s.state IN ('1', '2', '4') AND ({UNSAFE})
ORDER BY s.run_id, s.letter_number
"""


class NothingToSend(Refusal):
    """送る文書が一通もありません。対象を確かめてください。"""


class ReceiverUnknown(Refusal):
    """宛名にない人への文書があります。宛名を取り込んでから、作り直してください。"""


class LetterRunNotFound(Refusal):
    """この番号の文書の束はありません。束の番号を確かめてください。"""


class LetterUnknown(Refusal):
    """この番号の文書はありません。束の番号と発付番号を確かめてください。"""


class CountsDiffer(Refusal):
    """数が合いません。印刷データ、刷った通数、封入した通数を数え直し、合わない一通を見つけてから記録してください。"""


class NotPrintedYet(Refusal):
    """まだ印刷していません。先に印刷してください。"""


class PrintUnfinished(Refusal):
    """印刷の途中です。印刷を終わらせてから引き抜いてください。"""


class RunDispatched(Refusal):
    """差し出した後は、変えられません。記録を確かめてください。"""


class DispatchedTooEarly(Refusal):
    """差出日が発付日より前です。日付を確かめてください。"""


class PullNeedsReason(Refusal):
    """引き抜く理由がありません。理由を入力してください。"""


@dataclass(frozen=True, slots=True)
class Outside:
    """宛名にない第三者（金融機関、勤務先、保険会社など）の、文書の宛先。 is_board: 掲示場に掲げる公告か（敬称も、窓の宛名も刷らない）。"""

    name: str
    postal_code: str
    address: str
    address_detail: str = ""
    is_board: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """作る一通。 addressee_number: 誰についての文書か。

    tax_item: どの税目の送付先へ送るか（空なら、税目によらない送付先）; context: 内容（章の dataclass）; marks: 氏名のほかに、
    最初の頁にあるはずの文字（金額・期限）; subject: 何についての文書か（`refund_decision:123`）; pages: 頁数;
    outside: 第三者に送るなら、その宛先（送付先は選ばない）。
    """

    addressee_number: str
    tax_item: str
    context: Any
    marks: tuple[str, ...]
    subject: str
    pages: int = 1
    outside: Outside | None = None


def freeze(kind: LetterKind, drafts: Iterable[Draft], *, as_of: date, officer: str) -> int:
    """文書を作る。宛先と内容がここで決まり、あとから変わらない。束の番号を返す。

    Freeze the letters in the caller's transaction, set-based. Who receives each and where is decided now. Whoever has no place
    to send to is held with a reason, and so is, among letters to several people, whoever's mail to that address is coming back;
    the letters of protected people stand apart until a second officer confirms.

    要件: F02-03, F27-01, F01-09
    """
    with transaction.atomic():
        run_sql("DROP TABLE IF EXISTS pg_temp.letter_draft")
        run_sql(DRAFT)
        copy_rows(
            "letter_draft",
            (
                "place",
                "addressee_number",
                "tax_item",
                "context",
                "marks",
                "subject",
                "pages",
                "outside_name",
                "outside_postal_code",
                "outside_address",
                "outside_detail",
                "outside_board",
            ),
            (_row(kind, place, draft) for place, draft in enumerate(drafts)),
        )
        run_sql("ANALYZE letter_draft (addressee_number, tax_item, outside_name)")
        wanted, people = fetch_one("SELECT count(*), count(DISTINCT addressee_number) FROM letter_draft")
        if not wanted:
            raise NothingToSend(kind.name)
        list_destinations("letter_draft", document=kind.document, on=as_of)
        (run_id,) = fetch_one("SELECT nextval('letter_run_number')")
        run_sql(
            "INSERT INTO letter_run (run_id, form, issued_on, document_number, officer, requested, generated, held, apart, "
            "pulled) VALUES (%s, %s, %s, %s, %s, %s, 0, 0, 0, 0)",
            [run_id, kind.form, as_of, f"{kind.series}第{run_id}号", officer, wanted],
        )
        terms = {"run": run_id, "corporate": list(CORPORATE_KINDS), "shared": CO_OWNERS}
        held = {
            "withheld": HELD_REASONS["09"],
            "unsafe": HELD_REASONS["04"],
            "returned": COMING_BACK,
            "bulk": people > 1,
        }
        frozen = run_sql(FREEZE, terms | held)
        if frozen != wanted:
            raise ReceiverUnknown(f"{wanted - frozen:,}通")
        record("文書を作った", detail={"束": run_id, "様式": kind.form, "通数": wanted})
    return int(run_id)


def _row(kind: LetterKind, place: int, draft: Draft) -> tuple[Any, ...]:
    facts = asdict(draft.context)
    assert draft.context.__class__ is kind.context, f"{kind.form} takes {kind.context.__name__}"
    context = json.dumps(facts, ensure_ascii=False)
    to = draft.outside
    place_of = (to.name, to.postal_code, to.address, to.address_detail, to.is_board) if to else (None,) * 5
    row = (place, draft.addressee_number, draft.tax_item, context, list(draft.marks), draft.subject, draft.pages)
    return (*row, *place_of)


def tally(run_id: int) -> None:
    """束の数を、一通ずつの状態から数え直す。取引の中で呼ぶ。

    要件: F01-09
    """
    run_sql(TALLY, {"run": run_id})


def record_counts(run_id: int, *, printed: int, enclosed: int, officer: str) -> None:
    """刷った通数と封入した通数を記録する。印刷データの通数と合わなければ断る。

    Record what was counted at the printer and at the envelopes: generated = printed, printed - pulled = enclosed.

    要件: F01-09
    """
    with transaction.atomic():
        generated, pulled, dispatched_on = _locked(run_id)
        if dispatched_on:
            raise RunDispatched(format_wareki(dispatched_on))
        if not generated:
            raise NotPrintedYet(f"束 {run_id}")
        if printed != generated or enclosed != generated - pulled:
            raise CountsDiffer(
                f"印刷データ{generated:,}通・引抜き{pulled:,}通、刷った{printed:,}通、封入{enclosed:,}通"
            )
        run_sql("UPDATE letter_run SET printed = %s, enclosed = %s WHERE run_id = %s", [printed, enclosed, run_id])
        record("文書の数を突き合わせた", detail={"束": run_id, "刷った": printed, "封入": enclosed, "職員": officer})


def record_dispatch(run_id: int, *, dispatched_on: date, officer: str) -> None:
    """文書を差し出した日を記録する。数を突き合わせる前は断る。

    要件: F01-09
    """
    with transaction.atomic():
        _, _, known = _locked(run_id)
        if known == dispatched_on:
            return
        if known:
            raise RunDispatched(format_wareki(known))
        issued_on, enclosed = fetch_one("SELECT issued_on, enclosed FROM letter_run WHERE run_id = %s", [run_id])
        if dispatched_on < issued_on:
            raise DispatchedTooEarly(f"発付日 {format_wareki(issued_on)}、差出日 {format_wareki(dispatched_on)}")
        if enclosed is None:
            raise CountsDiffer("まだ数えていません")
        run_sql("UPDATE letter_run SET dispatched_on = %s WHERE run_id = %s", [dispatched_on, run_id])
        record("文書を差し出した", detail={"束": run_id, "差出日": dispatched_on.isoformat(), "職員": officer})


def pull(run_id: int, letter_number: int, *, reason: str, officer: str) -> None:
    """差し出す前の一通を引き抜く。刷った後なら、封筒の数を数え直す。

    要件: F01-09
    """
    if not reason.strip():
        raise PullNeedsReason(f"束 {run_id}、発付番号 {letter_number}")
    with transaction.atomic():
        generated, _, dispatched_on = _locked(run_id)
        if dispatched_on:
            raise RunDispatched(format_wareki(dispatched_on))
        rows = fetch_all(
            "SELECT addressee_number, state, generated FROM letter WHERE run_id = %s AND letter_number = %s FOR UPDATE",
            [run_id, letter_number],
        )
        if not rows:
            raise LetterUnknown(f"束 {run_id}、発付番号 {letter_number}")
        addressee_number, state, was_generated = rows[0]
        if state == "9":
            return
        if not generated and state == "1" and is_there(run_folder(run_id)):
            raise PrintUnfinished(f"束 {run_id}")
        run_sql(
            "UPDATE letter SET state = '9', reason = %s WHERE run_id = %s AND letter_number = %s AND addressee_number = %s",
            [reason.strip(), run_id, letter_number, addressee_number],
        )
        if was_generated:  # 封筒を数え直す
            run_sql("UPDATE letter_run SET enclosed = NULL WHERE run_id = %s", [run_id])
            tally(run_id)
        record(
            "文書を引き抜いた",
            subjects=[addressee_number],
            detail={"束": run_id, "発付番号": letter_number, "理由": reason.strip(), "職員": officer},
        )


def recall_unsent(*, officer: str) -> tuple[tuple[int, int, str], ...]:
    """支援措置の対象者になった人の、まだ差し出していない文書を引き抜き、刷った束を脇に置く。

    Run whenever the copy of the addressees has changed. What was printed is set aside first, so that it cannot go out even
    when this stops half-way. Doing it again finds nothing.

    要件: F27-01
    """
    found = unsent_letters()
    for run_id in dict.fromkeys(each[0] for each in found):
        set_aside(f"{run_folder(run_id)}*")
    for run_id, letter_number, _ in found:
        pull(run_id, letter_number, reason=RECALLED, officer=officer)
    return found


def unsent_letters() -> tuple[tuple[int, int, str], ...]:
    """回収すべき文書（束の番号、発付番号、宛名番号）。何も変えない。

    要件: F27-01
    """
    return tuple((row[0], row[1], str(row[2])) for row in fetch_all(UNSENT))


def _locked(run_id: int) -> tuple[int, int, date | None]:
    rows = fetch_all("SELECT generated, pulled, dispatched_on FROM letter_run WHERE run_id = %s FOR UPDATE", [run_id])
    if not rows:
        raise LetterRunNotFound(f"束 {run_id}")
    return rows[0][0], rows[0][1], rows[0][2]
