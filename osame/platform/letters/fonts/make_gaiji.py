"""外字の字体を作る。IPAmj明朝から、BIZ UD の字体にない字と異体字だけを取り出し、名を改める。

Make the fallback font: the characters and variation sequences that the bundled fonts lack, taken from IPAmj Mincho, without
hints and vertical metrics, under a name of its own (IPA Font License 1.0, article 3). Needs fonttools; run by hand:

    python make_gaiji.py ipamjm.ttf OsameGaiji_400Regular.ttf
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

NAME = "Osame Gaiji"
HERE = Path(__file__).parent
DROPPED = ("VORG", "vhea", "vmtx", "GSUB", "GPOS", "GDEF", "BASE", "DSIG", "gasp", "EBDT", "EBLC", "mort", "meta")
NAMES = {
    0: "Derived from IPAmj Mincho Ver.005.01, (C) Information-technology Promotion Agency, Japan (IPA), 2010-2018.",
    1: NAME,
    2: "Regular",
    3: f"{NAME} 1.0",
    4: NAME,
    5: "Version 1.0",
    6: "OsameGaiji-Regular",
    13: "IPA Font License Agreement v1.0",
    14: "https://opensource.org/licenses/IPA",
}


def sequences(font: TTFont) -> dict[tuple[int, int], str | None]:
    """異体字（字と選択子の組）と、その字形。既定の字形のままのものは None。"""
    found: dict[tuple[int, int], str | None] = {}
    for table in font["cmap"].tables:
        if table.format == 14:
            for selector, pairs in table.uvsDict.items():
                found |= {(code, selector): glyph for code, glyph in pairs}
    return found


def held() -> tuple[set[int], set[tuple[int, int]]]:
    """BIZ UD のどの字体にもある字と異体字。"""
    fonts = [TTFont(path) for path in sorted(HERE.glob("BIZUD*.ttf"))]
    characters = set.intersection(*(set(font.getBestCmap()) for font in fonts))
    return characters, set.intersection(*(set(sequences(font)) for font in fonts))


def _variations(pairs: dict[tuple[int, int], str | None]) -> CmapSubtable:
    table = CmapSubtable.newSubtable(14)
    table.platformID, table.platEncID, table.language, table.cmap, table.uvsDict = 0, 5, 0xFF, {}, {}
    for (code, selector), glyph in sorted(pairs.items()):
        table.uvsDict.setdefault(selector, []).append((code, glyph))
    return table


def main(source: str, target: str) -> None:
    """取り出して、名を改めて、書き出す。"""
    font = TTFont(source)
    characters, variations = held()
    cmap = font.getBestCmap()
    wanted = {code for code in cmap if code not in characters and code >= 0x80}
    pairs = {pair: glyph for pair, glyph in sequences(font).items() if pair not in variations}
    wanted |= {code for (code, _), glyph in pairs.items() if glyph is None}
    options = Options()
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += list(DROPPED)
    options.name_IDs = []
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted, glyphs={glyph for glyph in pairs.values() if glyph})
    subsetter.subset(font)
    font["cmap"].tables = [each for each in font["cmap"].tables if each.format != 14] + [_variations(pairs)]
    for number, text in NAMES.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font.recalcTimestamp = False
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
