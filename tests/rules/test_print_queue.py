"""The print queue: each job comes out once, in its order, whatever the printer does; a real printer of ours listens on its port."""

from datetime import timedelta

import pytest

from models import Document, Event, PaymentMethod, Printer, PrintJob, now
from plugins.printers import network
from rules import documents, orders, payments, print_desk, print_queue, print_rounds, print_watch, printers, shop
from rules.refusal import Conflict, Refused
from tests import factories
from tests.receipt_printer import ReceiptPrinter, read, receipt_printer, texts

pytestmark = pytest.mark.row("S21")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for name, seconds in (("CONNECT", 1.0), ("SENDING", 0.5), ("PRINTING", 0.5)):
        monkeypatch.setattr(network, name, seconds)


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    """The tests say when the worker looks."""
    monkeypatch.setattr(print_queue, "wake", lambda printer, seconds: None)


class Clock:
    def __init__(self):
        self.at = now() + timedelta(seconds=3)  # after what the test itself does

    def __call__(self):
        return self.at

    def later(self, **passed):
        self.at += timedelta(**passed)


@pytest.fixture
def clock():
    return Clock()


def press(order, printer, by, key="press", kind="receipt"):
    return PrintJob.get_by_id(print_desk.press(order.number, kind, printer.id, key, by=by))


def state(job):
    return PrintJob.get_by_id(job.id).state


def printed(paper):
    """The texts of what came out, a list for each job."""
    return [texts(read(job)) for job in paper.jobs]


def test_a_press_prints_the_whole_receipt_once(placed_order, printer, paper, by):
    job = press(placed_order, printer, by)
    assert press(placed_order, printer, by).id == job.id, "the same key"
    assert print_queue.print_due(printer.id) == 1
    out, = map(read, paper.wait_for_jobs(1))
    receipt = Document.get(Document.kind == "receipt")
    said = texts(out)
    assert f"Bon {receipt.number}" in " ".join(said) and "KOPIE" not in said
    assert [row.value for row in out if row.what == "barcode"] == [f"TB-{placed_order.number.zfill(6)}"]
    assert [row.value for row in out if row.what == "qr"] == [receipt.facts["page"]]
    assert out[-1].what == "cut" and not [row for row in out if row.what == "drawer"]
    assert state(job) == "printed" and receipt.prints == 1
    assert print_queue.print_due(printer.id) == 0


def test_what_is_printed_again_says_so(placed_order, printer, paper, by):
    press(placed_order, printer, by)
    press(placed_order, printer, by, key="again")
    document = Document.get()
    print_desk.again(document.id, printer.id, "once more", by=by)
    assert print_queue.print_due(printer.id) == 3
    paper.wait_for_jobs(3)
    assert ["KOPIE" in said for said in printed(paper)] == [False, True, True]


def test_a_printer_that_is_off_is_tried_again_and_then_prints_once_in_order(placed_order, printer, paper, by, clock):
    paper.standing = ReceiptPrinter.PAPERLESS
    jobs = [press(placed_order, printer, by, key=f"press {turn}", kind=kind) for turn, kind in enumerate(("receipt", "gift", "pickup"))]
    for _turn in range(6):
        assert print_queue.print_due(printer.id, clock) == 0
        clock.later(seconds=30)
    first = PrintJob.get_by_id(jobs[0].id)
    assert (first.state, first.attempts, first.error) == ("waiting", 6, "The printer is out of paper.")
    assert Printer.get().state == "The printer is out of paper."
    assert paper.jobs == [] and [state(job) for job in jobs] == ["waiting"] * 3
    paper.standing = ReceiptPrinter.FINE
    clock.later(seconds=30)
    assert print_queue.print_due(printer.id, clock) == 3
    paper.wait_for_jobs(3)
    assert ["Cadeaubon" in " ".join(said) for said in printed(paper)] == [False, True, False]
    assert [state(job) for job in jobs] == ["printed"] * 3
    assert Printer.get().state == "" and Printer.get().last_seen == clock()


