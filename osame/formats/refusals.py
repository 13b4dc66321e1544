"""受け付けない理由の文。ファイル全体の拒否と、行の拒否。

The words of refusal: what is wrong, on which line, and what to do next. Readers raise `RefusalError` inside and turn it
into `ReportFile.refusal` at their door; no reader lets an exception out.
"""

from osame.formats.reports import Channel, LineProblem, ReportFile
from osame.kernel.money import Yen

MAX_BYTES = 256 * 1024 * 1024
"""受け付けるファイルの上限（バイト）。"""
MAX_RECORDS = 400_000
"""一つのファイルで受け付けるデータ行の上限。"""
RAW_SHOWN = 4096
"""問題の行として残す最大の長さ。"""

ASK_RESEND = "送付元に再送を依頼してください。"
ASK_SENDER = "送付元に内容を確かめてください。"


class RefusalError(Exception):
    """ファイル全体を受け付けない。一行も収納に反映しない。"""

    def __init__(self, line_number: int, reason: str, raw: bytes = b"") -> None:
        super().__init__(reason)
        self.problem = LineProblem(line_number, at_line(line_number, reason), raw[:RAW_SHOWN])


class WriteError(ValueError):
    """様式に書けない値である。"""


def at_line(line_number: int, reason: str) -> str:
    """理由の文の前に行番号を付ける。"""
    return f"{line_number}行目: {reason}" if line_number else reason


def problem_at(line_number: int, reason: str, raw: bytes, amount: int | None = None) -> LineProblem:
    """一行だけの問題。ほかの行は通す。"""
    return LineProblem(
        line_number, at_line(line_number, reason), raw[:RAW_SHOWN], None if amount is None else Yen(amount)
    )


def refused(channel: Channel, profile: str, refusal: RefusalError) -> ReportFile:
    """受け付けなかったファイルの読み取り結果。記録も問題の行も残さない。"""
    return ReportFile(channel=channel, profile=profile, refusal=refusal.problem)


def guard_size(size: int) -> None:
    """0バイトと大きすぎるファイルを、読む前に断る。"""
    if size == 0:
        raise RefusalError(0, f"ファイルが0バイトです。送信が途中で切れた可能性があります。{ASK_RESEND}")
    if size > MAX_BYTES:
        mebibytes = MAX_BYTES // (1024 * 1024)
        raise RefusalError(
            0, f"ファイルが大きすぎます（上限{mebibytes}MiB）。別のファイルと取り違えていないか確かめてください。"
        )


def guard_bytes(data: bytes) -> None:
    """どの様式でも受け付けないバイト（BOM、NUL）を断る。"""
    if data.startswith(b"\xef\xbb\xbf"):
        raise RefusalError(1, "先頭にBOM（EF BB BF）があります。BOMを付けない形での再送を依頼してください。")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusalError(1, "文字コードがUTF-16です。様式の文字コードでの再送を依頼してください。")
    where = data.find(b"\0")
    if where >= 0:
        line_number = data.count(b"\n", 0, where) + 1
        raise RefusalError(line_number, f"NUL（0x00）が含まれています。ファイルが壊れています。{ASK_RESEND}")


def guard_count(count: int) -> None:
    """データ行が上限を超えるファイルを断る。"""
    if count > MAX_RECORDS:
        raise RefusalError(0, f"データが{MAX_RECORDS:,}件を超えています。送付元に分割を依頼してください。")


def guard_rows(size: int, longest: int) -> None:
    """行の上限に収まるはずのない大きさを、読む前に断る。ヘッダーやトレーラの分は見込む。"""
    if size > (MAX_RECORDS + 1_000) * longest:
        guard_count(MAX_RECORDS + 1)
