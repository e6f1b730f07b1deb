"""Setting an order's status in the browser: what it does is shown first, done once, and undone for a moment."""

import re

import pytest

from models import Letter, Line, Operator, Order, Parcel, Preference, Product, Role, Stage
from money import Quantity
from rules import cart, letter_templates, order_customer, orders
from rules import shop as shops
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_draft, a_product
from tests.queries import asked


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def partials(html):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))


def url(order, path=""):
    return f"/orders/{order.number}/status{path}"


def asking(order, status, **fields):
    """The fields of a press on a status, or with confirmed=1 of its dialog."""
    return {"status": status.id, "version": Order.get_by_id(order.id).version} | fields


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey 100 g", 495, on_hand=10, low_stock=Quantity.pieces(8))


@pytest.fixture
def draft(by, tea):
    draft = a_draft(by, tea)
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        cart.change_quantity(order, Line.get().id, Quantity.pieces(3), by=by)
        order_customer.change_billing(order, {"name": "Sanne de Boer", "email": "sanne@example.nl"}, version=None, by=by)
    return orders.find(draft.number)


@pytest.fixture
def order(draft, shop, htmx):
    """Placed, without its letters."""
    page(htmx.post(url(draft), data=asking(draft, shop.status_for(Stage.OPEN), confirmed=1)))
    return orders.find(draft.number)


@pytest.fixture
def joost(app, shop):
    client = signed_in(app, Operator.create(name="Joost van Dijk", email="joost@example.nl", role=Role.get(Role.key == "manager")))
    shops.touch()
    client.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    return client


@pytest.fixture
def clerk(app, shop):
    client = signed_in(app, Operator.create(name="Mies", email="mies@example.nl", role=Role.get(Role.key == "clerk")))
    shops.touch()
    client.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    return client


def counts():
    product = Product.get(Product.name == "Earl Grey 100 g")
    return product.on_hand.thousandths // 1000, product.held.thousandths // 1000


def shipping(tea, **fields):
    return {"confirmed": 1, "stock": 1, "take": tea.id, "letter": "shipped:customer"} | fields


def test_placing_shows_the_letters_first_and_then_does_it_with_an_undo(htmx, shop, draft):
    stage = shop.status_for(Stage.OPEN)
    dialog = partials(page(htmx.post(url(draft), data=asking(draft, stage))))["layout-sheets"]
    assert "sanne@example.nl" in dialog and "Plaats bestelling" in dialog and 'value="confirmation:customer" checked' in dialog
    assert orders.find(draft.number).is_draft
    html = page(htmx.post(url(draft), data=asking(draft, stage, confirmed=1, letter="confirmation:customer")))
    assert "Bestelling 1 geplaatst" in html and "In afwachting" in partials(html)["orders-status"]
    assert Letter.get().recipient == "sanne@example.nl" and counts() == (10, 3)
    change = re.search(r'name="change" value="(\d+)"', html)[1]
    back = page(htmx.post(url(draft, "/undo"), data={"change": change, "undo": 1}))
    assert "Concept" in partials(back)["orders-status"] and Order.get().placed is None and counts() == (10, 0)
    assert Letter.get().state == "cancelled"


def test_a_letter_whose_invoice_cannot_be_made_says_so_and_is_not_proposed(htmx, shop, draft):
    letter_templates.set_use("confirmation", active=True, attach="invoice_ubl", by=DESK)
    stage = shop.status_for(Stage.OPEN)
    dialog = partials(page(htmx.post(url(draft), data=asking(draft, stage))))["layout-sheets"]
    assert "met de factuur en UBL" in dialog and "btw-nummer" in dialog and 'value="confirmation:customer" disabled' in dialog
    page(htmx.post(url(draft), data=asking(draft, stage, confirmed=1)))
    assert not Letter.select().exists() and not orders.find(draft.number).is_draft


def test_what_asks_nothing_is_done_at_once(htmx, shop, order):
    html = page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.PREPARING))))
    assert "layout-sheets" not in partials(html) and "In behandeling" in partials(html)["orders-status"]


def test_shipping_shows_the_stock_now_and_then_the_letter_and_the_label(htmx, shop, order):
    dialog = partials(page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED)))))["layout-sheets"]
    row = " ".join(re.sub("<[^>]+>", " ", re.search(r"<tbody>(.*?)</tbody>", dialog, re.S)[1]).split())
    assert row == "Earl Grey 100 g laag: 8 of minder 10 −3 7"
    for text in ("Er moet nog €\xa014,85 betaald worden", "E-mail naar Sanne de Boer", "Trackingcode", "autofocus"):
        assert text in dialog
    assert counts() == (10, 3) and orders.find(order.number).status.stage == Stage.OPEN


