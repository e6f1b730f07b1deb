"""The printers in the settings, the press on an order, the page that prints itself and the list of print jobs."""

import re

import pytest
import zxingcpp

from models import Device, Document, Printer, PrintJob
from rules import documents, print_queue, print_watch, printers, shop
from tests import factories
from tests.receipt_printer import ReceiptPrinter, read, receipt_printer, texts

pytestmark = pytest.mark.row("S21")
TYPED = {"kind": "network", "name": "Toonbank", "host": "127.0.0.1", "paper": "80", "code_page": "cp858", "answers": "y", "cuts": "y",
         "group": "", "minutes": "2"}


def choose(client, printer):
    return client.post("/account/device/printer", data={"printer": printer.id if printer else ""})


def press(client, order, key="press"):
    return client.post(f"/orders/{order.number}/print-jobs", data={"kind": "receipt", "key": key})


def test_a_printer_is_added_tried_changed_and_put_away(client, paper):
    answer = client.post("/settings/printers", data=TYPED | {"port": str(paper.port)})
    row = Printer.get()
    assert answer.status_code == 303 and answer.location.endswith(f"/settings/printers/{row.id}")
    page = client.get(answer.location).text
    assert "Hij is nog niet gebruikt" in page and "127.0.0.1" in page
    client.post(f"/settings/printers/{row.id}/test", data={"key": "test"})
    assert any("€ 12,50" in line for line in texts(read(paper.wait_for_jobs(1)[0])))
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(f"/settings/printers/{row.id}").text)[1]
    client.post(f"/settings/printers/{row.id}", data=TYPED | {"port": "9100", "name": "Kassa", "seen": seen, "paper": "58"})
    row = Printer.get()
    assert (row.name, row.settings["port"], row.settings["paper"], row.settings["drawer"]) == ("Kassa", 9100, 58, False)
    assert client.post(f"/settings/printers/{row.id}", data=TYPED | {"port": "9100", "seen": seen}).status_code == 409
    client.post(f"/settings/printers/{row.id}/archiving")
    assert Printer.get().archived
    client.post(f"/settings/printers/{row.id}/archiving", data={"restore": "1"})
    assert not Printer.get().archived


def test_a_printer_that_has_no_euro_gets_its_test_page_as_a_picture(client, paper):
    client.post("/settings/printers", data=TYPED | {"port": str(paper.port), "as_picture": "y"})
    row = Printer.get()
    assert re.search(r'name="as_picture"[^>]* checked|checked[^>]* name="as_picture"', client.get(f"/settings/printers/{row.id}").text)
    client.post(f"/settings/printers/{row.id}/test", data={"key": "test"})
    page, cut = read(paper.wait_for_jobs(1)[0])
    assert (page.what, cut.what) == ("picture", "cut")
    assert {code.text for code in zxingcpp.read_barcodes(page.value)} == {"TB-000000", "https://example.nl/é"}


@pytest.mark.parametrize("wrong, field", [({"host": "geen adres"}, "host"), ({"port": "80"}, "port"), ({"name": ""}, "name"), ({"paper": "70"}, "paper"),
                                          ({"minutes": "0"}, "minutes"), ({"minutes": "31"}, "minutes"), ({"group": "x" * 41}, "group"), ({"code_page": "ebcdic"}, "code_page")])
def test_what_cannot_be_is_said_beside_its_field(client, wrong, field):
    answer = client.post("/settings/printers", data=TYPED | {"port": "9100"} | wrong)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and not Printer.select().exists()


@pytest.mark.parametrize("kind", list(printers.KINDS))
def test_each_kind_has_its_form(client, kind):
    assert client.get(f"/settings/printers/new?kind={kind}").status_code == 200
    client.post("/settings/printers", data={"kind": kind, "name": kind, "paper": "80", "host": "p", "port": "9100", "code_page": "cp858", "minutes": "5", "group": "Balie"})
    page = client.get(f"/settings/printers/{Printer.get().id}").text
    assert ("/printers/star/" in page, "/printers/epson/" in page) == (kind == "cloudprnt", kind == "epson_sdp")


def add(client, name, group="", port=9100, **typed):
    client.post("/settings/printers", data=TYPED | {"name": name, "group": group, "port": str(port)} | typed)
    return Printer.get(Printer.name == name)


