"""軽JNKS（軽自動車税納付確認システム）への日次の連携ファイル。車両一台に一行、納付の状況と、過年度未納の「*」。

Made once a day: the same day with the same facts is the same file. While payments that should be here are not, nothing goes out —
a vehicle must not fail its inspection, nor pass, on facts that lag.
"""

import hashlib
from datetime import date
from pathlib import Path

from django.db import transaction
from django.http import HttpResponse

from osame.collection.certificates.freshness import require_fresh
from osame.collection.certificates.models import JnksExtract
from osame.collection.certificates.vehicles import VehicleStatus, statuses
from osame.collection.parameters.queries import municipality
from osame.formats import jnks_csv
from osame.formats.jnks_csv import JnksHead, JnksRow
from osame.kernel.dates import fiscal_year
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql
from osame.platform.egress.authority import Authority, Output, orders_in_bulk
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass

INSPECTED = ("1", "2", "3")
RECEIVER = "地方税共同機構（軽JNKS 軽自動車税納付確認システム）"  # 根拠は receivers.toml
LOCK = 7_140_221


class NoVehicles(Refusal):
    """この年度の車両がありません。車両のファイルを取り込んでから、連携してください。"""


def write_extract(target: Path, *, as_of: date, officer: str) -> EgressRecord:
    """その日の連携ファイルを書く。

    要件: F12-02, F29-06
    """
    number, content, subjects = _made(as_of, officer)
    return emit(content, target, _output(subjects), Authority(bulk_by_law=f"jnks:{number}"))


def download_extract(*, as_of: date, officer: str) -> HttpResponse:
    """その日の連携ファイルを、画面から保存する。

    要件: F12-02, F29-06
    """
    number, content, subjects = _made(as_of, officer)
    return download(
        content, f"jnks-{as_of:%Y%m%d}-{number}.csv", _output(subjects), Authority(bulk_by_law=f"jnks:{number}")
    )


@orders_in_bulk("jnks")
def people_in(number: str) -> int:
    """連携ファイルにかかわる人数。"""
    return int(
        fetch_one("SELECT coalesce(max(people), 0) FROM jnks_extract WHERE extract_number = %s", [int(number)])[0]
    )


def _made(as_of: date, officer: str) -> tuple[int, bytes, list[str]]:
    """その日の連携。中身が同じなら、同じ番号の同じファイル。"""
    require_fresh(as_of=as_of)
    year = fiscal_year(as_of)
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        found = [each for each in statuses(levy_year=year, as_of=as_of) if each.vehicle_class in INSPECTED]
        if not found:
            raise NoVehicles(f"{year}年度")
        rows = [_row(each) for each in found]
        facts = hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
        subjects = sorted({each.addressee_number for each in found})
        known = JnksExtract.objects.filter(made_on=as_of, facts_sha256=facts).first()
        if known is None:
            (number,) = fetch_one("SELECT coalesce(max(extract_number), 0) + 1 FROM jnks_extract")
            known = JnksExtract.objects.create(
                extract_number=number, made_on=as_of, levy_year=year, vehicles=len(rows), people=len(subjects),
                paid=sum(each.status == "1" for each in rows), starred=sum(each.starred for each in rows), facts_sha256=facts,
                officer=officer,
            )  # fmt: skip
            record("軽JNKSへの連携ファイルを作った", detail={"通番": int(number), "車両": len(rows)})
        code = municipality(as_of=as_of).municipality_code
        content = jnks_csv.write(JnksHead(code, as_of, known.extract_number, year), rows)
        return known.extract_number, content, subjects


def _row(each: VehicleStatus) -> JnksRow:
    plate = (each.plate_area, each.plate_class, each.plate_kana, each.plate_serial)
    return JnksRow(plate, each.chassis_number, each.status, each.paid_on, each.valid_through, each.starred)


def _output(subjects: list[str]) -> Output:
    return Output(EgressKind.PROVISION, subjects, ReceiverClass.STATUTORY, RECEIVER)
