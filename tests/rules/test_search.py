"""Words are found anywhere, whatever their case and accents, on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from models import Product
from money import Money
from rules import search


@pytest.fixture
def products(shop):
    for name in ("Crème brûlée-set", "Koffiebonen Ethiopië 1 kg", "Theepot (gietijzer) 100% zwart", "Ĳsschep Ø 6 cm"):
        Product.create(name=name, price=Money(1_000), vat_category=next(iter(shop.vat_categories)), search=search.fold(name))


def found(query):
    condition = search.matches(Product, query)
    return [] if condition is None else [product.name for product in Product.select().where(condition).order_by(Product.id)]


@pytest.mark.parametrize("query, name", [
    ("creme brulee", "Crème brûlée-set"), ("BRÛL", "Crème brûlée-set"), ("iebonen ethi", "Koffiebonen Ethiopië 1 kg"), ("kg", "Koffiebonen Ethiopië 1 kg"),
    ("100%", "Theepot (gietijzer) 100% zwart"), ("(giet", "Theepot (gietijzer) 100% zwart"), ("ijsschep", "Ĳsschep Ø 6 cm"), ("o 6", "Ĳsschep Ø 6 cm"),
])
def test_part_of_a_word_finds_it(products, query, name):
    assert found(query) == [name]


def test_every_word_must_be_there(products):
    assert found("koffie theepot") == []


@pytest.mark.parametrize("query", ['"', '""', "'", "%", "_", "%_%_%", "*", "AND", "NEAR(a b)", "a\x00b", "(((((", "\\", "-koffie", "col:x", ""])
def test_odd_signs_are_looked_for_as_they_are(products, query):
    assert len(found(query)) <= 1


@given(query=st.text(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_search(products, query):
    found(query)


@given(text=st.text(max_size=60))
def test_folding_twice_changes_nothing_more(text):
    assert search.fold(search.fold(text)) == search.fold(text)