def test_the_dialog_does_what_was_chosen(htmx, shop, order, tea):
    typed = shipping(tea, courier=next(iter(shop.couriers)), tracking_code="3S VDYK 0184533")
    html = page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED), **typed)))
    assert "Verzonden" in partials(html)["orders-status"] and "3SVDYK0184533" in partials(html)["parcels-parcels"]
    letter = Letter.get(Letter.template == "shipped")
    assert "3SVDYK0184533" in letter.text and counts() == (7, 0)
    assert Parcel.get().shipped_at is not None


def test_a_switched_off_letter_does_not_go_and_is_off_the_next_time(htmx, shop, order, tea, by):
    shipped = shop.status_for(Stage.SHIPPED)
    page(htmx.post(url(order), data=asking(order, shipped, **shipping(tea, letter=""))))
    assert not Letter.select().where(Letter.template == "shipped").exists()
    assert Preference.get(Preference.name == f"status:{shipped.id}").value["letters"] == {"shipped:customer": False}
    page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.PREPARING), confirmed=1, stock=1, take=tea.id)))
    dialog = partials(page(htmx.post(url(order), data=asking(order, shipped))))["layout-sheets"]
    assert 'value="shipped:customer">' in dialog


def test_a_letter_that_went_is_proposed_switched_off(htmx, shop, order, tea):
    shipped = shop.status_for(Stage.SHIPPED)
    page(htmx.post(url(order), data=asking(order, shipped, **shipping(tea))))
    page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.PREPARING), confirmed=1, stock=1, take=tea.id)))
    dialog = partials(page(htmx.post(url(order), data=asking(order, shipped))))["layout-sheets"]
    assert "Eerder verstuurd" in dialog and 'value="shipped:customer">' in dialog


def test_stock_that_is_left_alone_needs_a_reason_which_stays_with_the_line(htmx, shop, order, tea):
    shipped = shop.status_for(Stage.SHIPPED)
    html = page(htmx.post(url(order), data=asking(order, shipped, confirmed=1, tracking_code="3SABC")), 422)
    form = partials(html)["order-status-form"]
    assert "Zeg waarom de voorraad blijft zoals die is" in form and 'value="3SABC"' in form and counts() == (10, 3)
    page(htmx.post(url(order), data=asking(order, shipped, confirmed=1, reason="Uit de etalage")))
    assert counts() == (10, 0) and Line.get().stock_note == "Uit de etalage"
    dialog = partials(page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.COMPLETED)))))["layout-sheets"]
    assert "Eerder overgeslagen: Uit de etalage" in dialog and f'value="{tea.id}">' in dialog


def test_too_little_is_a_choice_for_who_may_and_a_refusal_for_who_may_not(htmx, clerk, shop, draft, by):
    with orders.changing(draft.number, "line", version=None, by=by) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity.pieces(12), by=by)
    stage = shop.status_for(Stage.OPEN)
    assert "Er is nog maar 10 van Earl Grey 100 g" in page(clerk.post(url(draft), data=asking(draft, stage)), 422)
    dialog = partials(page(htmx.post(url(draft), data=asking(draft, stage))))["layout-sheets"]
    assert "nog 10, gevraagd 12" in dialog and "Toch verkopen" in dialog
    assert "Er is te weinig" in page(htmx.post(url(draft), data=asking(draft, stage, confirmed=1)), 422)
    page(htmx.post(url(draft), data=asking(draft, stage, confirmed=1, oversell=1)))
    assert counts() == (10, 12)


def test_what_others_changed_meanwhile_is_shown_again_before_it_is_done(htmx, joost, shop, order, tea):
    seen = asking(order, shop.status_for(Stage.SHIPPED), **shipping(tea))
    page(joost.post(f"/orders/{order.number}/lines/{Line.get().id}/quantity", data={"quantity": "5", "version": order.version}))
    form = partials(page(htmx.post(url(order), data=seen), 422))["order-status-form"]
    assert "intussen gewijzigd" in form and "−5" in form and counts() == (10, 5)
    page(htmx.post(url(order), data=seen | {"version": Order.get().version}))
    assert counts() == (5, 0)


def test_two_statuses_at_once_the_second_is_told_by_whom(htmx, joost, shop, order):
    seen = asking(order, shop.status_for(Stage.CANCELLED))
    page(joost.post(url(order), data=asking(order, shop.status_for(Stage.PREPARING))))
    found = partials(page(htmx.post(url(order), data=seen), 409))
    assert "Joost van Dijk heeft net hetzelfde gewijzigd (In afwachting werd In behandeling)" in found["layout-notice"]
    assert "In behandeling" in found["orders-status"]


