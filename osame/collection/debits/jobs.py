"""口座振替の、時間のかかる処理。職員が画面で頼み、係が、頼んだ職員として行う。"""

from datetime import date

from django.urls import reverse

from osame.collection.debits.batch import make_request
from osame.collection.debits.selection import DebitOrder
from osame.platform import gate
from osame.platform.jobs.registry import Progress
from osame.platform.jobs.requests import Done, requested


@requested("debit-request", function="collection.debits.request", title="口座振替の依頼の作成")
def make(
    progress: Progress, *, days: list[str], source: int | None, as_of: str, seen: list[int], plan: bool = False
) -> Done:
    """見本で見たとおりに、口座振替の依頼を作る。"""
    count, amount = seen
    due_date, debit_on = map(date.fromisoformat, days)
    order = DebitOrder(due_date, debit_on, source, (count, amount), plan)
    done = make_request(order, as_of=date.fromisoformat(as_of), officer=gate.required().officer, progress=progress)
    told = "（前に作っています。何も変えていません）" if done.replayed else ""
    note = f"依頼番号{done.request_id}：{done.count:,}件、{done.amount:,}円、ファイル{len(done.files)}つ{told}"
    return Done(note, path=reverse("debit_request", args=[done.request_id]))
