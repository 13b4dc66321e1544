"""証明すること。ある日の元帳から、税目・年度ごとの税額、納付済額、未納額と、滞納のないことを言う。

What a certificate says, computed from the same lines that the officer sees. Not yet due is told apart from unpaid; for
「滞納なし」 every linked number of the same person counts. The answer is plain data: it is frozen with its hash.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from osame.collection.certificates.models import CertificateRequest
from osame.collection.certificates.vehicles import SMALL, charges_of_vehicle
from osame.collection.inquiry.charges import ChargeLine, State, charge_lines
from osame.collection.parameters.queries import setting
from osame.kernel.dates import fiscal_year_label, format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.suppression.decision import FactClass, Reader, ReaderKind, Relation, Subject, decision

VEHICLE_TAX = "07"
WITHHELD = "（記載を省略します）"
STAR = "＊＊＊"
RELATIONS = {
    CertificateRequest.Authority.SELF: Relation.SELF,
    CertificateRequest.Authority.REPRESENTATIVE: Relation.SELF,
    CertificateRequest.Authority.HEIR: Relation.HEIR,
    CertificateRequest.Authority.PROXY: Relation.AGENT,
    CertificateRequest.Authority.LEGAL_REPRESENTATIVE: Relation.TAX_AGENT,
}
SUBJECT = """
SELECT a.addressee_number, a.name, a.address || CASE WHEN a.address_detail = '' THEN '' ELSE '　' || a.address_detail END,
       a.protection_measure, a.protected_from, a.withheld,
       EXISTS (SELECT 1 FROM addressee_mailing m WHERE m.addressee_number = a.addressee_number AND m.is_safe),
       ARRAY(SELECT r.addressee_number FROM addressee r WHERE a.representative_number <> ''
             AND r.representative_number = a.representative_number AND r.addressee_number <> a.addressee_number ORDER BY 1)
FROM addressee a WHERE a.addressee_number = %s
"""
# 執行停止は、証明する期別に停止中のものがあるときだけ言う。
# 猶予などの事実。督促を止めた理由として登録されているものと、手続の段階から分かるもの（督促を止めない換価の猶予、誓約）を言う。
STOPS = """
SELECT s.reason FROM demand_stop s
WHERE s.addressee_number = %(addressee)s AND s.reason IN ('01', '10') AND s.starts_on <= %(on)s
  AND (s.ends_through IS NULL OR s.ends_through >= %(on)s) AND (s.released_on IS NULL OR s.released_on > %(on)s)
UNION SELECT CASE WHEN p.procedure = 'PLEDGE' THEN '10' ELSE '01' END FROM procedure_stage p
WHERE p.addressee_number = %(addressee)s AND p.stage = 'IN_FORCE'
  AND p.procedure IN ('COLLECTION_GRACE', 'REALIZATION_GRACE', 'PLEDGE') AND p.first_on <= %(on)s
  AND (p.through_on IS NULL OR p.through_on >= %(on)s)
UNION SELECT '20' FROM procedure_stage p
WHERE p.addressee_number = %(addressee)s AND p.charge_id = ANY (%(charges)s) AND p.stage = 'IN_FORCE'
  AND p.procedure = 'SUSPENSION' AND p.first_on <= %(on)s AND (p.through_on IS NULL OR p.through_on >= %(on)s)
