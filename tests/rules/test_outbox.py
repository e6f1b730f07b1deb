"""Letters leave once each, in order, whatever the mail server does; a real one answers here."""

from datetime import timedelta

import pytest

import models
from models import Event, Letter, now
from plugins import mail
from rules import events, letters, outbox
from rules.letters import Draft
from rules.rights import DESK
from tests import factories
from tests.mail_server import DROPS, mail_server


@pytest.fixture(autouse=True)
def woken(monkeypatch):
    """Nobody sends anything but the test itself; whom it would have woken."""
    woken = []
    monkeypatch.setattr(outbox, "wake", woken.append)
    return woken


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


class Time:
    """The hour it is for the outbox; a little late, so that what a slow test queues is due."""

    def __init__(self):
        self.at = now() + timedelta(minutes=2)

    def __call__(self):
        return self.at

    def passes(self, **how):
        self.at += timedelta(**how)


@pytest.fixture
def time():
    return Time()


def draft(recipient="sanne@example.nl", subject="Je bestelling", **facts):
    return Draft(**{"template": "confirmation", "name": "Orderbevestiging", "recipient": recipient, "who": "customer", "language": "nl",
                    "subject": subject, "html": "<p>Dag</p>", "text": "Dag\n"} | facts)


def queued(order, *drafts, delay=timedelta(0)):
    cause = events.record("order.opened", by=DESK, order=order)
    return letters.queue(drafts or (draft(),), order=order, cause=cause, delay=delay)


def send(server, time=now):
    return outbox.send_due(time, mail.channel(server.url))


def states():
    return [letter.state for letter in Letter.select().order_by(Letter.id)]


def test_a_letter_is_sent_once(placed_order, server):
    queued(placed_order)
    assert send(server) == 1 and send(server) == 0
    letter, (sent,) = Letter.get(), server.letters
    assert letter.state == "sent" and letter.sent_at is not None
    assert sent["Message-ID"] == letter.message_id and sent["From"] == "Theehuis De Kop <hallo@example.nl>"
    assert sent["Auto-Submitted"] == "auto-generated" and sent["Content-Language"] == "nl"
    assert sent.get_body("plain").get_content().strip() == "Dag" and "<p>Dag</p>" in sent.get_body("html").get_content()
    assert Event.select().where(Event.kind == "letter.sent", Event.order == placed_order).count() == 1


def test_it_leaves_only_when_the_time_to_take_it_back_is_over(placed_order, server, time):
    letter, = queued(placed_order, delay=letters.DELAY)
    assert letter.not_before - letter.created == timedelta(seconds=10)
    time.at = letter.not_before - timedelta(seconds=1)
    assert send(server, time) == 0
    time.passes(seconds=1)
    assert send(server, time) == 1


def test_what_was_called_back_never_leaves(placed_order, server, time):
    letter, = queued(placed_order, delay=letters.DELAY)
    assert letters.call_back(letter.event) == 1 and letters.call_back(letter.event) == 0
    time.passes(hours=1)
    assert send(server, time) == 0 and states() == ["cancelled"]


def test_what_left_cannot_be_called_back(placed_order, server):
    letter, = queued(placed_order)
    send(server)
    assert letters.call_back(letter.event) == 0 and states() == ["sent"]


def test_the_same_letter_of_the_same_cause_is_there_once(placed_order):
    cause = events.record("order.opened", by=DESK, order=placed_order)
    for _ in range(3):
        letters.queue([draft(), draft()], order=placed_order, cause=cause)
    assert Letter.select().count() == 1


def test_a_reader_nobody_knows_fails_it_at_once_with_what_the_server_said(placed_order, server):
    server.rcpt["sanne@example.nl"] = ["550 No such user"]
    queued(placed_order)
    assert send(server) == 0
    letter = Letter.get()
    assert (letter.state, letter.error) == ("failed", "550 No such user") and server.letters == []
    assert Event.get(Event.kind == "letter.failed").facts["why"] == "550 No such user"


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_not_now_is_tried_again_after_longer_and_longer_pauses(placed_order, server, time, step):
    getattr(server, step)["sanne@example.nl"] = ["451 Come back later"] * 3
    queued(placed_order)
    pauses = []
    while not server.letters:
        send(server, time)
        pauses.append((Letter.get().not_before - time()).total_seconds())
        time.at = max(time.at, Letter.get().not_before)
    assert [pause for pause in pauses if pause > 0] == [60, 120, 240]
    assert states() == ["sent"] and Letter.get().error == "" and len(server.letters) == 1


