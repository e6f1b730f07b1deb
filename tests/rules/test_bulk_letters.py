"""What cannot be attached to the letters of many orders: found in a few queries, and the same as looking at each of them."""

import pytest

from models import Letter, Line, Order, Regime, Shop, Stage, Status
from rules import addresses, bulk_letters, bulk_status, consequences, documents, letter_templates, orders, status
from rules import shop as shops
from tests import factories
from tests.queries import asked

pytestmark = pytest.mark.row("S21")
NAMELESS = "An invoice names the customer and their address. Fill in the billing data first."
OUTDATED = "Their invoice no longer says what the order says. Credit it and make a new one."


@pytest.fixture
def wanted(shop, by):
    """The status that mails the invoice, with its shop in order."""
    letter_templates.set_use("shipped", active=True, attach="invoice_ubl", by=by)
    Shop.update(vat_number="NL004495445B01").execute()
    shops.touch()
    shipped = shops.current().status_for(Stage.SHIPPED)
    assert (shipped.letter, shipped.mails_customer) == ("shipped", True)
    return shipped


@pytest.fixture
def tea(shop):
    return factories.a_product("Earl Grey", 495)


def an_order(tea, by, *, street="Croeselaan 18", **facts):
    draft = factories.a_draft(by, tea)
    status.change(draft.number, shops.current().status_for(Stage.OPEN), version=None, by=by, choices=status.Choices(letters=frozenset()))
    place = addresses.keep(addresses.AddressFacts(street=street, postcode="3521 CA", city="Utrecht"), None)
    Order.update(**{"name": "Sanne de Boer", "email": "sanne@example.nl", "billing": place} | facts).where(Order.id == draft.id).execute()
    return orders.find(draft.number)


def invoiced(order, by):
    documents.issue(order, "invoice", by=by)
    return order


def dearer(order, by):
    factories.add(order, "Suiker", 199, by=by)
    return orders.find(order.number)


def looked_at(some, wanted, by):
    return dict(bulk_status.summary([order.id for order in some], wanted, by=by).unattachable)


def said(some, wanted, by):
    return {number: str(why) for number, why in looked_at(some, wanted, by).items()}


def one_by_one(some, wanted, by):
    settings = shops.current()
    drafts = {order.number: consequences.of(orders.find(order.number), wanted, settings, by=by).letters for order in some}
    return {number for number, found in drafts.items() if any(draft.problem and draft.recipient and not draft.sent_before for draft in found)}


def test_each_kind_of_fault_is_found_as_it_is_for_one_order(tea, wanted, by):
    fine, nameless, placeless = an_order(tea, by), an_order(tea, by, name=""), an_order(tea, by, street="")
    strange, foreign = an_order(tea, by, keeps_total=True), an_order(tea, by, regime=Regime.REVERSE_CHARGE)
    standing, outdated = invoiced(an_order(tea, by), by), dearer(invoiced(an_order(tea, by), by), by)
    empty, mute = an_order(tea, by), an_order(tea, by, name="", email="")
    Line.delete().where(Line.order == empty).execute()
    some = [fine, nameless, placeless, strange, foreign, standing, outdated, empty, mute]
    found = said(some, wanted, by)
    assert found.keys() == one_by_one(some, wanted, by)
    assert found.pop(strange.number).startswith("This order came in with a total") and found.pop(foreign.number).startswith("With this VAT regime")
    assert found == {nameless.number: NAMELESS, placeless.number: NAMELESS, outdated.number: OUTDATED,
                     empty.number: "There is nothing on this order to print."}


def test_an_invoice_that_was_credited_is_out_of_the_way(tea, wanted, by):
    order = dearer(invoiced(an_order(tea, by), by), by)
    assert order.number in looked_at([order], wanted, by)
    documents.credit(documents.standing_invoice(order).id, by=by)
    assert not looked_at([order], wanted, by)


def test_a_shop_without_a_vat_number_can_attach_none(tea, wanted, by):
    some = [an_order(tea, by), an_order(tea, by)]
    Shop.update(vat_number="").execute()
    shops.touch()
    assert {"shop's address and VAT number" in why for why in said(some, wanted, by).values()} == {True}
    assert looked_at(some, wanted, by).keys() == {order.number for order in some}


def test_a_receipt_needs_no_address(tea, wanted, by):
    letter_templates.set_use("shipped", active=True, attach="receipt", by=by)
    assert not looked_at([an_order(tea, by, name="", street="")], wanted, by)


def test_a_letter_that_does_not_go_needs_nothing(tea, wanted, by):
    order = an_order(tea, by, name="")
    sent = status.change(order.number, wanted, version=None, by=by)
    assert Letter.select().where(Letter.order == order, Letter.template == "shipped").exists()
    status.change(order.number, shops.current().status_for(Stage.OPEN), version=None, by=by)
    assert not looked_at([sent], wanted, by), "who had it does not get it again"
    letter_templates.set_use("shipped", active=False, attach="invoice", by=by)
    found = bulk_status.summary([an_order(tea, by, name="").id], wanted, by=by)
    assert (found.to_mail, found.unattachable) == (0, []), "switched off"


def test_a_draft_is_looked_at_as_if_it_were_placed(tea, wanted, by):
    letter_templates.set_use("confirmation", active=True, attach="invoice", by=by)
    draft = factories.a_draft(by, tea)
    Order.update(email="sanne@example.nl").where(Order.id == draft.id).execute()
    opened = shops.current().status_for(Stage.OPEN)
    found = bulk_status.summary([draft.id], opened, by=by)
    assert found.to_mail == 1 and [str(why) for _number, why in found.unattachable] == [NAMELESS]


def test_the_shop_gets_its_letter_with_the_same_attachment(tea, wanted, by):
    Status.update(mails_customer=False, mails_admins=True).where(Status.id == wanted.id).execute()
    shops.touch()
    mute = an_order(tea, by, name="", email="")
    assert looked_at([mute], shops.current().statuses[wanted.id], by).keys() == {mute.number}


def test_many_take_as_many_queries_as_few(tea, wanted, by):
    settings = shops.current()
    some = [dearer(invoiced(an_order(tea, by), by), by) if turn % 2 else an_order(tea, by, name="") for turn in range(8)]

    def queries(few):
        fresh = [orders.dress(order, settings) for order in Order.select().where(Order.id.in_([order.id for order in few]))]
        with asked() as statements:
            assert len(bulk_letters.unattachable(fresh, wanted, settings)) == len(few)
        return len(statements)

    assert queries(some[:2]) == queries(some) <= 8
