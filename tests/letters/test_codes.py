"""紙に刷った符号を、別の作りの読み取り器（zxing-cpp）で読み返す。"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import zxingcpp

from osame.platform.letters import codes, engine
from osame.platform.letters.engine import Letter, Template, compile_letters
from tests.letters.paper import bars_of, rasterised

SOURCE = """
#import "/platform/letters/typst/codes.typ": customer-barcode, gs1-128, qr
#let letters = json(bytes(sys.inputs.letters))
#set page(width: 100mm, height: 90mm, margin: 6mm)
#for letter in letters [
  #gs1-128(letter.gs1)
  #qr(letter.qr)
  #customer-barcode(letter.post)
  #pagebreak(weak: true)
]
"""
GS1 = "91959919833262024010101043480024071000395003"  # 実際の納付書の番号
EL_QR = "".join(str(place * 7 % 10) for place in range(255))
# 日本郵便「郵便番号・バーコードマニュアル」の例
MANUAL = (
    ("263-0023", "千葉市稲毛区緑町3丁目30-8　郵便ビル403号", "26300233-30-8-403"),
    ("014-0113", "秋田県仙北郡仙北町堀見内　南田茂木　添60-1", "014011360-1"),
    ("110-0016", "東京都台東区台東5-6-3　ABCビル10F", "11000165-6-3-10"),
    ("060-0906", "北海道札幌市東区北六条東4丁目　郵便センター6号館", "06009064-6"),
    ("407-0033", "山梨県韮崎市龍岡町下條南割　韮崎400", "4070033400"),
    ("273-0102", "千葉県鎌ケ谷市右京塚　東3丁目-20-5　郵便・A&bコーポB604号", "27301023-20-5B604"),
    ("198-0036", "東京都青梅市河辺町十一丁目六番地一号　郵便タワー601", "198003611-6-1-601"),
    ("027-0203", "岩手県宮古市大字津軽石第二十一地割大淵川480", "027020321-480"),
    ("590-0016", "大阪府堺市中田出井町四丁目六番十九号", "59000164-6-19"),
    ("080-0831", "北海道帯広市稲田町南七線　西28", "08008317-28"),
    ("317-0055", "茨城県日立市宮田町6丁目7-14　ABCビル2F", "31700556-7-14-2"),
    ("650-0046", "神戸市中央区港島中町9丁目7-6　郵便シティA棟1F1号", "65000469-7-6A1-1"),
    ("623-0011", "京都府綾部市青野町綾部6-7　LプラザB106", "62300116-7LB106"),
    ("064-0804", "札幌市中央区南四条西29丁目1524-23　第2郵便ハウス501", "064080429-1524-23-2-"),
)


@pytest.mark.parametrize(("postal_code", "address", "content"), MANUAL)
def test_the_manual_of_the_post(postal_code: str, address: str, content: str) -> None:
    assert codes.customer_barcode(postal_code, address) == content


def test_postal_barcode_is_made_in_any_thread() -> None:
    """画面は、いくつもの糸で答える。"""
    with ThreadPoolExecutor(1) as other:
        made = other.submit(codes.customer_barcode, "516-0037", "三重県伊勢市岩渕1丁目7-29").result()
    assert made == codes.customer_barcode("516-0037", "三重県伊勢市岩渕1丁目7-29")


def test_codes_are_read_from_the_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "platform").mkdir()
    (tmp_path / "platform" / "letters").symlink_to(Path(codes.__file__).parent)
    (tmp_path / "codes.typ").write_text(SOURCE, encoding="utf-8")
    monkeypatch.setattr(engine, "ROOT", tmp_path)
    engine._compiler.cache_clear()
    drawn = {
        "gs1": codes.gs1_128_svg(GS1),
        "qr": codes.qr_png(EL_QR),
        "post": codes.customer_barcode_svg("100-0013", "東京都千代田区霞が関1丁目3番2号　郵便プラザ503室"),
    }
    pdf = compile_letters(Template("codes.typ", 0), {}, [Letter(1, 1, "1", 1, drawn)])
    (page,) = rasterised(pdf, dpi=300)
    read = {str(found.format): found for found in zxingcpp.read_barcodes(page)}
    gs1 = next(found for found in read.values() if found.symbology_identifier == "]C1")
    qr = next(found for name, found in read.items() if "QR" in name)
    assert (gs1.bytes.decode(), qr.text) == (GS1, EL_QR)
    # 1000013 1-3-2-503 と検査数字 9（マニュアルの例）。始めと終わりの棒を含めて67本
    assert bars_of(pdf) == 67


@pytest.mark.parametrize("digits", ["", "91", "9" * 45, "٣" * 44])
def test_a_barcode_of_other_digits_is_refused(digits: str) -> None:
    with pytest.raises(codes.CodeNotDrawn):
        codes.gs1_128_svg(digits)
