"""床。渡された入力を、裸の typst で組むだけの process。"""

import pickle
import sys
from pathlib import Path

import typst

from osame.platform.letters.coverage import FONTS
from osame.platform.letters.engine import ROOT


def main(path: str) -> None:
    """入力を読み、合図を待ち、百通ずつ組む。"""
    template, batches = pickle.loads(Path(path).read_bytes())  # noqa: S301 - 計測が自ら書いたもの
    compiler = typst.Compiler(
        str(ROOT / template.source), root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True
    )
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for batch in batches:
        compiler.compile(format="pdf", sys_inputs=batch, timestamp=template.issued_timestamp, pdf_tags=False)


if __name__ == "__main__":
    main(sys.argv[1])
