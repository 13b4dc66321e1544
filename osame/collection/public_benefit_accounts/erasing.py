"""公金受取口座を、決まりのとおりに消す。払った後の日数が過ぎたもの、使わないまま古くなったもの、事案が終わったもの。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.parameters.queries import setting
from osame.collection.refunds.accounts import erase_account
from osame.collection.refunds.transfers import erase_file
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

SETTING = "公金受取口座の保存日数"
USUAL_DAYS = 30  # 中間サーバーが答えを置く日数と同じ
# 組み戻された口座と、終わった事案の口座は、すぐに。払った口座と、使わない口座は、保存日数の後に。支払の途中のものは残す。
DUE = """
SELECT i.addressee_number, i.inquiry_id, i.decision_id, i.payee_number, i.account_id
FROM public_benefit_account_inquiry i
JOIN refund_payee p USING (addressee_number, decision_id, payee_number)
JOIN refund_decision d USING (addressee_number, decision_id)
JOIN payee_account a ON a.addressee_number = i.addressee_number AND a.account_id = i.account_id
WHERE i.state IN ('3', '4')
  AND NOT EXISTS (SELECT 1 FROM refund_payment y WHERE y.addressee_number = i.addressee_number
      AND y.account_id = i.account_id AND y.state = '1')
  AND ((i.state = '4' AND i.used_on < %(as_of)s::date - %(days)s::int) OR (i.state = '3' AND i.answered_on < %(as_of)s::date - %(days)s::int)
       OR a.ended_on <= %(as_of)s OR (i.state = '3' AND (d.state <> '1' OR p.state IN ('5', '8', '9')
       OR p.account_id IS DISTINCT FROM i.account_id)))
ORDER BY i.inquiry_id FOR UPDATE OF i
"""
# 使わずに消すときは、受取人から外す。払う前の受取人だけが変わる。
DETACH = """
UPDATE refund_payee SET account_id = NULL, state = CASE WHEN state = '2' THEN '1' ELSE state END
WHERE addressee_number = %s AND decision_id = %s AND payee_number = %s AND account_id = %s AND state IN ('1', '2', '3', '6', '7')
"""
FILES = "SELECT DISTINCT run_id FROM refund_payment WHERE addressee_number = %s AND account_id = %s AND run_id IS NOT NULL AND state <> '9'"


@dataclass(frozen=True, slots=True)
class Erased:
    """消した数。 files: 中身を消した総合振込ファイル。"""

    accounts: int
    files: int


def erase_due(*, as_of: date) -> Erased:
    """消すべき公金受取口座を消す。口座の入った総合振込ファイルの中身も消す。

    要件: F05-05, F36-09
    """
    days = int(setting(SETTING, as_of=as_of) or USUAL_DAYS)
    with transaction.atomic():
        due = fetch_all(DUE, {"days": days, "as_of": as_of})
        files = sum(_erase(row, as_of) for row in due)
        run_sql(
            "UPDATE public_benefit_account_inquiry SET state = '5', account_digest = '', erased_on = %s "
            "WHERE inquiry_id = ANY(%s)",
            [as_of, [row[1] for row in due]],
        )
        if due:
            record("公金受取口座を消した", subjects=sorted({row[0] for row in due}),
                   detail={"口座": len(due), "総合振込ファイル": files, "保存日数": days})  # fmt: skip
    return Erased(len(due), files)


def _erase(row: Sequence[object], as_of: date) -> int:
    """一つの口座を消す。中身を消したファイルの数。"""
    addressee, _, decision, payee, account = row
    run_sql(DETACH, [addressee, decision, payee, account])
    erase_account(str(addressee), int(str(account)), as_of=as_of)
    return sum(erase_file(int(run)) for (run,) in fetch_all(FILES, [addressee, account]))
