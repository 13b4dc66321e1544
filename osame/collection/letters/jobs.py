"""文書の、時間のかかる処理。職員が画面で頼み、係が、頼んだ職員として行う。"""

from django.urls import reverse

from osame.collection.letters.printing import print_run
from osame.platform.jobs.registry import Progress
from osame.platform.jobs.requests import Done, requested


@requested("letter-run", function="collection.letters.print", title="文書の印刷")
def print_letters(progress: Progress, *, run_id: int, reason: str) -> Done:
    """束の文書を刷り、一枚ずつ読み返す。"""
    result = print_run(run_id, reason=reason, progress=progress)
    note = f"印刷{result.generated:,}通（{result.pages:,}頁）、手作業・確認待ち{len(result.held):,}通"
    return Done(note, path=reverse("letter_run", args=[run_id]))
