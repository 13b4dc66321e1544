"""納税証明。本人確認の前には刷れず、証明したことは凍り、滞納と取込みの遅れの前では断る。"""

import json
from dataclasses import replace
from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, transaction

from osame.collection.certificates import actions
from osame.collection.certificates.certified import ArrearsFound, Evidence, NothingToCertify, certified
from osame.collection.certificates.freshness import TOLERATED, IntakeLags
from osame.collection.certificates.models import Certificate
from osame.kernel.check_digits import individual_number_check_digit
from osame.platform.database import fetch_one, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination
from tests.systems.collection.certificate_cast import CARD, TODAY, application, identified, issued, taxed
from tests.systems.collection.demand_cast import charge_of, expect, levy, set_value
from tests.systems.conftest import server


@transaction.atomic
def certificate(number: int) -> Certificate:
    return Certificate.objects.get(certificate_number=number)


def facts(number: int) -> dict:
    return json.loads(certificate(number).facts)


def test_nothing_is_issued_before_identity_and_authority_are_recorded(city, tmp_path):
    taxed(tmp_path)
    request = actions.apply(application(), as_of=TODAY, officer=OFFICER)
    with pytest.raises(actions.NotIdentified):
        actions.issue(request, as_of=TODAY, officer=OFFICER)
    with server(city) as hostile:
        hostile.execute("SELECT set_config('osame.purpose', 'statutory', false)")
        with pytest.raises(psycopg.errors.CheckViolation, match="certificate_needs_identity"):
            hostile.execute("UPDATE certificate_request SET state = '2'")
    with pytest.raises(DatabaseError, match="本人確認と審査の済んでいない"):
        run_sql(
            "INSERT INTO certificate (addressee_number, certificate_number, request_id, kind, as_of, facts, facts_sha256, "
            "issued_by, pdf_sha256, payload, voided_by, void_reason) "
            "VALUES (%s, 99, %s, '01', %s, '{}', '', 'x', '', '', '', '')",
            [SATO, request, TODAY],
        )
    proxy = actions.apply(application(authority="02"), as_of=TODAY, officer=OFFICER)
    with pytest.raises(actions.AuthorityUnproven):
        actions.identify(proxy, CARD, as_of=TODAY, officer=OFFICER)
    expired = replace(CARD, authority_document="委任状", authority_valid_through=date(2025, 9, 1))
    with pytest.raises(actions.AuthorityExpired):
        actions.identify(proxy, expired, as_of=TODAY, officer=OFFICER)
    actions.identify(proxy, replace(CARD, authority_document="委任状"), as_of=TODAY, officer=OFFICER)
    assert actions.issue(proxy, as_of=TODAY, officer=OFFICER)
    with pytest.raises(actions.WrongStep):
        actions.issue(proxy, as_of=TODAY, officer=OFFICER)


def test_an_application_must_be_whole(city, tmp_path):
    taxed(tmp_path)
    for wrong, refusal in (
        ({"use": " "}, actions.ApplicationIncomplete),
        ({"first_levy_year": 2026}, actions.ApplicationIncomplete),
        ({"kind": "03"}, actions.VehicleUnnamed),
        ({"fee": 0}, actions.FeeUnexplained),
        ({"submitted_to": "12345678901" + str(individual_number_check_digit("12345678901"))}, actions.NumberInRequest),
    ):
        with pytest.raises(refusal):
            actions.apply(application(**wrong), as_of=TODAY, officer=OFFICER)
    free = actions.apply(application(fee=0, fee_exemption="生活保護"), as_of=TODAY, officer=OFFICER)
    assert fetch_one("SELECT fee_exemption FROM certificate_request WHERE request_id = %s", [free]) == ("生活保護",)
    actions.withdraw(free, reason="来庁者が取りやめ", officer=OFFICER)
    with pytest.raises(actions.WrongStep):
        actions.refuse(free, reason="x", officer=OFFICER)


def test_what_is_certified_tells_unpaid_from_not_yet_due(city, tmp_path):
    taxed(tmp_path)
    number = issued()
    (line,) = facts(number)["lines"]
    assert (line["tax"], line["paid"], line["unpaid"], line["not_due"]) == (480_000, 50_000, 400_000, 30_000)
    assert line["late"] > 0
    assert facts(number)["subject"]["name"] == "佐藤 花子"
    with pytest.raises(NothingToCertify):
        issued(SATO, first_levy_year=2020, last_levy_year=2020)
    with pytest.raises(DatabaseError, match="書き換えられません"):
        run_sql("UPDATE certificate SET facts = replace(facts, '佐藤', '田中')")


