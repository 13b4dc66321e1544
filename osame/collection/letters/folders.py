"""刷った文書の置き場。束ごとに一つの名。もう一度刷れば、番号を添えた名。"""

from itertools import count
from pathlib import Path

from osame.platform import embedded


def letters_home() -> Path:
    """刷った文書の置き場。"""
    return embedded.home() / "letters"


def run_folder(run_id: int) -> str:
    """文書の束の出力先の名。"""
    return f"letter-run-{run_id:06d}"


def is_there(name: str) -> bool:
    """その名の出力が、もうあるか。"""
    return (letters_home() / name / "manifest.json").is_file()


def copy_of(name: str) -> str:
    """もう一度刷るときの、まだない番号を添えた名。"""
    folder = letters_home()
    return next(f"{name}-copy-{at}" for at in count(2) if not (folder / f"{name}-copy-{at}").exists())


def set_aside(*patterns: str) -> list[Path]:
    """当てはまる出力を、名を改めて脇に置く。刷り直すまで、何も渡せない。"""
    folder, moved = letters_home(), []
    for path in sorted(each for pattern in patterns for each in folder.glob(pattern)):
        target = _free(folder / "recalled", path.name)
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        moved.append(target)
    return moved


def _free(folder: Path, name: str) -> Path:
    return next(path for at in count(1) if not (path := folder / f"{name}.{at}").exists())
