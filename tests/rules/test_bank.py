"""Money on the bank becomes payments once, whoever presses how often, and what was booked wrongly opens again."""

import pytest

from models import BankEntry, BankFile, BankPart, Event, Order, Payment, PaymentMethod, Refund, Stage
from money import Money
from rules import bank, bank_booking, bank_files, bank_matching, checks, jobs, orders, payments, refunds, status, timeline
from rules import shop as shops
from rules.bank_booking import Wanted
from rules.refusal import Conflict, NotFound, Refused
from rules.refunds import Asked
from rules.rights import Actor
from tests.factories import a_draft, a_product
from tests.statements import line, statement


@pytest.fixture
def order(shop, by):
    return placed(by, 4995)


def placed(by, cents=4995, name="Sanne de Boer"):
    draft = a_draft(by, a_product(f"Pot {cents} {Order.select().count()}", cents))
    Order.update(name=name).where(Order.id == draft.id).execute()
    return status.change(draft.number, shops.current().status_for(Stage.OPEN), version=None, by=by)


@pytest.fixture
def read(by):
    def read(*lines):
        return bank_files.bring_in(statement(*lines), "november.csv", by=by)
    return read


def first_entry():
    return BankEntry.select().order_by(BankEntry.id).first()


def proposals():
    entries = list(BankEntry.select().where(BankEntry.state == "proposed").order_by(BankEntry.id))
    return bank_matching.proposals(entries, shops.current())


def book_all(by):
    return bank_booking.book([bank_booking.of(entry, proposal) for entry, proposal in proposals().items()], by=by)


def states():
    return [entry.state for entry in BankEntry.select().order_by(BankEntry.id)]


def state_of(order):
    order = Order.get_by_id(order.id)
    return order.payment_state, order.paid


def clean():
    return [str(breach) for breach in checks.run()]


