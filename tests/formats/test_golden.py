"""書き手のバイト列。変わったら様式が変わったということなので、意図したときだけ見本を置き換える。"""

import pytest


@pytest.mark.parametrize(
    "key",
    [
        "zengin_91",
        "mizuho_factor_120",
        "mufg_factor_120",
        "dsk_csv",
        "eltax_keshikomi_v0",
        "bank_notice_v0",
        "pension_notice_v0",
    ],
)
def test_golden_bytes(make, samples, key):
    assert make.files()[key] == (samples / "golden" / f"{key}.dat").read_bytes()
