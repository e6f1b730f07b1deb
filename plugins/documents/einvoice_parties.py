"""Who sells to whom in an e-invoice, when and how it is paid: the terms of EN 16931 that are no sums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

Facts = Mapping[str, Any]
KVK, VAT_NL, E_MAIL = "0106", "9944", "EM"  # electronic address schemes of Peppol
NOWHERE = "ZZ"  # a country that an import could not read
SEPA, NOT_DEFINED = "58", "1"  # UNTDID 4461


def head(facts: Facts, number: str) -> dict[str, Any]:
    order = facts["order"]
    found = {
        "BT-1": number, "BT-2": date.fromisoformat(facts["day"]), "BT-5": facts["currency"], "BT-10": order["reference"] or order["number"],
        "BT-13": order["reference"] or order["number"], "BT-14": order["number"], "BG-4": _seller(facts), "BG-7": _buyer(facts),
        "BT-72": date.fromisoformat(facts["supplied"] or facts["prepaid"] or facts["day"]), "BG-13": _delivery(facts),
    }
    if refers := facts.get("refers"):
        found["BG-3"] = [{"BT-25": refers["number"], "BT-26": date.fromisoformat(refers["day"])}]
    return found


def _seller(facts: Facts) -> dict[str, Any]:
    shop = facts["shop"]
    found = {"name": shop["name"], **_address(shop, shop["country"]), "vat_identifier": shop["vat_number"],
             "contacts": [{"name": shop["name"], "phone": shop["phone"], "email": shop["email"]}]}
    if shop["chamber_number"]:
        scheme = {"legal_identifier_schemeid": KVK, "einvoicing_addr": shop["chamber_number"], "einvoicing_addr_schemeid": KVK}
        return found | {"legal_identifier": shop["chamber_number"]} | (scheme if shop["country"] == "NL" else {})
    return found | {"einvoicing_addr": shop["email"], "einvoicing_addr_schemeid": E_MAIL}


def _buyer(facts: Facts) -> dict[str, Any]:
    customer = facts["customer"]
    found = {"name": customer["company"] or customer["name"], **_address(facts["billing"], facts["shop"]["country"])}
    if customer["vat_number"][:2].isalpha():  # BR-CO-09: with the country before it
        found["vat_identifier"] = customer["vat_number"]
    if customer["company"] and customer["name"]:
        found["contacts"] = [{"name": customer["name"], "phone": customer["phone"], "email": customer["email"]}]
    if customer["vat_number"].startswith("NL"):
        return found | {"einvoicing_addr": customer["vat_number"], "einvoicing_addr_schemeid": VAT_NL}
    return found | ({"einvoicing_addr": customer["email"], "einvoicing_addr_schemeid": E_MAIL} if customer["email"] else {})


def _delivery(facts: Facts) -> dict[str, Any]:
    place = facts["delivery"] if facts["delivery"]["street"] or facts["delivery"]["city"] else facts["billing"]
    return {"name": facts["customer"]["company"] or facts["customer"]["name"], **_address(place, facts["shop"]["country"])}


def _address(place: Facts, home: str) -> dict[str, str]:
    parts = {"addr_l1": place["street"], "addr_l2": place.get("extra", ""), "city": place["city"], "postcode": place["postcode"],
             "country_code": home if place["country"] in ("", NOWHERE) else place["country"]}
    return {name: text for name, text in parts.items() if text}


def payment(facts: Facts, kind: str, settle: str) -> dict[str, Any]:
    """How and before when it is paid; what comes back is settled."""
    if kind == "credit":
        return {"BT-20": settle}
    shop, found = facts["shop"], dict[str, Any]()
    if facts["pay_before"]:
        found["BT-9"] = date.fromisoformat(facts["pay_before"])
    if not shop["iban"]:
        return found | {"BT-81": NOT_DEFINED}
    account = {"BT-84": shop["iban"].replace(" ", ""), "BT-85": shop["account_holder"] or shop["name"], "BT-86": shop["bic"]}
    return found | {"BT-81": SEPA, "BT-83": facts["order"]["number"], **{term: text for term, text in account.items() if text}}


def to_pay(facts: Facts, kind: str, gross: int) -> dict[str, str]:
    """Cents paid or paid back before, cash rounding, and what is left (BR-CO-16)."""
    paid = facts["paid_back"] - facts["surplus"] if kind == "credit" else facts["total"] - facts["due"]
    left = gross - paid + facts["rounding"]
    found = {"BT-113": paid, "BT-114": facts["rounding"], "BT-115": left}
    return {term: f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}" for term, cents in found.items()
            if cents or term == "BT-115"}
