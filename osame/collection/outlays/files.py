"""歳出からの支払の総合振込ファイル（全銀 種別21）。一つの回から、一つだけ。封をして置き、一度だけ渡す。"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.collection.outlays.models import OutlayRun
from osame.collection.parameters.banks import bank, branch
from osame.collection.refunds.accounts import opened
from osame.collection.refunds.transfers import consignor
from osame.formats import zengin_transfer
from osame.formats.zengin_transfer import Transfer
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform import secret_keys
from osame.platform.database import fetch_all, run_sql
from osame.platform.egress.authority import Authority, Output, orders_in_bulk
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass

KEY = "outlay-run"
HANDING = 7_140_212  # 同じ回を、同時に二度渡さない
LINES = """
SELECT o.addressee_number, o.outlay_id, o.amount + o.interest, a.account_id, a.bank_code, a.branch_code, a.account_type,
       a.sealed_number, a.holder_kana
FROM outlay o JOIN payee_account a ON a.addressee_number = o.addressee_number AND a.account_id = o.account_id
WHERE o.run_id = %s ORDER BY o.outlay_id
"""


class OutlayFileNotMade(Refusal):
    """この支払の回には、まだファイルがありません。照査・決裁・執行を済ませてください。"""


class OutlayFileHandedOver(Refusal):
    """この支払の回のファイルは、もう渡しています。二度目は渡せません。出力の記録を確かめてください。"""


def seal_file(run_id: int, transfer_on: date, *, as_of: date) -> tuple[bytes, str]:
    """総合振込のファイルを作り、封をして返す。（封をした中身、もとのハッシュ）。"""
    body = zengin_transfer.write(consignor(transfer_on=transfer_on, as_of=as_of), _transfers(run_id))
    return secret_keys.seal_bytes(KEY, body, owner=str(run_id)), hashlib.sha256(body).hexdigest()


def hand_over_file(run_id: int, target: Path) -> EgressRecord:
    """総合振込のファイルを、金融機関に渡すために出す。一度だけ。

    要件: F05-13, F29-06
    """
    with _only_once(run_id):
        return emit(_file_of(run_id), target, _output(run_id), Authority(bulk_by_law=_bulk(run_id)))


def download_file(run_id: int) -> HttpResponse:
    """総合振込のファイルを、画面から渡す。一度だけ。

    要件: F05-13, F29-06
    """
    with _only_once(run_id):
        name = f"outlay-run-{run_id}.txt"
        return download(_file_of(run_id), name, _output(run_id), Authority(bulk_by_law=_bulk(run_id)))


def was_handed_over(run_id: int) -> bool:
    """もう渡したか。"""
    return EgressRecord.objects.filter(bulk_by_law=_bulk(run_id)).exists()


@orders_in_bulk("outlay-run")
def people_in(number: str) -> int:
    """支払の回にかかわる人数。"""
    ((count,),) = fetch_all("SELECT count(DISTINCT addressee_number) FROM outlay WHERE run_id = %s", [int(number)])
    return int(count)


def _file_of(run_id: int) -> bytes:
    run = OutlayRun.objects.filter(run_id=run_id).first()
    if run is None or run.sealed_file is None:
        raise OutlayFileNotMade(str(run_id))
    return secret_keys.unseal_bytes(KEY, bytes(run.sealed_file), owner=str(run_id))


@contextmanager
def _only_once(run_id: int) -> Iterator[None]:
    run_sql("SELECT pg_advisory_lock(%s, %s)", [HANDING, run_id])
    try:
        if was_handed_over(run_id):
            raise OutlayFileHandedOver(f"支払の回 {run_id}")
        yield
    finally:
        run_sql("SELECT pg_advisory_unlock(%s, %s)", [HANDING, run_id])


def _bulk(run_id: int) -> str:
    return f"outlay-run:{run_id}"


def _output(run_id: int) -> Output:
    rows = fetch_all("SELECT DISTINCT addressee_number FROM outlay WHERE run_id = %s ORDER BY 1", [run_id])
    transfer_on = OutlayRun.objects.get(run_id=run_id).transfer_on
    code = consignor(transfer_on=transfer_on, as_of=transfer_on).bank_code
    found = bank(code)
    return Output(EgressKind.PROVISION, [who for (who,) in rows], ReceiverClass.BANK, found.name if found else code)


def _transfers(run_id: int) -> list[Transfer]:
    made = []
    for who, outlay_id, amount, account_id, bank_code, branch_code, account_type, sealed, shown in fetch_all(
        LINES, [run_id]
    ):
        number, holder = opened(who, account_id, sealed, shown)
        place, office = bank(bank_code), branch(bank_code, branch_code)
        made.append(
            Transfer(
                bank_code=bank_code, branch_code=branch_code, account_type=account_type, account_number=number,
                payee_kana=holder, amount=Yen(amount), customer_code=f"{outlay_id:010d}{run_id:010d}",
                bank_name=place.kana if place else "", branch_name=office.kana if office else "",
            )
        )  # fmt: skip
    return made
