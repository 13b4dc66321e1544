"""刷った督促状と一覧を、画面から保存する。どれも出力の仲介を通る。

What an officer takes from the screen to the printer: a file of letters that was printed and read back, or a list. The bytes
are those that were released; a file that was touched since is refused.
"""

import hashlib
import re
from pathlib import Path

from django.http import HttpResponse

from osame.collection.demands.letters import run_folder
from osame.collection.demands.lists import LISTS
from osame.kernel.refusals import Refusal
from osame.platform import embedded
from osame.platform.database import fetch_all
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium, ReceiverClass

FILE = re.compile(r"letters-\d{5}\.pdf")
PART = re.compile(r"(-protected)?(-copy-\d+)?")


class NoSuchFile(Refusal):
    """その督促状のファイルはありません。回収したか、まだ印刷していません。実行の画面を開き直してください。"""


class FileChanged(Refusal):
    """ファイルの中身が、渡したときと違います。印刷せずに、管理者に連絡してください。"""


def save_letters(run_id: int, name: str, *, part: str = "", reason: str) -> HttpResponse:
    """刷った督促状のファイルを保存する。一度渡したものなので、理由が要る。

    要件: F08-03, F29-06
    """
    folder = embedded.home() / "letters" / f"{run_folder(run_id)}{part}"
    if not (FILE.fullmatch(name) and PART.fullmatch(part) and (folder / name).is_file()):
        raise NoSuchFile(name[:40])
    body = (folder / name).read_bytes()
    emitted = fetch_all(
        "SELECT subjects, sha256 FROM egress_record WHERE place = %s AND released_at IS NOT NULL AND revoked_at IS NULL "
        "ORDER BY egress_id DESC LIMIT 1",
        [str(folder / name)],
    )
    if not emitted or emitted[0][1] != hashlib.sha256(body).hexdigest():
        raise FileChanged(name)
    output = Output(
        EgressKind.LETTER, tuple(emitted[0][0]), ReceiverClass.CITIZEN, "それぞれの宛名", medium=EgressMedium.SCREEN
    )
    return download(body, name, output, Authority(bulk_by_law=f"demand-run:{run_id}", reason=reason.strip()))


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
