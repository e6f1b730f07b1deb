"""A letter whose attachment cannot be made: said while a person looks at it; one that goes by itself says it in the outbox, and can be repaired."""

import pytest

import rules.shop
from models import Event, Letter, Order, Shop, Stage, now
from plugins import mail
from rules import consequences, documents, letter_desk, letter_templates, orders, outbox, status
from rules.refusal import Refused
from rules.rights import DESK
from tests import factories
from tests.mail_server import mail_server

pytestmark = pytest.mark.row("S21")


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    monkeypatch.setattr(outbox, "wake", lambda seconds: None)


@pytest.fixture
def order(shop, by):
    """Its confirmation has the invoice attached, and it has no address to put on one."""
    letter_templates.set_use("confirmation", active=True, attach="invoice_ubl", by=by)
    draft = factories.a_draft(by, factories.a_product())
    Shop.update(vat_number="NL004495445B01").execute()
    Order.update(email="sanne@example.nl").where(Order.id == draft.id).execute()
    rules.shop.touch()
    return orders.find(draft.number)


def opened(order, by):
    """Placed, its letters not looked at."""
    status.change(order.number, rules.shop.current().status_for(Stage.OPEN), version=None, by=by)
    Letter.update(not_before=now()).execute()
    return orders.find(order.number)


def send(server):
    return outbox.send_due(now, mail.channel(server.url))


def repair(order):
    place = factories.an_invoiceable_order(rules.shop.current(), DESK).billing
    Order.update(billing=place, name="Sanne de Boer").where(Order.id == order.id).execute()


def mine(order):
    return Letter.get(Letter.order == order, Letter.template == "confirmation")


def test_the_status_dialog_says_it_and_does_not_propose_the_letter(order, by):
    found = consequences.of(order, rules.shop.current().status_for(Stage.OPEN), rules.shop.current(), by=by)
    letter = next(each for each in found.letters if each.template == "confirmation")
    assert "billing data" in str(letter.problem) and not found.is_sent(letter)
    repair(order)
    found = consequences.of(orders.find(order.number), rules.shop.current().status_for(Stage.OPEN), rules.shop.current(), by=by)
    assert not next(each for each in found.letters if each.template == "confirmation").problem, "a draft is looked at as if it were placed"


def test_by_hand_it_is_refused_before_it_is_written(order, by):
    placed = opened(order, by)
    Letter.delete().execute()
    assert "billing data" in str(letter_desk.draft(placed, "confirmation", rules.shop.current()).problem)
    with pytest.raises(Refused, match="billing data"):
        letter_desk.send(placed, "confirmation", "k" * 20, by=by)
    assert not Letter.select().exists()
    repair(order)
    letter_desk.send(orders.find(order.number), "confirmation", "l" * 20, by=by)


def test_one_that_goes_by_itself_fails_with_the_sentence_and_goes_when_it_was_repaired(order, by):
    opened(order, by)
    with mail_server() as server:
        send(server)
        letter = mine(order)
        assert letter.state == "failed" and letter.error == "An invoice names the customer and their address. Fill in the billing data first."
        assert Event.get(Event.kind == "letter.failed", Event.order == order).facts["why"] == letter.error
        with pytest.raises(Refused, match="billing data"):
            letter_desk.decide(letter.id, "again", by=by)
        assert mine(order).state == "failed"
        repair(order)
        letter_desk.decide(letter.id, "again", by=by)
        send(server)
        assert mine(order).state == "sent"
        (sent,) = [each for each in server.letters if each["To"] == "sanne@example.nl"]
        assert [part.get_filename()[-4:] for part in sent.iter_attachments()] == [".pdf", ".xml"]


def test_an_invoice_that_is_no_longer_true_is_named_in_the_shops_language(order, by):
    placed = opened(order, by)
    repair(order)
    invoice = documents.issue(orders.find(order.number), "invoice", by=by)
    factories.add(placed, "Suiker", 199, by=by)
    with mail_server() as server:
        send(server)
        assert mine(order).state == "failed" and mine(order).error.startswith(f"Op factuur {invoice.number} staat niet meer")
        documents.replace(invoice.id, by=by)
        letter_desk.decide(mine(order).id, "again", by=by)
        send(server)
    assert mine(order).state == "sent"
