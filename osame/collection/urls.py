"""収滞納管理のアドレス。画面と API の入口を並べる。"""

from django.urls import URLPattern, URLResolver

from osame.collection.advances.web import advance_urls
from osame.collection.arrears.web import arrears_urls
from osame.collection.assets.bank_file_web import bank_file_urls
from osame.collection.assets.credential_web import credential_urls
from osame.collection.assets.search_web import asset_search_urls
from osame.collection.assets.web import assets_urls
from osame.collection.auctions.web import auctions_urls
from osame.collection.cases.web import cases_urls
from osame.collection.certificates.web import certificates_urls
from osame.collection.changes.web import changes_urls
from osame.collection.closing.web import closing_urls
from osame.collection.debits.web import debits_urls
from osame.collection.demand_mail.web import demand_mail_urls
from osame.collection.demand_stops.web import demand_stops_urls
from osame.collection.demands.web import demands_urls
from osame.collection.dispositions.bankruptcies_web import bankruptcy_urls
from osame.collection.dispositions.bulk_web import bulk_urls
from osame.collection.dispositions.claims_web import claims_urls
from osame.collection.dispositions.keeping_web import keeping_urls
from osame.collection.dispositions.realization_web import realization_urls
from osame.collection.dispositions.web import dispositions_urls
from osame.collection.grace.web import grace_urls
from osame.collection.inquiry.web import inquiry_urls
from osame.collection.intake.web import intake_urls
from osame.collection.letters.web import letters_urls
from osame.collection.liabilities.web import liability_urls
from osame.collection.matching.web import matching_urls
from osame.collection.outlays.web import outlay_urls
from osame.collection.parameters.web import parameters_urls
from osame.collection.payment_slips.web import payment_slips_urls
from osame.collection.pledges.web import pledges_urls
from osame.collection.public_benefit_accounts.web import public_account_urls
from osame.collection.refunds.payment_web import payment_urls
from osame.collection.refunds.sharing_web import sharing_urls
from osame.collection.refunds.web import refunds_urls
from osame.collection.reminders.web import reminders_urls
from osame.collection.returns.web import returns_urls
from osame.collection.reveals.web import reveals_urls
from osame.collection.search.web import search_urls
from osame.collection.slips.web import slips_urls
from osame.collection.successions.web import succession_urls
from osame.collection.suspensions.web import suspension_urls
from osame.collection.tills.web import till_urls
from osame.collection.today.web import today_urls
from osame.collection.vouchers.web import voucher_urls
from osame.collection.writeoffs.web import writeoff_urls
from osame.platform.web.urls import floor_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *floor_urls,
    *arrears_urls,
    *debits_urls,
    *cases_urls,
    *reminders_urls,
    *pledges_urls,
    *grace_urls,
    *advance_urls,
    *liability_urls,
    *assets_urls,
    *bank_file_urls,
    *credential_urls,
    *dispositions_urls,
    *bankruptcy_urls,
    *auctions_urls,
    *bulk_urls,
    *claims_urls,
    *realization_urls,
    *keeping_urls,
    *asset_search_urls,
    *suspension_urls,
    *succession_urls,
    *writeoff_urls,
    *demands_urls,
    *demand_mail_urls,
    *demand_stops_urls,
    *inquiry_urls,
    *letters_urls,
    *intake_urls,
    *changes_urls,
    *matching_urls,
    *slips_urls,
    *payment_slips_urls,
    *parameters_urls,
    *refunds_urls,
    *public_account_urls,
    *sharing_urls,
    *payment_urls,
    *outlay_urls,
    *voucher_urls,
    *till_urls,
    *closing_urls,
    *certificates_urls,
    *returns_urls,
    *reveals_urls,
    *search_urls,
    *today_urls,
]
