"""Code 128 as SVG, set B (ISO/IEC 15417): what a hand scanner at the counter reads."""

from __future__ import annotations

PATTERNS = (  # widths of bar, space, bar, space, bar, space of each value
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132221231213212"
    "223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313231113231311112133112331"
    "132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124"
    "121421141122141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112"
    "421211212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
WIDTHS = [PATTERNS[place:place + 6] for place in range(0, len(PATTERNS), 6)]
START_B, STOP = 104, "2331112"
QUIET = 10  # modules of white on either side


def svg(text: str) -> str:
    """The code of a text of printable ASCII, as wide and high as the stylesheet says. ValueError for other letters."""
    if not text or any(not " " <= letter <= "~" for letter in text):
        raise ValueError("Code 128 set B is printable ASCII")
    values = [START_B, *(ord(letter) - 32 for letter in text)]
    check = (START_B + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
    widths = "".join([*(WIDTHS[value] for value in (*values, check)), STOP])
    path, x = [], QUIET
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            path.append(f"M{x} 0h{width}v10h-{width}z")
        x += width
    return (f'<svg class="barcode" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {x + QUIET} 10" preserveAspectRatio="none">'
            f'<path d="{"".join(path)}"/></svg>')
