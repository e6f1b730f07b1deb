"""The statuses an order stood in, as a sheet and as a page."""

import pytest

from models import Device, Event, Letter, Operator, Order, Role, Stage, now
from rules import orders, status
from rules import shop as shops
from rules.status import Choices
from tests.conftest import signed_in
from tests.factories import a_draft, a_product
from tests.queries import asked


@pytest.fixture
def shipped(by, shop):
    """An order that was sent with a letter, from the tablet, after a note; one product was left alone."""
    tea, pot = a_product("Sencha", 900, on_hand=5), a_product("Pot", 4_000, on_hand=5)
    order = a_draft(by, tea, pot)
    tablet = shops.current().actor(by.operator, Device.create(key="t", name="Tablet bij de kassa").id)
    status.change(order.number, shop.status_for(Stage.OPEN), version=None, by=by)
    status.change(order.number, shop.status_for(Stage.SHIPPED), version=None, by=tablet,
                  choices=Choices(leave={pot.id: "Uit de etalage"}, note="Met de fiets gebracht"))
    Letter.create(event=Event.get(Event.kind == "order.shipped"), template="x", recipient="sanne@example.nl", order=order, language="nl",
                  subject="Onderweg naar jou", html="", text="", message_id="m", state="sent")
    return orders.find(order.number)


@pytest.mark.row("S12")
def test_the_history_says_what_each_change_caused(client, shipped):
    page = client.get(f"/orders/{shipped.number}/history").text
    for said in ("Verzonden", "van In afwachting", "Fatima El Amrani", "Tablet bij de kassa", "Met de fiets gebracht", "Onderweg naar jou",
                 "Voorraad van Pot niet aangepast: Uit de etalage", "Begonnen als", "Concept", "stond zo"):
        assert said in page, said
    letter = Letter.get(Letter.subject == "Onderweg naar jou")
    assert f'href="/letters/{letter.id}"' in page and 'href="/stock/' in page and ">Sencha</a>" in page


def test_it_opens_as_a_sheet_from_the_status_and_from_the_timeline(client, htmx, shipped):
    page, event = client.get(f"/orders/{shipped.number}").text, Event.get(Event.kind == "order.shipped")
    assert f'href="/orders/{shipped.number}/history"' in page and f'href="/orders/{shipped.number}/history#order-history-{event.id}"' in page
    sheet = htmx.get(f"/orders/{shipped.number}/history").text
    assert sheet.lstrip().startswith('<dialog class="sheet" id="order-history-sheet"') and f'id="order-history-{event.id}"' in sheet


def test_an_imported_order_says_so(client, shop):
    order = Order.create(number="77", status=shop.status_for(Stage.SHIPPED), source=1, placed=now())
    Event.create(kind="order.imported", order=order, facts={"part": "order"})
    assert "Geïmporteerd als" in client.get("/orders/77/history").text
    Order.create(number="78", status=shop.status_for(Stage.OPEN), source=1, placed=now())
    assert "is niets bekend" in client.get("/orders/78/history").text


def test_english_is_spoken_too(client, shipped):
    Operator.update(language="en").execute()
    shops.touch()
    page = client.get(f"/orders/{shipped.number}/history").text
    assert "Statuses of order" in page and "stood for" in page and "Stock of Pot not adjusted" in page


def test_what_is_not_there_is_not_found(client):
    assert client.get("/orders/999/history").status_code == 404


def test_who_may_not_see_products_gets_no_links_to_their_stock(app, shop, shipped):
    seer = Operator.create(name="Kees", email="kees@example.nl", role=Role.create(name="Kijker", rights=["orders.see"]))
    shops.touch()
    page = signed_in(app, seer).get(f"/orders/{shipped.number}/history").text
    assert "Sencha" in page and "/stock/" not in page


def test_the_queries_do_not_grow_with_the_history(client, by, shop, shipped):
    def queries():
        client.get(f"/orders/{shipped.number}/history")
        with asked() as sent:
            client.get(f"/orders/{shipped.number}/history")
        return len(sent)

    before = queries()
    for stage in (Stage.READY, Stage.PREPARING, Stage.READY, Stage.SHIPPED) * 3:
        status.change(shipped.number, shop.status_for(stage), version=None, by=by)
    assert queries() == before <= 12
