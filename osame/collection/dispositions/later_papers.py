"""処分の後に出す書面。解除・取消しの通知と抹消登記の嘱託、取下書、履行の催告、訂正と表示の変更、請求への答え。

Papers that follow a disposition. Whoever was told of it is told of its end or change in the same transaction; the registry is asked
to strike its entry out.
"""

from datetime import date

from osame.collection.assets.letters import subject_of
from osame.collection.assets.queries import Party, third_party
from osame.collection.dispositions.letters import (
    asset_facts,
    freeze_all,
    interested_parties,
    outside_draft,
    own_drafts,
    subject_facts,
)
from osame.collection.dispositions.paper import APPEAL, Paper, amount_text, compound
from osame.collection.dispositions.queries import DispositionFile
from osame.collection.letters.actions import Draft
from osame.kernel.dates import format_wareki
from osame.law.dispositions import Procedure

RELEASE_FORMS = {
    Procedure.SEIZURE: "R-096",
    Procedure.PRESERVATION_SEIZURE: "R-096",
    Procedure.PARTICIPATING_SEIZURE: "R-099",
    Procedure.DISTRIBUTION_REQUEST: "R-098",
}
Facts = tuple[tuple[str, str], ...]


def send_release(file: DispositionFile, ground: tuple[str, str], *, as_of: date, officer: str) -> tuple[int, ...]:
    """解除・取消しの通知を、知らせるべきすべての者に一度に作る。登記があれば抹消の嘱託、交付要求なら取下書も。 ground: （事由、条文）

    要件: F17-10, F18-02, F18-03
    """
    head, done = file.head, "解除" if file.head.stage.name == "RELEASED" else "取消し"
    word, told = head.procedure.value, "解除" if done == "解除" else "取消"
    facts = (("処分の番号", head.number), ("処分の日", format_wareki(head.done_on)), ("事由", ground[0]), ("根拠", ground[1]),
             (f"{done}の日", format_wareki(as_of)))  # fmt: skip
    verb = "解除しました" if done == "解除" else "取り消しました"
    paper = Paper(
        f"{compound(word)}{told}通知書",
        f"次の{word}を{verb}ので、通知します。",
        asset_facts(file, facts),
        (),
        (),
        (),
        (),
        "",
    )
    outside = Paper(
        paper.title, paper.opening, (*subject_of(head.addressee_number)[:1], *paper.facts), (), (), (), (), ""
    )
    drafts = own_drafts(file, paper)
    if head.third_party_id:
        drafts.append(outside_draft(file, third_party(head.third_party_id), outside))
    if head.body_id:
        drafts.append(outside_draft(file, third_party(head.body_id), _to_body(file, outside, as_of)))
    drafts += [outside_draft(file, each, outside) for each in interested_parties(file)]
    if head.registry_id:
        drafts.append(outside_draft(file, third_party(head.registry_id), _struck_out(file, ground, done, as_of)))
    return freeze_all({RELEASE_FORMS[head.procedure]: drafts}, as_of=as_of, officer=officer)


def send_call_to_perform(file: DispositionFile, amount: int, by: date, *, as_of: date, officer: str) -> int:
    """履行しない第三債務者への、履行催告書（R-100）を作る。束の番号を返す。

    要件: F17-05
    """
    head = file.head
    assert head.third_party_id is not None
    assert head.perform_by is not None
    facts = asset_facts(
        file,
        (*subject_facts(file), ("処分の番号", head.number), ("差押えの日", format_wareki(head.done_on)),
         ("過ぎた履行期限", format_wareki(head.perform_by)), ("この催告の期限", format_wareki(by)), ("根拠", "国税徴収法第67条第1項")),
    )  # fmt: skip
    notes = (("支払わないとき", "期限までに支払も供託もないときは、取立ての訴えなど、民事の手続によって取り立てます。差押えの競合などで供託したときは、"
              "事情を届け出てください。"),)  # fmt: skip
    opening = "差し押さえた債権について、履行期限が過ぎましたが、まだ支払を受けていません。次の期限までに、この団体の徴税吏員に支払ってください。"
    paper = Paper("履行催告書", opening, facts, (("催告する額", amount_text(amount)),), (), (), notes, "")
    draft = outside_draft(file, third_party(head.third_party_id), paper)
    return freeze_all({"R-100": [draft]}, as_of=as_of, officer=officer)[0]


