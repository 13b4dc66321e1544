"""公売の書面（R-102）と、債権現在額申立催告書（R-103）。公売公告、見積価額公告、公売通知書、決定の通知、売却決定通知書、中止、嘱託。

What the public sees names no taxpayer. Those who hold rights, the buyer and the registry are told the name, and the address only when
the taxpayer is not protected — what a protected person's paper says does not depend on where they live.
"""

from collections.abc import Callable, Sequence
from datetime import date

from osame.collection.assets.letters import subject_of
from osame.collection.assets.queries import third_party
from osame.collection.auctions.facts import interests_of
from osame.collection.auctions.queries import AuctionFile, AuctionHead, BidderLine
from osame.collection.dispositions.paging import arranged
from osame.collection.dispositions.paper import (
    APPEAL,
    SOURCE,
    Paper,
    PaperCharge,
    amount_text,
    charge_rows,
)
from osame.collection.dispositions.queries import DispositionFile
from osame.collection.dispositions.samples import LONGEST_ASSET, SAMPLE_ROWS
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.parameters.queries import municipality
from osame.kernel.dates import format_wareki
from osame.law.arrears_facts import AssetKind
from osame.law.auction_steps import AuctionMethod
from osame.law.conditions import Condition
from osame.platform.letters.window import WindowAddress

Facts = tuple[tuple[str, str], ...]
BAN = (
    "滞納者と、税に関する事務に従事する職員は、直接にも間接にも買い受けることができません（国税徴収法第92条）。公売を妨げた者などは、"
    "入札をさせないことがあります（同法第108条）。"
)
STATEMENT = (
    "不動産の入札をする者は、暴力団員等に当たらない旨の陳述書を、入札の前に提出してください（国税徴収法第99条の2）。"
    "最高価申込者については、警察に調査を嘱託します（同法第106条の2）。"
)
CLAIM_NOTE = (
    "この財産の売却代金から配当を受けることができる質権、抵当権、先取特権、留置権などの権利を有する者は、売却決定の日の前日までに、"
    "債権現在額申立書により内容を申し出てください（国税徴収法第95条第1項第8号・第130条）。"
)
NO_WARRANTY = "公売財産の引渡しの義務と、種類・品質の不適合の責任は、この団体は負いません（国税徴収法第126条）。"
CLAIM_FORM = (
    "次のことを記載し、債権を証する書類を添えてください。①債権者の住所・氏名 ②権利の種類と登記の順位 ③債権の元金・利息・遅延損害金と、"
    "その計算の基礎 ④弁済期。期限までに提出がないときは、登記などの調査により確認した額で配当します（国税徴収法第130条第2項・第3項）。"
)


def send_notices(
    file: AuctionFile, files: Sequence[DispositionFile], is_told: bool, *, as_of: date, officer: str
) -> tuple[int, ...]:
    """公売公告と見積価額公告、滞納者と権利者への公売通知書、債権現在額申立催告書を一度に作る。束の番号を返す。

    要件: F19-02
    """
    head = file.head
    drafts = []
    if head.method is not AuctionMethod.NEGOTIATED:
        board = _board(as_of)
        drafts += [_outside(file, each, board) for each in (_announcement(head), _estimate_notice(head))]
    if is_told:
        drafts += [_own(file, files, _notice(file, files))]
        drafts += [
            _party(file, each.third_party_id, _notice(file, files, outside=True)) for each in interests_of(files)
        ]
    runs = [freeze(R_102, drafts, as_of=as_of, officer=officer)] if drafts else []
    asked = [_party(file, each.third_party_id, _claim(file)) for each in interests_of(files)]
    if asked:
        runs.append(freeze(R_103, asked, as_of=as_of, officer=officer))
    return tuple(runs)


def send_award(file: AuctionFile, files: Sequence[DispositionFile], *, as_of: date, officer: str) -> int:
    """最高価申込者を決めたことを、滞納者と権利者に通知し、公告する（国税徴収法第106条第2項）。束の番号を返す。

    要件: F19-02
    """
    head, buyer = file.head, file.buyer
    assert buyer is not None
    assert head.decision_on is not None
    assert head.price is not None
    facts = (
        *_object(head), ("最高価申込者", buyer.name), ("最高価", f"{head.price:,}円"),
        *((("次順位買受申込者", file.following.name),) if file.following else ()),
        ("売却決定の日", format_wareki(head.decision_on)), ("根拠", "国税徴収法第106条第2項"),
    )  # fmt: skip
    opening = "次の公売財産について、最高価申込者を決定したので、通知します。"
    own = Paper("最高価申込者決定通知書", opening, facts, (), (), (), (), "")
    told = Paper("最高価申込者決定通知書", opening, (*_subject(file), *facts), (), (), (), (), "")
    public = Paper(
        "最高価申込者の決定の公告",
        "次の公売財産について、最高価申込者を決定したので、公告します。",
        facts,
        (),
        (),
        (),
        (),
        "",
    )
    drafts = [_own(file, files, own), *(_party(file, each.third_party_id, told) for each in interests_of(files))]
    return freeze(R_102, [_outside(file, public, _board(as_of)), *drafts], as_of=as_of, officer=officer)