@pytest.mark.thorough
def test_a_server_that_always_says_not_now_is_given_up_after_days_not_hours(placed_order, server, time):
    server.rcpt["sanne@example.nl"] = ["452 Mailbox full"] * 1000
    queued(placed_order)
    for _ in range(4 * 24):
        send(server, time)
        time.passes(hours=1)
    assert states() == ["waiting"]
    for _ in range(2 * 24):
        send(server, time)
        time.passes(hours=1)
    assert states() == ["failed"]


def test_refused_after_it_was_handed_over_is_certain(placed_order, server):
    server.data["sanne@example.nl"] = ["554 Looks like spam"]
    queued(placed_order)
    send(server)
    assert states() == ["failed"]


def test_a_line_dropped_before_it_was_handed_over_is_tried_again(placed_order, server, time):
    server.rcpt["sanne@example.nl"] = [DROPS]
    queued(placed_order)
    assert send(server, time) == 0 and states() == ["waiting"]
    time.passes(minutes=1)
    assert send(server, time) == 1 and len(server.letters) == 1


def test_a_line_dropped_after_that_leaves_it_to_a_person(placed_order, server, time):
    server.data["sanne@example.nl"] = [DROPS]
    queued(placed_order)
    send(server, time)
    time.passes(days=1)
    assert send(server, time) == 0
    assert states() == ["uncertain"] and len(server.letters) == 1, "it was taken, though nobody said so"


def test_an_old_line_that_the_server_let_go_of_costs_nothing(placed_order, server):
    server.rcpt["b@example.nl"] = [DROPS]
    queued(placed_order, draft(), draft("b@example.nl"), draft("c@example.nl"))
    assert send(server) == 3 and server.connections == 2


def test_a_server_that_was_away_for_an_hour_gets_all_of_it_in_order(shop, by, server, time):
    orders = [factories.a_draft(by) for _ in range(5)]
    server.stop()
    for number in range(4):
        for order in orders:
            queued(order, draft(f"{order.number}@example.nl", f"{order.number}:{number}"), draft("baas@example.nl", f"{order.number}:{number}b"))
    for _ in range(60):
        assert send(server, time) == 0
        time.passes(minutes=1)
    assert set(states()) == {"waiting"} and max(letter.attempts for letter in Letter.select()) == 0, "no letter is to blame"
    assert any(letter.error for letter in Letter.select())
    server.start()
    assert send(server, time) == 40
    for order in orders:
        own = [subject.partition(":")[2] for subject in server.subjects if subject.startswith(f"{order.number}:")]
        assert own == sorted(own) and len(own) == 8


def test_letters_of_an_order_wait_for_the_one_before_and_others_do_not(shop, by, server, time):
    one, other = factories.a_draft(by), factories.a_draft(by)
    server.rcpt["sanne@example.nl"] = ["451 Later"]
    queued(one, draft(subject="first"))
    queued(one, draft("baas@example.nl", subject="to another reader"))
    queued(one, draft(subject="second"))
    queued(other, draft("jan@example.nl", subject="of another order"))
    send(server, time)
    assert sorted(server.subjects) == ["of another order", "to another reader"]
    time.passes(minutes=1)
    send(server, time)
    assert server.subjects[2:] == ["first", "second"]


def test_who_died_before_handing_over_sent_nothing_so_another_does(placed_order, server, time):
    letter, = queued(placed_order)
    assert outbox._claim(letter.id, time()) is not None
    assert send(server, time) == 0, "somebody is at it"
    time.passes(minutes=3)
    assert send(server, time) == 1 and len(server.letters) == 1


