"""What tests stand on: a shop in a database of its own, browsers that are signed in, and the desk as a real process."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager

import pytest

from tests import environment  # first: the settings are read at import

import config
import models
import rules.shop
from app import create_app
from tests import browser as browsers
from tests import database as databases
from tests import factories
from tests.desk import Desk, session_of
from tests.provider_server import provider_server
from tests.receipt_printer import receipt_printer

DATABASES = {"states", "own_desk", "running_desk"}  # every fixture with a database stands on one of these


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """The longest first, dealt out to all processes, so that none waits for another at the end. On PostgreSQL only what could differ there."""
    if environment.SERVER:
        same = [item for item in items if is_the_same_on_postgresql(item)]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if item not in set(same)]
    items[:] = dealt(sorted(items, key=seconds, reverse=True), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def seconds(item):
    """How long it is said to take."""
    marker = item.get_closest_marker("thorough")
    return 0 if marker is None else marker.args[0] if marker.args else 1


def dealt(items, processes):
    """With `--dist worksteal` each process begins with as many of these as the others, in this order: with its share of the long ones."""
    long, short = [item for item in items if seconds(item)], [item for item in items if not seconds(item)]
    found = []
    for place in range(processes):
        share = long[place::processes]
        rest = (len(items) - len(found)) // (processes - place) - len(share)
        found += share + short[:rest]
        del short[:rest]
    return found


def is_the_same_on_postgresql(item):
    """What opens no database. What only looks at the HTML of pages that other tests ask for on both. And what is marked `once`: sales that
    are in no database; paper of the simplest rows, and words on pages, where other tests see on both that those rows come back; and
    how processes start and end."""
    return not DATABASES.intersection(item.fixturenames) or "html_errors" in item.fixturenames or item.get_closest_marker("once") is not None


@pytest.fixture(scope="session")
def app():
    return create_app(TESTING=True, WTF_CSRF_ENABLED=False)


@pytest.fixture(scope="session")
def states(app):
    """The states in which a test can find the database."""
    if environment.SERVER:
        databases.make_on_server(environment.NAME)
    yield databases.build()
    models.database.close_all()
    if environment.SERVER:
        databases.remove_from_server(environment.NAME)


@pytest.fixture
def database(states):
    """An empty database: the tables, and no shop yet."""
    models.database.connect(reuse_if_open=True)
    states.put_back("empty")
    rules.shop._kept = None
    return models.database


@pytest.fixture
def shop(states):
    """A shop as it is after the set-up page: its defaults and its owner."""
    models.database.connect(reuse_if_open=True)
    states.put_back("shop")
    rules.shop._kept = None
    return rules.shop.current()


@pytest.fixture
def owner(shop):
    return next(iter(shop.operators.values()))


@pytest.fixture
def by(shop, owner):
    """The owner, as rules know who does something."""
    return shop.actor(owner.id)


@pytest.fixture
def placed_order(shop, by):
    """An order of two VAT rates with a discount, collected in the shop: two times € 24,50 at 9 % and € 49,95 − 10 % at 21 %."""
    return factories.a_placed_order(shop, by)


@pytest.fixture
def visitor(app, shop):
    """A browser that is not signed in."""
    return app.test_client()


@pytest.fixture
def client(app, owner):
    """A browser, signed in as the owner."""
    return signed_in(app, owner)


@pytest.fixture
def htmx(app, owner):
    """The same browser when htmx asks."""
    client = signed_in(app, owner)
    client.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    return client


def signed_in(app, operator):
    """A browser in which this operator is signed in, on a device of its own."""
    client = app.test_client()
    client.set_cookie("toonbank", session_of(app, operator))
    return client


# Payment providers

@pytest.fixture(scope="session")
def provider_stand_in():
    """Use `providers`."""
    with provider_server() as server:
        yield server


@pytest.fixture
def providers(provider_stand_in, monkeypatch):
    """A stand-in for Mollie and Stripe, with nothing in its books; this process asks it."""
    provider_stand_in.clear()
    monkeypatch.setattr(config, "MOLLIE_URL", provider_stand_in.url)
    monkeypatch.setattr(config, "STRIPE_URL", provider_stand_in.url)
    return provider_stand_in


@pytest.fixture
def paper():
    """What a receipt printer on the network printed."""
    with receipt_printer() as printer:
        yield printer


@pytest.fixture
def printer(shop, by, paper):
    """That printer, as the shop set it up: of the one device there is."""
    return factories.a_printer(by, paper.port)


# The desk as real processes

@pytest.fixture
def own_desk(tmp_path):
    """A desk to be mistreated; nothing was started yet, and its database is not there yet."""
    desk = Desk(tmp_path)
    yield desk
    desk.remove()


@pytest.fixture(scope="session")
def running_desk(app, tmp_path_factory):
    """One running desk for all tests of this process; use `desk`."""
    with started(Desk(tmp_path_factory.mktemp("desk"))) as desk:
        yield desk


@contextmanager
def started(desk):
    """A desk that runs, and the states in which a test can find its database."""
    with desk.opened():
        states = databases.build()
    desk.start()
    yield desk, states
    code = desk.stop()
    desk.remove()
    assert code == 0


@pytest.fixture
def desk(running_desk):
    """The running desk with a new shop. Rules and factories that the test calls work on its database."""
    desk, states = running_desk
    with desk.opened():
        states.put_back("shop")
        models.Shop.update(revision=secrets.token_hex(8)).execute()
        yield desk


@pytest.fixture
def empty_desk(own_desk):
    """A running desk that waits for its first visitor."""
    own_desk.start()
    with own_desk.opened():
        yield own_desk


@pytest.fixture(scope="session")
def browser():
    with browsers.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(request, app, browser):
    """Opens the desk (or another one) in a browser window of its own, signed in when an operator is given. What should not happen there fails the test."""
    contexts, troubles = [], []

    def open_page(operator=None, *, at=None, **options):
        desk = at or request.getfixturevalue("desk")
        context = browser.new_context(**{"base_url": desk.url, "locale": "nl-NL", "timezone_id": "Europe/Amsterdam"} | options)
        contexts.append(context)
        if operator:
            context.add_cookies([{"name": "toonbank", "value": session_of(app, operator), "url": desk.url}])
        page = context.new_page()
        browsers.watch(page, desk.url, troubles)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def page(open_page, desk):
    """A page, signed in as the owner of the desk's shop."""
    return open_page(models.Operator.get())


@pytest.fixture(scope="session")
def html_errors():
    """What the Nu HTML checker finds wrong with a page of HTML, a line each."""
    with browsers.html_checker() as check:
        yield check
