"""Keys of payment providers in the settings: entered by who proves to be the owner, and on no page ever again."""

import logging
from urllib.parse import urlsplit

import pytest

import config
from models import TABLES, PaymentMethod
from rules import links, lists, payment_keys, people, sealed, settings
from rules import shop as shops
from rules.rights import DESK
from tests.conftest import signed_in

SECRET = "zes vette katten"
VALUES = {"by_hand": True, "at_counter": False, "for_links": False, "term_days": None}


@pytest.fixture(autouse=True)
def server(providers):
    return providers


@pytest.fixture
def owner_with_password(app, owner):
    people.reset_password(owner.id, SECRET, by=DESK)
    return signed_in(app, shops.current().operators[owner.id])


@pytest.fixture
def staff(app, shop):
    """A browser for each role that is not the owner's."""
    def sign_in(role):
        key = next(row.id for row in shop.roles.values() if row.key == role)
        return signed_in(app, people.add({"name": role, "email": f"{role}@example.nl", "role": key, "language": "nl", "password": SECRET}, by=DESK))
    return {role: sign_in(role) for role in ("manager", "clerk")}


def a_method(provider="mollie", **facts):
    return settings.add(lists.PAYMENT_METHODS, VALUES | {"name": provider.capitalize(), "provider": provider}, by=DESK)


def with_keys(server, provider="mollie"):
    method = a_method(provider)
    payment_keys.enter(method.id, server.secrets(provider), by=DESK)
    return method


def kept(method):
    return shops.current().payment_methods[method.id]


def of(method, part=""):
    return f"/settings/payment-methods/{method.id}{part}"


def typed(keys, proof=SECRET, prefix="keys"):
    return {f"{prefix}-{name}": value for name, value in (keys | {"proof": proof}).items()}


def everything():
    return "\n".join(str(row) for table in TABLES for row in table.select().tuples())


@pytest.mark.row("S14")
@pytest.mark.parametrize("provider", ["mollie", "stripe"])
def test_the_owner_enters_keys_with_the_password_and_reads_which_account_they_open(owner_with_password, server, provider):
    method = a_method(provider)
    assert "nog niet ingesteld" in owner_with_password.get("/settings/payment-methods").text and "Niet ingesteld" in owner_with_password.get(of(method)).text
    answer = owner_with_password.post(of(method, "/keys"), data=typed(server.secrets(provider)))
    assert (answer.status_code, answer.headers["Location"]) == (303, of(method))
    page = owner_with_password.get(of(method)).text
    assert "aanvaardt de sleutels: " in page and "Theehuis De Kop" in page and "Ingesteld" in page and "testmodus" in page
    assert "testmodus" in owner_with_password.get("/settings/payment-methods").text
    assert "door Fatima El Amrani" in page and sealed.opened(kept(method).secrets) == server.secrets(provider)


