"""What waits for a printer that stays off: it comes out of another of its group, once, or is given up."""

from datetime import timedelta

import pytest

from models import Document, Event, Printer, PrintJob, now
from rules import print_desk, print_queue, print_rounds, print_watch, printers
from tests import factories
from tests.receipt_printer import ReceiptPrinter, receipt_printer

pytestmark = pytest.mark.row("S21")
OFF, FIRST, SECOND = "Kassa 1", "Kassa 2", "Kassa 3"


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    """The tests say when the worker looks."""
    monkeypatch.setattr(print_queue, "wake", lambda printer, seconds: None)


class Clock:
    def __init__(self):
        self.at = now() + timedelta(seconds=3)  # after what the test itself does

    def __call__(self):
        return self.at

    def later(self, *there, **passed):
        """Time goes by; these printers were seen just now. The worker looks."""
        self.at += timedelta(**passed)
        for name in there:
            printers.is_there(named(name).id, self.at)
        return print_rounds.look_after(self)


@pytest.fixture
def clock():
    return Clock()


def named(name):
    return Printer.get(Printer.name == name)


@pytest.fixture
def group(shop, by):
    """Three of the counter, of which none was ever seen, and some that print for nobody."""
    for name, kind, word in ((OFF, "network", "Balie"), (SECOND, "network", "balie "), (FIRST, "network", "BALIE"), ("Ander", "network", "Inpaktafel"),
                             ("Browser", "browser", "Balie"), ("Los", "network", ""), ("Weg", "network", "Balie")):
        factories.a_printer(by, kind=kind, name=name, group=word, minutes=2)
    printers.archive(named("Weg").id, by=by)


NOBODY = ("Ander", "Browser", "Los", "Weg")


def press(order, by, key="press", printer=OFF):
    return PrintJob.get_by_id(print_desk.press(order.number, "receipt", named(printer).id, key, by=by))


def place(job):
    """Where it is, instead of what, and how it stands."""
    job = PrintJob.get_by_id(job.id)
    return job.printer.name, job.moved_from.name if job.moved_from else "", job.state


def test_what_waited_too_long_comes_out_of_the_least_busy_of_the_group_that_is_there(group, placed_order, by, clock):
    jobs = [press(placed_order, by, f"press {turn}") for turn in range(3)]
    press(placed_order, by, "busy", FIRST)
    assert clock.later(FIRST, SECOND, *NOBODY, seconds=110) == {named(OFF).id, named(FIRST).id}, "not yet"
    assert clock.later(FIRST, SECOND, *NOBODY, seconds=15) == {named(SECOND).id, named(FIRST).id}
    assert [place(job) for job in jobs] == [(SECOND, OFF, "waiting")] * 3
    assert PrintJob.select().where(PrintJob.printer == named(SECOND)).order_by(PrintJob.id).first().id == jobs[0].id, "in their order"


def test_it_waits_when_nobody_of_the_group_is_there(group, placed_order, by, clock):
    job = press(placed_order, by)
    clock.later(*NOBODY, minutes=10)
    assert place(job) == (OFF, "", "waiting"), "none was seen"
    clock.later(FIRST, minutes=1)
    assert place(job) == (FIRST, OFF, "waiting")


def test_one_that_cannot_print_now_is_not_chosen(group, placed_order, by, clock):
    job = press(placed_order, by)
    printers.is_there(named(FIRST).id, clock() + timedelta(minutes=3))
    printers.is_wrong(named(FIRST).id, "The printer is out of paper.")
    clock.later(minutes=3)
    assert place(job) == (OFF, "", "waiting")


def test_without_a_group_it_waits(group, placed_order, by, clock):
    factories.change_printer(named(OFF), by, group="")
    job = press(placed_order, by)
    clock.later(FIRST, "Los", minutes=10)
    assert place(job) == (OFF, "", "waiting")


def test_a_printer_that_is_on_but_busy_keeps_its_jobs(group, placed_order, by, clock):
    job = press(placed_order, by)
    clock.later(OFF, FIRST, minutes=10)
    assert place(job) == (OFF, "", "waiting")


def test_a_printer_that_is_asked_every_minute_is_there_all_the_while(group, placed_order, by, clock):
    factories.change_printer(named(FIRST), by, minutes=1)
    job = press(placed_order, by)
    clock.later(FIRST, seconds=50)
    clock.later(seconds=75)
    assert place(job) == (FIRST, OFF, "waiting"), "who looks may be a little late"


def test_its_minutes_begin_anew_wherever_it_goes(group, placed_order, by, clock):
    job = press(placed_order, by)
    clock.later(FIRST, seconds=30)
    clock.later(seconds=110)
    assert place(job) == (FIRST, OFF, "waiting")
    clock.later(SECOND, minutes=2)
    assert place(job) == (FIRST, OFF, "waiting"), "that one is off too, but not since it came"
    clock.later(SECOND, seconds=1)
    assert place(job) == (SECOND, OFF, "waiting")


