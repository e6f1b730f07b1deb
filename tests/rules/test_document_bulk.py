"""Many documents are one PDF in the order of the list, laid out in parts; what was printed before is left out when asked."""

from datetime import timedelta

import pytest
from peewee import OperationalError
from pypdf import PdfReader

import config
from models import Document, Job, Order, now
from rules import document_bulk, documents, jobs
from rules.refusal import Refused
from tests import factories

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough]
WORK = {"documents": document_bulk.work}


@pytest.fixture(autouse=True)
def no_files_yet():
    """The jobs of the test before had the same keys, perhaps in the same second."""
    for path in (config.INSTANCE / "exports").glob("*"):
        path.unlink()


@pytest.fixture
def three(shop, by):
    return [factories.a_placed_order(shop, by) for _ in range(3)]


def printed(by, orders, format="receipt_a4", *, only_new=False, key="k" * 20):
    job = document_bulk.begin(format, [order.id for order in orders], only_new=only_new, key=key, by=by)
    jobs.run(job.id, WORK)
    return Job.get_by_id(job.id)


def texts(job):
    with document_bulk.kept_at(job).open("rb") as file:
        return [page.extract_text() for page in PdfReader(file).pages]


def numbers():
    return [document.number for document in Document.select().order_by(Document.id)]


def test_pages_stand_in_the_order_of_the_list(three, by):
    job = printed(by, three[::-1])
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert [number in page for number, page in zip(numbers(), texts(job), strict=True)] == [True] * 3
    assert [document.order_id for document in Document.select().order_by(Document.id)] == [order.id for order in three[::-1]]


def test_parts_follow_each_other(three, by, monkeypatch):
    monkeypatch.setattr(document_bulk, "PAGES", 1)
    job = printed(by, three)
    assert len(texts(job)) == 3 and len(list(document_bulk.kept_at(job).parent.glob(f"{document_bulk.kept_at(job).stem}*"))) == 1


def test_what_was_printed_is_left_out_when_asked(three, by):
    documents.issue(three[1], "receipt_80", by=by)
    job = printed(by, three, only_new=True)
    assert len(texts(job)) == 2 and jobs.counts(job)["same"] == 1 and job.done == 3


def test_what_was_printed_before_says_copy(three, by):
    documents.issue(three[0], "receipt_a4", by=by)
    assert ["KOPIE" in page for page in texts(printed(by, three))] == [True, False, False]


def test_what_is_refused_is_told_and_the_rest_is_printed(three, by, shop):
    good = factories.an_invoiceable_order(shop, by)
    job = printed(by, [*three, good], "invoice")
    assert len(texts(job)) == 1 and jobs.counts(job)["refused"] == 3 and job.done == 4
    assert all("customer" in row.refusal["message"] for row in jobs.listed(job, "refused"))


def test_nothing_to_print_makes_no_file(three, by):
    assert not document_bulk.kept_at(printed(by, three, "invoice")).exists()


def test_rolls_are_pages_as_long_as_they_are(three, by):
    job = printed(by, three, "receipt_80")
    with document_bulk.kept_at(job).open("rb") as file:
        assert {round(float(page.mediabox.width) / 72 * 25.4) for page in PdfReader(file).pages} == {80}


def test_the_same_key_is_the_same_job(three, by):
    assert printed(by, three).id == printed(by, three).id and Document.select().count() == 3


def test_a_stopped_job_leaves_no_parts(three, by):
    job = document_bulk.begin("receipt_a4", [order.id for order in three], only_new=False, key="s" * 20, by=by)
    jobs.stop(job)
    jobs.run(job.id, WORK)
    assert not Document.select().exists() and not document_bulk.kept_at(job).exists()


def test_who_follows_a_killed_worker_prints_nothing_twice(three, by):
    def half(job):
        (row,) = jobs.waiting(job, 1)
        with jobs.step(job):
            document_bulk._issue(row, "receipt_a4", False, by)
        raise OperationalError

    job = document_bulk.begin("receipt_a4", [order.id for order in three], only_new=False, key="d" * 20, by=by)
    with pytest.raises(OperationalError):
        jobs.run(job.id, {"documents": half})
    Job.update(lease=now() - timedelta(seconds=1)).where(Job.id == job.id).execute()
    jobs.run(job.id, WORK)
    pages = texts(job)
    assert len(pages) == 3 and not any("KOPIE" in page for page in pages) and Job.get().done == 3
    assert [document.prints for document in Document.select()] == [1, 1, 1]


def test_what_only_a_refund_makes_is_not_printed_for_many(three, by):
    with pytest.raises(Refused):
        document_bulk.begin("credit", [Order.get().id], only_new=False, key="c" * 20, by=by)
