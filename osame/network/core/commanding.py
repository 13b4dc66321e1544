"""模擬に命じる。振舞い、公金受取口座、模擬の機関からの照会。"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from django.db import transaction

from osame.contracts import national
from osame.contracts.national import ACCOUNT_ITEMS, DIGITAL_AGENCY, Inquiry, PermitDecision, PermitRequest
from osame.contracts.strict import parsed
from osame.kernel.refusals import Refusal
from osame.network.core import keys
from osame.network.core.answering import Deciding
from osame.network.core.carriage import send_from
from osame.network.core.models import Behaviour, Institution, SymbolIssue
from osame.network.providers.models import SimulatedAccount, SimulatedInquiry
from osame.platform.audit.recording import record

ACCOUNT_COLUMNS = ("機関コード", "団体内統合宛名番号", *ACCOUNT_ITEMS)


class WrongAccountFile(Refusal):
    """公金受取口座（模擬）のファイルが読めません。見出しを「機関コード、団体内統合宛名番号、口座の七項目」にしてください。"""


class NotSimulated(Refusal):
    """照会できるのは、模擬の機関だけです。機関コードを確かめてください。"""


def behave(**changes: int | datetime | None) -> None:
    """振舞いを変える。

    要件: F35-07
    """
    with transaction.atomic():
        Behaviour.objects.filter(pk=1).update(**changes)
        record("模擬の振舞いを変えた", detail={name: str(value) for name, value in changes.items()})


def register_accounts(rows: Iterable[Mapping[str, str]]) -> int:
    """公金受取口座（模擬）を登録する。架空の人の架空の口座だけを入れる。

    要件: F05-05
    """
    made = [
        SimulatedAccount(
            symbol=keys.symbol_of(DIGITAL_AGENCY, f"{row['機関コード']}:{row['団体内統合宛名番号']}"),
            items={name: row[name] for name in ACCOUNT_ITEMS},
        )
        for row in rows
    ]
    with transaction.atomic():
        SimulatedAccount.objects.bulk_create(
            made, update_conflicts=True, unique_fields=["symbol"], update_fields=["items"]
        )
        record("公金受取口座（模擬）を登録した", detail={"件数": len(made)})
    return len(made)


def read_accounts(file: Path) -> list[dict[str, str]]:
    """公金受取口座（模擬）のファイルを読む。"""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if any(set(row) != set(ACCOUNT_COLUMNS) for row in rows):
        raise WrongAccountFile(file.name)
    return rows


def inquire_of_body(
    inquirer: str, unified: str, request: PermitRequest, *, now: datetime, permitted: bool = True
) -> str:
    """模擬の機関から、団体に照会する。団体の情報提供（断りを含む）を試すために使う。

    `permitted` False sends the inquiry with a permit that the core did not sign.

    要件: F35-03
    """
    if not Institution.objects.filter(pk=inquirer, simulated=True).exists():
        raise NotSimulated(inquirer)
    with transaction.atomic():
        number = request.inquiry_number or token_hex(16)
        resident = f"{request.provider}:{unified}"
        symbol = keys.symbol_of(inquirer, resident)
        SymbolIssue.objects.get_or_create(
            institution=inquirer, processing_number=symbol[:32], defaults={"resident": resident, "symbol": symbol}
        )
        asked = replace(request, inquiry_number=number, symbol=symbol)
        issue = Deciding(now).decide([((inquirer, number), asked)])[0]
        decision = parsed(PermitDecision, issue.decision)
        SimulatedInquiry.objects.create(
            inquiry_number=number, inquirer=inquirer, provider=request.provider,
            outcome="" if decision.permit else national.REFUSED,
        )  # fmt: skip
        issue.save(force_insert=True)
        if decision.permit:
            permit = decision.permit if permitted else decision.permit.signed(keys.party(inquirer).keys.popitem()[1].signing)  # fmt: skip
            send_from(inquirer, request.provider, national.INQUIRY, Inquiry(number, permit, "", ""), now=now)
    return number
