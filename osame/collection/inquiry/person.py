"""一人の宛名を、見る職員に許された分だけ開く。支援措置の対象者の居場所は、初めから集めない。

One statement for the person and everybody beside them. For a protected person and a reader without the right, the places
are not even read; what stands instead has one form, whatever was there.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.addressees.labels import SEXES, STANDINGS
from osame.collection.addressees.models import Addressee
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.database import fetch_all
from osame.platform.functions.registry import registry
from osame.platform.suppression.decision import Decision, FactClass, Reader, ReaderKind, Subject, decision
from osame.platform.suppression.facts import hides, suppressed

PROTECTED = "collection.inquiry.protected"
"""支援措置の対象者の居場所を見る機能。これを許される役割の者だけが、目的を告げて見る。"""

AGENT_KINDS = {
    "01": "納税管理人", "02": "成年後見人", "03": "保佐人・補助人", "04": "相続人代表者", "05": "破産管財人", "06": "弁護士",
    "07": "税理士", "08": "親権者・未成年後見人", "09": "清算人",
}  # fmt: skip
CONTACT_KINDS = {"1": "自宅", "2": "携帯", "3": "勤務先", "4": "ファクシミリ", "5": "メール"}
FIELDS = (
    "addressee_number", "kind", "name", "kana", "former_surname", "alias", "sex", "born_on", "birth_notation", "postal_code",
    "address", "address_detail", "household_number", "household_head_name", "relationship", "corporate_number",
    "representative_name", "representative_number", "standing", "died_on", "moved_out_on", "closed_on", "withheld",
    "protected_through",
)  # fmt: skip
OPEN_HERE = ("withheld", "representative_number", "protected_through", "same_person")

# 相手方と本人は並べない。支援措置の世帯員は、その居場所が知れるので、権限のない者には並べない。
PERSON = f"""
SELECT {", ".join(f"a.{name}" for name in FIELDS)}, a.protection_measure, a.protected_from,
  ARRAY(SELECT r.addressee_number FROM addressee r WHERE a.representative_number <> ''
        AND r.representative_number = a.representative_number AND r.addressee_number <> a.addressee_number
        ORDER BY 1 LIMIT 9),
  (SELECT jsonb_agg(jsonb_build_array(c.kind, c.value) ORDER BY c.priority, c.line_number) FROM addressee_contact c
   WHERE c.addressee_number = a.addressee_number AND (NOT a.protection_measure OR %(right)s)),
  (SELECT jsonb_agg(jsonb_build_array(g.kind, p.addressee_number, p.name, g.title, g.tax_item) ORDER BY g.line_number)
   FROM acting_agent g JOIN addressee p ON p.addressee_number = g.agent_number
   WHERE g.addressee_number = a.addressee_number AND g.valid_from <= %(on)s
     AND (g.valid_until IS NULL OR g.valid_until > %(on)s) AND (NOT a.protection_measure OR %(right)s)),
  (SELECT jsonb_agg(jsonb_build_array(m.relationship, m.addressee_number, m.name,
       EXISTS (SELECT 1 FROM charge c WHERE c.addressee_number = m.addressee_number)) ORDER BY m.relationship <> '世帯主', m.born_on)
   FROM addressee m
   WHERE a.household_number <> '' AND m.household_number = a.household_number
     AND m.addressee_number <> a.addressee_number AND NOT m.withheld AND m.died_on IS NULL
     AND (NOT a.protection_measure OR %(right)s) AND (NOT m.protection_measure OR %(right)s)
     AND m.addressee_number <> ALL (a.protected_from) AND a.addressee_number <> ALL (m.protected_from))
FROM addressee a WHERE a.addressee_number = %(addressee)s
"""


class PersonUnknown(Refusal):
    """この宛名番号の人は、登録されていません。番号を確かめるか、氏名で探し直してください。"""


@dataclass(frozen=True, slots=True)
class Beside:
    """かたわらの人。 what: 代理人の種別や続柄; linked: 開く画面があるか。"""

    what: str
    addressee_number: str
    name: str
    linked: bool = True


@dataclass(frozen=True, slots=True)
class Person:
    """開いた一人。 facts: 伏せた後の事実; hides: 居場所を伏せているか; protected_from: 支援措置の相手方の宛名番号。"""

    addressee_number: str
    facts: dict[str, Any]
    choice: Decision
    protected: bool
    same_person: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]
    agents: tuple[Beside, ...]
    household: tuple[Beside, ...]

    @property
    def hides(self) -> bool:
        """居場所を伏せているか。"""
        return not self.choice.opens_everything

    @property
    def is_human(self) -> bool:
        """生身の人か（法人や共有者ではないか）。"""
        return self.facts["kind"] in {Addressee.Kind.RESIDENT, Addressee.Kind.NON_RESIDENT}

    @property
    def kind_label(self) -> str:
        """宛名区分の名。"""
        return str(Addressee.Kind(self.facts["kind"]).label)

    @property
    def sex_label(self) -> str:
        """性別の名。"""
        return SEXES.get(self.facts["sex"], "")

    @property
    def standing_label(self) -> str:
        """住民状態の名。伏せていれば、その印。"""
        return STANDINGS.get(self.facts["standing"], str(self.facts["standing"]))

    @property
    def shown_fields(self) -> list[str]:
        """見せた事実の名。監査に残す。"""
        beside = {"contacts": self.contacts, "agents": self.agents, "household": self.household}
        return [name for name, value in (self.facts | beside).items() if value and not hides(name, self.choice)]

    def shows(self, fact: FactClass) -> bool:
        """その種類の事実を見せてよい。"""
        return self.choice.shows(fact)


def officer_reader() -> Reader:
    """門が告げる職員を、読む者にする。居場所を見る権限は、役割による。"""
    now = gate.required()
    return Reader(
        ReaderKind.OFFICER, right=now.role in registry("collection").function(PROTECTED).roles, purpose=now.purpose
    )


def open_person(addressee_number: str, *, as_of: date) -> Person:
    """一人を開く。いなければ断る。

    要件: F13-01, F27-01, F28-03
    """
    reader = officer_reader()
    rows = fetch_all(
        PERSON, {"addressee": addressee_number, "on": as_of, "right": reader.right and bool(reader.purpose)}
    )
    if not rows:
        raise PersonUnknown(addressee_number)
    *values, protected, others, same_person, contacts, agents, household = rows[0]
    choice = decision(reader, Subject(addressee_number, protected, frozenset(others)))
    return Person(
        addressee_number,
        suppressed(dict(zip(FIELDS, values, strict=True)), choice, also_open=OPEN_HERE),
        choice,
        bool(protected),
        tuple(same_person),
        tuple((CONTACT_KINDS.get(kind, "連絡先"), value) for kind, value in json.loads(contacts or "[]")),
        tuple(
            Beside(AGENT_KINDS.get(kind, "代理人") + (f"（{title}）" if title else ""), number, name)
            for kind, number, name, title, _ in json.loads(agents or "[]")
        ),
        tuple(
            Beside(what or "世帯員", number, name, linked)
            for what, number, name, linked in json.loads(household or "[]")
        ),
    )
