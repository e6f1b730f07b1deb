"""What is kept of an order's sums is what they come to, whatever was done to it."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Line, Order, OrderCoupon, OrderVat, Product
from money import ZERO, Money, Quantity
from rules import cart, couponbook, orders, payments, terms, totals
from rules import shop as shops
from rules.coupons import applicable
from rules.pricing import Discount
from rules.refusal import Refused
from tests.factories import a_coupon, a_draft, a_product

discounts = st.one_of(st.none(), st.builds(Discount, st.just("percent"), st.integers(0, 10_000)), st.builds(Discount, st.just("amount"), st.integers(0, 20_000)))
steps = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 2)),
    st.tuples(st.just("quantity"), st.integers(-3, 9)),
    st.tuples(st.just("price"), st.integers(0, 50_000)),
    st.tuples(st.just("discount"), discounts),
    st.tuples(st.just("order"), discounts),
    st.tuples(st.just("coupon"), st.sampled_from(["TIEN", "VIJF", "GRATIS"])),
    st.tuples(st.just("ship"), st.integers(0, 4)),
    st.tuples(st.just("regime"), st.sampled_from(["standard", "export", "kor"])),
    st.tuples(st.just("pay"), st.integers(1, 10_000)),
)


def take_step(order, kind, value, by, shop):
    line = Line.select().where(Line.order == order).order_by(Line.id.desc()).first()
    if kind == "add":
        cart.add_product(order, Product.get_by_id(list(Product.select(Product.id).order_by(Product.id))[value].id), by=by)
    elif kind == "order":
        terms.discount_order(order, value, by=by)
    elif kind == "coupon":
        terms.add_coupon(order, value, by=by)
    elif kind == "ship":
        terms.ship_by(order, list(shop.shipping_methods.values())[value], by=by)
    elif kind == "regime":
        terms.change_regime(order, value, by=by)
    elif kind == "pay":
        payments.record(order, shop.payment_method("cash"), Money(value if order.total >= ZERO else -value), by=by)
    elif line is not None and kind == "quantity":
        cart.change_quantity(order, line.id, Quantity.pieces(value), by=by)
    elif line is not None and kind == "price":
        cart.change_price(order, line.id, Money(value), by=by)
    elif line is not None:
        cart.discount_line(order, line.id, value, by=by)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_what_is_kept_is_what_it_comes_to(by, shop, done):
    for table in (OrderCoupon, Line, OrderVat):
        table.delete().execute()
    if not Product.select().exists():
        for name, price, facts in (("Thee", 495, {"vat_category": "low"}), ("Pot", 4_995, {}), ("Statiegeld", 25, {"is_deposit": True})):
            a_product(name, price, **facts)
        a_coupon("TIEN", "percent", 1_000, combinable=True)
        a_coupon("VIJF", "amount", 500, combinable=True, minimum=Money(1_000))
        a_coupon("GRATIS", "shipping", 0, combinable=True)
    draft = a_draft(by)
    for kind, value in done:
        try:
            with orders.changing(draft.number, "any", version=None, by=by) as order:
                take_step(order, kind, value, by, shop)
        except Refused:
            pass  # nothing was changed then, which is what is looked at
        must_add_up(orders.find(draft.number))


def must_add_up(order):
    lines, items = cart.lines(order), [totals.priced(line) for line in totals.lines_of(order)]
    known = couponbook.facts([row.coupon_id for row in totals.coupons_of(order)], order=order)
    applied, _ = applicable(list(known.values()), goods=totals.goods(items), lines=items, today=shops.today(), customer_known=False)
    fresh = totals.compute(order, items, applied)
    assert (order.total, order.vat, order.goods, order.discount) == (fresh.total, fresh.vat_total, fresh.goods, fresh.discount)
    assert [(line.amount, line.net) for line in lines] == [(each.amount, each.net) for each in fresh.lines]
    assert [(row.rate, row.base, row.vat) for row in totals.vat_of(order)] == [(each.rate, each.base, each.vat) for each in fresh.vat]
    if order.total or order.paid:  # a draft that nothing was asked for yet is not called paid
        assert order.payment_state == payments.state(order.total, order.paid, order.refunded)
    shown = totals.summary(order, lines)
    coupons = sum((row.amount for row, _ in shown.coupons), ZERO)
    on_top = ZERO if order.prices_include_vat else order.vat
    assert order.goods - shown.line_discount - shown.order_discount - coupons + shown.shipping + on_top == order.total


def test_an_imported_total_stays_until_somebody_changes_the_order(by):
    draft = a_draft(by, a_product())
    Order.update(total=Money(1), keeps_total=True).where(Order.id == draft.id).execute()
    with orders.changing(draft.number, "note", version=None, by=by) as order:
        orders.add_note(order, "Alleen een notitie", by=by)
    assert orders.find(draft.number).total == Money(1)
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        cart.change_quantity(order, Line.get().id, Quantity(2_000), by=by)
    assert (orders.find(draft.number).total, orders.find(draft.number).keeps_total) == (Money(990), False)


def test_the_reason_of_a_refusal_survives_being_kept():
    reason = Refused("Coupon {code} could be used until {date}; {missing} to go.", code="X", date=date(2026, 1, 31), missing=Money(5))
    again = totals.read(totals.written(reason))
    assert (again.message, again.facts) == (reason.message, reason.facts)
    assert totals.read(None) is None and totals.written(None) is None
