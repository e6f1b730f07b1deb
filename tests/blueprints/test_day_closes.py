"""The day on the screen: the X, counting, closing, the closes of before, and printing each."""

import re

import pytest

from models import DayClose, Document, Event, PrintJob
from rules import day_closes, people
from rules.day_count import Count
from rules.rights import DESK
from money import Money
from tests import factories
from tests.conftest import signed_in
from tests.queries import asked
from tests.receipt_printer import read, texts

pytestmark = pytest.mark.row("S21")


@pytest.fixture
def sale(shop, placed_order, by):
    """€ 93,95 by PIN."""
    factories.pay(placed_order, by=by)
    return placed_order


def close(client, **typed):
    return client.post("/day-closes", data={"key": "close", "after": "0", "opening": "150", "counted": "150,00", **typed})


def test_the_page_says_what_came_in_so_far(client, sale):
    page = client.get("/day-closes/new").text
    assert "93,95" in page and "Tegen 9\N{NO-BREAK SPACE}% btw" in page and "PIN" in page and "nog niets afgesloten" in page
    assert 'href="/day-closes/new" aria-current="page"' in client.get("/day-closes/new").text


def test_a_day_of_nothing_can_be_closed_too(client):
    assert "Er is nog niets ontvangen" in client.get("/day-closes/new").text
    assert close(client).status_code == 303


def test_counting_says_the_difference_before_anything_is_kept(htmx, sale):
    text = htmx.get("/day-closes/count", query_string={"opening": "100", "piece_5000": "3", "piece_100": "2", "kept": "90"}).text
    assert "day-closes-difference" in text and "€\N{NO-BREAK SPACE}152,00" in text and "€\N{NO-BREAK SPACE}52,00" in text and "€\N{NO-BREAK SPACE}62,00" in text
    assert 'name="reason"' in text and not DayClose.select().exists()
    assert 'name="reason"' not in htmx.get("/day-closes/count", query_string={"opening": "100", "counted": "geen idee"}).text


def test_a_press_closes_the_day_and_shows_what_was_closed(client, sale):
    answer = close(client, piece_5000="3", counted="", kept="100", note="Rustig")
    made = DayClose.get()
    assert answer.status_code == 303 and answer.location.endswith(f"/day-closes/{made.id}")
    page = client.get(answer.location).text
    assert made.document.number in page and "Rustig" in page and "3 × €\N{NO-BREAK SPACE}50,00" in page and made.hash[:16] in page
    assert made.document.facts["drawer"]["banked"] == 5_000
    after = client.get("/day-closes/new").text
    assert "Er is nog niets ontvangen" in after and "100,00" in after and 'name="opening"' not in after
    assert made.document.number in client.get("/day-closes").text


def test_what_cannot_be_comes_back_with_what_was_typed(htmx, sale):
    answer = close(htmx, counted="veel", note="Druk")
    assert answer.status_code == 422 and 'id="counted-error"' in answer.text and "veel" in answer.text and "Druk" in answer.text
    answer = close(htmx, counted="120", piece_200="x")
    assert answer.status_code == 422 and 'id="piece_200-error"' in answer.text
    answer = close(htmx, counted="120")
    assert answer.status_code == 422 and 'id="reason-error"' in answer.text and "30,00" in answer.text
    assert not DayClose.select().exists() and close(htmx, counted="120", reason="Weet ik niet").status_code == 204


def test_who_comes_second_sees_the_close_of_who_was_first(client, htmx, sale, by):
    first = day_closes.close(Count(Money(0)), 0, "another", by=by)
    assert close(htmx).headers["HX-Redirect"] == f"/day-closes/{first.id}"
    answer = close(client, key="more")
    assert answer.location == f"/day-closes/{first.id}" and f"{by.name} heeft de dag net afgesloten" in client.get(answer.location).text
    assert DayClose.select().count() == 1


def test_a_double_press_closes_once(client, sale):
    assert close(client).location == close(client).location and DayClose.select().count() == 1


