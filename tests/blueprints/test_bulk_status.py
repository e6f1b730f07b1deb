"""The ticked orders to one status: what all of it would do in one dialog, and then doing it."""

import re

import pytest

from models import Job, JobRow, Letter, Line, Order, Product, Stage
from money import Quantity
from rules import bulk_status, cart, checks, jobs, letter_templates, order_customer, orders, status
from rules.rights import DESK
from tests.factories import a_draft, a_product
from tests.queries import asked


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def text_of(html):
    return " ".join(re.sub("<[^>]+>", " ", html).split())


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey 100 g", 495, on_hand=10)


def an_order(tea, shop, by, pieces=2, email="sanne@example.nl", stage=Stage.OPEN):
    draft = a_draft(by, tea)
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        cart.change_quantity(order, Line.get(Line.order == draft).id, Quantity.pieces(pieces), by=by)
        order_customer.change_billing(order, {"name": "Sanne de Boer", "email": email}, version=None, by=by)
    return status.change(draft.number, shop.status_for(stage), version=None, by=by, choices=status.Choices(letters=frozenset()))


@pytest.fixture
def three(tea, shop, by):
    return [an_order(tea, shop, by), an_order(tea, shop, by, 3, ""), an_order(tea, shop, by, 1)]


def ticked(some, wanted, **fields):
    return {"order": [order.id for order in some], "to": wanted.id, "key": f"key-{len(fields)}-{wanted.id}"} | fields


def on_hand():
    return Product.get().on_hand.thousandths // 1000


def test_one_summary_says_what_all_of_them_do(htmx, three, shop):
    html = text_of(page(htmx.post("/orders/statuses", data=ticked(three, shop.status_for(Stage.SHIPPED)))))
    for said in ("Bestellingen op Verzonden zetten", "Geselecteerd 3", "Earl Grey 100 g 10 −6 4", "E-mail naar 2 klanten",
                 "1 bestelling heeft geen e-mailadres", "3 bestellingen hebben geen trackingcode"):
        assert said in html
    assert on_hand() == 10 and not Job.select().exists()


def test_then_each_is_done_with_its_stock_and_its_letter(htmx, three, shop):
    shipped = shop.status_for(Stage.SHIPPED)
    answer = htmx.post("/orders/statuses", data=ticked(three, shipped, confirmed=1, asks_stock=1, stock=1, asks_letters=1, letters=1))
    assert "3 bestellingen" in page(answer) and "sheet-close" in answer.headers["HX-Trigger"] and {order.status_id for order in Order.select()} == {shipped.id}
    assert on_hand() == 4 and Letter.select().count() == 2 and not list(checks.run())


def test_what_is_switched_off_stays_off_and_the_reason_is_kept(htmx, three, shop):
    shipped = shop.status_for(Stage.SHIPPED)
    data = ticked(three, shipped, confirmed=1, asks_stock=1, asks_letters=1)
    html = page(htmx.post("/orders/statuses", data=data), 422)
    assert "Zeg waarom de voorraad blijft zoals die is" in html and on_hand() == 10
    page(htmx.post("/orders/statuses", data=data | {"reason": "Al geteld"}))
    assert on_hand() == 10 and not Letter.select().exists()
    assert {line.stock_note for line in Line.select()} == {"Al geteld"}
    dialog = page(htmx.post("/orders/statuses", data=ticked(three, shipped)))
    assert "Zijn dat al" in dialog


def test_exceptions_are_named_and_left_out(htmx, tea, shop, by):
    some = [an_order(tea, shop, by, 6), an_order(tea, shop, by, 4, stage=Stage.CANCELLED), an_order(tea, shop, by, 3, stage=Stage.CANCELLED)]
    opened = shop.status_for(Stage.OPEN)
    by_clerk = ticked(some, opened)
    html = text_of(page(htmx.post("/orders/statuses", data=by_clerk)))
    assert "Verkoop ook wat er niet is" in html and "Zijn dat al 1" in html
    page(htmx.post("/orders/statuses", data=by_clerk | {"confirmed": 1}), 204)
    job = Job.get()
    assert jobs.counts(job) == {"done": 1, "same": 1, "refused": 1, "waiting": 0}
    assert "Er is nog maar 0 van Earl Grey" in page(htmx.get(f"/jobs/{job.id}"))
    assert not list(checks.run())


def test_selling_what_is_not_there_is_a_choice(htmx, tea, shop, by):
    some = [an_order(tea, shop, by, 6, stage=Stage.CANCELLED), an_order(tea, shop, by, 7, stage=Stage.CANCELLED)]
    page(htmx.post("/orders/statuses", data=ticked(some, shop.status_for(Stage.OPEN), confirmed=1, oversell=1)))
    assert Product.get().held == Quantity.pieces(13)


