"""A demo shop of any size: made up, the same for the same seed and moment, and true to every rule of the shop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from models import Customer, CustomerLabel, Movement, Operator, Order, PaymentMethod, Product, Role, database, now
from rules import bulk, demo_calendar, demo_days, demo_goods, demo_people, numbering, rows, shop
from rules.demo_goods import Article
from rules.demo_orders import COUNTED, Maker
from rules.demo_people import People, Person
from rules.demo_words import OPERATORS, PROVIDERS
from rules.new_orders import NewOrder
from rules.refusal import Refused

MOST_ORDERS = 5_000_000
AT_ONCE = 2_000
DRAFTS = 5
Progress = Callable[[int, int], None]


def fill(orders: int, seed: int, *, until: datetime | None = None, progress: Progress | None = None) -> None:
    """Fill a shop that was set up and is still empty: all of it or nothing. `until` (UTC, default now): the last order's moment.

    `progress` is told how many orders of how many are made. Refuses a shop that has orders, products or customers.
    """
    if not 1 <= orders <= MOST_ORDERS:
        raise Refused("Choose from {low} to {high} orders.", field="orders", low=1, high=MOST_ORDERS)
    with database.atomic():
        must_be_empty()
        with rows.without_indexes([*bulk.TABLES, Customer, CustomerLabel]):
            _Filling(orders, Random(seed), until or now()).run(progress or (lambda done, of: None))
        demo_days.close(until or now())


def must_be_empty() -> None:
    for table in (Order, Product, Customer):
        if table.select().exists():
            raise Refused("This shop is already in use. A demo shop needs an empty one.")


class _Filling:
    def __init__(self, orders: int, dice: Random, until: datetime) -> None:
        self.count, self.dice, self.until = orders, dice, until
        self.start = until - timedelta(demo_calendar.DAYS)
        _add_operators()
        _add_providers()
        shop.touch()
        settings = shop.current()
        self.label = next((label.id for label in settings.labels_for("customer")), None)
        self.articles = demo_goods.make(products_for(orders), dice, settings, self.start.date())
        self.maker = Maker(dice, settings, self.articles, demo_goods.make_coupons(self.start.date()), until)
        self.names = People(dice)
        self.people: list[Person] = []
        self.regulars: list[Person] = []
        self.met = 0

    def run(self, progress: Progress) -> None:
        opening = self._open_stock()
        first = numbering.take("order", self.count)
        moments = demo_calendar.moments(self.count, self.until, self.dice)
        done = 0
        while chunk := list(islice(moments, AT_ONCE)):
            self._meet(done + len(chunk), chunk[0])
            bulk.write([self._order(first + done + place, moment, done + place) for place, moment in enumerate(chunk)])
            done += len(chunk)
            progress(done, self.count)
        self._close_stock(opening)

    def _meet(self, by_now: int, moment: datetime) -> None:
        """New customers, as many as belong to so many orders."""
        new = customers_for(self.count) * by_now // self.count - len(self.people)
        met = demo_people.write([(self.names.make(), moment) for _ in range(new)], self.label, self.dice)
        self.people += met
        self.regulars += [person for person in met if person.is_regular]

    def _order(self, number: int, placed: datetime, place: int) -> NewOrder:
        channel = self.maker.channel()
        person = None if self.maker.is_anonymous(channel) or not self.people else self._customer()
        return self.maker.make(number, placed, channel, person, is_draft=place >= self.count - min(DRAFTS, self.count // 20))

    def _customer(self) -> Person:
        """Somebody new, somebody who buys often, or anybody."""
        chance = self.dice.random()
        if self.met < len(self.people) and chance < 0.4:
            self.met += 1
            return self.people[self.met - 1]
        return self.dice.choice(self.regulars if self.regulars and chance < 0.75 else self.people)

    def _open_stock(self) -> dict[int, int]:
        """Stock was counted some time ago, of everything it is kept of."""
        counted = {article.key: self._some(article, 12, 80) for article in self.articles if article.is_tracked}
        at = str(self.until - COUNTED)
        rows.insert(Movement, MOVEMENT, [(key, "initial", quantity, "", at) for key, quantity in counted.items()])
        return counted

    def _close_stock(self, opening: dict[int, int]) -> None:
        """A delivery of what would run short, and what that makes of each product."""
        delivered = {}
        for article in self.articles:
            if article.is_tracked:
                wanted = self.maker.held[article.key] + self.maker.taken[article.key] + self._some(article, 0, 40)
                if wanted > opening[article.key]:
                    delivered[article.key] = -((opening[article.key] - wanted) // 1_000) * 1_000
        at = str(self.until - timedelta(hours=2))
        rows.insert(Movement, MOVEMENT, [(key, "delivery", quantity, "", at) for key, quantity in delivered.items()])
        rows.update(Product, ("on_hand", "held"), [
            (quantity + delivered.get(key, 0) - self.maker.taken[key], self.maker.held[key], key) for key, quantity in opening.items()
        ])

    def _some(self, article: Article, low: int, high: int) -> int:
        return self.dice.randint(low, high) * (1_000 if article.unit == "piece" else 250)


MOVEMENT = ("product_id", "kind", "quantity", "reason", "created")


def products_for(orders: int) -> int:
    return min(5_000, max(120, orders // 50))


def customers_for(orders: int) -> int:
    return orders // 5 if orders >= 1_000 else min(200, orders // 2 + 1)


def _add_operators() -> None:
    """Colleagues, so that there is something to filter on. Without a password nobody can sign in as one."""
    clerk = Role.get(Role.key == "clerk")
    for name, tone in OPERATORS:
        email = f"{name.split()[0].lower()}@demo.example.nl"
        Operator.insert(name=name, email=email, role=clerk, tone=tone).on_conflict_ignore().execute()


def _add_providers() -> None:
    """Put away until somebody has keys of their own: nothing is made up that would look as if it could be paid."""
    for position, (key, name) in enumerate(PROVIDERS, start=90):
        PaymentMethod.insert(key=key, name=name, provider=key, by_hand=False, at_counter=False, archived=True,
                             position=position).on_conflict_ignore().execute()
