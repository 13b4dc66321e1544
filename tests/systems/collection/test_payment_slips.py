"""納付書の発行と、その納付。どのチャネルで納めても割り振りのとおりに消し込まれ、二重に納めれば過誤納になる。"""

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.collection.arrears.prescribing import ObligationExtinguished
from osame.collection.demands.batch import run_demands
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, stop_demand
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from osame.collection.payment_slips.actions import (
    SlipAlreadyUsed,
    SlipAlreadyVoid,
    VoidNeedsReason,
    issue_carried_slips,
    void_slip,
)
from osame.collection.payment_slips.inquiries import InquiryUnreadable, answer_file, answers_to
from osame.collection.payment_slips.instalments import (
    PlanAlreadyIssued,
    PlanExceedsOwed,
    PlannedRound,
    PlannedShare,
    RoundsOutOfOrder,
    issue_instalments,
    void_rest,
)
from osame.collection.payment_slips.letters import write_slip_file
from osame.collection.payment_slips.planning import (
    ChargeWithoutFee,
    DayBeforeIssue,
    DayTooFar,
    NothingChosen,
    NothingUnpaid,
    ReasonNeeded,
    SlipRequest,
    TooManyTerms,
    plan_slip,
)
from osame.collection.payment_slips.queries import Registration, Slip, State, slip_numbered, slips_of, unused_slips
from osame.collection.payment_slips.registration import (
    AnswerOfOtherRequest,
    NothingToRegister,
    request_registration,
    take_answer,
)
from osame.formats import convenience_store, eltax, slip_inquiry_csv, slip_registration
from osame.formats.csv_batch import FileHeader
from osame.formats.reports import ReportStage
from osame.formats.slip_inquiry_csv import SlipInquiry
from osame.formats.slip_numbers import matter_key
from osame.formats.store_payments import StorePayment
from osame.kernel.money import Yen
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.letters.paper import texts
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, notice, write_notices
from tests.systems.collection.demand_cast import CUT_OFF, set_value
from tests.systems.collection.demand_cast import ISSUED as DEMANDED
from tests.systems.collection.slip_cast import ISSUED, THROUGH, issue, ready, unpaid

EXAMPLES = int(os.environ.get("OSAME_SLIP_PLANS", "12"))
LATER = date(2025, 10, 1)


def take(tmp_path: Path, slip: Slip, way: str, paid_on: date, *, number: int = 1, amount: int | None = None) -> Any:
    """One payment of a slip, as the file of that channel tells it."""
    told, path = amount or slip.amount, tmp_path / f"{way}-{number}"
    if way == "bank":
        paid = notice(number, SATO, told, paid_on, slip_number=slip.slip_number)
        write_notices(path, paid, on=paid_on, sequence=number)
        profile = "bank_notice_v0"
    elif way == "shop":
        row = StorePayment(
            kind="02", paid_on=paid_on, paid_at="1200", barcode=slip.barcode, store_code="0000123", chain_code="C001",
            captured_on=paid_on, payout_on=paid_on + timedelta(days=7),
        )  # fmt: skip
        path.write_bytes(
            convenience_store.write([row], profile="mizuho_factor_120", made_on=paid_on, corporate_code="24203")
        )
        profile = "mizuho_factor_120"
    else:
        payment = eltax.EltaxPayment(
            agency_number=slip.agency_number, matter_key=matter_key(slip.slip_number),
            confirmation_number=slip.confirmation_number, tax_fee_number=slip.payment_class, levy_year=2025, tax_year=2025,
            installment_term=0, amount=Yen(told), paid_at=datetime.combine(paid_on, datetime.min.time()),
            collected_on=paid_on, stage=ReportStage.FINAL, transaction_id=f"T{number}", payout_on=paid_on + timedelta(days=3),
        )  # fmt: skip
        header = FileHeader(sender_code=slip.agency_number, business_on=paid_on, sequence=number)
        path.write_bytes(eltax.write([payment], header=header))
        profile = "eltax_keshikomi_v0"
    result = import_receipts(path, profile=profile, as_of=LATER, officer=OFFICER)
    assert (result.refusal, result.rows_rejected, result.rows_held) == ("", 0, 0), result
    assert (result.rows_posted, result.amount_matched) == (1, told)
    return result


