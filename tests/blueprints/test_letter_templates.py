"""The texts of letters in the settings."""

import html
import re

import pytest

import rules.shop
from models import Letter, LetterTemplate, Order, Preference

URL = "/settings/letters/confirmation"


def text_of(language="nl", key="confirmation"):
    return LetterTemplate.get(key=key, language=language)


def source(answer):
    """Where the page in the frame comes from."""
    return html.unescape(re.search(r'<iframe[^>]* src="([^"]+)"', answer.text)[1])


def test_every_letter_is_listed_with_when_it_is_sent(client, shop):
    page = client.get("/settings/letters").text
    for row in LetterTemplate.select().where(LetterTemplate.language == "nl"):
        assert row.name in page and f"/settings/letters/{row.key}" in page
    assert "Verzonden" in page, "the status that sends it"
    assert 'href="/settings/letters"' in client.get("/settings").text


def test_a_text_is_written_beside_how_it_looks_on_the_newest_order(client, placed_order):
    Order.update(name="Sanne de Boer").where(Order.id == placed_order.id).execute()
    page = client.get(URL)
    assert "{{ customer.name }}" in page.text and f"Je bestelling {placed_order.number} bij" in page.text
    shown = client.get(source(page))
    assert "Sanne de Boer" in shown.text and "Koffiebonen" in shown.text and shown.headers["Content-Security-Policy"].endswith("sandbox")


def test_without_any_order_there_is_one_that_might_have_been(client, shop):
    assert "Theepot" in client.get(source(client.get(URL))).text
    assert client.get("/settings/letters/low_stock").status_code == 200


def test_what_is_typed_is_shown_and_not_saved(htmx, placed_order):
    answer = htmx.post(f"{URL}/preview", data={"subject": "Hoi {{ order.number }}", "body": "Nieuwe **tekst**", "language": "nl"})
    assert f"Hoi {placed_order.number}" in answer.text and "<b" in htmx.get(source(answer)).text
    assert "Nieuwe" not in text_of().body
    saved = htmx.get(f"{URL}/preview?language=nl").text
    assert "Nieuwe" not in saved, "another look shows what was saved"
    assert Preference.get(Preference.name == "letter-preview").value["body"] == "Nieuwe **tekst**"


def test_the_preview_names_an_unknown_placeholder(htmx, shop):
    answer = htmx.post(f"{URL}/preview", data={"subject": "Dag", "body": "{{ customer.nam }}", "language": "nl"})
    assert html.unescape(answer.text).count("{{ customer.nam }} is hier niet bekend. Bedoel je {{ customer.name }}?") == 1 and "<iframe" not in answer.text


def test_an_order_that_does_not_exist_is_said(htmx, shop):
    answer = htmx.post(f"{URL}/preview", data={"subject": "Dag", "body": "Dag", "language": "nl", "number": "777"})
    assert "777" in answer.text and "<iframe" not in answer.text


def test_a_text_is_saved_in_its_language(client, shop):
    answer = client.post(URL, data={"subject": "Thanks", "body": "Dear {{ customer.name }}", "language": "en", "version": "1"})
    assert answer.status_code == 303 and answer.location.startswith(f"{URL}?language=en")
    assert text_of("en").subject == "Thanks" and text_of("nl").subject != "Thanks"


def test_a_text_that_cannot_be_a_letter_comes_back_with_all_that_was_typed(client, shop):
    answer = client.post(URL, data={"subject": "Dag", "body": "Mooi {{ order.numbr }} hoor", "language": "nl", "version": "1"})
    page = html.unescape(answer.text)
    assert answer.status_code == 422 and "Mooi {{ order.numbr }} hoor" in page and "Bedoel je {{ order.number }}?" in page


def test_who_saves_second_is_told_and_loses_nothing(client, shop):
    client.post(URL, data={"subject": "Een", "body": "Een", "language": "nl", "version": "1"})
    answer = client.post(URL, data={"subject": "Twee", "body": "Twee woorden", "language": "nl", "version": "1"}, follow_redirects=True)
    assert "Iemand anders heeft deze mail net gewijzigd" in answer.text and text_of().subject == "Een"


def test_the_original_text_comes_back(client, shop):
    before = text_of().body
    client.post(URL, data={"subject": "Een", "body": "Een", "language": "nl"})
    client.post(f"{URL}/original", data={"language": "nl"})
    assert text_of().body == before


def test_a_letter_is_switched_off_and_gets_a_receipt_along(client, shop):
    client.post(f"{URL}/use", data={"attach": "receipt"})
    assert {(row.active, row.attach) for row in LetterTemplate.select().where(LetterTemplate.key == "confirmation")} == {(False, "receipt")}
    assert ">Uit<" in client.get("/settings/letters").text
    assert client.post(f"{URL}/use", data={"attach": "payslip"}).status_code == 422


def test_what_is_typed_is_sent_to_oneself(htmx, placed_order):
    answer = htmx.post(f"{URL}/test", data={"subject": "Proef {{ order.number }}", "body": "Proef", "language": "nl"})
    assert "fatima@example.nl" in answer.text
    letter = Letter.get()
    assert (letter.recipient, letter.subject, letter.order_id, letter.text) == ("fatima@example.nl", f"[Test] Proef {placed_order.number}", None, "Proef\n")


def test_without_a_script_the_saved_text_is_sent(client, placed_order):
    assert client.post(f"{URL}/test", data={"language": "nl"}).status_code == 303
    assert "Bedankt voor je bestelling" in Letter.get().text


def test_a_letter_of_ones_own_is_added_once_and_removed(client, htmx, shop):
    for _ in range(2):
        answer = client.post("/settings/letters", data={"name": "We zijn begonnen", "key": "k"})
        assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    again = htmx.post("/settings/letters", data={"name": "We zijn begonnen", "key": "k2"})
    assert again.status_code == 422 and "aria-invalid" in again.text
    assert client.post(f"{answer.location}/removal").status_code == 303 and client.get(answer.location).status_code == 404


def test_the_colour_of_letters_is_chosen(client, shop):
    client.post("/settings/letters/tone", data={"tone": "red"})
    assert rules.shop.current().shop.tone == "red" and "#a3262b" in client.get(source(client.get(URL))).text


@pytest.mark.parametrize("path", ["", "/preview"])
def test_a_letter_that_does_not_exist_is_said(client, shop, path):
    assert client.get(f"/settings/letters/nothing{path}").status_code == 404
