"""What writing costs on a large shop: saving an order with and without the search index, and what readers feel of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from threading import Event as Signal
from typing import NamedTuple

from bench.harness import Kept, Operating, Times, at_once, timed, together
from bench.listing import Listing, path

from flask import Flask

from models import Operator, Order, database, is_sqlite
from money import Money, Quantity
from rules import cart, orders, shop

TURNS, SAVES, READS, WRITERS = 5, 80, 40, 2
INDEX = ("DROP TRIGGER order_text_index_added", "DROP TRIGGER order_text_index_removed", "DROP TRIGGER order_text_index_changed",
         "DROP TABLE order_text_index")
QUESTIONS = ("", "tedoen:betalen", "jansen", "thee", "status:voltooid", "totaal:100..250", "datum:7d", "utrecht")  # one for each reader


def numbers() -> list[str]:
    """Of orders all over the shop, in an order that is always the same."""
    last = Order.select(Order.id).order_by(Order.id.desc()).limit(1).scalar()
    picked = Random(1).sample(range(1, last + 1), min(last, 3_000))
    return [number for number, in Order.select(Order.number).where(Order.id.in_(picked), Order.placed.is_null(False)).tuples()]


def cost_of_the_index(desk: Kept) -> tuple[Times, Times]:
    """Putting a line on an order, commit included: as it is, and on a copy of the database that has no search index; in turns, so that
    what else this machine does weighs on both."""
    found = Times(), Times()
    with without_index(desk) as copy:
        for turn in range(TURNS):
            for each, times in zip((desk, copy), found, strict=True):
                with each.opened():
                    times.extend(timed(saving(turn), SAVES))
    return found


def saving(turn: int) -> Callable[[], None]:
    """Puts a line on one order after the other; in each turn on others."""
    settings, waiting = shop.current(), iter(numbers()[turn * 2 * SAVES:])
    by, category = settings.actor(Operator.get().id), next(iter(settings.vat_categories.values()))

    def save() -> None:
        with orders.changing(next(waiting), "line", version=None, by=by) as order:
            cart.add_free_line(order, "Cadeaubon voor de feestdagen", Money(2_500), Quantity(1_000), category, by=by)
    return save


@contextmanager
def without_index(desk: Kept) -> Iterator[Kept]:
    copy = Kept(desk.folder.with_name("without-index"), desk.server)
    copy.copy(desk)
    try:
        with copy.opened():
            for statement in INDEX if is_sqlite() else ("DROP INDEX order_text_trigrams",):
                database.execute_sql(statement)
        yield copy
    finally:
        copy.drop()


class Beside(NamedTuple):
    """What eight readers waited for, alone and while two wrote; what the writers waited for; and how many answers were errors."""

    idle: Times
    busy: Times
    writes: Times


def while_others_write(listing: Listing, app: Flask) -> Beside:
    """Eight read, each another question, and then again while two put lines on orders, one after the other. Who gets an error for an
    answer ends all of it."""
    writers = [Operating(listing.desk, app) for _ in range(WRITERS)]
    line = {"name": "Cadeaubon", "price": "25", "quantity": "1", "vat": next(iter(shop.current().vat_categories))}
    readers = [lambda client=client, text=text: client.get(path(q=text)) for client, text in zip(listing.clients, QUESTIONS, strict=True)]
    idle, _ = together(readers, READS)
    busy, written, ended, waiting = Times(), Times(), Signal(), iter(numbers()[TURNS * 2 * SAVES:])

    def read() -> None:
        busy.extend(together(readers, READS)[0])
        ended.set()

    def write(client: Operating) -> None:
        client.open(next(waiting))
        while not (written and ended.is_set()):
            written.extend(timed(lambda: client.post(f"/orders/{next(waiting)}/lines/free", **line), 1, warm_up=0))

    at_once([read, *(partial(write, writer) for writer in writers)])
    return Beside(idle, busy, written)
