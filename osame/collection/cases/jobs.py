"""夜の数え直し。見回り（誓約・猶予）の後に、台帳を数え直す。"""

from osame.collection.cases.batch import refresh_cases
from osame.platform import gate
from osame.platform.jobs.registry import Progress, job
from osame.platform.jobs.requests import Done, requested
from osame.platform.terminal import today


@job("case-refresh", function="collection.cases.refresh", cron="0 19 * * *")
def refresh_nightly(progress: Progress) -> str:
    """元帳から事案を開き、終え、段階・時効・予定・優先度を数え直す。"""
    done = refresh_cases(as_of=today(), officer=gate.required().officer, progress=progress)
    return f"事案{done.cases:,}件、新しく{done.opened:,}件、完結{done.cleared:,}件"


@requested("case-refresh-now", function="collection.cases.refresh", title="台帳の数え直し")
def refresh_now(progress: Progress) -> Done:
    """いまの元帳から、台帳を数え直す。"""
    done = refresh_cases(as_of=today(), officer=gate.required().officer, progress=progress)
    return Done(f"事案{done.cases:,}件、新しく{done.opened:,}件、完結{done.cleared:,}件", path="/cases/")
