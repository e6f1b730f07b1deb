"""An import that is killed leaves nothing behind, and can be done again."""

import os
import signal
from pathlib import Path

import pytest

from models import Customer, Import, Order
from rules import checks, shop
from tests.database import OWNER, SHOP
from tests.desk import eventually

ORDERS = 1_000
HEADER = "order number,order date,customer name,email,product,quantity,price,vat\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "".join(
        f"T{number},2026-01-01,Customer {number % 400},c{number % 400}@example.com,Thing {line},{line + 1},{number % 90}.95,21\n"
        for number in range(ORDERS) for line in range(3)))
    return path


@pytest.mark.thorough(20)
@pytest.mark.parametrize("worked", [1.0, 1.6])
def test_killed_in_the_middle_it_is_as_if_it_never_began(own_desk, file, worked):
    assert own_desk.run("init").returncode == 0
    with own_desk.opened():
        shop.set_up(SHOP, OWNER, password_hash="no password opens this")
    process = own_desk.spawn("import", str(file))
    eventually(lambda: process.poll() is not None or seconds_of(process.pid) > worked, "it is at work")
    process.send_signal(signal.SIGKILL)
    process.wait()
    with own_desk.opened():
        there = Order.select().count()
        assert there in (0, ORDERS) and Import.select().where(Import.state == "running").count() == 0
        assert bool(there) == Customer.select().exists() and list(checks.run()) == []
    again = own_desk.run("import", str(file))
    assert again.returncode == 0, again.stderr
    with own_desk.opened():
        assert Order.select().count() == ORDERS and list(checks.run()) == []


def seconds_of(pid):
    """Processor time this process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("inf")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
