"""公金受取口座のジョブ。毎分、届いた答えを受け取り、毎日、決まりの日が来た口座を消す。"""

from osame.collection.public_benefit_accounts.erasing import erase_due
from osame.collection.public_benefit_accounts.receiving import collect
from osame.collection.refunds.actions import Act
from osame.platform import gate
from osame.platform.exchanges import calling
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("public-accounts-collect", function="collection.public_benefit_accounts.collect", cron="* * * * *",
     needs=lambda: calling.refuse_unready("gateway"))  # fmt: skip
def collect_answers(_progress: Progress) -> str:
    """照会中の公金受取口座の答えを受け取る。"""
    taken, waiting = collect(act=Act(today(), gate.required().officer))
    return f"受け取った照会{taken:,}件、まだ{waiting:,}件"


@job("public-accounts-erase", function="collection.public_benefit_accounts.erase", cron="15 18 * * *")
def erase_accounts(_progress: Progress) -> str:
    """決まりの日が来た公金受取口座を消す。"""
    erased = erase_due(as_of=today())
    return f"消した口座{erased.accounts:,}件、総合振込ファイル{erased.files:,}件"
