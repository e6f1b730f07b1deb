"""The stock list and the ledger."""

import pytest

from models import Line, Product
from money import Quantity
from rules import stock_book, stock_list
from rules.stock_list import Filters
from tests.factories import a_draft, a_product
from tests.queries import asked


def names(filters=None, **place):
    return [product.name for product in stock_list.page(filters or Filters(), **place).products]


@pytest.fixture
def shelf(by):
    """One of each: plenty, low, out, negative, and half of it held; a service, and two that were put away."""
    a_product("Assam", on_hand=50)
    a_product("Bergamot", on_hand=3, low_stock=Quantity.pieces(3))
    a_product("Ceylon", on_hand=0)
    a_product("Darjeeling", on_hand=-2)
    held = a_product("Earl Grey", on_hand=4)
    draft = a_draft(by, held)
    Line.update(held=Quantity.pieces(1)).where(Line.order == draft).execute()
    Product.update(held=Quantity.pieces(1)).where(Product.id == held.id).execute()
    a_product("Inpakken", is_tracked=False)
    for name, quantity in (("Oud", 0), ("Oud maar er nog", 2)):
        Product.update(archived=True).where(Product.id == a_product(name, on_hand=quantity).id).execute()
    return held


def test_it_lists_what_stock_is_kept_of_by_name_and_what_is_still_there_of_old_things(shelf):
    assert names() == ["Assam", "Bergamot", "Ceylon", "Darjeeling", "Earl Grey", "Oud maar er nog"]


@pytest.mark.parametrize(("state", "found"), [
    ("low", ["Bergamot"]), ("out", ["Ceylon", "Darjeeling"]), ("negative", ["Darjeeling"]), ("held", ["Earl Grey"]), ("nonsense", 6),
])
def test_only_what_asks_for_attention(shelf, state, found):
    assert names(Filters(state=state)) == found or len(names(Filters(state=state))) == found
    if isinstance(found, list):
        assert stock_list.counts()[state] == len(found)


def test_words_and_state_go_together_and_pages_go_on(shelf):
    assert names(Filters("ceyl", "out")) == ["Ceylon"] and names(Filters("assam", "out")) == []
    first = stock_list.page(Filters(), size=2)
    assert names(after=first.later, size=2) == ["Ceylon", "Darjeeling"]


def test_the_ledger_says_what_was_left_after_each_and_goes_on_by_key(by, shelf):
    for counted in (7, 3, 9, 8, 2):
        stock_book.count(shelf, Quantity.pieces(counted), by=by)
    product = Product.get_by_id(shelf.id)
    everything = stock_list.ledger(product)
    assert [entry.balance for entry in everything.entries] == [Quantity.pieces(number) for number in (2, 8, 9, 3, 7, 4)]
    first = stock_list.ledger(product, size=2)
    second = stock_list.ledger(product, older_than=first.older, size=2)
    third = stock_list.ledger(product, older_than=second.older, size=2)
    assert first.entries + second.entries + third.entries == everything.entries and third.older is None
    assert stock_list.ledger(product, newer_than=third.newer, size=2).entries == second.entries
    with asked() as queries:
        for entry in stock_list.ledger(product).entries:
            entry.movement.event.facts
            entry.movement.order
    assert len(queries) == 1


def test_the_ledger_of_what_never_moved_is_empty(shop):
    assert stock_list.ledger(a_product()).entries == [] and stock_list.holding(a_product("Leeg")) == []


def test_it_says_for_which_orders_it_is_held(shelf):
    (holding,) = stock_list.holding(Product.get_by_id(shelf.id))
    assert holding.held == Quantity.pieces(1) and holding.number
