"""What every document of a sale must say, worked out from the calculator's result alone, and the formats that are held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from flask import render_template

from models import Document, Order, Regime, now
from plugins.documents import einvoice
from plugins.printers import escpos
from plugins.printers.contract import PAPERS, Model
from rules import letters, printing, receipt_rows
from rules.pricing import Totals
from tests import any_sale, read_einvoice, read_paper, read_screen
from tests.any_sale import Sale
from tests.read_paper import Reading

CATEGORIES = {"reverse_charge": "AE", "intra_eu": "K", "export": "G", "kor": "E"}


class Made(NamedTuple):
    """A sale with all that its formats are made of."""

    sale: Sale
    sums: Totals
    order: Order
    facts: dict[str, Any]
    settings: Any

    def document(self, kind: str) -> Document:
        return Document(id=1, kind=kind, facts=self.facts, number="2026-00042", issued=now())


def made(sale: Sale, settings: Any) -> Made:
    buyer = {"name": "Sanne de Boer", "company": "Atelier Noord B.V.", "email": "sanne@example.nl", "vat_number": "NL857426193B01"}
    sums = any_sale.result(sale)
    order = any_sale.order(sale, sums, settings, **buyer)
    return Made(sale, sums, order, any_sale.facts(order, settings), settings)


def _screen(of: Made) -> Reading:
    parts = [render_template(name, order=of.order, lines=of.order.content, problem=None, gone={}, sums=of.order.sums, payments=of.order.came)
             for name in ("cart/_lines.html", "cart/_totals.html")]
    return read_screen.screen(f"<table>{parts[0]}</table>{parts[1]}")


def _letters(of: Made) -> Reading:
    (letter,) = letters.for_occasion("confirmation", settings=of.settings, order=of.order)
    text, page = read_screen.letter_text(letter.text, of.sale.language), read_screen.letter_page(letter.html, of.sale.language)
    assert text == page
    return text


def _roll(of: Made) -> Reading:
    return read_paper.roll_page(printing.html(of.document("receipt"), "receipt_80"), of.sale.language)


def _printer(of: Made, width: int) -> Reading:
    return read_paper.escpos(escpos.written(receipt_rows.rows(of.document("receipt")), Model(PAPERS[width])), of.sale.language)


def _sheet(of: Made, kind: str, format: str) -> Reading:
    return read_paper.sheet(printing.html(of.document(kind), format), of.sale.language)


FORMATS: dict[str, Callable[[Made], Reading]] = {
    "screen":     _screen,
    "letter":     _letters,
    "receipt_80": _roll,
    "printer_80": lambda of: _printer(of, 80),
    "printer_58": lambda of: _printer(of, 58),
    "receipt_a4": lambda of: _sheet(of, "receipt", "receipt_a4"),
    "invoice":    lambda of: _sheet(of, "invoice", "invoice"),
    "ubl":        lambda of: read_einvoice.ubl(einvoice.ubl(of.facts, number="2026-00042", kind="invoice")),
    "cii":        lambda of: read_einvoice.cii(einvoice.cii(of.facts, number="2026-00042", kind="invoice")),
}
E_INVOICES = ("ubl", "cii")


def must_agree(of: Made, formats: Iterable[str] = FORMATS) -> dict[str, Reading]:
    """Every format says what the calculator says; answers what each was read as."""
    said = expected(of.sale, of.sums, of.order)
    readings = {name: FORMATS[name](of) for name in formats}
    for name, reading in readings.items():
        if name in E_INVOICES:
            must_add_up(reading, of.sale, of.sums, said)
        else:
            assert reading == {key: said[key] for key in reading}, name
    return readings


def expected(sale: Sale, sums: Totals, order: Order) -> Reading:
    return _of_lines(sale, sums) | _of_sums(sale, sums) | _of_money(order)


def _of_lines(sale: Sale, sums: Totals) -> Reading:
    taxed, each = sale.regime == Regime.STANDARD, list(zip(sale.lines, sums.lines, strict=True))
    given = [(line.discount.kind, line.discount.value) if line.discount else None for line in sale.lines]
    return {
        "quantities": [line.quantity.thousandths for line in sale.lines], "prices": [line.price.cents for line in sale.lines],
        "gross": [line.price.times(line.quantity).cents for line in sale.lines], "discounts": [row.discount.cents for row in sums.lines],
        "amounts": [(row.gross - row.discount).cents for row in sums.lines], "set": given,
        "off": [how and (how if how[0] == "percent" else ("amount", row.discount.cents)) if row.discount else None
                for how, (_, row) in zip(given, each, strict=True)],
        "line_rates": [None if line.deposit else line.vat_rate for line in sale.lines],
        "vat_rates": [line.vat_rate if taxed and not line.deposit else None for line in sale.lines],
    }


def _of_sums(sale: Sale, sums: Totals) -> Reading:
    taxed, on_top = sale.regime == Regime.STANDARD, not sale.prices_include_vat
    vat = [(row.rate, row.base.cents, row.vat.cents, row.gross.cents) for row in sums.vat] if taxed else []
    found = {
        "listed": (sums.goods - sums.line_discount).cents, "off_together": (sums.discount - sums.line_discount).cents,
        "goods": sums.goods.cents, "line_discount": sums.line_discount.cents, "order_discount": sums.order_discount.cents,
        "discount": sums.discount.cents, "shipping_before": sums.shipping.cents, "shipping": (sums.shipping - sums.shipping_discount).cents,
        "coupons": {each.code: each.amount.cents for each in sums.coupons if each.amount and each.kind != "shipping"},
        "off_shipping": {each.code: each.amount.cents for each in sums.coupons if each.amount and each.kind == "shipping"},
        "vat": vat, "rates": [row[:3] for row in vat if row[2] or not on_top], "outside": sums.deposits.cents if vat else 0,
        "vat_total": sums.vat_total.cents, "on_top": sums.vat_total.cents if on_top else 0, "total": sums.total.cents,
        "net_total": (sums.total - sums.vat_total).cents if sums.vat_total else None,
    }
    return found | {"together": ((sums.total - sums.vat_total).cents, sums.vat_total.cents, sums.total.cents)}


def _of_money(order: Order) -> Reading:
    owed = order.balance.cents
    payments = [(row.method.name, row.amount.cents) for row in order.came] + [(row.method.name, -row.amount.cents) for row in order.went]
    return {
        "rounding": order.rounding.cents, "grand": order.total.cents, "due": owed, "payments": payments, "paid": order.paid.cents,
        "refunded": order.refunded.cents, "received": (order.paid - order.refunded).cents, "owed": owed, "overpaid": -owed,
        "goes_back": owed < 0 and order.total.cents < 0,
        "transfers": {owed} if owed > 0 else set(),
    }


def must_add_up(reading: Reading, sale: Sale, sums: Totals, said: Reading) -> None:
    """An e-invoice: the sale's own sums, each of its lines without VAT, and what EN 16931 asks of their sums."""
    assert {key: reading[key] for key in ("vat_total", "total", "rounding", "due")} == {key: said[key] for key in ("vat_total", "total", "rounding", "due")}
    assert reading["prepaid"] == said["total"] + said["rounding"] - said["due"] and reading["currencies"] == {sale.currency}
    assert reading["net"] == said["total"] - said["vat_total"] == reading["lines"] - reading["off"] + reading["on"]
    assert [abs(each) for each in reading["counted"]] == [abs(each) for each in said["quantities"]]
    assert reading["rates"] == _categories(sale, sums)
    for (_, rate), net, amount in zip((each[0] for each in reading["net_lines"]), [each[1] for each in reading["net_lines"]], said["amounts"], strict=True):
        assert net == amount if not sale.prices_include_vat else abs(net * (10_000 + rate) - amount * 10_000) < 10_000 + rate
    for rate, base, _ in reading["rates"]:
        assert base == sum(cents for each, cents in (*reading["net_lines"], *reading["adjusted"]) if each == rate)


