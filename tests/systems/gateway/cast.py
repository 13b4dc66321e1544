"""Several bodies, one gateway, one network: databases, keys, certificates and real processes over sockets."""

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from osame.contracts.client import Limits, SystemClient
from osame.contracts.gateway import REFUND_AFFAIR, REFUND_PROCEDURE, GatewayClient
from osame.contracts.national import ACCOUNT_ITEMS, DIGITAL_AGENCY, PUBLIC_ACCOUNT, NetworkClient
from osame.contracts.signatures import Errand
from osame.gateway.affair_rights.models import AffairRight
from osame.gateway.symbols import actions as symbols
from osame.gateway.trust import actions as trust
from osame.gateway.trust import parties
from osame.network.core import commanding, keys, registering
from osame.platform import bodies, gate
from osame.platform.bodies import Body
from osame.platform.exchanges import calling
from osame.platform.exchanges import keys as exchange_keys
from osame.platform.terminal import now
from tests.systems import conftest
from tests.systems.conftest import HOME, here, make_template, server
from tests.systems.exchange_cast import ROOT, Server, free_port, this_system

Deed = AffairRight.Deed
NAMES = {"242039": "架空市", "242040": "別海市", "242041": "隣市"}
ACTING = gate.Acting("中野", "gateway.messaging.exchange", "number_linkage", role="operator")
QUICK = Limits(connect_seconds=2, read_seconds=60, pauses=(0.2, 0.5, 1.0, 2.0, 4.0))


def institution(code: str) -> str:
    return f"02201{code}01700"[:16]


