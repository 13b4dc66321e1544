"""支援措置の対象者の督促状。別の職員が確かめるまで、一枚も刷らない。

The letters of protected people are set apart from their run. One officer proposes them; another checks and decides;
only the execution prints them, into a directory of their own. What was proposed and what is printed must agree: the same
letters, the same people, the same amounts. The proposal names no place.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from osame.collection.demands.letters import copy_of, letters_of, print_into, run_folder
from osame.kernel.refusals import Refusal
from osame.platform import embedded
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.letters.engine import Letter


class NothingToConfirm(Refusal):
    """この実行には、確認を待つ支援措置の対象者の督促状がありません。実行番号を確かめてください。"""


class LettersChanged(Refusal):
    """起案の後に、督促状の対象か金額が変わりました。刷らずに止めました。起案からやり直してください。"""


def waiting_letters(run_id: int) -> int:
    """別の職員の確認を待っている、支援措置の対象者の督促状の通数。渡した後は零。"""
    if (embedded.home() / "letters" / _folder(run_id)).exists():
        return 0
    return len(_protected(run_id))


def propose_protected_letters(run_id: int, *, reason: str) -> int:
    """支援措置の対象者の督促状を刷ることを起案する。起案番号を返す。

    Propose to print the letters of the protected people of a run. After they were handed over once, the next proposal
    is for another copy.

    要件: F27-02, F08-03
    """
    letters = _protected(run_id)
    if not letters:
        raise NothingToConfirm(f"実行番号 {run_id}")
    name = _folder(run_id)
    if (embedded.home() / "letters" / name).exists():
        name = copy_of(name)
    content = {"run_id": run_id, "folder": name, "reason": reason.strip(), "letters": _listed(letters)}
    subjects = [each.addressee_number for each in letters]
    return propose(HighRiskAct.PROTECTED_LETTER, content=content, subjects=subjects, reason=reason)


@executes(HighRiskAct.PROTECTED_LETTER)
def print_protected_letters(content: Mapping[str, Any]) -> Path:
    """決裁された、支援措置の対象者の督促状を刷り、渡す。

    要件: F27-02, F08-03
    """
    letters = _protected(content["run_id"])
    if _listed(letters) != content["letters"]:
        raise LettersChanged(f"実行番号 {content['run_id']}")
    return print_into(content["folder"], content["run_id"], letters, reason=content["reason"]).directory


@describes(HighRiskAct.PROTECTED_LETTER)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """支援措置の対象者の督促状の起案を、人が読める形にする。誰に、いくら。居場所は言わない。"""
    letters = [(f"督促状 {each['letter']}", f"{each['addressee']}　{each['total']}円") for each in content["letters"]]
    return [("督促の実行番号", str(content["run_id"])), ("通数", f"{len(letters)}通"), *letters]


def _folder(run_id: int) -> str:
    return f"{run_folder(run_id)}-protected"


def _protected(run_id: int) -> list[Letter]:
    return [each.letter for each in letters_of(run_id) if each.protected and isinstance(each.letter, Letter)]


def _listed(letters: list[Letter]) -> list[dict[str, Any]]:
    """起案に書く中身。誰に、いくら。居場所は書かない。"""
    return [
        {"letter": each.letter_number, "addressee": each.addressee_number, "total": each.context["total"]}
        for each in letters
    ]