def test_it_is_undone_in_one_press_with_the_letters_that_wait(htmx, three, shop):
    page(htmx.post("/orders/statuses", data=ticked(three, shop.status_for(Stage.SHIPPED), confirmed=1, asks_stock=1, stock=1, asks_letters=1, letters=1)))
    page(htmx.post(f"/jobs/{Job.get().id}/undo"), 204)
    assert {order.status_id for order in Order.select()} == {shop.status_for(Stage.OPEN).id}
    assert on_hand() == 10 and {letter.state for letter in Letter.select()} == {"cancelled"} and not list(checks.run())


def test_a_repeated_press_is_one_job(htmx, three, shop):
    data = ticked(three, shop.status_for(Stage.SHIPPED), confirmed=1, asks_stock=1, stock=1, asks_letters=1, letters=1)
    for _ in range(3):
        page(htmx.post("/orders/statuses", data=data))
    assert Job.select().count() == 1 and on_hand() == 4 and Letter.select().count() == 2


def test_all_that_a_search_finds(htmx, three, shop):
    wanted = shop.status_for(Stage.PREPARING)
    html = page(htmx.post("/orders/statuses", data={"all": 1, "q": "fase:open", "to": wanted.id, "key": "all"}))
    assert 'name="all" value="1"' in html and 'name="order"' not in html
    page(htmx.post("/orders/statuses", data={"all": 1, "q": "fase:open", "to": wanted.id, "key": "all", "confirmed": 1}))
    assert {order.status_id for order in Order.select()} == {wanted.id}


def test_a_job_stopped_or_killed_halfway_goes_on_where_it_was(three, shop, by):
    shipped = shop.status_for(Stage.SHIPPED)
    choices = {"stock": True, "reason": "", "letters": True, "oversell": False}
    job = bulk_status.begin(shipped, choices, [order.id for order in three], key="k", by=by)
    status.change(three[0].number, shipped, version=None, by=DESK)
    jobs.run(job.id, {"status": bulk_status.work})
    assert jobs.counts(job) == {"done": 2, "same": 1, "refused": 0, "waiting": 0}
    assert on_hand() == 4 and JobRow.select().count() == 3 and not list(checks.run())


def test_without_script_the_dialog_is_a_page(client, three, shop):
    html = page(client.post("/orders/statuses", data=ticked(three, shop.status_for(Stage.SHIPPED))))
    assert "<html" in html and "Voorraad bijwerken" in html
    answer = client.post("/orders/statuses", data=ticked(three, shop.status_for(Stage.SHIPPED), confirmed=1, asks_stock=1, stock=1))
    assert answer.status_code == 303 and on_hand() == 4


@pytest.mark.parametrize("status", ["", "0", "x", "9" * 40])
def test_an_unknown_status_is_not_found(htmx, three, status):
    assert htmx.post("/orders/statuses", data={"order": three[0].id, "to": status}).status_code == 404


def test_nothing_ticked_is_said(htmx, shop):
    assert "Selecteer" in page(htmx.post("/orders/statuses", data={"to": shop.status_for(Stage.OPEN).id}), 422)


def test_the_summary_of_many_takes_few_queries(htmx, tea, shop, by):
    some = [an_order(tea, shop, by, 1) for _ in range(9)]
    with asked() as few:
        page(htmx.post("/orders/statuses", data=ticked(some[:2], shop.status_for(Stage.SHIPPED))))
    with asked() as many:
        page(htmx.post("/orders/statuses", data=ticked(some, shop.status_for(Stage.SHIPPED))))
    assert len(many) == len(few) <= 12


def test_a_letter_whose_invoice_cannot_be_made_is_named_before_it_is_done(htmx, three, shop, by):
    letter_templates.set_use("shipped", active=True, attach="invoice", by=by)
    shipped = shop.status_for(Stage.SHIPPED)
    html = text_of(page(htmx.post("/orders/statuses", data=ticked(three, shipped))))
    assert "Van 2 bestellingen kan wat met de e-mail meegaat niet worden gemaakt" in html, "the third has no e-mail address"
    assert f"Vul ze eerst in bij Instellingen, Winkelprofiel. {three[0].number}, {three[2].number} " in html
    page(htmx.post("/orders/statuses", data=ticked(three, shipped, confirmed=1, asks_stock=1, stock=1, asks_letters=1)))
    assert {order.status_id for order in Order.select()} == {shipped.id} and not Letter.select().exists(), "with the e-mail left off"
