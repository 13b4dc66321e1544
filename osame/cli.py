"""osame コマンドの入口。

Everything an operator can do. `osame law calc` and help need no database; every other command opens the collection
system's database (the embedded one unless `OSAME_DATABASE_URL` is set).
"""

import os
import sys
import warnings

import typer

from osame.platform.starting import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")


def needs_no_database(arguments: list[str]) -> bool:
    """法の計算、証明書の検証、説明の表示は、データベースを開かない。"""
    offline = arguments[:1] == ["law"] or arguments[:2] == ["certificate", "verify"]
    return not arguments or offline or "--help" in arguments


def choose_system(arguments: list[str]) -> list[str]:
    """このプロセスのシステムを決め、残りの引数を返す。

    `osame --system linkage …` chooses one for the commands that every system has; `osame addressee …`, `osame linkage …`,
    `osame gateway …` and `osame network …` choose theirs; `--body 242039` chooses the body of the gateway. Otherwise it is `OSAME_SYSTEM`, or collection.
    """
    if arguments[:1] == ["--system"] and len(arguments) > 1:
        os.environ["OSAME_SYSTEM"] = arguments[1]
        return choose_body(arguments[2:])
    arguments = choose_body(arguments)
    if arguments and arguments[0] in {"addressee", "linkage", "gateway", "network"}:
        os.environ["OSAME_SYSTEM"] = arguments[0]
    elif arguments[:1] in (["serve"], ["setup"], ["functions"]) and "--system" in arguments[1:-1]:
        os.environ["OSAME_SYSTEM"] = arguments[arguments.index("--system") + 1]
    return arguments


def choose_body(arguments: list[str]) -> list[str]:
    """この命令の団体を決め、残りの引数を返す。団体ごとにデータベースのあるシステムだけが使う。"""
    if arguments[:1] == ["--body"] and len(arguments) > 1:
        os.environ["OSAME_BODY"] = arguments[1]
        return arguments[2:]
    return arguments


def build_app() -> typer.Typer:
    """このプロセスにあるシステムの命令をすべて集め、門の内に置く。Django の用意ができてから呼ぶ。"""
    from osame.platform import systems
    from osame.platform.functions.commands import gate_commands

    app = _group("納め — 地方税の収納と滞納整理")
    _floor(app)
    parts = {
        "collection": _collection, "addressee": _addressee, "linkage": _linkage, "gateway": _gateway,
        "network": _network,
    }  # fmt: skip
    for code, collect in parts.items():
        if code in systems.present():
            collect(app)
    return gate_commands(app)


def _group(told: str) -> typer.Typer:
    return typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=told)


def _floor(app: typer.Typer) -> None:
    """どのシステムにもある命令。"""
    from osame.law_cli import app as law
    from osame.platform.approvals import cli as approvals
    from osame.platform.audit import cli as audit
    from osame.platform.cli import serve, setup
    from osame.platform.egress import cli as egress
    from osame.platform.exchanges import cli as exchanges
    from osame.platform.functions import cli as functions
    from osame.platform.jobs import cli as jobs
    from osame.platform.privacy import cli as privacy
    from osame.platform.privacy import incident_cli as incidents
    from osame.platform.privacy import media_cli as media
    from osame.platform.privacy import retention_cli as retention
    from osame.platform.privacy import training_cli as training
    from osame.platform.staff import cli as staff

    app.command()(setup)
    app.command()(serve)
    app.add_typer(functions.app, name="functions")
    app.add_typer(jobs.app, name="jobs")
    app.add_typer(approvals.app, name="approval")
    app.add_typer(audit.app, name="audit")
    app.add_typer(egress.app, name="egress")
    app.add_typer(exchanges.app, name="exchange")
    app.add_typer(staff.app, name="staff")
    app.add_typer(privacy.app, name="privacy")
    app.add_typer(incidents.app, name="incident")
    app.add_typer(training.app, name="training")
    app.add_typer(media.app, name="medium")
    app.add_typer(retention.app, name="retention")
    app.add_typer(law, name="law")