def test_printers_of_one_group_print_for_one_another(client):
    till = add(client, "Kassa 1")
    alone = "Hij staat alleen: wat je afdrukt, wacht tot hij weer aan is."
    assert alone in client.get(f"/settings/printers/{till.id}").text
    client.post(f"/settings/printers/{till.id}", data=TYPED | {"name": "Kassa 1", "port": "9100", "group": "Balie"})
    assert alone in client.get(f"/settings/printers/{till.id}").text
    second = add(client, "Kassa 2", " balie ")
    page = client.get(f"/settings/printers/{till.id}").text
    assert "Als hij uit blijft, drukt Kassa 2 voor hem af." in page and 'name="group"' in page
    assert re.findall(r'<option value="([^"]+)"></option>', page) == ["Balie"] and second.group == "Balie"
    third = add(client, "Ster", "BALIE", kind="cloudprnt")
    assert "drukt een van deze voor hem af: Kassa 2, Ster." in client.get(f"/settings/printers/{till.id}").text
    for row in (second, third):
        client.post(f"/settings/printers/{row.id}/archiving")
    assert alone in client.get(f"/settings/printers/{till.id}").text
    assert alone not in client.get(f"/settings/printers/{second.id}").text, "nothing is printed there"


def test_somebody_elses_group_is_shown_beside_ones_own(client):
    row = add(client, "Kassa 1")
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(f"/settings/printers/{row.id}").text)[1]
    typed = TYPED | {"name": "Kassa 1", "port": "9100", "seen": seen}
    assert client.post(f"/settings/printers/{row.id}", data=typed | {"group": "Balie"}).status_code == 303
    answer = client.post(f"/settings/printers/{row.id}", data=typed | {"group": "Inpaktafel"})
    assert answer.status_code == 409 and "Nu: Balie" in answer.text and 'value="Inpaktafel"' in answer.text
    assert Printer.get().group == "Balie"


def test_the_list_shows_printers_under_their_groups(client):
    add(client, "Los")
    assert "printers-group" not in client.get("/settings/printers").text, "no group, no heading"
    for name, group in (("Inpak", "Inpaktafel"), ("Kassa 2", "Balie"), ("Kassa 1", "Balie")):
        add(client, name, group)
    page = client.get("/settings/printers").text
    page = page[page.index('class="narrow"'):page.index("</main>")]
    assert re.findall(r"<h2[^>]*>([^<]+)|<b>([^<]+)</b></a>", page) == [
        ("Balie", ""), ("", "Kassa 1"), ("", "Kassa 2"), ("Inpaktafel", ""), ("", "Inpak"), ("In geen groep", ""), ("", "Los")]


def test_the_menu_says_who_prints_for_the_printer_of_the_device(client, by, printer, paper):
    choose(client, printer)
    with receipt_printer() as other_paper:
        other = add(client, "Magazijn", "Balie", other_paper.port)
        factories.change_printer(printer, by, group="Balie")
        paper.standing = ReceiptPrinter.PAPERLESS
        for each in (printer, other):
            print_watch.ask(each.id)
        shown = client.get("/print-jobs/health").text
        assert shown.count("Het papier van de printer is op. Magazijn drukt nu voor hem af.") == 2, "to see and to hear"
        assert "<p>Magazijn drukt nu voor hem af.</p>" in client.get(f"/settings/printers/{printer.id}").text
        printers.is_wrong(other.id, "The printer is open.")
        shown = client.get("/print-jobs/health").text
        assert "Het papier van de printer is op." in shown and "Magazijn" not in shown


def test_a_press_prints_on_the_printer_of_the_device(client, htmx, placed_order, printer, paper):
    assert f'action="/orders/{placed_order.number}/printing"' in client.get(f"/orders/{placed_order.number}").text
    choose(client, printer)
    assert f'hx-post="/orders/{placed_order.number}/print-jobs"' in client.get(f"/orders/{placed_order.number}").text
    assert press(client, placed_order).status_code == 303
    press(client, placed_order)
    receipt, = paper.wait_for_jobs(1)
    assert Document.get().number in " ".join(texts(read(receipt)))
    assert PrintJob.get().state == "printed"
    choose(htmx, printer)
    answer = press(htmx, placed_order, "once more")
    assert answer.status_code == 200 and "Toonbank" in answer.text and "layout-toasts" in answer.text
    assert re.search(r'id="print-jobs-key" value="[^"]{20,}" hx-swap-oob', answer.text), "the next press is another one"
    assert "KOPIE" in texts(read(paper.wait_for_jobs(2)[1]))
    client.post(f"/documents/{Document.get().id}/print-jobs", data={"key": "third"})
    assert len(paper.wait_for_jobs(3)) == 3
    choose(client, None)
    assert press(client, placed_order, "none").status_code == 422
    assert Device.select().where(Device.printer.is_null(False)).count() == 1


