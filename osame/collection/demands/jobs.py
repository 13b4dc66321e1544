"""督促の、時間のかかる処理。職員が画面で頼み、係が、頼んだ職員として行う。"""

from datetime import date

from django.urls import reverse

from osame.collection.demands.apart import print_apart
from osame.collection.demands.batch import DemandOrder, carry_out
from osame.collection.demands.confirmation import waiting_letters
from osame.collection.demands.forms import LETTER
from osame.collection.demands.letters import print_demand_letters
from osame.collection.demands.lists import write_held_list
from osame.collection.payment_slips.demand_slips import papers
from osame.platform import gate
from osame.platform.jobs.registry import Progress
from osame.platform.jobs.requests import Done, requested


@requested("demand-run", function="collection.demands.run", title="督促の実行")
def run(progress: Progress, *, as_of: str, cut_off: str, terms: list[str], seen: list[int]) -> Done:
    """見本で見たとおりに督促する。"""
    letters, charges, amount = seen
    order = DemandOrder(
        date.fromisoformat(as_of), date.fromisoformat(cut_off), tuple(terms), seen=(letters, charges, amount)
    )
    result = carry_out(order, officer=gate.required().officer, progress=progress)
    told = "（前に済んでいます。何も変えていません）" if result.replayed else ""
    note = f"実行番号{result.run_id}：{result.letters:,}通・{result.charges:,}期別を作りました{told}"
    return Done(note, path=reverse("demand_run", args=[result.run_id]))


@requested("demand-letters", function="collection.demands.letters", title="督促状の印刷")
def letters(progress: Progress, *, run_id: int, reason: str, paper: str = LETTER) -> Done:
    """督促状を刷り、一枚ずつ読み返す。"""
    chosen = papers(run_id, officer=gate.required().officer).get(paper)
    apart = print_apart(run_id, chosen, reason=reason, progress=progress) if chosen else None
    result = apart.letters if apart else print_demand_letters(run_id, reason=reason, progress=progress)
    if held := (apart or result).held:
        write_held_list(run_id, held, result.directory.with_name(f"{result.directory.name}-held.csv"))
    waiting = waiting_letters(run_id)
    told = f"、うち支援措置の確認待ち{waiting:,}通" if waiting else ""
    told_apart = f"{apart.name}{apart.apart.generated:,}通、封書" if apart else "印刷"
    note = f"{told_apart}{result.generated:,}通（{result.pages:,}頁）、手作業{len(held):,}通{told}"
    return Done(note, path=reverse("demand_run", args=[run_id]))
