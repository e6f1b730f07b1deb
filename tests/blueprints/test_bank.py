"""The bank's pages: read in, look, book; by whoever may, with and without script."""

import re
from io import BytesIO

import pytest

from models import BankEntry, BankFile, Job, Order, Payment, Stage
from money import Money
from rules import bank_files, people, roles, status
from rules import shop as shops
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_draft, a_product
from tests.queries import asked
from tests.statements import line, statement


def first_entry():
    return BankEntry.select().order_by(BankEntry.id).first()


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def placed(by, cents=4995):
    draft = a_draft(by, a_product(f"Pot {cents} {Order.select().count()}", cents))
    return status.change(draft.number, shops.current().status_for(Stage.OPEN), version=None, by=by)


@pytest.fixture
def order(shop, by):
    return placed(by)


@pytest.fixture
def read(order, by):
    """A transfer that pays the order, one that pays nothing, and money that went out."""
    lines = line("49,95", f"Bestelling {order.number}"), line("3,33", "fooi", "M. Visser"), line("-2,75", "koffie", "Koffiehuis", "")
    return bank_files.bring_in(statement(*lines), "november.csv", by=by).file


def upload(client, content, name="november.csv"):
    return client.post("/bank/files", data={"file": (BytesIO(content), name)}, content_type="multipart/form-data")


def ticked(html):
    """What the form of the page sends as it stands."""
    data = dict(re.findall(r'<input type="hidden" name="(as-\d+)" value="([^"]*)">', html))
    data["entry"] = [key for key, rest in re.findall(r'name="entry" value="(\d+)"([^>]*)>', html) if "checked" in rest]
    return data | {"key": re.findall(r'name="key" value="([^"]*)"', html)[-1]}


def test_a_statement_is_read_in_looked_at_and_booked(client, order):
    answer = upload(client, statement(line("49,95", f"Bestelling {order.number}")))
    html = page(client.get(answer.headers["Location"]))
    assert answer.status_code == 303 and "1 nieuwe transactie" in html and "Noemt bestelling 1, en het bedrag klopt." in html and "Zeker" in html
    answer = client.post("/bank/entries", data=ticked(html))
    assert "1 geboekt" in page(client.get(answer.headers["Location"]))
    assert (Order.get().payment_state, Order.get().paid) == ("paid", Money(4995))
    shown = page(client.get(f"/orders/{order.number}"))
    assert "Bankafschrift van 20 nov 2026: € 49,95 van S. de Boer" in shown and "Bestelling 1" in shown


def test_the_same_file_says_so_and_changes_nothing(client, order):
    content = statement(line("49,95", f"Bestelling {order.number}"))
    upload(client, content)
    html = page(client.get(upload(client, content, "weer.csv").headers["Location"]))
    assert "al ingelezen. Er is niets veranderd." in html and (BankFile.select().count(), BankEntry.select().count()) == (1, 1)


@pytest.mark.parametrize(("content", "said"), [
    (b"\x89PNG\r\n\0", "geen bankbestand dat Toonbank kent"), (statement(line("veel")), "Regel 2 van dit bestand is niet te lezen"),
    (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "documenttype"), (b"", "geen bankbestand"),
])
def test_what_is_no_statement_is_said_beside_the_file(client, shop, content, said):
    html = page(upload(client, content), 422)
    assert said in html and 'aria-describedby="bank-error"' in html and not BankFile.select().exists()


def test_without_a_file_it_asks_for_one(client, shop):
    assert "Kies eerst een bestand" in page(client.post("/bank/files"), 422)


def test_a_double_press_books_once_and_answers_the_same(htmx, read):
    data = ticked(page(htmx.get("/bank")))
    answers = [page(htmx.post("/bank/entries", data=data)) for _ in range(2)]
    assert all("1 geboekt" in answer for answer in answers) and Payment.select().count() == 1


def test_what_changed_meanwhile_stays_with_a_sentence(htmx, client, read, order):
    data = ticked(page(htmx.get("/bank")))
    entry = first_entry()
    data[f"as-{entry.id}"] = f"{order.id}:4000"
    html = page(htmx.post("/bank/entries", data=data))
    assert "0 geboekt, 1 blijft open" in html and "Bestelling 1 is intussen gewijzigd: er staat nu € 49,95 open." in html
    assert "intussen gewijzigd" in page(client.post("/bank/entries", data=data | {"key": "another"}), 422) and not Payment.select().exists()


