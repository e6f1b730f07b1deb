"""A receipt that somebody else's program sent to a printer, with its logo: our reader of receipts reads it too."""

from pathlib import Path

import pytest

from tests.missing import not_here
from tests.receipt_printer import read, texts

RECEIPT = Path(__file__).parents[3] / "shared" / "data" / "escpos" / "receipt-with-logo.bin"


@pytest.fixture
def receipt():
    return RECEIPT.read_bytes() if RECEIPT.exists() else not_here(f"A receipt as it was really sent: {RECEIPT} is not there")


def test_a_receipt_of_somebody_else_is_read_to_its_end(receipt):
    found = read(receipt)
    assert [row.what for row in found if row.what not in ("text", "feed")] == ["picture", "cut", "drawer"]
    assert found[0].value.size == (300, 236) and 0.05 < sum(dot < 128 for dot in found[0].value.tobytes()) / (300 * 236) < 0.95
    said = texts(found)
    assert said[:2] == ["ExampleMart Ltd.", "Shop No. 42."] and "Subtotal                                   12.95" in said
    assert [row.style.wide for row in found if "14.25" in str(row.value)] == [2]