def send_sale(file: AuctionFile, *, as_of: date, officer: str) -> int:
    """売却決定通知書を、買受人に作る（国税徴収法第118条）。束の番号を返す。

    要件: F19-04
    """
    head, buyer = file.head, file.buyer
    assert buyer is not None
    assert head.pay_by is not None
    assert head.price is not None
    assert head.decided_on is not None
    applied = f"{buyer.deposit:,}円（代金に充てることができます）" if buyer.deposit else "なし"
    facts = (
        *_object(head), *_subject(file), ("売却決定の日", format_wareki(head.decided_on)), ("提供された公売保証金", applied),
        ("代金の納付の期限", format_wareki(head.pay_by)), ("根拠", "国税徴収法第111条・第113条・第118条"),
    )  # fmt: skip
    notes = (
        ("納付", "期限までに代金の全額を納めないときは、売却決定を取り消し、公売保証金はお返ししません（国税徴収法第100条第3項・第115条第4項）。"
                 "代金の納付の前に徴収金の完納が証明されたときは、売却決定を取り消します（同法第117条）。"),
        ("権利の移転", "買受人は、代金を納付した時に公売財産を取得します（同法第116条）。登記の費用は買受人の負担です（同法第123条）。"),
    )  # fmt: skip
    paper = Paper("売却決定通知書", "次の公売財産を、あなたに売却することを決定したので、通知します。", facts,
                  (("買受代金", amount_text(head.price)),), (), (), notes, "")  # fmt: skip
    return freeze(R_102, [_outside(file, paper, _buyer(buyer))], as_of=as_of, officer=officer)


def send_stop(
    file: AuctionFile, files: Sequence[DispositionFile], ground: Condition, *, as_of: date, officer: str
) -> tuple[int, ...]:
    """公売の中止を、公告し、滞納者・権利者・申込者に知らせる。束の番号を返す。

    要件: F19-02, F19-04
    """
    facts = (*_object(file.head), ("事由", ground.text), ("根拠", ground.article), ("中止の日", format_wareki(as_of)))
    opening = "次の公売を中止した（売却決定をしたものは取り消した）ので、通知します。"
    public = Paper("公売中止公告", "次の公売を中止したので、公告します。", facts, (), (), (), (), "")
    told = Paper("公売中止通知書", opening, (*_subject(file), *facts), (), (), (), (), "")
    plain = Paper(
        "公売中止通知書", opening, facts, (), (), (), (("公売保証金", "提供された公売保証金はお返しします。"),), ""
    )
    drafts = [
        _outside(file, public, _board(as_of)), _own(file, files, Paper("公売中止通知書", opening, facts, (), (), (), (), "")),
        *(_party(file, each.third_party_id, told) for each in interests_of(files)),
        *(_outside(file, plain, _buyer(each)) for each in file.bidders),
    ]  # fmt: skip
    return (freeze(R_102, drafts, as_of=as_of, officer=officer),)


def send_transfer(
    file: AuctionFile, files: Sequence[DispositionFile], registry_id: int, *, as_of: date, officer: str
) -> int:
    """権利の移転と、消滅する権利・差押えの抹消の登記（登録）の嘱託書を作る（国税徴収法第121条・第125条）。束の番号を返す。

    要件: F19-04
    """
    head, buyer = file.head, file.buyer
    assert buyer is not None
    assert head.price_paid_on is not None
    erased = "、".join(f"{each.party}の{each.kind.label}" for each in interests_of(files)) or "なし"
    seizures = "、".join(each.head.number for each in files)
    facts = (
        *_object(head), *_subject(file), ("登記の目的", "所有権（持分）移転、売却により消滅した権利と差押えの抹消"),
        ("原因", f"{format_wareki(head.price_paid_on)} 公売"), ("権利者（買受人）", f"{buyer.name}　{buyer.address}"),
        ("抹消する権利", erased), ("抹消する差押え", seizures), ("根拠", "国税徴収法第121条・第124条・第125条"),
    )  # fmt: skip
    paper = Paper(
        "公売による権利移転登記（登録）嘱託書", "次のとおり登記（登録）を嘱託します。", facts, (), (), (), (), ""
    )
    return freeze(R_102, [_party(file, registry_id, paper)], as_of=as_of, officer=officer)


