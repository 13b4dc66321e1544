"""四つのシステムと、国の側の模擬。一つのシステムは、一つのプロセス、一つのデータベース、一つの役割である。

Which systems there are, and which one this process is. `OSAME_SYSTEM` names it; a process installs the floor and its own
chapters, nothing else. Only tests and type checks install all chapters at once (`OSAME_ALL_SYSTEMS=1`); even then one
database holds one system's tables, because `SystemRouter` migrates no other.
"""

import os
from dataclasses import dataclass
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform import bodies

POSTING_ROLE = "osame_posting"  # 元帳の扉の持ち主
SEALING_ROLE = "osame_sealing"  # 監査の鎖を封じる扉の持ち主
VAULT_ROLE = "osame_vault"  # 番号の金庫の扉の持ち主
AUDITOR_ROLE = "osame_auditor"  # 監査の鎖を読むだけの役割

FLOOR = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
)
"""どのシステムにも要る Django のアプリケーション。"""

FLOOR_CHAPTERS = (
    "osame.platform.staff",
    "osame.platform.audit",
    "osame.platform.approvals",
    "osame.platform.egress",
    "osame.platform.imports",
    "osame.platform.oauth",
    "osame.platform.exchanges",
    "osame.platform.functions",
    "osame.platform.jobs",
    "osame.platform.console",
    "osame.platform.privacy",
)
"""どのシステムも自分のデータベースに持つ、床の章。"""


class UnknownSystem(Refusal):
    """そのような名前のシステムはありません。collection、addressee、linkage、gateway、network のどれかを指定してください。"""


@dataclass(frozen=True, slots=True)
class System:
    """システム。 One of the suite's systems: its name in Japanese, its chapters and the port of its HTTP door.

    per_body: 団体ごとにデータベースと役割を持つ; apart: 団体の三つのシステムとは別に用意し、別に動かす; whole_exchanges: 署名された
    求めを一つの取引で受ける（受けている間に、よそを長く待つ口や、途中で確定する口があってはならない）。
    """

    code: str
    name: str
    port: int
    chapters: tuple[str, ...]
    per_body: bool = False
    apart: bool = False
    whole_exchanges: bool = False

    @property
    def database(self) -> str:
        """データベースの名。団体ごとに持つシステムでは、団体が決まるまで、どこにもつながらない名。"""
        return bodies.database_of(bodies.chosen() or "none") if self.per_body else f"osame_{self.code}"

    @property
    def role(self) -> str:
        """表の権限を持つ役割の名。"""
        return f"osame_{self.code}"

    @property
    def login(self) -> str:
        """データベースにつながる役割の名。団体ごとに持つシステムでは、団体の役割が、表の権限を受け継ぐ。"""
        return bodies.role_of(bodies.chosen() or "none") if self.per_body else self.role

    @property
    def installed(self) -> tuple[str, ...]:
        """このシステムのプロセスに入れるアプリケーション。"""
        return FLOOR + FLOOR_CHAPTERS + tuple(f"osame.{self.code}.{chapter}" for chapter in self.chapters)


SYSTEMS = {
    system.code: system
    for system in (
        System(
            "collection",
            "収滞納管理システム",
            8501,
            (
                "parameters",
                "addressees",
                "letters",
                "ledger",
                "exemptions",
                "determinations",
                "matching",
                "overpayments",
                "changes",
                "demands",
                "demand_mail",
                "demand_stops",
                "returns",
                "payment_slips",
                "refunds",
                "public_benefit_accounts",
                "debits",
                "outlays",
                "vouchers",
                "tills",
                "arrears",
                "reminders",
                "pledges",
                "grace",
                "advances",
                "assets",
                "dispositions",
                "auctions",
                "suspensions",
                "successions",
                "liabilities",
                "writeoffs",
                "cases",
                "closing",
                "slips",
                "intake",
                "inquiry",
                "search",
                "today",
                "reveals",
                "certificates",
            ),
        ),
        System(
            "addressee",
            "宛名管理システム",
            8502,
            (
                "people",
                "mailing",
                "agents",
                "protection",
                "locks",
                "search",
                "feed",
                "residents",
                "consolidation",
                "numbering",
            ),
        ),
        System(
            "linkage",
            "団体内統合利用番号連携サーバー",
            8503,
            ("legal_basis", "notices", "numbers", "identities", "feed"),
        ),
        System(
            "gateway",
            "中間サーバー",
            8504,
            (
                "trust",
                "affair_rights",
                "messaging",
                "exchange_records",
                "symbols",
                "copies",
                "inquiries",
                "provisions",
                "portal",
                "interfaces",
                "administration",
            ),
            per_body=True,
            apart=True,
            whole_exchanges=True,
        ),
        System("network", "情報提供ネットワークシステム（模擬）", 8505, ("core", "providers", "portal"), apart=True),
    )
}
SUITE = {code: system for code, system in SYSTEMS.items() if not system.apart}
"""一つの団体の、一緒に用意して動かすシステム。"""


def named(code: str) -> System:
    """名前からシステムを引く。"""
    if code not in SYSTEMS:
        raise UnknownSystem(code)
    return SYSTEMS[code]


def current() -> System:
    """このプロセスのシステム。"""
    return named(os.environ.get("OSAME_SYSTEM", "collection"))


def installed() -> list[str]:
    """このプロセスに入れるアプリケーション。試験と型の検査だけが、すべての章を入れる。"""
    if os.environ.get("OSAME_ALL_SYSTEMS") != "1":
        return list(current().installed)
    return list(dict.fromkeys(app for system in SYSTEMS.values() for app in system.installed))


def present() -> list[str]:
    """このプロセスに、すべての章があるシステム。ふつうは一つ。説明の表示と試験では、すべて。"""
    from django.apps import apps

    return [
        code
        for code, system in SYSTEMS.items()
        if system.chapters and all(apps.is_installed(f"osame.{code}.{chapter}") for chapter in system.chapters)
    ]


@dataclass(frozen=True, slots=True)
class Console:
    """あるシステムの、職員の画面の在りか。"""

    system: System
    address: str

    @property
    def entrance(self) -> str:
        """ほかのシステムの画面から移るときのアドレス。サインインを引き継ぐ。"""
        return f"{self.address}/account/pass/"


def consoles(text: str) -> tuple[Console, ...]:
    """画面の在りかを読む。「collection=http://127.0.0.1:8501,addressee=…」。"""
    pairs = (each.partition("=") for each in text.split(",") if each.strip())
    return tuple(Console(named(code.strip()), address.strip().rstrip("/")) for code, _, address in pairs)


def issuer(code: str, listed: tuple[Console, ...]) -> Console | None:
    """職員がサインインする、ほかのシステム。自分のところでサインインするなら None。"""
    if code in {"", current().code}:
        return None
    found = next((each for each in listed if each.system.code == named(code).code), None)
    if found is None:
        raise UnknownSystem(f"{code}（OSAME_CONSOLES に、そのアドレスを書いてください）")
    return found


class SystemRouter:
    """ほかのシステムの表を、このデータベースに作らない。"""

    def allow_migrate(self, _db: str, app_label: str, **_hints: Any) -> bool:
        """そのアプリケーションの表を、ここに作るか。"""
        from django.apps import apps

        return (
            app_label in apps.app_configs and apps.get_app_config(app_label).name in current().installed + THIRD_PARTY
        )


THIRD_PARTY: tuple[str, ...] = ()
