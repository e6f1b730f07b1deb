"""Who is asking, and may they: every route has its right in a table (routes.py)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import HTTPException

import rules.shop
from blueprints.support.htmx import asked_by_htmx
from blueprints.support.routes import OPEN, ROUTES, SIGNED_IN
from models import Operator
from rules import signin
from rules.rights import RIGHTS, Actor


class SignedIn(UserMixin):
    """Flask-Login's view of an operator. The id carries auth_version, so that a new password ends old sessions, and the session
    that is open on the device, so that signing out ends it for every copy of its cookies."""

    def __init__(self, operator: Operator, session: str) -> None:
        self.operator, self.session = operator, session

    def get_id(self) -> str:
        return f"{self.operator.id}:{self.operator.auth_version}:{self.session}"


def load(identity: str) -> SignedIn | None:
    key, _, rest = identity.partition(":")
    version, _, session = rest.partition(":")
    operator = g.settings.operators.get(int(key)) if g.get("settings") else None
    if operator is None or not operator.active or str(operator.auth_version) != version:
        return None
    g.device = signin.device_in(session)
    return SignedIn(operator, session) if g.device else None


def actor() -> Actor:
    """The person at this device, with their rights; rules take it as `by`."""
    if "actor" not in g:
        g.actor = g.settings.actor(current_user.operator.id, g.device.id)
    return g.actor


def may(right: str) -> bool:
    if "actor" not in g and not current_user.is_authenticated:
        return False
    return actor().may(right)


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


def page_at(path: str | None) -> str | None:
    """The endpoint of a page of the desk; none for what is not one of ours, on another site for one."""
    if not path or not re.fullmatch(r"/(?!/)[^\\\x00-\x20\x7f]*", path):
        return None
    try:
        return current_app.url_map.bind("").match(urlsplit(path).path, method="GET")[0]
    except (HTTPException, ValueError):
        return None


def may_open(path: str | None) -> bool:
    """Whether this is a page of the desk that the person signed in may see."""
    needed = ROUTES.get(page_at(path) or "")
    return needed == SIGNED_IN or (needed in RIGHTS and may(needed))


def here() -> str | None:
    """The path of the page one is on, to come back to: of this request, or of the page that sent it."""
    if request.method == "GET" and not asked_by_htmx():
        return request.full_path.rstrip("?")
    page = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return page._replace(scheme="", netloc="", fragment="").geturl() if page.netloc == request.host else None


def ask_to_sign_in() -> Response:
    url = url_for("account.sign_in", next=here())
    if asked_by_htmx():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = url
        return response
    return make_response(redirect(url, 303))


def open_settings() -> Response | None:
    """Before every request that needs the shop: read its settings, or go and set it up."""
    g.settings = rules.shop.current() if rules.shop.is_set_up() else None
    if g.settings is None and ROUTES.get(request.endpoint or "") != OPEN:
        return make_response(redirect(url_for("setup.show"), 303))
    return None


def guard(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # tablets roam; auth_version ends sessions instead
    manager.user_loader(load)
    app.before_request(open_settings)
    app.before_request(must_be_allowed)