def test_no_arrears_counts_every_linked_number_and_the_late_charge_alone(city, tmp_path):
    taxed(tmp_path)
    with pytest.raises(ArrearsFound, match="40"):
        issued(SATO, "02")
    assert facts(issued(TANAKA, "02"))["lines"][0]["unpaid"] == 0
    run_sql(
        "UPDATE addressee SET representative_number = %s WHERE addressee_number IN (%s, %s)", [TANAKA, SATO, TANAKA]
    )
    with pytest.raises(ArrearsFound, match=SATO):
        issued(TANAKA, "02")
    request = actions.apply(application(SATO, "02"), as_of=TODAY, officer=OFFICER)
    actions.identify(request, CARD, as_of=TODAY, officer=OFFICER)
    paid = Evidence(charge_of(SATO, 2), date(2025, 9, 9), 400_000, "百五銀行の領収書")
    with pytest.raises(actions.EvidenceWrong):
        actions.record_evidence(request, replace(paid, charge_id=charge_of(TANAKA)), as_of=TODAY, officer=OFFICER)
    actions.record_evidence(request, paid, as_of=TODAY, officer=OFFICER)
    with pytest.raises(ArrearsFound, match="延滞金など"):
        actions.issue(request, as_of=TODAY, officer=OFFICER)
    set_value("納税証明で滞納とみなさない延滞金（円未満）", "10000")
    told = facts(actions.issue(request, as_of=TODAY, officer=OFFICER))
    assert "領収書により確認しました" in "".join(told["remarks"])
    assert told["linked"] == [TANAKA]


def test_the_vehicle_certificate_shows_the_star_for_earlier_years(city, tmp_path):
    taxed(tmp_path)
    run_sql(
        "INSERT INTO tax_item SELECT '07', valid_from, '軽自動車税（種別割）', revenue_account, bears_delinquency_charge, "
        "first_period_months, demand_fee, prescription_years, appropriation_rank, demand_article, accepts_determination "
        "FROM tax_item WHERE tax_item = '06'"
    )
    car = {"plate_number": "三重580あ1234", "chassis_number": "KKK-1"}
    levy(
        tmp_path,
        determination(KAKU, 1, 10_800, tax_item="07", due_on=date(2025, 9, 30)),
        determination(TANAKA, 5, 10_800, tax_item="07", due_on=date(2025, 5, 31)),
        name="cars.csv",
    )
    told = facts(issued(KAKU, "03", **car))
    assert (told["vehicle"]["valid_through"], told["vehicle"]["starred"]) == ("令和8年5月31日", False)
    with pytest.raises(ArrearsFound):
        issued(TANAKA, "03", **car)
    levy(
        tmp_path,
        determination(KAKU, 9, 7_200, tax_item="07", levy_year=2024, tax_year=2024, due_on=date(2024, 5, 31),
                      determined_on=date(2024, 5, 1)),
        name="past.csv",
    )  # fmt: skip
    assert facts(issued(KAKU, "03", **car))["vehicle"]["valid_through"] == "＊＊＊"


def test_a_lagging_intake_refuses(city, tmp_path):
    taxed(tmp_path)
    request = identified()
    set_value(TOLERATED, "3")
    expect(on=date(2025, 9, 5))
    with pytest.raises(IntakeLags, match=r"百五銀行の令和7年9月5日.*締めていません"):
        actions.issue(request, as_of=TODAY, officer=OFFICER)
    set_value(TOLERATED, "3650")
    assert actions.issue(request, as_of=TODAY, officer=OFFICER)


def test_a_protected_address_stands_only_on_her_own_paper(city, tmp_path):
    taxed(tmp_path)
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    own, proxy = application().asked, application(authority="02").asked
    assert "岩渕" in certified(own, as_of=TODAY).text
    assert "岩渕" not in certified(proxy, as_of=TODAY).text


def test_reissue_takes_a_new_number_and_voids_the_old(city, tmp_path):
    taxed(tmp_path)
    first = issued()
    second = actions.reissue(first, reason="汚損", as_of=TODAY, officer=OFFICER)
    assert second != first
    assert certificate(second).reissue_of == first
    assert certificate(first).void_reason == "汚損"
    with pytest.raises(actions.AlreadyVoid):
        actions.cancel(first, reason="x", officer=OFFICER)
    with pytest.raises(actions.ReasonNeeded):
        actions.cancel(second, reason=" ", officer=OFFICER)
    actions.cancel(second, reason="誤り", officer=OFFICER)
    assert fetch_one("SELECT count(*) FROM certificate WHERE voided_at IS NULL")[0] == 0
