"""Printers that fetch their jobs, played from their makers' public specifications: Star's CloudPRNT Protocol Guide 2.4, Epson's Server Direct
Print User's Manual (rev. E)."""

import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from models import Document, Printer, PrintJob, SignInAttempt, now
from rules import logos, print_desk, print_queue, print_rounds, printers, shop
from tests import factories
from tests.queries import asked
from tests.receipt_printer import read, texts

pytestmark = pytest.mark.row("S21")
FINE, EMPTY, OPEN = "200 OK", "410 Out of paper", "420 Cover open"


class Star:
    """Asks, fetches, prints and confirms, as an mC-Print3 does."""

    def __init__(self, client, address):
        self.client, self.path, self.status, self.pictures = client, address.partition("//")[2].partition("/")[2], FINE, []

    def poll(self, **more):
        said = {"status": "29 a 0 0 0 0 0 0 0", "printerMAC": "00:11:62:0d:7b:c3", "uniqueID": "Kassa", "statusCode": self.status,
                "printingInProgress": False, "clientAction": None} | more
        return self.client.post(f"/{self.path}", json=said).get_json()

    def fetch(self, token):
        return self.client.get(f"/{self.path}", query_string={"uid": "Kassa", "type": "image/png", "mac": "00:11:62:0d:7b:c3", "token": token})

    def confirm(self, token, code="200 OK"):
        return self.client.delete(f"/{self.path}", query_string={"uid": "Kassa", "code": code, "mac": "00:11:62:0d:7b:c3", "token": token})

    def work(self):
        answer = self.poll()
        if answer["jobReady"]:
            assert answer["mediaTypes"] == ["image/png"]
            fetched = self.fetch(answer["jobToken"])
            assert fetched.mimetype == "image/png"
            self.pictures.append(Image.open(io.BytesIO(fetched.data)))
            self.confirm(answer["jobToken"])
            return fetched
        return None


class Epson:
    """Asks with GetRequest, prints, and says so with SetResponse, as a TM-m30 does."""

    def __init__(self, client, address):
        self.client, self.path, self.jobs = client, address.partition("//")[2].partition("/")[2], []

    def ask(self):
        answer = self.client.post(f"/{self.path}", data={"ConnectionType": "GetRequest", "ID": "", "Name": "Kassa"})
        assert answer.status_code == 200
        if not answer.data:
            return None
        assert answer.mimetype == "text/xml"
        root = ElementTree.fromstring(answer.data)
        assert (root.tag, root.get("Version")) == ("PrintRequestInfo", "2.00")
        assert root.findtext("ePOSPrint/Parameter/devid") == "local_printer"
        command = root.find("ePOSPrint/PrintData/{http://www.epson-pos.com/schemas/2011/03/epos-print}epos-print").findtext(
            "{http://www.epson-pos.com/schemas/2011/03/epos-print}command")
        self.jobs.append(bytes.fromhex(command))
        return root.findtext("ePOSPrint/Parameter/printjobid")

    def say(self, job, *, success="true", code=""):
        response = (f'<?xml version="1.0" encoding="utf-8"?><PrintResponseInfo Version="2.00"><ePOSPrint><Parameter><devid>local_printer</devid>'
                    f'<printjobid>{job}</printjobid></Parameter><PrintResponse><response xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print" '
                    f'success="{success}" code="{code}" status="251658262" battery="0"/></PrintResponse></ePOSPrint></PrintResponseInfo>')
        return self.client.post(f"/{self.path}", data={"ConnectionType": "SetResponse", "ID": "", "Name": "Kassa", "ResponseFile": response})


@pytest.fixture
def star(visitor, by):
    row = factories.a_printer(by, kind="cloudprnt", name="Ster")
    return Star(visitor, printers.address(row))


@pytest.fixture
def epson(visitor, by):
    row = factories.a_printer(by, kind="epson_sdp", name="Epson")
    return Epson(visitor, printers.address(row))


