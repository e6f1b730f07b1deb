"""Who is asking, and may they: every route has its right in one table."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import HTTPException

import rules.shop
from blueprints.support.htmx import asked_by_htmx
from models import Operator
from rules import signin
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
    "account.set_language":   OPEN,
    "account.set_theme":      SIGNED_IN,
    "account.show":           SIGNED_IN,
    "account.change_profile": SIGNED_IN,
    "account.change_password": SIGNED_IN,
    "account.set_pin":        SIGNED_IN,
    "account.remove_pin":     SIGNED_IN,
    "account.rename_device":  SIGNED_IN,
    # settings
    "settings.index":         "settings.see",
    "settings.show_shop":     "settings.see",
    "settings.change_shop":   "settings.money",
    "vat.index":              "settings.see",
    "vat.show":               "settings.see",
    "vat.new":                "settings.money",
    "vat.create":             "settings.money",
    "vat.change":             "settings.money",
    "vat.remove":             "settings.money",
    "vat.create_rate":        "settings.money",
    "vat.remove_rate":        "settings.money",
    "staff.index":            "settings.staff",
    "staff.new":              "settings.staff",
    "staff.create":           "settings.staff",
    "staff.show":             "settings.staff",
    "staff.change":           "settings.staff",
    "staff.set_active":       "settings.staff",
    "staff.reset_password":   "settings.staff",
    "staff.take_pin":         "settings.staff",
    "staff.show_roles":       "settings.staff",
    "staff.new_role":         "settings.staff",
    "staff.create_role":      "settings.staff",
    "staff.show_role":        "settings.staff",
    "staff.change_role":      "settings.staff",
    "staff.remove_role":      "settings.staff",
    # paper
    "documents.create":       "documents.print",
    "documents.show":         "documents.print",
    # products
    "products.index":         "products.see",
    "products.show":          "products.see",
    "products.events_of":     "products.see",
    "products.new":           "products.edit",
    "products.create":        "products.edit",
    "products.edit":          "products.edit",
    "products.change":        "products.edit",
    "products.archive":       "products.edit",
    "categories.index":       "products.see",
    "categories.show":        "products.see",
    "categories.create":      "products.edit",
    "categories.change":      "products.edit",
    "categories.remove":      "products.edit",
    "product_imports.new":     "imports.run",
    "product_imports.upload":  "imports.run",
    "product_imports.preview": "imports.run",
    "product_imports.create":  "imports.run",
    "product_imports.show":    "imports.run",
    # one order
    "orders.create":          "orders.edit",
    "orders.show":            "orders.see",
    "orders.show_timeline":   "orders.see",
    "orders.set_status":      "orders.see",  # the rule asks what this very change needs
    "orders.duplicate":       "orders.edit",
    "orders.park":            "orders.edit",
    "orders.discard":         "orders.edit",
    "orders.add_note":        "orders.edit",
    "orders.set_label":       "orders.edit",
    "orders.choose":          "orders.edit",
    "order_customer.find":    "customers.see",
    "order_customer.choose":  "orders.edit",
    "order_customer.change_billing": "orders.edit",
    "order_customer.change_shipping": "orders.edit",
    "order_customer.set_same_address": "orders.edit",
    "order_customer.countries": SIGNED_IN,
    "cart.find_products":     "orders.edit",
    "cart.add_line":          "orders.edit",
    "cart.new_free_line":     "orders.price",
    "cart.add_free_line":     "orders.price",
    "cart.change_quantity":   "orders.edit",
    "cart.remove_line":       "orders.edit",
    "cart.put_back":          "orders.edit",
    "cart.edit_line":         "orders.edit",
    "cart.change_price":      "orders.price",
    "cart.discount_line":     "orders.discount",
    "terms.edit_discount":    "orders.discount",
    "terms.discount_order":   "orders.discount",
    "terms.add_coupon":       "orders.edit",
    "terms.remove_coupon":    "orders.edit",
    "terms.ship_by":          "orders.edit",
    "terms.price_shipping":   "orders.price",
    "terms.set_regime":       "orders.edit",
    "payments.create":        "payments.record",
    "payments.mark_paid":     "payments.record",
    "payments.mark_unpaid":   "payments.record",
    "payments.take_back":     "payments.record",
    "parcels.create":         "orders.edit",
    "parcels.change":         "orders.edit",
    "parcels.remove":         "orders.edit",
    # customers and coupons
    "customers.index":        "customers.see",
    "customers.show":         "customers.see",
    "customers.events_of":    "customers.see",
    "customers.new":          "customers.edit",
    "customers.create":       "customers.edit",
    "customers.edit":         "customers.edit",
    "customers.change":       "customers.edit",
    "customers.archive":      "customers.edit",
    "customers.set_label":    "customers.edit",
    "coupons.index":          "coupons.edit",
    "coupons.new":            "coupons.edit",
    "coupons.create":         "coupons.edit",
    "coupons.edit":           "coupons.edit",
    "coupons.change":         "coupons.edit",
    "coupons.find_products":  "coupons.edit",
}

LISTS = {  # the settings' lists (blueprints/lists.py): who may change them; who sees the settings sees them
    "status": "settings.desk", "order_label": "settings.desk", "customer_label": "settings.desk", "payment_method": "settings.money",
    "shipping_method": "settings.desk", "courier": "settings.desk", "source": "settings.desk",
}
ROUTES |= {f"lists.{verb}_{noun}": "settings.see" for noun in LISTS for verb in ("list", "show")}
ROUTES |= {f"lists.{verb}_{noun}": right for noun, right in LISTS.items() for verb in ("new", "create", "change", "remove", "move")}
ROUTES |= {f"lists.archive_{noun}": right for noun, right in LISTS.items() if noun != "source"}


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
