"""A PostgreSQL server of the test's own, which the test may kill."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.running import ROOT

SETUP = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from osame.platform.database import prepare; prepare()
from osame.platform import gate
from tests.faults.running import found
with gate.acting(gate.Acting("試験", "collection.intake.addressees", "statutory")): found()
"""
LOOK = """
import warnings; warnings.simplefilter("ignore")
import django; django.setup()
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from osame.platform import gate
with gate.acting(gate.Acting("試験", "collection.ledger.verify", "statutory")): print(ledger_digest(), len(verify_ledger().findings))
"""


class OwnServer:
    """A home with its own embedded server. Processes start the server by themselves, as they do at a customer's."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "postgres"
        self.environment = {
            "OSAME_HOME": str(home),
            "OSAME_DATABASE_NAME": "osame_collection",
            "OSAME_EMBEDDED_URL": "",
        }

    def run(self, program: str) -> str:
        """A small program in a process of its own; what it said."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, env=os.environ | self.environment, text=True,
            capture_output=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def set_up(self) -> None:
        """Database, tables and the town."""
        self.run(SETUP)

    def look(self) -> tuple[str, int]:
        """Digest of the ledger and number of findings."""
        digest, findings = self.run(LOOK).split()
        return digest, int(findings)

    def postmaster(self) -> int | None:
        """The pid of the running postmaster."""
        try:
            pid = int((self.directory / "postmaster.pid").read_text().split("\n")[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.directory).encode() in command else None

    def kill(self) -> bool:
        """SIGKILL the postmaster and every backend at once, as a power cut would. False when nothing ran."""
        postmaster = self.postmaster()
        if postmaster is None:
            return False
        for pid in [postmaster, *_children(postmaster)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        while self.postmaster() is not None:
            time.sleep(0.01)
        return True


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(path.parent.name))
    return found
