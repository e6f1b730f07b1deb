"""The shop chooses how its documents are numbered."""

import pytest

from models import Shop
from rules import documents
from tests import factories

pytestmark = pytest.mark.row("S21")
TYPED = {"receipt_numbers": "{year}-{number:05}", "invoice_numbers": "INV.{year}.{number:04}", "credit_numbers": "C{year}-{number:05}",
         "invoice_days": "30", "exchange_days": "14"}


def test_a_new_pattern_is_on_the_next_invoice(client, shop, by):
    assert client.post("/settings/documents", data=TYPED).status_code == 303
    assert documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by).number.startswith("INV.")
    assert "INV.{year}.{number:04}" in client.get("/settings/documents").text


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"invoice_numbers": "F{number}"}, "streepje of punt"), ({"invoice_numbers": TYPED["credit_numbers"]}, "al zo genummerd"),
    ({"invoice_days": "400"}, "hoogstens 365")])
def test_what_cannot_be_is_said_at_its_field(client, wrong, sentence):
    answer = client.post("/settings/documents", data=TYPED | wrong)
    assert answer.status_code == 422 and sentence in answer.text and next(iter(wrong.values())) in answer.text
    assert Shop.get().invoice_numbers == "F{year}-{number:05}"
