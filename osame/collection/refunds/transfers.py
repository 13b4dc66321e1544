"""総合振込のファイル（全銀 種別21）。一つの支払の実行から、一つだけ。

The bytes are made once, when the approved run is carried out, and kept sealed: handing the file over cannot make another.
It leaves through the egress broker, once; somebody who lost it is shown where it went, not given a second one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.collection.parameters.banks import bank, branch
from osame.collection.parameters.queries import SettingMissing, setting
from osame.collection.refunds.accounts import opened
from osame.collection.refunds.models import PaymentRun
from osame.formats import zengin_transfer
from osame.formats.zengin_records import ZenginBatch
from osame.formats.zengin_transfer import Transfer
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform import secret_keys
from osame.platform.database import fetch_all, run_sql
from osame.platform.egress.authority import Authority, Output, orders_in_bulk
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass

KEY = "payment-run"
HANDING = 7_140_205  # 同じ実行を、同時に二度渡さない
SETTINGS = {
    "consignor_code": "還付振込の依頼人コード",
    "consignor_name": "還付振込の依頼人名",
    "bank_code": "還付振込の仕向金融機関コード",
    "branch_code": "還付振込の仕向店舗コード",
    "account_type": "還付振込の預金種目",
    "account_number": "還付振込の口座番号",
}
LINES = """
SELECT y.addressee_number, y.payment_id, y.amount, a.account_id, a.bank_code, a.branch_code, a.account_type, a.sealed_number,
       a.holder_kana
FROM refund_payment y JOIN payee_account a ON a.addressee_number = y.addressee_number AND a.account_id = y.account_id
WHERE y.run_id = %s AND y.state = '2' ORDER BY y.payment_id
"""


class FileNotMade(Refusal):
    """この支払の実行には、まだファイルがありません。照査・決裁・執行を済ませてください。"""


class FileErased(Refusal):
    """この支払の実行のファイルは、保存の期限が来たので消しました。渡した記録は、出力の記録で確かめてください。"""


class AlreadyHandedOver(Refusal):
    """この支払の実行のファイルは、もう渡しています。二度目は渡せません。出力の記録を確かめてください。"""


def consignor(*, transfer_on: date, as_of: date) -> ZenginBatch:
    """振込の依頼人。基本設定から。"""
    found = {name: setting(label, as_of=as_of) for name, label in SETTINGS.items()}
    if missing := [SETTINGS[name] for name, value in found.items() if not value]:
        raise SettingMissing("、".join(missing))
    told = {name: str(value) for name, value in found.items()}
    return ZenginBatch(
        **told,
        business_on=transfer_on,
        bank_name=_bank_kana(told["bank_code"]),
        branch_name=_branch_kana(told["bank_code"], told["branch_code"]),
    )


def seal_file(run_id: int, transfer_on: date, *, as_of: date) -> tuple[bytes, str]:
    """総合振込のファイルを作り、封をして返す。（封をした中身、もとのハッシュ）。"""
    body = zengin_transfer.write(consignor(transfer_on=transfer_on, as_of=as_of), _transfers(run_id))
    return secret_keys.seal_bytes(KEY, body, owner=str(run_id)), hashlib.sha256(body).hexdigest()


def file_of(run_id: int) -> bytes:
    """封を開いたファイル。"""
    run = PaymentRun.objects.filter(run_id=run_id).first()
    if run is None or not run.file_sha256:
        raise FileNotMade(str(run_id))
    if run.sealed_file is None:
        raise FileErased(str(run_id))
    return secret_keys.unseal_bytes(KEY, bytes(run.sealed_file), owner=str(run_id))


def hand_over_file(run_id: int, target: Path) -> EgressRecord:
    """総合振込のファイルを、金融機関に渡すために出す。一度だけ。

    要件: F05-08, F29-06
    """
    with _only_once(run_id):
        return emit(file_of(run_id), target, _output(run_id), Authority(bulk_by_law=_bulk(run_id)))


def download_file(run_id: int) -> HttpResponse:
    """総合振込のファイルを、画面から渡す。一度だけ。

    要件: F05-08, F29-06
    """
    with _only_once(run_id):
        return download(
            file_of(run_id), f"payment-run-{run_id}.txt", _output(run_id), Authority(bulk_by_law=_bulk(run_id))
        )


def erase_file(run_id: int) -> bool:
    """指図したファイルの中身を消す。ハッシュと、いつ誰に渡したかは残る。消したか。

    要件: F05-05, F36-09
    """
    return bool(PaymentRun.objects.filter(run_id=run_id, sealed_file__isnull=False, state="2").update(sealed_file=None))


def was_handed_over(run_id: int) -> bool:
    """もう渡したか。"""
    return EgressRecord.objects.filter(bulk_by_law=_bulk(run_id)).exists()


@contextmanager
def _only_once(run_id: int) -> Iterator[None]:
    """同じ実行を、同時に二人が渡すことも、後からもう一度渡すこともない。"""
    run_sql("SELECT pg_advisory_lock(%s, %s)", [HANDING, run_id])
    try:
        if was_handed_over(run_id):
            raise AlreadyHandedOver(f"支払の実行番号 {run_id}")
        yield
    finally:
        run_sql("SELECT pg_advisory_unlock(%s, %s)", [HANDING, run_id])


@orders_in_bulk("payment-run")
def people_in(number: str) -> int:
    """支払の実行にかかわる人数。"""
    ((count,),) = fetch_all(
        "SELECT count(DISTINCT addressee_number) FROM refund_payment WHERE run_id = %s AND state <> '9'", [int(number)]
    )
    return int(count)


def _bulk(run_id: int) -> str:
    return f"payment-run:{run_id}"


def _output(run_id: int) -> Output:
    rows = fetch_all(
        "SELECT DISTINCT addressee_number FROM refund_payment WHERE run_id = %s AND state <> '9' ORDER BY 1", [run_id]
    )
    transfer_on = PaymentRun.objects.get(run_id=run_id).transfer_on
    code = consignor(transfer_on=transfer_on, as_of=transfer_on).bank_code
    found = bank(code)
    return Output(EgressKind.PROVISION, [who for (who,) in rows], ReceiverClass.BANK, found.name if found else code)


def _transfers(run_id: int) -> list[Transfer]:
    return [
        Transfer(
            bank_code=bank_code, branch_code=branch_code, account_type=account_type,
            account_number=number, payee_kana=holder, amount=Yen(amount),
            customer_code=f"{payment_id:010d}{run_id:010d}", bank_name=_bank_kana(bank_code),
            branch_name=_branch_kana(bank_code, branch_code),
        )
        for addressee, payment_id, amount, account_id, bank_code, branch_code, account_type, sealed, shown
        in fetch_all(LINES, [run_id])
        for number, holder in [opened(addressee, account_id, sealed, shown)]
    ]  # fmt: skip


def _bank_kana(bank_code: str) -> str:
    found = bank(bank_code)
    return found.kana if found else ""


def _branch_kana(bank_code: str, branch_code: str) -> str:
    found = branch(bank_code, branch_code)
    return found.kana if found else ""
