"""Everything that tests share: the choice of a scratch home for the embedded database, and one tree of commands a terminal."""

import atexit
import gc
import os
import shutil
import signal
import tempfile
from functools import lru_cache
from pathlib import Path

import typer.testing

gc.disable()  # 集め終わるまで

MEMORY = Path("/dev/shm")
ROOM = 6 << 30  # 試験の走る間に使うのは2GBほど


def scratch() -> Path:
    """Where the databases of a run lie: in memory if there is room, for a database is made and dropped for every test."""
    try:
        memory = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())["MemAvailable"]
        roomy = min(shutil.disk_usage(MEMORY).free, int(memory.split()[0]) * 1024) > ROOM and os.access(MEMORY, os.W_OK)
    except (OSError, KeyError):
        roomy = False
    return MEMORY if roomy else Path(tempfile.gettempdir())


BEGINS_HERE = "OSAME_TEST_RUN" not in os.environ
RUN = os.environ.setdefault("OSAME_TEST_RUN", os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())))
SCRATCH = os.environ.setdefault("OSAME_TEST_SCRATCH", str(scratch()))
os.environ["OSAME_HOME"] = str(Path(SCRATCH) / f"osame-test-{RUN}")
signal.signal(
    signal.SIGTERM, signal.default_int_handler
)  # 止められた試験も、自分のサーバーを止め、場所を片付けてから終わる
if BEGINS_HERE:  # 後に登録されるサーバーの停止の、その後に消す
    atexit.register(shutil.rmtree, os.environ["OSAME_HOME"], ignore_errors=True)
os.environ["OSAME_DATABASE_NAME"] = "osame_template"
os.environ.setdefault("OSAME_SECRET_KEY", "a key for tests only, in no way secret " * 2)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")
for name in ("OSAME_EMBEDDED_URL", "OSAME_DATABASE_URL"):
    os.environ.pop(name, None)

# Typer builds the tree of every command anew for each line typed into its runner, as a process does once: 0.2 s a line.
typer.testing._get_command = lru_cache(maxsize=4)(typer.testing._get_command)


def pytest_collection_finish() -> None:
    """What was loaded stays for the whole run: the collector need not walk over it again. It was a seventh of the work."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)
