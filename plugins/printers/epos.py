"""What Epson's Server Direct Print says and hears (Epson, Server Direct Print User's Manual, rev. E): XML around the printer's own bytes."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree import ElementTree

EPOS = "http://www.epson-pos.com/schemas/2011/03/epos-print"
DEVICE = "local_printer"
TIMEOUT = 30_000   # milliseconds a printer tries
LARGEST = 64 * 1024
NOTHING_PRINTED = ("SchemaError", "DeviceNotFound", "EX_BADPORT", "EX_INVALID", "PrintSystemError")  # it never came to the print head


class Outcome(NamedTuple):
    """What a printer says of a job. `code`: why not, in Epson's words."""

    job: str
    printed: bool
    code: str


def request(job: str, content: bytes) -> bytes:
    """A print request with one job: ESC/POS as it is, in hexadecimal digits (version 2.00, which knows the job's name)."""
    root = ElementTree.Element("PrintRequestInfo", Version="2.00")
    asked = ElementTree.SubElement(root, "ePOSPrint")
    parameter = ElementTree.SubElement(asked, "Parameter")
    for name, value in (("devid", DEVICE), ("timeout", str(TIMEOUT)), ("printjobid", job)):
        ElementTree.SubElement(parameter, name).text = value
    data = ElementTree.SubElement(asked, "PrintData")
    page = ElementTree.SubElement(data, "epos-print", xmlns=EPOS)
    ElementTree.SubElement(page, "command").text = content.hex().upper()
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def outcomes(said: str) -> list[Outcome]:
    """What became of the jobs it was given. ValueError for what is no answer: nothing with entities of its own is read."""
    if len(said) > LARGEST or "<!" in said:
        raise ValueError("This is no answer of a printer.")
    try:
        root = ElementTree.fromstring(said)
    except ElementTree.ParseError as error:
        raise ValueError("This is no answer of a printer.") from error
    found = []
    for each in root.iter("ePOSPrint"):
        response = next((part for part in each.iter() if part.tag.rpartition("}")[2] == "response"), None)
        if response is not None:
            found.append(Outcome(each.findtext("Parameter/printjobid", ""), response.get("success") in ("true", "1"), response.get("code", "")))
    return found
