"""様式の構造を知った変異。一万を超える壊れたファイルを読んで、例外を出さず、結果がつじつまの合うこと。"""

import io
import random

import pytest

from osame.formats import determination_csv, inbound, installment_master, zengin_debit, zengin_transfer
from osame.formats.determination_csv import DeterminationRow
from osame.formats.reports import LineProblem, PaymentReport, ReportStage

MUTATIONS = 8_000
"""様式一つあたりの変異の数。六つの様式と、CSV二つと、全銀の依頼二つで合わせて八万。"""
TOKENS = [b"\0", b"\r", b"\n", b"\r\n", b"\x1a", b",", b'"', b" ", b"0", b"9", b"-1", b"\xff", b"\xef\xbb\xbf"]
TOKENS += ["１".encode(), "ヤ".encode("cp932"), b"20241332", b"99999999999999", b"1e9", b"_1", b"0" * 12, b"error:"]


def mutate(data, source, separator=b"\r\n"):
    """行の入れ替え・重複・削除、項目の書き換え、途中で切る、など。"""
    lines = data.split(separator)
    for _ in range(source.randint(1, 3)):
        act = source.randrange(9)
        place = source.randrange(len(lines))
        line = lines[place]
        where = source.randrange(len(line) + 1)
        token = source.choice(TOKENS)
        if act == 0:
            lines[place] = line[:where] + token + line[where + len(token) :]  # 長さを保って書き換え
        elif act == 1:
            lines[place] = line[:where] + token + line[where:]
        elif act == 2:
            lines[place] = line[:where] + line[where + source.randint(1, 5) :]
        elif act == 3:
            lines.insert(place, line)
        elif act == 4 and len(lines) > 1:
            del lines[place]
        elif act == 5:
            other = source.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        elif act == 6:
            lines[place] = bytes(byte ^ (1 << source.randrange(8)) if source.random() < 0.02 else byte for byte in line)
        elif act == 7:
            lines[place] = line[:where]
        else:
            separator = source.choice([b"\r\n", b"\n", b"\r", b"", b"\r\n\r\n"])
    mutated = separator.join(lines)
    return mutated[: source.randrange(len(mutated) + 1)] if source.random() < 0.1 else mutated


def check(file):
    """拒否なら一行もなく、拒否でなければ記録と問題の行が件数を満たす。"""
    if file.refusal is not None:
        assert file.records == ()
        assert file.problems == ()
        assert file.refusal.reason.endswith("。")
        return
    if file.declared_count is not None and file.profile != "dsk_csv":
        assert file.declared_count == len(file.records) + len(file.problems)
        amounts = [item.amount for item in (*file.records, *file.problems)]
        if None not in amounts:
            assert sum(amounts) == file.declared_total
    for record in file.records:
        assert isinstance(record, PaymentReport)
        assert 0 < record.amount <= 99_999_999_999
        assert (record.received_on is not None) == (record.stage is ReportStage.FINAL)
        assert record.natural_key.startswith(file.channel.value + ":")
        assert record.slip_number is None or 0 < record.slip_number < 10**15
    keys = [(record.natural_key, record.stage) for record in file.records]
    assert len(keys) == len(set(keys))
    for problem in file.problems:
        assert problem.reason.startswith(f"{problem.line_number}行目: ")
        assert problem.reason.endswith("。")


@pytest.mark.parametrize(
    "key",
    [
        "zengin_91",
        "mizuho_factor_120",
        "mufg_factor_120",
        "dsk_csv",
        "eltax_keshikomi_v0",
        "bank_notice_v0",
        "pension_notice_v0",
    ],
)
def test_payment_files(make, key):
    source = random.Random(key)
    data = make.files()[key]
    whole = 0
    for _ in range(MUTATIONS):
        file = inbound.read(key, mutate(data, source), business_year=2024)
        check(file)
        whole += file.refusal is None
    assert whole > MUTATIONS // 50  # 断ってばかりでは変異の意味がない


def test_requests_and_transfers(make, samples):
    source = random.Random(91)
    for name, read in (
        ("furikae91_request.txt", zengin_debit.read_request),
        ("sofuri21_refund.txt", zengin_transfer.read),
    ):
        data = (samples / "zengin" / name).read_bytes()
        for _ in range(MUTATIONS):
            file = read(mutate(data, source), business_year=2024)
            assert file.refusal is None or file.batches == ()


@pytest.mark.parametrize("name", ["determination", "installment_master"])
def test_our_csv_files(make, samples, name):
    source = random.Random(name)
    read = determination_csv.read_lines if name == "determination" else installment_master.read_lines
    data = (samples / "golden" / f"{name}.csv").read_bytes()
    for _ in range(MUTATIONS):
        found = list(read(io.BytesIO(mutate(data, source))))
        problems = [item for item in found if isinstance(item, LineProblem)]
        assert all(item.reason.endswith("。") for item in problems)
        refusals = [item for item in problems if item.line_number == 0]
        assert len(refusals) <= 1
        assert not refusals or found[-1] is refusals[0]
        for item in found:
            if isinstance(item, DeterminationRow):
                assert abs(item.change_amount) < 10**11
                assert item.change_reason in determination_csv.CHANGE_REASONS