def _categories(sale: Sale, sums: Totals) -> list[Any]:
    """Every rate under its category of UNCL5305; deposits, and all of it under the small-business scheme, outside VAT."""
    regime = CATEGORIES.get(sale.regime)
    found = [((regime or ("S" if row.rate else "Z"), row.rate), row.base.cents, row.vat.cents) for row in sums.vat]
    outside = (sums.total - sum((row.gross for row in sums.vat), sums.total - sums.total)).cents
    has_outside = outside or any(line.deposit for line in sale.lines) or sale.regime == Regime.SMALL_BUSINESS
    return [*found, (("E", 0), outside, 0)] if has_outside else found


def _vat_rows(facts: dict[str, Any]) -> list[list[int]]:
    return [[row["base"], row["vat"], row["gross"]] for row in facts["vat"]] if facts["regime"] == Regime.STANDARD else []


def _outside(facts: dict[str, Any]) -> int:
    return facts["total"] - facts["rounding"] - sum(row["gross"] for row in facts["vat"]) if _vat_rows(facts) else 0


def slip_rows(facts: dict[str, Any]) -> list[list[int]]:
    """Every amount of a refund slip, from above."""
    money = [facts[name] for name in ("surplus", "rounding") if facts[name]] + [facts["paid_back"], *(-each["amount"] for each in facts["payments"])]
    outside = [[_outside(facts)]] if _outside(facts) else []
    return [[line["amount"]] for line in facts["lines"]] + [[cents] for cents in money] + (
        _vat_rows(facts) + outside if facts["total"] - facts["rounding"] else [])


def credit_rows(facts: dict[str, Any]) -> list[list[int]]:
    """Every amount of a credit note of what was refunded, from above."""
    total, outside = facts["total"] - facts["rounding"], _outside(facts)
    vat = _vat_rows(facts) + ([[outside, outside]] if outside else [])
    together = [[total - facts["vat_total"], facts["vat_total"], total]] if vat else []
    net = [total - facts["vat_total"], facts["vat_total"]] if facts["vat_total"] else []
    money = [*net, total, *(facts[name] for name in ("rounding", "surplus") if facts[name]), *(-each["amount"] for each in facts["payments"])]
    return [[line["amount"]] for line in facts["lines"]] + vat + together + [[cents] for cents in money]
