"""承継の決定・変更・取消し。起案、照査、決裁を経て、一度だけ執行する。

Four eyes. The proposal freezes the edition and the checklist; execution asks once more, writes one row of decision, rebuilds the
portions in force from all decisions and freezes the notices — in one transaction. A cancellation puts the edition before it back.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.successions.letters import fraction_text, send_cancellation, send_shares
from osame.collection.successions.models import Succession, SuccessionDecision, Successor
from osame.collection.successions.noticing import write_noticed
from osame.collection.successions.portions import rebuild_portions
from osame.collection.successions.queries import SuccessionFile, succession_file
from osame.collection.successions.sharing import portions_in_force, shared_charges
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.conditions import Condition, ConditionNotMet, Conditions
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, fetch_one, run_sql

Act = SuccessionDecision.Act
Kind = Succession.Kind
ELSEWHERE = {
    Kind.TRANSFER: ("事業の譲受人の第二次納税義務による", "地方税法第11条の7"),
    Kind.DISSOLUTION: ("清算人・分配を受けた者の第二次納税義務による", "地方税法第11条の3"),
}
OWN = {Kind.INHERITANCE: "地方税法第9条第1項", Kind.MERGER: "地方税法第9条の3", Kind.SPLIT: "地方税法第10条の4"}
NOT_WHOLE = (Kind.SPLIT, Kind.TRANSFER, Kind.DISSOLUTION)
"""全部を承継しない事由。"""


class NothingToCancel(Refusal):
    """効力を持つ承継の決定がありません。取り消すものを確かめてください。"""


class NothingChanged(Refusal):
    """調べの新しい版がありません。承継する者を登録し直してから、変更を起案してください。"""


class SuccessionNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


class RevisedSinceProposal(Refusal):
    """起案の後に、承継する者の調べが新しくなりました。起案を取り下げ、改めて起案してください。"""


class ReasonNeeded(Refusal):
    """理由がありません。理由を入力してください。"""


def act_of(file: SuccessionFile, *, cancel: bool = False) -> tuple[SuccessionDecision.Act, int]:
    """次の決定の行いと、効力を持つことになる版。取消しは、前の決定の版（なければ0）に戻す。"""
    if cancel:
        if not file.head.in_force:
            raise NothingToCancel(str(file.head.succession_id))
        return Act.CANCEL, _before(file)
    if file.head.latest == file.head.in_force or not file.head.latest:
        raise NothingChanged(str(file.head.succession_id))
    return (Act.CHANGE if file.head.in_force else Act.DECIDE), file.head.latest


def judge(file: SuccessionFile, *, as_of: date) -> Conditions:
    """承継を決定できるかを、条件ごとに。

    要件: F24-01, F24-03, F24-04
    """
    head, lines = file.head, file.latest
    shared = [each for each in lines if each.share or each.kind is Successor.Kind.SPLIT_OFF]
    words, article = ELSEWHERE.get(head.kind, (f"{head.kind.label}により承継する", OWN.get(head.kind, "")))
    items = [
        Condition("cause", "納税義務の承継または連帯納付責任の生じる事由である", words, article, head.kind not in ELSEWHERE),
        Condition("opened", "相続の開始・効力の発生がある", format_wareki(head.opened_on), article, head.opened_on <= as_of),
        _condition("known", "承継する者がすべて宛名に登録されている", [each.name for each in shared if not each.is_known],
                   "が未登録", "地方税法第9条第1項"),
    ]  # fmt: skip
    total = sum(each.share for each in lines)
    is_whole = total == 1 or head.kind in NOT_WHOLE
    fact = f"割合の合計は{total}" if lines else "調べがない"
    items.append(
        Condition(
            "whole",
            "割合の合計が1である",
            fact,
            "地方税法第9条第2項、民法第900条から第902条まで",
            bool(lines) and is_whole,
        )
    )
    others = fetch_all(
        "SELECT DISTINCT succession_id FROM succession_portion WHERE addressee_number = %s AND succession_id <> %s AND numerator > 0",
        [*head.key],
    )
    told = f"承継番号{'、'.join(str(row[0]) for row in others)}" if others else "ない"
    items.append(
        Condition("alone", "ほかに全部の承継が決定されていない", told, article, not others or head.kind in NOT_WHOLE)
    )
    items += _cautions(file, as_of)
    return Conditions("納税義務の承継", as_of, tuple(items))


def propose_decision(key: tuple[str, int], reason: str, *, cancel: bool = False, as_of: date) -> int:
    """承継の決定・変更・取消しを起案する。起案番号を返す。

    要件: F24-01, F24-03, F24-04, F29-02
    """
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        file = succession_file(key, lock=True)
        act, edition = act_of(file, cancel=cancel)
        conditions = [] if cancel else _required(judge(file, as_of=as_of))
        content = {
            "act": act.value, "addressee_number": key[0], "succession_id": key[1], "name": file.head.name, "kind": file.head.kind.label,
            "opened_on": file.head.opened_on.isoformat(), "edition": edition, "latest": file.head.latest,
            "successors": _told_lines(file, edition), "conditions": conditions, "reason": reason.strip(),
        }  # fmt: skip
        numbers = [each.successor_number for each in file.of_edition(edition) if each.successor_number]
        return propose(
            HighRiskAct.SUCCESSION, content=content, reason=reason, subjects=[key[0], *dict.fromkeys(numbers)]
        )


@executes(HighRiskAct.SUCCESSION)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された承継の決定・変更・取消しを執行する。条件を、その日の事実でもう一度判定する。

    要件: F24-01, F24-03, F24-04
    """
    key, officer = (str(content["addressee_number"]), int(content["succession_id"])), gate.required().officer
    act, edition, reason = Act(content["act"]), int(content["edition"]), str(content["reason"])
    with transaction.atomic():
        as_of = day_of_transaction()
        number = decided_proposal(HighRiskAct.SUCCESSION, content, SuccessionNotDecided)
        file = succession_file(key, lock=True)
        if act_of(file, cancel=act is Act.CANCEL) != (act, edition) or file.head.latest != content["latest"]:
            raise RevisedSinceProposal(str(key[1]))
        if act is not Act.CANCEL:
            _required(judge(file, as_of=as_of))
        told_before = [each.successor_number for each in portions_in_force(key[0])]
        fetch_one(
            "INSERT INTO succession_decision VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING 1",
            [*key, len(file.decisions) + 1, act, edition, as_of, reason, number, officer],
        )
        rebuild_portions(key[0])
        _end_representative(file, as_of, officer)
        run_id = _notify(key, told_before, (act, reason), as_of=as_of, officer=officer)
        record(
            "承継の決定を執行した",
            subjects=[key[0]],
            detail={"承継番号": key[1], "行い": str(act.label), "起案番号": number},
        )
    papers = f"、通知書（束{run_id}）を作りました" if run_id else "ました"
    return f"{act.label}を執行し{papers}"


