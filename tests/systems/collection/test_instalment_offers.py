"""長い計画の決裁、Web の納付の見回り、電子申請の分納の申出。申出も長い計画も、それだけで誓約にはならない。"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from typer.testing import CliRunner

from osame.collection.matching.importing import import_receipts
from osame.collection.pledges.actions import PlanNeedsDecision, accept_pledge, make_pledge, watch_pledges
from osame.collection.pledges.cli import app
from osame.collection.pledges.deciding import PlanIsShort, propose_long_plan
from osame.collection.pledges.offers import (
    AlreadyAnswered,
    AnswerNeedsWords,
    accept_offer,
    decline_offer,
    import_offers,
    judge,
    offers,
)
from osame.collection.pledges.planning import PledgeTerms, plan_pledge
from osame.collection.pledges.queries import payments_of, pledge_file, pledge_numbered
from osame.collection.today.queries import counts
from osame.formats import eltax, instalment_offer_csv
from osame.formats.csv_batch import FileHeader
from osame.formats.instalment_offer_csv import InstalmentOfferRow
from osame.formats.reports import ReportStage
from osame.formats.slip_numbers import matter_key
from osame.kernel.money import Yen
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.suspension_cast import as_officer, carried, today
from tests.systems.collection.test_pledges import accepted, owing, signed

__all__ = ["owing"]
ARREARS = "osame-purpose=arrears_management"
DAY = date(2026, 3, 2)


def long_terms(amount: int = 4_000) -> PledgeTerms:
    return PledgeTerms(
        SATO, (), today() + timedelta(days=30), amount, None, "年金だけで、毎月これより多くは納められない"
    )


def offered(number: str, **changes: object) -> InstalmentOfferRow:
    told = {
        "outer_number": number, "offered_on": DAY, "addressee_number": SATO, "first_on": date(2026, 3, 31), "amount": 20_000,
        "income": 280_000, "taxes": 57_000, "dependants": 2, "reason": "一度に納められない", "verified": True,
    } | changes  # fmt: skip
    return InstalmentOfferRow(**told)  # type: ignore[arg-type]


def arrived(folder: Path, *rows: InstalmentOfferRow, name: str = "offers.csv") -> tuple[int, int]:
    path = folder / name
    path.write_bytes(instalment_offer_csv.write(rows))
    done = import_offers(path, as_of=DAY, officer=OFFICER)
    assert done.refusal == ""
    return done.rows_posted, done.rows_rejected


@pytest.mark.usefixtures("owing")
class TestLongPlan:
    def test_waits_for_a_superior_and_then_for_a_signature(self) -> None:
        planned = plan_pledge(long_terms(), as_of=today())
        assert (planned.longest, planned.needs_decision) == (12, True)
        assert planned.times > 20
        with pytest.raises(PlanNeedsDecision, match="12回"):
            make_pledge(long_terms(), as_of=today(), officer=OFFICER)
        assert fetch_one("SELECT count(*) FROM pledge") == (0,)
        with as_officer(OFFICER):
            number = propose_long_plan(long_terms(), as_of=today())
            with pytest.raises(PlanIsShort):
                propose_long_plan(long_terms(20_000), as_of=today())
        assert "署名を受けてください" in carried(number)
        key = (SATO, int(fetch_one("SELECT pledge_id FROM pledge")[0]))
        file = pledge_file(key, as_of=today())
        assert [each.act_name for each in file.events] == ["誓約書を作る"]
        assert fetch_all("SELECT proposal_id FROM pledge_plan") == [(number,)]
        assert len(accept_pledge(key, signed(on=today()), as_of=today(), officer=OFFICER)) == planned.times

    def test_may_not_have_grown_since_and_is_guarded_in_the_table(self, owing: Path) -> None:
        with as_officer(OFFICER):
            number = propose_long_plan(long_terms(), as_of=today())
        levy(owing, determination(SATO, 3, 90_000, due_on=date(2025, 10, 31)))
        terms = long_terms()
        assert terms.charges == ()
        with pytest.raises(PlanNeedsDecision):
            make_pledge(terms, as_of=today(), officer=OFFICER)
        assert carried(number)  # 起案した期別だけが計画に載る
        plan = fetch_one("SELECT addressee_number, pledge_id FROM pledge_plan")
        charges = {row[0] for row in fetch_all("SELECT DISTINCT charge_id FROM pledge_part")}
        assert charges == {charge_of(SATO, 1), charge_of(SATO, 2)}
        run_sql(
            "INSERT INTO pledge_plan (addressee_number, pledge_id, plan_number, made_on, first_on, monthly_amount, reason, officer) "
            "SELECT addressee_number, pledge_id, 2, made_on, first_on, monthly_amount, reason, officer FROM pledge_plan"
        )
        run_sql("INSERT INTO pledge_instalment VALUES (%s, %s, 2, 12, %s, 1)", [*plan, today()])
        with pytest.raises(DatabaseError, match="決裁が要ります"), transaction.atomic():
            run_sql("INSERT INTO pledge_instalment VALUES (%s, %s, 2, 13, %s, 1)", [*plan, today()])


class TestWebPayment:
    def test_an_entrusted_payment_is_no_default_though_its_money_comes_later(self, owing: Path) -> None:
        key = accepted()
        (slip_number, amount, due), *_ = fetch_all(
            "SELECT slip_number, amount, payable_through FROM payment_slip ORDER BY round_number"
        )
        late, payout = date(2026, 4, 9), date(2026, 4, 13)
        assert [each.key for each in watch_pledges(as_of=late, officer=OFFICER).broken] == [key]
        payment = eltax.EltaxPayment(
            agency_number="24203", matter_key=matter_key(slip_number), confirmation_number="123456", tax_fee_number="106",
            levy_year=2025, tax_year=2025, installment_term=0, amount=Yen(amount),
            paid_at=datetime.combine(due, datetime.min.time(), tzinfo=UTC), collected_on=due, stage=ReportStage.PRELIMINARY,
            transaction_id="T1",
        )  # fmt: skip
        for number, told in ((1, payment), (2, replace(payment, stage=ReportStage.FINAL, payout_on=payout))):
            path, on = owing / f"eltax-{number}.csv", told.payout_on or date(2026, 4, 1)
            path.write_bytes(
                eltax.write([told], header=FileHeader(sender_code="24203", business_on=on, sequence=number))
            )
            result = import_receipts(path, profile=eltax.PROFILE, as_of=date(2026, 4, 20), officer=OFFICER)
            assert (result.refusal, result.rows_rejected, result.rows_held) == ("", 0, 0)
            head = pledge_numbered(key[1], as_of=late)
            assert (head.standing.paid, head.standing.kept) == (amount, True)
            assert [(each.paid_on, each.channel, each.amount, each.waiting) for each in payments_of(head)] == [
                (due, "05", amount, number == 1)
            ]
            assert watch_pledges(as_of=late, officer=OFFICER).broken == ()


class TestOffers:
    def test_a_file_only_asks(self, owing: Path) -> None:
        bad = offered("W-3", addressee_number="9" * 15)
        assert arrived(owing, offered("W-1"), offered("W-2", amount=40_000, verified=False), bad) == (2, 1)
        assert fetch_one("SELECT count(*) FROM pledge") == (0,)
        assert arrived(owing, offered("W-1", reason="もう一度"), name="again.csv") == (0, 1)
        reasons = [row[0] for row in fetch_all("SELECT reason FROM rejected_row")]
        assert [part for part in ("宛名番号の人はいません", "もう受け付けています") if any(part in each for each in reasons)] == [
            "宛名番号の人はいません", "もう受け付けています",
        ]  # fmt: skip
        first, second = offers()
        assert [each.is_met for each in judge(first, as_of=DAY)] == [True] * 5
        assert [each.line for each in judge(second, as_of=DAY) if not each.is_met] == [
            "【否】電子署名で本人と確かめた：検証されていない。電話などで確かめる",
            "【否】申出のとおりの計画を作れる：毎回の額が、聞き取った納付可能額を超えています。額を下げるか、聞き取りを確かめて"
            "ください。（毎回40,000円、納付可能額33,000円）",
        ]
        with pytest.raises(DatabaseError, match="書き換えられません"), transaction.atomic():
            run_sql("UPDATE instalment_offer SET amount = 1")

    def test_is_answered_once_with_a_paper_or_with_words(self, owing: Path) -> None:
        arrived(owing, offered("W-1"), offered("W-2", amount=4_000))
        first, second = offers()
        pledge_id = accept_offer((SATO, first.offer_id), as_of=DAY, officer=OFFICER)
        assert pledge_file((SATO, pledge_id), as_of=DAY).head.stage_name == "署名待ち"
        with pytest.raises(AlreadyAnswered):
            accept_offer((SATO, first.offer_id), as_of=DAY, officer=OFFICER)
        (judged,) = [each for each in judge(second, as_of=DAY) if "ほかの誓約" in each.text]
        assert (judged.is_met, judged.fact) == (False, "納付誓約")
        with pytest.raises(AnswerNeedsWords):
            decline_offer((SATO, second.offer_id), answer=" ", as_of=DAY)
        decline_offer((SATO, second.offer_id), answer="先の申出で答えました。窓口にご相談ください。", as_of=DAY)
        assert offers() == ()

    def test_the_pages_and_the_commands(self, owing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        arrived(owing, offered("W-1"), offered("W-2"))
        waiting = [each.offer_id for each in offers()]
        with pages_on(DAY.isoformat(), monkeypatch):
            desk = officer_at_desk("A0001", "山本 昇", "collection_clerk")
            assert counts(officer="A0001", as_of=DAY)["instalment_offer"].count == 2
            page = desk.get(f"/pledges/offers/{waiting[0]}/?{ARREARS}")
            for part in ("要件の判定", "決めた回数のうちに完納する", "毎月33,000円", "佐藤 花子"):
                assert part in text(page), part
            address = f"/pledges/offers/{waiting[0]}/?{ARREARS}"
            refused = desk.post(address, fields(page) | {"decision": "decline", "answer": ""})
            assert (refused.status_code, "断る理由がありません" in text(refused)) == (422, True)
            assert desk.post(address, fields(refused) | {"decision": "accept"}).status_code == 302
            told = text(desk.get(address))
            assert "誓約書を送る" in told
            assert "署名して" in told
            saved = desk.post(
                f"/pledges/offers/save/?{ARREARS}", fields(desk.get(f"/pledges/offers/?{ARREARS}")) | {"on": "R8.3.2"}
            )
            assert "W-1,2026-03-02,誓約書を送る" in saved.content.decode()
        monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")

        def call(*words: str) -> str:
            answer = CliRunner().invoke(app, list(words))
            assert answer.exit_code == 0, answer.output
            return answer.stdout

        (left,) = json.loads(call("offers", "--as-of", "2026-03-02", "--json"))
        assert left["offer"]["outer_number"] == "W-2"
        call("answer", str(waiting[1]), "--decline", "先の申出で答えました。", "--as-of", "2026-03-02")
        call("answers", str(owing / "answers.csv"), "--on", "2026-03-02")
        assert (owing / "answers.csv").read_text().count("2026-03-02") == 2
        call(
            "propose-long",
            SATO,
            "年金だけで暮らす",
            "--first",
            "2026-03-31",
            "--amount",
            "4000",
            "--as-of",
            "2026-03-02",
        )
        assert fetch_one("SELECT count(*) FROM proposal WHERE act = 'pledge'") == (1,)
