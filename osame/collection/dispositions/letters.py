"""滞納処分の書面。差押調書謄本、債権差押通知書、計算書、差押書、嘱託書、差押通知書、解除、交付要求、参加差押え、取立て、配当。

Papers for the taxpayer and for third parties. A third party is told the name; the address only when the taxpayer is not protected —
what a protected person's paper says does not depend on where they live.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.assets.letters import subject_of, subjects_of
from osame.collection.assets.queries import Party, interested_in, parties_numbered, third_party
from osame.collection.dispositions.filing import court_proceeding
from osame.collection.dispositions.kinds import kind_of
from osame.collection.dispositions.paging import arranged
from osame.collection.dispositions.paper import (
    APPEAL,
    CLAIM_BAN,
    EXTRA,
    OBJECTION,
    OWNER_BAN,
    Paper,
    amount_text,
    charge_rows,
    compound,
)
from osame.collection.dispositions.queries import BankruptcyLine, DispositionFile, DispositionHead
from osame.collection.dispositions.wages import told_to_payer
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.collection.successions.sharing import heirs_among
from osame.kernel.dates import format_wareki
from osame.law.arrears_facts import AssetKind
from osame.law.dispositions import Procedure
from osame.law.distribution import DistributionAnswer, DistributionSchedule
from osame.platform.database import fetch_one

RECORDED = frozenset((
    AssetKind.MOVABLE, AssetKind.DEPOSIT, AssetKind.WAGE, AssetKind.PENSION, AssetKind.INSURANCE, AssetKind.RECEIVABLE,
    AssetKind.DEPOSIT_OF_LEASE, AssetKind.REFUND, AssetKind.INTANGIBLE_CLAIM, AssetKind.BOOK_ENTRY_SECURITIES,
    AssetKind.ELECTRONIC_CLAIM,
))  # fmt: skip
"""差押調書の謄本を滞納者に交付する財産（国税徴収法第54条）。ほかは差押書を送達する（同法第68条など）。"""
PRESERVED = "納付すべき額の確定の前に、徴収を確保するため、地方税法第16条の4第1項により、次の財産を差し押さえました。税額が確定するまで、換価しません。"
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """書面に要る、処分の外の事実。 subjects: 示す滞納者; heirs: 承継した者; interested: 財産ごとの権利を有する者; parties: 照会先。"""

    subjects: Mapping[str, Facts]
    heirs: Mapping[str, tuple[str, ...]]
    interested: Mapping[int, tuple[int, ...]]
    parties: Mapping[int, Party]


def beside_of(files: Sequence[DispositionFile]) -> Beside:
    """処分の外の事実を、まとめて読む。読む文の数は、処分の数によらない。

    要件: F17-08, F17-16
    """
    heads = [each.head for each in files]
    whose = sorted({each.addressee_number for each in heads})
    interested = interested_in([each.asset_id for each in heads if each.asset_id is not None])
    told = {
        each for head in heads for each in (head.third_party_id, head.body_id, head.registry_id) if each is not None
    }
    parties = parties_numbered(sorted(told | {each for found in interested.values() for each in found}))
    return Beside(subjects_of(whose), heirs_among(whose), interested, parties)


def send_papers(file: DispositionFile, *, as_of: date, officer: str) -> tuple[int, ...]:
    """処分の書面を、滞納者・第三債務者・利害関係人・登記所の分まで一度に作る。束の番号を返す。

    要件: F17-02, F17-03, F17-06, F17-08, F18-01, F18-02
    """
    return freeze_all(papers_of(file, beside_of([file])), as_of=as_of, officer=officer)


def freeze_all(papers: Mapping[str, Sequence[Draft]], *, as_of: date, officer: str) -> tuple[int, ...]:
    """様式ごとに、一つの束にする。束の番号を返す。

    要件: F17-02, F17-16
    """
    return tuple(freeze_papers(form, drafts, as_of, officer) for form, drafts in papers.items())


def papers_of(file: DispositionFile, beside: Beside) -> dict[str, list[Draft]]:
    """処分の書面。様式ごとに、送る者の順。

    要件: F17-02, F17-03, F17-06, F17-08, F18-01, F18-02
    """
    head, kind = file.head, file.head.asset_kind
    if head.procedure is Procedure.DISTRIBUTION_REQUEST:
        if filed := court_proceeding(head.addressee_number, head.case_number):
            return {"R-097": [_filed(file, filed, beside)]}
        return {"R-097": _request(file, ("交付要求書", "交付要求通知書"), beside)}
    registry = {"R-094": registration_papers(file, beside.parties[head.registry_id])} if head.registry_id else {}
    if head.procedure is Procedure.PARTICIPATING_SEIZURE:
        return {"R-099": _request(file, ("参加差押書", "参加差押通知書"), beside)} | registry
    assert kind is not None
    form, title = ("R-090", "差押調書（謄本）") if kind in RECORDED else ("R-093", "差押書")
    papers = {form: own_drafts(file, _seizure(file, title, beside, own=True), beside)}
    if head.third_party_id is not None:
        party = beside.parties[head.third_party_id]
        papers["R-091"] = [outside_draft(file, party, _seizure(file, _notice_title(kind), beside))]
        if head.wage_steps:
            papers["R-092"] = [outside_draft(file, party, _wages(file, beside))]
    papers |= registry
    if others := interested_parties(file, beside):
        paper = _seizure(file, "差押通知書", beside, interested=True)
        papers["R-095"] = [outside_draft(file, each, paper) for each in others]
    return papers


def send_receipt(file: DispositionFile, amount: int, collected_on: date, *, as_of: date, officer: str) -> int:
    """取立ての受領書（R-100）を作る。

    要件: F17-05
    """
    head = file.head
    facts = asset_facts(
        file, (("処分の番号", head.number), ("受領の日", format_wareki(collected_on)), ("根拠", "国税徴収法第67条"))
    )
    opening = "差し押さえた債権の取立てとして、次の金額を受領しました。"
    paper = Paper("取立受領書", opening, facts, (("受領した金額", amount_text(amount)),), (), (), (), "")
    party = third_party(head.third_party_id) if head.third_party_id else None
    drafts = [outside_draft(file, party, paper)] if party else own_drafts(file, paper)
    return freeze_papers("R-100", drafts, as_of, officer)


def send_distribution(
    file: DispositionFile,
    answer: DistributionAnswer,
    schedule: DistributionSchedule | None,
    *,
    as_of: date,
    officer: str,
) -> int:
    """配当計算書の謄本を、滞納者とほかの債権者に作る（R-104）。

    要件: F19-05
    """
    head = file.head
    delivery = format_wareki(schedule.delivery_on) if schedule else "―"
    facts = asset_facts(
        file, (("処分の番号", head.number), ("交付期日", delivery), ("根拠", "国税徴収法第131条・第132条"))
    )
    lines = (
        *(f"{each.name}（{each.kind.value}）債権{each.claimed:,}円　配当{each.amount:,}円" for each in answer.shares),
        *answer.steps,
    )
    paper = Paper(
        "配当計算書（謄本）", "換価代金等を次のとおり配当するので、配当計算書の謄本を送付します。", facts,
        (("残余の金額", amount_text(answer.left)),), (), (lines,),
        (OBJECTION,), "",
    )  # fmt: skip
    drafts = [*own_drafts(file, paper), *(outside_draft(file, each, paper) for each in interested_parties(file))]
    return freeze_papers("R-104", drafts, as_of, officer)


def _request(file: DispositionFile, titles: tuple[str, str], beside: Beside) -> list[Draft]:
    head = file.head
    assert head.body_id is not None
    body = beside.parties[head.body_id]
    charges, lines = (charge_rows(file.parts),), ()
    facts = asset_facts(file, (("処分の番号", head.number), ("執行機関", body.name), ("事件・先の差押え", head.case_number),
                                ("根拠", "地方税法第331条第4項・第5項、国税徴収法第82条・第86条")))  # fmt: skip
    total = (("要求する額", amount_text(file.total)),)
    to_body = Paper(titles[0], f"滞納者の財産について、次の徴収金のため、{head.procedure.value}をします。",
                    (*subject_facts(file, beside), *facts), total, charges, lines, (EXTRA,), "")  # fmt: skip
    to_own = Paper(titles[1], f"あなたの滞納している徴収金のため、次のとおり{head.procedure.value}をしたので、通知します。", facts, total,
                   charges, lines, (("不服の申立て", APPEAL),), "")  # fmt: skip
    return [outside_draft(file, body, to_body), *own_drafts(file, to_own, beside)]


def _filed(file: DispositionFile, proceeding: BankruptcyLine, beside: Beside) -> Draft:
    """更生手続の裁判所への、租税等の請求権の届出書。滞納者への通知は要らない。"""
    head = file.head
    assert head.body_id is not None
    body = beside.parties[head.body_id]
    charges, lines = (charge_rows(file.parts),), ()
    facts = (*subject_facts(file, beside), ("裁判所", body.name), ("事件", head.case_number),
             ("開始の決定", format_wareki(proceeding.since)), ("届出の番号", head.number), ("請求権の原因", "地方税法による徴収金（次の表のとおり）"),
             ("担保権の内容", "なし"), ("根拠", "会社更生法第142条"))  # fmt: skip
    opening = "更生手続について、租税等の請求権を有するので、その額、原因、担保権の内容を、次のとおり届け出ます。"
    paper = Paper(
        "租税等の請求権の届出書",
        opening,
        facts,
        (("届け出る額", amount_text(file.total)),),
        charges,
        lines,
        (EXTRA,),
        "",
    )
    return outside_draft(file, body, paper)


def _seizure(
    file: DispositionFile, title: str, beside: Beside, *, own: bool = False, interested: bool = False
) -> Paper:
    head, kind = file.head, file.head.asset_kind
    facts: Facts = (
        ("処分の番号", head.number), ("差押えの日", format_wareki(head.done_on)), ("差し押さえる範囲", head.scope),
        *((("履行期限", format_wareki(head.perform_by)),) if head.perform_by else ()),
        *((("場所・立会人", head.place),) if head.place else ()),
    )  # fmt: skip
    facts = asset_facts(file, facts)
    charges, lines = (charge_rows(file.parts),), (head.wage_steps,) if own and head.wage_steps else ()
    preserves = head.procedure is Procedure.PRESERVATION_SEIZURE
    total = _preserved(head) if preserves else (("差押えに係る徴収金の額", amount_text(file.total)),)
    if own:
        opening = (
            PRESERVED
            if preserves
            else "次の徴収金を滞納しているので、地方税法と国税徴収法により、次の財産を差し押さえました。"
        )
        notes = (*(() if preserves else (EXTRA,)), ("処分の禁止", OWNER_BAN), ("不服の申立て", APPEAL))
        return Paper(title, opening, facts, total, charges, lines, notes, head.officer)
    facts = (*subject_facts(file, beside), *facts)
    if interested:
        opening = "あなたが権利を有する次の財産を差し押さえたので、国税徴収法第55条により通知します。"
        return Paper(title, opening, facts, total, charges, lines, (EXTRA,), "")
    opening = "滞納者に対する徴収金のため、滞納者があなたに対して有する次の債権などを差し押さえます。"
    if preserves:
        opening = (
            "徴収金を確保するため（地方税法第16条の4第1項）、次の者があなたに対して有する債権などを差し押さえます。"
        )
    ban = CLAIM_BAN if kind is not None else OWNER_BAN
    notes = (("履行", ban), *(() if preserves else (EXTRA,)))
    return Paper(title, opening, facts, total, charges, lines, notes, "")


def _wages(file: DispositionFile, beside: Beside) -> Paper:
    head = file.head
    lines = (tuple(told_to_payer(head.wage_shares, head.wage_steps, head.asset_id)),)
    facts = (*subject_facts(file, beside), ("処分の番号", head.number), ("根拠", "国税徴収法第76条"))
    opening = "差し押さえた給料等について、差し押さえることができる額の計算は、次のとおりです。支払額が変わる月は、同じ方法で計算してください。"
    return Paper("差押可能額計算書", opening, facts, (), (), lines, (), "")


def registration_papers(file: DispositionFile, registry: Party) -> list[Draft]:
    """登記所・登録所に出す三枚。嘱託書、登記原因証明情報、財産目録。

    要件: F17-06, F18-02
    """
    head = file.head
    act, article = (
        ("参加差押え", "国税徴収法第86条第3項")
        if head.procedure is Procedure.PARTICIPATING_SEIZURE
        else ("差押え", "国税徴収法第68条第3項・第71条第3項")
    )
    cause = f"{format_wareki(head.done_on)} {act}（{head.number}）"
    subject = subject_facts(file)
    entrusted = (*subject, ("登記の目的", act), ("原因", cause), ("根拠", f"{article}、地方税法第331条第6項"),
                 ("添付する書面", "登記原因証明情報、財産目録"))  # fmt: skip
    proof = (*subject, ("原因となる処分", f"{act}（{head.number}）"), ("処分の日", format_wareki(head.done_on)),
             ("差し押さえた範囲", head.scope), ("差押えに係る徴収金の額", amount_text(file.total)))  # fmt: skip
    kind = head.asset_kind
    assert kind is not None
    listed = (*subject, ("番号", "1"), ("種類", kind.value), ("表示", head.asset), ("差し押さえた範囲", head.scope))
    papers = (
        Paper(
            f"{compound(act)}登記（登録）嘱託書",
            f"次のとおり{act}の登記（登録）を嘱託します。",
            asset_facts(file, entrusted),
            (),
            (),
            (),
            (),
            "",
        ),
        Paper(
            "登記原因証明情報",
            "次の財産について、次の処分をしたことを証明します。",
            asset_facts(file, proof),
            (),
            (),
            (),
            (),
            "",
        ),
        Paper("財産目録", "嘱託に係る財産は、次のとおりです。", listed, (), (), (), (), ""),
    )
    return [outside_draft(file, registry, each) for each in papers]


def interested_parties(file: DispositionFile, beside: Beside | None = None) -> list[Party]:
    """財産について権利を有する者。第三債務者には、別に通知する。"""
    head = file.head
    if head.asset_id is None:
        return []
    known = beside or beside_of([file])
    return [known.parties[each] for each in known.interested.get(head.asset_id, ()) if each != head.third_party_id]


def subject_facts(file: DispositionFile, beside: Beside | None = None) -> Facts:
    """第三者に示す滞納者。氏名と、支援措置の対象者でなければ住所。"""
    who = file.head.addressee_number
    told = beside.subjects[who] if beside else subject_of(who)
    return tuple(
        (f"滞納者の{label}", value) for label, value in told if label in {"氏名", "法人の名称", "住所", "所在地"}
    )


def asset_facts(file: DispositionFile, facts: Facts) -> Facts:
    """項目に、財産の種類と表示を足す。"""
    head = file.head
    kind = head.asset_kind
    shown = (("財産の種類", kind.value), ("財産の表示", head.asset)) if kind else ()
    return (*facts, *shown)


def _preserved(head: DispositionHead) -> Facts:
    """保全差押金額。"""
    (amount,) = fetch_one(
        "SELECT amount FROM preservation WHERE addressee_number = %s AND '保全番号' || preservation_id = %s",
        [head.addressee_number, head.case_number],
    )
    return (("保全差押金額", amount_text(int(amount))),)


def _notice_title(kind: AssetKind) -> str:
    return (
        "債権差押通知書" if kind not in {AssetKind.BOOK_ENTRY_SECURITIES, AssetKind.INTANGIBLE_CLAIM} else "差押通知書"
    )


def own_drafts(file: DispositionFile, paper: Paper, beside: Beside | None = None) -> list[Draft]:
    """滞納者に宛てる。死亡していて承継が決定されていれば、相続人の一人一人に（代表者は、滞納処分の書類を受けない。地方税法第9条の2第1項）。"""
    head, paper = file.head, arranged(paper)
    item = file.parts[0].tax_item if len({each.tax_item for each in file.parts}) == 1 else ""
    heirs = (beside.heirs if beside else heirs_among([head.addressee_number])).get(head.addressee_number)
    return [
        Draft(
            who,
            item if who == head.addressee_number else "",
            paper,
            _marks(paper),
            f"disposition:{head.disposition_id}",
            paper.page_count,
        )
        for who in heirs or [head.addressee_number]
    ]


def outside_draft(file: DispositionFile, party: Party, paper: Paper) -> Draft:
    """宛名にない第三者に送る一通。"""
    to, paper = Outside(party.name, party.postal_code, party.address, party.section), arranged(paper)
    return Draft(
        file.head.addressee_number,
        "",
        paper,
        _marks(paper),
        f"disposition:{file.head.disposition_id}",
        paper.page_count,
        to,
    )


def _marks(paper: Paper) -> tuple[str, ...]:
    return tuple(value for _, value in paper.totals)


def freeze_papers(form: str, drafts: Sequence[Draft], as_of: date, officer: str) -> int:
    """様式一つの束にする。束の番号を返す。"""
    return freeze(kind_of(form), drafts, as_of=as_of, officer=officer)