@pytest.mark.parametrize("proof", ["", "een ander wachtwoord", "4071"])
def test_without_the_password_nothing_is_entered_or_removed(owner_with_password, server, proof):
    method = with_keys(server)
    before = kept(method)
    for part, data in (("/keys", typed(server.secrets("mollie"), proof)), ("/keys/removal", typed({}, proof, "removal"))):
        answer = owner_with_password.post(of(method, part), data=data, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
        assert answer.status_code == 422 and "Dit is je wachtwoord niet" in answer.text and answer.text.lstrip().startswith('<section id="payment-keys-card"')
    assert (kept(method).secrets, kept(method).account) == (before.secrets, before.account)


def test_guessing_the_password_here_is_slowed_down_as_at_the_door(owner_with_password, server):
    method = with_keys(server)
    answers = [owner_with_password.post(of(method, "/keys/removal"), data=typed({}, f"gok {number}", "removal")).text for number in range(7)]
    assert "Te vaak geprobeerd" in answers[-1] and kept(method).secrets


@pytest.mark.parametrize("is_htmx", [True, False])
def test_keys_that_are_refused_are_not_written_back(owner_with_password, server, is_htmx):
    method = a_method("stripe")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"} if is_htmx else {}
    for keys in ({"secret_key": "sk_live_SomebodyElses1234567890", "webhook_secret": "whsec_SomebodyElses1234567890"}, {"secret_key": "sk_live_SomebodyElses1234567890"},
                 {"secret_key": "sk_live_Somebody Elses1234567890", "webhook_secret": "x"}):
        answer = owner_with_password.post(of(method, "/keys"), data=typed(keys), headers=headers)
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text and "Somebody" not in answer.text and SECRET not in answer.text
    assert kept(method).secrets is None and "Somebody" not in everything()


def test_removing_them_says_so(owner_with_password, server):
    method = with_keys(server)
    assert owner_with_password.post(of(method, "/keys/removal"), data=typed({}, SECRET, "removal")).status_code == 303
    assert "De sleutels zijn verwijderd" in owner_with_password.get(of(method)).text and kept(method).secrets is None


def test_checking_says_what_the_provider_answers(owner_with_password, server):
    method = with_keys(server)
    for fault, said in (("", "Mollie aanvaardt de sleutels: Theehuis De Kop"), ("reset", "Mollie is niet te bereiken"), ("garbage", "Mollie is niet te bereiken")):
        if fault:
            server.fault(fault, on="check")
        assert owner_with_password.post(of(method, "/check")).headers["Location"] == of(method)
        assert said in owner_with_password.get(of(method)).text
    PaymentMethod.update(secrets=sealed.seal({"api_key": "test_WithdrawnAtMollie1234567890"})).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    owner_with_password.post(of(method, "/check"))
    page = owner_with_password.get(of(method)).text
    assert "Mollie weigert de sleutels: Mollie aanvaardt deze API-sleutel niet." in page and "sleutels geweigerd" in owner_with_password.get("/settings/payment-methods").text


def test_after_the_desks_own_key_changed_the_page_asks_to_enter_them_again(client, server, monkeypatch):
    method = with_keys(server)
    PaymentMethod.update(secrets=sealed.seal({"api_key": "x"})[:-8] + "AAAAAAA=").where(PaymentMethod.id == method.id).execute()
    shops.touch()
    page = client.get(of(method)).text
    assert "niet meer te lezen" in page and "Vul ze opnieuw in" in page and "sleutels onleesbaar" in client.get("/settings/payment-methods").text
    assert "Vul ze opnieuw in" in client.post(of(method, "/check"), headers={"HX-Request": "true"}).text


@pytest.mark.parametrize("role", ["manager", "clerk"])
def test_nobody_but_the_owner_enters_checks_or_removes(staff, server, role):
    method = with_keys(server)
    before = kept(method).secrets
    for part, data in (("/keys", typed(server.secrets("mollie"))), ("/keys/removal", typed({}, SECRET, "removal")), ("/check", {})):
        assert staff[role].post(of(method, part), data=data).status_code == 403
    assert kept(method).secrets == before


def test_a_manager_sees_that_it_is_set_up_and_since_when_by_whom(staff, server, by):
    method = a_method()
    assert "Niet ingesteld" in staff["manager"].get(of(method)).text
    payment_keys.enter(method.id, server.secrets("mollie"), by=by)
    page = staff["manager"].get(of(method)).text
    assert "Ingesteld" in page and "door Fatima El Amrani" in page and "type=\"password\"" not in page and of(method, "/") not in page


def test_no_page_of_the_settings_shows_a_key_to_anybody(app, owner_with_password, staff, server):
    for provider in ("mollie", "stripe"):
        with_keys(server, provider)
    said = [*server.secrets("mollie").values(), *server.secrets("stripe").values(), *(row.secrets for row in PaymentMethod.select() if row.secrets)]
    with app.test_request_context():
        pages = {app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, key)) for rule in app.url_map.iter_rules() for key in ("1", "7", "8")
                 if rule.rule.startswith("/settings") and "GET" in rule.methods and not any(c.__class__.__name__ == "AnyConverter" for c in rule._converters.values())}
    seen = 0
    for browser in (owner_with_password, *staff.values()):
        for page in pages:
            answer = browser.get(page)
            seen += answer.status_code == 200
            assert not [key for key in said if key in answer.text or key[8:24] in answer.text], page
    assert seen > 60


