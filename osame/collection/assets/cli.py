"""osame asset … — 財産調査、照会、回答、同一人の認定、財産の台帳。"""

from datetime import time
from pathlib import Path
from typing import Annotated

import typer

from osame.collection.assets import actions, identifying, registering
from osame.collection.assets.actions import Found, GivenParty, Holder, Told
from osame.collection.assets.bank_files import ask_by_file, import_replies
from osame.collection.assets.models import PropertyReply, SearchRecord, ThirdParty
from osame.collection.assets.queries import (
    assets_of,
    inquiries,
    investigation_numbered,
    investigations,
    reply_numbered,
    third_parties,
    unidentified,
)
from osame.collection.assets.registering import Valuation
from osame.collection.assets.search_forms import read_found
from osame.collection.assets.searching import Search, record_search
from osame.collection.ledger.queries import find_charge
from osame.kernel.dates import parse_date
from osame.law.arrears_facts import AssetKind
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="財産を調べ、同一人を認定し、財産の台帳を持つ")
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]
Due = Annotated[str, typer.Option("--reply-by", help="回答の期限")]
ReplyNumber = Annotated[int, typer.Argument(help="回答番号")]


@app.command("party")
@bound("collection.assets.parties")
@refusals_told
def party_command(
    kind: Annotated[str, typer.Argument(help="照会先の種類（01 金融機関、02 勤務先、03 生命保険会社…）")],
    name: str,
    address: str,
    postal_code: Annotated[str, typer.Option("--postal-code")] = "",
    bank_code: Annotated[str, typer.Option("--bank-code")] = "",
    section: Annotated[str, typer.Option("--section", help="担当の部署")] = "",
    takes_files: Annotated[bool, typer.Option("--takes-files", help="電子照会ができる")] = False,
    by: Officer = None,
) -> None:
    """照会先を登録する。"""
    given = GivenParty(ThirdParty.Kind(kind), name, postal_code, address, section, bank_code, takes_files)
    console.print(f"照会先 {actions.register_third_party(given, officer=officer(by))} を登録しました。")


@app.command("parties")
@bound("collection.assets.parties")
@refusals_told
def parties_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """照会先の一覧。"""
    found = third_parties(as_of=day(as_of))
    if as_json:
        say_json(found)
        return
    rows = ((str(p.third_party_id), p.kind.label, p.name, p.bank_code) for p in found)
    table("照会先", ("番号", "種類", "名称", "金融機関コード"), rows)


