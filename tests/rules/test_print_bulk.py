"""Paper of many orders on a receipt printer: in the order of the list, each once, whoever is killed and whatever the printer does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from peewee import OperationalError

from models import Document, Event, Job, Order, PrintJob, database, now
from plugins.printers import network
from rules import documents, jobs, print_bulk, print_desk, print_queue, printers, shop
from rules.refusal import NotFound, Refused
from tests import factories
from tests.receipt_printer import ReceiptPrinter, read, texts

pytestmark = pytest.mark.row("S21")
WORK = {"print": print_bulk.work}


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(network, "CONNECT", 1.0)
    monkeypatch.setattr(print_queue, "wake", lambda printer, seconds: None)  # the tests say when the worker looks


@pytest.fixture
def three(shop, by):
    return [factories.a_placed_order(shop, by) for _ in range(3)]


def begin(by, orders, printer, kind="packing", *, only_new=False, key="k" * 20):
    return print_bulk.begin(kind, [order.id for order in orders], printer.id, only_new=only_new, key=key, by=by)


def queued(by, orders, printer, *given, **more):
    job = begin(by, orders, printer, *given, **more)
    jobs.run(job.id, WORK)
    return Job.get_by_id(job.id)


def came_out(paper, count):
    """The text of each that came out."""
    return [" ".join(" ".join(texts(read(sent))).split()) for sent in (paper.wait_for_jobs(count) if count else paper.jobs)]


def test_it_comes_out_in_the_order_of_the_list(three, printer, paper, by):
    wanted = three[::-1]
    job = queued(by, wanted, printer)
    assert (job.state, job.done, job.total, jobs.counts(job)["done"]) == ("done", 3, 3, 3)
    assert print_bulk.standing(job) == (0, 3, 0, 0, 0)
    assert print_queue.print_due(printer.id) == 3
    said = came_out(paper, 3)
    assert [f"Pakbon {order.number}" in text for order, text in zip(wanted, said, strict=True)] == [True] * 3
    assert "KOPIE" not in " ".join(said) and print_bulk.standing(job) == (3, 0, 0, 0, 0)


@pytest.mark.parametrize("kind", print_bulk.kinds())
def test_each_kind_fits_the_paper_of_its_printer(three, by, kind):
    narrow = factories.a_printer(by, kind="cloudprnt", name="Smal", paper=58)
    queued(by, three[:1], narrow, kind)
    (row,) = PrintJob.select()
    wide = [len(text) for row in print_queue.rows(row, now()) if (text := getattr(row, "text", ""))]
    assert Document.get().kind == kind and wide
    assert Event.select().where(Event.kind == "document.printed").get().facts["format"] == (kind if kind == "packing" else f"{kind}_58")


def test_who_follows_a_killed_worker_prints_nothing_twice(three, printer, paper, by):
    def half(job):
        (row,) = jobs.waiting(job, 1)
        with jobs.step(job, 1):
            print_bulk._put(row, job, shop.current().printers[printer.id], by)
        raise OperationalError

    job = begin(by, three, printer)
    with pytest.raises(OperationalError):
        jobs.run(job.id, {"print": half})
    assert print_queue.print_due(printer.id) == 1, "what was in the queue comes out meanwhile"
    Job.update(lease=now() - timedelta(seconds=1)).where(Job.id == job.id).execute()
    jobs.run(job.id, WORK)
    assert print_queue.print_due(printer.id) == 2
    assert "KOPIE" not in " ".join(came_out(paper, 3)) and Job.get().done == 3
    assert [document.prints for document in Document.select()] == [1, 1, 1]
    assert [row.document.order_id for row in PrintJob.select().order_by(PrintJob.id)] == [order.id for order in three]


def test_a_step_that_is_killed_halfway_leaves_nothing(three, printer, by, monkeypatch):
    def dies(*given, **more):
        raise OperationalError

    job = begin(by, three, printer)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "settle", dies)
        with pytest.raises(OperationalError):
            jobs.run(job.id, WORK)
    assert not PrintJob.select().exists() and not Document.select().exists()
    Job.update(lease=now() - timedelta(seconds=1)).execute()
    jobs.run(job.id, WORK)
    assert PrintJob.select().count() == 3


def test_what_was_printed_is_left_out_when_asked(three, printer, by):
    documents.issue(three[1], "packing", by=by)
    job = queued(by, three, printer, only_new=True)
    assert jobs.counts(job)["same"] == 1 and [row.document.order_id for row in PrintJob.select().order_by(PrintJob.id)] == [three[0].id, three[2].id]


def test_what_was_printed_before_says_copy(three, printer, by):
    documents.issue(three[0], "receipt_80", by=by)
    queued(by, three, printer, "receipt")
    assert [row.is_copy for row in PrintJob.select().order_by(PrintJob.id)] == [True, False, False]


def test_what_is_refused_is_told_and_the_rest_is_printed(three, printer, by):
    draft = factories.a_draft(by, factories.a_product("Suiker", 199))
    job = queued(by, [draft, *three], printer)
    (row,) = jobs.listed(job, "refused")
    assert (row.order.number, "draft" in row.refusal["message"], PrintJob.select().count(), job.done) == (draft.number, True, 3, 4)


def test_a_printer_that_is_off_keeps_them_in_their_order(three, printer, paper, by):
    paper.standing = ReceiptPrinter.PAPERLESS
    job = queued(by, three, printer)
    assert print_queue.print_due(printer.id) == 0 and print_bulk.standing(job).waiting == 3
    paper.standing = ReceiptPrinter.FINE
    PrintJob.update(not_before=now()).execute()
    assert print_queue.print_due(printer.id) == 3
    assert [f"Pakbon {order.number}" in text for order, text in zip(three, came_out(paper, 3), strict=True)] == [True] * 3


def test_a_press_goes_before_what_waits_of_many(three, printer, paper, by):
    queued(by, three, printer)
    begun = print_queue.claim(printer.id)
    press = print_desk.press(three[0].number, "gift", printer.id, "p", by=by)
    assert print_queue.claim(printer.id) is None, "one at a time"
    print_queue.settle(begun, "printed", now())
    assert print_queue.next_of(printer.id, now()).id == press
    assert print_queue.print_due(printer.id) == 3
    assert ["Cadeaubon" in text for text in came_out(paper, 3)] == [True, False, False]
    assert [order.number for order in three[1:]] == [text.partition("Pakbon ")[2].split()[0] for text in came_out(paper, 3)[1:]]


def test_one_of_many_that_a_dead_worker_began_is_not_stuck_behind_a_press(three, printer, paper, by):
    queued(by, three, printer)
    dead = print_queue.claim(printer.id)
    print_desk.press(three[0].number, "gift", printer.id, "p", by=by)
    late = now() + print_queue.CLAIM + timedelta(seconds=1)
    assert print_queue.next_of(printer.id, late).id == dead.id and print_queue.print_due(printer.id, lambda: late) == 4
    assert ["Cadeaubon" in text for text in came_out(paper, 4)] == [False, True, False, False]


def test_workers_at_the_same_time_begin_one_job(three, printer, by):
    queued(by, three, printer)
    print_desk.press(three[0].number, "gift", printer.id, "p", by=by)

    def claim(_turn):
        with database.connection_context():
            return print_queue.claim(printer.id)

    with ThreadPoolExecutor(4) as pool:
        claimed = [job for job in pool.map(claim, range(8)) if job]
    assert len(claimed) == 1 and claimed[0].batch_id is None


def test_presses_and_workers_at_the_same_time_hold_each_other_up_nowhere(three, printer, by):
    queued(by, three, printer)

    def turn(number):
        with database.connection_context():
            if number % 2:
                return print_desk.press(three[0].number, "gift", printer.id, f"p{number}", by=by)
            if job := print_queue.claim(printer.id):
                print_queue.settle(job, "printed", now())
            return None

    with ThreadPoolExecutor(6) as pool:
        assert len({key for key in pool.map(turn, range(36)) if key}) == 18
    while job := print_queue.claim(printer.id):
        print_queue.settle(job, "printed", now())
    assert PrintJob.select().where(PrintJob.state == "printed").count() == 21


def test_a_stopped_job_prints_no_more_and_what_it_left_is_not_printed_yet(three, printer, paper, by):
    job = queued(by, three, printer, "receipt")
    first = print_queue.claim(printer.id)
    print_bulk.stop(job)
    assert print_queue.begin_handing(first, now) and print_queue.settle(first, "printed", now()), "what the printer has comes out"
    assert print_queue.print_due(printer.id) == 0 and print_bulk.standing(job) == (1, 0, 0, 0, 2)
    rest = queued(by, three, printer, "receipt", only_new=True, key="r" * 20)
    assert jobs.counts(rest)["same"] == 1
    assert [row.is_copy for row in PrintJob.select().where(PrintJob.batch == rest)] == [False, False]


def test_a_job_that_is_stopped_before_it_begins_prints_nothing(three, printer, by):
    job = begin(by, three, printer)
    print_bulk.stop(job)
    jobs.run(job.id, WORK)
    assert not Document.select().exists() and Job.get().state == "stopped"


def test_what_failed_is_named_and_printed_again_in_one_press(three, printer, paper, by):
    job = queued(by, three, printer, "receipt")
    for _turn in range(2):
        print_queue.settle(print_queue.claim(printer.id), "failed", now(), why="The printer is out of paper.")
    assert print_bulk.troubles(job) == [(order.number, "The printer is out of paper.") for order in three[:2]]
    assert [document.prints for document in Document.select().order_by(Document.id)] == [0, 0, 1], "they did not come out"
    print_bulk.again(job, by=by)
    assert print_queue.print_due(printer.id) == 3
    assert [f"Bestelling {order.number}" in text for order, text in zip(three, came_out(paper, 3), strict=True)] == [True] * 3
    assert [document.prints for document in Document.select()] == [1, 1, 1] and not print_bulk.troubles(job)


def test_what_is_called_off_was_not_printed_until_it_is_asked_for_again(placed_order, printer, by):
    key = print_desk.press(placed_order.number, "receipt", printer.id, "p", by=by)
    print_desk.decide(key, "cancel", by=by)
    assert Document.get().prints == 0
    print_desk.decide(key, "again", by=by)
    assert Document.get().prints == 1
    print_desk.decide(key, "cancel", by=by)
    assert not PrintJob.get_by_id(print_desk.press(placed_order.number, "receipt", printer.id, "q", by=by)).is_copy


def test_only_a_roll_goes_to_a_printer_and_only_to_one_of_the_desk(three, printer, by):
    assert print_bulk.kinds() == ["receipt", "packing", "pickup", "gift"]
    for kind, refused in (("invoice", Refused), ("credit", Refused), ("passport", NotFound)):
        with pytest.raises(refused):
            begin(by, three, printer, kind)
    browser = factories.a_printer(by, kind="browser", name="Kantoor")
    assert print_bulk.receivers(shop.current()) == [printer]
    with pytest.raises(NotFound):
        begin(by, three, browser)
    assert not Job.select().exists()


def test_a_printer_put_away_meanwhile_ends_the_job_with_a_sentence(three, printer, by):
    job = begin(by, three, printer)
    printers.archive(printer.id, by=by)
    jobs.run(job.id, WORK)
    assert (Job.get().state, Job.get().report["why"]) == ("failed", "There is no such printer.")


def test_the_same_key_is_the_same_job(three, printer, by):
    assert queued(by, three, printer).id == queued(by, three, printer).id
    assert PrintJob.select().count() == 3 == Order.select().count()
