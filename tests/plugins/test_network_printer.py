"""A printer on the network: a real socket on which a printer of ours listens, is switched off, runs out of paper and breaks."""

import socket
from time import monotonic

import pytest

from plugins.printers import escpos, network
from plugins.printers.contract import Cut, Later, Model, Never, Qr, Text, Unknown
from plugins.printers.network import Network
from tests.receipt_printer import ReceiptPrinter, read, receipt_printer

JOB = escpos.written([Text("Theehuis De Kop", bold=True), Qr("https://desk.example.nl/o/abc"), Cut()], Model())
LONG = escpos.written([Text("x" * 47)] * 100, Model()) * 2_000  # 10 MB: more than a connection takes in


@pytest.fixture
def printer():
    with receipt_printer() as printer:
        yield printer


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    for name, seconds in (("CONNECT", 1.0), ("STATUS", 0.3), ("SENDING", 0.5), ("PRINTING", 0.5)):
        monkeypatch.setattr(network, name, seconds)


def sent(printer, job=JOB, **options):
    line = Network("127.0.0.1", printer.port, **options)
    line.offer()
    try:
        return line.hand_over(job)
    finally:
        line.close()


def test_a_job_is_printed_whole_and_the_printer_says_so(printer):
    assert sent(printer) is True
    job, = printer.wait_for_jobs(1)
    assert [(row.what, row.value) for row in read(job)] == [("text", "Theehuis De Kop"), ("qr", "https://desk.example.nl/o/abc"), ("cut", "")]


def test_a_printer_that_says_nothing_of_itself_is_only_known_to_have_been_sent_it(printer):
    printer.standing, printer.confirms = None, False
    assert sent(printer, answers=False) is False
    assert printer.wait_for_jobs(1) == [JOB]


def test_jobs_come_one_after_the_other(printer):
    for number in range(5):
        sent(printer, escpos.written([Text(f"Bon {number}")], Model()))
    assert [read(job)[0].value for job in printer.wait_for_jobs(5)] == [f"Bon {number}" for number in range(5)]


def test_a_printer_that_is_off_is_tried_again_later():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Later, match="does not answer"):
        Network("127.0.0.1", port).offer()
    with pytest.raises(Later):
        Network("127.0.0.1", port, answers=False).hand_over(JOB)


@pytest.mark.parametrize("standing, why", [(ReceiptPrinter.OPEN, "not ready"), (ReceiptPrinter.PAPERLESS, "out of paper"), (None, "does not say"), ((0, 0), "does not say")])
def test_a_printer_that_cannot_print_is_given_nothing(printer, standing, why):
    printer.standing = standing
    with pytest.raises(Later, match=why):
        Network("127.0.0.1", printer.port).offer()
    assert printer.jobs == []
    printer.standing = printer.FINE
    assert sent(printer) is True


def test_nobody_knows_what_is_on_paper_when_the_line_breaks(printer):
    printer.breaks_after = 5_000
    with pytest.raises(Unknown):
        sent(printer, LONG)
    assert 5_000 <= len(printer.wait_for_jobs(1)[0]) < len(LONG)


def test_nobody_knows_when_the_printer_does_not_say_that_it_is_done(printer):
    printer.confirms = False
    with pytest.raises(Unknown, match="did not say"):
        sent(printer)
    assert printer.wait_for_jobs(1)[0].startswith(JOB)


def test_a_printer_that_stops_reading_is_not_waited_for_for_ever():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        line, started = Network("127.0.0.1", deaf.getsockname()[1], answers=False), monotonic()
        line.offer()
        with pytest.raises(Unknown):
            line.hand_over(LONG * 4)
        assert monotonic() - started < 5 and line.line is None


@pytest.mark.parametrize("host, port", [("127.0.0.1", 99_999), ("x" * 300, 9100), ("a..b", 9100), ("127.0.0.1", 0), ("", 9100)])
def test_what_is_no_address_never_prints(host, port):
    with pytest.raises(Never):
        Network(host, port).offer()


def test_a_name_nobody_knows_may_be_known_later():
    with pytest.raises(Later):
        Network("printer.invalid").offer()


def test_letting_go_twice_is_no_trouble(printer):
    line = Network("127.0.0.1", printer.port)
    line.offer()
    line.close()
    line.close()
    assert printer.jobs == []