def _announcement(head: AuctionHead) -> Paper:
    assert head.estimate is not None
    assert head.deposit is not None
    needs = (
        "農地の買受適格証明書など、公告に定める資格を証する書類が要ります。"
        if head.needs_license
        else "特に要しません。"
    )
    facts = (*_object(head), *_days(head), ("公売保証金", _deposit(head.deposit)), ("買受人の資格", needs),
             ("根拠", "国税徴収法第94条・第95条"))  # fmt: skip
    notes = [("権利者の申出", CLAIM_NOTE), ("買受けの制限", BAN), ("引渡し", NO_WARRANTY)]
    if head.kind is AssetKind.REAL_ESTATE:
        notes.insert(1, ("陳述書", STATEMENT))
    return Paper("公売公告", "次の財産を公売するので、公告します。", facts, (), (), (), tuple(notes), "")


def _estimate_notice(head: AuctionHead) -> Paper:
    assert head.estimate is not None
    facts = (
        *_object(head),
        ("公売の方法", head.method.value if head.method else ""),
        ("根拠", "国税徴収法第98条・第99条"),
    )
    opening = "次の公売財産の見積価額を公告します。見積価額に満たない入札は、無効です。"
    return Paper("見積価額公告", opening, facts, (("見積価額", amount_text(head.estimate)),), (), (), (), "")


def _notice(file: AuctionFile, files: Sequence[DispositionFile], *, outside: bool = False) -> Paper:
    head = file.head
    facts = (*_object(head), *_days(head), ("見積価額", f"{head.estimate or 0:,}円"), ("公売保証金", _deposit(head.deposit or 0)),
             ("根拠", "国税徴収法第96条"))  # fmt: skip
    if outside:
        opening = "あなたが権利を有する次の財産を公売するので、通知します。"
        return Paper("公売通知書", opening, (*_subject(file), *facts), (), (), (), (("権利者の申出", CLAIM_NOTE),), "")
    parts = {each.charge_id: each for one in files for each in one.parts}
    charges, lines = (charge_rows(tuple(parts.values())),), ()
    owed = sum(each.left for each in parts.values())
    notes = (
        ("完納したとき", "代金の納付の前に徴収金の全額（延滞金と滞納処分費を含む）を納付すれば、公売を中止します。"),
        ("不服の申立て", APPEAL),
    )
    opening = "差し押さえた次の財産を公売するので、通知します。"
    return Paper(
        "公売通知書",
        opening,
        facts,
        (("未納の額（進んでいる延滞金を除く）", amount_text(owed)),),
        charges,
        lines,
        notes,
        "",
    )


def _claim(file: AuctionFile) -> Paper:
    head = file.head
    assert head.claims_by is not None
    assert head.decision_on is not None
    facts = (
        *_subject(file), *_object(head), ("売却決定の日", format_wareki(head.decision_on)),
        ("提出の期限", f"{format_wareki(head.claims_by)}（売却決定の日の前日）"), ("根拠", "国税徴収法第96条第2項・第130条第1項"),
    )  # fmt: skip
    opening = "次の財産を公売するので、あなたの債権の現在額を、債権現在額申立書により申し立ててください。"
    return Paper("債権現在額申立催告書", opening, facts, (), (), (), (("申立書の記載", CLAIM_FORM),), "")


def _object(head: AuctionHead) -> Facts:
    return (("売却区分", head.number), ("公売財産", head.description))


def _days(head: AuctionHead) -> Facts:
    assert head.opens_on
    assert head.closes_on
    assert head.opening_on
    assert head.decision_on
    assert head.pay_by
    assert head.method
    period = format_wareki(head.opens_on)
    if head.closes_on != head.opens_on:
        period += f"から{format_wareki(head.closes_on)}まで"
    return (
        ("公売の方法", head.method.value), ("入札などの日", period), ("開札の日", format_wareki(head.opening_on)), ("場所", head.place),
        ("売却決定の日", format_wareki(head.decision_on)), ("代金の納付の期限", format_wareki(head.pay_by)),
    )  # fmt: skip


def _deposit(amount: int) -> str:
    return f"{amount:,}円" if amount else "要しません"


def _subject(file: AuctionFile) -> Facts:
    """第三者に示す滞納者。氏名と、支援措置の対象者でなければ住所。"""
    shown = {"氏名", "法人の名称", "住所", "所在地"}
    return tuple(
        (f"滞納者の{label}", value) for label, value in subject_of(file.head.addressee_number) if label in shown
    )


def _board(as_of: date) -> Outside:
    city = municipality(as_of=as_of)
    return Outside(f"{city.name}の掲示場", "", city.office_address, is_board=True)


def _buyer(buyer: BidderLine) -> Outside:
    return Outside(buyer.name, buyer.postal_code, buyer.address)


def _party(file: AuctionFile, third_party_id: int, paper: Paper) -> Draft:
    party = third_party(third_party_id)
    return _outside(file, paper, Outside(party.name, party.postal_code, party.address, party.section))


