"""Make the two fonts of resources/fonts out of the full Noto Sans SC TrueType files."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

WEIGHTS = {"400Regular": "Regular", "700Bold": "Bold"}
LEGAL_NAMES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 16, 17)
LATIN_AND_SIGNS = (
    (0x0020, 0x007E),
    (0x00A0, 0x024F),
    (0x0370, 0x03FF),
    (0x0400, 0x045F),
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218F),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2300, 0x23FF),
    (0x2460, 0x24FF),
    (0x2500, 0x27BF),
    (0x3000, 0x303F),
    (0x3200, 0x33FF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
)
RARE_IN_NAMES = "㛃㑇㑊㕮㘎㙍㙘㙦㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䥇䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮镕喆堃萬"


def code_points() -> Iterator[int]:
    """Every character the subset asks for; the font need not have all of them."""
    for first, last in LATIN_AND_SIGNS:
        yield from range(first, last + 1)
    yield from map(ord, RARE_IN_NAMES)
    for code in range(0x80, 0x10000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        try:
            chr(code).encode("gbk")
        except UnicodeEncodeError:
            continue
        yield code


def make_subset(source: Path, target: Path) -> None:
    """Write the part of font file `source` that the program needs to `target`."""
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    options.drop_tables += ["vhea", "vmtx", "BASE", "STAT", "VORG"]
    options.name_IDs = list(LEGAL_NAMES)
    options.notdef_outline = True
    options.glyph_names = False
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=set(code_points()))
    cutter.subset(font)
    font.save(target)


def command_line(arguments: Sequence[str] | None = None) -> int:
    """Subset both weights of an unpacked npm package `@expo-google-fonts/noto-sans-sc`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    parser.add_argument("target", type=Path, help="the folder to write to")
    chosen = parser.parse_args(arguments)
    for folder, weight in WEIGHTS.items():
        target = chosen.target / f"NotoSansSC-{weight}.ttf"
        make_subset(chosen.package / folder / f"NotoSansSC_{folder}.ttf", target)
        print(f"{target} {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(command_line())
