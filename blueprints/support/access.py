"""Who is asking, and may they: every route has its right in one table."""

from __future__ import annotations

from flask import Flask, Response, abort, g, make_response, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user

import rules.shop
from blueprints.support.htmx import asked_by_htmx
from models import Operator
from rules.rights import RIGHTS, Actor

OPEN = "open"            # anybody
SIGNED_IN = "signed in"  # every operator

ROUTES = {
    "static":                 OPEN,
    "home.index":             SIGNED_IN,
    "home.health":            OPEN,
    # signing in and one's own account
    "setup.show":             OPEN,
    "setup.create":           OPEN,
    "setup.demo":             OPEN,
    "account.sign_in":        OPEN,
    "account.create_session": OPEN,
    "account.sign_out":       SIGNED_IN,
    "account.switch":         OPEN,
    "account.show":           SIGNED_IN,
    "account.set_language":   OPEN,
    "account.set_theme":      SIGNED_IN,
}


class SignedIn(UserMixin):
    """Flask-Login's view of an operator; the id carries auth_version, so that a new password ends old sessions."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator

    def get_id(self) -> str:
        return f"{self.operator.id}:{self.operator.auth_version}"


def load(identity: str) -> SignedIn | None:
    key, _, version = identity.partition(":")
    operator = g.settings.operators.get(int(key)) if g.get("settings") else None
    if operator is None or not operator.active or str(operator.auth_version) != version:
        return None
    return SignedIn(operator)


def actor() -> Actor:
    """The person at this device, with their rights; rules take it as `by`."""
    if "actor" not in g:
        g.actor = g.settings.actor(current_user.operator.id, session.get("device"))
    return g.actor


def may(right: str) -> bool:
    return bool(current_user.is_authenticated) and actor().may(right)


def must_be_allowed() -> Response | None:
    """Before every request: the route's right, or the sign-in page. A route without an entry is nobody's."""
    needed = ROUTES.get(request.endpoint or "")
    if request.endpoint is None or needed == OPEN:
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if needed != SIGNED_IN and not (needed in RIGHTS and may(needed)):
        abort(403)
    return None


def ask_to_sign_in() -> Response:
    here = request.full_path.rstrip("?") if request.method == "GET" and not asked_by_htmx() else None
    url = url_for("account.sign_in", next=here)
    if asked_by_htmx():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url
        return response
    return make_response(redirect(url, 303))


def open_settings() -> Response | None:
    """Before every request that needs the shop: read its settings, or go and set it up."""
    g.settings = rules.shop.current() if rules.shop.is_set_up() else None
    if g.settings is None and (request.endpoint or "").partition(".")[0] not in ("setup", "static", "account") and request.endpoint != "home.health":
        return make_response(redirect(url_for("setup.show"), 303))
    return None


def guard(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # tablets roam; auth_version ends sessions instead
    manager.user_loader(load)
    app.before_request(open_settings)
    app.before_request(must_be_allowed)
