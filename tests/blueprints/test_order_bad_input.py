"""Whatever is typed into the box or the address, the list answers, and says what it made nothing of."""

import html
import re

import pytest

from tests.factories import a_placed_order

LONG = 50_000
BAD = {  # what is sent as q: part of what the page says about it
    "x y " * (LONG // 4): "Alleen de eerste",
    "\0" * LONG: "Alleen de eerste",
    "(" * LONG: "Alleen de eerste",
    '"' * LONG: "Alleen de eerste",
    "thee kleur:rood": "veld ‘kleur’",
    "totaal:>100 totaal:<50": "sluiten elkaar uit",
    "totaal:100..50": "sluiten elkaar uit", "status:voltooid -status:voltooid": "sluiten elkaar uit",
    "datum:0000-01-01": "is geen dag",
    "datum:0000": "is geen dag",
    "totaal:veel": "‘totaal:veel’ is geen bedrag",
    "datum:ooit": "‘datum:ooit’ is geen dag",
    "status:zzz": "‘zzz’",
    "status:": "Bij ‘status:’ staat geen waarde",
    "notitie:misschien": "is geen ja en geen nee",
    '""': "niets",
}
ODD = ["(((((", "%_%_%", "a%00b", ".*?[a-z]+(x|y){3}$", "^(a+)+$", "\\", "'; DROP TABLE line; --", "1 OR 1=1", "NEAR(a b)", "a AND (b", "datum:9999", "datum:9999-12-31",
       "datum:>9999-12-31", "totaal:99999999999999999999", "-", "--", ":", "\x1d\x1e\x1f", "ÿ" * 50, "🫖", 'thee"', "-thee -thee"]


@pytest.fixture
def three(shop, by):
    return [a_placed_order(shop, by) for _ in range(3)]


def said(answer):
    """The notices beside the list."""
    assert answer.status_code == 200
    assert 'id="orders-list"' in answer.text
    return html.unescape(" ".join(re.findall(r'<span class="chip" data-tone="amber">.*?</svg>(.*?)</span>', answer.text, re.DOTALL)))


@pytest.mark.parametrize("text", BAD, ids=lambda text: ascii(text[:30]))
def test_what_is_not_understood_is_named(client, three, text):
    assert BAD[text] in said(client.get("/orders", query_string={"q": text}))


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_text_is_looked_for_as_it_stands(client, three, text):
    said(client.get("/orders", query_string={"q": text}))


def test_a_page_of_another_list_is_the_first_page_and_says_so(client, shop, by):
    for _ in range(26):
        a_placed_order(shop, by)
    first = html.unescape(client.get("/orders?size=25").text)
    key = first.partition("after=")[2].partition('"')[0].partition("&")[0]
    assert key
    assert "andere lijst" in said(client.get(f"/orders?size=25&q=thee&after={key}"))
