"""Signing in and out, switching with a PIN, one's own account."""

import re
from html import unescape

import pytest
from markupsafe import escape

from models import Device, Event, Operator
from rules import passwords, people
from rules import shop as shops
from rules.rights import DESK
from tests.conftest import signed_in

SECRET = "zes vette katten"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ada(shop, owner):
    people.reset_password(owner.id, SECRET, by=DESK)
    return shops.current().operators[owner.id]


def sign_in(browser, email="fatima@example.nl", password=SECRET, **given):
    return browser.post("/sign-in", data={"email": email, "password": password, "remember": "y"} | given)


def a_clerk(**given):
    clerk = next(row.id for row in shops.current().roles.values() if row.key == "clerk")
    return people.add({"name": "Bo de Wit", "email": "bo@example.nl", "role": clerk, "language": "nl", "password": SECRET} | given, by=DESK)


def with_pin(operator, pin="4071"):
    people.set_pin(pin, by=shops.current().actor(operator.id))
    return operator


def field(answer, name):
    """What stands in a field of the page, as HTML."""
    return re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', answer.text)[1]


def is_in(browser):
    return browser.get("/account").status_code == 200


# Signing in

def test_who_knows_the_password_comes_in(visitor, ada):
    assert sign_in(visitor).headers["Location"] == "/"
    assert is_in(visitor)


@pytest.mark.parametrize("email, password", [("fatima@example.nl", "fout"), ("niemand@example.nl", SECRET), ("", ""), ("<script>", "'; --"), ("a\x00b", "\x00")])
def test_anybody_else_reads_the_same_sentence_and_what_was_typed_is_still_there(visitor, ada, email, password):
    answer = sign_in(visitor, email, password)
    assert answer.status_code == 422 and "Het e-mailadres of het wachtwoord klopt niet." in answer.text
    assert field(answer, "email") == str(escape(email)) and field(answer, "password") == ""
    assert not is_in(visitor)


def test_a_cookie_made_before_signing_in_is_worth_nothing_after_it(app, visitor, ada):
    visitor.post("/language", data={"language": "en"})
    before = visitor.get_cookie("toonbank").value
    sign_in(visitor)
    after = visitor.get_cookie("toonbank").value
    thief = app.test_client()
    thief.set_cookie("toonbank", before)
    assert not is_in(thief) and before != after
    with visitor.session_transaction() as session:
        assert "language" not in session


def test_signing_out_ends_the_session_for_every_copy_of_its_cookies(app, visitor, ada):
    sign_in(visitor)
    thief = app.test_client()
    for name in ("toonbank", "remember_token", "device"):
        thief.set_cookie(name, visitor.get_cookie(name).value)
    assert is_in(thief)
    assert visitor.post("/sign-out").headers["Location"] == "/sign-in"
    assert not is_in(visitor) and not is_in(thief)


def test_a_remembered_device_is_still_signed_in_when_the_browser_comes_back(app, visitor, ada):
    sign_in(visitor)
    tomorrow = app.test_client()
    for name in ("remember_token", "device"):
        tomorrow.set_cookie(name, visitor.get_cookie(name).value)
    assert is_in(tomorrow)


def test_a_device_that_is_not_to_be_remembered_forgets_everything(visitor, ada):
    with_pin(ada)
    answer = sign_in(visitor, remember="")
    cookies = answer.headers.getlist("Set-Cookie")
    assert not any("Expires" in cookie and "1970" not in cookie for cookie in cookies)
    assert visitor.get_cookie("remember_token") is None
    visitor.post("/sign-out")
    assert visitor.get_cookie("device") is None and "pincode" not in visitor.get("/sign-in").text


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(visitor, ada):
    for cookie in sign_in(visitor).headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_new_password_ends_the_sessions_on_other_devices(app, ada):
    other = signed_in(app, ada)
    assert is_in(other)
    people.reset_password(ada.id, "zeven magere katten", by=DESK)
    assert not is_in(other)


def test_guessing_is_slowed_down_and_says_for_how_long(visitor, ada):
    for _ in range(5):
        assert "klopt niet" in sign_in(visitor, password="fout").text
    answer = sign_in(visitor)
    assert answer.status_code == 422 and "Te vaak geprobeerd. Wacht" in answer.text and not is_in(visitor)


def test_guesses_from_elsewhere_do_not_keep_a_known_device_out(app, visitor, ada):
    sign_in(visitor)
    visitor.post("/sign-out")
    stranger = app.test_client()
    for _ in range(6):
        sign_in(stranger, password="fout")
    assert "Te vaak geprobeerd" in sign_in(stranger).text
    assert sign_in(visitor).status_code == 303


@pytest.mark.parametrize("path", ["/account", "/settings/couriers/1?x=1&y=a%20b", "/settings/statuses"])
def test_one_comes_back_to_the_page_one_wanted(visitor, ada, path):
    asked = visitor.get(path).headers["Location"]
    assert asked.startswith("/sign-in?next=")
    page = visitor.get(asked)
    assert sign_in(visitor, next=unescape(field(page, "next"))).headers["Location"] == path


