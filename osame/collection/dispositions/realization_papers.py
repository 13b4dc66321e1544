"""換価執行決定の書面。換価の催告と同意の求め、滞納者への予告、決定の告知と通知、取消しの通知（R-099-2）。"""

from datetime import date

from osame.collection.assets.models import AssetInterest
from osame.collection.assets.queries import Party, interests_in, third_party
from osame.collection.dispositions.letters import asset_facts, freeze_papers, outside_draft, own_drafts, subject_facts
from osame.collection.dispositions.paper import APPEAL, DECIDED, HAND_OVER, Paper, amount_text
from osame.collection.dispositions.queries import DispositionFile
from osame.collection.dispositions.realization_queries import DecisionHead
from osame.kernel.dates import format_wareki

FORM = "R-099-2"
CALLED = "先に差し押さえられた次の不動産について、参加差押えをしています。国税徴収法第87条第3項により、換価に付すよう催告します。換価に付さないときは、この団体が換価の執行をすることについて、同意するかどうかを回答してください（同法第89条の2第1項・第2項）。"
FORETOLD = "あなたの次の不動産は、先に差し押さえた行政機関の同意を得て、この団体が公売することがあります。滞納している徴収金を、至急納めてください。"
NOTICED = "次の不動産について、換価の執行をする旨を決定したので、国税徴収法第89条の2第4項により通知します。"
REVOKED = "次の不動産についての換価執行決定を取り消したので、通知します。"
Facts = tuple[tuple[str, str], ...]


def send_call(file: DispositionFile, *, as_of: date, officer: str) -> int:
    """換価の催告と同意の求めを、先に差し押さえた行政機関に、予告を滞納者に作る。束の番号を返す。

    要件: F18-02
    """
    facts = _facts(file, (("根拠", "国税徴収法第87条第3項・第89条の2第1項、地方税法第331条第6項"),))
    total = (("参加差押えに係る徴収金の額", amount_text(file.total)),)
    to_body = Paper("参加差押財産換価催告書", CALLED, (*subject_facts(file), *facts), total, (), (), (), "")
    to_own = Paper("換価執行決定予告通知書", FORETOLD, facts, total, (), (), (), "")
    drafts = [outside_draft(file, _body(file), to_body), *own_drafts(file, to_own)]
    return freeze_papers(FORM, drafts, as_of, officer)


def send_decision(file: DispositionFile, head: DecisionHead, *, as_of: date, officer: str) -> int:
    """決定の告知を同意した行政機関に、通知を滞納者と交付要求をした者に作る。束の番号を返す。

    要件: F18-02
    """
    facts = _facts(file, (
        ("同意した行政機関", head.body), ("同意", head.consent_text), ("決定の日", format_wareki(as_of)),
        ("根拠", "国税徴収法第89条の2、地方税法第331条第6項"),
    ))  # fmt: skip
    total = (("参加差押えに係る徴収金の額", amount_text(file.total)),)
    told = (*subject_facts(file), *facts)
    to_body = Paper("換価執行決定告知書", DECIDED, told, total, (), (), (HAND_OVER,), "")
    to_own = Paper("換価執行決定通知書", NOTICED, facts, total, (), (), (("不服の申立て", APPEAL),), "")
    to_others = Paper("換価執行決定通知書", NOTICED, told, total, (), (), (), "")
    drafts = [
        outside_draft(file, third_party(head.body_id), to_body), *own_drafts(file, to_own),
        *(outside_draft(file, each, to_others) for each in _requesters(file, head)),
    ]  # fmt: skip
    return freeze_papers(FORM, drafts, as_of, officer)


def send_revocation(
    file: DispositionFile, head: DecisionHead, ground: tuple[str, str], *, as_of: date, officer: str
) -> int:
    """取消しの通知を、同意した行政機関、滞納者、交付要求をした者に作る。 ground: （事由、条文）。束の番号を返す。

    要件: F18-02
    """
    facts = _facts(file, (
        ("同意した行政機関", head.body), ("取消しの事由", ground[0]), ("取消しの日", format_wareki(as_of)), ("根拠", ground[1]),
    ))  # fmt: skip
    own = Paper("換価執行決定取消通知書", REVOKED, facts, (), (), (), (), "")
    outside = Paper("換価執行決定取消通知書", REVOKED, (*subject_facts(file)[:1], *facts), (), (), (), (), "")
    drafts = [
        outside_draft(file, third_party(head.body_id), outside), *own_drafts(file, own),
        *(outside_draft(file, each, outside) for each in _requesters(file, head)),
    ]  # fmt: skip
    return freeze_papers(FORM, drafts, as_of, officer)


def _facts(file: DispositionFile, more: Facts) -> Facts:
    head = file.head
    return asset_facts(
        file,
        (
            ("参加差押えの番号", head.number),
            ("参加差押えの日", format_wareki(head.done_on)),
            ("先の差押え", head.case_number),
            *more,
        ),
    )


def _body(file: DispositionFile) -> Party:
    assert file.head.body_id is not None
    return third_party(file.head.body_id)


def _requesters(file: DispositionFile, head: DecisionHead) -> list[Party]:
    """財産について交付要求（参加差押えを含む）をした、ほかの行政機関。"""
    if file.head.asset_id is None:
        return []
    rows = interests_in((file.head.addressee_number, file.head.asset_id))
    found = {each.third_party_id for each in rows if each.kind is AssetInterest.Kind.TAX} - {head.body_id}
    return [third_party(each) for each in sorted(found)]