@pytest.mark.parametrize("way", ["bank", "shop", "qr"])
def test_a_combined_slip_paid_through_any_channel_posts_right(city: str, tmp_path: Path, way: str) -> None:
    charges = ready(tmp_path, 120_000, 80_000, 90_001)
    slip = issue(*charges).slip
    assert slip.amount == sum(each.amount for each in slip.shares) == 293_201
    assert [each.delinquency_charge for each in slip.shares] == [1_900, 1_300, 0]
    take(tmp_path, slip, way, THROUGH)
    assert unpaid(*charges) == dict.fromkeys(charges, (0, 0, 0, 0))
    used = slip_numbered(slip.slip_number)
    assert (used.state(LATER), used.paid, used.paid_on) == (State.USED, slip.amount, THROUGH)
    rows = fetch_all("SELECT amount, slip_number FROM receipt ORDER BY charge_id")
    assert rows == [(each.amount, slip.slip_number) for each in slip.shares]
    assert verify_ledger().sound


def test_paid_early_late_short_or_too_much_conserves_every_yen(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 120_000, 80_000)
    slip = issue(*charges).slip
    take(tmp_path, slip, "bank", date(2025, 9, 11), amount=120_500)
    assert unpaid(*charges) == {charges[0]: (0, 0, 900, 0), charges[1]: (80_000, 0, 0, 0)}
    take(tmp_path, slip, "bank", date(2025, 9, 12), amount=500_000, number=2)
    (received,) = fetch_one("SELECT sum(amount)::bigint FROM receipt")
    (kept,) = fetch_one("SELECT sum(received)::bigint FROM charge")
    assert received == kept == 620_500
    left = unpaid(*charges)
    assert all(each[:3] == (0, 0, 0) for each in left.values())
    (determined,) = fetch_one("SELECT sum(determined)::bigint FROM charge WHERE charge_id > 0")
    assert sum(each[3] for each in left.values()) == 620_500 - determined
    assert verify_ledger().sound


def test_an_older_slip_paid_as_well_becomes_an_overpayment_by_itself(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 120_000, 80_000)
    older = issue(*charges).slip
    issued = issue(charges[0])
    assert issued.replaced == (older.slip_number,)
    assert issued.slip.issue_count == 2
    before = slip_numbered(older.slip_number)
    assert (before.state(ISSUED), before.replaced_by) == (State.VOID, issued.slip.slip_number)
    take(tmp_path, issued.slip, "shop", date(2025, 9, 20))
    take(tmp_path, older, "qr", date(2025, 9, 25))
    (late,) = fetch_one("SELECT sum(amount)::bigint FROM entry WHERE kind = 7 AND charge_id = %s", [charges[0]])
    assert unpaid(charges[0])[charges[0]] == (0, 0, 0, issued.slip.amount + older.shares[0].amount - 120_000 - late)
    assert unpaid(charges[1])[charges[1]][:3] == (0, 0, 0)
    assert verify_ledger().sound
    # 同じファイルをもう一度受け取っても、何も動かない
    again = import_receipts(tmp_path / "qr-1", profile="eltax_keshikomi_v0", as_of=LATER, officer=OFFICER)
    assert again.already_received


def test_the_first_slip_of_the_tax_system_still_finds_its_charge(city: str, tmp_path: Path) -> None:
    (charge,) = ready(tmp_path, 120_000)
    issued = issue(charge)
    assert any("当初の納付書（250600000011）" in each for each in issued.slip.cautions)
    write_notices(tmp_path / "first", notice(9, SATO, 120_000, date(2025, 9, 20)), on=date(2025, 9, 20))
    import_receipts(tmp_path / "first", profile="bank_notice_v0", as_of=LATER, officer=OFFICER)
    take(tmp_path, issued.slip, "bank", date(2025, 9, 25), number=2)
    principal, fee, late, over = unpaid(charge)[charge]
    (fixed,) = fetch_one("SELECT sum(amount)::bigint FROM entry WHERE kind = 7 AND reverses IS NULL AND credit = 1")
    assert (principal, fee, late) == (0, 0, 0)
    assert over == issued.slip.amount - fixed