def test_pauses_grow(placed_order, printer, paper, by, clock):
    paper.standing = ReceiptPrinter.OPEN
    job, pauses = press(placed_order, printer, by), []
    for _turn in range(6):
        print_queue.print_due(printer.id, clock)
        due = PrintJob.get_by_id(job.id).not_before
        pauses.append((due - clock()).seconds)
        clock.at = due
    assert pauses == [2, 4, 8, 16, 30, 30]


def test_who_presses_again_is_not_kept_waiting(placed_order, printer, paper, by):
    paper.standing = ReceiptPrinter.OPEN
    press(placed_order, printer, by)
    print_queue.print_due(printer.id)
    paper.standing = ReceiptPrinter.FINE
    assert print_queue.print_due(printer.id) == 0, "it rests"
    press(placed_order, printer, by, key="somebody is there")
    assert print_queue.print_due(printer.id) == 2


def test_what_waited_for_an_hour_has_failed_and_can_be_tried_again(placed_order, printer, paper, by, clock):
    paper.standing = ReceiptPrinter.OPEN
    job = press(placed_order, printer, by)
    clock.later(minutes=59)
    assert print_rounds.look_after(clock) == {printer.id}
    print_queue.print_due(printer.id, clock)
    assert state(job) == "waiting"
    clock.later(minutes=2)
    print_rounds.look_after(clock)
    assert (state(job), PrintJob.get().error) == ("failed", "The printer is not ready: look whether it is open or out of paper.")
    assert Event.select().where(Event.kind == "print.failed", Event.order == placed_order).count() == 1
    paper.standing = ReceiptPrinter.FINE
    print_desk.decide(job.id, "again", by=by)
    assert print_queue.print_due(printer.id) == 1
    assert "KOPIE" not in printed(paper)[0], "it was never printed"


def test_a_line_that_breaks_is_for_a_person_to_judge(placed_order, printer, paper, by, clock):
    paper.breaks_after = 10
    job = press(placed_order, printer, by)
    print_queue.print_due(printer.id, clock)
    assert state(job) == "uncertain"
    paper.breaks_after = None
    clock.later(days=1)
    assert print_rounds.look_after(clock) == set() and print_queue.print_due(printer.id, clock) == 0, "never by itself"
    print_desk.decide(job.id, "printed", by=by)
    assert state(job) == "printed"
    with pytest.raises(Conflict):
        print_desk.decide(job.id, "printed", by=by)


def test_a_worker_that_died_before_anything_left_is_followed_by_another(placed_order, printer, paper, by, clock):
    job = press(placed_order, printer, by)
    print_queue.claim(printer.id, clock)
    assert print_queue.print_due(printer.id, clock) == 0, "it may still be at it"
    clock.later(seconds=31)
    assert print_rounds.look_after(clock) == {printer.id}
    assert print_queue.print_due(printer.id, clock) == 1
    assert state(job) == "printed" and len(paper.wait_for_jobs(1)) == 1


def test_a_worker_that_died_while_handing_over_leaves_it_perhaps_printed(placed_order, printer, paper, by, clock):
    job = press(placed_order, printer, by)
    assert print_queue.begin_handing(print_queue.claim(printer.id, clock), clock)
    clock.later(minutes=2)
    assert print_rounds.look_after(clock) == set()
    assert (state(job), paper.jobs) == ("uncertain", [])


def test_two_workers_print_it_once(placed_order, printer, paper, by):
    job = press(placed_order, printer, by)
    first = print_queue.claim(printer.id)
    assert print_queue.claim(printer.id) is None
    assert print_queue.begin_handing(first, now)
    assert not print_queue.begin_handing(first, now), "once only"
    assert print_queue.settle(first, "printed", now())
    assert state(job) == "printed"


def test_what_was_called_off_is_not_printed(placed_order, printer, paper, by):
    job = press(placed_order, printer, by)
    print_desk.decide(job.id, "cancel", by=by)
    assert print_queue.print_due(printer.id) == 0 and state(job) == "cancelled"


