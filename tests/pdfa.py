"""What ISO 19005-3 (PDF/A-3, level B) asks of a PDF that can be seen in the file itself, clause by clause, and Factur-X of its metadata.

There is no veraPDF among the packages that can be had here; what it looks at in files such as ours is looked at by this.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from fontTools.ttLib import TTFont
from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject, StreamObject

RDF, FX = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PDFA, SCHEMA = "http://www.aiim.org/pdfa/ns/id/", "http://www.aiim.org/pdfa/ns/schema#"
PROPERTY = "http://www.aiim.org/pdfa/ns/property#"
KNOWN = {"http://purl.org/dc/elements/1.1/", "http://ns.adobe.com/pdf/1.3/", "http://ns.adobe.com/xap/1.0/", PDFA}  # predefined (6.6.2.3)
EXTENSION = "http://www.aiim.org/pdfa/ns/extension/"
KEYS = {"/JS", "/AA", "/OpenAction", "/SMask", "/TR", "/HTP", "/OPI", "/Alternates", "/Ref", "/XFA"}
KINDS = {
    "/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/PS",
    "/Crypt", "/LZWDecode",
}
DEEPEST = 28  # q within q (6.1.13)
SHOWS = (b"Tj", b"TJ", b"'", b'"')
COLOURS = {b"k", b"K"}  # CMYK, which an sRGB output intent does not tell how to show (6.2.4.3)


def wrong(content: bytes) -> list[str]:
    """A line for each; none: nothing was found."""
    reader = PdfReader(io.BytesIO(content), strict=True)
    root = reader.trailer["/Root"]
    return [*_file(content, reader), *_metadata(root), *_intent(root), *_objects(reader), *_attached(root), *_tagged(root),
            *(line for page in reader.pages for line in _page(page))]


def _file(content: bytes, reader: PdfReader) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}", content):
        yield "6.1.2: the head says neither 1.7 nor that it is binary"
    if "/ID" not in reader.trailer:
        yield "6.1.3: no identifier"
    if "/Encrypt" in reader.trailer:
        yield "6.1.3: encrypted"
    if content.rstrip()[-5:] != b"%%EOF":
        yield "6.1.3: something after the end"


def _metadata(root: Any) -> Iterator[str]:
    stream = root["/Metadata"].get_object()
    text = stream.get_data()
    if stream.get("/Subtype") != "/XML" or not text.startswith(b"<?xpacket begin="):
        yield "6.6.2: the metadata is no XMP packet"
    meta = etree.fromstring(re.sub(rb"<\?xpacket[^>]*\?>", b"", text))
    if len(meta.findall(f"{{{RDF}}}RDF")) != 1:
        yield "ISO 16684-1, 7.4: not one rdf:RDF"
    said = _said(meta[0])
    if (said.get((PDFA, "part")), said.get((PDFA, "conformance"))) != ("3", "B"):
        yield "6.6.4: does not say that it is PDF/A-3b"
    described = _described(meta[0])
    for space, name in said:
        if space not in KNOWN and name not in described.get(space, ()):
            yield f"6.6.2.3: {name} is described nowhere"
    wanted = {"ConformanceLevel": "EN 16931", "DocumentFileName": "factur-x.xml", "DocumentType": "INVOICE", "Version": "1.0"}
    if {name: said.get((FX, name)) for name in wanted} != wanted:
        yield "Factur-X 1.0, 6.2.2: does not say which invoice is inside"


def _said(rdf: Any) -> dict[tuple[str, str], str]:
    """The properties, those of extension schemas themselves left out."""
    found = {}
    for each in rdf.findall(f"{{{RDF}}}Description"):
        for name, value in [*each.attrib.items(), *((part.tag, "".join(part.itertext()).strip()) for part in each if isinstance(part.tag, str))]:
            space, _, local = name[1:].partition("}")
            if space not in (RDF, EXTENSION):
                found[space, local] = value
    return found


def _described(rdf: Any) -> dict[str, set[str]]:
    return {schema.findtext(f"{{{SCHEMA}}}namespaceURI"): {name.text for name in schema.iter(f"{{{PROPERTY}}}name")}
            for schema in rdf.iter(f"{{{RDF}}}li") if schema.find(f"{{{SCHEMA}}}namespaceURI") is not None}


def _intent(root: Any) -> Iterator[str]:
    intents = [each.get_object() for each in root.get("/OutputIntents", [])]
    if [each["/S"] for each in intents] != ["/GTS_PDFA1"]:
        yield "6.2.3: not one output intent"
        return
    profile = intents[0]["/DestOutputProfile"].get_object()
    data = profile.get_data()
    if profile["/N"] != 3 or data[16:20] != b"RGB " or data[36:40] != b"acsp" or data[8] > 4:
        yield "6.2.3: its profile is no RGB one"


def _objects(reader: PdfReader) -> Iterator[str]:
    """Nothing anywhere that runs, is seen through, or comes from outside."""
    for number in range(1, int(reader.trailer["/Size"])):
        each = reader.get_object(IndirectObject(number, 0, reader))
        for found in _dictionaries(each):
            names = KEYS & set(found) | KINDS & {str(found.get(key)) for key in ("/S", "/Subtype", "/Filter")}
            yield from (f"object {number}: {name} may not be" for name in sorted(names))
            if found.get("/Type") == "/Group" or found.get("/S") == "/Transparency":
                yield f"object {number}: a transparency group"
            if any(found.get(key, 1) != 1 for key in ("/ca", "/CA")) or found.get("/BM", "/Normal") not in ("/Normal", "/Compatible"):
                yield f"object {number}: is seen through"
            if found.get("/Subtype") == "/Image" and (_is(found, "/Interpolate") or found["/ColorSpace"] not in ("/DeviceRGB", "/DeviceGray")):
                yield f"6.2.8: object {number} is a picture that is smoothed, or of other colours"
        if isinstance(each, StreamObject) and {"/F", "/FFilter"} & set(each):
            yield f"6.1.7: object {number} is elsewhere"


def _dictionaries(each: Any) -> Iterator[DictionaryObject]:
    """It and what is within it, without what it only refers to."""
    if isinstance(each, DictionaryObject):
        yield each
        each = ArrayObject(each.values())
    if isinstance(each, ArrayObject):
        for part in each:
            if not isinstance(part, IndirectObject):
                yield from _dictionaries(part)


def _is(found: Any, key: str) -> bool:
    return str(found.get(key)) == "True"


def _attached(root: Any) -> Iterator[str]:
    files = list(root.get("/AF", []))
    named = list(root["/Names"]["/EmbeddedFiles"]["/Names"])[1::2]
    if len(files) != 1 or [each.idnum for each in files] != [each.idnum for each in named]:
        yield "6.8: what is inside is not named once"
        return
    told = files[0].get_object()
    inside = told["/EF"]["/F"].get_object()
    if (told["/F"], told["/UF"], told["/AFRelationship"]) != ("factur-x.xml", "factur-x.xml", "/Data"):
        yield "6.8: does not say what the file inside is to it"
    if inside["/Subtype"] != "/text/xml" or "/ModDate" not in inside["/Params"]:
        yield "6.8: does not say what kind of file is inside, or since when"


def _tagged(root: Any) -> Iterator[str]:
    if not _is(root.get("/MarkInfo", {}), "/Marked") or "/StructTreeRoot" not in root or not root.get("/Lang"):
        yield "not tagged, or in no language"
    if not _is(root["/ViewerPreferences"], "/DisplayDocTitle"):
        yield "its title is not shown"


def _page(page: Any) -> Iterator[str]:
    fonts = {name: font.get_object() for name, font in page["/Resources"].get("/Font", {}).items()}
    widths = {}
    for name, font in fonts.items():
        inside = font.get("/DescendantFonts", [font])[0].get_object()
        program = inside["/FontDescriptor"].get("/FontFile2")
        if program is None or font["/Subtype"] != "/Type0" or font["/Encoding"] != "/Identity-H" or not re.match(r"/[A-Z]{6}\+", font["/BaseFont"]):
            yield f"6.2.11.4: {font['/BaseFont']} is not inside"
            continue
        if "/ToUnicode" not in font or inside.get("/CIDToGIDMap") != "/Identity":
            yield f"6.2.11.3: {font['/BaseFont']} does not say what its glyphs are"
        widths[name] = _widths(inside["/W"])
        yield from _glyphs(font["/BaseFont"], widths[name], TTFont(io.BytesIO(program.get_object().get_data())))
    yield from _content(page, widths)


def _widths(array: Any) -> dict[int, float]:
    found, parts = {}, list(array)
    for first, wide in zip(parts[::2], parts[1::2], strict=True):
        found |= {int(first) + place: float(value) for place, value in enumerate(wide)}
    return found


def _glyphs(name: str, widths: dict[int, float], font: TTFont) -> Iterator[str]:
    order, unit = font.getGlyphOrder(), font["head"].unitsPerEm / 1000
    if wide := [glyph for glyph, width in widths.items() if glyph >= len(order) or abs(font["hmtx"][order[glyph]][0] / unit - width) > 1]:
        yield f"6.2.11.5: glyphs {wide} of {name} are not as wide as said"


def _content(page: Any, widths: dict[str, dict[int, float]]) -> Iterator[str]:
    deep = most = 0
    font = ""
    for operands, operator in ContentStream(page["/Contents"].get_object(), page.pdf).operations:
        deep += {b"q": 1, b"Q": -1}.get(operator, 0)
        most = max(most, deep)
        if operator == b"Tf":
            font = str(operands[0])
        if operator in COLOURS:
            yield "6.2.4.3: a colour of four inks"
        if operator in SHOWS:
            glyphs = [glyph for part in _strings(operands) for glyph in _pairs(part)]
            if 0 in glyphs:
                yield "6.2.11.8: a letter that no font has"
            if unsaid := set(glyphs) - set(widths.get(font, glyphs)):
                yield f"6.2.11.5: nothing says how wide glyphs {sorted(unsaid)} are"
    if most > DEEPEST:
        yield f"6.1.13: states within states, {most} deep"


def _strings(operands: Any) -> Iterator[bytes]:
    for each in operands:
        if isinstance(each, ArrayObject):
            yield from _strings(each)
        elif hasattr(each, "original_bytes"):
            yield each.original_bytes


def _pairs(text: bytes) -> list[int]:
    return [int.from_bytes(text[at:at + 2]) for at in range(0, len(text), 2)]
