"""E-mail addresses, phone numbers, VAT and trade register numbers: checked and kept in one way of writing."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email
from stdnum import get_cc_module
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from models import LANGUAGES
from rules import fields
from rules.refusal import Refused


def email_address(text: str) -> str:
    """One address in lower case, as it is compared; empty stays empty. Nothing is looked up."""
    if not (typed := text.strip()):
        return ""
    try:
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError:
        raise Refused("This is not an e-mail address. Write it like name@example.com.") from None


def phone_number(text: str) -> str:
    """As it was typed. Refuses what has letters in it, or fewer than six digits."""
    typed = fields.one_line(text, at_most=40)
    if typed and not (re.fullmatch(r"[\d\s()+./-]+", typed, re.ASCII) and len(re.findall(r"\d", typed)) >= 6):
        raise Refused("This is not a phone number. Write it like 06 12345678 or +32 470 12 34 56.")
    return typed


def phone_digits(text: str) -> str:
    """How phone numbers are compared: '+31 (0)6-12 34' and '0031 612 34' are '061234', '+32 470' is '0032470'."""
    digits = re.sub(r"\D", "", re.sub(r"^\s*\+", "00", text).replace("(0)", ""), flags=re.ASCII)
    return re.sub("^00310?", "0", digits)[:40]


def vat_number(text: str, country: str) -> str:
    """With the letters of its country. Refuses a wrong check digit (EU, GB, CH, NO); what is unknown is kept as typed."""
    typed = fields.one_line(text, at_most=30).upper()
    number = re.sub(r"[\s.-]", "", typed)
    prefix = number[:2] if re.match("[A-Z]{2}", number) else {"GR": "EL"}.get(country, country)
    try:
        if prefix.lower() in (*eu_vat.MEMBER_STATES, "el"):
            return str(eu_vat.validate(number if number.startswith(prefix) else prefix + number)) if number else ""
        module = get_cc_module(prefix, "vat")
        return str(module.validate(number.removeprefix(prefix) if prefix == "GB" else number)) if number and module else typed[:20]
    except ValidationError:
        raise Refused("This is not a valid VAT number. Check it, digit by digit.") from None


def chamber_number(text: str, country: str) -> str:
    """The number in the trade register: eight digits in the Netherlands (KvK), elsewhere as it was typed."""
    typed = fields.one_line(text, at_most=20)
    if not typed or country != "NL":
        return typed
    if not re.fullmatch(r"\d{8}", number := re.sub(r"[\s.-]", "", typed), re.ASCII):
        raise Refused("A KvK number has eight digits.")
    return number


def language(code: str) -> str:
    if code not in LANGUAGES:
        raise Refused("Choose a language.")
    return code
