"""Each row of the list says where it matched, as it was written, with the part to mark."""

import pytest

from models import Address, Document, Note, Order, Parcel
from money import Money
from rules import order_list, order_matches, order_text, orders, products
from rules.filters.language import parse
from rules.order_matches import KINDS
from rules.order_text import Mark
from rules.rights import DESK
from tests.factories import a_placed_order, a_product


@pytest.fixture
def order(shop):
    """One order with something in every place that can be searched."""
    order = a_placed_order(shop, DESK)
    home = Address.create(name="Änne Müller", company="Müller & Zn.", street="Oudegracht 112 A", extra="Gebouw Wit", postcode="3511 AX", city="'s-Gravenhage")
    Order.update(
        name="Änne Müller", company="Müller & Zn.", email="anne@example.nl", phone="06 12 34 56 78", vat_number="NL001234567B01", reference="PO-77",
        external_number="WEB/9", billing=home,
        shipping=Address.create(name="Łukasz Żółć", street="Laan 9", postcode="1000", city="Brussel", country="BE"),
    ).where(Order.id == order.id).execute()
    Parcel.create(order=order, courier_name="Eigen fietskoerier", tracking_code="3SABC0012345")
    Document.create(order=order, kind="invoice", series="i", sequence=1, number="F2026-00042", facts={})
    Document.create(order=order, kind="receipt", series="r", sequence=1, number="B2026-00007", facts={})
    Note.create(order=order, text=f"Bel eerst.\n{'Lang verhaal. ' * 20}De café-ingang is achter het huis, vraag naar Wim. {'Nog meer. ' * 20}")
    order_text.refresh(order.id)
    return orders.find(order.number)


def said(text):
    """What is said of the only row, with the marked parts in brackets."""
    row, = order_list.page(parse(text), by=DESK).rows
    return [f"{match.field}: {bracketed(match)}" for match in row.matches]


def bracketed(match):
    text = match.text
    for start, end in reversed(match.spans):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize("text, expected", [
    ("anne",                  ["customer: [Änne] Müller"]),
    ("ülle",                  ["customer: Änne M[ülle]r"]),
    ("klant:mul",             ["customer: Änne [Mül]ler"]),
    ("klant:luk",             ["recipient: [Łuk]asz Żółć"]),
    ("bedrijf:zn",            ["company: Müller & [Zn]."]),
    ("anne@",                 ["email: [anne@]example.nl"]),
    ("e-mail:example.nl",     ["email: anne[@example.nl]"]),
    ("0612",                  ["phone: [06 12] 34 56 78"]),
    ("345678",                ["phone: 06 12 [34 56 78]"]),
    ("telefoon:5678",         ["phone: 06 12 34 [56 78]"]),
    ("+31612345678",          ["phone: [06 12 34 56 78]"]),
    ("oudegracht",            ["street: [Oudegracht] 112 A Gebouw Wit"]),
    ("wit",                   ["street: Oudegracht 112 A Gebouw [Wit]"]),
    ("3511ax",                ["postcode: [3511 AX]"]),
    ("3511 ax",               ["postcode: [3511 AX]"]),
    ("3511AX 112",            ["postcode: [3511 AX]", "street: Oudegracht [112] A Gebouw Wit"]),
    ("plaats:gravenh",        []),
    ("gravenh",               ["city: 's-[Gravenh]age"]),
    ("land:be",               ["country: [BE]"]),
    ("gietijzer",             ["product: Theepot [gietijzer]"]),
    ("3sabc",                 ["tracking: [3SABC]0012345"]),
    ("fietsk",                ["courier: Eigen [fietsk]oerier"]),
    ("factuur:f2026",         ["invoice: [F2026]-00042"]),
    ("b2026-00007",           ["document: [B2026-00007]"]),
    ("po-77",                 ["reference: [PO-77]"]),
    ("web/9",                 ["external_number: [WEB/9]"]),
    ("nl001234",              ["vat_number: [NL001234]567B01"]),
    ("93,95",                 ["total: "]),
    ("anne gietijzer",        ["customer: [Änne] Müller", "product: Theepot [gietijzer]"]),
    ('"theepot giet"',        ["product: [Theepot giet]ijzer"]),
    ("-jansen",               []),
    ("status:in",             []),
])
def test_a_row_says_where_it_matched(order, text, expected):
    if expected or text.startswith(("-", "status")):
        assert said(text) == expected
    else:
        assert not order_list.page(parse(text), by=DESK).rows


def test_of_a_long_note_the_part_around_the_match_is_shown(order):
    match, = order_list.page(parse("cafe"), by=DESK).rows[0].matches
    assert len(match.text) <= 92 and match.text.startswith("…") and match.text.endswith("…")
    assert "[café]-ingang is achter" in bracketed(match)


def test_a_barcode_is_named(shop):
    product = a_product("Sencha", sku="SE-1", ean="8712345678906")
    order = a_placed_order(shop, DESK)
    with orders.changing(order.number, "line", version=None, by=DESK) as changed:
        from rules import cart

        cart.add_product(changed, products.find("Sencha")[0], by=DESK)
    assert said(product.ean) == ["ean: [8712345678906]"]


def test_of_one_field_two_texts_are_shown(shop):
    order = a_placed_order(shop, DESK)
    with orders.changing(order.number, "line", version=None, by=DESK) as changed:
        from rules import cart

        for number in range(4):
            cart.add_product(changed, a_product(f"Theeglas {number}"), by=DESK)
    assert said("thee") == ["product: [Thee]pot gietijzer", "product: [Thee]glas 0"]


def test_a_page_of_matches_takes_few_queries(order, monkeypatch):
    asked = []
    from rules import order_count, order_find, order_rows, order_ways

    run = order_ways.run

    def noted(sql):
        asked.append(sql.text)
        return run(sql)

    for module in (order_ways, order_count, order_find, order_rows, order_matches):
        monkeypatch.setattr(module, "run", noted)
    for text in ("", "anne thee 93,95 land:be", "klant:anne factuur:f status:in totaal:>1 -jan"):
        asked.clear()
        order_list.page(parse(text), by=DESK, size=1)
        assert len(asked) <= 5, asked


def test_every_kind_of_word_can_be_shown():
    assert KINDS.keys() == set(Mark)
    assert {kind.field for kind in KINDS.values()} <= order_matches.TITLES.keys()


def test_amounts_below_zero_are_not_read_as_words(order):
    assert said("totaal:93,95") == []
    assert order.total == Money(9395)
