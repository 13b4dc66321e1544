"""証明書の見本。架空の事実で、署名は見本の鍵による。"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from osame.collection.certificates.letters import letter_of, template_of
from osame.collection.certificates.models import Certificate, CertificateRequest
from osame.collection.certificates.statement import AMOUNTS, signed_payload
from osame.collection.letters.samples import HARD, ISSUER, PLAIN, SamplePaper, papers_apart

FORMS = {
    CertificateRequest.Kind.GENERAL: "R-124",
    CertificateRequest.Kind.NO_ARREARS: "R-125",
    CertificateRequest.Kind.VEHICLE: "R-126",
}
REMARK = "令和8年度の国民健康保険税（普通徴収・介護納付金分） 随時12期の納付999,999,999,999円は、領収証書により確かめました。"


def _samples(kind: CertificateRequest.Kind) -> Iterator[SamplePaper]:
    """見本の証明書。架空の事実で、署名は見本の鍵による。"""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    for hard in (False, True):
        facts = _sample_facts(kind, hard=hard)
        found = Certificate(
            addressee_number="1", certificate_number=12, kind=kind, as_of=date.fromisoformat(facts["as_of"]),
            facts=json.dumps(facts), facts_sha256="00" * 32,
        )  # fmt: skip
        payload = signed_payload(12, facts, found.facts_sha256, "242039", key=key)
        yield SamplePaper(template_of(found), {**asdict(ISSUER), "watermark": ""}, letter_of(found, payload), hard)


def _sample_facts(kind: CertificateRequest.Kind, *, hard: bool) -> dict[str, Any]:
    most = 999_999_999_999
    wide = {
        "tax_name": "国民健康保険税（普通徴収・介護納付金分）", "levy_year": 2026, "year_label": "令和12年度",
        "statutory_due": "令和12年12月25日", **dict.fromkeys(AMOUNTS, most),
    }  # fmt: skip
    plain = wide | {
        "tax_name": "固定資産税・都市計画税", "year_label": "令和8年度", "statutory_due": "令和8年6月1日",
        "tax": 480_000, "paid": 50_000, "unpaid": 0, "not_due": 430_000, "late": 0,
    }  # fmt: skip
    to = HARD if hard else PLAIN
    facts: dict[str, Any] = {
        "kind": kind.value, "as_of": "2026-12-25", "subject": {"name": to.name, "address": to.address + to.address_detail},
        "scope": "令和8年度から令和12年度まで" if hard else "令和8年度", "lines": [wide] * 12 if hard else [plain],
        "remarks": [REMARK] * 5 if hard else [],
    }  # fmt: skip
    if kind is CertificateRequest.Kind.VEHICLE:
        facts["vehicle"] = {
            "plate_number": "尾張小牧580あ1234" if hard else "三重580あ1234",
            "chassis_number": "ABCDEFGH-JKLMNPRSTUVWXYZ-0123456789" if hard else "KKK-123456",
            "valid_through": "＊" if hard else "令和9年5月30日", "starred": hard,
        }  # fmt: skip
    return facts


for _kind, _form in FORMS.items():
    papers_apart(_form, partial(_samples, _kind))