def press(order, by, key="press", kind="receipt"):
    return print_desk.press(order.number, kind, Printer.select().order_by(Printer.id).get().id, key, by=by)


def job():
    return PrintJob.select().order_by(PrintJob.id.desc()).get()


def test_a_star_printer_fetches_its_receipt_once(star, placed_order, by):
    assert star.poll() == {"jobReady": False}
    press(placed_order, by)
    fetched = star.work()
    assert job().state == "printed" and star.poll() == {"jobReady": False}
    picture, = star.pictures
    assert picture.width == 576 and picture.mode == "1" and 800 < picture.height < 2_500
    codes = {code.text for code in zxingcpp.read_barcodes(picture.convert("L"))}
    assert codes == {f"TB-{placed_order.number.zfill(6)}", Document.get().facts["page"]}
    assert fetched.headers["X-Star-Cut"].startswith("partial") and "X-Star-CashDrawer" not in fetched.headers


@pytest.mark.parametrize("width", [80, 58])
def test_both_print_the_logo_of_the_shop(star, epson, placed_order, by, width):
    logos.change(factories.a_logo(), by=by)
    for printer in Printer.select():
        factories.change_printer(printer, by, paper=width)
    print_desk.press(placed_order.number, "receipt", Printer.get(Printer.kind == "epson_sdp").id, "e", by=by)
    epson.ask()
    picture = read(epson.jobs[0])[0]
    print_desk.press(placed_order.number, "receipt", Printer.get(Printer.kind == "cloudprnt").id, "s", by=by)
    star.work()
    drawn = star.pictures[0].convert("L")
    left = (drawn.width - picture.value.width) // 2
    assert picture.what == "picture" and Document.get().facts["logo"]
    assert drawn.crop((left, 0, left + picture.value.width, picture.value.height)).tobytes() == picture.value.tobytes()


def test_a_star_printer_that_could_not_fetch_it_fetches_it_again(star, placed_order, by):
    press(placed_order, by)
    token = star.poll()["jobToken"]
    first = star.fetch(token)
    assert job().state == "handing" and star.poll() == {"jobReady": False}, "it may be printing"
    assert star.fetch(token).data == first.data
    star.confirm(token)
    assert job().state == "printed" and star.fetch(token).status_code == 404


def test_a_star_printer_without_paper_is_offered_nothing(star, placed_order, by):
    press(placed_order, by)
    for status, why in ((EMPTY, "The printer is out of paper."), (OPEN, "The printer is open."), ("400 Error", "The printer says that something is wrong.")):
        star.status = status
        assert star.poll() == {"jobReady": False}
        assert print_desk.health(Printer.get().id, shop.current()).problem == why
    star.status = "211 Paper low"
    star.work()
    assert job().state == "printed" and print_desk.health(Printer.get().id, shop.current()).problem == ""


@pytest.mark.parametrize("code, state", [("OK", "printed"), ("211 OK", "printed"), ("410 Out of paper", "uncertain"), ("511 Media decoding", "failed")])
def test_what_a_star_printer_says_became_of_it(star, placed_order, by, code, state):
    press(placed_order, by)
    token = star.poll()["jobToken"]
    star.fetch(token)
    star.confirm(token, code)
    assert job().state == state
    assert star.poll() == {"jobReady": False}, "never twice by itself"


def test_a_star_printer_that_was_unplugged_while_it_printed_leaves_it_for_a_person(star, placed_order, by):
    press(placed_order, by)
    token = star.poll()["jobToken"]
    star.fetch(token)
    print_rounds.look_after(lambda: now() + timedelta(minutes=2))
    assert job().state == "uncertain" and star.poll() == {"jobReady": False}
    star.confirm(token)
    assert job().state == "printed", "it says so after all"


def test_an_epson_printer_prints_its_receipt_once(epson, placed_order, by):
    assert epson.ask() is None
    press(placed_order, by)
    name = epson.ask()
    assert epson.ask() is None, "it is printing"
    assert epson.say(name).status_code == 200
    assert job().state == "printed" and epson.ask() is None
    out, = map(read, epson.jobs)
    assert Document.get().number in " ".join(texts(out)) and out[-1].what == "cut"


