"""刷った督促状と一覧を、画面から保存する。どれも出力の仲介を通る。

What an officer takes from the screen to the printer: a file of letters that was printed and read back, or a list.
"""

from pathlib import Path

from django.http import HttpResponse

from osame.collection.demands.letters import run_folder
from osame.collection.demands.lists import LISTS
from osame.collection.letters.outgoing import NoSuchFile, save_printed
from osame.platform.database import fetch_all
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium


def save_letters(run_id: int, name: str, *, part: str = "", reason: str) -> HttpResponse:
    """刷った督促状のファイルを保存する。一度渡したものなので、理由が要る。

    要件: F08-03, F29-06
    """
    authority = Authority(bulk_by_law=f"demand-run:{run_id}", reason=reason.strip())
    return save_printed((run_folder(run_id), part, name), authority)


def save_list(run_id: int, kind: str) -> HttpResponse:
    """一覧（発付・除外・引抜き）を保存する。

    要件: F08-03, F29-06
    """
    if kind not in LISTS:
        raise NoSuchFile(kind[:40])
    content, people = LISTS[kind]
    subjects = tuple(str(number) for (number,) in fetch_all(people, [run_id]))
    authority = Authority(bulk_by_law=f"demand-run:{run_id}") if subjects else NONE
    output = Output(EgressKind.LIST, subjects, medium=EgressMedium.SCREEN)
    return download(content(run_id), str(Path(kind).with_suffix(".csv")), output, authority)
