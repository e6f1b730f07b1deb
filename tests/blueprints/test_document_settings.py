"""The shop chooses how its documents are numbered."""

import pytest

from models import Shop
from rules import documents
from tests import factories

pytestmark = pytest.mark.row("S21")
TYPED = {"receipt_numbers": "{year}-{number:05}", "invoice_numbers": "INV.{year}.{number:04}", "credit_numbers": "C{year}-{number:05}",
         "invoice_days": "30", "exchange_days": "14", "voucher_terms": "Niet in te wisselen\r\nvoor geld.", "voucher_terms_en": ""}


def test_a_new_pattern_is_on_the_next_invoice(client, shop, by):
    assert client.post("/settings/documents", data=TYPED).status_code == 303
    assert documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by).number.startswith("INV.")
    assert "INV.{year}.{number:04}" in client.get("/settings/documents").text


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"invoice_numbers": "F{number}"}, "streepje of punt"), ({"invoice_numbers": TYPED["credit_numbers"]}, "al zo genummerd"),
    ({"invoice_days": "400"}, "hoogstens 365"), ({"voucher_terms": "x" * 301}, "Er passen er 300")])
def test_what_cannot_be_is_said_at_its_field(client, wrong, sentence):
    answer = client.post("/settings/documents", data=TYPED | wrong)
    assert answer.status_code == 422 and sentence in answer.text and next(iter(wrong.values())) in answer.text
    assert Shop.get().invoice_numbers == "F{year}-{number:05}"


def test_what_a_voucher_says_is_kept_and_what_it_says_without_is_shown(client, shop):
    assert "Leeg staat er: Betaal ermee, in één keer of in delen." in client.get("/settings/documents").text
    assert client.post("/settings/documents", data=TYPED).status_code == 303
    assert (Shop.get().voucher_terms, Shop.get().voucher_terms_en) == ("Niet in te wisselen\nvoor geld.", "")
    assert "Niet in te wisselen" in client.get("/settings/documents").text