@describes(HighRiskAct.SUCCESSION)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """承継の決定の起案を、人が読める形にする。承継する者の住所は示さない。"""
    facts: list[tuple[str, ...]] = [
        ("行い", str(Act(content["act"]).label)), ("事由", content["kind"]),
        ("被相続人・元の法人", f"{content['name']}（{content['addressee_number']}）"),
        ("相続開始・効力の日", format_wareki(date.fromisoformat(content["opened_on"]))),
        ("効力を持つ版", f"第{content['edition']}版" if content["edition"] else "なし（承継の前に戻す）"),
    ]  # fmt: skip
    facts += [("承継する者", line) for line in content["successors"]]
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content["conditions"], start=1))]


def _before(file: SuccessionFile) -> int:
    """いまの決定の前に効力を持っていた版。取り消した決定は、なかったものとして戻る。"""
    held: list[int] = []
    for each in file.decisions:
        if each.act is Act.CANCEL:
            held.pop()
        else:
            held.append(each.edition)
    return held[-2] if len(held) > 1 else 0


def _notify(
    key: tuple[str, int], told_before: Sequence[str], what: tuple[SuccessionDecision.Act, str], *, as_of: date, officer: str
) -> int | None:  # fmt: skip
    """承継した者に通知する。取り消して承継する者がいなくなれば、先に通知した者に取消しを通知する。"""
    file, (act, reason) = succession_file(key), what
    portions = portions_in_force(key[0])
    if portions:
        charges = shared_charges(key[0], on=as_of, as_of=as_of)
        if not charges:
            return None
        run_id = send_shares(file, portions, charges, "" if act is Act.DECIDE else reason, as_of=as_of, officer=officer)
        write_noticed(file, portions, run_id, as_of=as_of)
        return run_id
    return send_cancellation(file, told_before, reason, as_of=as_of, officer=officer) if told_before else None


def _end_representative(file: SuccessionFile, as_of: date, officer: str) -> None:
    """代表者が承継する者でなくなったら、終わらせる。"""
    who = file.head.representative_number
    if who and who not in {each.successor_number for each in portions_in_force(file.head.addressee_number)}:
        run_sql(
            "INSERT INTO heir_representative (addressee_number, line_number, succession_id, representative_number, basis, effective_on, reason, "
            "officer) SELECT %s, max(line_number) + 1, %s, '', '9', %s, '承継する者でなくなったため', %s FROM heir_representative "
            "WHERE addressee_number = %s",
            [*file.head.key, as_of, officer, file.head.addressee_number],
        )


def _told_lines(file: SuccessionFile, edition: int) -> list[str]:
    return [
        f"{each.name}（{each.successor_number or '宛名未登録'}）　{each.kind.label}　{each.answer.label}　{fraction_text(each.share)}"
        for each in file.of_edition(edition)
    ]


def _required(found: Conditions) -> list[str]:
    if unmet := found.unmet:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
    return [each.line for each in found.items]


def _condition(key: str, text: str, names: Sequence[str], words: str, article: str) -> Condition:
    return Condition(key, text, f"{'、'.join(names)}{words}" if names else "満たす", article, not names)


def _cautions(file: SuccessionFile, as_of: date) -> list[Condition]:
    """決裁する者が見るべきこと。妨げにはならない。"""
    waiting = [each.court for each in file.inquiries if each.answered_on is None]
    unborn = [each.name for each in file.latest if each.answer is Successor.Answer.UNBORN]
    dead = [each.name for each in file.latest if each.share and each.died_on is not None and each.died_on <= as_of]
    asked = bool(file.inquiries) or file.head.kind is not Kind.INHERITANCE
    found = [
        ("answered", "裁判所への照会に回答がある", f"{'、'.join(waiting)}の回答を待っている" if waiting else "待つものはない", "民法第938条", not waiting),
        ("asked", "相続放棄・限定承認を照会した", "照会した" if asked else "照会していない", "民法第915条第1項", asked),
        ("born", "胎児がいない", f"{'、'.join(unborn)}。出生したら按分し直す" if unborn else "いない", "民法第886条", not unborn),
        ("alive", "承継する者が死亡していない", f"{'、'.join(dead)}。その相続の承継も決定する（数次相続）" if dead else "死亡していない",
         "地方税法第9条第1項", not dead),
    ]  # fmt: skip
    return [Condition(*each, is_binding=False) for each in found]
