"""Tracking links made from what the shop filled in."""

import pytest

from rules import couriers
from rules.defaults import COURIERS
from rules.refusal import Refused


@pytest.mark.parametrize("template", [template for _, template in COURIERS])
def test_what_a_shop_starts_with_is_a_template(template):
    assert couriers.url_template(template) == template
    assert couriers.example(template).startswith("https://") and couriers.SAMPLE["code"] in couriers.example(template)


@pytest.mark.parametrize("template, message", [
    ("http://example.com/{code}", "https"), ("javascript:alert({code})", "https"), ("example.com/{code}", "https"), ("https:///{code}", "https"),
    ("https://{code}.example.com/", "https"), ("https://ada@example.com/{code}", "https"), ("https://example/{code}", "https"),
    ("https://example.com/ {code}", "https"), ("https://example.com/", "where the tracking code"), ("https://example.com/{postcode}", "tracking code"),
    ("https://example.com/{code}{who}", "not known"), ("https://example.com/{code.__class__}", "not known"), ("https://example.com/{code!r}", "not known"),
    ("https://example.com/{}{code}", "not known"), ("https://example.com/{0}", "not known"), ("https://example.com/{code", "needs a }"),
    ("https://example.com/{code}}", "needs a }"), ("https://example.com/{code:>99}", "not known"), ("https://example.com/{code}" + "x" * 500, "too long"),
    ("https://example.com/{code}\x00", "invisible"),
])
def test_a_template_that_makes_no_safe_link_is_refused(template, message):
    with pytest.raises(Refused) as refused:
        couriers.url_template(template)
    assert message in str(refused.value)


def test_no_template_no_link():
    assert couriers.url_template("  ") == couriers.tracking_url("", code="1") == couriers.tracking_url("https://example.com/{code}", code="") == ""


def test_what_is_filled_in_cannot_change_the_link():
    url = couriers.tracking_url("https://example.com/?c={code}&p={postcode}&l={country}", code="3S&x=1#/../", postcode="1012 AB", country="NL")
    assert url == "https://example.com/?c=3S%26x%3D1%23%2F..%2F&p=1012AB&l=NL"