def test_a_preliminary_report_of_a_slip_keeps_its_charges_from_being_demanded(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 60_000, 40_000)
    day = date(2025, 7, 10)
    slip = issue(*charges, on=day, through=date(2025, 7, 31)).slip
    run_sql(
        "INSERT INTO channel_report (receipt_key, stage, slip_number, amount, paid_on, channel, result_code, intake_file_id, "
        "line_number) VALUES (gen_random_uuid(), '1', %s, %s, %s, '04', '', 0, 1)",
        [slip.slip_number, slip.amount, day],
    )
    run = run_demands(as_of=DEMANDED, cut_off=CUT_OFF, officer=OFFICER)
    assert run.charges == 0
    assert [row[0] for row in fetch_all("SELECT reason FROM demand_exclusion ORDER BY charge_id")] == ["01", "01"]


def test_what_cannot_be_issued_is_refused_with_a_reason(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 120_000, 80_000)
    for chosen, through, refusal in (
        ((), THROUGH, NothingChosen),
        (tuple(range(1, 14)), THROUGH, TooManyTerms),
        ((charges[0], 999), THROUGH, NothingUnpaid),
        ((charges[0],), ISSUED - timedelta(days=1), DayBeforeIssue),
        ((charges[0],), ISSUED + timedelta(days=91), DayTooFar),
    ):
        with pytest.raises(refusal):
            issue(*chosen, through=through)
    assert slips_of(SATO) == ()
    run_demands(as_of=DEMANDED, cut_off=CUT_OFF, officer=OFFICER)
    with pytest.raises(ChargeWithoutFee):
        issue(charges[0], with_fee=False)
    assert issue(charges[0], with_fee=False, with_charge=False).slip.amount == 120_000
    with_all = issue(charges[0]).slip
    assert [(each.principal_tax, each.demand_fee, each.delinquency_charge) for each in with_all.shares] == [
        (120_000, 100, 1_900)
    ]
    assert any("低い割合" in each for each in with_all.shares[0].steps)
    take(tmp_path, with_all, "bank", THROUGH)
    with pytest.raises(NothingUnpaid):
        issue(charges[0])


def test_a_grace_needs_a_reason_and_an_extinct_charge_has_no_slip(city: str, tmp_path: Path) -> None:
    (charge,) = ready(tmp_path, 120_000)
    stop_demand(
        StopRequest(SATO, DemandStop.Reason.GRACE, "許可", date(2025, 9, 1), date(2026, 8, 31)), officer=OFFICER
    )
    with pytest.raises(ReasonNeeded, match="猶予"):
        issue(charge)
    slip = issue(charge, reason="本人の申出").slip
    assert slip.reason == "本人の申出"
    with pytest.raises(ObligationExtinguished, match="消滅時効"):
        plan_slip(SlipRequest(SATO, (charge,), date(2031, 1, 10), with_charge=False), as_of=date(2030, 12, 20))


def test_void_slips_and_unused_slips_are_known(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 120_000, 80_000)
    slip = issue(*charges).slip
    assert [each.slip_number for each in unused_slips([SATO], charges[:1], as_of=ISSUED)] == [slip.slip_number]
    assert slip.state(THROUGH + timedelta(days=1)) is State.EXPIRED
    with pytest.raises(VoidNeedsReason):
        void_slip(slip.slip_number, reason=" ", as_of=ISSUED, officer=OFFICER)
    assert void_slip(slip.slip_number, reason="窓口で回収", as_of=ISSUED, officer=OFFICER).state(ISSUED) is State.VOID
    assert fetch_all("SELECT state, reason FROM letter") == [("9", "窓口で回収")]  # 刷る前の紙は、引き抜かれる
    with pytest.raises(SlipAlreadyVoid):
        void_slip(slip.slip_number, reason="もう一度", as_of=ISSUED, officer=OFFICER)
    second = issue(charges[0]).slip
    take(tmp_path, second, "bank", THROUGH)
    with pytest.raises(SlipAlreadyUsed):
        void_slip(second.slip_number, reason="誤り", as_of=LATER, officer=OFFICER)
    assert unused_slips([SATO], charges, as_of=LATER) == ()


