"""財産調査の照会。計画、照会先、回答と同一人の見立て、財産の台帳、警告。

`identity_agreement` (SQL) is the one rule of who is who; here it is only shown. What others ask: `asset_numbered` and
`assets_of` for dispositions and suspensions, `investigations_of` for whoever needs to know that assets were looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.assets.cautions import WARNINGS
from osame.collection.assets.models import AssetInterest, PropertyInquiry, PropertyReply, ThirdParty
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetFacts, AssetKind
from osame.platform.database import fetch_all

INQUIRIES = """
SELECT q.inquiry_id, q.addressee_number, a.name, q.investigation_id, q.third_party_id, t.kind, t.name, q.medium, q.article, q.sent_on,
       q.reply_due_on, q.replied_on, q.nothing_found, q.note
FROM property_inquiry q JOIN third_party t USING (third_party_id) JOIN addressee a USING (addressee_number)
WHERE {terms} ORDER BY q.inquiry_id DESC
"""
REPLIES = """
SELECT r.addressee_number, r.reply_id, r.inquiry_id, r.source, r.third_party_id, coalesce(t.name, ''), r.holder_name, r.holder_kana,
       r.holder_born_on, CASE WHEN a.protection_measure THEN '（支援措置のため伏せています）' ELSE r.holder_address END, r.kind,
       r.description, r.amount, r.counter_claim, r.arrived_on, coalesce(i.agreed, g.agreed, '{{}}'), coalesce(i.doubts, g.doubts, '{{}}'),
       identity_is_enough(g.agreed, g.doubts), i.identified_on, i.proposal_id, i.withdrawn_on, s.asset_id
FROM property_reply r
JOIN addressee a USING (addressee_number)
LEFT JOIN third_party t USING (third_party_id)
LEFT JOIN holder_identification i USING (addressee_number, reply_id)
LEFT JOIN asset s USING (addressee_number, reply_id)
LEFT JOIN LATERAL identity_agreement(r.addressee_number, r) g ON true
WHERE {terms} ORDER BY r.reply_id DESC
"""
ASSETS = """
SELECT s.addressee_number, s.asset_id, a.name, s.reply_id, s.kind, s.third_party_id, coalesce(t.name, ''), s.description, s.value,
       s.prior_claims, s.disposition_cost, s.exempt_article, s.is_divisible, s.is_seized_by_other, s.is_seized, s.valued_on, s.note,
       i.agreed, i.proposal_id, i.withdrawn_on, s.gone_on
FROM asset s
JOIN holder_identification i USING (addressee_number, reply_id)
JOIN addressee a USING (addressee_number)
LEFT JOIN third_party t USING (third_party_id)
WHERE {terms} ORDER BY s.kind, s.asset_id
"""


class ThirdPartyUnknown(Refusal):
    """その番号の照会先はありません。照会先の一覧で確かめてください。"""


class InvestigationUnknown(Refusal):
    """その番号の調査はありません。調査番号を確かめてください。"""


class ReplyUnknown(Refusal):
    """その番号の回答はありません。回答番号を確かめてください。"""


class AssetUnknown(Refusal):
    """その番号の財産はありません。財産番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Party:
    """照会先一つ。"""

    third_party_id: int
    kind: ThirdParty.Kind
    name: str
    postal_code: str
    address: str
    section: str
    bank_code: str
    takes_files: bool