def copy_database(system: str, name: str, login: str) -> None:
    template = make_template(system)
    with server() as admin:
        conftest.copy_database(admin, template, name)
        with admin.transaction():  # ほかの試験の process と、同じ役割を同時に作らない
            admin.execute("SELECT pg_advisory_xact_lock(hashtext('the roles of the nation'))")
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login]).fetchone():
                admin.execute(f"CREATE ROLE {login} LOGIN NOSUPERUSER IN ROLE osame_gateway")
        admin.execute(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        admin.execute(f"GRANT CONNECT ON DATABASE {name} TO {login}")


def drop_database(name: str) -> None:
    with server() as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@dataclass
class Nation:
    """The whole cast. `codes` are its bodies, in order."""

    codes: Sequence[str]
    terms: dict[str, int] = field(
        default_factory=lambda: {"retry_seconds": 1, "longest_pause_seconds": 4, "give_up_seconds": 600}
    )
    addresses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mark = uuid.uuid4().hex[:10]
        self.prefix, self.network_database = f"tg{self.mark}_", f"tn{self.mark}"
        self.network_port, self.gateway_port = free_port(), free_port()
        self.children: list[Any] = []
        self.signers: dict[str, Any] = {}

    @property
    def environment(self) -> dict[str, str]:
        return {
            "OSAME_BODY_DATABASES": self.prefix,
            "OSAME_PEER_URL_NETWORK": f"http://127.0.0.1:{self.network_port}",
            "OSAME_BODY": "",
        }

    def make(self) -> None:
        self.home = os.environ["OSAME_HOME"]
        if self.home == str(HOME):  # 団体の台帳と鍵を、隣の process の試験と分ける
            os.environ["OSAME_HOME"] = tempfile.mkdtemp(dir=HOME)
        os.environ.update(self.environment)
        copy_database("network", self.network_database, "osame_network")
        with this_system("network"):
            if not (exchange_keys.directory() / "current").exists():
                exchange_keys.create()
        with self.network(), gate.acting(ACTING):
            registering.prepare(at=now())
            anchor = keys.authority().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        for code in self.codes:
            self._make_body(code, anchor)
        self.start_network()
        for code in self.codes:
            with self.body(code), calling.client("network", limits=QUICK) as client:
                trust.enroll(NetworkClient(client, calling.errand()))
                trust.refresh(NetworkClient(client, calling.errand()), at=now())
                trust.permit_inquiry(
                    trust.Right("collection", REFUND_AFFAIR, REFUND_PROCEDURE, DIGITAL_AGENCY, PUBLIC_ACCOUNT),
                    basis="番号法第19条第8号", valid_from=date(2022, 1, 1),
                )  # fmt: skip
            self.allow(code, "山本", REFUND_AFFAIR, Deed.ORDER, Deed.LOOK, system="collection", department="収納推進課")

    def allow(
        self, code: str, number: str, affair: str, *deeds: Deed, system: str = "gateway", department: str = ""
    ) -> None:
        """An officer has these rights of an affair, as if long decided."""
        told = {"system": system, "staff_number": number, "department": department, "affair": affair}
        with self.body(code):
            for deed in deeds:
                AffairRight.objects.get_or_create(
                    **told, deed=deed, ended_at=None,
                    defaults={"valid_from": date(2022, 1, 1), "proposal_id": 0, "granted_by": "setup"},
                )  # fmt: skip

    def _make_body(self, code: str, anchor: bytes) -> None:
        bodies.add(Body(code, NAMES.get(code, code), institution(code), self.addresses, self.terms))
        copy_database("gateway", f"{self.prefix}{code}", bodies.role_of(code))
        os.environ["OSAME_BODY"] = code
        with this_system("gateway"):
            key_id = exchange_keys.create()
            exchange_keys.use(key_id)
            gateway_key = next(text for _, text, current in exchange_keys.own() if current)
            import base64

            parties.set_anchor(base64.b64encode(anchor).decode())
        os.environ["OSAME_BODY"] = ""
        with this_system("network"):
            network_key = exchange_keys.trust("gateway", gateway_key)
        with self.network(), gate.acting(ACTING):
            registering.admit(institution(code), NAMES.get(code, code), network_key)
        self.signers[code] = self._business_key(code)

    def _business_key(self, code: str) -> Any:
        """The collection system of a body has a key of its own, which only this body's gateway trusts."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from osame.contracts.certificates import raw_text
        from osame.contracts.signatures import Signer

        key = Ed25519PrivateKey.generate()
        os.environ["OSAME_BODY"] = code
        with this_system("gateway"):
            key_id = exchange_keys.trust("collection", raw_text(key.public_key()))
        os.environ["OSAME_BODY"] = ""
        return Signer(key_id, key)

    @contextmanager
    def network(self) -> Iterator[None]:
        with here("network", self.network_database):
            yield

    @contextmanager
    def body(self, code: str) -> Iterator[None]:
        """In this process, the gateway of one body."""
        with here("gateway", f"{self.prefix}{code}"), bodies.serving(code), gate.acting(ACTING):
            try:
                yield
            finally:
                bodies.close()

    def start_network(self) -> None:
        self.network_server = Server("network", self.network_database, self.network_port)

    def start_gateway(self) -> None:
        self.gateway_server = Server("gateway", f"{self.prefix}none", self.gateway_port)

    def start_pump(self, pause: float = 0.1) -> None:
        environment = os.environ | self.environment | {"OSAME_SYSTEM": "gateway", "OSAME_OFFICER": "係"}
        environment |= {"OSAME_DATABASE_NAME": f"{self.prefix}none"}
        self.pump = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PUMP, str(pause)], cwd=ROOT, env=environment
        )

    def kill_pump(self) -> None:
        self.pump.send_signal(signal.SIGKILL)
        self.pump.wait(10)

    def client(
        self, code: str, *, signer: Any = None, purpose: str = "refund_notice", address: str = ""
    ) -> GatewayClient:
        errand = Errand(
            officer="山本", purpose=purpose, function="collection.refunds.account", request=uuid.uuid4().hex
        )
        http = SystemClient(
            address or f"http://127.0.0.1:{self.gateway_port}", signer or self.signers[code], "gateway", limits=QUICK
        )
        self.children.append(http)
        return GatewayClient(http, errand)

    def register_people(self, code: str, numbers: Sequence[str], *, accounts: bool = True) -> None:
        """People get symbols by the real path, and accounts on the national side."""
        with self.body(code):
            for at in range(0, len(numbers), 2_000):
                symbols.request(numbers[at : at + 2_000], reason="付番", at=now())
        if accounts:
            with self.network(), gate.acting(ACTING):
                commanding.register_accounts(account(code, each) for each in numbers)

    def close(self) -> None:
        for each in self.children:
            each.close()
        for name in ("gateway_server", "network_server"):
            if hasattr(self, name):
                getattr(self, name).stop()
        if hasattr(self, "pump") and self.pump.poll() is None:
            self.kill_pump()
        bodies.close()
        for code in self.codes:
            drop_database(f"{self.prefix}{code}")
        drop_database(self.network_database)
        os.environ.pop("OSAME_BODY_DATABASES", None)
        os.environ.pop("OSAME_PEER_URL_NETWORK", None)
        os.environ.pop("OSAME_BODY", None)
        for code in self.codes:
            (bodies.register() / f"{code}.toml").unlink(missing_ok=True)
        os.environ["OSAME_HOME"] = self.home


def account(code: str, unified: str) -> dict[str, str]:
    """The account tells whose it is, so a wrong delivery is seen."""
    values = ("0155", "ヒヤクゴ", unified[:3], "ホンテン", "1", unified[-7:], f"カクウ {code} {unified}")
    row = dict(zip(ACCOUNT_ITEMS, values, strict=True))
    return {"機関コード": institution(code), "団体内統合宛名番号": unified, **row}


def order(key: str, unified: str, **changes: str) -> dict[str, str]:
    return {
        "レコード識別番号": key, "番号体系": "02", "団体内統合宛名番号": unified, "受付番号": f"還付-{key}",
        "部署": "収納推進課", "職員": "山本", "事務コード": REFUND_AFFAIR, "事務手続コード": REFUND_PROCEDURE,
        "情報提供者機関コード": DIGITAL_AGENCY, "特定個人情報名コード": PUBLIC_ACCOUNT, **changes,
    }  # fmt: skip


def person(at: int) -> str:
    return f"{700_000_000_000_000 + at * 9_973:015d}"


PUMP = """
import os, sys, warnings
warnings.simplefilter("ignore")
os.environ["DJANGO_SETTINGS_MODULE"] = "osame.platform.settings"
import django
django.setup()
from osame.gateway.administration import pumping
from osame.platform.terminal import now
pumping.keep_going(now=now, pause=float(sys.argv[1]), once=False)
"""

__all__ = ["ACTING", "NAMES", "Nation", "Path", "account", "institution", "order", "person"]
