"""情報提供等記録を書く扉。やり取りと同じ取引で書くので、やり取りだけが残ることも、記録だけが残ることもない。"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import resources

from django.db import transaction

from osame.gateway.exchange_records.models import ExchangeRecord
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one
from osame.platform.terminal import JAPAN

Direction = ExchangeRecord.Direction


class NoRetentionPeriod(Refusal):
    """その日の、情報提供等記録の保存期間が定められていません。retention.toml に行を足してください。"""


class NoSuchRecord(Refusal):
    """その情報提供等記録はありません。記録番号を確かめてください。"""


class CorrectionWithoutReason(Refusal):
    """情報提供等記録を訂正するわけがありません。わけを書いてください。"""


class NothingToCorrect(Refusal):
    """訂正できるのは、結果のわけ、不開示情報に該当するか、項目だけです。訂正する項目を確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """記録する事実（番号法第23条第1項・第2項）。"""

    direction: Direction
    inquiry_number: str
    permit_number: str
    inquirer: str
    inquirer_name: str
    provider: str
    provider_name: str
    affair: str
    procedure: str
    item: str
    fields: tuple[str, ...] = field(default=())
    requested_at: datetime
    provided_at: datetime | None
    outcome: str
    reason: str
    non_disclosure: bool
    unified_addressee_number: str


@dataclass(frozen=True, slots=True)
class Retention:
    """保存期間。"""

    valid_from: date
    years: int
    basis: str


@cache
def retentions() -> tuple[Retention, ...]:
    """保存期間の一覧。新しいものから。"""
    text = resources.files(__package__).joinpath("retention.toml").read_text(encoding="utf-8")
    rows = [Retention(row["valid_from"], row["years"], row["basis"]) for row in tomllib.loads(text)["retention"]]
    return tuple(sorted(rows, key=lambda each: each.valid_from, reverse=True))


def kept_through(on: date) -> date:
    """その日の記録を、いつまで保存するか。

    根拠: 番号法第23条第1項
    """
    for each in retentions():
        if each.valid_from <= on:
            last_day = 28 if (on.month, on.day) == (2, 29) else on.day
            return date(on.year + each.years, on.month, last_day)
    raise NoRetentionPeriod(on.isoformat())


def write(facts: Sequence[Facts], *, at: datetime) -> None:
    """記録する。やり取りの取引の中で呼ぶ。

    要件: F35-05
    """
    through = kept_through(at.astimezone(JAPAN).date())
    ExchangeRecord.objects.bulk_create(
        ExchangeRecord(
            **{name: getattr(each, name) for name in Facts.__dataclass_fields__ if name != "fields"},
            fields=list(each.fields), kept_through=through,
        )
        for each in facts
    )  # fmt: skip


CORRECTABLE = ("reason", "non_disclosure", "fields")


def correct(record_id: int, changes: dict[str, object], *, reason: str) -> int:
    """記録を訂正する。元の行は残り、新しい行がそれを名指す。

    要件: F35-05, F36-12
    根拠: 番号法第31条
    """
    if not reason.strip():
        raise CorrectionWithoutReason
    if not changes or set(changes) - set(CORRECTABLE):
        raise NothingToCorrect
    with transaction.atomic():
        old = ExchangeRecord.objects.filter(pk=record_id).first()
        if old is None:
            raise NoSuchRecord(str(record_id))
        root = old.corrects_id or old.pk
        kept = {
            each.attname: getattr(old, each.attname)
            for each in ExchangeRecord._meta.concrete_fields
            if each.attname not in {"record_id", "recorded_at", "corrects_id", "correction_reason"}
        }
        made = ExchangeRecord.objects.create(**{**kept, **changes}, corrects_id=root, correction_reason=reason.strip())
        record("情報提供等記録を訂正した", subjects=_subjects(old), detail={"記録番号": record_id})
    return made.record_id


def _subjects(row: ExchangeRecord) -> list[str]:
    return [row.unified_addressee_number] if row.unified_addressee_number else []


def erase_expired(*, as_of: date) -> int:
    """保存の最終日を過ぎた記録を消す。消した数を返す。

    要件: F35-10, F36-09
    """
    with transaction.atomic():
        (gone,) = fetch_one("SELECT erase_expired_records(%s)", [as_of])
        record("保存期間の過ぎた情報提供等記録を消した", detail={"件数": gone, "基準日": as_of.isoformat()})
    return int(gone)
