"""osame import … — 届いたファイルを取り込む。"""

from pathlib import Path
from typing import Annotated

import typer

from osame.collection.addressees.importing import import_addressees
from osame.collection.closing.importing import import_bank_totals
from osame.collection.determinations.importing import import_determinations, retry_held
from osame.collection.intake.profiles import receipts_importer
from osame.collection.intake.telling import tell
from osame.collection.parameters.actions import import_installment_terms
from osame.formats.inbound import PROFILES
from osame.platform.functions.binding import bound
from osame.platform.terminal import console, day, errors, officer, refusals_told

app = typer.Typer(no_args_is_help=True, help="届いたファイルを取り込む")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="取り込むファイル")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="処理日（和暦・西暦。省けば今日）")]
Officer = Annotated[str | None, typer.Option("--officer", help="職員（省けば端末の利用者）")]
Json = Annotated[bool, typer.Option("--json", help="機械のための JSON で答える")]

CHANNELS = {
    "bank": "bank_notice_v0",
    "debit": "zengin_91",
    "cvs": "mizuho_factor_120",
    "cvs-mufg": "mufg_factor_120",
    "cvs-dsk": "dsk_csv",
    "eltax": "eltax_keshikomi_v0",
    "pension": "pension_notice_v0",
}


@app.command()
@bound("collection.intake.determinations")
@refusals_told
def determinations(file: FileArgument, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """調定CSV（036o005）を取り込む。"""
    with console.status("調定を取り込んでいます…"):
        result = import_determinations(file, as_of=day(as_of), officer=officer(by))
    tell(result, as_json=as_json)


@app.command()
@bound("collection.intake.receipts")
@refusals_told
def receipts(
    file: FileArgument,
    channel: Annotated[str, typer.Option("--channel", help="/".join((*CHANNELS, *PROFILES)))],
    as_of: AsOf = None,
    by: Officer = None,
    as_json: Json = False,
) -> None:
    """収納ファイルを取り込み、消し込む。"""
    profile = CHANNELS.get(channel, channel)
    if profile not in PROFILES:
        errors.print(
            f"チャネル「{channel}」はありません。次のどれかを指定してください：{'、'.join((*CHANNELS, *PROFILES))}"
        )
        raise SystemExit(2)
    with console.status("収納データを消し込んでいます…"):
        result = receipts_importer(profile)(file, as_of=day(as_of), officer=officer(by))
    tell(result, as_json=as_json)


@app.command()
@bound("collection.intake.addressees")
@refusals_told
def addressees(file: FileArgument, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """宛名を取り込む。宛名を待っていた調定も、ここで取り込む。"""
    result = import_addressees(file, as_of=day(as_of), officer=officer(by))
    released = 0
    if not result.refusal:
        released = retry_held(as_of=day(as_of), officer=officer(by), cause=f"addressees:{result.intake_file_id}")
    tell(result, as_json=as_json)
    if released and not as_json:
        console.print(f"  宛名を待っていた調定 {released:,} 件を取り込みました")


@app.command()
@bound("collection.intake.terms")
@refusals_told
def terms(file: FileArgument, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """期別マスタ（036o015）を取り込む。"""
    tell(import_installment_terms(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)


@app.command("bank-totals")
@bound("collection.intake.bank_totals")
@refusals_told
def bank_totals(file: FileArgument, as_of: AsOf = None, by: Officer = None, as_json: Json = False) -> None:
    """公金日計を取り込む。"""
    tell(import_bank_totals(file, as_of=day(as_of), officer=officer(by)), as_json=as_json)
