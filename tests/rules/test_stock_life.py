"""Whatever people do to orders, parcels and stock, in whatever order: the shop's rules hold after every step."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models import Event, Line, Movement, Order, Parcel, Product, Stage
from money import Quantity
from rules import cart, checks, orders, parcels, payments, refunds, status, stock_book, stock_effects
from rules import shop as shops
from rules.parcels import ParcelFacts
from rules.refunds import Asked, Back
from rules.refusal import Refused
from rules.stages import step
from rules.status import Choices
from tests.factories import a_draft, a_product

SMALL = st.integers(0, 6)
NONE = Quantity(0)


class Shop:
    """Does as it is told by small numbers; what the shop refuses is refused."""

    def __init__(self, by):
        self.by = by
        self.products = [
            a_product("Earl Grey", on_hand=4), a_product("Koffiebonen", on_hand=3, unit="kg", low_stock=Quantity(1_000)),
            a_product("Theepot", on_hand=1, allows_backorder=True), a_product("Inpakken", is_tracked=False),
        ]
        self.orders, self.removed = [], []
        self.cash = next(method for method in shops.current().payment_methods.values() if method.key == "cash")

    def product(self, number):
        return self.products[number % len(self.products)]

    def order(self, number):
        return self.orders[number % len(self.orders)]

    def changing(self, number):
        return orders.changing(self.order(number), "test", version=None, by=self.by)

    def line(self, order, number):
        lines = cart.lines(order)
        return lines[number % len(lines)]

    def parcel(self, order, number):
        found = list(Parcel.select().where(Parcel.order == order.id).order_by(Parcel.id)) or [parcels.add(order, ParcelFacts(), by=self.by)]
        return found[number % len(found)].id

    def quantity(self, product, number):
        return Quantity(number * 500) if product and product.unit == "kg" else Quantity.pieces(number)

    def place(self, product, number):
        draft = a_draft(self.by, self.product(product), self.product(product + number))
        self.orders.append(draft.number)
        self.set_status(-1, 1, 0)

    def set_status(self, order, stage, choice):
        choices = Choices(
            leave={each.id: "al geteld" for each in self.products} if choice == 1 else {}, oversell=choice == 2,
            adjust=frozenset(each.id for each in self.products) if choice == 3 else frozenset(),
        )
        status.change(self.order(order), shops.current().status_for(list(Stage)[stage % len(Stage)]), version=None, by=self.by, choices=choices)

    def undo_status(self, order, _, __):
        found = Order.get(Order.number == self.order(order))
        status.take_back(found.number, status.last_change(found), by=self.by)

    def add_line(self, order, product, number):
        with self.changing(order) as changed:
            changed.oversell = number == 6
            cart.add_product(changed, self.product(product), self.quantity(self.product(product), number - 2), by=self.by)

    def change_quantity(self, order, line, number):
        with self.changing(order) as changed:
            line = self.line(changed, line)
            cart.change_quantity(changed, line.id, self.quantity(line.product, number - 1), by=self.by)

    def remove_line(self, order, line, _):
        with self.changing(order) as changed:
            self.removed.append((order, cart.remove_line(changed, self.line(changed, line).id, by=self.by).id))

    def put_back(self, number, _, __):
        order, event = self.removed[number % len(self.removed)]
        with self.changing(order) as changed:
            cart.put_back(changed, event, by=self.by)

    def pack(self, order, line, number):
        with self.changing(order) as changed:
            line = self.line(changed, line)
            parcels.add(changed, ParcelFacts(contents={line.id: self.quantity(line.product, number % 3)} if number % 3 else None), by=self.by)

    def repack(self, order, parcel, number):
        with self.changing(order) as changed:
            line = self.line(changed, number)
            parcels.pack(changed, self.parcel(changed, parcel), {line.id: self.quantity(line.product, 1)}, by=self.by)

    def send(self, order, parcel, left):
        with self.changing(order) as changed:
            parcels.set_left(changed, self.parcel(changed, parcel), left % 3 > 0, by=self.by)

    def unpack(self, order, parcel, _):
        with self.changing(order) as changed:
            parcels.remove(changed, self.parcel(changed, parcel), by=self.by)

    def pay(self, order, _, __):
        with self.changing(order) as changed:
            payments.mark_paid(changed, self.cash, by=self.by)

    def refund(self, order, line, number):
        """Some of a line comes back: for sale again, or broken."""
        with self.changing(order) as changed:
            if not changed.paid:
                payments.mark_paid(changed, self.cash, by=self.by)
            line = self.line(changed, line)
            back = Back(self.quantity(line.product, 1 + number % 2), "damaged" if number == 6 else "sellable")
            refunds.make(changed, Asked(self.cash, {line.id: back}), by=self.by)

    def receive(self, product, number, _):
        stock_book.receive(self.product(product), self.quantity(self.product(product), number), "levering", by=self.by)

    def count(self, product, number, _):
        stock_book.count(Product.get_by_id(self.product(product).id), self.quantity(self.product(product), number), by=self.by)

    def correct(self, product, number, _):
        stock_book.correct(self.product(product), self.quantity(self.product(product), number - 3), "Lost", by=self.by)

    def undo_book(self, _, __, ___):
        last = Event.select().where(Event.kind.in_(("stock.received", "stock.counted", "stock.corrected"))).order_by(Event.id.desc()).first()
        stock_book.take_back(last.id if last else 0, by=self.by)

    def do(self, name, first, second, third):
        """What there is nothing of yet is passed over."""
        act: Callable = partial(self.place, first, second) if name == "place" else partial(getattr(self, name), first, second, third)
        try:
            act()
        except (Refused, ZeroDivisionError):
            return

    def must_be_true(self):
        assert list(checks.run()) == []
        for product in Product.select():
            moved = sum((row.quantity for row in Movement.select().where(Movement.product == product)), NONE)
            held = sum((row.held for row in Line.select().where(Line.product == product)), NONE)
            assert (product.on_hand, product.held) == (moved, held)
        for line in Line.select(Line, Order, Product).join(Order).switch(Line).join(Product).where(Product.is_tracked, Line.stock_note == ""):
            stage = step(shops.current().statuses[line.order.status_id]).stock
            gone = stock_effects.in_parcels([line.order_id]).get(line.id, NONE) if stage == "held" else NONE
            back = stock_effects.came_back([line.order_id]).get(line.id, NONE)
            lost = min(stock_effects.broken([line.order_id]).get(line.id, NONE), max(line.taken, NONE))
            assert (line.held, line.taken) == stock_effects.wanted(stage, line.quantity, gone, back, lost), "a line nobody left alone is as its stage wants it"


ACTS = ("place", "set_status", "set_status", "set_status", "undo_status", "add_line", "change_quantity", "change_quantity", "remove_line", "put_back", "pack",
        "repack", "send", "send", "unpack", "pay", "refund", "refund", "receive", "count", "correct", "undo_book")
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), SMALL, SMALL, SMALL), min_size=3, max_size=20)


@pytest.mark.thorough(20)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
          phases=(Phase.explicit, Phase.generate, Phase.shrink), derandomize=True)
@given(steps=STEPS)
def test_after_every_step_everything_adds_up(states, shop, by, steps):
    states.put_back("shop")
    shops._kept = None
    desk = Shop(by)
    desk.place(0, 1)
    for each in steps:
        desk.do(*each)
        desk.must_be_true()


@pytest.mark.parametrize("stages", [(Stage.SHIPPED, Stage.CANCELLED), (Stage.SHIPPED, Stage.OPEN), (Stage.COMPLETED, Stage.RETURNED), (Stage.SHIPPED, Stage.DRAFT)])
def test_ten_detours_take_one(shop, by, stages):
    tea = a_product("Earl Grey", on_hand=5)
    order = a_draft(by, tea)
    for stage in (*stages * 9, stages[0]):
        status.change(order.number, shop.status_for(stage), version=None, by=by)
    assert (Product.get().on_hand, Product.get().held, Line.get().taken) == (Quantity.pieces(4), NONE, Quantity.pieces(1))
    sums = sum((row.quantity for row in Movement.select().where(Movement.order == order)), NONE)
    assert sums == Quantity.pieces(-1) and list(checks.run()) == []
