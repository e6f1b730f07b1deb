"""The page where the customer pays: a choice of what becomes of it, and then back to the shop."""

from __future__ import annotations

from html import escape

from tests.provider_server.answers import Answer
from tests.provider_server.books import Books, Impossible, Payment

CHOICES = {"paid": "Betalen", "pending": "Later bevestigd", "failed": "Mislukt", "canceled": "Annuleren", "expired": "Verlopen"}


def page(books: Books, key: str) -> Answer:
    payment = books.payments.get(key)
    if not payment:
        return _html(404, "<p>Deze betaling bestaat niet.</p>")
    about = f"<h1>{escape(description(payment))}</h1><p>€ {payment.amount // 100},{payment.amount % 100:02}</p>"
    if payment.state != "open":
        return _html(200, f'{about}<p>{escape(payment.state)}</p><p><a href="{escape(back(payment, payment.state))}">Terug</a></p>')
    buttons = "".join(f'<button name="state" value="{state}">{text}</button> ' for state, text in CHOICES.items())
    return _html(200, f'{about}<form method="post">{buttons}</form>')


def choose(books: Books, key: str, state: str) -> Answer:
    payment = books.payments.get(key)
    if not payment or state not in CHOICES:
        return _html(404, "<p>Deze betaling bestaat niet.</p>")
    try:
        move(books, payment, state)
    except Impossible:
        return page(books, key)
    return Answer(303, b"", {"Location": back(payment, state)}, "text/html; charset=utf-8")


def move(books: Books, payment: Payment, state: str) -> None:
    """At Stripe, who turns back can still pay, and what fails has been on its way."""
    if payment.provider == "stripe" and state == "canceled":
        return
    if payment.provider == "stripe" and state == "failed" and payment.state == "open":
        books.move(payment.key, "pending")
    books.move(payment.key, state, "De bank heeft de betaling geweigerd." if state == "failed" else "")


def back(payment: Payment, state: str) -> str:
    facts = payment.facts
    if payment.provider == "mollie":
        return str(facts.get("cancelUrl") or facts["redirectUrl"] if state == "canceled" else facts["redirectUrl"])
    return str(facts.get("cancel_url") or facts["success_url"] if state == "canceled" else facts["success_url"])


def description(payment: Payment) -> str:
    if payment.provider == "mollie":
        return str(payment.facts["description"])
    return str(payment.facts["line_items"]["0"]["price_data"]["product_data"]["name"])


def _html(status: int, body: str) -> Answer:
    text = f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Betalen</title></head><body>{body}</body></html>'
    return Answer(status, text.encode(), mimetype="text/html; charset=utf-8")
