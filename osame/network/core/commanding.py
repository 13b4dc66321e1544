"""模擬に命じる。振舞い、公金受取口座、模擬の機関からの照会。"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from django.db import transaction

from osame.contracts import national, portal
from osame.contracts.national import ACCOUNT_ITEMS, DIGITAL_AGENCY, Inquiry, PermitDecision, PermitRequest
from osame.contracts.portal import MY_PORTAL, SELF_REQUEST, NoticeState, SelfRequest
from osame.contracts.strict import parsed
from osame.kernel.refusals import Refusal
from osame.network.core import keys
from osame.network.core.answering import Deciding
from osame.network.core.carriage import send_from
from osame.network.core.models import Behaviour, Institution, SymbolIssue
from osame.network.portal.models import SimulatedNotice, SimulatedSelfRequest
from osame.network.providers.models import SimulatedAccount, SimulatedInquiry
from osame.platform.audit.recording import record

ACCOUNT_COLUMNS = ("機関コード", "団体内統合宛名番号", *ACCOUNT_ITEMS)


class WrongAccountFile(Refusal):
    """公金受取口座（模擬）のファイルが読めません。見出しを「機関コード、団体内統合宛名番号、口座の七項目」にしてください。"""


class NoSuchPosting(Refusal):
    """そのお知らせは、マイナポータル（模擬）に載っていません。機関コードとお知らせ番号を確かめてください。"""


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


def ask_own(institution: str, unified: str, item: str, *, now: datetime) -> str:
    """本人が、マイナポータル（模擬）から、団体に自分の情報を求める。求めの番号を返す。

    要件: F35-11
    """
    with transaction.atomic():
        number = token_hex(16)
        SimulatedSelfRequest.objects.create(request_number=number, institution=institution, item=item)
        asked = SelfRequest(number, keys.symbol_of(institution, f"{institution}:{unified}"), item)
        send_from(MY_PORTAL, institution, SELF_REQUEST, asked, now=now)
        record("自己情報を求めた（模擬）", detail={"機関": institution, "項目": item})
    return number


def read_notice(institution: str, portal_notice_number: str, *, now: datetime) -> tuple[str, str]:
    """本人が、マイナポータル（模擬）でお知らせを読む。読まれたことを団体に知らせ、（件名、本文）を返す。

    要件: F35-11
    """
    with transaction.atomic():
        row = (
            SimulatedNotice.objects
            .select_for_update()
            .filter(
                institution=institution,
                portal_notice_number=portal_notice_number,
                state__in=(portal.POSTED, portal.READ),
            )
            .first()
        )
        if row is None:
            raise NoSuchPosting(portal_notice_number)
        SimulatedNotice.objects.filter(institution=institution, portal_notice_number=portal_notice_number).update(
            state=portal.READ
        )
        send_from(MY_PORTAL, institution, portal.NOTICE_STATE, NoticeState(portal_notice_number, portal.READ), now=now)
        record("お知らせを読んだ（模擬）", detail={"機関": institution})
    return str(row.title), str(row.text)