def test_it_goes_to_another_printer_when_a_person_says_so(placed_order, printer, paper, by):
    with receipt_printer() as other_paper:
        other = factories.a_printer(by, other_paper.port, name="Magazijn", paper=58)
        paper.standing = ReceiptPrinter.OPEN
        job = press(placed_order, printer, by)
        print_queue.print_due(printer.id)
        print_desk.move(job.id, other.id, by=by)
        assert print_queue.print_due(printer.id) == 0 and print_queue.print_due(other.id) == 1
        other_paper.wait_for_jobs(1)
        assert max(map(len, printed(other_paper)[0])) <= 32, "written for its own paper"
        assert PrintJob.get().moved_from == printer


def test_a_printer_that_never_answers_is_only_known_to_have_been_sent_it(placed_order, printer, paper, by):
    factories.change_printer(printer, by, answers=False)
    paper.standing, paper.confirms = None, False
    job = press(placed_order, printer, by)
    assert print_queue.print_due(printer.id) == 1
    assert state(job) == "sent"


def pay_in_cash(order, by):
    cash = PaymentMethod.get(PaymentMethod.provider == "cash")
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.mark_paid(changed, shop.current().payment_methods[cash.id], by=by)


def test_the_drawer_opens_once_and_only_when_cash_moved(placed_order, printer, paper, by):
    factories.change_printer(printer, by, drawer=True)
    press(placed_order, printer, by, key="not paid")
    pay_in_cash(placed_order, by)
    press(placed_order, printer, by, key="paid")
    press(placed_order, printer, by, key="a copy")
    print_queue.print_due(printer.id)
    opened = [[row.what for row in read(job)].count("drawer") for job in paper.wait_for_jobs(3)]
    assert opened == [0, 1, 0]


def test_the_drawer_does_not_open_long_after_the_press(placed_order, printer, paper, by, clock):
    factories.change_printer(printer, by, drawer=True)
    pay_in_cash(placed_order, by)
    press(placed_order, printer, by)
    clock.later(minutes=5)
    print_queue.print_due(printer.id, clock)
    assert "drawer" not in [row.what for row in read(paper.wait_for_jobs(1)[0])]


def test_a_press_that_fails_leaves_nothing_to_print(placed_order, printer, by):
    with pytest.raises(Refused, match="A4"):
        print_desk.press(placed_order.number, "invoice", printer.id, "k", by=by)
    with pytest.raises(Refused, match="Nothing was paid back"):
        press(placed_order, printer, by, kind="refund")
    assert not PrintJob.select().exists() and not Document.select().exists()


def test_a_test_page_shows_letters_codes_and_the_cut(shop, printer, paper, by):
    print_desk.test(printer.id, "k", by=by)
    assert print_queue.print_due(printer.id) == 1
    out = read(paper.wait_for_jobs(1)[0])
    assert [row.what for row in out][-4:] == ["barcode", "qr", "feed", "cut"]
    assert any("€ 12,50" in said for said in texts(out))


def test_a_printer_is_asked_how_it_stands_without_printing(shop, printer, paper, by):
    assert print_watch.silent() == [], "no device has it"
    device = factories.a_device()
    printers.set_for(device, printer.id)
    assert print_watch.silent() == [printer.id]
    print_watch.ask(printer.id)
    assert print_watch.silent() == []
    assert print_desk.health(printer.id, rules_settings()).problem == ""
    paper.standing = ReceiptPrinter.PAPERLESS
    print_watch.ask(printer.id)
    assert print_desk.health(printer.id, rules_settings()).problem == "The printer is out of paper."
    assert paper.jobs == []


def test_those_of_groups_are_asked_too_for_others_may_print_there(shop, printer, paper, by):
    factories.change_printer(printer, by, group="Balie", answers=False)
    factories.a_printer(by, name="Los")
    factories.a_printer(by, kind="cloudprnt", name="Ster", group="Balie")
    away = factories.a_printer(by, name="Weg", group="Balie")
    printers.archive(away.id, by=by)
    assert print_watch.silent() == [printer.id]
    print_watch.ask(printer.id)
    assert print_watch.silent() == [] and Printer.get_by_id(printer.id).last_seen, "it is on, though it says nothing"
    assert print_watch.silent(lambda: now() + timedelta(minutes=1)) == [printer.id]


