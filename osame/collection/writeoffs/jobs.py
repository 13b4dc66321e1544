"""時効と消滅の夜の見回り。消滅した期別を記録し、督促を止め、納付書を無効にする。"""

from osame.collection.writeoffs.batch import record_extinctions
from osame.platform import gate
from osame.platform.jobs.registry import Progress, job
from osame.platform.terminal import today


@job("writeoff-refresh", function="collection.writeoffs.refresh", cron="55 18 * * *")
def refresh(_progress: Progress) -> str:
    """すべての期別の消滅を見る。何度行ってもよい。"""
    done = record_extinctions(as_of=today(), officer=gate.required().officer)
    return f"消滅の記録{done.found:,}件、取下げ{done.withdrawn:,}件、無効にした納付書{done.voided:,}枚"