ORDER BY 1
"""
STOP_NAMES = {"01": "猶予を受けている税があります。", "10": "分割して納付している税があります。",
              "20": "滞納処分の執行を停止している税があります（納税義務は続いています）。"}  # fmt: skip
PAID_UP = frozenset({State.PAID, State.NO_TAX, State.OVERPAID, State.WRITTEN_OFF})


class SubjectUnknown(Refusal):
    """証明する人の宛名が見つからないか、他業務から参照できません。宛名番号を確かめてください。"""


class NothingToCertify(Refusal):
    """この人には、求められた税目・年度の課税がありません。税目と年度を確かめてください。"""


class ArrearsFound(Refusal):
    """滞納があるため、この証明書は発行できません。納付を領収書で確かめるか、不発行にしてください。"""


@dataclass(frozen=True, slots=True)
class Asked:
    """求められた証明。"""

    addressee_number: str
    kind: str
    tax_item: str
    first_levy_year: int
    last_levy_year: int
    notice_number: str = ""
    plate_number: str = ""
    chassis_number: str = ""
    authority: str = CertificateRequest.Authority.SELF


@dataclass(frozen=True, slots=True)
class Evidence:
    """領収書で確かめた納付。"""

    charge_id: int
    paid_on: date
    amount: int
    seen: str


@dataclass(frozen=True, slots=True)
class CertifiedLine:
    """税目と年度の一行。 paid: 納付済; unpaid: 納期限を過ぎた未納; not_due: 納期未到来; late: 未納の延滞金・督促手数料。"""

    tax_item: str
    tax_name: str
    levy_year: int
    year_label: str
    tax: int
    paid: int
    unpaid: int
    not_due: int
    late: int
    statutory_due: str


@dataclass(frozen=True, slots=True)
class Whom:
    """証明する人。 hidden: 住所を伏せる; linked: 名寄せした、ほかの宛名番号。"""

    addressee_number: str
    name: str
    address: str
    hidden: bool
    linked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certified:
    """証明する事実。 arrears: 滞納の説明（空なら滞納なし）; remarks: 証明書に書く備考。"""

    facts: dict[str, Any]
    arrears: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def text(self) -> str:
        """凍らせる形。いつも同じ並びの JSON。"""
        return json.dumps(self.facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def sha256(self) -> str:
        """凍らせた事実のハッシュ。"""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def require_issuable(self) -> None:
        """証明できない事実なら断る。"""
        if self.facts["kind"] == CertificateRequest.Kind.GENERAL:
            if not self.facts["lines"]:
                raise NothingToCertify
        elif self.arrears:
            raise ArrearsFound("".join(self.arrears[:5]))


def certified(asked: Asked, evidence: Sequence[Evidence] = (), *, as_of: date) -> Certified:
    """その日に証明すること。何も変えない。

    要件: F12-01, F12-02
    """
    whom = subject_of(asked)
    seen = {each.charge_id: each for each in evidence}
    own = [_with_evidence(line, seen) for line in charge_lines(whom.addressee_number, as_of=as_of, today=as_of)]
    shown = [line for line in own if _in_scope(line, asked)]
    car = (
        charges_of_vehicle(whom.addressee_number, asked.plate_number, asked.chassis_number) if _is_car(asked) else None
    )
    if car is not None:  # 車両の届いている人なら、その車両の期別だけを言う
        own = [line for line in own if line.tax_item != VEHICLE_TAX or line.charge_id in car[0]]
        shown = [line for line in own if _in_scope(line, asked)]
    arrears, starred = _arrears(asked, whom, own, as_of)
    remarks = (*_remarks(asked, whom, shown, as_of), *_told_evidence(own, seen))
    facts: dict[str, Any] = {
        "kind": asked.kind,
        "as_of": as_of.isoformat(),
        "subject": {"addressee_number": whom.addressee_number, "name": whom.name, "address": whom.address},
        "lines": [asdict(each) for each in _lines(shown, as_of)],
        "scope": _scope(asked),
        "remarks": list(remarks),
        "evidence": [{**asdict(each), "paid_on": each.paid_on.isoformat()} for each in evidence],
        "linked": list(whom.linked),
    }
    if asked.kind == CertificateRequest.Kind.VEHICLE:
        facts["vehicle"] = {
            "plate_number": asked.plate_number,
            "chassis_number": asked.chassis_number,
            "valid_through": STAR if starred else format_wareki((car and car[1]) or _valid_through(asked)),
            "starred": starred,
        }
    return Certified(facts, arrears, remarks)


def _is_car(asked: Asked) -> bool:
    return asked.kind == CertificateRequest.Kind.VEHICLE


def subject_of(asked: Asked) -> Whom:
    """証明する人。支援措置の対象者の住所は、誰が受け取るかによって伏せる。"""
    rows = fetch_all(SUBJECT, [asked.addressee_number])
    if not rows or rows[0][5]:
        raise SubjectUnknown(asked.addressee_number)
    number, name, address, protected, others, _, safe, linked = rows[0]
    relation = RELATIONS.get(CertificateRequest.Authority(asked.authority), Relation.UNKNOWN)
    reader = Reader(ReaderKind.LETTER, number=number if relation is Relation.SELF else "", relation=relation)
    choice = decision(reader, Subject(number, protected, frozenset(others), has_safe_address=safe))
    hidden = not choice.shows(FactClass.ADDRESS)
    return Whom(number, name, WITHHELD if hidden else address, hidden, tuple(linked))


def _in_scope(line: ChargeLine, asked: Asked) -> bool:
    item = VEHICLE_TAX if asked.kind == CertificateRequest.Kind.VEHICLE else asked.tax_item
    return (
        item in {"", line.tax_item}
        and asked.first_levy_year <= line.levy_year <= asked.last_levy_year
        and asked.notice_number in {"", line.notice_number}
    )


def _with_evidence(line: ChargeLine, seen: Mapping[int, Evidence]) -> ChargeLine:
    """領収書で確かめた額を、本税、督促手数料、延滞金の順に納まったものとする。"""
    found = seen.get(line.charge_id)
    if found is None:
        return line
    left, parts = found.amount, []
    for owed in (line.principal_tax, line.demand_fee, line.delinquency_charge):
        used = min(max(owed, 0), left)
        parts.append(owed - used)
        left -= used
    told = replace(line, principal_tax=parts[0], demand_fee=parts[1], delinquency_charge=parts[2])
    return replace(told, state=State.PAID) if told.total == 0 else told


def _lines(lines: Sequence[ChargeLine], as_of: date) -> list[CertifiedLine]:
    """税目と年度ごとにまとめる。"""
    ordered = sorted(lines, key=lambda each: (each.tax_item, -each.levy_year))
    return [
        _line(list(group), as_of) for _, group in groupby(ordered, key=lambda each: (each.tax_item, each.levy_year))
    ]


def _line(lines: list[ChargeLine], as_of: date) -> CertifiedLine:
    first = lines[0]
    overdue = [each for each in lines if each.due_date < as_of]
    tax, open_tax = sum(each.tax_amount for each in lines), sum(each.principal_tax for each in lines)
    unpaid = sum(each.principal_tax for each in overdue)
    dues = sorted({each.statutory_due_date for each in lines})
    told = format_wareki(dues[0]) if len(dues) == 1 else f"{format_wareki(dues[0])}～{format_wareki(dues[-1])}"
    return CertifiedLine(
        first.tax_item, first.tax_name, first.levy_year, first.year_label, tax,
        max(0, tax - open_tax - sum(each.written_off for each in lines)), unpaid, open_tax - unpaid,
        sum(each.total - each.principal_tax for each in overdue), told,
    )  # fmt: skip


def _is_arrear(line: ChargeLine, as_of: date, small: int) -> bool:
    """滞納か。納期未到来は滞納でない。延滞金だけの未納も滞納。ただし、団体が定める少額は数えない。"""
    if line.state in PAID_UP or line.due_date >= as_of or line.total <= 0:
        return False
    return line.principal_tax > 0 or line.total >= small


def _arrears(asked: Asked, whom: Whom, own: Sequence[ChargeLine], as_of: date) -> tuple[tuple[str, ...], bool]:
    """滞納の説明と、車検用の「＊」（過年度の未納）。"""
    small = int(setting(SMALL, as_of=as_of) or 0)
    if asked.kind == CertificateRequest.Kind.VEHICLE:
        cars = [
            line
            for line in own
            if line.tax_item == VEHICLE_TAX
            and asked.notice_number in {"", line.notice_number}
            and _is_arrear(line, as_of, small)
        ]
        past = [line for line in cars if line.levy_year < asked.last_levy_year]
        return tuple(_arrear(line) for line in cars if line.levy_year == asked.last_levy_year), bool(past)
    if asked.kind == CertificateRequest.Kind.GENERAL:
        return (), False
    linked = [line for number in whom.linked for line in charge_lines(number, as_of=as_of, today=as_of)]
    found = [line for line in (*own, *linked) if _is_arrear(line, as_of, small)]
    return tuple(_arrear(line) for line in found), False


def _arrear(line: ChargeLine) -> str:
    what = "延滞金など" if line.principal_tax == 0 else "本税など"
    return f"{line.year_label}の{line.tax_name} {line.term_name}の{what}{line.total:,}円（宛名番号 {line.addressee_number}）。"


def _remarks(asked: Asked, whom: Whom, shown: Sequence[ChargeLine], as_of: date) -> tuple[str, ...]:
    """証明書の備考。納期未到来、猶予、欠損、延滞金だけの未納。"""
    told: list[str] = []
    if any(each.due_date >= as_of and each.principal_tax > 0 for each in shown):
        told.append("納期未到来額は、証明日にまだ納期限の来ていない額です。")
    if any(each.state is State.CHARGE_ONLY for each in shown):
        told.append("本税は完納ですが、延滞金等に未納があります。")
    if asked.kind != CertificateRequest.Kind.VEHICLE:
        charges = [each.charge_id for each in shown if each.total > 0]
        known = {"addressee": whom.addressee_number, "on": as_of, "charges": charges}
        told += [STOP_NAMES[reason] for (reason,) in fetch_all(STOPS, known)]
    elif not any(each.levy_year == asked.last_levy_year for each in shown):
        told.append(f"{fiscal_year_label(asked.last_levy_year)}は、この車両に課税がありません。")
    return tuple(told)


def _told_evidence(lines: Sequence[ChargeLine], seen: Mapping[int, Evidence]) -> tuple[str, ...]:
    return tuple(
        f"{each.year_label}の{each.tax_name} {each.term_name}の納付{seen[each.charge_id].amount:,}円"
        f"（{format_wareki(seen[each.charge_id].paid_on)}）は、領収書により確認しました。"
        for each in lines
        if each.charge_id in seen
    )


def _scope(asked: Asked) -> str:
    first, last = fiscal_year_label(asked.first_levy_year), fiscal_year_label(asked.last_levy_year)
    return first if first == last else f"{first}～{last}"


def _valid_through(asked: Asked) -> date:
    """有効期限。翌年度の納期限。まだ登録がなければ5月31日。"""
    year = asked.last_levy_year + 1
    rows = fetch_all(
        "SELECT min(due_date) FROM installment_term WHERE levy_year = %s AND tax_item = %s AND NOT occasional",
        [year, VEHICLE_TAX],
    )
    found = rows[0][0]
    return found if isinstance(found, date) else date(year, 5, 31)