def _collection(app: typer.Typer) -> None:
    """収滞納管理システムの命令。"""
    from osame.bench.cli import (
        audit_bench,
        bench,
        gateway_bench,
        letters_bench,
        officers_bench,
        taxpayers_bench,
    )
    from osame.collection.addressees import cli as addressees
    from osame.collection.certificates import cli as certificates
    from osame.collection.closing import cli as closing
    from osame.collection.debits import cli as debits
    from osame.collection.demands import cli as demands
    from osame.collection.inquiry import cli as inquiry
    from osame.collection.intake import cli as intake
    from osame.collection.ledger import cli as ledger
    from osame.collection.letters import cli as letters
    from osame.collection.matching import cli as matching
    from osame.collection.outlays import cli as outlays
    from osame.collection.parameters import cli as parameters
    from osame.collection.payment_slips import cli as payment_slips
    from osame.collection.public_benefit_accounts import cli as public_benefit_accounts
    from osame.collection.refunds import cli as refunds
    from osame.collection.refunds import payment_cli as refund_payments
    from osame.collection.returns import cli as returned
    from osame.collection.tills import cli as tills
    from osame.collection.vouchers import cli as vouchers
    from osame.demo import cli as demo

    app.command()(bench)
    app.command("bench-officers")(officers_bench)
    app.command("bench-audit")(audit_bench)
    app.command("bench-gateway")(gateway_bench)
    app.command("bench-taxpayers")(taxpayers_bench)
    app.add_typer(demo.app, name="demo")
    app.add_typer(intake.app, name="import")
    app.add_typer(addressees.app, name="addressee-copy")
    app.add_typer(demands.app, name="demand")
    app.add_typer(letters.app, name="letter")
    letters.app.command("bench")(letters_bench)
    app.add_typer(returned.app, name="returned")
    app.add_typer(closing.app, name="close")
    app.add_typer(debits.app, name="debit")
    app.add_typer(certificates.app, name="certificate")
    app.add_typer(inquiry.app, name="charge")
    _of_arrears(app)
    app.add_typer(matching.app, name="receipt")
    app.add_typer(refunds.app, name="refund")
    app.add_typer(refund_payments.app, name="refund-payment")
    app.add_typer(outlays.app, name="outlay")
    app.add_typer(vouchers.app, name="voucher")
    app.add_typer(tills.app, name="till")
    app.add_typer(public_benefit_accounts.app, name="public-account")
    app.add_typer(payment_slips.app, name="slip")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(parameters.app, name="parameters")


def _of_arrears(app: typer.Typer) -> None:
    """滞納整理の章の命令。"""
    from osame.bench.cli import cases_bench
    from osame.collection.advances import cli as advances
    from osame.collection.arrears import cli as arrears
    from osame.collection.assets import cli as assets
    from osame.collection.assets import credential_cli as credentials
    from osame.collection.auctions import cli as auctions
    from osame.collection.auctions import delivery_cli as deliveries
    from osame.collection.cases import cli as cases
    from osame.collection.dispositions import claims_cli as seizures
    from osame.collection.dispositions import cli as dispositions
    from osame.collection.dispositions import realization_cli as realizations
    from osame.collection.grace import cli as grace
    from osame.collection.liabilities import cli as liabilities
    from osame.collection.liabilities import transfer_cli as encumbrances
    from osame.collection.pledges import cli as pledges
    from osame.collection.reminders import cli as reminders
    from osame.collection.successions import cli as successions
    from osame.collection.suspensions import cli as suspensions
    from osame.collection.writeoffs import cli as writeoffs

    app.add_typer(arrears.app, name="contact")
    app.add_typer(cases.app, name="case")
    cases.app.command("bench")(cases_bench)
    app.add_typer(reminders.app, name="reminder")
    app.add_typer(pledges.app, name="pledge")
    app.add_typer(grace.app, name="grace")
    app.add_typer(advances.app, name="advance")
    app.add_typer(liabilities.app, name="liability")
    app.add_typer(encumbrances.app, name="encumbrance")
    app.add_typer(assets.app, name="asset")
    app.add_typer(credentials.app, name="credential")
    app.add_typer(dispositions.app, name="disposition")
    app.add_typer(auctions.app, name="auction")
    app.add_typer(deliveries.app, name="delivery")
    app.add_typer(seizures.app, name="seizure")
    app.add_typer(realizations.app, name="realization")
    app.add_typer(suspensions.app, name="suspension")
    app.add_typer(successions.app, name="succession")
    app.add_typer(writeoffs.app, name="write-off")


