"""Keys of payment providers: kept encrypted, checked with the provider, told to nobody. Against a server that answers as they do."""

import json
from dataclasses import replace

import pytest

import config
from models import TABLES, Event, PaymentMethod, database
from rules import lists, payment_keys, payment_methods, sealed, settings
from rules import shop as shops
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK, MANAGER

VALUES = {"by_hand": False, "at_counter": False, "for_links": False, "term_days": None}


@pytest.fixture(autouse=True)
def server(providers):
    return providers


def a_method(provider="mollie"):
    return settings.add(lists.PAYMENT_METHODS, VALUES | {"name": provider.capitalize(), "provider": provider}, by=DESK)


def a_method_with_keys(server, by, provider="mollie"):
    method = a_method(provider)
    assert payment_keys.enter(method.id, server.secrets(provider), by=by).outcome == "good"
    return kept(method)


def kept(method):
    return shops.current().payment_methods[method.id]


def standing(method):
    return payment_methods.standing(kept(method), shops.current())


def everything():
    """All that is in the database, as text."""
    return "\n".join(str(row) for table in TABLES for row in table.select().tuples())


@pytest.mark.row("S14")
@pytest.mark.parametrize("provider", ["mollie", "stripe"])
def test_keys_are_kept_so_that_only_this_desk_can_read_them(server, by, provider):
    method, secrets = a_method_with_keys(server, by, provider), server.secrets(provider)
    assert sealed.opened(method.secrets) == secrets
    assert not [key for key in secrets.values() if key in everything()]
    now = standing(method)
    assert (now.state, now.is_test, now.by) == ("good", True, "Fatima El Amrani") and "Theehuis De Kop" in now.account
    assert now.since and now.checked


def test_the_event_says_that_keys_were_entered_and_nothing_of_them(server, by):
    method = a_method_with_keys(server, by)
    facts = Event.select().order_by(Event.id.desc()).first().facts
    assert facts == {"what": "payment_method", "effect": "changed", "row": method.id, "name": "Mollie", "changes": {"secrets": [False, True]}}


def test_a_live_key_is_no_test(by):
    method = a_method()
    PaymentMethod.update(secrets=sealed.seal({"api_key": "live_latest_x"}), account={"is_test": False}).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    assert not payment_methods.is_test(kept(method))
    assert [bool(payment_keys.TEST.search(key)) for key in ("test_a", "sk_test_a", "rk_test_a", "live_test", "sk_live_a", "whsec_test_", "latest_")] == [
        True, True, True, False, False, True, False]


def test_keys_the_provider_declines_are_not_kept(server, by):
    method = a_method()
    with pytest.raises(Refused, match="Mollie does not accept this") as refused:
        payment_keys.enter(method.id, {"api_key": "live_SomebodyElsesKey1234567890"}, by=by)
    assert refused.value.field == "api_key" and "SomebodyElses" not in str(refused.value)
    assert kept(method).secrets is None


def test_good_keys_stay_when_others_are_declined(server, by):
    method = a_method_with_keys(server, by)
    with pytest.raises(Refused):
        payment_keys.enter(method.id, {"api_key": "live_SomebodyElsesKey1234567890"}, by=by)
    assert kept(method).secrets == method.secrets and standing(method).state == "good"


@pytest.mark.parametrize("fault, outcome", [("reset", "unreachable"), ("garbage", "unreachable"), ("500", "unreachable"), ("429", "unreachable")])
def test_without_an_answer_keys_are_kept_unchecked_and_no_link_is_possible(server, by, fault, outcome):
    method = a_method()
    server.fault(fault, on="check")
    assert payment_keys.enter(method.id, server.secrets("mollie"), by=by).outcome == outcome
    assert standing(method).state == "unchecked"
    with pytest.raises(Invalid) as invalid:
        settings.change(lists.PAYMENT_METHODS, method.id, VALUES | {"name": "Mollie", "provider": "mollie", "for_links": True}, by=DESK)
    assert "have them checked" in invalid.value.errors["for_links"].message
    assert payment_keys.check(method.id, by=by).outcome == "good" and standing(method).state == "good"
    settings.change(lists.PAYMENT_METHODS, method.id, VALUES | {"name": "Mollie", "provider": "mollie", "for_links": True}, by=DESK)


def test_a_provider_that_is_not_there_takes_nothing_away(server, by, monkeypatch):
    method = a_method_with_keys(server, by)
    monkeypatch.setattr(config, "MOLLIE_URL", "http://127.0.0.1:9")
    before = standing(method)
    assert payment_keys.check(method.id, by=by).outcome == "unreachable" and standing(method) == before


def test_keys_that_were_withdrawn_are_found_by_checking(server, by):
    method = a_method_with_keys(server, by)
    PaymentMethod.update(secrets=sealed.seal({"api_key": "test_WithdrawnAtMollie1234567890"})).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    answer = payment_keys.check(method.id, by=by)
    assert (answer.outcome, standing(method).state) == ("declined", "declined") and standing(method).why == answer.why != ""
    payment_keys.enter(method.id, server.secrets("mollie"), by=by)
    assert (standing(method).state, standing(method).why) == ("good", "")


