"""The last goods, and many who want them at the same moment: real requests to a desk of two processes."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from models import Line, Movement, Operator, Product, Stage
from money import Quantity
from rules import shop, status
from tests.desk import session_of
from tests.factories import a_draft, a_product

BUYERS, PIECES = 50, 10


@pytest.fixture
def post(app, desk):
    """Sends a form to the desk, signed in as the owner; the code of its answer."""

    def ask(method, path, cookie, body=None):
        headers = {"Cookie": f"toonbank={cookie}", "Content-Type": "application/x-www-form-urlencoded"}
        with closing(HTTPConnection("127.0.0.1", desk.port, timeout=120)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read().decode()

    page, html = ask("GET", "/stock", session_of(app, Operator.get()))
    cookie = re.search(r"toonbank=([^;]+)", page.headers["Set-Cookie"])[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)[1]
    return lambda path, fields: ask("POST", path, cookie, urlencode({"csrf_token": token} | fields))[0].status


def all_at_once(send, numbers):
    with ThreadPoolExecutor(len(numbers)) as pool:
        return sorted(pool.map(send, numbers))


def sold(tea):
    """What the orders hold and took of it; on hand, and what its movements say."""
    product = Product.get_by_id(tea.id)
    lines = list(Line.select().where(Line.product == tea))
    moved = sum((row.quantity.thousandths for row in Movement.select().where(Movement.product == tea)), 0)
    return (sum(line.held.thousandths for line in lines), sum(line.taken.thousandths for line in lines), product.held.thousandths,
            product.on_hand.thousandths, moved)


@pytest.mark.parametrize(("stage", "expected"), [
    (Stage.OPEN, (10_000, 0, 10_000, 10_000, 10_000)), (Stage.COMPLETED, (0, 10_000, 0, 0, 0)),
])
def test_fifty_orders_for_the_last_ten_pieces_sell_ten(desk, post, stage, expected):
    settings, tea = shop.current(), a_product("Earl Grey", on_hand=PIECES)
    by = settings.actor(Operator.get().id)
    drafts = [a_draft(by, tea).number for _ in range(BUYERS)]
    form = {"status": settings.status_for(stage).id, "confirmed": 1, "stock": 1, "take": tea.id}
    assert all_at_once(lambda number: post(f"/orders/{number}/status", form), drafts) == [303] * PIECES + [422] * (BUYERS - PIECES)
    assert sold(tea) == expected
    assert desk.run("check").returncode == 0


def test_fifty_placed_orders_that_want_one_of_the_last_ten_get_ten(desk, post):
    settings, tea, wrapping = shop.current(), a_product("Earl Grey", on_hand=PIECES), a_product("Inpakken", is_tracked=False)
    by = settings.actor(Operator.get().id)
    orders = [a_draft(by, wrapping).number for _ in range(BUYERS)]
    for number in orders:
        status.change(number, settings.status_for(Stage.OPEN), version=None, by=by)
    asked = all_at_once(lambda number: post(f"/orders/{number}/lines", {"product": tea.id, "key": f"key-{number}"}), orders)
    assert asked == [303] * PIECES + [422] * (BUYERS - PIECES)
    assert sold(tea) == (10_000, 0, 10_000, 10_000, 10_000)
    assert desk.run("check").returncode == 0


def test_one_count_and_one_delivery_sent_many_times_at_once_move_once(desk, post):
    tea = a_product("Earl Grey", on_hand=PIECES)
    post("/stock/delivery/lines", {"product": tea.id, "key": "line"})
    for path, fields in ((f"/stock/{tea.id}/counts", {"quantity": 7}), ("/stock/delivery/booking", {}),
                         (f"/stock/{tea.id}/corrections", {"way": "less", "quantity": 3, "reason": "Breakage"})):
        assert all_at_once(lambda _: post(path, fields | {"key": f"once {path}"}), range(12)) == [303] * 12  # noqa: B023
    assert Product.get_by_id(tea.id).on_hand == Quantity.pieces(7 + 1 - 3)
    assert desk.run("check").returncode == 0