def _addressee(app: typer.Typer) -> None:
    """宛名管理システムの命令は、`osame addressee …` に並べる。"""
    from osame.addressee.agents import cli as agents
    from osame.addressee.consolidation import cli as consolidation
    from osame.addressee.feed import cli as feed
    from osame.addressee.locks import cli as locks
    from osame.addressee.mailing import cli as mailing
    from osame.addressee.numbering import cli as numbering
    from osame.addressee.people import cli as people
    from osame.addressee.protection import cli as protection
    from osame.addressee.residents import cli as residents
    from osame.addressee.search import cli as search
    from osame.bench.cli import feed_bench, search_bench

    addressee = _group("宛名管理システム")
    addressee.registered_commands += search.app.registered_commands
    addressee.command("bench-search")(search_bench)
    addressee.command("bench-feed")(feed_bench)
    addressee.registered_commands.extend(people.app.registered_commands)
    addressee.command("candidates")(consolidation.candidates_command)
    addressee.add_typer(consolidation.app, name="consolidate")
    addressee.add_typer(residents.app, name="import")
    addressee.command("deliver-numbers")(residents.deliver_command)
    addressee.add_typer(numbering.app, name="numbering")
    addressee.add_typer(numbering.clients, name="clients")
    addressee.add_typer(protection.app, name="protect")
    addressee.add_typer(mailing.app, name="mailing")
    addressee.add_typer(mailing.contact, name="contact")
    addressee.add_typer(agents.app, name="agent")
    addressee.add_typer(agents.relation, name="relation")
    addressee.add_typer(locks.app, name="lock")
    addressee.add_typer(feed.app, name="feed")
    if addressee.registered_groups:
        app.add_typer(addressee, name="addressee")


def _linkage(app: typer.Typer) -> None:
    """団体内統合利用番号連携サーバーの命令は、`osame linkage …` に並べる。"""
    from osame.bench.cli import vault_bench
    from osame.linkage.feed import cli as feed
    from osame.linkage.identities import cli as identities
    from osame.linkage.legal_basis import cli as legal_basis
    from osame.linkage.notices import cli as notices
    from osame.linkage.numbers import cli as numbers

    linkage = _group("団体内統合利用番号連携サーバー")
    for command in (identities.number, identities.search, identities.convert, identities.load):
        linkage.command()(command)
    for key_command in (numbers.rotate_keys, numbers.retire_key, notices.notices):
        linkage.command()(key_command)
    linkage.command("bench")(vault_bench)
    linkage.add_typer(identities.review, name="review")
    linkage.add_typer(numbers.app, name="keys")
    linkage.add_typer(feed.app, name="feed")
    linkage.add_typer(legal_basis.app, name="legal-basis")
    app.add_typer(linkage, name="linkage")


def _gateway(app: typer.Typer) -> None:
    """中間サーバーの命令は、`osame gateway …` に並べる。"""
    from osame.gateway.administration import cli as administration
    from osame.gateway.affair_rights import cli as affair_rights

    administration.app.add_typer(affair_rights.app, name="rights")
    app.add_typer(administration.app, name="gateway")


def _network(app: typer.Typer) -> None:
    """情報提供ネットワークシステム（模擬）の命令は、`osame network …` に並べる。"""
    from osame.network.core import cli as core

    app.add_typer(core.app, name="network")


def narrowed(app: typer.Typer, arguments: list[str]) -> typer.Typer:
    """打たれた命令の枝だけを残す。数百の命令のすべてを組み立てるのは、説明を求められたときだけでよい。"""
    chosen = [group for group in app.registered_groups if arguments[:1] == [group.name]]
    if chosen:
        app.registered_groups, app.registered_commands = chosen, []
    return app


def main() -> None:
    """コマンドを一つ実行する。"""
    arguments = choose_system(sys.argv[1:])
    if needs_no_database(arguments):
        os.environ.update(OSAME_NO_DATABASE="1", OSAME_ALL_SYSTEMS="1")  # 説明には、すべてのシステムの命令を並べる
    with loading(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import django

        django.setup()
        app = narrowed(build_app(), arguments)
        run = typer.main.get_command(app)
    run(args=arguments)


if __name__ == "__main__":
    main()
