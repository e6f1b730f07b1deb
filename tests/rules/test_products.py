"""Products: what they must be like, how they are found, and who changed what."""

from dataclasses import replace

import pytest

from models import Coupon, CouponScope, Event, Movement, Product
from money import Money, Quantity
from rules import categories, product_list, products, shop
from rules.product_facts import facts_of, gtin, search_text
from rules.product_list import Filters
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import DESK, Actor
from tests.factories import a_product

THEE = {"name": "Thee", "tone": "teal", "icon": "coffee"}
CLERK = Actor(None, "Bob", frozenset({"products.see"}))


def change(product, version=None, **facts):
    product = products.get(product.id)
    return products.change(product, replace(facts_of(product), **facts), version or product.version, DESK)


def names(found):
    return [f"{product.name} {product.variant}".strip() for product in found]


def last_event(product):
    return Event.select().where(Event.product == product).order_by(Event.id.desc()).first()


def test_stock_at_the_start_is_a_movement(shop):
    product = a_product(on_hand=12)
    (movement,) = Movement.select()
    assert (movement.product_id, movement.kind, movement.quantity) == (product.id, "initial", Quantity(12_000))
    assert products.get(product.id).on_hand == Quantity(12_000)
    assert movement.event == last_event(product) and movement.event.kind == "product.created"


def test_a_product_without_stock_has_no_movement(shop):
    a_product(on_hand=0)
    a_product("Advies", is_tracked=False, unit="hour")
    assert not Movement.select().exists()


@pytest.mark.parametrize(("on_hand", "facts", "said"), [
    (Quantity(500),            {},                                      "This is sold by the piece: enter a whole number."),
    (Quantity.pieces(10**6),   {},                                      "Enter a quantity from -999999 to 999999."),
    (Quantity(1000),           {"is_tracked": False},                   "Stock is not kept of this product."),
])
def test_stock_that_cannot_be_is_refused(shop, on_hand, facts, said):
    wanted = replace(facts_of(a_product()), name="Ander", **facts)
    with pytest.raises(Refused, match=said.replace("(", r"\(")) as refused:
        products.create(wanted, on_hand, DESK)
    assert refused.value.field == "on_hand" and Product.select().count() == 1


@pytest.mark.parametrize(("field", "value", "said"), [
    ("name",         "",                    "Fill in a name."),
    ("name",         "x" * 201,             "This is too long: 201 characters. The limit is 200."),
    ("name",         "a\x00b",              "There is an invisible character in this. Type it again."),
    ("variant",      "x" * 121,             "This is too long: 121 characters. The limit is 120."),
    ("sku",          "x" * 81,              "This is too long: 81 characters. The limit is 80."),
    ("category",     "x" * 81,              "This is too long: 81 characters. The limit is 80."),
    ("ean",          "8712345678905",       "This EAN is not right: with these digits the last one would be 6."),
    ("ean",          "12345",               "An EAN has 8, 12, 13 or 14 digits; this has 5."),
    ("ean",          "87123456789x6",       "An EAN has digits only."),
    ("ean",          "８７１２３４５６７８９０６", "An EAN has digits only."),
    ("price",        None,                  "Fill in a price."),
    ("price",        Money(-1),             "This cannot be negative."),
    ("price",        Money(10_000_000_000), "This is too much. The limit is 99999999.99."),
    ("vat_category", 9_999,                 "Choose one of the list."),
    ("unit",         "bucket",              "Choose one of the list."),
    ("low_stock",    Quantity(1500),        "This is sold by the piece: enter a whole number."),
    ("low_stock",    Quantity(-1000),       "Enter a quantity from 0 to 999999."),
    ("weight",       -1,                    "Enter a number from 0 to 9999999."),
])
def test_a_wrong_field_is_named_and_nothing_is_kept(shop, field, value, said):
    product = a_product()
    with pytest.raises(Invalid) as refused:
        change(product, **{field: value})
    assert {name: str(error) for name, error in refused.value.errors.items()} == {field: said}
    assert products.get(product.id).version == 1


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Crème brûlée 🍮", "\u0634\u0627\u064a", "O'Neill & Zn. \"XL\" 100%_"])
def test_any_text_is_a_name_and_is_found_again(shop, name):
    product = a_product(name)
    assert products.get(product.id).name == name and products.find(name) == [product]


