"""架空市の職員。役割ごとに一人。検証環境の架空市にだけ登録する。

One officer for each role, in every system of the fictional city. The password is drawn once for each city and kept, with the
secrets of the second factor, in a file that only its owner can read: no password is known before a city exists.
"""

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now

from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.functions.identity import CONTRACTOR_ROLES, Role
from osame.platform.staff import actions
from osame.platform.staff.actions import Contract, NewStaff
from osame.platform.staff.models import HandlerRegistration, NumberRight, RoleAssignment, StaffAccount
from osame.platform.staff.passwords import temporary_password

OFFICER = "架空市の筋書き"
SINCE = date(2025, 4, 1)
CONTRACT_ENDS = date(2099, 3, 31)
DEPARTMENTS = {
    "collection": "収納推進課", "assessment": "課税課", "branch": "支所", "audit": "監査委員事務局",
    "system": "情報政策課",
}  # fmt: skip
NUMBER_PURPOSES = ["identification", "number_linkage", "refund_notice"]
STEP_SECONDS = 30


class NoSuchAccount(Refusal):
    """その職員番号の、架空市の職員はいません。「osame demo serve」が示す一覧から選んでください。"""


class NoAccountsYet(Refusal):
    """架空市の職員は、まだいません。先に「osame demo serve」を実行してください。"""


@dataclass(frozen=True, slots=True)
class Officer:
    """架空市の職員一人。"""

    number: str
    name: str
    role: Role
    department: str


CAST = (
    Officer("S0001", "山本 昇", Role.COLLECTION_CLERK, "collection"),
    Officer("S0002", "中村 澪", Role.COLLECTION_CLERK, "collection"),
    Officer("S0003", "伊藤 薫", Role.COLLECTION_CHIEF, "collection"),
    Officer("S0004", "高橋 幸", Role.COLLECTION_MANAGER, "collection"),
    Officer("S0005", "田辺 栞", Role.ASSESSMENT, "assessment"),
    Officer("S0006", "大野 樹", Role.GENERAL_BRANCH, "branch"),
    Officer("S0007", "森下 凪", Role.BRANCH, "branch"),
    Officer("S0008", "石川 実", Role.AUDITOR, "audit"),
    Officer("S0009", "三浦 渉", Role.SYSTEM_ADMINISTRATOR, "system"),
    Officer("S0010", "岡田 梢", Role.SYSTEM_ADMINISTRATOR, "system"),
    Officer("S0011", "藤原 陸", Role.GATEWAY_OPERATOR, "system"),
    Officer("S0012", "青木 望", Role.MAINTENANCE_CONTRACTOR, "system"),
    Officer("S0013", "西村 蓮", Role.CONVERSION_CONTRACTOR, "system"),
)
"""二人要る仕事（起案と決裁、番号の付与）のために、収納一般とシステム管理者は二人いる。"""
NUMBER_HANDLERS = ("S0001", "S0004")
"""個人番号を見る権限のある者。"""


@dataclass(frozen=True, slots=True)
class Keys:
    """職員のパスワードと、第二要素の秘密。"""

    password: str
    secrets: dict[str, str]


def kept(directory: Path) -> Keys:
    """この架空市の職員の鍵。なければ作る。"""
    file = directory / "accounts.json"
    if not file.exists():
        drawn = {
            "password": temporary_password(), "secrets": {each.number: generate_totp_secret() for each in CAST}
        }  # fmt: skip
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as kept_file:
            json.dump(drawn, kept_file)
    return Keys(**json.loads(file.read_text(encoding="utf-8")))


def code_now(directory: Path, number: str, seconds: float) -> tuple[str, int]:
    """いまの確認コードと、変わるまでの秒数。"""
    if not (directory / "accounts.json").exists():
        raise NoAccountsYet
    secret = kept(directory).secrets.get(number)
    if secret is None:
        raise NoSuchAccount(number)
    step, passed = divmod(int(seconds), STEP_SECONDS)
    return format_hotp_value(hotp_value(secret, step)), STEP_SECONDS - passed


def hire_everyone(keys: Keys, *, on: date) -> None:
    """このシステムに、架空市の職員を登録する。何度行ってもよい。 on: 本当の今日（権限の期限に使う）。"""
    password = make_password(keys.password)
    with gate.acting(gate.Acting(OFFICER, "floor.staff.register", "account", role="operator")), transaction.atomic():
        for code, name in DEPARTMENTS.items():
            actions.register_department(code, name=name, valid_from=SINCE)
        for each in CAST:
            _hire(each, password, keys.secrets[each.number])
        for number in NUMBER_HANDLERS:
            _allow_numbers(number, on)


def _hire(officer: Officer, password: str, secret: str) -> None:
    contractor = officer.role in CONTRACTOR_ROLES
    if not StaffAccount.objects.filter(pk=officer.number).exists():
        contract = Contract("架空システム", "架空-1", CONTRACT_ENDS) if contractor else None
        actions.register(NewStaff(officer.number, officer.name, officer.department, SINCE, contract=contract))
    StaffAccount.objects.filter(pk=officer.number).update(password=password, password_must_change=False)
    account = StaffAccount.objects.get(pk=officer.number)
    Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(account, secret)
    told = {"account": account, "valid_from": SINCE}
    RoleAssignment.objects.get_or_create(**told, role=officer.role.value, defaults={"granted_by": OFFICER})
    if not contractor:
        HandlerRegistration.objects.get_or_create(
            **told, department_id=officer.department, defaults={"registered_by": OFFICER}
        )


def _allow_numbers(number: str, on: date) -> None:
    """個人番号利用権限。次の3月31日まで。"""
    ends = date(on.year + (on.month > 3), 3, 31)
    NumberRight.objects.get_or_create(
        account_id=number, expires_on=ends,
        defaults={
            "purposes": NUMBER_PURPOSES, "valid_from": on, "applicant": number, "department_head": "S0003",
            "protection_manager": "S0009", "endorsed_at": Now(), "issued_at": Now(),
        },
    )  # fmt: skip