@app.command("investigate")
@bound("collection.assets.investigate")
@refusals_told
def investigate_command(
    addressee_number: str,
    reason: str,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="調べる財産（DEPOSIT、WAGE…。省けばすべて）")] = None,
    review: Annotated[str, typer.Option("--review", help="見直しの日")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """財産調査を始める。"""
    kinds = [AssetKind[each] for each in kind or AssetKind.__members__]
    number = actions.open_investigation(
        addressee_number, kinds, reason=reason, review_on=parse_date(review) if review else None, as_of=day(as_of),
        officer=officer(by),
    )  # fmt: skip
    console.print(f"財産調査 {number} を始めました。")


@app.command("search")
@bound("collection.assets.investigate")
@refusals_told
def search_command(
    investigation_id: int, searched_on: str, hours: Annotated[str, typer.Argument(help="着手と終わり「10:05-12:30」")], place: str,
    findings: str, charge: Annotated[list[str], typer.Option("--charge", help="捜索に係る期別")],
    searched: Annotated[str, typer.Option("--searched", help="捜索を受けた者「立場のコード,氏名」（1 滞納者、2 所持する第三者、3 親族など）")],
    witness: Annotated[str, typer.Option("--witness", help="立会人「立場のコード,氏名,氏名…」（1 本人、2 家族など、3 成年者二人、4 職員・警察官）")],
    found: Annotated[list[str] | None, typer.Option("--found", help="見つかった物「表示、見積りの額」")] = None,
    night: Annotated[str, typer.Option("--night", help="日没後・日出前に着手した理由、または日没前に着手したことの確かめ")] = "", as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """捜索調書を残し、謄本を作る。"""
    began, _, ended = hours.partition("-")
    whose, _, name = searched.partition(",")
    position, *names = witness.split(",")
    search = Search(
        tuple(find_charge(each).charge_id for each in charge), place, parse_date(searched_on), time.fromisoformat(began),
        time.fromisoformat(ended), SearchRecord.Whose(whose), name, SearchRecord.Witness(position), tuple(names), officer(by),
        findings, night, read_found("\n".join(found or ())),
    )  # fmt: skip
    number, run = record_search(
        investigation_numbered(investigation_id).key, search, as_of=day(as_of), officer=officer(by)
    )
    console.print(f"捜索番号 {number}。束{run}を印刷してください。")


@app.command("ask")
@bound("collection.assets.investigate")
@refusals_told
def ask_command(
    investigation_id: int,
    third_party_ids: Annotated[list[int], typer.Argument(help="照会先番号（くり返す）")],
    reply_by: Due,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """書面で照会する。照会書（R-114、R-115）を作る。"""
    plan = investigation_numbered(investigation_id)
    runs = actions.send_inquiries(
        plan.key, third_party_ids, reply_by=parse_date(reply_by), as_of=day(as_of), officer=officer(by)
    )
    console.print(f"照会しました。束{'、'.join(map(str, runs))}を印刷してください。")


@app.command("ask-file")
@bound("collection.assets.exchange")
@refusals_told
def ask_file_command(
    third_party_id: int,
    to: Path,
    reply_by: Due,
    addressee_number: Annotated[
        list[str] | None, typer.Option("--who", help="宛名番号（省けば、調査中のすべて）")
    ] = None,
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """一つの金融機関への、電子照会の依頼ファイルを作る。"""
    people = addressee_number or [each.addressee_number for each in investigations("v.closed_on IS NULL", {})]
    asked = ask_by_file(
        third_party_id, people, to, reply_by=parse_date(reply_by), as_of=day(as_of), officer=officer(by)
    )
    console.print(f"{asked.asked}人の依頼ファイル（{asked.egress.serial}）を作りました。")


@app.command("replies")
@bound("collection.assets.exchange")
@refusals_told
def replies_command(file: Path, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """電子照会の回答ファイルを取り込む。規則で足りる回答だけを認定する。"""
    result = import_replies(file, as_of=day(as_of), officer=officer(by))
    if as_json:
        say_json(result)
        return
    if result.refusal:
        console.print(f"受け付けませんでした。{result.refusal}")
        return
    told = f"{result.rows_in}行: 認定・該当なし{result.rows_posted}、要確認{result.rows_held}、不受理{result.rows_rejected}"
    console.print(f"既に受け付けたファイルです。{told}" if result.already_received else told)
    for line, reason in result.problems:
        console.print(f"  {line}: {reason}")


@app.command("reply")
@bound("collection.assets.investigate")
@refusals_told
def reply_command(
    addressee_number: str, kind: str, description: str, amount: int,
    holder: Annotated[str, typer.Option("--holder", help="名義人「氏名,カナ,生年月日,住所,電話番号」（書面のとおり）")],
    source: Annotated[str, typer.Option("--source", help="入手元（1 回答、3 登記、4 課税台帳、5 捜索、6 申出）")] = "1",
    inquiry: Annotated[int | None, typer.Option("--inquiry", help="照会番号")] = None,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """回答の一行を、書かれていたとおりに記録する。"""
    name, kana, born, address, telephone = [*(each.strip() for each in holder.split(",")), "", "", "", ""][:5]
    party = inquiries("q.inquiry_id = %(at)s", {"at": inquiry})[0].third_party_id if inquiry else None
    number = actions.record_reply(
        addressee_number, Holder(name, kana, parse_date(born) if born else None, "0", address, telephone),
        Found(AssetKind[kind], description, amount), Told(PropertyReply.Source(source), day(as_of), inquiry, party),
        officer=officer(by),
    )  # fmt: skip
    reply = reply_numbered(number)
    told = f"一致 {'、'.join(reply.agreed) or 'なし'}、疑い {'、'.join(reply.doubts) or 'なし'}"
    console.print(f"回答 {number} を記録しました（{told}）。")


@app.command("identify")
@bound("collection.assets.identify")
@refusals_told
def identify_command(reply_id: ReplyNumber, as_of: AsOf = None, by: Officer = None) -> None:
    """規則で足りる回答を、同一人と認定する。"""
    identifying.identify_one(reply_id, as_of=day(as_of), officer=officer(by))
    console.print("認定しました。")


@app.command("propose-identification")
@bound("collection.assets.propose_identification")
@refusals_told
def propose_command(reply_id: ReplyNumber, reason: str) -> None:
    """規則で足りない回答の認定を起案する。別の職員の決裁を待つ。"""
    console.print(f"起案番号 {identifying.propose_identification(reply_id, reason=reason)}")


@app.command("withdraw")
@bound("collection.assets.identify")
@refusals_told
def withdraw_command(reply_id: ReplyNumber, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """認定を取り消す。"""
    identifying.withdraw_identification(reply_id, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print("認定を取り消しました。")


@app.command("register")
@bound("collection.assets.register")
@refusals_told
def register_command(
    reply_id: ReplyNumber,
    value: Annotated[int | None, typer.Option("--value", help="評価額（省けば、回答の額）")] = None,
    exempt: Annotated[str, typer.Option("--exempt", help="差押えを禁じる条文")] = "",
    as_of: AsOf = None,
    by: Officer = None,
) -> None:
    """認定された回答から、財産を登録する。"""
    reply, on = reply_numbered(reply_id), day(as_of)
    valuation = Valuation(reply.amount if value is None else value, on, reply.counter_claim, exempt_article=exempt)
    number = registering.register_asset(reply_id, valuation, as_of=on, officer=officer(by))
    console.print(f"財産 {number} を登録しました。")


@app.command("list")
@bound("collection.assets.list")
@refusals_told
def list_command(addressee_number: str, as_json: Json = False) -> None:
    """財産の台帳を示す。"""
    found = assets_of(addressee_number)
    if as_json:
        say_json(found)
        return
    rows = ((str(a.asset_id), a.kind.value, a.description, a.value, "差押え中" if a.is_seized else "") for a in found)
    table("財産", ("番号", "種類", "表示", "評価", "差押え"), rows)


@app.command("waiting")
@bound("collection.assets.list")
@refusals_told
def waiting_command(as_json: Json = False) -> None:
    """認定を待つ回答を並べる。"""
    found = unidentified()
    if as_json:
        say_json(found)
        return
    rows = (
        (str(r.reply_id), r.addressee_number, r.description, "、".join(r.agreed), "、".join(r.doubts)) for r in found
    )
    table("認定を待つ回答", ("番号", "宛名番号", "財産", "一致", "疑い"), rows)


@app.command("close")
@bound("collection.assets.investigate")
@refusals_told
def close_command(investigation_id: int, findings: str, as_of: AsOf = None, by: Officer = None) -> None:
    """財産調査を終える。"""
    actions.close_investigation(
        investigation_numbered(investigation_id).key, findings=findings, as_of=day(as_of), officer=officer(by)
    )
    console.print("財産調査を終えました。")
