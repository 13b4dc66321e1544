"""様式の説明と定義が食い違わないこと。"""

from pathlib import Path

import pytest

from osame.formats.determination_csv import CHANGE_REASONS, COLUMNS
from osame.formats.layout import STATUSES, load_layout

PAGES = Path(__file__).parents[2] / "docs" / "protocols"
OF_LAYOUTS = {
    "zengin_91": "zengin-91.md",
    "zengin_21": "zengin-21.md",
    "mizuho_factor_120": "cvs-mizuho.md",
    "mufg_factor_120": "cvs-mufg.md",
    "dsk_csv": "cvs-dsk.md",
    "eltax_keshikomi_v0": "eltax.md",
    "bank_notice_v0": "bank-notice.md",
    "pension_notice_v0": "pension-notice.md",
    "eltax_slip_registration_v0": "slip-registration.md",
}


@pytest.mark.parametrize("key", OF_LAYOUTS)
def test_page_tells_what_the_layout_says(key):
    layout = load_layout(key)
    page = (PAGES / OF_LAYOUTS[key]).read_text(encoding="utf-8")
    page_id = page.split()[1]
    assert f"{STATUSES[layout.status]}（`{layout.status}`）" in page
    for kind, record in layout.records.items():
        assert f"## {page_id}.{kind} {record.name}（{STATUSES[record.status]}）" in page
        for field in record.fields:
            if layout.form == "fixed":
                row = (
                    f"| {page_id}.{kind}.{field.id} | {field.name} | {field.position} | {field.length} | {field.type} |"
                )
            else:
                row = f"| {page_id}.{kind}.{field.id} | {field.position} | {field.name} | {field.length} |"
            assert row in page
    for code in layout.stages:
        assert f"\n| {code} | " in page


def test_determination_page():
    page = (PAGES / "036o005.md").read_text(encoding="utf-8")
    for place, name in enumerate(COLUMNS, 1):
        assert f"| PR-036O005.{place:02d} | {place} | {name} |" in page
    for code, name in CHANGE_REASONS.items():
        assert f"| {code} | {name} |" in page


def test_every_page_is_in_the_index():
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    ours = [*OF_LAYOUTS.values(), "gs1-128.md", "el-qr.md", "ocr-lines.md", "slip-numbers.md", "bank-kana.md"]
    for name in [*ours, "036o005.md", "036o015.md"]:
        page_id = (PAGES / name).read_text(encoding="utf-8").split()[1]
        assert f"[{page_id}]({name})" in index