def send_correction(
    file: DispositionFile, title: str, facts: Facts, total: int | None, *, as_of: date, officer: str
) -> tuple[int, ...]:
    """調書の訂正、または減額による表示の変更を、滞納者と、差押えを知らせたすべての者に通知する。束の番号を返す。

    要件: F17-12
    """
    head = file.head
    shown = asset_facts(file, (("処分の番号", head.number), ("差押えの日", format_wareki(head.done_on)), *facts))
    totals = () if total is None else (("差押えに係る徴収金の額（変更後）", amount_text(total)),)
    opening = "先にお知らせした処分の記載を、次のとおり改めたので、通知します。処分の効力は、初めの日から続いています。"
    own = Paper(title, opening, shown, totals, (), (), (("不服の申立て", APPEAL),), head.officer)
    told = Paper(title, opening, (*subject_facts(file), *shown), totals, (), (), (), "")
    papers: dict[str, list[Draft]] = {"R-090": own_drafts(file, own)}
    if head.third_party_id or head.body_id:
        papers["R-091"] = [outside_draft(file, third_party(head.third_party_id or head.body_id or 0), told)]
    if others := interested_parties(file):
        papers["R-095"] = [outside_draft(file, each, told) for each in others]
    return freeze_all(papers, as_of=as_of, officer=officer)


def send_claim_answer(
    file: DispositionFile, party: Party, answer: tuple[str, Facts, str], *, as_of: date, officer: str
) -> int:
    """差押えについての請求への答えを、請求した者に通知する。 answer: （題、項目、文）。束の番号を返す。

    要件: F17-11
    """
    title, facts, opening = answer
    shown = asset_facts(file, (*subject_facts(file)[:1], ("処分の番号", file.head.number), *facts))
    paper = Paper(title, opening, shown, (), (), (), (("不服の申立て", APPEAL),), "")
    return freeze_all({"R-095": [outside_draft(file, party, paper)]}, as_of=as_of, officer=officer)[0]


def _to_body(file: DispositionFile, told: Paper, as_of: date) -> Paper:
    """執行機関・先の差押えの機関へ。交付要求なら取下書にする。"""
    if file.head.procedure is not Procedure.DISTRIBUTION_REQUEST:
        return told
    facts = (*told.facts, ("事件の表示", file.head.case_number), ("取り下げる日", format_wareki(as_of)))
    return Paper("交付要求取下書", "次の交付要求を解除したので、取り下げます。", facts, (), (), (), (), "")


def _struck_out(file: DispositionFile, ground: tuple[str, str], done: str, as_of: date) -> Paper:
    head = file.head
    act = "参加差押え" if head.procedure is Procedure.PARTICIPATING_SEIZURE else "差押え"
    article = "国税徴収法第88条第1項" if head.procedure is Procedure.PARTICIPATING_SEIZURE else "国税徴収法第80条第3項"
    facts = asset_facts(
        file,
        (*subject_facts(file), ("登記の目的", f"{act}登記の抹消"), ("原因", f"{format_wareki(as_of)} {done}"),
         ("抹消する登記", f"{format_wareki(head.done_on)} {act}（{head.number}）"), ("事由", ground[0]), ("根拠", article)),
    )  # fmt: skip
    return Paper(
        f"{compound(act)}登記（登録）抹消嘱託書",
        f"次の{act}の登記（登録）の抹消を嘱託します。",
        facts,
        (),
        (),
        (),
        (),
        "",
    )
