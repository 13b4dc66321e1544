"""中間サーバーの計測のための、架空の人。`python -m osame.bench.national_people gateway|network 人数`。

Each step runs in the process of its system: symbols are asked for by the real path, accounts are registered at the stand-in.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

from osame.demo.national import BANK, INSTITUTION


def person(at: int) -> str:
    """架空の団体内統合宛名番号。"""
    return f"{700_000_000_000_000 + at * 9_973:015d}"


def main() -> None:
    """Django を用意し、一段を行う。"""
    import django

    django.setup()
    from osame.contracts.national import ACCOUNT_ITEMS
    from osame.platform import gate
    from osame.platform.terminal import now

    people = [person(at) for at in range(int(sys.argv[2]))]
    with gate.acting(gate.Acting("計測", "collection.bench.run", "operation", role="operator")):
        if sys.argv[1] == "gateway":
            from osame.contracts.gateway import REFUND_AFFAIR
            from osame.demo.national import allow_orders
            from osame.gateway.symbols.actions import request

            allow_orders("計測", "収納推進課", REFUND_AFFAIR)

            request(people, reason="計測", at=now())
            return
        from osame.network.core.commanding import register_accounts

        columns = ("機関コード", "団体内統合宛名番号", *ACCOUNT_ITEMS)
        register_accounts(
            dict(zip(columns, (INSTITUTION, each, *BANK, each[-7:], "カクウ　タロウ"), strict=True)) for each in people
        )


if __name__ == "__main__":
    main()