@pytest.mark.parametrize(("typed", "kept"), [
    ("8712345678906", "8712345678906"), ("871 2345-678906", "8712345678906"), ("012345678905", "0012345678905"),
    ("00012345678905", "0012345678905"), ("96385074", "96385074"), ("18712345678903", "18712345678903"), ("  ", ""),
])
def test_every_kind_of_barcode_number_is_kept_in_one_way(typed, kept):
    assert gtin(typed) == kept


def test_a_sku_or_ean_belongs_to_one_product(shop):
    a_product("Earl Grey", variant="100 g", sku="EG-1", ean="8712345678906")
    other = a_product("Sencha")
    with pytest.raises(Invalid) as refused:
        change(other, sku="EG-1", ean="8712345678906")
    assert {name: str(error) for name, error in refused.value.errors.items()} == {
        "sku": "Earl Grey 100 g already has this.", "ean": "Earl Grey 100 g already has this.",
    }
    assert products.get(other.id).sku is None


def test_a_change_says_what_was_and_is(shop):
    product = change(a_product(price=495, category="Thee"), price=Money(525), category="Losse thee", ean="8712345678906")
    event = last_event(product)
    assert event.kind == "product.changed" and event.facts == {
        "changes": {"price": [495, 525], "category": ["Thee", "Losse thee"], "ean": ["", "8712345678906"]}, "version": 2,
    }
    assert product.search == search_text("Earl Grey", "", None, "8712345678906")


def test_a_change_that_changes_nothing_leaves_no_trace(shop):
    product = a_product(category="Thee")
    change(product, category="thee", name=" Earl  Grey ")
    assert products.get(product.id).version == 1 and last_event(product).kind == "product.created"


def test_who_comes_second_is_told_what_the_other_changed(shop, owner):
    product = a_product()
    fatima = rules_actor(owner)
    products.change(product, replace(facts_of(products.get(product.id)), price=Money(525)), 1, fatima)
    with pytest.raises(Conflict) as refused:
        change(product, version=1, name="Earl Grey de luxe")
    assert str(refused.value).startswith("Fatima El Amrani has just changed this product too.")
    assert refused.value.facts["fields"] == ["price"]
    assert products.get(product.id).name == "Earl Grey"


def test_putting_away_is_a_change_too(shop, owner):
    product = a_product()
    products.archive(product, True, rules_actor(owner))
    with pytest.raises(Conflict, match="Fatima El Amrani has just changed this product too") as refused:
        change(product, version=1, name="Earl Grey de luxe")
    assert refused.value.facts["fields"] == []


def rules_actor(operator):
    return shop.current().actor(operator.id)


def test_a_product_that_is_put_away_is_not_offered_but_stays(shop):
    product = a_product(sku="EG-1", ean="8712345678906")
    products.archive(product, True, DESK)
    assert products.find("earl") == [] and products.by_code("EG-1") is None and products.by_code("8712345678906") is None
    assert last_event(product).kind == "product.archived"
    assert names(product_list.page(Filters(archived=True)).products) == ["Earl Grey"]
    products.archive(product, False, DESK)
    assert products.by_code("EG-1") == product and last_event(product).kind == "product.restored"


@pytest.mark.parametrize("write", [
    lambda product: products.create(facts_of(product), None, CLERK), lambda product: products.change(product, facts_of(product), 1, CLERK),
    lambda product: products.archive(product, True, CLERK),          lambda product: categories.add(THEE, by=CLERK),
    lambda product: categories.change(1, {"name": "x"}, by=CLERK),   lambda product: categories.remove(1, by=CLERK),
])
def test_it_takes_the_right_to_change_products(shop, write):
    product = products.get(a_product().id)
    with pytest.raises(Refused, match="You may not do this"):
        write(product)


# Finding

@pytest.mark.parametrize("code", ["EG-1", "eg-1", " EG-1 ", "0012345678905", "012345678905", "12345678905", "00012345678905"])
def test_a_code_finds_its_product(shop, code):
    product = a_product(sku="EG-1", ean="012345678905")
    assert products.by_code(code) == product


@pytest.mark.parametrize("code", ["", "  ", "EG", "EG-11", "G-1", "12345678904", "%", "_G-1", "9" * 40])
def test_a_code_that_is_nobodys_finds_nothing(shop, code):
    a_product(sku="EG-1", ean="012345678905")
    assert products.by_code(code) is None


