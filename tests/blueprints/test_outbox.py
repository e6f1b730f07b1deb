"""The pages of letters."""

import re

import pytest

import rules.shop
from models import Letter, Operator, Order, Role, now
from rules import events, letter_templates, letters, orders
from rules.rights import DESK
from tests.conftest import signed_in


@pytest.fixture
def order(placed_order):
    Order.update(name="Sanne de Boer", email="sanne@example.nl").where(Order.id == placed_order.id).execute()
    return orders.find(placed_order.number)


@pytest.fixture
def letter(order):
    """A confirmation that waits."""
    draft, = letters.for_occasion("confirmation", settings=rules.shop.current(), order=order)
    letter, = letters.queue([draft], order=order, cause=events.record("order.opened", by=DESK, order=order))
    return letter


@pytest.fixture
def clerk(app, shop):
    person = Operator.create(name="Lotte", email="lotte@example.nl", role=Role.get(Role.key == "clerk"))
    rules.shop.touch()
    return signed_in(app, person)


def set_to(letter, state, **values):
    Letter.update(state=state, **values).where(Letter.id == letter.id).execute()


def test_the_outbox_lists_letters_and_narrows_them_down(client, letter):
    page = client.get("/letters").text
    assert "sanne@example.nl" in page and "Orderbevestiging" in page and "Wacht" in page
    assert "sanne@example.nl" in client.get("/letters?state=waiting").text
    assert "sanne@example.nl" not in client.get("/letters?state=failed").text
    assert client.get("/letters?state=nonsense").status_code == 200


def test_an_empty_outbox_says_what_comes_there(client, shop):
    assert "Nog geen e-mails" in client.get("/letters").text


def test_it_says_when_there_is_no_mail_server(client, shop):
    assert "Er is nog geen mailserver" in client.get("/letters").text


def test_one_letter_is_shown_in_a_sandbox(client, letter):
    page = client.get(f"/letters/{letter.id}").text
    assert f'<iframe class="letter-page" sandbox="" src="/letters/{letter.id}/body"' in page
    body = client.get(f"/letters/{letter.id}/body")
    policy = body.headers["Content-Security-Policy"]
    assert body.text == letter.html and policy.endswith("; sandbox") and "default-src 'none'" in policy and "script-src" not in policy
    assert client.get("/letters/999").status_code == 404


def test_what_failed_is_sent_again_and_what_was_perhaps_sent_is_decided(htmx, letter):
    set_to(letter, "failed", error="550 No such user")
    assert "550 No such user" in htmx.get(f"/letters/{letter.id}").text
    answer = htmx.post(f"/letters/{letter.id}/decision", data={"what": "cancel"})
    assert answer.status_code == 200 and 'id="outbox-letter"' in answer.text and Letter.get().state == "cancelled"
    set_to(letter, "uncertain")
    assert htmx.post(f"/letters/{letter.id}/decision", data={"what": "sent"}).status_code == 200
    assert Letter.get().state == "sent" and Letter.get().sent_at is not None


def test_without_a_script_one_comes_back_to_the_letter_or_the_order(client, letter, order):
    set_to(letter, "uncertain")
    assert client.post(f"/letters/{letter.id}/decision", data={"what": "sent"}).location == f"/letters/{letter.id}"
    answer = client.post(f"/letters/{letter.id}/decision", data={"what": "copy", "key": "k", "from": "order"})
    assert answer.location == f"/orders/{order.number}" and Letter.select().count() == 2


def test_who_decides_too_late_reads_why(htmx, letter):
    set_to(letter, "handing", worker="w", lease=now())
    answer = htmx.post(f"/letters/{letter.id}/decision", data={"what": "cancel"})
    assert answer.status_code == 409 and "Er is intussen iets met deze mail gebeurd" in answer.text
    assert htmx.post(f"/letters/{letter.id}/decision", data={"what": "nonsense"}).status_code == 404


def test_an_order_shows_its_letters(client, htmx, letter, order):
    assert f'hx-get="/orders/{order.number}/letters"' in client.get(f"/orders/{order.number}").text
    panel = htmx.get(f"/orders/{order.number}/letters").text
    assert panel.count("sanne@example.nl") == 1 and "Orderbevestiging" in panel
    assert "<html" in client.get(f"/orders/{order.number}/letters").text


def test_a_letter_is_sent_by_hand_with_a_look_at_it_first(htmx, order):
    sheet = htmx.get(f"/orders/{order.number}/letters/new?template=ready").text
    assert f"Je bestelling {order.number} ligt klaar" in sheet and "sanne@example.nl" in sheet
    preview = htmx.get(re.search(r'src="([^"]+)"', sheet)[1].replace("&amp;", "&"))
    assert "ligt voor je klaar" in preview.text and "sandbox" in preview.headers["Content-Security-Policy"]
    key = re.search(r'name="key" value="([^"]+)"', sheet)[1]
    for _ in range(2):
        answer = htmx.post(f"/orders/{order.number}/letters", data={"template": "ready", "key": key})
        assert answer.status_code == 200 and answer.headers["HX-Trigger"] == "sheet-close" and "Ongedaan maken" in answer.text
    assert Letter.select().count() == 1


def test_a_letter_that_cannot_go_says_why_and_has_no_button(htmx, placed_order):
    sheet = htmx.get(f"/orders/{placed_order.number}/letters/new?template=ready").text
    assert "heeft geen e-mailadres" in sheet and "button primary" not in sheet
    assert htmx.post(f"/orders/{placed_order.number}/letters", data={"template": "ready", "key": "k"}).status_code == 422
    assert htmx.get(f"/orders/{placed_order.number}/letters/new?template=new_order").status_code == 404


def test_who_sees_orders_sees_letters_and_who_may_not_write_texts_does_not(clerk, letter):
    assert clerk.get("/letters").status_code == clerk.get(f"/letters/{letter.id}/body").status_code == 200
    assert clerk.get("/settings/letters").status_code == 403
    assert clerk.post("/settings/letters/confirmation", data={"subject": "x", "body": "y"}).status_code == 403


def test_what_cannot_be_attached_is_said_in_the_dialog_and_in_the_outbox(client, htmx, order, letter, by):
    letter_templates.set_use("confirmation", active=True, attach="invoice", by=by)
    dialog = htmx.get(f"/orders/{order.number}/letters/new?template=confirmation").text
    assert "btw-nummer" in dialog and 'class="button primary"' not in dialog
    answer = client.post(f"/orders/{order.number}/letters", data={"template": "confirmation", "key": "k" * 20})
    assert answer.status_code == 422 and Letter.select().count() == 1
    wrong = "An invoice names the customer and their address. Fill in the billing data first."
    set_to(letter, "failed", error=wrong, attachments=[{"kind": "invoice"}])
    assert "Vul eerst de factuurgegevens in" in client.get(f"/letters/{letter.id}").text
    assert client.post(f"/letters/{letter.id}/decision", data={"what": "again"}).status_code == 422 and Letter.get().state == "failed"
    set_to(letter, "failed", error="550 100% full")
    assert "550 100% full" in client.get(f"/letters/{letter.id}").text
