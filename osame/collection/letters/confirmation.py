"""支援措置の対象者の文書。別の職員が確かめるまで、一枚も刷らない。

The letters of protected people are set apart from their run. One officer proposes them; another checks and decides; only the
execution prints them, into a directory of their own. What was proposed and what is printed must agree to the letter. The
proposal names no place. Every chapter whose letters carry their own register names itself as a source.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osame.collection.letters.folders import copy_of, letters_home, run_folder
from osame.collection.letters.printing import confirmed, letters_out, print_into
from osame.collection.letters.runs import run_facts
from osame.kernel.refusals import Refusal
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.letters.engine import Letter


class NothingToConfirm(Refusal):
    """この実行には、確認を待つ支援措置の対象者の文書がありません。番号を確かめてください。"""


class LettersChanged(Refusal):
    """起案の後に、文書の対象か内容が変わりました。刷らずに止めました。起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class LetterSource:
    """文書の出どころ。

    code: 起案に残す名; name: 人に言う名; folder: 出力先の名; protected: 支援措置の対象者の文書; told: 一通の中身を、居場所を
    言わずに語る文; print_into: 決裁されたものを、その名の出力先に刷る（名、番号、文書、理由）。
    """

    code: str
    name: str
    folder: Callable[[int], str]
    protected: Callable[[int], Sequence[Letter]]
    told: Callable[[Letter], str]
    print_into: Callable[[str, int, Sequence[Letter], str], Path]


_sources: dict[str, LetterSource] = {}


def letter_source(source: LetterSource) -> LetterSource:
    """文書の出どころを登録する。"""
    return _sources.setdefault(source.code, source)


def protected_folder(source: LetterSource, run_id: int) -> str:
    """支援措置の対象者の文書を刷る所の名。"""
    return f"{source.folder(run_id)}-protected"


def waiting_letters(source: LetterSource, run_id: int) -> int:
    """別の職員の確認を待っている、支援措置の対象者の文書の通数。渡した後は零。"""
    if (letters_home() / protected_folder(source, run_id)).exists():
        return 0
    return len(source.protected(run_id))


def propose_letters(source: LetterSource, run_id: int, *, reason: str) -> int:
    """支援措置の対象者の文書を刷ることを起案する。起案番号を返す。

    Propose to print the letters of the protected people of a run. After they were handed over once, the next proposal is for
    another copy.

    要件: F27-02
    """
    letters = source.protected(run_id)
    if not letters:
        raise NothingToConfirm(f"番号 {run_id}")
    name = protected_folder(source, run_id)
    if (letters_home() / name).exists():
        name = copy_of(name)
    content = {
        "source": source.code, "run_id": run_id, "folder": name, "reason": reason.strip(),
        "letters": _listed(source, letters),
    }  # fmt: skip
    subjects = [each.addressee_number for each in letters]
    return propose(HighRiskAct.PROTECTED_LETTER, content=content, subjects=subjects, reason=reason)


@executes(HighRiskAct.PROTECTED_LETTER)
def print_protected_letters(content: Mapping[str, Any]) -> Path:
    """決裁された、支援措置の対象者の文書を刷り、渡す。

    要件: F27-02
    """
    source = _sources[content["source"]]
    letters = source.protected(content["run_id"])
    if _listed(source, letters) != content["letters"]:
        raise LettersChanged(f"番号 {content['run_id']}")
    return source.print_into(content["folder"], content["run_id"], letters, content["reason"])


@describes(HighRiskAct.PROTECTED_LETTER)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """支援措置の対象者の文書の起案を、人が読める形にする。誰に、何を。居場所は言わない。"""
    source = _sources[content["source"]]
    letters = [
        (f"{source.name} {each['letter']}", f"{each['addressee']}　{each['told']}") for each in content["letters"]
    ]
    return [(f"{source.name}の番号", str(content["run_id"])), ("通数", f"{len(letters)}通"), *letters]


def _listed(source: LetterSource, letters: Sequence[Letter]) -> list[dict[str, Any]]:
    """起案に書く中身。ハッシュが、内容の一字の違いも見分ける。居場所は、ハッシュの元にも入れない（影を落とさないように）。"""
    return [
        {
            "letter": each.letter_number,
            "addressee": each.addressee_number,
            "told": source.told(each),
            "sha256": _digest({name: fact for name, fact in each.context.items() if name != "to"}),
        }
        for each in letters
    ]


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _protected(run_id: int) -> list[Letter]:
    return [each.letter for each in letters_out(run_id) if each.protected and isinstance(each.letter, Letter)]


def _print(name: str, run_id: int, letters: Sequence[Letter], reason: str) -> Path:
    result = print_into(name, run_id, letters, reason=reason)
    confirmed(run_id, letters)
    return result.directory


def _told(letter: Letter) -> str:
    return f"{run_facts(letter.run_number).kind.name}　{'・'.join(letter.marks[1:])}"


LETTERS = letter_source(LetterSource("letter-run", "文書", run_folder, _protected, _told, _print))
