"""osame コマンドの入口。"""


def main() -> None:
    """コマンドを一つ実行する。"""
    raise SystemExit("準備中です。")
