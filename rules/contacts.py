"""E-mail addresses, phone numbers, VAT and trade register numbers: checked and kept in one way of writing."""

from __future__ import annotations

import re
from collections.abc import Callable

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
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True).normalized.lower()
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
    """With the letters of its country. Refuses a wrong check digit (EU, GB, CH, NO); what nobody can check is kept as typed."""
    typed = fields.one_line(text, at_most=30).upper()
    number = re.sub(r"[\s.-]", "", typed)
    letters = number[:2] if _checker(number[:2]) else {"GR": "EL"}.get(country, country)
    if not number or not (check := _checker(letters)):
        return typed[:20]
    try:
        valid = str(check(number if number.startswith(letters) or letters == "CH" else letters + number))
    except ValidationError:
        raise Refused("This is not a valid VAT number. Check it, digit by digit.") from None
    return valid if valid.startswith(letters) else letters + valid


def _checker(letters: str) -> Callable[[str], str] | None:
    """What checks the numbers that begin with these letters."""
    if letters.lower() in (*eu_vat.MEMBER_STATES, "el"):
        return eu_vat.validate
    module = get_cc_module(letters, "vat") if letters in ("GB", "CH", "NO") else None
    return module.validate if module else None


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
