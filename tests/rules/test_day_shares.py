"""What is paid is a share of its order, and the shares add up."""

from hypothesis import given, strategies as st

from rules.day_shares import Sale, Share, of_paid
from rules.document_credits import Sum

TEA_AND_POT = Sale(9395, 0, {900: Sum(4900, 405), 2100: Sum(4495, 780)})
RATES = (None, 0, 900, 2100)


@st.composite
def sales(draw):
    rates = {rate: draw(st.integers(-5_000, 50_000)) for rate in draw(st.sets(st.sampled_from(RATES)))}
    rounding = draw(st.integers(-2, 2))
    off = draw(st.integers(-1, 1))  # what prices without VAT make of it
    return Sale(sum(rates.values()) + rounding, rounding, {
        rate: Sum(gross, round(gross * rate / (10_000 + rate)) + off if rate and gross else 0) for rate, gross in rates.items()})


def test_all_of_it_at_once_is_the_order():
    assert of_paid(TEA_AND_POT, 0, 9395) == Share(TEA_AND_POT.rates, 0, 0)


def test_half_of_it_is_half_of_each_rate():
    half = of_paid(TEA_AND_POT, 0, 4698)
    assert half.rates[900].gross == 2450 and half.rates[2100].gross == 2248 and half.money == 4698


def test_what_is_paid_too_much_is_no_turnover():
    assert of_paid(TEA_AND_POT, 0, 10_000) == Share(TEA_AND_POT.rates, 0, 605)
    assert of_paid(TEA_AND_POT, 9395, 605) == Share({900: Sum(0, 0), 2100: Sum(0, 0)}, 0, 605)


def test_cash_that_was_rounded_is_outside_the_turnover():
    share = of_paid(Sale(995, -2, {2100: Sum(997, 173)}), 0, 995)
    assert (share.turnover, share.rounding, share.surplus) == (997, -2, 0)


def test_what_is_taken_back_is_what_it_was():
    assert of_paid(TEA_AND_POT, 9395, -9395) == Share({900: Sum(-4900, -405), 2100: Sum(-4495, -780)}, 0, 0)


def test_a_return_that_is_paid_back_is_turnover_below_zero():
    share = of_paid(Sale(-1210, 0, {2100: Sum(-1210, -210)}), 0, -1210)
    assert (share.turnover, share.rates[2100].vat, share.surplus) == (-1210, -210, 0)


def test_an_order_of_nothing_takes_nothing():
    assert of_paid(Sale(0, 0, {}), 0, 500) == Share({}, 0, 500)


@given(sales(), st.lists(st.integers(-20_000, 60_000), max_size=6))
def test_whatever_is_paid_in_whatever_pieces_the_shares_add_up(sale, pieces):
    """Each piece is all of its money; all pieces together are what one payment would be."""
    paid, total = 0, Share()
    for piece in pieces:
        share = of_paid(sale, paid, piece)
        assert share.money == piece
        paid, total = paid + piece, total.plus(share)
    whole = of_paid(sale, 0, paid)
    assert (total.rounding, total.surplus) == (whole.rounding, whole.surplus)
    assert all(total.rates.get(rate, Sum(0, 0)) == part for rate, part in whole.rates.items())


@given(sales())
def test_an_order_paid_in_full_has_its_own_vat_to_the_cent(sale):
    assert sale.total == 0 or of_paid(sale, 0, sale.total) == Share(sale.rates, sale.rounding, 0)
