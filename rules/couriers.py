"""Who brings parcels, and where one can follow them."""

from __future__ import annotations

import re
from string import Formatter
from urllib.parse import quote, urlsplit

from rules import fields
from rules.refusal import Refused

PLACEHOLDERS = ("code", "postcode", "country")
SAMPLE = {"code": "3SABCD0123456789", "postcode": "1012AB", "country": "NL"}


def url_template(text: str) -> str:
    """Where a parcel can be followed, with {code} and perhaps {postcode} and {country} in it; empty: nowhere."""
    template = fields.one_line(text, at_most=500)
    if not template:
        return ""
    if unknown := [name for name in _names(template) if name not in PLACEHOLDERS]:
        raise Refused("{name} is not known. Use {{code}}, {{postcode}} or {{country}}.", name="{" + unknown[0] + "}")
    if not re.match(r"https://[\w-]+(\.[\w-]+)+(:[0-9]+)?/", template) or " " in template or urlsplit(template).username:
        raise Refused("Enter a web address that begins with https://, like https://example.com/{{code}}.")
    if "{code}" not in template:
        raise Refused("Put {{code}} where the tracking code belongs.")
    return template


def _names(template: str) -> list[str]:
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise Refused("Each {{ needs a }} behind it.") from None
    return [name + (f"!{conversion}" if conversion else "") + (f":{how}" if how else "")
            for _, name, how, conversion in parts if name is not None]


def tracking_url(template: str, *, code: str, postcode: str = "", country: str = "NL") -> str:
    """The page of one parcel; '' without a template or a code."""
    if not (template and code):
        return ""
    facts = {"code": code, "postcode": postcode.replace(" ", ""), "country": country}
    return template.format(**{name: quote(fact, safe="") for name, fact in facts.items()})


def example(template: str) -> str:
    return tracking_url(template, **SAMPLE)