def test_it_moves_on_when_the_next_stays_off_too_and_back_but_never_within_the_minutes(group, placed_order, by, clock):
    job, seen = press(placed_order, by), []
    clock.later(FIRST, minutes=3)
    for there in ((SECOND,), (SECOND,), (SECOND,), (OFF,), (OFF,), (OFF,), (OFF,)):
        clock.later(*there, minutes=1)
        seen.append(place(job)[:2])
    assert seen == [(FIRST, OFF)] * 2 + [(SECOND, OFF)] * 3 + [(OFF, "")] * 2


def test_what_was_begun_stays_where_it_is(group, placed_order, by, clock):
    claimed = press(placed_order, by)
    print_queue.claim(named(OFF).id, clock)
    clock.later(FIRST, minutes=5)
    assert place(claimed) == (OFF, "", "claimed")
    assert print_queue.begin_handing(print_queue.claim(named(OFF).id, clock), clock)
    clock.later(FIRST, minutes=5)
    assert place(claimed) == (OFF, "", "uncertain"), "perhaps it is on paper"


def test_what_somebody_took_in_hand_meanwhile_stays_as_it_is(group, placed_order, by, clock):
    begun, moved, stopped = (press(placed_order, by, key, printer) for key, printer in (("begun", OFF), ("moved", SECOND), ("stopped", SECOND)))
    print_queue.claim(named(OFF).id, clock)
    print_desk.move(moved.id, named(OFF).id, by=by)
    print_desk.decide(stopped.id, "cancel", by=by)
    as_they_are = [place(job) for job in (begun, moved, stopped)]
    assert not any(print_rounds.move(job, named(FIRST), clock()) for job in (begun, moved, stopped))
    assert [place(job) for job in (begun, moved, stopped)] == as_they_are == [(OFF, "", "claimed"), (OFF, SECOND, "waiting"), (SECOND, "", "cancelled")]


def test_it_is_given_up_an_hour_after_it_was_asked_for_wherever_it_went(group, placed_order, by, clock):
    job, places = press(placed_order, by), set()
    for minute in range(60):
        clock.later((FIRST, SECOND, OFF)[minute // 4 % 3], minutes=1)
        places.add(place(job)[0])
    assert places == {OFF, FIRST, SECOND} and place(job)[2] == "waiting"
    clock.later(minutes=4)
    assert (place(job)[2], PrintJob.get_by_id(job.id).error) == ("failed", "The printer does not answer.")
    assert Event.select().where(Event.kind == "print.failed", Event.order == placed_order).count() == 1
    assert Document.get().prints == 0, "it is not on paper"


@pytest.mark.parametrize("what", ["again", "now"])
def test_asked_for_again_it_has_its_hour_again(group, placed_order, by, clock, what):
    job, long_ago = press(placed_order, by), now() - timedelta(hours=2)
    PrintJob.update(asked=long_ago, since=long_ago, state="failed" if what == "again" else "waiting").execute()
    print_desk.decide(job.id, what, by=by)
    clock.later(minutes=59)
    assert place(job)[2] == "waiting"
    clock.later(minutes=2)
    assert place(job)[2] == "failed"


def test_another_of_the_group_prints_it_once(placed_order, printer, paper, by, clock):
    with receipt_printer() as other_paper:
        other = factories.a_printer(by, other_paper.port, name="Magazijn", group="Balie")
        factories.change_printer(printer, by, group="balie", minutes=3)
        paper.standing = ReceiptPrinter.OPEN
        job = press(placed_order, by, printer="Toonbank")
        for _minute in range(2):
            print_queue.print_due(printer.id, clock)
            print_watch.ask(other.id, clock)
            assert clock.later(minutes=1) == {printer.id}
        assert clock.later(minutes=1) == {other.id}
        assert PrintJob.get_by_id(job.id).error == "", "what was wrong with the one is not wrong with the other"
        paper.standing = ReceiptPrinter.FINE
        assert print_queue.print_due(printer.id, clock) == 0 and print_queue.print_due(other.id, clock) == 1
        other_paper.wait_for_jobs(1)
        assert place(job) == ("Magazijn", "Toonbank", "printed") and paper.jobs == []


def test_a_move_by_hand_says_where_it_was_asked_for_at_first(group, placed_order, by):
    job = press(placed_order, by)
    for to, from_ in ((FIRST, OFF), (SECOND, OFF), (OFF, "")):
        print_desk.move(job.id, named(to).id, by=by)
        assert place(job) == (to, from_, "waiting")
