"""一つのシステムのデータベースを、架空市で満たす。そのシステムのプロセスで動く。

`python -m osame.demo.filling <directory> <day>`: one process opens one database, so `osame demo serve` starts this once for each
system. It is no command of `osame`: only the fictional city is ever filled so.
"""

import os
import sys
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")


def fill(directory: Path, *, on: date) -> None:
    """職員を登録し、宛名管理システムなら人を入れる。何度行ってもよい。 on: 本当の今日。"""
    from osame.demo import accounts
    from osame.platform import systems

    accounts.hire_everyone(accounts.kept(directory), on=on)
    if systems.current().code == "addressee":
        from osame.demo.addressee_system import bring_everyone

        bring_everyone(directory)


def main() -> None:
    """Django を用意し、満たす。"""
    import django

    django.setup()
    fill(Path(sys.argv[1]), on=date.fromisoformat(sys.argv[2]))


if __name__ == "__main__":
    main()