def test_an_exact_code_comes_before_words(shop):
    for name in ("100 jaar thee", "Thee 100", "Zwarte thee"):
        a_product(name, sku="100" if name == "Zwarte thee" else "")
    assert names(products.find("100")) == ["Zwarte thee", "100 jaar thee", "Thee 100"]
    assert names(products.find("100", limit=2)) == ["Zwarte thee", "100 jaar thee"]


@pytest.mark.parametrize("text", ["grey", "EARL", "ear gre", "100 earl", "eg-1", "56789", "créme", "x"])
def test_words_are_found_anywhere_in_name_variant_sku_and_ean(shop, text):
    tea = a_product("Earl Grey crème", variant="100 g", sku="EG-1", ean="8712345678906")
    a_product("Sencha")
    assert products.find(text) == ([] if text == "x" else [tea])


def test_finding_nothing_in_particular_finds_nothing(shop):
    a_product()
    assert products.find("   ") == []


def test_an_unknown_product_is_said_to_be_unknown(shop):
    with pytest.raises(NotFound, match="does not exist"):
        products.get(4711)


# The list

def test_the_list_goes_by_name_whatever_its_capitals_and_accents_both_ways(shop):
    for name in ("zwart", "Één", "appel", "Banaan", "appel"):
        a_product(name)
    first = product_list.page(Filters(), size=2)
    second = product_list.page(Filters(), after=first.later, size=2)
    third = product_list.page(Filters(), after=second.later, size=2)
    assert [names(page.products) for page in (first, second, third)] == [["appel", "appel"], ["Banaan", "Één"], ["zwart"]]
    assert (first.earlier, third.later, first.total) == (None, None, 5)
    assert names(product_list.page(Filters(), before=third.earlier, size=2).products) == ["Banaan", "Één"]
    assert product_list.page(Filters(), before=second.earlier, size=2) == first


def test_the_list_is_filtered_by_words_category_and_what_is_put_away(shop):
    tea, cup = a_product("Sencha", category="Thee"), a_product("Kop", category="Servies")
    assert names(product_list.page(Filters(text="sench")).products) == ["Sencha"]
    assert names(product_list.page(Filters(category=cup.category_id)).products) == ["Kop"]
    assert product_list.page(Filters(text="sench", category=cup.category_id)).total == 0
    products.archive(tea, True, DESK)
    assert names(product_list.page(Filters()).products) == ["Kop"]


def test_a_place_in_the_list_that_is_gone_is_its_beginning(shop):
    a_product()
    assert names(product_list.page(Filters(), after=4711).products) == names(product_list.page(Filters(), before=4711).products) == ["Earl Grey"]


# Categories

def test_a_category_is_made_by_naming_it_once(shop):
    one, two = a_product("A", category="Losse thee"), a_product("B", category="losse THEE")
    assert one.category_id == two.category_id
    assert {each.name: each.products_in for each in categories.with_counts()} == {"Algemeen": 0, "Losse thee": 2}


def test_a_category_gets_another_name_tone_and_icon(shop):
    category = categories.add(THEE, by=DESK)
    categories.change(category.id, {"name": "Koffie", "tone": "amber", "icon": "coffee"}, by=DESK)
    changed = categories.get(category.id)
    assert (changed.name, changed.tone, changed.icon) == ("Koffie", "amber", "coffee")
    with pytest.raises(Invalid) as refused:
        categories.add(THEE | {"name": "koffie"}, by=DESK)
    assert str(refused.value.errors["name"]) == "There is already one with this name."
    with pytest.raises(Invalid) as refused:
        categories.change(category.id, {"name": " ", "tone": "mauve", "icon": "skull"}, by=DESK)
    assert set(refused.value.errors) == {"name", "tone", "icon"}


def test_a_category_goes_when_nothing_is_in_it(shop):
    product = a_product(category="Thee")
    with pytest.raises(Refused, match="There are still products in Thee: 1"):
        categories.remove(product.category_id, by=DESK)
    was = product.category_id
    change(product, category="")
    categories.remove(was, by=DESK)
    with pytest.raises(NotFound):
        categories.get(was)


def test_a_category_that_coupons_are_about_stays(shop):
    category = categories.add(THEE, by=DESK)
    CouponScope.create(coupon=Coupon.create(code="THEE", kind="percent", value=1000), category=category)
    with pytest.raises(Refused, match="Coupons or labels are about Thee"):
        categories.remove(category.id, by=DESK)