def test_without_a_printer_a_page_prints_itself(client, placed_order, by):
    answer = client.post(f"/orders/{placed_order.number}/printing", data={"kind": "receipt"})
    assert answer.status_code == 303 and answer.location.endswith("/receipt_80/print")
    page = client.get(answer.location)
    assert "js/documents/print.js" in page.text and "print.css" in page.text and 'class="sidebar"' not in page.text
    assert Document.get().number in page.text and "KOPIE" not in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    again = client.post(f"/orders/{placed_order.number}/printing").location
    assert again.endswith("?copy=1") and "KOPIE" in client.get(again).text
    choose(client, factories.a_printer(by, kind="browser", name="Kantoor", paper=0))
    assert "/receipt_a4.pdf" in client.post(f"/orders/{placed_order.number}/printing").location
    assert client.get(f"/documents/{Document.get().id}/receipt_a4/print").status_code == 404


def test_the_list_says_what_became_of_each_and_a_person_decides(client, htmx, placed_order, printer, paper, by):
    choose(client, printer)
    paper.standing = ReceiptPrinter.PAPERLESS
    press(client, placed_order)
    page = client.get("/print-jobs").text
    assert "Probeert opnieuw" in page and Document.get().number in page
    assert "papier" in client.get("/print-jobs/health").text
    paper.standing = ReceiptPrinter.FINE
    job = PrintJob.get()
    answer = htmx.post(f"/print-jobs/{job.id}/decision", data={"what": "now"})
    assert answer.status_code == 200 and PrintJob.get().state == "printed"
    assert htmx.post(f"/print-jobs/{job.id}/decision", data={"what": "cancel"}).status_code == 409
    assert client.get("/print-jobs?state=printed").text.count("Afgedrukt") > 0
    with receipt_printer() as other_paper:
        other = factories.a_printer(by, other_paper.port, name="Magazijn")
        PrintJob.update(state="failed").execute()
        assert "Magazijn" in client.get("/print-jobs?state=failed").text
        assert client.post(f"/print-jobs/{job.id}/printer", data={"printer": other.id}).status_code == 303
        assert len(other_paper.wait_for_jobs(1)) == 1
    assert client.post(f"/print-jobs/{job.id}/printer", data={"printer": "x"}).status_code in (303, 404)


def test_a_printer_for_which_something_waits_is_not_put_away(client, placed_order, printer, paper, monkeypatch):
    monkeypatch.setattr(print_queue, "wake", lambda printer, seconds: None)
    choose(client, printer)
    press(client, placed_order)
    assert client.post(f"/settings/printers/{printer.id}/archiving").status_code == 422
    PrintJob.update(state="cancelled").execute()
    client.post(f"/settings/printers/{printer.id}/archiving")
    assert Printer.get().archived and not Device.select().where(Device.printer.is_null(False)).exists()


def test_another_address_closes_the_old_one(client, by):
    row = factories.a_printer(by, kind="cloudprnt", name="Ster")
    before = printers.address(row)
    client.post(f"/settings/printers/{row.id}/address")
    assert printers.address(shop.current().printers[row.id]) != before


def print_many(client, orders, printer, kind="packing", **fields):
    asked = {"kind": kind, "printer": printer.id, "order": [order.id for order in orders], "key": "m" * 20} | fields
    return client.post("/orders/print-jobs", data=asked, follow_redirects=True)


def test_the_ticked_orders_are_printed_on_a_printer(client, shop, by, printer, paper):
    orders = [factories.a_placed_order(shop, by) for _ in range(3)]
    page = print_many(client, orders, printer).text
    assert "3 van 3 afgedrukt" in page and "Toonbank: Pakbon" in page and "Stop met afdrukken" not in page
    assert len(paper.wait_for_jobs(3)) == 3
    again = print_many(client, orders, printer, only_new="1", key="n" * 20).text
    assert "Was al zo" in again and PrintJob.select().count() == 3
    assert print_many(client, orders, printer, "invoice", key="o" * 20).status_code == 422


def test_the_list_offers_printers_for_what_they_can_print(client, placed_order, by, paper):
    assert "/orders/print-jobs" not in client.get("/orders").text
    factories.a_printer(by, kind="browser", name="Kantoor")
    assert "/orders/print-jobs" not in client.get("/orders").text
    kitchen = factories.a_printer(by, paper.port, name="Magazijn")
    page = client.get("/orders").text
    menu = page[page.index('id="orders-give-paper"'):].partition("</div>")[0]
    assert f'<option value="{kitchen.id}">Magazijn' in menu and "Kantoor" not in menu and "neem daarvoor de pdf" in menu
    roll, _mark, sheet = menu.partition("Als één pdf")
    assert re.findall(r'name="kind" value="(\w+)"', roll) == ["receipt", "packing", "pickup", "gift"] and 'value="invoice"' in sheet


