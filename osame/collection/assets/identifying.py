"""同一人の認定。規則（`sql/identity.sql`）で足りるか、別の職員が理由とともに決裁するか。ほかの道はない。

The rule counts in the database and nowhere else. When it is not enough, the only way is a proposal that another officer checks and
a manager decides; the trigger on `identification` asks for exactly that proposal, whoever writes the row.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.assets.namesakes import namesakes
from osame.collection.assets.queries import ReplyRow, replies, reply_numbered
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, run_sql


class NotTheSamePerson(Refusal):
    """住所を含む三つ以上の項目が一致していないか、疑いがあります。資料を足すか、別の職員の決裁を受けて認定してください。"""


class AlreadyIdentified(Refusal):
    """この回答は、もう認定されています（または、認定を取り消した回答です）。新しい回答として記録してください。"""


class EnoughByRule(Refusal):
    """規則だけで認定できるので、起案は要りません。「同一人と認定する」から認定してください。"""


class WithdrawalNeedsReason(Refusal):
    """取り消す理由がありません。なぜ別人と分かったかを入力してください。"""


class SeizedAlready(Refusal):
    """この回答の財産には、解除していない差押えがあります。先に差押えを解除してください。"""


class NoDecidedIdentification(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


def identify(reply_ids: Sequence[int], *, as_of: date, officer: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """規則で足りる回答を、まとめて認定する。（認定した回答、職員の確かめが要る回答）を返す。

    要件: F16-03, F16-08
    """
    with transaction.atomic():
        rows = fetch_all(
            "INSERT INTO holder_identification (addressee_number, reply_id, reason, identified_on, officer, withdrawal_reason) "
            "SELECT r.addressee_number, r.reply_id, '', %(on)s, %(officer)s, '' FROM property_reply r "
            "CROSS JOIN LATERAL identity_agreement(r.addressee_number, r) g "
            "WHERE r.reply_id = ANY (%(replies)s) AND identity_is_enough(g.agreed, g.doubts) AND NOT EXISTS (SELECT 1 "
            "FROM holder_identification i WHERE i.addressee_number = r.addressee_number AND i.reply_id = r.reply_id) "
            "RETURNING addressee_number, reply_id",
            {"on": as_of, "officer": officer, "replies": list(reply_ids)},
        )
        if rows:
            record(
                "同一人と認定した",
                subjects=sorted({row[0] for row in rows}),
                detail={"回答": len(rows), "職員": officer},
            )
        done = tuple(int(row[1]) for row in rows)
        left = replies("r.reply_id = ANY (%(replies)s) AND i.reply_id IS NULL", {"replies": list(reply_ids)})
        return done, tuple(each.reply_id for each in left)


def identify_one(reply_id: int, *, as_of: date, officer: str) -> None:
    """規則で足りる回答を認定する。足りなければ断る。

    要件: F16-08
    """
    reply = reply_numbered(reply_id)
    if reply.identified_on:
        raise AlreadyIdentified(str(reply_id))
    if not identify([reply_id], as_of=as_of, officer=officer)[0]:
        raise NotTheSamePerson(_told(reply))


def propose_identification(reply_id: int, *, reason: str) -> int:
    """規則で足りない回答の認定を起案する。別の職員の照査と決裁を待つ。起案番号を返す。

    要件: F16-08, F29-02
    """
    reply = reply_numbered(reply_id)
    if reply.identified_on:
        raise AlreadyIdentified(str(reply_id))
    if reply.enough:
        raise EnoughByRule(str(reply_id))
    content = {
        "addressee_number": reply.addressee_number, "reply_id": reply_id, "party": reply.party,
        "description": reply.description, "agreed": list(reply.agreed), "doubts": list(reply.doubts),
        "namesakes": [[number, same] for number, same in namesakes(reply.addressee_number)], "reason": reason.strip(),
    }  # fmt: skip
    return propose(HighRiskAct.IDENTIFICATION, content=content, reason=reason, subjects=[reply.addressee_number])


@executes(HighRiskAct.IDENTIFICATION)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された同一人の認定を執行する。

    要件: F16-08, F29-02
    """
    who, reply_id, officer = str(content["addressee_number"]), int(content["reply_id"]), gate.required().officer
    with transaction.atomic():
        as_of = day_of_transaction()
        number = decided_proposal(HighRiskAct.IDENTIFICATION, content, NoDecidedIdentification)
        run_sql(
            "INSERT INTO holder_identification (addressee_number, reply_id, proposal_id, reason, identified_on, officer, "
            "withdrawal_reason) VALUES (%s, %s, %s, %s, %s, %s, '')",
            [who, reply_id, number, content["reason"], as_of, officer],
        )
        record("決裁により同一人と認定した", subjects=[who], detail={"回答番号": reply_id, "起案番号": number})
    return f"回答{reply_id}の名義人を、宛名{who}と同じ人と認定しました"


@describes(HighRiskAct.IDENTIFICATION)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """同一人の認定の起案を、人が読める形にする。足りない項目と同姓同名を、そのまま示す。"""
    facts: list[tuple[str, ...]] = [
        ("宛名番号", content["addressee_number"]), ("財産", f"{content['party']}　{content['description']}"),
        ("一致した項目", "、".join(content["agreed"]) or "なし"), ("疑い", "、".join(content["doubts"]) or "なし"),
        ("認定の理由", content["reason"]),
    ]  # fmt: skip
    for number, same in content["namesakes"]:
        facts.append(("同姓同名の宛名", f"{number}（{'生年月日も同じ' if same else '生年月日は違う'}）"))
    return facts


def withdraw_identification(reply_id: int, *, reason: str, as_of: date, officer: str) -> None:
    """認定を取り消す。別人と分かったとき。財産は、差し押さえられなくなる。

    要件: F16-08
    """
    if not reason.strip():
        raise WithdrawalNeedsReason
    with transaction.atomic():
        reply = reply_numbered(reply_id)
        if fetch_all(
            "SELECT 1 FROM asset WHERE addressee_number = %s AND reply_id = %s AND is_seized",
            [reply.addressee_number, reply_id],
        ):
            raise SeizedAlready(f"回答番号{reply_id}")
        run_sql(
            "UPDATE holder_identification SET withdrawn_on = %s, withdrawal_reason = %s WHERE addressee_number = %s AND reply_id = %s",
            [as_of, reason.strip(), reply.addressee_number, reply_id],
        )
        run_sql(
            "UPDATE asset SET gone_on = %s WHERE addressee_number = %s AND reply_id = %s",
            [as_of, reply.addressee_number, reply_id],
        )
        detail: dict[str, str | int] = {"回答番号": reply_id, "職員": officer}
        record("同一人の認定を取り消した", subjects=[reply.addressee_number], detail=detail)


def _told(reply: ReplyRow) -> str:
    born = format_wareki(reply.holder_born_on) if reply.holder_born_on else "生年月日なし"
    agreed, doubts = "、".join(reply.agreed) or "なし", "、".join(reply.doubts) or "なし"
    return f"名義人{reply.holder_name or reply.holder_kana}（{born}）、一致した項目: {agreed}、疑い: {doubts}"