def test_a_close_is_a_pdf_and_the_second_says_copy(client, sale):
    key = DayClose.get_by_id(int(close(client).location.rpartition("/")[2])).document_id
    first, second = (client.post(f"/documents/{key}/copies", data={"kind": format}, follow_redirects=True) for format in ("dayclose_a4", "dayclose_80"))
    assert first.data.startswith(b"%PDF") and second.data.startswith(b"%PDF") and second.request.args["copy"] == "1"
    assert [event.facts["copy"] for event in Event.select().where(Event.kind == "document.printed").order_by(Event.id)] == [False, True]


def test_without_a_printer_the_browser_prints_the_roll(client, sale):
    address = close(client).location
    page = client.post(f"{address}/printing", follow_redirects=True)
    assert "documents/print.js" in page.text and "Dagafsluiting" in page.text and "KOPIE" not in page.text
    assert "KOPIE" in client.post(f"{address}/printing", follow_redirects=True).text
    assert "X-rapport" in client.post("/day-closes/x-reports", follow_redirects=True).text


def test_a_press_prints_it_on_the_printer_of_the_device(client, htmx, sale, printer, paper):
    for browser in (client, htmx):
        browser.post("/account/device/printer", data={"printer": printer.id})
    address = close(client).location
    assert "Onderweg naar" in htmx.post(f"{address}/printing", data={"key": "p"}).text
    printed = " ".join(texts(read(paper.wait_for_jobs(1)[0])))
    assert DayClose.get().document.number in printed and "93,95" in printed and "KOPIE" not in printed
    htmx.post(f"{address}/printing", data={"key": "q"})
    assert "KOPIE" in " ".join(texts(read(paper.wait_for_jobs(2)[1])))
    jobs = client.get("/print-jobs").text
    assert f"Dagafsluiting {DayClose.get().document.number}" in jobs and "KOPIE" in jobs


def test_an_x_is_printed_on_the_same_printer_once_for_a_double_press(htmx, sale, printer, paper):
    htmx.post("/account/device/printer", data={"printer": printer.id})
    for _press in range(2):
        htmx.post("/day-closes/x-reports", data={"key": "x"})
    printed = " ".join(texts(read(paper.wait_for_jobs(1)[0])))
    assert "X-rapport" in printed and "Dit sluit niets af" in printed and not DayClose.select().exists()
    assert PrintJob.select().count() == 1 and Document.select().where(Document.kind == "dayclose").count() == 1
    assert htmx.post("/day-closes/x-reports", data={"kind": "dayclose_a4"}).location.endswith("/dayclose_a4.pdf")


def test_who_may_print_but_not_close_the_day_sees_nothing_of_it(app, client, sale, shop):
    close(client)
    key = DayClose.get().document_id
    clerk = next(role.id for role in shop.roles.values() if role.key == "clerk")
    bo = signed_in(app, people.add({"name": "Bo", "email": "bo@example.nl", "role": clerk, "language": "nl", "password": "zes vette katten"}, by=DESK))
    assert {bo.get(address).status_code for address in ("/day-closes", "/day-closes/new", "/day-closes/1")} == {403}
    assert bo.get(f"/documents/{key}/dayclose_a4.pdf").status_code == bo.get(f"/documents/{key}/dayclose_80/print").status_code == 404
    assert bo.post(f"/documents/{key}/copies", data={"kind": "dayclose_a4"}).status_code == 404
    assert "/day-closes" not in bo.get("/orders").text


def test_closes_are_paged_by_key(client, by):
    for place in range(52):
        previous = day_closes.last()
        day_closes.close(Count(Money(0)), previous.id if previous else 0, f"k{place}", by=by)
    first = client.get("/day-closes").text
    older = re.search(r'href="(/day-closes\?older=\d+)"', first)[1]
    rest = client.get(older).text
    assert len(re.findall(r"Z\d{4}-\d{5}", first)) == 50 and set(re.findall(r"Z\d{4}-(\d{5})", rest)) == {"00001", "00002"}


def test_pages_ask_few_queries(client, sale):
    for address in ("/day-closes/new", "/day-closes/count"):
        client.get(address)
        with asked() as queries:
            client.get(address)
        assert len(queries) <= 12, [str(query) for query in queries]
    address = close(client).location
    client.get(address)
    for each in (address, "/day-closes"):
        with asked() as queries:
            client.get(each)
        assert len(queries) <= 12


def test_what_is_not_there_is_not_found(client):
    assert client.get("/day-closes/99").status_code == client.post("/day-closes/99/printing").status_code == 404