@pytest.mark.parametrize("seen", ["", "x", "1", "99999999999:1", "1:x", "r", "r7", "p", "p7", "-1:5", "1:-", "1:1 " * 900])
def test_whatever_a_form_sends_is_no_reason_to_break(htmx, read, seen):
    entry = first_entry()
    page(htmx.post("/bank/entries", data={"entry": [entry.id, "nonsense", "99999999999"], f"as-{entry.id}": seen, "key": "k"}))
    assert not Payment.select().exists() and first_entry().state == "proposed"


def test_nothing_ticked_is_nothing_booked(htmx, read):
    assert "Vink eerst aan" in page(htmx.post("/bank/entries", data={"key": "k"}), 422)


def test_money_out_stands_apart(client, read):
    assert "Koffiehuis" not in page(client.get("/bank"))
    assert "Koffiehuis" in page(client.get("/bank?show=out"))
    assert "M. Visser" in page(client.get("/bank?show=nonsense&older=x&file=x"))


def test_what_is_put_aside_can_be_undone(htmx, client, read):
    entry = first_entry()
    answer = htmx.post(f"/bank/entries/{entry.id}/state", data={"state": "ignored", "show": "in"})
    assert answer.headers["HX-Reswap"] == "delete" and "Ongedaan maken" in answer.text and first_entry().state == "ignored"
    answer = htmx.post(f"/bank/entries/{entry.id}/state", data={"state": "proposed", "undo": 1, "show": "in"})
    assert answer.headers["HX-Reswap"] == "delete" and "S. de Boer" in answer.text and first_entry().state == "proposed"
    assert client.post(f"/bank/entries/{entry.id}/state", data={"state": "ignored"}).status_code == 303
    assert "S. de Boer" in page(client.get("/bank?show=ignored"))


def test_another_order_is_searched_and_chosen(htmx, client, read, by):
    other = placed(by, 333)
    entry = BankEntry.get(BankEntry.name == "M. Visser")
    url = f"/bank/entries/{entry.id}"
    assert "<dialog" in page(htmx.get(f"{url}/orders"))
    assert f'value="{other.number}"' in page(htmx.get(f"{url}/matches?q={other.number}"))
    html = page(htmx.post(f"{url}/orders", data={"order": other.number, "show": "in"}))
    assert 'id="bank-chosen"' in html and f'hx-target="#bank-entry-{entry.id}"' in html and "Met de hand gekozen." in html
    page(htmx.post(f"{url}/orders/{other.id}/removal", data={"show": "in"}))
    assert BankEntry.get_by_id(entry.id).chosen == []
    assert "999" in page(htmx.post(f"{url}/orders", data={"order": "999"}), 404)
    assert client.post(f"{url}/orders", data={"q": other.number}).status_code == 303
    assert other.number in page(client.get(f"{url}/orders?q={other.number}"))


def test_all_that_is_sure_is_booked_at_once(client, read, order):
    answer = client.post("/bank/sure", data={"key": "k", "file": read.id})
    html = page(client.get(answer.headers["Location"]))
    assert "Boek wat er op de bank binnenkwam" in html and "Terug naar de bank" in html
    assert Job.get().state == "done" and Order.get_by_id(order.id).payment_state == "paid"
    assert "niets dat zeker is" in page(client.post("/bank/sure", data={"key": "l"}), 422)


def test_a_large_page_asks_as_little_as_a_small_one(client, by, read):
    with asked() as few:
        page(client.get("/bank"))
    lines = [line(f"{place},95", f"thee {place} {10000 + place}", f"Klant {place}", f"NL{place % 90 + 10}INGB0001234567") for place in range(1, 121)]
    bank_files.bring_in(statement(*lines), "groot.csv", by=by)
    with asked() as many:
        html = page(client.get("/bank"))
    assert html.count('<tr id="bank-entry-') == 50 and "Ouder" in html
    assert len(many) <= len(few) + 1 and len(many) <= 14, (len(few), len(many))
    with asked() as files:
        assert "groot.csv" in page(client.get("/bank/files"))
    assert len(files) <= 8


def test_who_may_not_record_payments_does_not_see_the_room(app, shop, read):
    role = roles.add({"name": "Kijker", "rights": ["orders.see"], "refund_limit": None}, by=DESK)
    bo = people.add({"name": "Bo", "email": "bo@example.nl", "role": role.id, "language": "nl", "password": "zes vette katten"}, by=DESK)
    client = signed_in(app, bo)
    assert client.get("/bank").status_code == 403 and 'href="/bank"' not in page(client.get("/orders"))
