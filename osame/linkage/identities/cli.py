"""osame linkage number・convert・search … — 団体内統合宛名の命令。個人番号は、端末に映さず標準入力から読む。"""

import getpass
import sys
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from osame.contracts.linkage import BasicFacts, ConversionQuestion, NumberingOrder, SearchQuestion, text_of
from osame.contracts.sealed import linkage_key, seal_number
from osame.kernel.dates import parse_date
from osame.linkage.calling import Caller
from osame.linkage.identities import actions, numbering, queries, relinking
from osame.linkage.identities.importing import load_existing, read_rows
from osame.linkage.identities.models import NumberingRequest, Standing
from osame.linkage.identities.relinking import Decision
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, refusals_told, say_json, table, today

OURSELVES = "linkage"
review = typer.Typer(no_args_is_help=True, help="保留した依頼・重複・欠番")
Affair = Annotated[str, typer.Option("--affair", help="事務（osame linkage legal-basis show）")]
Business = Annotated[str, typer.Option("--business", help="業務ID")]
Scheme = Annotated[str, typer.Option("--scheme", help="独自施策ID")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


def _caller() -> Caller:
    return Caller(OURSELVES, today())


def _sealed(subject: str, request: str) -> str:
    """個人番号を読み、すぐに封をする。端末なら映さずに、そうでなければ標準入力の一行から。"""
    typed = getpass.getpass("個人番号: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not typed.strip():
        return ""
    sealed = seal_number(typed.strip(), subject=subject, sender=OURSELVES, key=linkage_key(), request=request)
    return text_of(sealed)


@bound("linkage.identities.number")
@refusals_told
def number(
    addressee_number: Annotated[str, typer.Argument(help="宛名番号")],
    name: Annotated[str, typer.Option(help="氏名")],
    address: Annotated[str, typer.Option(help="住所")],
    born_on: Annotated[str, typer.Option(help="生年月日（和暦・西暦。不詳なら空）")] = "",
    sex: Annotated[str, typer.Option(help="性別（0 不明・1 男・2 女）")] = "0",
    business: Business = "000",
) -> None:
    """住登外者の付番を依頼する。個人番号は、訊かれてから（または標準入力の一行で）入れる。なければ空のまま。"""
    request = uuid4().hex
    facts = BasicFacts(name, address, sex, parse_date(born_on) if born_on else None)
    sealed = _sealed(addressee_number, request)
    order = NumberingOrder(
        request, "local_tax", business, "000", addressee_number, Standing.UNREGISTERED, facts, sealed
    )
    answer = actions.number(order, _caller())
    label = NumberingRequest.Outcome(answer.outcome).label
    told = "（同じ業務に、この人の宛名番号がほかにもあります）" if answer.duplicate else ""
    console.print(f"{label}。{answer.unified_addressee_number}{told}", soft_wrap=True)


@bound("linkage.identities.search")
@refusals_told
def search(affair: Affair = "local_tax") -> None:
    """個人番号で探す。番号は、訊かれてから（または標準入力の一行で）入れる。"""
    request = uuid4().hex
    answer = actions.search(SearchQuestion(request, affair, _sealed(request, request)), _caller())
    former = "（変わる前の番号です）" if answer.former else ""
    console.print(f"{answer.unified_addressee_number or 'ありません。'}{former}", soft_wrap=True)


@bound("linkage.identities.convert")
@refusals_told
def convert(
    numbers: Annotated[list[str], typer.Argument(help="番号（いくつでも）")],
    business: Business = "000",
    scheme: Scheme = "000",
    back: Annotated[bool, typer.Option("--back", help="団体内統合宛名番号から宛名番号へ")] = False,
    affair: Affair = "local_tax",
    as_json: Json = False,
) -> None:
    """宛名番号と団体内統合宛名番号を変換する。変換できない行は一覧にする。"""
    question = ConversionQuestion(affair, business, scheme, not back, tuple(numbers))
    answer = queries.convert(question, _caller().basis(affair))
    if as_json:
        say_json(answer)
        return
    table("変換", ("行", "番号", "変換"), [(each.line, each.given, each.found) for each in answer.converted])
    if answer.errors:
        table("エラー", ("行", "わけ"), [(each.line, each.reason) for each in answer.errors])


@bound("linkage.identities.load")
@refusals_told
def load(
    file: Annotated[Path | None, typer.Argument(help="移行する CSV（省けば標準入力）")] = None,
    affair: Affair = "local_tax",
) -> None:
    """既存の統合宛名を移行する。移せない行は一覧にし、ほかの行は移す。"""
    lines = file.open(encoding="utf-8-sig", newline="") if file else sys.stdin
    with lines:
        loaded = load_existing(read_rows(lines), _caller(), affair=affair)
    if loaded.errors:
        table("エラー", ("行", "わけ"), loaded.errors)
    console.print(
        f"{loaded.rows:,}行: 付番 {loaded.numbered:,}、移行 {loaded.migrated:,}、紐付け {loaded.linked:,}、"
        f"エラー {len(loaded.errors):,}",
        soft_wrap=True,
    )


@review.command("held")
@bound("linkage.identities.review")
@refusals_told
def held(as_json: Json = False) -> None:
    """個人番号待ちと、保留した依頼。"""
    found = queries.open_requests()
    if as_json:
        say_json(found)
        return
    table(
        "決める依頼",
        ("依頼番号", "結末", "業務", "宛名番号", "団体内統合宛名番号", "一致"),
        [
            (each.request_id, each.outcome, each.business_id, each.addressee_number, each.unified_addressee_number,
             "" if each.matching_facts is None else each.matching_facts)
            for each in found
        ],
    )  # fmt: skip


@review.command("duplicates")
@bound("linkage.identities.review")
@refusals_told
def duplicates() -> None:
    """同じ人が一つの業務に二つ以上の宛名番号を持つもの。"""
    rows = [
        (each.unified_addressee_number, each.business_id, "、".join(each.addressee_numbers))
        for each in queries.duplicates()
    ]
    table("重複登録", ("団体内統合宛名番号", "業務", "宛名番号"), rows)


@review.command("gaps")
@bound("linkage.identities.review")
@refusals_told
def gaps() -> None:
    """付番の欠番。あれば終了コード1。"""
    if found := numbering.gaps():
        table("欠番", ("団体内統合宛名番号",), [(each,) for each in found])
        raise SystemExit(1)
    console.print("欠番はありません。")


@review.command("propose")
@bound("linkage.identities.decide")
@refusals_told
def propose(
    request_id: Annotated[str, typer.Argument(help="依頼番号")],
    decision: Annotated[Decision, typer.Option(help="link 紐付ける・correct 訂正する")],
    reason: Annotated[str, typer.Option(help="理由")],
) -> None:
    """保留した依頼の決め方を起案する。照査・決裁・執行は、別の職員が行う。"""
    proposal = relinking.propose_relinking(request_id, decision, reason=reason)
    console.print(f"起案しました。起案番号 {proposal}", soft_wrap=True)


@review.command("decline")
@bound("linkage.identities.decide")
@refusals_told
def decline(
    request_id: Annotated[str, typer.Argument(help="依頼番号")],
    reason: Annotated[str, typer.Option(help="理由")],
) -> None:
    """保留した依頼を取り下げる。"""
    relinking.decline(request_id, reason=reason)
    console.print("取り下げました。")