def test_a_job_whose_printer_is_off_waits_is_stopped_or_tried_again(client, shop, by, printer, paper):
    orders = [factories.a_placed_order(shop, by) for _ in range(2)]
    paper.standing = ReceiptPrinter.PAPERLESS
    page = print_many(client, orders, printer).text
    assert "Wacht op de printer" in page and "0 van 2 afgedrukt" in page and 'hx-trigger="every 1s"' in page
    (stop,) = re.findall(r'action="(/jobs/\d+/stop)"', page)
    PrintJob.update(state="failed", error="The printer is out of paper.").where(PrintJob.id == PrintJob.select().order_by(PrintJob.id).first().id).execute()
    page = client.post(stop, follow_redirects=True).text
    assert "1 mislukt" in page and "1 niet meer" in page and f">{orders[0].number}</a>" in page and "papier" in page
    paper.standing = ReceiptPrinter.FINE
    (again,) = re.findall(r'action="(/jobs/\d+/failed-prints)"', page)
    assert "1 van 2 afgedrukt" in client.post(again, follow_redirects=True).text and len(paper.wait_for_jobs(1)) == 1


def card_of(client, order):
    return client.get(f"/orders/{order.number}/documents").text


def test_the_card_of_an_order_prints_on_the_printer_that_is_chosen(client, htmx, placed_order, printer, paper, by):
    choose(htmx, printer)
    asked = {"kind": "gift", "printer": printer.id, "key": "card"}
    card = htmx.post(f"/orders/{placed_order.number}/print-jobs", data=asked).text
    assert 'id="documents-of-order"' in card and "Cadeaubon" in card and "Onderweg naar Toonbank" in card
    assert "Cadeaubon" in " ".join(texts(read(paper.wait_for_jobs(1)[0]))) and "Afgedrukt</span> Toonbank" in card_of(htmx, placed_order)
    again = f"/documents/{Document.get().id}/print-jobs"
    assert f'hx-post="{again}"' in card and 'title="Afdrukken op Toonbank"' in card
    with receipt_printer() as other_paper:
        other = factories.a_printer(by, other_paper.port, name="Magazijn")
        card = htmx.post(again, data={"printer": other.id, "key": "elsewhere"}).text
        assert "KOPIE" in texts(read(other_paper.wait_for_jobs(1)[0])) and "2 keer geprint" in card
        assert "Afgedrukt</span> Magazijn" in card_of(htmx, placed_order), "where it was printed last"
    assert htmx.post(again, data={"printer": "999", "key": "nowhere"}).status_code == 404
    assert client.post(again, data={"printer": printer.id, "key": "plain"}).location == f"/orders/{placed_order.number}"


def test_the_card_says_what_is_wrong_with_the_printer_and_looks_again(htmx, placed_order, printer, paper):
    assert "every 3s" not in card_of(htmx, placed_order)
    paper.standing = ReceiptPrinter.PAPERLESS
    htmx.post(f"/orders/{placed_order.number}/print-jobs", data={"kind": "receipt", "printer": printer.id, "key": "card"})
    card = card_of(htmx, placed_order)
    assert "Probeert opnieuw" in card and "papier" in card and "every 3s" in card


def test_what_wants_a_sheet_is_only_offered_as_a_pdf(htmx, shop, by, printer):
    order = factories.an_invoiceable_order(shop, by)
    invoice = documents.issue(order, "invoice", by=by)
    card = card_of(htmx, order)
    assert f"/documents/{invoice.id}/print-jobs" not in card and f"/documents/{invoice.id}/copies" in card
    roll, _mark, sheet = card.partition("Op een bonprinter")[2].partition("Als pdf")
    assert re.findall(r'name="kind" value="(\w+)"', roll) == ["receipt", "pickup", "gift"] and 'value="invoice"' in sheet
    assert htmx.post(f"/documents/{invoice.id}/print-jobs", data={"printer": printer.id, "key": "a4"}).status_code == 422


def test_where_many_and_again_are_printed_is_valid_html(client, placed_order, by, printer, paper, html_errors):
    factories.a_printer(by, kind="cloudprnt", name="Magazijn")
    paper.standing = ReceiptPrinter.PAPERLESS
    for page in (print_many(client, [placed_order], printer, "receipt").text, client.get("/orders").text, card_of(client, placed_order)):
        assert html_errors(page) == []
