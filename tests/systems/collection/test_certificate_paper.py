"""証明書の紙。番号だけで刷り、読み返し、署名を、別の作りの道具で確かめる。"""

import base64
import io
import json

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfWriter

from osame.collection.certificates import actions, printing
from osame.collection.certificates.statement import (
    PaperDiffers,
    payload_of,
    public_pem,
    read_payload,
    read_pdf,
    signed_payload,
    signing_key,
)
from osame.contracts.signed_statement import KeyNotGiven, NotAStatement, StatementForged, encoded, public_keys
from osame.platform.database import fetch_one, run_sql
from osame.platform.letters.batches import PrintedOtherwise
from tests.letters.paper import rasterised, texts
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA
from tests.systems.collection.certificate_cast import issued, taxed
from tests.systems.collection.test_certificates import certificate

AMOUNTS = ("480,000", "50,000", "400,000", "30,000")


def keys() -> list:
    return [signing_key().public_key()]


def test_the_paper_says_what_was_frozen_and_anybody_can_verify_it(city, tmp_path):
    taxed(tmp_path)
    number = issued()
    path, emitted = printing.print_certificate(number, tmp_path)
    pdf = path.read_bytes()
    (page,) = texts(pdf)
    for told in ("佐藤花子", "第00000001号", *AMOUNTS, "令和7年9月10日", "架空市長架空太郎"):
        assert told in page
    assert certificate(number).pdf_sha256 == emitted.sha256
    (code,) = [each for each in zxingcpp.read_barcodes(next(rasterised(pdf))) if each.format.name == "QRCode"]
    assert code.text == payload_of(pdf) == certificate(number).payload
    pem = tmp_path / "city.pem"
    pem.write_bytes(public_pem())
    told = read_payload(code.text, public_keys(pem))
    assert (told.name, told.number, told.issuer) == ("佐藤 花子", "第00000001号", "242039")
    assert told.lines[0][1:6] == (2025, 480_000, 50_000, 400_000, 30_000)
    assert read_pdf(pdf, keys()) == told


def test_a_forged_or_foreign_statement_is_told(city, tmp_path):
    taxed(tmp_path)
    pdf = printing.printed_certificate(issued()).pdf
    head, body, signature = payload_of(pdf).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    better = encoded(json.dumps({**claims, "lines": []}, ensure_ascii=False).encode())
    with pytest.raises(StatementForged):
        read_payload(f"{head}.{better}.{signature}", keys())
    with pytest.raises(KeyNotGiven):
        read_payload(payload_of(pdf), [Ed25519PrivateKey.generate().public_key()])
    none = encoded(b'{"alg":"none"}')
    for broken in ("", "a.b", f"{none}.{body}.", f"{none}.{body}.{signature}", f"{head}.{body}.{signature}="):
        with pytest.raises(NotAStatement):
            read_payload(broken, keys())
    other = printing.printed_certificate(issued(TANAKA)).pdf
    with pytest.raises(PaperDiffers):  # 田中の署名を、佐藤の紙に付けても、紙と合わない
        read_pdf(_with_payload(pdf, payload_of(other)), keys())


def _with_payload(pdf: bytes, payload: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    writer.add_metadata({"/Keywords": payload})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def test_one_paper_for_one_number(city, tmp_path):
    taxed(tmp_path)
    number = issued()
    printing.print_certificate(number, tmp_path)
    with pytest.raises(printing.AlreadyPrinted):
        printing.print_certificate(number, tmp_path)
    with pytest.raises(actions.CertificateNotFound):
        printing.print_certificate(99, tmp_path)
    second = actions.reissue(number, reason="汚損", as_of=certificate(number).as_of, officer=OFFICER)
    with pytest.raises(actions.AlreadyVoid):
        printing.print_certificate(number, tmp_path)
    printing.print_certificate(second, tmp_path)
    assert fetch_one("SELECT count(*) FROM egress_record WHERE kind = 'certificate'")[0] == 2


def test_another_ones_paper_is_not_released(city, tmp_path):
    taxed(tmp_path)
    mine, hers = issued(SATO), issued(TANAKA)
    for number, other in ((mine, hers), (hers, mine)):
        with pytest.raises(PrintedOtherwise):
            printing.require_as_asked(printing.read_back(printing.printed_certificate(other).pdf), certificate(number))


def test_a_name_beyond_the_text_fonts_is_printed_and_a_private_one_is_refused(city, tmp_path):
    taxed(tmp_path)
    for name in ("\U00020bb7\u7530 \u9ad9", "\ue000\u91ce \u685c"):  # 外字の字体にある字と、どの字体にもない字
        run_sql("UPDATE addressee SET name = %s WHERE addressee_number = %s", [name, SATO])
        number = issued()
        if name.startswith("\ue000"):
            with pytest.raises(printing.UncoveredName, match="U\\+E000"):
                printing.printed_certificate(number)
        else:
            assert read_pdf(printing.printed_certificate(number).pdf, keys()).name == name


def test_every_kind_and_many_pages(city, tmp_path):
    taxed(tmp_path)
    run_sql("UPDATE addressee SET name = %s WHERE addressee_number = %s", ["架空" * 20 + "株式会社", KAKU])
    for kind, facts in (("02", {}), ("03", {"plate_number": "三重580あ1234", "chassis_number": "KKK-1"})):
        number = issued(TANAKA, kind, **facts)
        pdf = printing.printed_certificate(number).pdf
        assert read_pdf(pdf, keys()).kind == kind
    many = {
        "kind": "01", "as_of": "2025-09-10", "subject": {"name": "佐藤 花子"},
        "lines": [
            {"tax_name": "固定資産税・都市計画税", "levy_year": 2000 + each, "tax": 10**11, "paid": 1, "unpaid": 2,
             "not_due": 3, "late": 4}
            for each in range(40)
        ],
    }  # fmt: skip
    told = read_payload(signed_payload(5, many, "00" * 32, "242039"), keys())
    assert (told.totals, told.lines) == (True, (("固定資産税・都市計画税", 0, 40 * 10**11, 40, 80, 120, 160),))
