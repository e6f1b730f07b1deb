"""A press prints."""

import pytest

from models import Document, Event

pytestmark = pytest.mark.row("S21")


def press(client, order, kind="receipt_80"):
    return client.post(f"/orders/{order.number}/documents", data={"kind": kind}, follow_redirects=True)


@pytest.mark.parametrize("kind", ["receipt_80", "receipt_a4"])
def test_a_press_answers_with_the_pdf(client, placed_order, kind):
    response = press(client, placed_order, kind)
    assert response.status_code == 200 and response.mimetype == "application/pdf" and response.data.startswith(b"%PDF")


def test_the_second_press_gives_a_copy_of_the_same_receipt(client, placed_order):
    first, second = press(client, placed_order), press(client, placed_order)
    assert Document.select().count() == 1 and first.data != second.data
    assert second.request.args["copy"] == "1"
    assert [event.facts["copy"] for event in Event.select().where(Event.kind == "document.printed").order_by(Event.id)] == [False, True]


def test_a_paper_that_does_not_exist_is_not_found(client, placed_order):
    assert press(client, placed_order, "passport").status_code == 404
    assert client.get("/documents/999/receipt_80.pdf").status_code == 404


def test_a_visitor_sees_no_paper(visitor, client, placed_order):
    press(client, placed_order)
    assert visitor.get(f"/documents/{Document.get().id}/receipt_80.pdf").status_code == 303