@pytest.mark.parametrize("path", [
    "//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)", "/account\r\nX: 1", "/%0d%0aX:1", "evil", "",
    "/\t/evil.example", "/ /evil.example", "/sign-out", "/nowhere", "/static/toonbank.css", "/account@evil.example", "\\\\evil.example", "/./account", "///account",
])
def test_one_is_never_sent_to_another_site_or_a_place_that_is_no_page(visitor, ada, path):
    assert sign_in(visitor, next=path).headers["Location"] == "/"


def test_a_page_one_may_not_see_is_not_where_one_lands(visitor, shop):
    a_clerk()
    assert sign_in(visitor, "bo@example.nl", next="/settings/operators").headers["Location"] == "/"


def test_a_fragment_sends_the_browser_to_the_sign_in_with_the_page_it_was_on(visitor, ada):
    answer = visitor.post("/theme", headers=HTMX | {"HX-Current-URL": "http://localhost/settings/couriers?x=1"})
    assert answer.status_code == 401 and answer.headers["HX-Redirect"] == "/sign-in?next=/settings/couriers?x%3D1"
    answer = visitor.get("/account", headers=HTMX | {"HX-Current-URL": "https://evil.example/account"})
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_an_ended_session_is_told_to_sign_in_rather_than_that_its_form_is_old(app, ada):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        browser = app.test_client()
        assert browser.post("/account", data={"name": "X"}).headers["Location"].startswith("/sign-in")
        assert browser.post("/sign-in", data={"email": ada.email, "password": SECRET}).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_who_is_in_already_goes_on(client):
    assert client.get("/sign-in?next=/account").headers["Location"] == "/account"
    assert client.get("/sign-in?other=1").status_code == 200


def test_the_page_speaks_the_language_one_chooses_before_signing_in(visitor, shop):
    assert "Wachtwoord" in visitor.get("/sign-in").text
    assert visitor.post("/language", data={"language": "en"}, headers={"Referer": "http://localhost/sign-in?next=/account"}).headers["Location"] == "/sign-in?next=/account"
    assert "Password" in visitor.get("/sign-in").text
    visitor.post("/language", data={"language": "xx"})
    assert "Password" in visitor.get("/sign-in").text


# Switching

@pytest.fixture
def tablet(visitor, ada):
    """A remembered device on which Ada, who has a PIN, is signed in."""
    with_pin(ada)
    sign_in(visitor)
    return visitor


def switch(browser, operator, pin="4072", **given):
    return browser.post("/switch", data={"operator": operator.id, "pin": pin} | given)


def who(browser):
    return field(browser.get("/account"), "name")


def test_somebody_takes_over_with_a_pin_and_stays_on_the_page(tablet):
    bo = with_pin(a_clerk(), "4072")
    assert "Bo de Wit" in tablet.get("/switch?next=/account").text
    assert switch(tablet, bo, next="/account").headers["Location"] == "/account"
    assert who(tablet) == "Bo de Wit"
    event = Event.select().order_by(Event.id.desc()).first()
    assert (event.kind, event.facts["how"], event.operator_id) == ("operator.signed-in", "pin", bo.id) and event.device_id


def test_a_page_the_new_person_may_not_see_is_left(tablet):
    bo = with_pin(a_clerk(), "4072")
    assert switch(tablet, bo, next="/settings/operators").headers["Location"] == "/"


def test_switching_keeps_the_device_and_ends_the_session_of_who_was_there(app, tablet, ada):
    bo = with_pin(a_clerk(), "4072")
    before = tablet.get_cookie("toonbank").value
    switch(tablet, bo)
    thief = app.test_client()
    thief.set_cookie("toonbank", before)
    assert not is_in(thief) and Device.select().count() == 1


def test_a_wrong_pin_changes_nothing_and_after_five_only_the_password_helps(tablet, ada):
    bo = with_pin(a_clerk(), "4072")
    for wrong in range(5):
        answer = switch(tablet, bo, f"500{wrong}")
        assert answer.status_code == 422 and "Deze pincode klopt niet." in answer.text and "Dag Bo" in answer.text
    assert "Meld je aan met je wachtwoord" in switch(tablet, bo).text
    assert who(tablet) == ada.name
    assert sign_in(tablet, "bo@example.nl").status_code == 303


def test_on_a_remembered_device_one_comes_in_with_a_pin_after_signing_out(tablet, ada):
    tablet.post("/sign-out")
    assert "of met je pincode" in tablet.get("/sign-in").text
    assert switch(tablet, ada, "4071").headers["Location"] == "/" and is_in(tablet)