def test_a_repeated_press_has_one_effect(htmx, shop, order, tea):
    data = asking(order, shop.status_for(Stage.SHIPPED), **shipping(tea, tracking_code="3SABC"))
    for _ in range(3):
        page(htmx.post(url(order), data=data))
    assert counts() == (7, 0) and Parcel.select().count() == Letter.select().where(Letter.template == "shipped").count() == 1


def test_a_label_that_blocks_is_a_warning(htmx, shop, order):
    label = shop.labels_for("order")[0]
    type(label).update(blocks_shipping=True).where(type(label).id == label.id).execute()
    shops.touch()
    with orders.changing(order.number, "label", version=None, by=DESK) as changed:
        orders.add_label(changed, label.id, by=DESK)
    assert f"Het label {label.name} zegt" in page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED))))


def test_the_letter_follows_the_code_that_is_typed(htmx, shop, order):
    courier = next(iter(shop.couriers))
    data = asking(order, shop.status_for(Stage.SHIPPED), courier=courier, tracking_code="3SXYZ", letter="shipped:customer", confirmed=1)
    html = page(htmx.get(url(order, "/letters"), query_string=data))
    assert "3SXYZ" in html and not Parcel.select().exists()


def test_without_script_the_dialog_is_a_page(client, shop, order, tea):
    html = page(client.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED))))
    assert "<html" in html and "Voorraad bijwerken" in html
    answer = client.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED), **shipping(tea)))
    assert answer.status_code == 303 and counts() == (7, 0)


def test_an_empty_draft_says_what_it_lacks(htmx, client, by, shop):
    draft = a_draft(by)
    data = {"status": shop.status_for(Stage.OPEN).id}
    assert "Leg eerst iets in de winkelmand" in partials(page(htmx.post(url(draft), data=data), 422))["layout-notice"]
    assert "Leg eerst iets in de winkelmand" in page(client.post(url(draft), data=data), 422)


@pytest.mark.parametrize("status", ["", "0", "999", "x", "9" * 40])
def test_an_unknown_status_is_not_found(client, order, status):
    assert client.post(url(order), data={"status": status}).status_code == 404
    assert client.get(url(order, "/letters"), query_string={"status": status}).status_code == 404
    assert Order.get().status_id == order.status_id


@pytest.mark.parametrize("change", ["", "0", "999", "x", "9" * 40])
def test_an_unknown_change_is_not_undone(htmx, order, change):
    assert "kan niet meer ongedaan" in page(htmx.post(url(order, "/undo"), data={"change": change}), 422)


@pytest.mark.parametrize("bad", ["<script>alert(1)</script>", "‮geheim", "x" * 6_000, "bel\x00"])
def test_bad_input_is_refused_at_its_field_with_all_that_was_typed(htmx, shop, order, tea, bad):
    data = asking(order, shop.status_for(Stage.SHIPPED), **shipping(tea, courier="other", courier_name=bad))
    answer = htmx.post(url(order), data=data)
    if answer.status_code == 422:
        assert counts() == (10, 3) and "order-status-courier" in answer.text
    else:
        assert Parcel.get().courier_name == bad
    assert "<script>alert" not in answer.text


def test_a_clerk_is_told_which_right_is_missing(clerk, shop, order):
    html = page(clerk.post(url(order), data=asking(order, shop.status_for(Stage.CANCELLED))), 422)
    assert "Bestellingen annuleren" in html


def test_the_dialog_of_fifty_lines_takes_few_queries(htmx, shop, by):
    order = a_draft(by, *(a_product(f"Thee {number}", on_hand=5) for number in range(50)))
    with asked() as queries:
        page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.COMPLETED))))
    assert len(queries) <= 12, queries


def test_a_glance_in_the_list_sets_the_status_too(htmx, shop, order, tea):
    assert 'name="glance" value="1"' in page(htmx.get(f"/orders/{order.number}/glance"))
    dialog = partials(page(htmx.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED), glance=1))))["layout-sheets"]
    assert 'name="glance" value="1"' in dialog
    answer = htmx.post(url(order), data=asking(order, shop.status_for(Stage.SHIPPED), glance=1, **shipping(tea)))
    assert "Verzonden" in page(answer) and answer.headers["HX-Trigger"] == "sheet-close" and "orders-status" not in answer.text
    assert counts() == (7, 0)
