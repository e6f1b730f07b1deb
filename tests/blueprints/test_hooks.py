"""Notices of payment providers over HTTP: no session, no form, an answer that each provider understands."""

import pytest
from flask_wtf.csrf import CSRFProtect

from blueprints.hooks import LARGEST
from models import Notice, Payment
from tests.online import a_method, an_order, ask


@pytest.fixture
def method(shop, providers):
    return a_method("mollie", providers)


def test_it_is_heard_without_a_session(visitor, method, providers):
    payment = ask(an_order(), method)
    providers.pay()
    answer = visitor.post(f"/hooks/payments/{method.key}", data={"id": payment.provider_key})
    assert (answer.status_code, answer.data, Payment.get().state) == (200, b"", "captured")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(("body", "status", "outcome"), [
    (b"id=tr_nobodys", 200, "unknown"),
    (b"id=<script>", 400, "malformed"),
    (b"", 400, "malformed"),
])
def test_what_makes_no_sense_is_refused_without_a_word(visitor, method, body, status, outcome):
    answer = visitor.post(f"/hooks/payments/{method.key}", data=body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.data, Notice.get().outcome) == (status, b"", outcome)


def test_a_long_one_is_not_read(visitor, method):
    answer = visitor.post(f"/hooks/payments/{method.key}", data=b"x" * (LARGEST + 1), content_type="application/octet-stream")
    assert answer.status_code == 413 and not Notice.select().exists()


def test_a_method_that_is_not_there_has_no_address(visitor, method):
    for key in ("cash", "nobody", "%00", "x" * 300):
        assert visitor.post(f"/hooks/payments/{key}", data=b"id=tr_1").status_code == 404
    assert visitor.get(f"/hooks/payments/{method.key}").status_code == 405


def test_only_what_has_no_session_needs_no_form(app):
    """The tests switch the check off; here is what it would let through."""
    guard = app.extensions["csrf"]
    assert isinstance(guard, CSRFProtect) and {each.name for each in guard._exempt_blueprints} == {"public", "withdrawal", "hooks", "cloud_printers"} and not guard._exempt_views
