"""What tests stand on: a shop in a database of its own, browsers that are signed in, and the desk as a real process."""

from __future__ import annotations

from secrets import token_hex

import pytest

from tests import environment  # first: the settings are read at import

import models
import rules.shop
from app import create_app
from commands.database import apply
from tests.database import Postgresql, Sqlite
from tests.desk import Desk

OWNER = {"name": "Fatima El Amrani", "email": "fatima@example.nl"}
SHOP = {"name": "Theehuis De Kop", "street": "Oudegracht 112", "postcode": "3511 AX", "city": "Utrecht", "email": "hallo@example.nl"}


@pytest.fixture(scope="session")
def app():
    return create_app(TESTING=True, WTF_CSRF_ENABLED=False)


@pytest.fixture(scope="session")
def states(app):
    """The database, with the states it can be put back to."""
    states = Postgresql(environment.SERVER, environment.NAME) if environment.SERVER else Sqlite()
    apply()
    models.database.connect()
    states.keep("empty")
    rules.shop.set_up(SHOP, OWNER, password_hash="no password opens this")
    states.keep("shop")
    yield states
    models.database.close_all()
    states.remove()


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
    device = models.Device.create(key=token_hex(16), session=token_hex(16), name="Chrome, Linux")
    client = app.test_client()
    with client.session_transaction() as session:
        session.update(_user_id=f"{operator.id}:{operator.auth_version}:{device.session}", _fresh=True)
    return client


@pytest.fixture
def own_desk(tmp_path):
    """A desk to be mistreated; nothing was started yet."""
    desk = Desk(tmp_path)
    yield desk
    desk.remove()