def _own(file: AuctionFile, files: Sequence[DispositionFile], paper: Paper) -> Draft:
    items = {part.tax_item for each in files for part in each.parts}
    return _draft(file, paper, next(iter(items)) if len(items) == 1 else "", None)


def _outside(file: AuctionFile, paper: Paper, to: Outside) -> Draft:
    return _draft(file, paper, "", to)


def _draft(file: AuctionFile, paper: Paper, tax_item: str, to: Outside | None) -> Draft:
    head, paper = file.head, arranged(paper)
    marks = tuple(value for _, value in paper.totals)
    return Draft(head.addressee_number, tax_item, paper, marks, f"auction:{head.auction_id}", paper.page_count, to)


SAMPLE_FACTS: Facts = (
    ("売却区分", "令和8年度 売却区分番号 第3号"), ("公売財産", "架空市岩渕1丁目7番29 宅地 165.29平方メートル"), ("公売の方法", "期間入札"),
    ("入札などの日", "令和8年9月15日から令和8年9月25日まで"), ("開札の日", "令和8年9月29日"), ("場所", "架空市役所 3階 301会議室"),
    ("売却決定の日", "令和8年10月20日"), ("代金の納付の期限", "令和8年10月20日"), ("公売保証金", "800,000円"),
    ("買受人の資格", "農地の買受適格証明書など、公告に定める資格を証する書類が要ります。"), ("根拠", "国税徴収法第94条・第95条"),
)  # fmt: skip
SUBJECT: Facts = (("滞納者の氏名", "佐藤 花子"), ("滞納者の住所", "架空市岩渕1丁目7-29 コーポ架空 201"))


BOARD = WindowAddress("", "三重県架空市岩渕1丁目7番29号", "", "", "架空市の掲示場", "")


def _samples(
    plain: tuple[str, str], hard: tuple[str, str], notes: Facts, facts: Facts, to: WindowAddress, *, owed: bool
) -> Callable[[], Sequence[SampleLetter]]:
    """架空の見本。ふつうの一通と、財産の表示が最も長く、期別が次の頁に渡る一通。

    plain・hard: （題、書き出し）; to: ふつうの一通の宛先; owed: 入りにくい一通に、未納の期別を示すか（滞納者に宛てるものだけ）。
    """

    def samples() -> Sequence[SampleLetter]:
        short = arranged(Paper(*plain, facts, (), (), (), notes, ""))
        longest = tuple((name, LONGEST_ASSET if name == "公売財産" else value) for name, value in facts)
        row = PaperCharge(
            "国民健康保険税（介護納付金課税額を含む） 令和7年度 随時第12期",
            "R7.12.31",
            99_999_999_999,
            9_999,
            99_999_999_999,
        )
        if not owed:
            long = arranged(Paper(*hard, longest, (), (), (), notes, ""))
            return [SampleLetter(short, (), to=to), SampleLetter(long, (LONGEST_ASSET[:12],), hard=True)]
        rows, lines = ((*SAMPLE_ROWS, *[row] * 20),), ()
        total = ("1,999,999,980,000円",)
        shown = (("未納の額（進んでいる延滞金を除く）", total[0]),)
        long = arranged(Paper(*hard, longest, shown, rows, lines, (("不服の申立て", APPEAL),), ""))
        return [
            SampleLetter(short, (), short.page_count, to=to), SampleLetter(long, total, long.page_count, hard=True),
        ]  # fmt: skip

    return samples


CLAIMED = (
    "債権現在額申立催告書",
    "次の財産を公売するので、あなたの債権の現在額を、債権現在額申立書により申し立ててください。",
)
CREDITOR = WindowAddress("516-0073", "三重県架空市本町3丁目4番5号", "融資管理部", "", "架空信用金庫", "御中")
R_102 = letter_kind(
    LetterKind(
        form="R-102", name="公売の書面", title="公売公告", source=SOURCE, context=Paper,
        samples=_samples(
            ("公売公告", "次の財産を公売するので、公告します。"), ("公売通知書", "差し押さえた次の財産を公売するので、通知します。"),
            (("権利者の申出", CLAIM_NOTE), ("陳述書", STATEMENT), ("買受けの制限", BAN), ("引渡し", NO_WARRANTY)), SAMPLE_FACTS, BOARD, owed=True,
        ),
    )
)  # fmt: skip
R_103 = letter_kind(
    LetterKind(
        form="R-103", name="債権現在額申立催告書", title="債権現在額申立催告書", source=SOURCE, context=Paper,
        samples=_samples(
            CLAIMED, CLAIMED, (("申立書の記載", CLAIM_FORM),),
            (*SUBJECT, *SAMPLE_FACTS[:2], SAMPLE_FACTS[6], ("提出の期限", "令和8年10月19日（売却決定の日の前日）")), CREDITOR, owed=False,
        ),
    )
)  # fmt: skip
