"""Addresses without signing in: each opens its own order for its own purpose, and can be shown again and withdrawn."""

import pytest

import config
from models import Event, Link, Stage
from rules import links, orders, status
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from tests import factories


def token(address):
    return address.rpartition("/")[2]


def withdraw(order, purpose, by):
    with orders.changing(order.number, "link", version=None, by=by) as changed:
        links.revoke(changed, purpose, by=by)


def test_the_same_address_is_shown_each_time(placed_order):
    assert links.page_url(placed_order) == links.page_url(orders.find(placed_order.number))
    assert links.page_url(placed_order).startswith(f"{config.BASE_URL}/o/")
    assert links.pay_url(placed_order).startswith(f"{config.BASE_URL}/pay/")
    assert Link.select().count() == 2


def test_a_token_is_long_and_only_its_hash_is_kept(placed_order):
    secret = token(links.page_url(placed_order))
    assert len(secret) * 6 >= 128
    assert secret not in str(Link.select().dicts().get())


def test_a_token_opens_its_own_order_for_its_own_purpose(shop, by, placed_order):
    another = factories.a_placed_order(shop, by)
    pages, pays = {token(links.page_url(each)): each for each in (placed_order, another)}, token(links.pay_url(placed_order))
    assert len(pages) == 2
    for secret, order in pages.items():
        assert links.opened(secret, "page", shop) == order
    assert links.opened(pays, "pay", shop) == placed_order
    with pytest.raises(NotFound):
        links.opened(pays, "page", shop)


@pytest.mark.parametrize("guess", ["", "1", "0" * 24, "é" * 24, "\x00" * 24, "0" * 10_000])
def test_no_guess_opens_anything(shop, placed_order, guess):
    links.page_url(placed_order)
    with pytest.raises(NotFound):
        links.opened(guess, "page", shop)


def test_an_address_can_be_told_before_it_works(shop, placed_order):
    told = links.address(placed_order, "pay")
    assert not Link.select().exists()
    assert links.standing(placed_order, "pay") == ""
    with pytest.raises(NotFound):
        links.opened(token(told), "pay", shop)
    assert links.pay_url(placed_order) == told == links.standing(placed_order, "pay")


def test_a_draft_has_no_address(shop, by):
    draft = factories.a_draft(by, factories.a_product())
    with pytest.raises(Refused, match="a draft"):
        links.page_url(draft)


def test_an_order_that_is_a_draft_again_is_opened_by_nobody(shop, by, placed_order):
    secret = token(links.page_url(placed_order))
    status.change(placed_order.number, shop.status_for(Stage.DRAFT), version=None, by=by)
    with pytest.raises(NotFound):
        links.opened(secret, "page", shop)


def test_what_was_withdrawn_opens_nothing_and_the_next_one_is_another(shop, by, placed_order):
    first, page = links.pay_url(placed_order), links.page_url(placed_order)
    withdraw(placed_order, "pay", by)
    assert links.standing(placed_order, "pay") == ""
    second = links.pay_url(placed_order)
    assert second != first
    assert links.opened(token(second), "pay", shop) == placed_order
    assert links.opened(token(page), "page", shop) == placed_order
    with pytest.raises(NotFound):
        links.opened(token(first), "pay", shop)
    assert Event.select().where(Event.kind == "link.revoked", Event.order == placed_order).count() == 1


def test_only_who_may_withdraws_an_address(placed_order):
    links.pay_url(placed_order)
    with pytest.raises(Refused, match="lacks the right"):
        links.revoke(placed_order, "pay", by=Actor(None, "Bo", frozenset(("orders.edit",))))


def test_there_must_be_something_to_withdraw(by, placed_order):
    with pytest.raises(Refused, match="no address"):
        withdraw(placed_order, "pay", by)


def test_with_another_key_the_old_address_still_opens_and_another_is_shown(shop, by, placed_order, monkeypatch):
    old = links.page_url(placed_order)
    monkeypatch.setenv("SECRET_KEY", "another one")
    new = links.page_url(placed_order)
    assert new != old
    assert links.page_url(placed_order) == new
    for each in (old, new):
        assert links.opened(token(each), "page", shop) == placed_order
    withdraw(placed_order, "page", by)
    for each in (old, new):
        with pytest.raises(NotFound):
            links.opened(token(each), "page", shop)


def test_a_restored_shop_gives_out_other_addresses_for_the_keys_it_gives_out_again(placed_order):
    told = links.address(placed_order, "page")
    placed_order.created = placed_order.created.replace(year=2020)
    assert links.address(placed_order, "page") != told


def test_making_one_by_hand_is_told_once(by, placed_order):
    for _ in range(2):
        with orders.changing(placed_order.number, "link", version=None, by=by) as order:
            assert links.make(order, "pay", by=by) == links.pay_url(placed_order)
    assert Event.select().where(Event.kind == "link.made", Event.order == placed_order).count() == 1
