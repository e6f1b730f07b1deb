"""Invoices and credit notes that machines read: EN 16931 as UBL 2.1 (Peppol BIS Billing 3.0, which NLCIUS accepts) and as CII for Factur-X.

Plain facts in (rules/document_facts.py says what is in them), bytes out. EN 16931 knows net amounts only: what was sold with VAT inside is
taken apart so that the lines, discounts and charges of each rate add up to that rate's taxable amount to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

from money import WHOLE, divided, largest_remainder
from plugins.documents import einvoice_parties as parties

Facts = Mapping[str, Any]
FILE = "factur-x.xml"
UNWRITABLE = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
TYPES = {"invoice": "380", "credit": "381"}  # UNTDID 1001
UNITS = {"piece": "C62", "kg": "KGM", "m": "MTR", "l": "LTR", "hour": "HUR"}  # UN/ECE recommendation 20
WORDS = {
    "nl": {"discount": "Korting", "shipping": "Verzending", "line": "Regelkorting", "deposit": "Statiegeld, buiten de heffing van btw",
           "other": "Overig bedrag", "kept": "Ingehouden", "settle": "Wordt verrekend of terugbetaald"},
    "en": {"discount": "Discount", "shipping": "Shipping", "line": "Line discount", "deposit": "Deposit, outside the scope of VAT",
           "other": "Other amount", "kept": "Kept back", "settle": "Will be settled or paid back"},
}


class Category(NamedTuple):
    """UNCL5305, with why there is no VAT (CEF VATEX code, words)."""

    code: str
    reason_code: str = ""
    reason: str = ""


OF_REGIME = {
    "reverse_charge": Category("AE", "VATEX-EU-AE", "Reverse charge"),
    "intra_eu":       Category("K", "VATEX-EU-IC", "Intra-Community supply"),
    "export":         Category("G", "VATEX-EU-G", "Export outside the EU"),
    "kor":            Category("E", "", "KOR, art. 25 Wet OB 1968"),
}


def ubl(facts: Facts, *, number: str, kind: str) -> bytes:
    """UBL 2.1: an Invoice, or for kind 'credit' a CreditNote."""
    from lxml import etree

    root = etree.fromstring(_made(facts, number, kind, "ubl-2.1"))
    root.find(f"{CBC}CustomizationID").text = PEPPOL
    root.remove(root.find(f"{CBC}UBLVersionID"))
    for amount in root.iter(f"{CBC}PayableRoundingAmount"):
        amount.set("currencyID", facts["currency"])
    return bytes(etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8"))


def cii(facts: Facts, *, number: str, kind: str) -> bytes:
    """UN/CEFACT CII as it stands in a Factur-X PDF, profile EN 16931."""
    return _made(facts, number, kind, "factur-x")


def _made(facts: Facts, number: str, kind: str, flavor: str) -> bytes:
    """The library is imported when the first e-invoice is made: that takes as long as a sixth of the whole desk."""
    import facturx

    terms = _terms(facts, number, kind)
    return bytes(facturx.generate_xml(terms, flavor=flavor, level="en16931", check_xsd=False, check_schematron=False))


def xmp() -> bytes:
    """What a PDF says of the CII inside it (Factur-X 1.0, with its PDF/A extension schema)."""
    text = (files("facturx") / "xmp" / "Factur-X_extension_schema.xmp").read_text()
    return text[text.index("<rdf:RDF"):].replace(">BASIC<", ">EN 16931<", 1).encode()


def _terms(facts: Facts, number: str, kind: str) -> dict[str, Any]:
    """The business terms (BT) and groups (BG) of EN 16931."""
    groups = [_Group(facts, rate, base, vat) for rate, base, vat in _rates(facts)]
    amounts = {"lines": sum(group.lines_net for group in groups), "vat": sum(group.vat for group in groups)}
    adjusted = [each for group in groups for each in group.adjustments()]
    off, on = (sum(abs(cents) for cents, _ in adjusted if (cents < 0) == less) for less in (True, False))
    net = amounts["lines"] - off + on
    found: dict[str, Any] = _writable({
        **parties.head(facts, number), **parties.payment(facts, kind, _words(facts)["settle"]), "BT-3": TYPES[kind], "BT-23": BILLING,
        "BG-20": [each for cents, each in adjusted if cents < 0], "BG-21": [each for cents, each in adjusted if cents >= 0],
        "BG-23": [group.breakdown() for group in groups],
        "BG-25": _lines(facts, groups),
        "BT-106": decimal(amounts["lines"]), **({"BT-107": decimal(off)} if off else {}), **({"BT-108": decimal(on)} if on else {}),
        "BT-109": decimal(net), "BT-110": decimal(amounts["vat"]), "BT-112": decimal(net + amounts["vat"]),
        **parties.to_pay(facts, kind, net + amounts["vat"]),
    })
    return found


def _writable(value: Any) -> Any:
    """Without the letters that XML cannot hold (XML 1.0, 2.2)."""
    if isinstance(value, str):
        return UNWRITABLE.sub("", value)
    if isinstance(value, dict):
        return {name: _writable(each) for name, each in value.items()}
    return [_writable(each) for each in value] if isinstance(value, list) else value


def _lines(facts: Facts, groups: Sequence[_Group]) -> list[dict[str, Any]]:
    """In the order they were sold."""
    made = {group.rate: iter(group.lines()) for group in groups}
    return [next(made[_rate(facts, line)]) | {"BT-126": str(place)} for place, line in enumerate(facts["lines"], start=1)]


def _rates(facts: Facts) -> list[tuple[int | None, int, int]]:
    """Each rate with its taxable amount and VAT; None: what stands outside VAT."""
    outside = facts["total"] - facts["rounding"] - sum(row["gross"] for row in facts["vat"])
    rates: list[tuple[int | None, int, int]] = [(row["rate"], row["base"], row["vat"]) for row in facts["vat"]]
    on_lines = {_rate(facts, line) for line in facts["lines"]}
    rates += [(rate, 0, 0) for rate in sorted({rate for rate in on_lines if rate is not None} - {row["rate"] for row in facts["vat"]})]
    return [*rates, (None, outside, 0)] if outside or None in on_lines else rates


def _rate(facts: Facts, line: Facts) -> int | None:
    if line["deposit"] or facts["regime"] == "kor":
        return None
    return int(line["rate"]) if facts["regime"] == "standard" else 0


def _words(facts: Facts) -> Mapping[str, str]:
    return WORDS.get(facts["language"], WORDS["en"])


class _Group:
    """All of one rate: its lines, its part of the discounts and of shipping, in net cents that add up to `base`."""

    def __init__(self, facts: Facts, rate: int | None, base: int, vat: int) -> None:
        self.facts, self.rate, self.base, self.vat = facts, rate, base, vat
        self.of = [line for line in facts["lines"] if _rate(facts, line) == rate]
        self.inside = (rate or 0) if facts["prices_include_vat"] else 0
        discount = sum(line["net"] - line["amount"] for line in self.of)
        shipping = base + (vat if self.inside else 0) - sum(line["net"] for line in self.of)
        *self.nets, self.discount, self.shipping = self._net([*(line["amount"] for line in self.of), discount, shipping])

    @property
    def lines_net(self) -> int:
        return sum(self.nets)

    def _net(self, amounts: list[int]) -> list[int]:
        """Without the VAT inside, odd cents to the largest remainders. A credit note's base may be a cent off, so that pieces add up to
        the invoice: that goes to the largest amount."""
        rounded = divided(sum(amounts) * WHOLE, WHOLE + self.inside)
        nets = largest_remainder([cents * WHOLE for cents in amounts], WHOLE + self.inside, rounded)
        nets[max(range(len(nets)), key=lambda place: abs(amounts[place]))] += self.base - rounded
        return nets

    def category(self) -> Category:
        if self.facts["regime"] == "kor" or (self.rate is not None and self.facts["regime"] != "standard"):
            return OF_REGIME[self.facts["regime"]]
        if self.rate is None:
            return Category("E", "", _words(self.facts)["deposit"])
        return Category("S" if self.rate else "Z")

    def breakdown(self) -> dict[str, Any]:
        kind = self.category()
        reasons = {"BT-120": kind.reason, "BT-121": kind.reason_code}
        return {"BT-116": decimal(self.base), "BT-117": decimal(self.vat), "BT-118": kind.code, "BT-119": decimal(self.rate or 0),
                **{term: text for term, text in reasons.items() if text}}

    def adjustments(self) -> list[tuple[int, dict[str, Any]]]:
        """Discounts and shipping of this rate in net cents, below zero what comes off (codes of UNTDID 5189 and 7161)."""
        words = _words(self.facts)
        found = []
        for cents, what in ((self.discount, "discount"), (self.shipping, "shipping")):
            code = "95" if cents < 0 else "FC" if what == "shipping" else "ZZZ"
            found.append((cents, {"amount": decimal(abs(cents)), "reason": words[what], "reason_code": code,
                                  "vat_category_code": self.category().code, "vat_rate": decimal(self.rate or 0)}))
        return [each for each in found if each[0]]

    def lines(self) -> list[dict[str, Any]]:
        return [self._line(line, net) for line, net in zip(self.of, self.nets, strict=True)]

    def _line(self, line: Facts, net: int) -> dict[str, Any]:
        """BT-146 is never below zero: a negative price is a negative quantity of its opposite."""
        own = divided(line["discount"] * WHOLE, WHOLE + self.inside)
        before, quantity = net + own, abs(line["quantity"]) * (-1 if net + own < 0 else 1)
        found: dict[str, Any] = {
            "BT-129": decimal(quantity, 3), "BT-130": UNITS[line["unit"]], "BT-131": decimal(net), "BT-153": self._name(line),
            "BT-146": decimal(divided(abs(before) * 10_000_000, abs(quantity)), 6), "BT-151": self.category().code,
            "BT-152": decimal(self.rate or 0),
        }
        if own:
            reason = {"amount": decimal(abs(own)), "reason": _words(self.facts)["line"], "reason_code": "95" if own > 0 else "ZZZ"}
            found["BG-27" if own > 0 else "BG-28"] = [reason]
        return found | ({"BT-155": line["sku"]} if line["sku"] else {})

    def _name(self, line: Facts) -> str:
        return ", ".join(filter(None, (line["name"], line["variant"]))) or _words(self.facts)[line.get("what", "other")]


def decimal(number: int, places: int = 2) -> str:
    """'12.34' of 1234."""
    whole, part = divmod(abs(number), 10**places)
    return f"{'-' if number < 0 else ''}{whole}.{part:0{places}}"
