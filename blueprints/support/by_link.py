"""Pages that customers open with an address of their own: nobody signs in, no cookie is set or needed, nothing is kept or told to others.

The token in the address is what allows it. Forms need no token of a session beside it: who does not know the address cannot send them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, g, render_template, request

import config
from blueprints.support.formats import sentence
from models import Order
from rules import links, throttle
from rules.refusal import NotFound, Refused

PLACES = {path: purpose for purpose, path in links.PATHS.items()}
PLACE = f"/<any({', '.join(PLACES)}):place>/<token>"


def form_targets() -> str:
    """Where a form may lead. Browsers hold each redirect of the answer to it, up to the bank's own page, and nobody knows all banks."""
    origins = {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in (config.MOLLIE_URL, config.STRIPE_URL) if url.startswith("http:")}
    return " ".join(["'self'", "https:", *sorted(origins)])


HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action {form_targets()}; base-uri 'none'; "
        "frame-ancestors 'none'"),
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def guard(bp: Blueprint) -> None:
    """Every answer of this blueprint is for nobody but the customer."""
    bp.after_request(finish)
    bp.register_error_handler(Refused, refuse)


def finish(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response


def opened(token: str, place: str) -> Order:
    """The order this address opens, and its language for the answer. An address that is not there is counted, one that is never."""
    try:
        if g.settings is None:
            raise NotFound("This page does not exist, or no longer.")
        order = links.opened(token, PLACES[place], g.settings)
    except NotFound:
        throttle.wrong_link(request.remote_addr or "")
        raise
    g.reader = order.language
    return order


def refuse(refused: Refused) -> tuple[str, int, dict[str, str]]:
    """What a page of its own says; the order's page says it itself where it can."""
    if isinstance(refused, throttle.TooMany):
        return _said(refused, wait=True), 429, {"Retry-After": str(refused.facts["seconds"])}
    return _said(refused, wait=False), 404 if isinstance(refused, NotFound) else 422, {}


def is_a_customers() -> bool:
    """Whether this address has a token in it."""
    return "token" in (request.view_args or {})


def excuse(status: int) -> tuple[str, int]:
    """What broke is the shop's matter."""
    return _said(Refused("Something broke here, and the shop has been told. Try again in a moment."), wait=True), status


def _said(refused: Refused, *, wait: bool) -> str:
    """In the language of the order, or of the browser where there is none."""
    if "reader" not in g:
        g.reader = request.accept_languages.best_match(("nl", "en"))
    return render_template("public/gone.html", message=sentence(refused), wait=wait)
