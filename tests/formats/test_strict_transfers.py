"""総合振込（種別21）を、別に書いた厳しい検査に掛ける。書き手の出すものに誤りがなく、壊したものは必ず見つかる。"""

import random
from datetime import date

import pytest

from osame.formats import zengin_transfer
from osame.formats.zengin_records import ZenginBatch
from osame.formats.zengin_transfer import Transfer
from osame.kernel.money import Yen
from tests.formats.strict_zengin import faults_of_transfers

BATCH = ZenginBatch(
    consignor_code="0000242039", consignor_name="カクウシ", business_on=date(2025, 9, 30), bank_code="0155",
    branch_code="701", account_number="0012345", bank_name="ヒャクゴ", branch_name="イセ",
)  # fmt: skip
NAMES = (
    "サトウ ハナコ",
    "（カ）カクウショウジ",
    "ヴァイオリン ジョー",
    "パピプペポ ガギグゲゴ" * 3,
    "ｷﾞﾝｺｳ-ABC.1",
    "ー" * 40,
)


def transfers(count: int) -> list[Transfer]:
    chance = random.Random(count)
    return [
        Transfer(
            bank_code=f"{chance.randrange(10_000):04d}", branch_code=f"{chance.randrange(1000):03d}",
            account_type=chance.choice("1249"), account_number=f"{chance.randrange(10**7):07d}",
            payee_kana=chance.choice(NAMES), amount=Yen(chance.choice((1, 9_999_999_999, chance.randrange(1, 10**6)))),
            customer_code=f"{number:010d}{count:010d}", bank_name="ユウチョ", branch_name="ゼロイチハチ",
        )
        for number in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 57, 100])
@pytest.mark.parametrize("line_break", ["\r\n", ""])
def test_what_we_write_has_no_fault(count, line_break):
    rows = [row for row in transfers(count) if row.amount < 10**9] or transfers(1)[:1]
    assert faults_of_transfers(zengin_transfer.write(BATCH, rows, line_break=line_break)) == []


def test_the_public_sample_has_no_fault(samples):
    assert faults_of_transfers((samples / "zengin/sofuri21_refund.txt").read_bytes()) == []


@pytest.mark.parametrize(
    ("line", "position", "text", "fault"),
    [
        (1, 2, b"91", "種別"), (1, 4, b"1", "種別"), (1, 55, b"1332", "暦"), (1, 96, b"7", "預金種目"), (1, 104, b"X", "ダミー"),
        (2, 2, b"01 5", "被仕向銀行番号"), (2, 39, b"0001", "手形交換所"), (2, 43, b"3", "預金種目"), (2, 51, b"\xa7", "使えない字"),
        (2, 51, b"\xde", "濁点"), (2, 51, b"\xb0", "使えない字"), (2, 51, b" ", "左に"), (2, 81, b"0000000000", "1円"),
        (2, 91, b"3", "新規"), (2, 112, b"9", "振込指定区分"), (2, 113, b"Z", "識別"), (4, 2, b"000003", "合計"),
        (4, 8, b"000000000001", "合計"), (4, 20, b"1", "ダミー"), (5, 2, b"1", "ダミー"), (5, 1, b"7", "知らない区分"),
        (3, 1, b"1", "並び|置けない"), (4, 1, b"2", "並び|置けない"),
    ],
)  # fmt: skip
def test_what_is_broken_is_found(line, position, text, fault):
    rows = [Transfer(bank_code="0155", branch_code="701", account_type="1", account_number="1234567", payee_kana="サトウ",
                     amount=Yen(each), customer_code=f"{each:020d}") for each in (100, 200)]  # fmt: skip
    lines = zengin_transfer.write(BATCH, rows).split(b"\r\n")
    body = lines[line - 1]
    lines[line - 1] = body[: position - 1] + text + body[position - 1 + len(text) :]
    found = faults_of_transfers(b"\r\n".join(lines))
    assert any(part in each for each in found for part in fault.split("|")), found


def test_a_wrong_shape_is_found():
    good = zengin_transfer.write(BATCH, transfers(1)[:1])
    for bad in (
        b"",
        good[:-1],
        good + b"x",
        good[:-122],
        good[:121] + good[122:],
        good.replace(b"\r\n", b"\n"),
        good + good,
    ):
        assert faults_of_transfers(bad) != []
