"""Many at the bank's page at the same moment: real requests to a desk of two processes."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from models import BankEntry, BankFile, BankPart, Operator, Order, Payment, Stage
from rules import bank_files, bank_matching, shop, status
from tests.desk import session_of
from tests.factories import a_draft, a_product
from tests.statements import line, statement

PEOPLE, TRANSFERS = 12, 8


@pytest.fixture
def by(desk):
    return shop.current().actor(Operator.get().id)


@pytest.fixture
def post(app, desk):
    """Sends a form to the desk, signed in as the owner; the code of its answer."""

    def ask(method, path, cookie, body=None, kind="application/x-www-form-urlencoded"):
        with closing(HTTPConnection("127.0.0.1", desk.port, timeout=120)) as connection:
            connection.request(method, path, body, {"Cookie": f"toonbank={cookie}", "Content-Type": kind})
            answer = connection.getresponse()
            return answer, answer.read().decode()

    page, html = ask("GET", "/bank", session_of(app, Operator.get()))
    cookie = re.search(r"toonbank=([^;]+)", page.headers["Set-Cookie"])[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)[1]

    def post(path, fields, file=None):
        if file is None:
            return ask("POST", path, cookie, urlencode({"csrf_token": token} | fields, doseq=True))[0].status
        parts = (f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
                 f'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n').encode() + file + b"\r\n--x--\r\n"
        return ask("POST", path, cookie, parts, "multipart/form-data; boundary=x")[0].status

    return post


def placed(by, cents):
    draft = a_draft(by, a_product(f"Pot {cents}", cents))
    return status.change(draft.number, shop.current().status_for(Stage.OPEN), version=None, by=by)


def all_at_once(send, things):
    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(send, things))


@pytest.mark.row("S13")
def test_many_who_book_the_same_transfers_book_each_once(desk, post, by):
    orders = [placed(by, 1_000 + place) for place in range(TRANSFERS)]
    lines = [line(f"{order.total.cents / 100:.2f}".replace(".", ","), f"order {order.number}") for order in orders]
    bank_files.bring_in(statement(*lines), "november.csv", by=by)
    entries = list(BankEntry.select().order_by(BankEntry.id))
    seen = {f"as-{key}": " ".join(f"{order.id}:{order.balance.cents}" for order in each.orders)
            for key, each in bank_matching.proposals(entries, shop.current()).items()}
    keys = [entry.id for entry in entries]

    def book(person):
        return post("/bank/entries", seen | {"key": f"person-{person}", "entry": keys if person % 2 else keys[::-1]})

    assert sorted(all_at_once(book, range(PEOPLE))) == [303] + [422] * (PEOPLE - 1)
    assert (Payment.select().count(), BankPart.select().count()) == (TRANSFERS, TRANSFERS)
    assert {order.payment_state for order in Order.select().where(Order.id.in_([order.id for order in orders]))} == {"paid"}
    assert desk.run("check").returncode == 0


@pytest.mark.row("S13")
def test_files_that_overlap_read_in_at_once_bring_each_transfer_once(desk, post, by):
    placed(by, 1_000)
    lines = [line(f"{place},95", f"thee {place}") for place in range(1, 40)]
    files = [statement(*lines[start:start + 20]) for start in (0, 5, 10, 15, 19, 0, 5, 10)]
    assert all_at_once(lambda file: post("/bank/files", {}, file), files) == [303] * len(files)
    assert (BankFile.select().count(), BankEntry.select().count()) == (5, 39)
    assert sum(file.added for file in BankFile.select()) == 39 and desk.run("check").returncode == 0