@pytest.mark.parametrize("code, state", [("EPTR_REC_EMPTY", "uncertain"), ("EX_TIMEOUT", "uncertain"), ("SchemaError", "failed")])
def test_what_an_epson_printer_says_became_of_it(epson, placed_order, by, code, state):
    press(placed_order, by)
    epson.say(epson.ask(), success="false", code=code)
    assert job().state == state and epson.ask() is None


@pytest.mark.parametrize("said", ["", "<a", '<!DOCTYPE a [<!ENTITY b "c">]><PrintResponseInfo>&b;</PrintResponseInfo>', "<a>" * 40_000])
def test_what_is_no_answer_changes_nothing(epson, placed_order, by, said):
    press(placed_order, by)
    epson.ask()
    answer = epson.client.post(f"/{epson.path}", data={"ConnectionType": "SetResponse", "ResponseFile": said})
    assert answer.status_code in (400, 413) and job().state == "handing"


def test_the_address_of_one_printer_settles_nothing_of_another(star, epson, placed_order, by):
    press(placed_order, by)
    assert epson.say(job().id).status_code == 404 and job().state == "waiting"


def test_wrong_addresses_open_nothing_and_are_slowed_down(star, visitor, by, placed_order):
    press(placed_order, by)
    right = star.path
    star.path = right[:-1] + ("A" if right[-1] != "A" else "B")
    answers = {visitor.post(f"/{star.path}", json={}).status_code for _turn in range(25)}
    assert answers <= {404, 422, 429} and len(answers) == 2
    assert SignInAttempt.select().count() == 20
    star.path = right
    assert star.poll()["jobReady"], "the printer itself is not held up"
    printers.renew_address(Printer.get().id, by=by)
    assert star.client.post(f"/{right}", json={}).status_code in (404, 422, 429)


def test_asking_writes_nothing_most_of_the_time(star, placed_order):
    star.poll()
    with asked() as queries:
        star.poll()
    assert not [query for query in queries if str(query.sql).lstrip().upper().startswith(("INSERT", "DELETE"))] and len(queries) <= 5


def test_what_waits_for_a_printer_that_asks_no_more_goes_to_another(star, placed_order, by):
    other = factories.a_printer(by, 9100, name="Magazijn")
    factories.change_printer(Printer.get(Printer.kind == "cloudprnt"), by, group="Balie")
    factories.change_printer(other, by, group="Balie")
    star.poll()
    printers.is_there(other.id, now() + timedelta(minutes=3))
    print_desk.press(placed_order.number, "receipt", Printer.get(Printer.kind == "cloudprnt").id, "k", by=by)
    print_rounds.look_after(lambda: now() + timedelta(minutes=3))
    assert job().printer_id == other.id and job().moved_from_id


def test_what_cannot_be_laid_out_is_given_up_and_the_next_is_fetched(app, star, epson, placed_order, by, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    for printer, ask in ((Printer.get(Printer.kind == "cloudprnt"), star.work), (Printer.get(Printer.kind == "epson_sdp"), epson.ask)):
        broken = print_desk.press(placed_order.number, "receipt", printer.id, f"broken {printer.id}", by=by)
        document = PrintJob.get_by_id(broken).document
        Document.update(facts={"language": "nl"}).where(Document.id == document.id).execute()
        for _turn in range(3):
            with pytest.raises((AssertionError, KeyError)):
                ask()
            PrintJob.update(not_before=now()).execute()
        assert (PrintJob.get_by_id(broken).state, PrintJob.get_by_id(broken).error) == ("failed", print_queue.UNMADE)
        fine = print_desk.press(placed_order.number, "receipt", printer.id, f"anew {printer.id}", by=by)
        assert ask() and PrintJob.get_by_id(fine).state in ("printed", "handing")
