"""刷った文書のファイルを、画面から保存する。渡すのは、読み返して渡したときのバイト列だけである。"""

import hashlib
import re

from django.http import HttpResponse

from osame.collection.letters.folders import letters_home
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium, ReceiverClass

FILE = re.compile(r"letters-\d{5}\.pdf")
PART = re.compile(r"(-protected)?(-copy-\d+)?(-postcard|-slip)?")


class NoSuchFile(Refusal):
    """そのファイルはありません。回収したか、まだ印刷していません。実行の画面を開き直してください。"""


class FileChanged(Refusal):
    """ファイルの中身が、渡したときと違います。印刷せずに、管理者に連絡してください。"""


def save_printed(place: tuple[str, str, str], authority: Authority) -> HttpResponse:
    """刷った文書のファイルを保存する。 place: 束の出力先の名、その後ろ（-protected、-copy-2）、ファイルの名。

    要件: F29-06
    """
    folder_name, part, name = place
    folder = letters_home() / f"{folder_name}{part}"
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
    return download(body, name, output, authority)