@pytest.mark.parametrize("fault", ["", "reset", "500", "garbage", "redirect"])
def test_no_log_line_has_a_key(owner_with_password, server, caplog, fault):
    method = a_method("stripe")
    with caplog.at_level(logging.DEBUG):
        if fault:
            server.fault(fault, on="check", times=2)
        owner_with_password.post(of(method, "/keys"), data=typed(server.secrets("stripe")))
        owner_with_password.post(of(method, "/keys"), data=typed({"secret_key": "sk_live_SomebodyElses1234567890"}))
        owner_with_password.post(of(method, "/check"))
    lines = "\n".join(record.getMessage() for record in caplog.records) + caplog.text
    assert not [key for key in (*server.secrets("stripe").values(), "SomebodyElses", SECRET) if key in lines]


def test_a_link_is_ticked_after_the_keys_are_good_and_not_before(owner_with_password, server):
    method = a_method()
    form = {"name": "Mollie", "provider": "mollie", "for_links": "y"}
    refused = owner_with_password.post(of(method), data=form)
    assert refused.status_code == 422 and "Vul eerst de sleutels van Mollie in" in refused.text and "payment-keys-card" in refused.text
    owner_with_password.post(of(method, "/keys"), data=typed(server.secrets("mollie")))
    assert owner_with_password.post(of(method), data=form).status_code == 303 and kept(method).for_links


def test_wherever_it_is_paid_with_keys_for_trying_out_that_is_said(client, visitor, server, placed_order):
    method, said = with_keys(server), "Mollie staat in testmodus"
    settings.change(lists.PAYMENT_METHODS, method.id, VALUES | {"name": "Mollie", "provider": "mollie", "for_links": True}, by=DESK)
    assert said in client.get(f"/orders/{placed_order.number}").text and said in visitor.get(urlsplit(links.pay_url(placed_order)).path).text
    PaymentMethod.update(account={"checked": "2026-11-23T12:00:00", "is_test": False}).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    assert said not in client.get(f"/orders/{placed_order.number}").text and said not in visitor.get(urlsplit(links.pay_url(placed_order)).path).text


@pytest.mark.parametrize("base, warning", [
    ("http://127.0.0.1:8000", "werkt alleen op deze computer"), ("https://192.168.1.4", "binnen je eigen netwerk"), ("http://desk.example.nl", "Zonder https"), ("https://desk.example.nl", ""),
])
def test_the_address_for_news_can_be_copied_and_says_when_nobody_reaches_it(client, monkeypatch, base, warning):
    monkeypatch.setattr(config, "BASE_URL", base)
    page = client.get(of(a_method("stripe"))).text
    assert f'id="payment-keys-hook">{base}/hooks/payments/stripe</code>' in page and 'data-copy="#payment-keys-hook"' in page
    assert warning in page if warning else "BASE_URL" not in page


def test_a_new_method_of_a_provider_leads_to_where_its_keys_are_entered(owner_with_password):
    answer = owner_with_password.post("/settings/payment-methods", data={"name": "Online", "provider": "stripe", "key": "k1"})
    added = next(method for method in shops.current().payment_methods.values() if method.name == "Online")
    assert answer.headers["Location"] == of(added)
    again = owner_with_password.post("/settings/payment-methods", data={"name": "Online", "provider": "stripe", "key": "k1"})
    assert again.headers["Location"] == of(added)


def test_methods_without_a_provider_have_no_keys(client, shop):
    cash = shop.payment_method("cash")
    assert "payment-keys-card" not in client.get(of(cash)).text
    assert client.post(of(cash, "/keys"), headers={"HX-Request": "true"}).status_code == 404
    assert "payment-keys-card" not in client.get("/settings/payment-methods/new").text


def test_the_page_is_valid_html(owner_with_password, server, html_errors):
    for method in (a_method("stripe"), with_keys(server)):
        assert html_errors(owner_with_password.get(of(method)).text) == []
