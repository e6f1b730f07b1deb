"""The orders of the demo shop: who buys what, how, and at what price; the arithmetic is that of rules/pricing.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from models import ShippingMethod, Stage
from money import ZERO, Money, Quantity
from rules import coupons, demo_fates, order_text, totals
from rules.coupons import CouponFacts
from rules.demo_fates import COUNTER, SENT, Method
from rules.demo_goods import Article
from rules.demo_people import Person
from rules.demo_words import NOTES
from rules.new_orders import NewEvent, NewLine, NewOrder, NewParcel, sums
from rules.pricing import PricedLine, Totals
from rules.pricing import totals as computed
from rules.shop import Settings
from rules.stages import STEPS

CHANNELS, SHARES = ("web", COUNTER, "phone", "email"), (55, 30, 9, 6)
LINES, CHANCES = range(1, 9), (28, 22, 17, 12, 8, 6, 4, 3)  # three on average
PIECES = (1,) * 14 + (2, 2, 2, 2, 3, 4, 6)
COUNTED = timedelta(90)  # so long ago stock was counted; what was sold since moved it
LINE_DISCOUNT, ORDER_DISCOUNT, COUPON, LABEL, NOTE = 0.03, 0.03, 0.06, 0.08, 0.05
ANONYMOUS = 0.7  # of the sales at the counter
REMEMBERED = timedelta(365)  # of what is older only the beginning stands in the timeline
NOTHING = sums(computed([]))


class Maker:
    """Makes one order after the other, and remembers what of each product they hold and took."""

    def __init__(self, dice: Random, settings: Settings, articles: Sequence[Article], known: dict[int, CouponFacts], until: datetime) -> None:
        self.dice, self.settings, self.known, self.until = dice, settings, known, until
        *self.articles, self.deposit = articles
        self.coupon_keys = {facts.code: key for key, facts in known.items()}
        self.methods = demo_fates.methods(settings)
        self.ways = [way for way in settings.shipping_methods.values() if not way.archived]
        self.standard = max(settings.vat_categories, key=lambda key: settings.rate(key, until.date()))
        self.labels = [label.id for label in settings.labels_for("order")]
        self.sources = {source.key: source.id for source in settings.sources.values()}
        self.operators = list(settings.operators)
        self.statuses = {stage: settings.status_for(stage) for stage in Stage}
        self.rates: dict[tuple[int, date], int] = {}
        self.held: defaultdict[int, int] = defaultdict(int)
        self.taken: defaultdict[int, int] = defaultdict(int)

    def channel(self) -> str:
        return self.dice.choices(CHANNELS, SHARES)[0]

    def is_anonymous(self, channel: str) -> bool:
        return channel == COUNTER and self.dice.random() < ANONYMOUS

    def make(self, number: int, placed: datetime, channel: str, person: Person | None, *, is_draft: bool = False) -> NewOrder:
        dice = self.dice
        stage = Stage.DRAFT if is_draft else demo_fates.stage(channel, self.until - placed, dice)
        exempt = person is not None and person.is_abroad and bool(person.facts.vat_number)
        cart = self._cart()
        lines = [self._line(article, quantity, stage, placed, exempt) for article, quantity in cart]
        method = demo_fates.method_of(channel, person is not None and bool(person.facts.company), self.methods, dice)
        order = NewOrder(
            number=str(number), status=self.statuses[stage].id, source=self.sources.get(channel) or next(iter(self.sources.values())),
            placed=None if is_draft else placed, created=placed, lines=lines, sums=NOTHING, text="", operator=self._operator(channel),
            payment_method=method.key, due=demo_fates.due(method, placed), regime="intra_eu" if exempt else "standard",
            prices_include_vat=not exempt, **_whose(person),
        )
        way = self._way(channel)
        order.shipping_method = way.id if way else None
        self._price(order, [article for article, _ in cart], way, placed)
        if method.is_cash and not is_draft:
            order.rounding = Money(order.sums.total).rounded_to(5).cents - order.sums.total
        if not is_draft:
            self._happened(order, stage, way, method, placed)
        order.labels = (dice.choice(self.labels),) if self.labels and dice.random() < LABEL else ()
        order.notes = (dice.choice(NOTES),) if dice.random() < NOTE else ()
        order.events = self._events(order, stage, placed)
        order.text = _text(order, person, [article for article, _ in cart])
        return order

    def _cart(self) -> list[tuple[Article, int]]:
        """What is bought, in thousandths; the first articles sell best. Bottles come with their deposit."""
        dice, cart = self.dice, []
        for _ in range(dice.choices(LINES, CHANCES)[0]):
            article = self.articles[int(len(self.articles) * dice.random() ** 2)]
            quantity = dice.randrange(150, 1_001, 50) if article.unit == "kg" else dice.choice(PIECES) * 1_000
            cart.append((article, quantity))
        bottles = sum(quantity for article, quantity in cart if article.has_deposit)
        return [*cart, (self.deposit, bottles)] if bottles else cart

    def _line(self, article: Article, quantity: int, stage: Stage, placed: datetime, exempt: bool) -> NewLine:
        rate = self._rate(article.vat, placed.date())
        price = Money(article.price)
        stock = STEPS[stage].stock if article.is_tracked else "free"
        held, taken = quantity if stock == "held" else 0, quantity if stock == "taken" and placed > self.until - COUNTED else 0
        self.held[article.key] += held
        self.taken[article.key] += taken
        off = 1_000 if not article.is_deposit and self.dice.random() < LINE_DISCOUNT else 0
        return NewLine(
            article.name, quantity, (price - price.tax_inside(rate)).cents if exempt else price.cents, rate, article.key, article.variant,
            article.sku, article.unit, article.vat, article.is_deposit, "percent" if off else None, off, held, taken,
        )

    def _rate(self, category: int, on: date) -> int:
        if (category, on) not in self.rates:
            self.rates[category, on] = self.settings.rate(category, on)
        return self.rates[category, on]

    def _operator(self, channel: str) -> int | None:
        return None if channel == "web" else self.dice.choice(self.operators)

    def _way(self, channel: str) -> ShippingMethod | None:
        if channel == COUNTER or not self.ways:
            return None
        return self.ways[int(len(self.ways) * self.dice.random() ** 1.5)]

    def _price(self, order: NewOrder, articles: Sequence[Article], way: ShippingMethod | None, placed: datetime) -> None:
        """Compute the order, with a discount or a coupon now and then; the method's price for shipping, unless free above an amount."""
        items = [
            PricedLine(Quantity(line.quantity), Money(line.price), line.vat_rate, totals.discount(line.discount_kind, line.discount_value),
                       line.is_deposit, article.key, article.category)
            for line, article in zip(order.lines, articles, strict=True)
        ]
        if self.dice.random() < ORDER_DISCOUNT:
            order.discount_kind, order.discount_value = self.dice.choice((("percent", 500), ("percent", 1_000), ("amount", 250)))
        used = self._coupon(items, placed) if self.dice.random() < COUPON else ()
        discount = totals.discount(order.discount_kind, order.discount_value)
        rate = self._rate(self.standard, placed.date())

        def with_shipping(shipping: Money) -> Totals:
            return computed(items, discount=discount, coupons=used, shipping=shipping, regime=order.regime,
                            prices_include_vat=order.prices_include_vat, shipping_rate=rate)

        result = with_shipping(_shipping(way, Money(sum(line.price * line.quantity for line in order.lines) // 1_000)))
        if result.shipping != (price := _shipping(way, result.goods - result.discount)):
            result = with_shipping(price)
        order.sums = sums(result)
        order.coupons = tuple((self.coupon_keys[coupon.code], coupon.amount.cents) for coupon in result.coupons)

    def _coupon(self, items: Sequence[PricedLine], placed: datetime) -> tuple[CouponFacts, ...]:
        coupon = self.dice.choice(list(self.known.values()))
        fits = not coupons.why_not(coupon, goods=totals.goods(list(items)), lines=items, today=placed.date(), others=(), customer_known=True)
        return (coupon,) if fits else ()

    def _happened(self, order: NewOrder, stage: Stage, way: ShippingMethod | None, method: Method, placed: datetime) -> None:
        total = order.sums.total + order.rounding
        order.payments, order.refunds = demo_fates.paid(stage, method, total, placed, self.until, self.dice)
        if way and not way.is_pickup and stage in SENT:
            order.shipped_at = demo_fates.shipped_at(placed, self.until, self.dice)
            order.parcels = self._parcels(way, order.shipped_at)

    def _parcels(self, way: ShippingMethod, at: datetime) -> tuple[NewParcel, ...]:
        courier = self.settings.couriers.get(way.courier_id)
        return demo_fates.parcels(way.courier_id, courier.name if courier else "", at, self.dice)

    def _events(self, order: NewOrder, stage: Stage, placed: datetime) -> tuple[NewEvent, ...]:
        made = NewEvent("order.created", placed, {"part": "order", "version": 1})
        if stage in (Stage.DRAFT, Stage.OPEN) or placed < self.until - REMEMBERED:
            return (made,)
        order.version = 2
        was, now = self.statuses[Stage.OPEN], self.statuses[stage]
        at = order.shipped_at or min(self.until, placed + timedelta(minutes=self.dice.randrange(1, 600)))
        return made, NewEvent(STEPS[stage].event, at, {
            "part": "status", "version": 2, "was": was.name, "now": now.name, "status": now.id, "note": "",
        })


def _shipping(way: ShippingMethod | None, worth: Money) -> Money:
    """What a method costs for goods of this worth (totals.shipping_price)."""
    return ZERO if way is None or (way.free_above is not None and worth >= way.free_above) else way.price


def _whose(person: Person | None) -> dict[str, Any]:
    if person is None:
        return {}
    facts = person.facts
    return {
        "customer": person.key, "name": facts.name, "company": facts.company, "email": facts.email, "phone": facts.phone,
        "vat_number": facts.vat_number, "billing": facts.billing, "shipping": facts.shipping,
    }


def _text(order: NewOrder, person: Person | None, articles: Sequence[Article]) -> str:
    """What order_text.compose would make of it, from words that were folded once."""
    parts = [*(person.words if person else ())]
    for article in articles:
        parts += article.words
    parts += order_text.of_parcels((parcel.courier_name, parcel.tracking_code) for parcel in order.parcels)
    parts += [order_text.marked(order_text.Mark.NOTE, note) for note in order.notes]
    return order_text.joined(order.number, order.external_number, order.reference, parts)


