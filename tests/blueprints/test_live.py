"""What open pages ask for when they hear that something changed."""

import re
from datetime import timedelta

import pytest

from blueprints.support.plot import plot, step_of
from models import Device, Order, Role, Stage, now
from money import Money
from rules import orders, presence, shop as shops, status
from rules.presence import Here
from rules.today import Span
from tests.conftest import signed_in
from tests.factories import a_placed_order
from tests.queries import asked

A_MINUTE_AGO = f"{(now() - timedelta(minutes=1)).isoformat()}Z"


@pytest.fixture
def order(shop, by):
    return a_placed_order(shop, by)


def parts(page):
    return set(re.findall(r'<hx-partial hx-target="#([\w-]+)"', page.text))


def test_an_order_is_shown_anew_where_it_changed(htmx, by, order):
    seen = order.version
    with orders.changing(order.number, "source", version=seen, by=by) as changed:
        orders.set_source(changed, next(iter(shops.current().sources.values())), by=by)
    page = htmx.get(f"/live/orders/{order.number}?version={seen}")
    assert {"orders-desk", "orders-timeline", "orders-version"} <= parts(page)
    assert "cart-lines" not in parts(page)
    assert f'data-version value="{seen + 1}"' in page.text


def test_what_was_seen_already_is_not_sent_again(htmx, order):
    page = htmx.get(f"/live/orders/{order.number}?version={order.version}")
    assert parts(page) == {"orders-head", "orders-state", "orders-timeline", "orders-version"}


def test_who_changed_it_is_said_unless_it_was_oneself(app, htmx, shop, order):
    anna = type(next(iter(shop.operators.values()))).create(name="Anna Visser", email="anna@example.nl", role=Role.get(Role.key == "owner"))
    shops.touch()
    status.change(order.number, shop.status_for(Stage.PREPARING), version=None, by=shops.current().actor(anna.id))
    address = f"/live/orders/{order.number}?version={order.version}"
    assert "Anna Visser wijzigde dit" in htmx.get(address).text
    hers = signed_in(app, anna)
    assert "orders-others" not in parts(hers.get(address))


def test_rows_come_as_the_list_has_them_and_new_orders_are_counted(htmx, shop, by, order):
    new = [a_placed_order(shop, by) for _ in range(2)]
    page = htmx.get(f"/live/orders?at={A_MINUTE_AGO}&row={order.id}&new={new[0].id}&new={new[1].id}")
    assert re.findall(r'class="cover"[^>]*>([^<]+)<', page.text) == [order.number]
    assert f'<tr data-version="{order.version}">' in page.text
    assert "2 nieuwe bestellingen" in page.text
    assert re.search(r'Te betalen <span class="count">3<', page.text)


def test_only_what_the_list_would_find_is_new_to_it(htmx, shop, by, order):
    draft = orders.create(by=by)
    counted = f"/live/orders?at={A_MINUTE_AGO}&new={order.id}&new={draft.id}&q="
    assert "1 nieuwe bestelling" in htmx.get(counted).text
    assert "1 nieuwe bestelling" in htmx.get(counted + "koffiebonen").text
    assert "live-pill" not in htmx.get(counted + "status:verzonden").text
    Order.update(placed=now() - timedelta(days=1)).execute()
    assert "live-pill" not in htmx.get(counted).text, "it was placed before the list was made"


@pytest.mark.parametrize("address", ["/live/orders", "/live/orders?row=x&row=99999999999999&new=-1&at=yesterday&q=%22", "/live/orders?row=0"])
def test_nonsense_finds_nothing(htmx, order, address):
    page = htmx.get(address)
    assert page.status_code == 200
    assert 'class="cover"' not in page.text


def test_everybody_else_with_the_order_open_is_named(htmx, owner, order):
    other = Device.create(key="kitchen", name="Keuken")
    presence.keep([Here(order.id, owner.id, other.id)])
    page = htmx.get(f"/live/orders/{order.number}/people")
    assert "Je hebt deze bestelling ook op een ander apparaat open" in page.text
    presence.leave(Here(order.id, owner.id, other.id))
    presence.keep([Here(order.id, owner.id, Device.select().where(Device.id != other.id).get().id)])
    assert "chip" not in htmx.get(f"/live/orders/{order.number}/people").text, "never oneself on the same device"


def test_who_asks_is_there(client, order):
    told = client.get(f"/live/since?id=0&order={order.number}").json
    assert told["changes"]
    assert [here.order for here in presence.at([order.id])] == [order.id]
    assert "here" in client.get(f"/live/since?id={told['id']}&order={order.number}").json
    assert "here" not in client.get(f"/live/since?id={told['id']}&order=no-such").json


def test_asking_takes_a_handful_of_queries(client, order):
    address = f"/live/since?id={client.get('/live/since?id=0').json['id']}&order={order.number}"
    client.get(address)
    with asked() as seen:
        client.get(address)
    assert len(seen) <= 8


@pytest.mark.parametrize("address", ["/live/orders", "/live/orders/{number}", "/live/orders/{number}/people"])
def test_who_may_not_see_orders_is_refused(app, owner, order, address):
    Role.update(rights=["customers.see"]).where(Role.id == owner.role_id).execute()
    shops.touch()
    assert signed_in(app, owner).get(address.format(number=order.number)).status_code == 403


def test_an_order_that_is_not_there_is_said_so(htmx):
    assert htmx.get("/live/orders/no-such").status_code == 404


def test_nobody_listens_who_is_not_signed_in(visitor):
    for address in ("/live", "/live/since", "/live/orders"):
        assert visitor.get(address, headers={"HX-Request": "true"}).status_code == 401


def spans(*amounts):
    return [Span(now(), Money(sold), Money(before), False, False) for sold, before in amounts]


@pytest.mark.parametrize("highest, step", [(0, 100), (399, 100), (401, 200), (30_000, 10_000), (87_493, 50_000), (124_876_422, 50_000_000)])
def test_a_plot_has_round_lines_and_four_at_most(highest, step):
    assert step_of(highest) == step
    assert 1 <= len(plot(spans((highest, 0))).lines) - 1 <= 4


def test_a_plot_fits_its_box():
    drawn = plot(spans((0, 40_000), (40_000, 0), (-5_000, 20_000)))
    assert [(bar.top, bar.height, bar.line) for bar in drawn.bars] == [(88.0, 0.0, 6.0), (6.0, 82.0, None), (88.0, 0.0, 47.0)]
    assert drawn.lines == [(0, 88.0), (100, 67.5), (200, 47.0), (300, 26.5), (400, 6.0)]
    assert drawn.bars[0].left == 8.0
    assert round(drawn.bars[-1].left + drawn.bars[-1].wide) == 100
