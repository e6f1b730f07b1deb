"""Addresses without signing in: an order's own page for its customer, and what is due on it. Whoever has one opens that order, and nothing else.

A token is derived from the instance's own key, so that the same address can be shown again, while the database knows its hash only.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from peewee import JOIN

import config
from models import Address, Link, Order, now
from plugins.documents import qr
from rules import orders, rows, sealed
from rules.prepared import Prepared
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

PATHS = {"page": "o", "pay": "pay"}
BITS = 144
LENGTH = BITS // 6  # of a token, in characters

OF_ORDER = Prepared(lambda order, purpose: Link.select().where(Link.order == order, Link.purpose == purpose).order_by(Link.id))


def _with_addresses(token_hash: str, purpose: str) -> object:
    billing, shipping = Address.alias(), Address.alias()
    return (
        Order.select(Order, billing, shipping)
        .join(Link, on=Link.order == Order.id)
        .join_from(Order, billing, JOIN.LEFT_OUTER, on=Order.billing, attr="billing")
        .join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping, attr="shipping")
        .where(Link.token_hash == token_hash, Link.purpose == purpose, Link.revoked.is_null(), Order.placed.is_null(False))
    )


OPENED = Prepared(_with_addresses)


def page_url(order: Order) -> str:
    """The address of the order's own page for its customer; the same each time. Refuses a draft."""
    return keep(order, "page")


def pay_url(order: Order) -> str:
    """The address where what is due on the order can be paid, whatever that is by then; the same each time. Refuses a draft."""
    return keep(order, "pay")


def keep(order: Order, purpose: str) -> str:
    """Make the address work, and answer it."""
    if order.placed is None:
        raise Refused("Place the order first: a draft has no address of its own.")
    token = _token(order, purpose)
    row = (order.id, purpose, _hash(token), now().isoformat(" "))
    rows.add_once(Link, ("order_id", "purpose", "token_hash", "created"), row)
    return _address(purpose, token)


def address(order: Order, purpose: str) -> str:
    """What keep() would answer; it works once that was asked."""
    return _address(purpose, _token(order, purpose))


def standing(order: Order, purpose: str) -> str:
    """The address that works now and can be shown; '' when there is none."""
    made = OF_ORDER.all(order.id, purpose)
    return address(order, purpose) if made and _is_current(made, order, purpose) else ""


def code(address: str) -> str:
    """What a phone reads from a screen or from paper, as SVG."""
    return qr.svg(address)


def opened(token: str, purpose: str, settings: Settings) -> Order:
    """The order this token opens, with its addresses. Looked up by its hash, so that no comparison tells how near a guess was."""
    found = OPENED.first(_hash(token), purpose) if len(token) == LENGTH and token.isascii() else None
    if found is None:
        raise NotFound("This page does not exist, or no longer.")
    return orders.dress(found, settings)


def make(order: Order, purpose: str, *, by: Actor) -> str:
    """The address, for a person to hand on; on an order that rules.orders.changing gave out."""
    if not standing(order, purpose):
        orders.record("link.made", order, "link", by=by, purpose=purpose)
    return keep(order, purpose)


def revoke(order: Order, purpose: str, *, by: Actor) -> None:
    """From now on no address of this order and purpose that was given out opens anything; the next that is made is another.

    On an order that rules.orders.changing gave out.
    """
    must_have(by, "orders.links")
    if not Link.update(revoked=now()).where(Link.order == order, Link.purpose == purpose, Link.revoked.is_null()).execute():
        raise Refused("There is no address to withdraw.")
    orders.record("link.revoked", order, "link", by=by, purpose=purpose)


def _token(order: Order, purpose: str) -> str:
    made = OF_ORDER.all(order.id, purpose)
    return _derived(order, purpose, len(made) - 1 if _is_current(made, order, purpose) else len(made))


def _is_current(made: list[Link], order: Order, purpose: str) -> bool:
    """Whether the last one made still works and comes from the key of today."""
    return bool(made) and made[-1].revoked is None and made[-1].token_hash == _hash(_derived(order, purpose, len(made) - 1))


def _derived(order: Order, purpose: str, turn: int) -> str:
    """`turn`: how many the order had before. The moment it was made is in it, because a restored backup gives out its keys again."""
    said = f"{purpose} {order.id} {order.created.isoformat()} {turn}"
    return base64.urlsafe_b64encode(hmac.digest(sealed.derived("links"), said.encode(), "sha256")[:BITS // 8]).decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(purpose: str, token: str) -> str:
    return f"{config.BASE_URL}/{PATHS[purpose]}/{token}"
