"""真実。どのファイルの何行がどうなるはずか、どの日のどのチャネルにいくら入ったか。"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from osame.demo.dirt import Dirt
from osame.demo.payments import CHANNELS, Payment
from osame.formats.reports import Channel

COMPARED_CHANNELS = (Channel.BANK, Channel.DIRECT_DEBIT, Channel.CONVENIENCE_STORE, Channel.ELTAX)


@dataclass(slots=True)
class FileTruth:
    """ファイル一つの、あるはずの結果。"""

    rows: int = 0
    posted: int = 0
    held: int = 0
    rejected: int = 0
    refused: bool = False
    already_received: bool = False


@dataclass(slots=True)
class DayTotal:
    """会計日・チャネルごとの入金。"""

    receipts: int = 0
    amount: int = 0


@dataclass(slots=True)
class Truth:
    """架空市の真実。"""

    residents: int
    seed: int
    addressees: int = 0
    protected: int = 0
    rare_names: int = 0
    charges: int = 0
    carried_over: int = 0
    determined: int = 0
    dirt: Dirt = field(default_factory=Dirt)
    files: dict[str, FileTruth] = field(default_factory=dict)
    days: dict[date, dict[Channel, DayTotal]] = field(default_factory=dict)

    def count_money(self, payments: Iterable[Payment]) -> None:
        """入金を、収入日とチャネルごとに数える。重複して告げられても、金は一度しか動かない。"""
        for payment in payments:
            if not payment.is_money:
                continue
            day = self.days.setdefault(payment.received_on, {channel: DayTotal() for channel in COMPARED_CHANNELS})
            total = day[CHANNELS[payment.profile]]
            total.receipts += 1
            total.amount += payment.amount

    def write(self, path: Path) -> None:
        """機械で読める形で書く。"""
        document = {
            "residents": self.residents,
            "seed": self.seed,
            "addressees": self.addressees,
            "protected": self.protected,
            "rare_names": self.rare_names,
            "charges": self.charges,
            "carried_over": self.carried_over,
            "determined": self.determined,
            "dirt": {kind: {"count": len(each), "subjects": each} for kind, each in sorted(self.dirt.found.items())},
            "files": {name: asdict(each) for name, each in sorted(self.files.items())},
            "days": {
                day.isoformat(): {str(channel): asdict(total) for channel, total in channels.items()}
                for day, channels in sorted(self.days.items())
            },
        }
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