def test_on_a_device_nobody_knows_there_is_no_pin(app, ada):
    with_pin(ada)
    stranger = app.test_client()
    assert "pincode" not in stranger.get("/sign-in").text
    assert stranger.get("/switch").headers["Location"] == "/sign-in"
    assert switch(stranger, ada, "4071").headers["Location"] == "/sign-in" and not is_in(stranger)
    stranger.set_cookie("device", "made-up")
    assert switch(stranger, ada, "4071").headers["Location"] == "/sign-in" and not is_in(stranger)


@pytest.mark.parametrize("operator", ["99", "x", "-1", "999999999999999999999999", ""])
def test_nobody_takes_over_who_has_no_pin(tablet, operator):
    answer = tablet.post("/switch", data={"operator": operator, "pin": "4071"})
    assert answer.status_code in (303, 404) and answer.headers.get("Location", "/switch") == "/switch"


def test_without_anybody_with_a_pin_the_page_says_what_to_do(client):
    assert "Nog niemand heeft een pincode" in client.get("/switch").text


# One's own account

def test_the_page_shows_what_one_can_change(client, owner):
    page = client.get("/account").text
    assert owner.name in page and "Chrome, Linux" in page and "argon2" not in page


def test_name_language_and_theme_are_changed(client, owner):
    assert client.post("/account", data={"name": " F.  El Amrani ", "language": "en", "theme": "dark"}).status_code == 303
    kept = Operator.get_by_id(owner.id)
    assert (kept.name, kept.language, kept.theme, kept.email) == ("F. El Amrani", "en", "dark", owner.email)
    page = client.get("/account").text
    assert 'data-theme="dark"' in page and "My account" in page


def test_a_wrong_field_answers_with_everything_that_was_typed(htmx, owner):
    answer = htmx.post("/account", data={"name": "<b>" + "x" * 90, "language": "fr", "theme": "dark"})
    assert answer.status_code == 422 and answer.text.lstrip().startswith("<form id=\"account-profile\"")
    assert "&lt;b&gt;xxx" in answer.text and answer.text.count('aria-invalid="true"') == 2 and Operator.get_by_id(owner.id).name == owner.name


@pytest.mark.parametrize("url, data", [("/theme", {"theme": "dark"}), ("/language", {"language": "en"})])
def test_the_menu_changes_theme_and_language_on_the_spot(client, owner, url, data):
    answer = client.post(url, data=data, headers={"Referer": "http://localhost/settings/couriers"})
    assert answer.headers["Location"] == "/settings/couriers"
    assert getattr(Operator.get_by_id(owner.id), url[1:]) == next(iter(data.values()))
    assert client.post(url, data={url[1:]: "pink"}).status_code == 422


def test_the_password_is_changed_by_who_knows_the_present_one_and_stays_signed_in_here(app, visitor, ada):
    sign_in(visitor)
    other = signed_in(app, ada)
    new = {"present": SECRET, "password": "zeven magere katten", "again": "zeven magere katten"}
    assert visitor.post("/account/password", data=new).status_code == 303
    assert is_in(visitor) and not is_in(other)
    assert passwords.is_right(Operator.get_by_id(ada.id).password_hash, "zeven magere katten")


@pytest.mark.parametrize("change, sentence", [
    ({"present": "fout"}, "Dit is je wachtwoord niet."), ({"again": "iets anders"}, "De twee wachtwoorden zijn niet gelijk."),
    ({"password": "kort", "again": "kort"}, "minstens 8 tekens"), ({"password": "welkom01", "again": "welkom01"}, "te makkelijk te raden"),
    ({"password": "x" * 200, "again": "x" * 200}, "hoogstens 128 tekens"),
])
def test_a_password_that_will_not_do_is_refused_and_not_repeated(visitor, ada, change, sentence):
    sign_in(visitor)
    answer = visitor.post("/account/password", data={"present": SECRET, "password": "zeven magere katten", "again": "zeven magere katten"} | change)
    assert answer.status_code == 422 and sentence in answer.text
    assert not any(typed in answer.text for typed in ("zeven magere", SECRET, "welkom01")) and is_in(visitor)


def test_a_pin_is_set_with_the_password_and_taken_away_again(visitor, ada):
    sign_in(visitor)
    assert "Dit is je wachtwoord niet." in visitor.post("/account/pin", data={"proof": "fout", "pin": "4071"}).text
    assert "4 tot 8 cijfers" in visitor.post("/account/pin", data={"proof": SECRET, "pin": "12"}).text
    assert visitor.post("/account/pin", data={"proof": SECRET, "pin": "4071"}).status_code == 303
    assert passwords.is_right(Operator.get_by_id(ada.id).pin_hash, "4071")
    visitor.post("/account/pin/removal")
    assert Operator.get_by_id(ada.id).pin_hash is None


def test_the_device_gets_a_name(client):
    assert client.post("/account/device", data={"device": "Kassa 1"}).status_code == 303
    assert Device.get().name == "Kassa 1" and "Kassa 1" in client.get("/account").text
    assert client.post("/account/device", data={"device": ""}).status_code == 422
