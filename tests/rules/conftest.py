"""What several tests of rules stand on."""

import pytest
from flask import g

import rules.shop
from models import Shop


@pytest.fixture
def seller(app, shop, by):
    """The shop, known to the tax office and at its bank, with somebody at its screen."""
    Shop.update(vat_number="NL004495445B01", chamber_number="30198745", iban="NL91 ABNA 0417 1643 00").execute()
    rules.shop.touch()
    with app.test_request_context("/orders/17"):
        g.settings, g.actor = rules.shop.current(), by
        yield g.settings