def test_who_died_while_handing_over_leaves_it_to_a_person(placed_order, server, time):
    letter, = queued(placed_order)
    claimed = outbox._claim(letter.id, time())
    assert outbox._ours(claimed, ("claimed",), state="handing", lease=time() + outbox.HANDING)
    assert send(server, time) == 0 and states() == ["handing"]
    time.passes(minutes=6)
    assert send(server, time) == 0 and states() == ["uncertain"] and server.letters == []


def test_who_was_only_slow_may_still_say_that_it_was_sent(placed_order, server, time):
    letter, = queued(placed_order)
    slow = outbox._claim(letter.id, time())
    outbox._ours(slow, ("claimed",), state="handing", lease=time() + outbox.HANDING)
    time.passes(minutes=6)
    outbox.settle_lost(time)
    assert states() == ["uncertain"]
    assert outbox._settle(slow, "sent", time(), sent_at=time()) and states() == ["sent"]


def test_who_lost_its_claim_hands_nothing_over(placed_order, server, time):
    letter, = queued(placed_order)
    slow = outbox._claim(letter.id, time())
    time.passes(minutes=3)
    assert send(server, time) == 1
    assert not outbox._ours(slow, ("claimed",), state="handing") and len(server.letters) == 1


def test_a_line_break_in_a_subject_is_no_header(placed_order, server):
    queued(placed_order, draft(subject="Hallo\r\nBcc: everybody@example.com"))
    send(server)
    assert states() == ["failed"] and server.letters == []


def test_what_is_attached_is_a_receipt_and_every_attempt_sends_the_same(placed_order, server, time):
    server.data["sanne@example.nl"] = ["451 Later"]
    queued(placed_order, draft(attach="receipt"))
    send(server, time)
    time.passes(minutes=1)
    assert send(server, time) == 1
    (attached,) = server.letters[0].iter_attachments()
    assert attached.get_content().startswith(b"%PDF") and attached.get_content_type() == "application/pdf"
    assert Letter.get().attachments[0]["document"] and placed_order.documents.count() == 1
    assert attached.get_filename() == f"{placed_order.documents.get().number}.pdf"


def test_an_invoice_goes_along_with_what_a_bookkeeping_program_reads(shop, by, server):
    order = factories.an_invoiceable_order(shop, by)
    queued(order, draft(attach="invoice_ubl"))
    assert send(server) == 1
    pdf, ubl = server.letters[0].iter_attachments()
    number = order.documents.get().number
    assert (pdf.get_filename(), ubl.get_filename()) == (f"{number}.pdf", f"{number}.xml") and number.encode() in ubl.get_payload(decode=True)


def test_an_order_that_cannot_be_invoiced_fails_its_letter_with_the_reason(placed_order, server):
    queued(placed_order, draft(attach="invoice"))
    assert send(server) == 0 and states() == ["failed"] and "VAT number" in Letter.get().error


def test_what_cannot_be_attached_fails_the_letter(shop, by, server):
    order = factories.a_draft(by)
    queued(order, draft(attach="receipt"))
    assert send(server) == 0 and states() == ["failed"] and "draft" in Letter.get().error


def test_counts_say_what_asks_for_somebody(placed_order, server):
    server.rcpt["b@example.nl"] = ["550 No"]
    server.data["c@example.nl"] = [DROPS]
    queued(placed_order, draft(), draft("b@example.nl"), draft("c@example.nl"))
    queued(placed_order, delay=letters.DELAY)
    send(server)
    assert outbox.counts() == {"waiting": 1, "claimed": 0, "handing": 0, "failed": 1, "uncertain": 1}


def test_a_mail_url_nobody_understands_keeps_letters_waiting_and_says_why(placed_order):
    queued(placed_order)
    assert outbox.send_due(now, mail.channel("gopher://example.nl")) == 0
    assert states() == ["waiting"] and "MAIL_URL must be" in Letter.get().error


def test_who_sends_is_woken_when_it_is_written_and_never_for_what_was_not(placed_order, woken):
    with models.database.atomic():
        queued(placed_order, delay=letters.DELAY)
        assert woken == []
    assert woken == [10]
    with models.database.atomic() as transaction:
        queued(placed_order)
        transaction.rollback()
    assert woken == [10] and Letter.select().count() == 1
