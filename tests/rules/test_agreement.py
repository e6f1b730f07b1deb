"""The screen, the receipt, the invoice, the e-invoice and the letter of any sale say the same to the cent."""

import pytest
from hypothesis import HealthCheck, given, note, settings

from models import Regime
from tests import any_sale
from tests.agreement import FORMATS, made, must_agree

pytestmark = [pytest.mark.row("S21"), pytest.mark.once]
WAYS = [(regime, included, language) for regime in Regime for included in (True, False) for language in ("nl", "en")]
FEW = [(3, *way) for way in WAYS]
EACH = ("screen", "letter", "receipt_80", "invoice", "ubl")  # of a fifth of the sales the others too: they are drawn from the same rows
TEN_THOUSAND = [(1500 if way[0] == Regime.STANDARD else 250, *way) for way in WAYS]


@pytest.mark.parametrize(("count", "regime", "included", "language"), [*FEW, *(pytest.param(*each, marks=pytest.mark.thorough(each[0] // 60)) for each in TEN_THOUSAND)])
def test_any_sale_says_the_same_everywhere(seller, count, regime, included, language):
    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(any_sale.CONTENT)
    def any_of_them(content):
        sale = any_sale.sale(content, regime=regime, prices_include_vat=included, language=language)
        note(str(sale))
        must_agree(made(sale, seller), EACH if sum(line.price.cents for line in sale.lines) % 5 else FORMATS)

    any_of_them()


def test_it_is_ten_thousand_sales():
    assert sum(count for count, *_ in TEN_THOUSAND) == 10_000
