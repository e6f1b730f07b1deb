"""What others changed on an order's screen and in the list, as fragments that find their own place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template

from blueprints.support.access import actor
from blueprints.support.order_screen import SHOWS, Screen, partial
from blueprints.support.order_search import COLUMNS, Asked, links, named, tabs
from models import Order
from rules import order_live, orders, timeline
from rules.order_list import OrderPage
from rules.rights import Actor

ALWAYS = ("orders/_head.html", "orders/_state.html", "orders/_timeline.html")
ANYBODY = Actor(0, "")  # whose own changes are nobody's: one's own other tab is told too
MOST = 100  # rows


def changed_parts(order: Order, version: int) -> str:
    """The parts of the order's screen that changed after this version, whoever did it."""
    screen, changes = Screen(order), orders.others_since(order, version, ANYBODY)
    names = dict.fromkeys((*(name for event in changes for name in SHOWS.get(event.facts["part"].partition(":")[0], ())), *ALWAYS))
    html = [screen.partial(name) for name in names]
    if newest := next((event for event in changes if event.operator_id and event.operator_id != actor().operator), None):
        html.append(screen.partial("orders/_others.html", others=timeline.entry(newest)))
    return "\n".join([*html, partial("orders-version", screen.fragment("orders/_version.html"))])


def changed_rows(asked: Asked, shown: list[int], new: list[int], since: datetime) -> str:
    """These rows as they are now, the counts of the tabs, and how many new orders the list would find."""
    rows = order_live.rows(shown[:MOST], asked.query, by=actor())
    found = order_live.among(new[:MOST], asked.query, by=actor(), since=since)
    context: dict[str, Any] = {
        "asked": asked, "listed": OrderPage(rows, None, None, 0, False, None, ()), "titles": COLUMNS, "named": named(),
        "fewer": [], "links": links(rows),
        "gifts": {"labels": [], "operators": [], "methods": []}, "tabs": tabs(asked), "count": len(found), "is_more": len(new) > MOST,
    }
    names = ("orders/_list.html", "orders/_views.html", "orders/_new.html")
    return "\n".join(render_template(name, **context) for name in names)
