"""Every route has its right, and nobody gets past it."""

import pytest

from blueprints.lists import PAGES
from blueprints.staff import RIGHT_GROUPS
from blueprints.support.routes import LISTS, OPEN, ROUTES, SIGNED_IN
from rules import people
from rules.rights import DESK, RIGHTS, ROLES
from tests.conftest import signed_in


def routes(app):
    """Each way to ask for something: endpoint, method and an address."""
    with app.test_request_context():
        return [
            (rule.endpoint, method, app.url_for(rule.endpoint, **{name: min(getattr(rule._converters[name], "items", (1,))) for name in rule.arguments}))
            for rule in app.url_map.iter_rules() for method in sorted(rule.methods & {"GET", "POST"})
        ]


def test_every_route_has_its_right_and_every_right_exists(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints == ROUTES.keys()
    assert set(ROUTES.values()) <= RIGHTS.keys() | {OPEN, SIGNED_IN}


def test_what_anybody_may_do_is_little(app):
    assert {endpoint for endpoint, right in ROUTES.items() if right == OPEN} == {
        "static", "home.health", "setup.show", "setup.create", "setup.demo", "account.sign_in", "account.create_session", "account.switch",
        "account.set_language",
        "withdrawal.show", "withdrawal.ask", "withdrawal.confirm", "withdrawal.show_made",  # with that token too
        "hooks.hear_payment",  # a provider: what it says is not believed, it is asked
        "cloud_printers.poll_star", "cloud_printers.fetch_star", "cloud_printers.settle_star", "cloud_printers.ask_epson",  # with that of a printer
        # with a token that only its customer knows
        "public.show_payment", "public.show_order", "public.pay", "public.back", "public.make_receipt", "public.show_paper",
    }


def test_a_list_is_changed_with_the_right_its_rule_asks():
    assert {page.noun: page.kind.right for page in PAGES} == LISTS


def test_every_right_can_be_given_on_the_page_of_roles():
    shown = {area for _, areas in RIGHT_GROUPS for area in areas}
    assert shown == {right.partition(".")[0] for right in RIGHTS}


@pytest.mark.thorough
@pytest.mark.row("B19")
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_it_may_and_nothing_else(app, shop, role):
    key = next(row.id for row in shop.roles.values() if row.key == role)
    values = {"name": "Bo", "email": f"{role}@example.nl", "role": key, "language": "nl", "password": "zes vette katten"}
    bo = people.add(values, by=DESK)
    wrong = []
    for endpoint, method, address in routes(app):
        needed = ROUTES[endpoint]
        answer = signed_in(app, bo).open(address, method=method)
        allowed = needed in (OPEN, SIGNED_IN) or needed in ROLES[role]
        if (answer.status_code == 403) == allowed or answer.status_code >= 500:
            wrong.append(f"{method} {address} ({needed}): {answer.status_code} {answer.headers.get('Location', '')}")
    assert not wrong


@pytest.mark.row("B19")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Request-Type": "partial"}], ids=["browser", "htmx"])
def test_who_is_not_signed_in_is_asked_to_do_so(app, visitor, headers):
    wrong = []
    for endpoint, method, address in routes(app):
        answer = visitor.open(address, method=method, headers=headers)
        asked = answer.headers.get("HX-Redirect" if headers else "Location", "").startswith("/sign-in") and answer.status_code == (401 if headers else 303)
        if asked == (ROUTES[endpoint] == OPEN) and endpoint not in ("account.switch", "setup.show"):
            wrong.append(f"{method} {address}: {answer.status_code} {answer.headers.get('Location')}")
    assert not wrong


def test_a_fragment_without_its_page_needs_the_same_right(app, shop):
    clerk = next(row.id for row in shop.roles.values() if row.key == "clerk")
    bo = people.add({"name": "Bo", "email": "bo@example.nl", "role": clerk, "language": "nl", "password": "zes vette katten"}, by=DESK)
    client = signed_in(app, bo)
    client.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    assert client.get("/settings/operators/1").status_code == 403
    assert client.post("/settings/operators/1/password", data={"password": "zes vette katten"}).status_code == 403
    assert client.get("/account").status_code == 200


def test_a_right_taken_away_counts_at_once(app, shop):
    manager = next(row for row in shop.roles.values() if row.key == "manager")
    bo = people.add({"name": "Bo", "email": "bo@example.nl", "role": manager.id, "language": "nl", "password": "zes vette katten"}, by=DESK)
    client = signed_in(app, bo)
    assert client.get("/settings").status_code == 200
    clerk = next(row.id for row in shop.roles.values() if row.key == "clerk")
    people.change(bo.id, {"name": "Bo", "email": "bo@example.nl", "role": clerk, "language": "nl"}, by=DESK)
    assert client.get("/settings").status_code == 403
    people.set_active(bo.id, False, by=DESK)
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"
