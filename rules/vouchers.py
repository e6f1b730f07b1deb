"""Vouchers (tegoedbonnen): money the shop owes whoever has the code. Given for what is paid back, spent as a payment (rules/voucher_payments.py)."""

from __future__ import annotations

import secrets
from typing import Any

from peewee import JOIN

from models import Customer, Order, Payment, Refund, Voucher, VoucherUse, now
from money import ZERO, Money
from rules import orders, paging, scan, search, shop, throttle
from rules.paging import Page
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O and U
READ_AS = str.maketrans("ILO", "110")
RANDOM, CHECKING, GROUP = 14, 2, 4  # characters: 70 bits that nobody guesses, two that catch what is mistyped, written in fours
PRIME = 1021  # the largest below 32²: one wrong character or two that changed places give another remainder


def new_code() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return body + _check(body)


def _check(body: str) -> str:
    remainder = 0
    for char in body:
        remainder = (remainder * len(ALPHABET) + ALPHABET.index(char)) % PRIME
    return ALPHABET[remainder // len(ALPHABET)] + ALPHABET[remainder % len(ALPHABET)]


def read(typed: str) -> str:
    """The code that was typed or scanned, in any writing. Refuses what is no code, or was mistyped."""
    text = typed.strip().upper()
    code = "".join(char for char in text.removeprefix(scan.MARK) if char.isalnum()).translate(READ_AS)
    if not code:
        raise Refused("Type or scan the code of the voucher.", field="code")
    if len(code) != RANDOM + CHECKING or not set(code) <= set(ALPHABET) or _check(code[:RANDOM]) != code[RANDOM:]:
        raise Refused("This is no code of a voucher. Check what you typed.", field="code")
    return code


def is_scanned(text: str) -> bool:
    """Whether this is what stands on a voucher's slip for a scanner."""
    try:
        return text.strip().upper().startswith(scan.MARK) and bool(read(text))
    except Refused:
        return False


def written(code: str) -> str:
    """As it stands on paper: XXXX-XXXX-XXXX-XXXX."""
    return "-".join(code[at:at + GROUP] for at in range(0, len(code), GROUP))


def masked(code: str) -> str:
    """For who may not spend it."""
    return f"…{code[-GROUP:]}"


def issue(order: Order, refund: Refund, amount: Money, *, by: Actor) -> Voucher:
    """For what was paid back on an order that rules.orders.changing gave out. It does not expire."""
    voucher = Voucher.create(code=new_code(), amount=amount, balance=amount, currency=order.currency, order=order, refund=refund,
                             customer=order.customer_id, operator=by.operator)
    orders.record("voucher.issued", order, "payment", by=by, voucher=voucher.id, amount=amount, code=masked(voucher.code))
    return voucher


def find(typed: str, *, by: Actor) -> Voucher:
    """The voucher with this code. Wrong codes are counted: who tries many has to wait."""
    throttle.may_try_voucher(by.operator)
    try:
        voucher = Voucher.get_or_none(Voucher.code == read(typed))
        if voucher is None:
            raise NotFound("There is no voucher with this code.", field="code")
    except Refused:
        if typed.strip():
            throttle.wrong_voucher(by.operator)
        raise
    return voucher


def must_be_usable(voucher: Voucher) -> None:
    """Refuses one that pays nothing: blocked, expired or used up."""
    if voucher.blocked:
        raise Refused("This voucher is blocked.", field="code")
    if voucher.expires and voucher.expires < shop.today():
        raise Refused("This voucher was valid until {day}.", field="code", day=voucher.expires)
    if not voucher.balance:
        raise Refused("Nothing is left on this voucher.", field="code")


def get(key: int) -> Voucher:
    query = Voucher.select(Voucher, Order, Customer).join(Order, JOIN.LEFT_OUTER).switch(Voucher).join(Customer, JOIN.LEFT_OUTER)
    voucher = query.where(Voucher.id == key).first()
    if voucher is None:
        raise NotFound("This voucher does not exist.")
    return voucher


def listed(text: str = "", *, is_open: bool = True, **place: int | None) -> Page[Voucher]:
    """A page of vouchers, newest first: of a code or its end, an order's number, or (part of) a customer's name."""
    query: Any = Voucher.select(Voucher, Order, Customer).join(Order, JOIN.LEFT_OUTER).switch(Voucher).join(Customer, JOIN.LEFT_OUTER)
    if is_open:
        query = query.where(Voucher.balance > ZERO)
    if text:
        code = "".join(char for char in text.upper() if char.isalnum()).translate(READ_AS) or text
        query = query.where((Order.number == text) | Voucher.code.endswith(code) | Customer.search.contains(search.fold(text)))
    return paging.page(query, Voucher, older_than=place.get("older_than"), newer_than=place.get("newer_than"))


def given_for(order: Order) -> dict[int, Voucher]:
    """By key of the refund it was given for."""
    return {voucher.refund_id: voucher for voucher in Voucher.select().where(Voucher.order == order)}


def uses(voucher: Voucher) -> list[VoucherUse]:
    """What was paid with it and taken back, the newest first, each with its payment and order."""
    return list(VoucherUse.select(VoucherUse, Payment, Order).join(Payment).join(Order).where(VoucherUse.voucher == voucher)
                .order_by(VoucherUse.id.desc()))


def give_back(payment: Payment, correction: Payment) -> None:
    """A payment was taken back by this correction: if it was by voucher, that has its money again."""
    use = VoucherUse.get_or_none(VoucherUse.payment == payment)
    if use is not None:
        Voucher.update(balance=Voucher.balance + use.amount).where(Voucher.id == use.voucher_id).execute()
        VoucherUse.create(voucher=use.voucher_id, payment=correction, amount=-use.amount)


def set_blocked(key: int, blocked: bool, *, by: Actor) -> Voucher:
    """A blocked voucher (lost, given by mistake) pays nothing until it is unblocked."""
    must_have(by, "refunds.make")
    voucher = get(key)
    if (voucher.blocked is not None) != blocked and voucher.order is not None:
        voucher.blocked = now() if blocked else None
        with orders.changing(voucher.order.number, "payment", version=None, by=by, right="refunds.make") as order:
            voucher.save(only=[Voucher.blocked])
            orders.record("voucher.blocked" if blocked else "voucher.unblocked", order, "payment", by=by, voucher=voucher.id,
                          code=masked(voucher.code))
    return voucher
