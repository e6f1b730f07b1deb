"""What a browser loads: pinned, light, complete, and in step with the templates and the tables."""

import gzip
import hashlib
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from models import TONES, PaymentState, Stage

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
MODULES = sorted((STATIC / "js").glob("*.js"))
OF_A_PAGE = sorted((STATIC / "js").glob("*/*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLE = re.sub(r"/\*.*?\*/", "", (STATIC / "toonbank.css").read_text(), flags=re.S)
VENDORED = {"htmx@4.0.1/htmx.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"}


def weight(*paths):
    """Bytes on the wire, file by file."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def icons():
    names = ElementTree.parse(STATIC / "icons.svg").getroot().iter("{http://www.w3.org/2000/svg}symbol")
    return {symbol.get("id") for symbol in names}


def test_vendored_files_are_the_ones_we_know():
    found = {str(path.relative_to(STATIC / "vendor")): path for path in (STATIC / "vendor").rglob("*.js")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()} == VENDORED


def test_whatever_is_not_ours_comes_with_its_licence():
    for path in (STATIC / "vendor").iterdir():
        assert (path / "LICENCE").exists(), path.name
    assert "SIL Open Font License" in (STATIC / "fonts/OFL.txt").read_text()
    assert "Lucide" in (STATIC / "icons.LICENCE.txt").read_text()


def test_a_first_visit_is_light():
    assert weight(STATIC / "toonbank.css") <= 12_000
    assert weight(*MODULES) <= 13_200
    assert (STATIC / "fonts/inter-latin.woff2").stat().st_size <= 60_000
    everything = weight(STATIC / "toonbank.css", STATIC / "icons.svg", STATIC / "favicon.svg", *MODULES, *(STATIC / "vendor").rglob("*.js"))
    assert everything <= 45_000, "leaves 15 kB of 60 for the page itself"


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "filename=\"js/" in path.read_text() and path.parent.name != "macros"],
                         ids=lambda path: path.stem)
def test_what_a_page_brings_of_its_own_is_light(path):
    own = [STATIC / name for name in re.findall(r"filename=\"(js/\w+/\w+\.js)\"", path.read_text())]
    assert own
    assert weight(*own) <= 3_300, "leaves 11 kB of 60 for the page itself"


def test_no_script_is_left_behind():
    asked = {name for path in TEMPLATES for name in re.findall(r"filename=\"(js/\w+/\w+\.js)\"", path.read_text())}
    assert {str(path.relative_to(STATIC)) for path in OF_A_PAGE} == asked


def test_the_font_has_the_letters_of_the_shop():
    font = TTFont(io.BytesIO((STATIC / "fonts/inter-latin.woff2").read_bytes()))
    missing = set("áéíóúàèëïöüçêñÁÉËÏÖÜßøå€0123456789−–…·×‘’“”\N{NO-BREAK SPACE}") - {chr(code) for code in font.getBestCmap()}
    assert not missing


def test_every_icon_in_a_template_is_in_the_sprite():
    asked = set()
    for path in TEMPLATES:
        source = path.read_text()
        asked |= set(re.findall(r"\bicon\(\"([\w-]+)\"", source)) | set(re.findall(r"\{\{ icons \}\}#([\w-]+)\"", source))
        for several in re.findall(r"icons=\(([^)]*)\)", source):
            asked |= set(re.findall(r"\"([\w-]+)\"", several))
    assert asked - icons() == set()


def test_every_icon_of_the_wall_and_the_menu_is_in_the_sprite(visitor, client):
    pages = visitor.get("/no-such-page").text + client.get("/no-such-page").text
    assert set(re.findall(r"icons\.svg#([\w-]+)", pages)) - icons() == set()


@pytest.mark.parametrize("attribute, values", {"tone": set(TONES), "stage": set(Stage), "payment": set(PaymentState)}.items())
def test_the_stylesheet_knows_what_the_tables_know(attribute, values):
    assert set(re.findall(rf"\[data-{attribute}=(\w+)\]", STYLE)) == values


def test_templates_use_no_tone_of_their_own():
    for path in TEMPLATES:
        assert set(re.findall(r"data-tone=\"(\w+)\"", path.read_text())) <= set(TONES), path.name


def test_the_stylesheet_stays_readable_for_older_tablets():
    assert "&" not in re.sub(r"url\([^)]*\)", "", STYLE), "iPadOS 16 and Chrome 110 know no nesting"
    assert "light-dark(" not in STYLE
    assert not re.search(r"@media \(width", STYLE)


def test_every_file_the_stylesheet_asks_for_exists():
    for name in re.findall(r"url\((?!\"?data:)\"?([^)\"]+)", STYLE):
        assert (STATIC / name).exists(), name


def test_modules_import_what_exists_and_are_all_preloaded():
    preloaded = re.search(r"for module in \(([^)]*)\)", (ROOT / "templates/macros/assets.html").read_text())[1]
    assert set(re.findall(r"\"(\w+)\"", preloaded)) | {"app"} == {path.stem for path in MODULES}
    for path in (*MODULES, *OF_A_PAGE):
        for name in re.findall(r"(?:from|import) \"(.+?)\"", path.read_text()):
            assert (path.parent / name).exists(), path.name


def test_scripts_speak_only_words_the_page_gives_them():
    given = set(re.findall(r"data-(\w+)=", (ROOT / "templates/layout/always.html").read_text()))
    for path in (*MODULES, *OF_A_PAGE):
        assert set(re.findall(r"word\(\"(\w+)\"", path.read_text())) <= given, path.name


def test_scripts_keep_to_the_policy():
    for path in (*MODULES, *OF_A_PAGE):
        assert not re.search(r"\beval\(|new Function|\.innerHTML|insertAdjacentHTML|\.style\.cssText|setAttribute\(\"style", path.read_text()), path.name
