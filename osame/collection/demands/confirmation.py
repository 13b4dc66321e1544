"""支援措置の対象者の督促状。別の職員が確かめるまで、一枚も刷らない。"""

from collections.abc import Sequence
from pathlib import Path

from osame.collection.demands.letters import letters_of, print_into, run_folder
from osame.collection.letters import confirmation
from osame.collection.letters.confirmation import LetterSource, letter_source, propose_letters
from osame.platform.letters.engine import Letter


def waiting_letters(run_id: int) -> int:
    """別の職員の確認を待っている、支援措置の対象者の督促状の通数。渡した後は零。"""
    return confirmation.waiting_letters(DEMANDS, run_id)


def propose_protected_letters(run_id: int, *, reason: str) -> int:
    """支援措置の対象者の督促状を刷ることを起案する。起案番号を返す。

    要件: F27-02, F08-03
    """
    return propose_letters(DEMANDS, run_id, reason=reason)


def _protected(run_id: int) -> list[Letter]:
    return [each.letter for each in letters_of(run_id) if each.protected and isinstance(each.letter, Letter)]


def _told(letter: Letter) -> str:
    return f"{letter.context['total']}円"


def _print(name: str, run_id: int, letters: Sequence[Letter], reason: str) -> Path:
    return print_into(name, run_id, letters, reason=reason).directory


DEMANDS = letter_source(LetterSource("demand-run", "督促状", run_folder, _protected, _told, _print))
