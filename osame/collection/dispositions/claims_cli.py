"""osame seizure … — 差押えの候補、一斉差押え、請求、訂正、競合、転換、履行の催告、動産の占有、再び処分する候補。"""

from typing import Annotated

import typer

from osame.collection.assets.models import CompetingEnforcement
from osame.collection.dispositions import bankruptcies, bulk, claims, collecting, keeping, queries, releasing
from osame.collection.dispositions.bankruptcies import Approval
from osame.collection.dispositions.candidates import seizure_candidates
from osame.collection.dispositions.claims import GivenClaim, GivenEnforcement
from osame.collection.dispositions.keeping import Possession
from osame.collection.dispositions.models import SeizureClaim
from osame.collection.dispositions.standing_claims import to_dispose_again
from osame.collection.dispositions.stays import NewStay, lift_stay, record_stay, stays_of
from osame.kernel.dates import parse_date
from osame.law.rebuilding import StayKind
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, officer, refusals_told, say_json, table

app = typer.Typer(no_args_is_help=True, help="差押えの候補を見て、一斉に差し押さえ、請求・訂正・競合を進める")
Number = Annotated[int, typer.Argument(help="処分管理番号")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="行う日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]


@app.command("candidates")
@bound("collection.dispositions.list")
@refusals_told
def candidates_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """差押予告の期限が過ぎ、反応のない人。"""
    found = seizure_candidates(as_of=day(as_of))
    if as_json:
        say_json(found)
        return
    rows = ((x.addressee_number, x.name, x.deadline, x.left, x.reaction, "、".join(map(str, x.ready))) for x in found)
    table("差押えの候補", ("宛名番号", "氏名", "予告の期限", "残る額", "反応", "差し押さえられる財産"), rows)


@app.command("bulk")
@bound("collection.dispositions.propose")
@refusals_told
def bulk_command(
    perform_by: Annotated[str, typer.Argument(help="履行期限")], reason: str,
    scope: Annotated[str, typer.Option("--scope", help="差し押さえる範囲")] = "差押えの時の残高のうち、滞納額に満つるまで",
    least: Annotated[int, typer.Option("--least", help="下限の額")] = bulk.LEAST, as_of: AsOf = None,
) -> None:  # fmt: skip
    """調査で見つかった預金のすべてを、一つの起案にする。条件を満たさないもの、額の小さいものは外す。"""
    found = bulk.bulk_choices(as_of=day(as_of))
    terms = bulk.BulkTerms(tuple(x.asset.asset_id for x in found), scope, parse_date(perform_by), reason, least)
    console.print(f"起案番号 {bulk.propose_bulk(terms, as_of=day(as_of))}")


@app.command("left-out")
@bound("collection.dispositions.list")
@refusals_told
def left_out_command(proposal_id: int) -> None:
    """一斉差押えの執行のときに外したものと、その理由。"""
    table(
        "外したもの", ("宛名番号", "財産", "理由"), ((who, str(at), why) for who, at, why in bulk.left_out(proposal_id))
    )


@app.command("claim")
@bound("collection.dispositions.carry")
@refusals_told
def claim_command(
    disposition_id: Number, kind: Annotated[SeizureClaim.Kind, typer.Argument(help="1 差押換え、2 相続人、3 第三者の権利、4 解除")],
    claimant: Annotated[int, typer.Argument(help="請求した者の照会先番号")], claim_text: str,
    other: Annotated[int | None, typer.Option("--other-asset", help="代わりの財産の財産番号")] = None, as_of: AsOf = None,
    by: Officer = None,
) -> None:  # fmt: skip
    """差押えについての請求を受ける。"""
    given = GivenClaim(kind, claimant, day(as_of), claim_text, other)
    number = claims.receive_claim(queries.disposition_numbered(disposition_id).key, given, officer=officer(by))
    console.print(f"請求 第{number}号 を受けました。")


@app.command("answer")
@bound("collection.dispositions.release")
@refusals_told
def answer_command(
    disposition_id: Number, claim_number: int, reason: str,
    accept: Annotated[bool, typer.Option("--accept", help="相当と認める（省けば認めない）")] = False, as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """請求への答えを決め、通知書を作る。"""
    run = claims.decide_claim(
        queries.disposition_numbered(disposition_id).key, claim_number, is_accepted=accept, reason=reason, as_of=day(as_of),
        officer=officer(by),
    )  # fmt: skip
    console.print(f"束{run}を印刷してください。")


@app.command("claim-days")
@bound("collection.dispositions.carry")
@refusals_told
def claim_days_command(
    disposition_id: Number, claim_number: int, notified: Annotated[str, typer.Option("--notified", help="通知が届いた日")] = "",
    sale_asked: Annotated[str, typer.Option("--sale-asked", help="換価の申立ての日")] = "", by: Officer = None,
) -> None:  # fmt: skip
    """通知の到達と、換価の申立てを記録する。"""
    key = queries.disposition_numbered(disposition_id).key
    if notified:
        last = claims.record_claim_notice(key, claim_number, notified_on=parse_date(notified), officer=officer(by))
        console.print(f"換価の申立ては {last} まで")
    if sale_asked:
        claims.ask_sale(key, claim_number, asked_on=parse_date(sale_asked), officer=officer(by))
        console.print("換価の申立てを受けました。")


@app.command("correct")
@bound("collection.dispositions.carry")
@refusals_told
def correct_command(
    disposition_id: Number, item: Annotated[str, typer.Argument(help="scope、place、asset、case_number")], after: str, reason: str,
    as_of: AsOf = None, by: Officer = None,
) -> None:  # fmt: skip
    """調書の記載を訂正し、通知書を作る。"""
    key = queries.disposition_numbered(disposition_id).key
    runs = claims.correct_record(key, item, after, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print(f"束{'、'.join(map(str, runs))}を印刷してください。")


@app.command("reduce")
@bound("collection.dispositions.carry")
@refusals_told
def reduce_command(disposition_id: Number, reason: str, as_of: AsOf = None, by: Officer = None) -> None:
    """減額や納付のあと、差押えに係る額の表示を変更し、通知書を作る。"""
    key = queries.disposition_numbered(disposition_id).key
    runs = claims.show_reduction(key, reason=reason, as_of=day(as_of), officer=officer(by))
    console.print(f"束{'、'.join(map(str, runs))}を印刷してください。")


@app.command("compete")
@bound("collection.dispositions.carry")
@refusals_told
def compete_command(
    asset_id: int, kind: Annotated[CompetingEnforcement.Kind, typer.Argument(help="1 強制執行、2 仮差押え、3 担保権の実行")],
    court: Annotated[int, typer.Argument(help="執行裁判所の照会先番号")], case_number: str, begun_on: str, by: Officer = None,
) -> None:  # fmt: skip
    """財産に競合する強制執行などを記録する。"""
    given = GivenEnforcement(kind, court, case_number, parse_date(begun_on))
    console.print(f"競合 第{claims.record_enforcement(asset_id, given, officer=officer(by))}号 を記録しました。")


@app.command("continue")
@bound("collection.dispositions.carry")
@refusals_told
def continue_command(
    asset_id: int, competition_number: int, continued: Annotated[str, typer.Option("--continued", help="続行の決定の日")] = "",
    ended: Annotated[str, typer.Option("--ended", help="執行の終わった日")] = "", by: Officer = None,
) -> None:  # fmt: skip
    """続行の決定、執行の終わりを記録する。"""
    claims.settle_enforcement(
        asset_id, competition_number, continuation_on=parse_date(continued) if continued else None,
        ended_on=parse_date(ended) if ended else None, officer=officer(by),
    )  # fmt: skip
    console.print("記録しました。")


@app.command("convert")
@bound("collection.dispositions.carry")
@refusals_told
def convert_command(disposition_id: Number, released_on: str, as_of: AsOf = None, by: Officer = None) -> None:
    """先の差押えが解除された参加差押えを、差押えに転換する。"""
    key = queries.disposition_numbered(disposition_id).key
    made = releasing.convert_participation(
        key, released_on=parse_date(released_on), as_of=day(as_of), officer=officer(by)
    )
    console.print(f"差押え（処分管理番号{made}）に転換しました。")


@app.command("call")
@bound("collection.dispositions.carry")
@refusals_told
def call_command(disposition_id: Number, until: str, as_of: AsOf = None, by: Officer = None) -> None:
    """履行期限の過ぎた第三債務者に、履行催告書を作る。"""
    key = queries.disposition_numbered(disposition_id).key
    run = collecting.call_to_perform(key, by=parse_date(until), as_of=day(as_of), officer=officer(by))
    console.print(f"束{run}を印刷してください。")


@app.command("order-delivery")
@bound("collection.dispositions.carry")
@refusals_told
def delivery_command(asset_id: int, holder: int, until: str, as_of: AsOf = None, by: Officer = None) -> None:
    """動産を占有する第三者に、引渡しを命じる。"""
    run = keeping.order_delivery(asset_id, holder, by=parse_date(until), as_of=day(as_of), officer=officer(by))
    console.print(f"束{run}を印刷してください。")


@app.command("possess")
@bound("collection.dispositions.carry")
@refusals_told
def possess_command(
    disposition_id: Number, place: str, keeper: str, left: Annotated[bool, typer.Option("--left", help="保管させて封印する")] = False,
    on: Annotated[str | None, typer.Option("--on", help="占有した日")] = None, by: Officer = None,
) -> None:  # fmt: skip
    """差し押さえた動産の占有を記録し、占有調書と封印票を作る。"""
    key = queries.disposition_numbered(disposition_id).key
    run = keeping.take_possession(key, Possession(day(on), place, keeper, left), as_of=day(on), officer=officer(by))
    console.print(f"束{run}を印刷してください。")


@app.command("discharge")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def discharge_command(bankruptcy_id: int, on: str, by: Officer = None) -> None:
    """免責の確定を記録する。"""
    bankruptcies.record_discharge(bankruptcy_id, on=parse_date(on), officer=officer(by))
    console.print("記録しました。")


@app.command("opening")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def opening_command(bankruptcy_id: int, on: str, note: str, by: Officer = None) -> None:
    """申立てだけを記録した倒産手続に、開始の決定を記録する。"""
    bankruptcies.record_opening(bankruptcy_id, on=parse_date(on), note=note, officer=officer(by))
    console.print("記録しました。")


@app.command("approval")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def approval_command(
    bankruptcy_id: int, on: str, note: str,
    grace: Annotated[str | None, typer.Option("--grace", help="更生計画による納税の猶予の終わり")] = None,
    consented: Annotated[str | None, typer.Option("--consented", help="3年を超える猶予に同意した日")] = None, by: Officer = None,
) -> None:  # fmt: skip
    """再生計画・更生計画の認可を記録する。"""
    told = (parse_date(grace) if grace else None, parse_date(consented) if consented else None)
    bankruptcies.record_approval(bankruptcy_id, Approval(parse_date(on), note, *told), officer=officer(by))
    console.print("記録しました。")


@app.command("stay")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def stay_command(
    bankruptcy_id: int, kind: Annotated[StayKind, typer.Argument(help="包括的禁止命令、滞納処分の中止命令、期間の伸長")], on: str, note: str,
    through: Annotated[str | None, typer.Option("--through", help="伸長した後の終わりの日")] = None,
    consented: Annotated[str | None, typer.Option("--consented", help="伸長に同意した日")] = None, by: Officer = None,
) -> None:  # fmt: skip
    """滞納処分の禁止・中止の命令、または期間の伸長を記録する。"""
    told = (parse_date(through) if through else None, parse_date(consented) if consented else None)
    key = queries.bankruptcy_numbered(bankruptcy_id).key
    record_stay(key, NewStay(kind, parse_date(on), note, *told), officer=officer(by))
    console.print("記録しました。")


@app.command("stay-lift")
@bound("collection.dispositions.bankruptcy")
@refusals_told
def stay_lift_command(bankruptcy_id: int, stay_number: int, on: str, reason: str, by: Officer = None) -> None:
    """禁止・中止の効力が失われたことを記録する。"""
    key = queries.bankruptcy_numbered(bankruptcy_id).key
    lift_stay(key, stay_number, on=parse_date(on), reason=reason, officer=officer(by))
    console.print("記録しました。")


@app.command("stays")
@bound("collection.dispositions.list")
@refusals_told
def stays_command(bankruptcy_id: int, as_json: Json = False) -> None:
    """倒産手続による、滞納処分の禁止・中止の期間。"""
    found = stays_of(queries.bankruptcy_numbered(bankruptcy_id).key)
    if as_json:
        say_json(found)
        return
    rows = ((x.stay_number, x.kind.value, x.first_on, x.ends_on or "", x.article) for x in found)
    table("禁止・中止の期間", ("連番", "種類", "始まり", "終わり", "根拠"), rows)


@app.command("again")
@bound("collection.dispositions.list")
@refusals_told
def again_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """再び処分する候補。"""
    found = to_dispose_again(as_of=day(as_of))
    if as_json:
        say_json(found)
        return
    rows = ((x.addressee_number, x.name, x.what, x.ended_on, x.discharged_on or "", x.left) for x in found)
    table("再び処分する候補", ("宛名番号", "氏名", "終わった手続", "終わった日", "免責の確定", "残る額"), rows)