def test_no_transaction_is_open_while_the_provider_is_asked(server, by, monkeypatch):
    method, depths = a_method_with_keys(server, by), []
    said = server.api
    monkeypatch.setattr(server, "api", lambda request: depths.append(database.transaction_depth()) or said(request))
    payment_keys.check(method.id, by=by)
    payment_keys.enter(method.id, server.secrets("mollie"), by=by)
    assert depths == [0, 0]


def test_an_answer_about_keys_that_were_replaced_meanwhile_is_forgotten(server, by, monkeypatch):
    method, said = a_method_with_keys(server, by), server.api
    other = sealed.seal({"api_key": "live_EnteredMeanwhile1234567890"})

    def meanwhile(request):
        with database.connection_context():
            PaymentMethod.update(secrets=other, account={}).execute()
        return said(request)

    monkeypatch.setattr(server, "api", meanwhile)
    assert payment_keys.check(method.id, by=by).outcome == "good"
    assert kept(method).secrets == other and standing(method).state == "unchecked"


def test_what_is_left_empty_stays(server, by):
    method = a_method_with_keys(server, by, "stripe")
    other = "whsec_AnotherSigningSecret2026abcdef"
    payment_keys.enter(method.id, {"secret_key": "", "webhook_secret": other}, by=by)
    assert sealed.opened(kept(method).secrets) == server.secrets("stripe") | {"webhook_secret": other}


@pytest.mark.parametrize("typed, wrong", [
    ({}, {"secret_key", "webhook_secret"}), ({"secret_key": "sk_test_1234567890"}, {"webhook_secret"}), ({"secret_key": "  ", "webhook_secret": "\t"}, {"secret_key", "webhook_secret"}),
    ({"secret_key": "sk live 1", "webhook_secret": "whsec_é"}, {"secret_key", "webhook_secret"}), ({"secret_key": "x" * 501, "webhook_secret": "y"}, {"secret_key"}),
    ({"secret_key": "sk\r\nHost: evil", "webhook_secret": "y"}, {"secret_key"}),
])
def test_every_key_that_is_missing_or_is_none_is_named(server, by, typed, wrong):
    method, before = a_method("stripe"), len(server.calls)
    with pytest.raises(Invalid) as invalid:
        payment_keys.enter(method.id, typed, by=by)
    assert invalid.value.errors.keys() == wrong
    assert not any(key in str(error) for error in invalid.value.errors.values() for key in typed.values() if len(key) > 6)
    assert len(server.calls) == before


def test_removing_keys_ends_its_links(server, by):
    method = a_method_with_keys(server, by)
    settings.change(lists.PAYMENT_METHODS, method.id, VALUES | {"name": "Mollie", "provider": "mollie", "for_links": True}, by=DESK)
    payment_keys.remove(method.id, by=by)
    assert (kept(method).secrets, kept(method).account, kept(method).for_links) == (None, {}, False)
    assert Event.select().order_by(Event.id.desc()).first().facts["changes"] == {"secrets": [True, False], "for_links": [True, False]}
    events = Event.select().count()
    payment_keys.remove(method.id, by=by)
    assert Event.select().count() == events and standing(method).state == "missing"


def test_after_the_desks_own_key_changed_keys_have_to_be_entered_again(server, by, monkeypatch):
    method = a_method_with_keys(server, by)
    monkeypatch.setenv("SECRET_KEY", "another one")
    sealed._fernet.cache_clear()
    try:
        assert standing(method).state == "unreadable"
        with pytest.raises(Refused, match="Enter them again"):
            payment_keys.check(method.id, by=by)
        with pytest.raises(Invalid):
            payment_keys.enter(method.id, {"api_key": ""}, by=by)
        payment_keys.enter(method.id, server.secrets("mollie"), by=by)
        assert standing(method).state == "good"
    finally:
        monkeypatch.undo()
        sealed._fernet.cache_clear()


@pytest.mark.parametrize("rights", [MANAGER, ()])
def test_only_who_has_the_right_enters_checks_and_removes(server, by, rights):
    method = a_method_with_keys(server, by)
    bo, before = replace(by, rights=frozenset(rights)), len(server.calls)
    for act in (lambda: payment_keys.enter(method.id, server.secrets("mollie"), by=bo), lambda: payment_keys.check(method.id, by=bo), lambda: payment_keys.remove(method.id, by=bo)):
        with pytest.raises(Refused, match="lacks the right"):
            act()
    assert kept(method).secrets == method.secrets and len(server.calls) == before


def test_what_needs_no_keys_has_none(by, shop):
    cash = shop.payment_method("cash")
    assert payment_methods.standing(cash, shop) is None
    for act in (lambda: payment_keys.enter(cash.id, {}, by=by), lambda: payment_keys.check(cash.id, by=by), lambda: payment_keys.enter(999, {}, by=by)):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Refused, match="first"):
        payment_keys.check(a_method().id, by=by)


def test_a_provider_that_repeats_a_key_is_not_repeated():
    assert payment_keys._without({"a": "sk_live_123456"}, "Invalid key sk_live_123456 given") == "Invalid key … given"


def test_entering_keys_does_not_make_the_form_of_the_method_old(server, by):
    method = a_method()
    seen = settings.mark(kept(method))
    payment_keys.enter(method.id, server.secrets("mollie"), by=by)
    settings.change(lists.PAYMENT_METHODS, method.id, VALUES | {"name": "Online", "provider": "mollie"}, by=DESK, seen=seen)
    assert kept(method).name == "Online" and "api_key" not in json.dumps(kept(method).account)
