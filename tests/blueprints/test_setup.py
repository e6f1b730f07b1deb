"""The first visit: a shop and its owner, or a demo shop."""

import threading

import pytest

from models import Operator, Order, Shop
from rules import passwords

SECRET = "zes vette katten"
OWNER = {"owner_name": "Ada de Boer", "owner_email": "ada@example.nl", "password": SECRET, "again": SECRET}
FILLED = OWNER | {
    "name": "Theehuis De Kop", "street": "Oudegracht 112", "postcode": "3511ax", "city": "Utrecht", "country": "NL", "language": "nl",
    "email": "hallo@example.nl", "phone": "030 123 45 67", "vat_number": "NL004495445B01", "chamber_number": "12345678", "iban": "",
}
DEMO = {f"demo-{name}": value for name, value in OWNER.items()}


@pytest.fixture
def first(app, database):
    """The first visitor of a desk without a shop."""
    return app.test_client()


@pytest.mark.parametrize("path", ["/", "/settings", "/account", "/sign-in", "/orders/1"])
def test_without_a_shop_everything_leads_to_the_set_up(first, path):
    assert first.get(path).headers["Location"] == "/setup"


@pytest.mark.row("B26")
def test_the_first_visitor_sets_up_the_shop_and_is_in(first):
    assert "Welkom bij Toonbank" in first.get("/setup").text
    assert first.post("/setup", data=FILLED).headers["Location"] == "/"
    shop, owner = Shop.get(), Operator.get()
    assert (shop.name, shop.postcode, shop.vat_number) == ("Theehuis De Kop", "3511 AX", "NL004495445B01")
    assert owner.email == "ada@example.nl" and passwords.is_right(owner.password_hash, SECRET)
    assert first.get("/account").status_code == 200


def test_there_is_no_password_before_somebody_chose_one(first):
    for password in ("", "admin", "toonbank", "welkom01", "ada@example.nl"):
        assert first.post("/setup", data=FILLED | {"password": password, "again": password}).status_code == 422
    assert not Operator.select().exists()


def test_every_wrong_field_is_marked_and_everything_typed_is_still_there_but_the_password(first):
    wrong = {"name": "", "postcode": "99", "vat_number": "NL1", "chamber_number": "12", "email": "geen adres", "iban": "NL00", "phone": "bel maar",
             "owner_name": "", "owner_email": "<script>alert(1)</script>", "password": "kortje1", "again": "kortje1"}
    answer = first.post("/setup", data=FILLED | wrong)
    assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == len(wrong) - 1
    for typed in ("NL1", "geen adres", "bel maar", "Oudegracht 112", "Utrecht"):
        assert typed in answer.text
    assert "<script>alert" not in answer.text and "kortje1" not in answer.text and not Shop.select().exists()


def test_the_two_passwords_must_be_the_same(first):
    answer = first.post("/setup", data=FILLED | {"again": "zes vette katers"})
    assert answer.status_code == 422 and "De twee wachtwoorden zijn niet gelijk." in answer.text and not Shop.select().exists()


def test_in_english_the_page_and_its_refusals_are_english(first):
    first.post("/language", data={"language": "en"})
    assert "Welcome to Toonbank" in first.get("/setup").text
    assert "A KvK number has eight digits." in first.post("/setup", data=FILLED | {"chamber_number": "1"}).text


def test_who_presses_twice_is_in_all_the_same(first):
    first.post("/setup", data=FILLED)
    second = first.application.test_client()
    assert second.post("/setup", data=FILLED).headers["Location"] == "/"
    assert second.get("/account").status_code == 200 and Operator.select().count() == 1


def test_who_comes_second_is_told(first):
    first.post("/setup", data=FILLED)
    second = first.application.test_client()
    answer = second.post("/setup", data=FILLED | {"owner_email": "eve@example.nl"}, follow_redirects=True)
    assert answer.request.path == "/sign-in" and "De winkel is al ingericht." in answer.text
    assert second.get("/setup").headers["Location"] == "/sign-in" and Operator.select().count() == 1


def test_of_two_at_the_same_moment_one_wins(first):
    answers = []

    def set_up(name):
        browser = first.application.test_client()
        answers.append(browser.post("/setup", data=FILLED | {"owner_email": f"{name}@example.nl"}).headers["Location"])

    threads = [threading.Thread(target=set_up, args=(name,)) for name in ("ada", "eve", "bo", "cem")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["/", "/sign-in", "/sign-in", "/sign-in"]
    assert Shop.select().count() == Operator.select().count() == 1


def test_a_demo_shop_is_filled_and_its_owner_is_who_opened_it(first):
    assert first.post("/setup/demo", data=DEMO).headers["Location"] == "/"
    assert Order.select().count() > 1_000
    assert [operator.email for operator in Operator.select().where(Operator.password_hash.is_null(False))] == ["ada@example.nl"]
    assert first.get("/account").status_code == 200


def test_a_demo_shop_without_a_good_password_is_not_made(first):
    answer = first.post("/setup/demo", data=DEMO | {"demo-password": "welkom01", "demo-again": "welkom01"})
    assert answer.status_code == 422 and "<details class=\"card\" open" in answer.text and 'value="ada@example.nl"' in answer.text
    assert not Shop.select().exists()


def test_a_demo_cannot_be_poured_into_a_shop(client):
    assert client.post("/setup/demo", data=DEMO).headers["Location"] == "/sign-in"
    assert not Order.select().exists()