@dataclass(frozen=True, slots=True)
class InvestigationLine:
    """調査の計画一つ。 asked・replied・found: 照会した数、回答の数、認定された財産の数。"""

    addressee_number: str
    investigation_id: int
    name: str
    kinds: tuple[AssetKind, ...]
    reason: str
    opened_on: date
    review_on: date | None
    closed_on: date | None
    findings: str
    officer: str
    asked: int
    replied: int
    found: int

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、調査番号）。"""
        return self.addressee_number, self.investigation_id


@dataclass(frozen=True, slots=True)
class InquiryRow:
    """照会一件。"""

    inquiry_id: int
    addressee_number: str
    person: str
    investigation_id: int
    third_party_id: int
    party_kind: ThirdParty.Kind
    party: str
    medium: PropertyInquiry.Medium
    article: str
    sent_on: date
    reply_due_on: date
    replied_on: date | None
    nothing_found: bool
    note: str


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """回答一行と、同一人の見立て。 enough: 規則だけで同じ人と言えるか。"""

    addressee_number: str
    reply_id: int
    inquiry_id: int | None
    source: PropertyReply.Source
    third_party_id: int | None
    party: str
    holder_name: str
    holder_kana: str
    holder_born_on: date | None
    holder_address: str
    kind: AssetKind
    description: str
    amount: int
    counter_claim: int
    arrived_on: date
    agreed: tuple[str, ...]
    doubts: tuple[str, ...]
    enough: bool
    identified_on: date | None
    proposal_id: int | None
    withdrawn_on: date | None
    asset_id: int | None

    @property
    def is_identified(self) -> bool:
        """認定されているか。"""
        return self.identified_on is not None and self.withdrawn_on is None


@dataclass(frozen=True, slots=True)
class AssetRow:
    """財産一つ。"""

    addressee_number: str
    asset_id: int
    person: str
    reply_id: int
    kind: AssetKind
    third_party_id: int | None
    party: str
    description: str
    value: int
    prior_claims: int
    disposition_cost: int
    exempt_article: str
    is_divisible: bool
    is_seized_by_other: bool
    is_seized: bool
    valued_on: date
    note: str
    agreed: tuple[str, ...]
    identified_by: int | None
    withdrawn_on: date | None
    gone_on: date | None

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、財産番号）。"""
        return self.addressee_number, self.asset_id

    @property
    def warnings(self) -> tuple[str, ...]:
        """差押えの前に確かめること。"""
        banned = (f"差押えが禁じられている（{self.exempt_article}）",) if self.exempt_article else ()
        other = ("他の団体の差押えが先にある。参加差押えか交付要求による（国税徴収法第86条・第82条）",)
        return (*banned, *(other if self.is_seized_by_other else ()), *WARNINGS.get(self.kind, ()))

    def facts(self, other_seized_value: int) -> AssetFacts:
        """法に渡す事実。"""
        return AssetFacts(
            self.kind, Yen(self.value), prior_claims=Yen(self.prior_claims), disposition_cost=Yen(self.disposition_cost),
            other_seized_value=Yen(other_seized_value), is_divisible=self.is_divisible,
            is_owned=self.withdrawn_on is None and self.gone_on is None, exempt_article=self.exempt_article or None,
            is_own_seizure_open=self.is_seized, is_seized_by_other=self.is_seized_by_other,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class InterestRow:
    """財産についてのほかの者の権利一つ。"""

    interest_number: int
    kind: AssetInterest.Kind
    third_party_id: int
    party: str
    amount: int
    set_on: date | None
    rank: int


def third_parties(kinds: Sequence[str] = (), *, as_of: date) -> tuple[Party, ...]:
    """照会先の一覧。

    要件: F16-02
    """
    rows = fetch_all(
        "SELECT third_party_id, kind, name, postal_code, address, section, bank_code, takes_files FROM third_party "
        "WHERE (closed_on IS NULL OR closed_on > %(on)s) AND (%(kinds)s::text[] = '{}' OR kind = ANY (%(kinds)s::text[])) "
        "ORDER BY kind, name, third_party_id",
        {"on": as_of, "kinds": list(kinds)},
    )
    return tuple(Party(number, ThirdParty.Kind(kind), *rest) for number, kind, *rest in rows)


def third_party(third_party_id: int) -> Party:
    """番号の照会先。"""
    found = parties_numbered([third_party_id])
    if not found:
        raise ThirdPartyUnknown(str(third_party_id))
    return found[third_party_id]


def parties_numbered(numbers: Sequence[int]) -> dict[int, Party]:
    """いくつもの番号の照会先。読む文は一つ。"""
    rows = fetch_all(
        "SELECT third_party_id, kind, name, postal_code, address, section, bank_code, takes_files FROM third_party "
        "WHERE third_party_id = ANY (%s)",
        [list(numbers)],
    )
    return {number: Party(number, ThirdParty.Kind(kind), *rest) for number, kind, *rest in rows}


def investigations(terms: str, values: dict[str, Any]) -> tuple[InvestigationLine, ...]:
    """条件に合う調査。"""
    rows = fetch_all(
        "SELECT v.addressee_number, v.investigation_id, a.name, v.kinds, v.reason, v.opened_on, v.review_on, v.closed_on, "
        "v.findings, v.officer, q.asked, q.replied, s.found FROM asset_investigation v JOIN addressee a USING (addressee_number) "
        "CROSS JOIN LATERAL (SELECT count(*)::int AS asked, count(replied_on)::int AS replied FROM property_inquiry q "
        "WHERE (q.addressee_number, q.investigation_id) = (v.addressee_number, v.investigation_id)) q "
        "CROSS JOIN LATERAL (SELECT count(*)::int AS found FROM asset s WHERE s.addressee_number = v.addressee_number "
        f"AND s.gone_on IS NULL) s WHERE {terms} ORDER BY v.investigation_id DESC",
        values,
    )
    return tuple(
        InvestigationLine(who, number, name, tuple(AssetKind[each] for each in kinds), *rest)
        for who, number, name, kinds, *rest in rows
    )


def investigation(key: tuple[str, int]) -> InvestigationLine:
    """調査一つ。"""
    found = investigations(
        "v.addressee_number = %(who)s AND v.investigation_id = %(at)s", {"who": key[0], "at": key[1]}
    )
    if not found:
        raise InvestigationUnknown(str(key[1]))
    return found[0]


def investigation_numbered(investigation_id: int) -> InvestigationLine:
    """番号の調査。"""
    found = investigations("v.investigation_id = %(at)s", {"at": investigation_id})
    if not found:
        raise InvestigationUnknown(str(investigation_id))
    return found[0]


def investigations_of(addressee_number: str) -> tuple[InvestigationLine, ...]:
    """その人の調査。

    要件: F16-01
    """
    return investigations("v.addressee_number = %(who)s", {"who": addressee_number})


def inquiries(terms: str, values: dict[str, Any]) -> tuple[InquiryRow, ...]:
    """条件に合う照会。"""
    return tuple(
        InquiryRow(number, who, name, plan, party, ThirdParty.Kind(kind), told, PropertyInquiry.Medium(medium), *rest)
        for number, who, name, plan, party, kind, told, medium, *rest in fetch_all(
            INQUIRIES.format(terms=terms), values
        )
    )


def inquiries_of(addressee_number: str) -> tuple[InquiryRow, ...]:
    """その人についての照会（誰が、何の根拠で尋ねたか）。

    要件: F16-02, F16-10
    """
    return inquiries("q.addressee_number = %(who)s", {"who": addressee_number})


def replies(terms: str, values: dict[str, Any]) -> tuple[ReplyRow, ...]:
    """条件に合う回答。"""
    found = []
    for row in fetch_all(REPLIES.format(terms=terms), values):
        told = list(row)
        told[3], told[10] = PropertyReply.Source(told[3]), AssetKind[told[10]]
        told[15], told[16] = tuple(told[15]), tuple(told[16])
        found.append(ReplyRow(*told))
    return tuple(found)


def replies_of(addressee_number: str) -> tuple[ReplyRow, ...]:
    """その人の調査への回答。

    要件: F16-02, F16-03
    """
    return replies("r.addressee_number = %(who)s", {"who": addressee_number})


def reply_numbered(reply_id: int) -> ReplyRow:
    """番号の回答。"""
    found = replies("r.reply_id = %(reply)s", {"reply": reply_id})
    if not found:
        raise ReplyUnknown(str(reply_id))
    return found[0]


def unidentified() -> tuple[ReplyRow, ...]:
    """まだ認定されていない回答。職員の仕事の一覧になる。

    要件: F16-08
    """
    return replies("i.reply_id IS NULL", {})


def assets(terms: str, values: dict[str, Any]) -> tuple[AssetRow, ...]:
    """条件に合う財産。"""
    found = []
    for row in fetch_all(ASSETS.format(terms=terms), values):
        told = list(row)
        told[4], told[17] = AssetKind[told[4]], tuple(told[17])
        found.append(AssetRow(*told))
    return tuple(found)


def assets_of(addressee_number: str) -> tuple[AssetRow, ...]:
    """その人の財産の台帳。

    要件: F16-08
    """
    return assets("s.addressee_number = %(who)s AND s.gone_on IS NULL", {"who": addressee_number})


def asset_numbered(asset_id: int) -> AssetRow:
    """番号の財産。"""
    found = assets("s.asset_id = %(asset)s", {"asset": asset_id})
    if not found:
        raise AssetUnknown(str(asset_id))
    return found[0]


def interests_in(key: tuple[str, int]) -> tuple[InterestRow, ...]:
    """財産についてのほかの者の権利。

    要件: F16-06, F17-08
    """
    rows = fetch_all(
        "SELECT n.interest_number, n.kind, n.third_party_id, t.name, n.amount, n.set_on, n.rank FROM asset_interest n "
        "JOIN third_party t USING (third_party_id) WHERE n.addressee_number = %s AND n.asset_id = %s ORDER BY n.rank, n.interest_number",
        [*key],
    )
    return tuple(InterestRow(number, AssetInterest.Kind(kind), *rest) for number, kind, *rest in rows)


def interested_in(assets: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """財産ごとの、権利を有する者の照会先番号（順位の順、一人一度）。読む文は一つ。

    要件: F17-08, F17-16
    """
    rows = fetch_all(
        "SELECT asset_id, third_party_id FROM asset_interest WHERE asset_id = ANY (%s) ORDER BY asset_id, rank, interest_number",
        [list(assets)],
    )
    found: dict[int, dict[int, None]] = {}
    for asset, party in rows:
        found.setdefault(asset, {})[party] = None
    return {asset: tuple(each) for asset, each in found.items()}