def test_a_transfer_that_names_an_order_pays_it(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    outcome = book_all(by)
    payment = Payment.get()
    assert outcome.stays == {} and state_of(order) == ("paid", Money(4995))
    assert (payment.method.provider, payment.amount, payment.reference) == ("bank_transfer", Money(4995), f"Bestelling {order.number}")
    assert states() == ["confirmed"] and clean() == []


def test_the_timeline_says_from_whom_and_of_which_day(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    book_all(by)
    entry = timeline.of_order(order).entries[0]
    assert entry.message == "Bank statement of {booked}: {amount} from {name}"
    assert (str(entry.facts["booked"]), entry.facts["amount"], entry.facts["name"]) == ("2026-11-20", Money(4995), "S. de Boer")


def test_booking_twice_books_once(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    (wanted,) = [bank_booking.of(entry, proposal) for entry, proposal in proposals().items()]
    assert bank_booking.book([wanted, wanted], by=by).booked == [wanted.entry]
    again = bank_booking.book([wanted], by=by)
    assert isinstance(again.stays[wanted.entry], Conflict) and Payment.select().count() == 1 and clean() == []


def test_the_same_file_again_changes_nothing_and_says_so(read, order):
    first = read(line("49,95", "x"))
    again = read(line("49,95", "x"))
    assert (first.again, again.again, again.file.id) == (False, True, first.file.id)
    assert (BankFile.select().count(), BankEntry.select().count()) == (1, 1)


def test_of_a_file_that_overlaps_only_what_is_new_is_taken(read):
    coffee = line("-2,75", "koffie", "Koffiehuis", "")
    read(coffee, coffee, line("10,00", "a"))
    taken = read(line("20,00", "b", day="20261121"), coffee, coffee, line("10,00", "a"))
    assert (taken.file.entries, taken.file.added) == (4, 1)
    assert [entry.amount.cents for entry in BankEntry.select().order_by(BankEntry.id)] == [-275, -275, 1000, 2000] and clean() == []


def test_the_same_days_from_a_file_of_another_kind_are_known(read, by):
    read(line("49,95", "Bestelling 1042"))
    other = (":20:A\n:25:NL20INGB0001234567EUR\n:28C:1\n:60F:C261119EUR0,\n:61:2611201120C49,95NTRFNONREF\n"
             ":86:/CNTP/NL91ABNA0417164300/ABNANL2A/S. de Boer///REMI/USTD//Bestelling 1042/\n"
             ":61:2611201120C7,00NTRFNONREF\n:86:/CNTP/NL91ABNA0417164300/ABNANL2A/S. de Boer///REMI/USTD//fooi/\n"
             ":61:2611201120C49,95NTRFNONREF\n:86:/CNTP/NL91ABNA0417164300/ABNANL2A/S. de Boer///REMI/USTD//Bestelling 1043/\n"
             ":62F:C261120EUR1,\n")
    taken = bank_files.bring_in(other.encode(), "november.sta", by=by)
    assert (taken.file.entries, taken.file.added) == (3, 2), "the same amount from the same account for something else is another transfer"


def test_what_cannot_be_read_leaves_nothing(by):
    with pytest.raises(Refused, match="Line 3"):
        bank_files.bring_in(statement(line("1,00"), line("veel")), "november.csv", by=by)
    assert not BankFile.select().exists() and not BankEntry.select().exists()


def test_one_transfer_pays_several_orders(read, by):
    first, second = placed(by, 1000), placed(by, 2500)
    read(line("35,00", f"orders {first.number} en {second.number}"))
    book_all(by)
    assert state_of(first) == ("paid", Money(1000)) and state_of(second) == ("paid", Money(2500))
    assert BankPart.select().count() == 2 and clean() == []


def test_what_is_left_goes_to_the_last_of_the_orders_one_chooses(read, by):
    first, second = placed(by, 1000), placed(by, 2500)
    read(line("30,00", "thee"))
    key = first_entry().id
    for order in (first, second):
        bank.choose(key, order.number, by=by)
    book_all(by)
    assert state_of(first) == ("paid", Money(1000)) and state_of(second) == ("partly_paid", Money(2000)) and clean() == []


def test_of_orders_for_which_nothing_is_left_nothing_is_booked(read, by):
    first, second = placed(by, 1000), placed(by, 2500)
    read(line("10,00", "thee"))
    key = first_entry().id
    for order in (first, second):
        bank.choose(key, order.number, by=by)
    assert "Nothing is left" in str(book_all(by).stays[key]) and not Payment.select().exists() and states() == ["proposed"]


def test_a_choice_is_taken_back_and_the_desk_proposes_again(read, order, by):
    other = placed(by, 100)
    read(line("49,95", f"Bestelling {order.number}"))
    key = first_entry().id
    bank.choose(key, other.number, by=by)
    assert [each.number for each in proposals()[key].orders] == [other.number]
    bank.drop(key, other.id, by=by)
    assert [each.number for each in proposals()[key].orders] == [order.number]
    with pytest.raises(NotFound):
        bank.choose(key, "nothing", by=by)


def test_an_order_that_changed_meanwhile_stays_open_with_why(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    (wanted,) = [bank_booking.of(entry, proposal) for entry, proposal in proposals().items()]
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shops.current().payment_method("pin"), Money(1000), by=by)
    refused = bank_booking.book([wanted], by=by).stays[wanted.entry]
    assert str(refused) == f"Order {order.number} was changed meanwhile: 39.95 is due now. Look at it again."
    assert states() == ["proposed"] and Payment.select().count() == 1


def test_one_that_stays_does_not_keep_the_others(read, by):
    first, second = placed(by, 1000), placed(by, 2500)
    read(line("10,00", f"order {first.number}"), line("25,00", f"order {second.number}"))
    one, two = [bank_booking.of(entry, proposal) for entry, proposal in proposals().items()]
    outcome = bank_booking.book([one._replace(orders=((first.id, Money(1)),)), two], by=by)
    assert (outcome.booked, list(outcome.stays)) == ([two.entry], [one.entry])
    assert states() == ["proposed", "confirmed"] and state_of(first) == ("unpaid", Money(0)) and clean() == []


def test_taking_the_payment_back_opens_the_entry_and_it_can_be_booked_again(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    book_all(by)
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.take_back(changed, Payment.get(), by=by)
    assert states() == ["proposed"] and clean() == []
    assert book_all(by).stays == {} and state_of(order) == ("paid", Money(4995)) and clean() == []


def test_of_a_split_transfer_only_what_was_taken_back_is_open(read, by):
    first, second = placed(by, 1000), placed(by, 2500)
    read(line("35,00", f"orders {first.number} en {second.number}"))
    book_all(by)
    with orders.changing(second.number, "payment", version=None, by=by) as changed:
        payments.take_back(changed, Payment.get(Payment.order == second), by=by)
    (proposal,) = proposals().values()
    assert proposal.left == Money(2500) and [each.number for each in proposal.orders] == [second.number] and clean() == []
    book_all(by)
    assert state_of(second) == ("paid", Money(2500)) and clean() == []


def test_what_is_put_aside_is_not_booked_until_somebody_looks_again(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    key, (proposal,) = first_entry().id, proposals().values()
    bank.ignore(key, by=by)
    bank.ignore(key, by=by)
    assert "put aside" in str(bank_booking.book([bank_booking.of(key, proposal)], by=by).stays[key]) and not Payment.select().exists()
    bank.reopen(key, by=by)
    assert book_all(by).booked == [key]
    with pytest.raises(Refused, match="Take the payment back"):
        bank.ignore(key, by=by)


def test_money_out_is_set_beside_the_refund_that_said_so(read, order, by):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shops.current().payment_method("pin"), Money(4995), by=by)
        refunds.make(changed, Asked(bank_method(), amount=Money(500)), by=by)
    day = Refund.get().done_at.strftime("%Y%m%d")
    read(line("-5,00", f"Terugbetaling {order.number}", day=day), line("-5,00", "inkoop thee", "Groothandel", "NL03TEST0555555555", day="20200101"))
    assert states() == ["proposed", "ignored"]
    assert book_all(by).stays == {} and states() == ["done", "ignored"]
    assert first_entry().refund == Refund.get() and clean() == []


def bank_method():
    return next(method for method in shops.current().payment_methods.values() if method.provider == "bank_transfer")


def test_money_out_without_a_refund_is_left_aside_and_cannot_be_booked(read, by):
    read(line("-5,00", "inkoop"))
    key = first_entry().id
    bank.reopen(key, by=by)
    assert "no refund" in str(bank_booking.book([Wanted(key)], by=by).stays[key]) and states() == ["proposed"]


@pytest.fixture
def by_hand(order, by):
    """The order, paid by bank as somebody recorded it."""
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payment = payments.record(changed, bank_method(), Money(4995), by=by)
    Payment.update(captured_at=payment.captured_at.replace(2026, 11, 21)).where(Payment.id == payment.id).execute()
    return Payment.get_by_id(payment.id)


def test_a_transfer_that_was_recorded_by_hand_is_found_again_and_not_booked_twice(read, order, by_hand, by):
    read(line("49,95", f"Bestelling {order.number}"), line("49,95", f"Bestelling {order.number} nog eens"))
    first, second = proposals().values()
    assert (first.sureness, first.payment.id, str(first.why)[:28]) == (bank_matching.SURE, by_hand.id, "Was recorded by hand on orde")
    assert second.sureness == bank_matching.PERHAPS, "it was recorded once"
    key = first_entry().id
    assert bank_booking.book([bank_booking.of(key, first)], by=by).booked == [key] and Payment.select().count() == 1
    assert states() == ["confirmed", "proposed"] and timeline.of_order(order).entries[0].message.startswith("Found on the bank") and clean() == []
    other = BankEntry.get(BankEntry.id != key).id
    assert "found on the bank already" in str(bank_booking.book([Wanted(other, payment=by_hand.id)], by=by).stays[other])


def test_what_was_found_again_and_then_taken_back_is_open(read, order, by_hand, by):
    read(line("49,95", f"Bestelling {order.number}"))
    book_all(by)
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.take_back(changed, by_hand, by=by)
    assert states() == ["proposed"] and clean() == []
    assert book_all(by).stays == {} and state_of(order) == ("paid", Money(4995)) and clean() == []


def test_what_was_recorded_by_hand_long_ago_is_another_transfer(read, order, by_hand):
    Payment.update(captured_at=by_hand.captured_at.replace(year=2023)).execute()
    read(line("49,95", f"Bestelling {order.number}"))
    (proposal,) = proposals().values()
    assert (proposal.sureness, proposal.payment) == (bank_matching.PERHAPS, None)


def test_a_payment_that_is_not_what_it_was_is_not_found_again(read, order, by_hand, by):
    read(line("49,95", f"Bestelling {order.number}"), line("10,00", "x"))
    first, second = [entry.id for entry in BankEntry.select().order_by(BankEntry.id)]
    assert "another one now" in str(bank_booking.book([Wanted(second, payment=by_hand.id)], by=by).stays[second])
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.take_back(changed, by_hand, by=by)
    assert "another one now" in str(bank_booking.book([Wanted(first, payment=by_hand.id)], by=by).stays[first]) and clean() == []


def test_without_a_method_for_the_bank_it_says_what_is_missing(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    PaymentMethod.update(archived=True).where(PaymentMethod.provider == "bank_transfer").execute()
    shops.touch()
    with pytest.raises(Refused, match="no payment method for bank transfers"):
        book_all(by)


def test_who_may_not_record_payments_sees_nothing_of_the_bank(read, order):
    read(line("49,95", "x"))
    nobody = Actor(None, "Bo", frozenset(["orders.see"]))
    for do in (lambda: bank_files.bring_in(b"", "x", by=nobody), lambda: bank.ignore(1, by=nobody), lambda: bank_booking.book([], by=nobody),
               lambda: bank.choose(1, order.number, by=nobody), lambda: bank_booking.begin(None, 1, by=nobody),
               lambda: bank.listed("in", shops.current(), place={}, by=nobody)):
        with pytest.raises(Refused, match="may not"):
            do()


def test_all_that_is_sure_is_booked_by_a_job_and_nothing_else(read, by):
    several = [placed(by, 1000 + place) for place in range(25)]
    read(*(line(f"{each.total.cents / 100:.2f}".replace(".", ","), f"order {each.number}") for each in several), line("3,33", "zomaar"))
    assert bank.counts()["sure"] == 25
    job = bank_booking.begin(None, 25, by=by)
    jobs.run(job.id, {"bank": bank_booking.work})
    job = jobs.find(job.id, by=by)
    assert (job.state, bank_booking.counts(job)["done"], bank_booking.counts(job)["refused"]) == ("done", 25, 0)
    assert all(state_of(each)[0] == "paid" for each in several) and bank.counts() == {"in": 1, "out": 0, "sure": 0} and clean() == []


def test_a_job_that_was_killed_goes_on_where_it_was_and_books_nothing_twice(read, by, monkeypatch):
    several = [placed(by, 1000 + place) for place in range(25)]
    read(*(line(f"{each.total.cents / 100:.2f}".replace(".", ","), f"order {each.number}") for each in several))
    job = bank_booking.begin(None, 25, by=by)

    def work_and_die(job):
        steps = iter((None,))

        def sure(file, after=0):
            next(steps, None) if after == 0 else die()
            return bank_booking_sure(file, after)

        bank_booking_sure = bank_booking.sure
        with monkeypatch.context() as patched:
            patched.setattr(bank_booking, "sure", sure)
            bank_booking.work(job)

    def die():
        raise SystemExit

    with pytest.raises(SystemExit):
        jobs.run(job.id, {"bank": work_and_die})
    booked = Payment.select().count()
    assert 0 < booked < 25
    job.__class__.update(lease=job.created.replace(year=2020)).execute()
    jobs.run(job.id, {"bank": bank_booking.work})
    assert Payment.select().count() == 25 and bank_booking.counts(jobs.find(job.id, by=by))["done"] == 25 and clean() == []


def test_a_wrong_entry_is_found_by_the_check(read, order, by):
    read(line("49,95", f"Bestelling {order.number}"))
    book_all(by)
    BankEntry.update(amount=1).execute()
    assert any("bank_entry" in breach for breach in clean())


def test_what_was_read_is_an_event(read):
    read(line("49,95", "x"))
    assert Event.select().where(Event.kind == "bank.read").count() == 1