def test_a_number_is_never_used_twice_and_a_slip_is_never_rewritten(city: str, tmp_path: Path) -> None:
    (charge,) = ready(tmp_path, 120_000)
    first = issue(charge).slip.slip_number
    with pytest.raises(DayTooFar):
        issue(charge, through=date(2026, 9, 1))
    numbers = [issue(charge).slip.slip_number for _ in range(3)]
    assert len({first, *numbers}) == 4
    for statement in (
        "UPDATE payment_slip SET amount = 1",
        "DELETE FROM payment_slip",
        "UPDATE slip_share SET amount = 1",
        "DELETE FROM slip_share",
    ):
        with pytest.raises(Exception, match=r"書き換え|permission denied"):
            run_sql(statement)


def test_registration_goes_out_once_and_the_answer_must_be_ours(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    charges = ready(tmp_path, 120_000, 80_000)
    first, second = issue(charges[0]).slip, issue(charges[1]).slip
    _, path = request_registration(as_of=ISSUED, officer=OFFICER)
    asked = path.read_bytes()
    assert asked.split(b"\r\n")[-2:] == [b"8,0000002,%015d" % (first.amount + second.amount), b""]
    with pytest.raises(NothingToRegister):
        request_registration(as_of=ISSUED, officer=OFFICER)
    assert slip_numbered(first.slip_number).registration is Registration.REQUESTED
    lines = asked.decode().split("\r\n")
    answer = "\r\n".join([lines[0], lines[1] + "00", lines[2] + "41", *lines[3:]]).encode()
    wrong = answer.replace(first.confirmation_number.encode(), b"%06d" % ((int(first.confirmation_number) + 1) % 10**6))
    with pytest.raises(AnswerOfOtherRequest):
        take_answer(wrong, as_of=ISSUED)
    assert take_answer(answer, as_of=ISSUED) == take_answer(answer, as_of=ISSUED) == (1, 1)
    assert slip_numbered(first.slip_number).registration is Registration.REGISTERED
    assert slip_numbered(second.slip_number).registration is Registration.REFUSED
    void_slip(first.slip_number, reason="更正", as_of=ISSUED, officer=OFFICER)
    _, withdrawal = request_registration(as_of=ISSUED, officer=OFFICER)
    assert withdrawal.read_bytes().split(b"\r\n")[1].startswith(b"2,9,24203,")
    assert slip_numbered(first.slip_number).registration is Registration.WITHDRAWN
    take(tmp_path, first, "qr", THROUGH)
    assert slip_numbered(first.slip_number).registration is Registration.PAID


def test_tax_items_outside_eltax_and_those_whose_charge_it_computes(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    (charge, other) = ready(tmp_path, 120_000, 80_000)
    set_value("eLTAXの延滞金自動計算を申し出る税目", "06")
    bare, both = issue(charge, with_charge=False).slip, issue(charge, other, with_charge=False).slip
    single = issue(charge, with_charge=False).slip  # 合算は申し出ない。前の単票は無効になった
    told = {each.slip_number: each for each in (bare, both, single)}
    _, path = request_registration(as_of=ISSUED, officer=OFFICER)
    rows = {each.slip_number: each for each in slip_registration.read(path.read_bytes())[1]}
    assert set(rows) <= set(told)
    assert rows[single.slip_number].adds_charge
    full = issue(charge).slip  # 延滞金を載せた納付書には、申し出ない
    _, path = request_registration(as_of=ISSUED, officer=OFFICER)
    assert not {each.slip_number: each for each in slip_registration.read(path.read_bytes())[1]}[
        full.slip_number
    ].adds_charge
    run_sql(
        "INSERT INTO setting (name, valid_from, value, basis) VALUES ('eLTAXに登録しない税目', '2025-09-11', '01、06', '覚書')"
    )
    assert issue(charge).slip.el_qr  # まだ適用の前
    outside = issue(charge, on=date(2025, 9, 11)).slip
    assert (outside.el_qr, outside.barcode != "") == ("", True)
    request_registration(as_of=date(2025, 9, 11), officer=OFFICER)  # 前の納付書の無効化だけ
    assert fetch_all("SELECT act FROM slip_registration WHERE slip_number = %s", [outside.slip_number]) == []
    file = tmp_path / "outside.pdf"
    monkeypatch.setenv("OSAME_TODAY", "2025-09-11")
    write_slip_file(outside.slip_number, file, as_of=date(2025, 9, 11))
    text = "".join(texts(file.read_bytes()))
    assert "地方税お支払サイトやスマートフォンのアプリでは納められません" in text
    assert "eL番号" not in text


def test_an_institution_learns_what_may_still_be_paid(
    city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAME_TODAY", ISSUED.isoformat())
    charges = ready(tmp_path, 120_000, 80_000, 50_000)
    older = issue(charges[0]).slip
    newer, paid, reported = (issue(each).slip for each in charges)
    take(tmp_path, paid, "qr", ISSUED)
    run_sql(
        "INSERT INTO channel_report (receipt_key, stage, slip_number, amount, paid_on, channel, result_code, intake_file_id, "
        "line_number) VALUES (gen_random_uuid(), '1', %s, 1, %s, '04', '', 0, 1)",
        [reported.slip_number, ISSUED],
    )

    def asked(slip: Slip, **wrong: Any) -> SlipInquiry:
        facts = {"agency_number": slip.agency_number, "slip_number": slip.slip_number,
                 "confirmation_number": slip.confirmation_number, "payment_class": slip.payment_class}  # fmt: skip
        return SlipInquiry(**{**facts, **wrong})

    guessed = asked(newer, confirmation_number=f"{(int(newer.confirmation_number) + 1) % 10**6:06d}")
    wanted = [asked(newer), asked(older), asked(paid), asked(reported), guessed, asked(newer, payment_class="999")]
    with CaptureQueriesContext(connection) as one:
        answers_to(wanted[:1], as_of=ISSUED)
    with CaptureQueriesContext(connection) as many:
        found = answers_to(wanted * 300, as_of=ISSUED)
    assert (len(found), len(many)) == (1_800, len(one))  # 何件でも、同じ数の SQL
    assert [(each.state, each.amount, each.replaced_by) for each in found[:6]] == [
        ("1", newer.amount, None), ("9", None, newer.slip_number), ("2", None, None), ("2", None, None), ("0", None, None),
        ("0", None, None),
    ]  # fmt: skip
    assert answers_to([asked(newer)], as_of=THROUGH + timedelta(days=1))[0].state == "3"
    take(tmp_path, older, "qr", ISSUED)  # 前の納付書で納められれば、新しい納付書に納めるものはない
    file, back = tmp_path / "asked.csv", tmp_path / "told.csv"
    file.write_bytes(slip_inquiry_csv.write(wanted))
    record, counts = answer_file(file, back, receiver="架空収納センター", as_of=ISSUED)
    assert (counts["納付済"], counts["該当なし"], counts["納付できる"]) == (4, 2, 0)
    assert back.read_text("utf-8").splitlines()[1].split(",")[4:] == ["2", "", "", ""]
    assert record.receiver_class == "bank"
    assert "佐藤" not in back.read_text("utf-8")
    file.write_bytes(slip_inquiry_csv.write(wanted) + b"24203,1,2,3\r\n")
    with pytest.raises(InquiryUnreadable, match="納付番号は20桁"):
        answer_file(file, tmp_path / "none.csv", receiver="架空収納センター", as_of=ISSUED)
    assert not (tmp_path / "none.csv").exists()


def test_instalment_slips_are_issued_whole_and_the_rest_is_voided(city: str, tmp_path: Path) -> None:
    charges = ready(tmp_path, 100_000, 50_000)
    days = (date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 30))
    rounds = [
        PlannedRound(1, days[0], (PlannedShare(charges[0], 60_000),)),
        PlannedRound(2, days[1], (PlannedShare(charges[0], 40_000), PlannedShare(charges[1], 10_000))),
        PlannedRound(3, days[2], (PlannedShare(charges[1], 40_000),)),
    ]
    too_much = [*rounds[:2], PlannedRound(3, days[2], (PlannedShare(charges[1], 40_001),))]
    with pytest.raises(PlanExceedsOwed):
        issue_instalments(SATO, "pledge:1", too_much, as_of=ISSUED, officer=OFFICER)
    with pytest.raises(RoundsOutOfOrder):
        issue_instalments(SATO, "pledge:1", rounds[::-1], as_of=ISSUED, officer=OFFICER)
    slips = issue_instalments(SATO, "pledge:1", rounds, as_of=ISSUED, officer=OFFICER)
    assert [each.amount for each in slips] == [60_000, 50_000, 40_000]
    with pytest.raises(PlanAlreadyIssued):
        issue_instalments(SATO, "pledge:1", rounds, as_of=ISSUED, officer=OFFICER)
    assert issue(charges[1]).replaced == ()  # 分納の納付書は、単票を発行しても無効にしない
    take(tmp_path, slips[1], "bank", date(2025, 9, 20))  # 先の回を先に納める
    assert unpaid(*charges) == {charges[0]: (60_000, 0, 0, 0), charges[1]: (40_000, 0, 0, 0)}
    rest = void_rest("pledge:1", reason="不履行", as_of=LATER, officer=OFFICER)
    assert rest == (slips[0].slip_number, slips[2].slip_number)
    assert void_rest("pledge:1", reason="不履行", as_of=LATER, officer=OFFICER) == ()


def test_a_plan_sums_to_its_face_and_leaves_nothing_of_what_it_includes(city: str, tmp_path: Path) -> None:
    """任意の期別、額、期限について。取引の中で試し、なかったことにする。"""
    charges = ready(tmp_path, 1_000, 9_999, 123_456, 80_000, 3_000_000, 50_000, addressee=TANAKA)
    run_demands(as_of=date(2025, 8, 20), cut_off=date(2025, 8, 18), officer=OFFICER)
    counter = iter(range(1, 10_000))

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        chosen=st.sets(st.sampled_from(charges), min_size=1),
        after=st.integers(0, 80),
        choices=st.sampled_from([(True, True), (True, False), (False, False)]),
    )
    def holds(chosen: set[int], after: int, choices: tuple[bool, bool]) -> None:
        through = ISSUED + timedelta(days=after)
        fee, late = choices
        with transaction.atomic():
            slip = issue(*chosen, through=through, addressee=TANAKA, with_fee=fee, with_charge=late).slip
            shares = fetch_all(
                "SELECT sum(amount)::bigint, sum(principal_tax + demand_fee + delinquency_charge)::bigint FROM slip_share "
                "WHERE slip_number = %s", [slip.slip_number],
            )  # fmt: skip
            assert shares == [(slip.amount, slip.amount)]
            paid = notice(next(counter), TANAKA, slip.amount, through, slip_number=slip.slip_number)
            path = write_notices(tmp_path / "plan", paid, on=through, sequence=1)
            result = import_receipts(path, profile="bank_notice_v0", as_of=date(2026, 1, 31), officer=OFFICER)
            assert (result.rows_posted, result.amount_matched) == (1, slip.amount)
            for principal, owed_fee, charge, over in unpaid(*chosen).values():
                assert (principal, over) == (0, 0)
                assert owed_fee == 0 or not fee
                assert charge == 0 or not late
            transaction.set_rollback(True)

    holds()


def test_many_slips_take_no_more_statements_than_one(city: str, tmp_path: Path) -> None:
    """振替不能のお知らせは、何千通でも、一通と同じ数の SQL で納付書を発行する。"""
    charges = ready(tmp_path, *range(10_000, 16_000, 1_000))

    def statements(chosen: list[int]) -> int:
        requests = [SlipRequest(SATO, (each,), THROUGH, with_charge=False, reason="まとめて") for each in chosen]
        with CaptureQueriesContext(connection) as seen:
            issued = issue_carried_slips(requests, as_of=ISSUED, officer=OFFICER)
        assert [each.slip.shares[0].charge_id for each in issued] == chosen
        assert len({each.slip.slip_number for each in issued}) == len(chosen)
        return len(seen)

    assert statements(charges[:1]) == statements(charges[1:])
    again = issue_carried_slips(
        [SlipRequest(SATO, tuple(charges[:2]), THROUGH, with_charge=False, reason="もう一度")],
        as_of=ISSUED,
        officer=OFFICER,
    )
    assert len(again[0].replaced) == 2
    assert again[0].slip.issue_count == 3