def rules_settings():
    return shop.current()


def test_nothing_is_printed_of_a_press_that_is_rolled_back(placed_order, printer, by, monkeypatch):
    woken = []
    monkeypatch.setattr(print_queue, "wake", lambda key, seconds: woken.append(key))
    press(placed_order, printer, by)
    assert woken == [printer.id]
    with pytest.raises(RuntimeError), documents.database.atomic():
        press(placed_order, printer, by, key="rolled back")
        raise RuntimeError
    assert woken == [printer.id] and PrintJob.select().count() == 1


def break_facts(job, *names):
    """As a paper of long ago, which said less."""
    document = Document.get_by_id(PrintJob.get_by_id(job.id).document_id)
    Document.update(facts={name: fact for name, fact in document.facts.items() if name not in names}).where(Document.id == document.id).execute()


def tried(printer, clock):
    """Whether the worker got through."""
    try:
        print_queue.print_due(printer.id, clock)
    except (KeyError, TypeError):
        return False
    return True


def test_a_paper_that_cannot_be_laid_out_is_given_up_and_the_next_is_printed(placed_order, printer, paper, by, clock):
    broken, fine = press(placed_order, printer, by), press(placed_order, printer, by, key="gift", kind="gift")
    break_facts(broken, "lines")
    states = []
    for _turn in range(3):
        assert not tried(printer, clock), "it is told to the log"
        states.append((state(broken), state(fine)))
        clock.later(seconds=30)
    assert states == [("waiting", "waiting"), ("waiting", "waiting"), ("failed", "waiting")]
    assert print_rounds.look_after(clock) == {printer.id} and tried(printer, clock)
    paper.wait_for_jobs(1)
    assert ["Cadeaubon" in " ".join(said) for said in printed(paper)] == [True] and state(fine) == "printed"
    failed = PrintJob.get_by_id(broken.id)
    assert failed.error == "It could not be laid out for the printer; the log says why. Print it anew from its order."
    assert Event.select().where(Event.kind == "print.failed", Event.order == placed_order).count() == 1
    assert (Printer.get().state, Document.get(Document.kind == "receipt").prints) == ("", 0), "nothing is wrong with the printer"
    fresh = press(placed_order, printer, by, key="anew")
    assert tried(printer, clock) and state(fresh) == "printed"
    paper.wait_for_jobs(2)
    assert "KOPIE" not in printed(paper)[1]


def test_who_waits_behind_it_is_not_kept_waiting_for_the_minute_task(placed_order, printer, paper, by, clock, monkeypatch):
    woken = []
    broken = press(placed_order, printer, by)
    break_facts(broken, "lines")
    monkeypatch.setattr(print_queue, "wake", lambda key, seconds: woken.append(seconds))
    for _turn in range(3):
        tried(printer, clock)
        clock.later(seconds=30)
    assert woken == [2, 0, 4, 0, 0], "after its pause, and whoever is next"


def test_waiting_for_paper_is_no_try_of_what_cannot_be_laid_out(placed_order, printer, paper, by, clock):
    paper.standing = ReceiptPrinter.PAPERLESS
    job = press(placed_order, printer, by)
    for _turn in range(5):
        assert tried(printer, clock)
        clock.later(seconds=30)
    break_facts(job, "lines")
    assert not tried(printer, clock) and state(job) == "waiting"
    clock.later(seconds=30)
    assert not tried(printer, clock) and state(job) == "failed"


def test_something_unforeseen_after_it_left_is_for_a_person_to_judge(placed_order, printer, paper, by, clock, monkeypatch):
    job, behind = press(placed_order, printer, by), press(placed_order, printer, by, key="gift", kind="gift")
    with monkeypatch.context() as changed:
        changed.setattr(network, "PRINTING", "soon")
        assert not tried(printer, clock)
    paper.wait_for_jobs(1)
    assert state(job) == "uncertain"
    clock.later(minutes=5)
    assert tried(printer, clock) and (state(job), state(behind)) == ("uncertain", "printed")
    assert len(paper.wait_for_jobs(2)) == 2, "none twice"
