"""Amounts read back from UBL and CII: each element where EN 16931 puts it. What is missing is an error."""

from __future__ import annotations

from typing import Any

from lxml import etree

from tests.read_paper import Reading

UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
CII = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
SUMS = {  # business term: where UBL and where CII has it
    "lines":    ("LineExtensionAmount", "LineTotalAmount"),
    "off":      ("AllowanceTotalAmount", "AllowanceTotalAmount"),
    "on":       ("ChargeTotalAmount", "ChargeTotalAmount"),
    "net":      ("TaxExclusiveAmount", "TaxBasisTotalAmount"),
    "total":    ("TaxInclusiveAmount", "GrandTotalAmount"),
    "prepaid":  ("PrepaidAmount", "TotalPrepaidAmount"),
    "rounding": ("PayableRoundingAmount", "RoundingAmount"),
    "due":      ("PayableAmount", "DuePayableAmount"),
}


def whole(text: str | None, unit: int = 100) -> int:
    """'12.34' in cents, '0.25' in thousandths: never rounded."""
    sign, digits = (-1, text[1:]) if text and text[0] == "-" else (1, text or "0")
    before, _, after = digits.partition(".")
    places = len(str(unit)) - 1
    if after[places:].strip("0"):
        raise ValueError(f"{text} has parts of a cent")
    return sign * (int(before) * unit + int(after[:places].ljust(places, "0")))


def ubl(xml: bytes) -> Reading:
    root = etree.fromstring(xml)

    def text(element: Any, path: str) -> str | None:
        return element.findtext(path, namespaces=UBL)

    total = root.find("cac:LegalMonetaryTotal", UBL)
    lines = [*root.iterfind("cac:InvoiceLine", UBL), *root.iterfind("cac:CreditNoteLine", UBL)]
    counted = "cbc:CreditedQuantity" if root.tag.endswith("CreditNote") else "cbc:InvoicedQuantity"
    return {
        **{name: whole(text(total, f"cbc:{path}")) for name, (path, _) in SUMS.items()},
        "vat_total": whole(text(root, "cac:TaxTotal/cbc:TaxAmount")),
        "rates": [(_rate(text(row, "cac:TaxCategory/cbc:ID"), text(row, "cac:TaxCategory/cbc:Percent")), whole(text(row, "cbc:TaxableAmount")),
                   whole(text(row, "cbc:TaxAmount"))) for row in root.iterfind("cac:TaxTotal/cac:TaxSubtotal", UBL)],
        "net_lines": [(_rate(text(row, "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"), text(row, "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent")),
                       whole(text(row, "cbc:LineExtensionAmount"))) for row in lines],
        "counted": [whole(text(row, counted), 1000) for row in lines],
        "adjusted": [(_rate(text(row, "cac:TaxCategory/cbc:ID"), text(row, "cac:TaxCategory/cbc:Percent")),
                      whole(text(row, "cbc:Amount")) * (1 if text(row, "cbc:ChargeIndicator") == "true" else -1))
                     for row in root.iterfind("cac:AllowanceCharge", UBL)],
        "currencies": set(root.xpath("//@currencyID")),
    }


def cii(xml: bytes) -> Reading:
    root = etree.fromstring(xml)

    def text(element: Any, path: str) -> str | None:
        return element.findtext(path, namespaces=CII)

    deal = root.find("rsm:SupplyChainTradeTransaction", CII)
    settled = deal.find("ram:ApplicableHeaderTradeSettlement", CII)
    total = settled.find("ram:SpecifiedTradeSettlementHeaderMonetarySummation", CII)
    lines = deal.findall("ram:IncludedSupplyChainTradeLineItem", CII)
    tax, category = "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax", "ram:CategoryTradeTax"
    return {
        **{name: whole(text(total, f"ram:{path}")) for name, (_, path) in SUMS.items()},
        "vat_total": whole(text(total, "ram:TaxTotalAmount")),
        "rates": [(_rate(text(row, "ram:CategoryCode"), text(row, "ram:RateApplicablePercent")), whole(text(row, "ram:BasisAmount")),
                   whole(text(row, "ram:CalculatedAmount"))) for row in settled.iterfind("ram:ApplicableTradeTax", CII)],
        "net_lines": [(_rate(text(row, f"{tax}/ram:CategoryCode"), text(row, f"{tax}/ram:RateApplicablePercent")),
                       whole(text(row, "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount")))
                      for row in lines],
        "counted": [whole(text(row, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"), 1000) for row in lines],
        "adjusted": [(_rate(text(row, f"{category}/ram:CategoryCode"), text(row, f"{category}/ram:RateApplicablePercent")),
                      whole(text(row, "ram:ActualAmount")) * (1 if text(row, "ram:ChargeIndicator/udt:Indicator") == "true" else -1))
                     for row in settled.iterfind("ram:SpecifiedTradeAllowanceCharge", CII)],
        "currencies": {text(settled, "ram:InvoiceCurrencyCode"), total.find("ram:TaxTotalAmount", CII).get("currencyID")},
    }


def _rate(category: str | None, percentage: str | None) -> tuple[str, int]:
    return str(category), whole(percentage)
