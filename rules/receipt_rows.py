"""From a document's frozen facts to the rows of a receipt printer: the same content and the same cents as its template for a roll."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from models import Document
from money import format_percent
from plugins.printers.contract import Barcode, Columns, Cut, Drawer, Feed, Qr, Row, Rule, Text
from rules import day_rows, logos, scan, shop, voucher_rows, wording
from rules.document_facts import Facts
from rules.receipt_paper import Paper
from rules.refusal import N_

OWN_CODES = ("dayclose", "voucher")  # no order's
HANG = 2  # letters by which what goes with a line moves in


def rows(document: Document, *, is_copy: bool = False, opens_drawer: bool = False) -> list[Row]:
    """All of it, in the customer's language, up to the cut. Receipts, refund slips, pick-up slips, gift receipts, packing slips,
    day closes and vouchers."""
    paper = Paper(document)
    drawer, copy = [Drawer()] if opens_drawer else [], [paper.copy()] if is_copy else []
    codes = [] if document.kind in OWN_CODES else paper.codes()
    return [*drawer, *paper.head(), *copy, *CONTENT[document.kind](paper), *codes, *paper.foot(), Cut()]


def is_for_a_roll(kind: str) -> bool:
    """Whether a document of this kind can come out of a receipt printer; the others want a sheet."""
    return kind in CONTENT


def test(name: str, language: str) -> list[Row]:
    """What shows that a printer prints: letters beyond ASCII, columns, a barcode, a QR code and the cut."""
    say = wording.of(language).gettext
    ours = shop.current().shop
    return [
        *logos.rows(ours.logo_id or ""), Text(ours.name, bold=True, size=2, align="center"), Text(say(N_("Test print")), align="center"), Rule(),
        Columns(name, "€ 12,50"), Columns("é ë ï ö ü ç ñ", "− € 1.234,56", bold=True), Rule(),
        Barcode(scan.code("000000")), Qr("https://example.nl/é"), Feed(1), Cut(),
    ]


def _thing(line: Facts) -> str:
    return f"{line['name']}, {line['variant']}" if line["variant"] else str(line["name"])


def _receipt(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    yield Columns(f"{say('Receipt')} {paper.number}", paper.issued)
    if facts["order"]["operator"]:
        yield Text(say("Helped by %(name)s") % {"name": facts["order"]["operator"]})
    yield from paper.whose()
    yield Rule()
    for line in facts["lines"]:
        yield from _sold(paper, line)
    yield from _rest(paper)
    yield Rule()
    yield Columns(say("Total"), paper.money(facts["total"] - facts["rounding"]), bold=True, size=2)
    if facts["rounding"]:
        yield Columns(say("Cash rounding"), paper.amount(facts["rounding"]))
    yield from paper.payments(1)
    if facts["due"]:
        over = say("Paid too much") if facts["total"] >= 0 else say("To be paid back")
        yield Columns(say("Still to pay") if facts["due"] > 0 else over, paper.amount(abs(facts["due"])), bold=True)
    yield from paper.vat()


def _sold(paper: Paper, line: Facts) -> Iterator[Row]:
    yield Columns(_thing(line), paper.amount(line["gross"]), hang=HANG)
    if line["quantity"] != 1000:
        each = f"  {paper.count(line)} × {paper.amount(line['price'])}"
        yield Text(each if line["unit"] == "piece" else f"{each} {paper.say('per %(unit)s') % {'unit': paper.unit(line['unit'])}}")
    if line["discount"]:
        percent = f" {format_percent(line['discount_value'], paper.language)}" if line["discount_kind"] == "percent" else ""
        yield Columns(f"  {paper.say('Discount')}{percent}", paper.amount(-line["discount"]))


def _rest(paper: Paper) -> Iterator[Row]:
    """What is between the lines and the total."""
    facts, say = paper.facts, paper.say
    if facts["order_discount"]:
        yield Columns(say("Discount"), paper.amount(-facts["order_discount"]))
    for coupon in facts["coupons"]:
        yield Columns(f"{say('Coupon')} {coupon['code']}", paper.amount(-coupon["amount"]))
    if facts["shipping"] or facts["shipping_method"]:
        yield Columns(f"{say('Shipping')} {facts['shipping_method']}".strip(), paper.amount(facts["shipping"]), hang=HANG)
    if not facts["prices_include_vat"] and facts["vat_total"]:
        yield Columns(say("VAT"), paper.amount(facts["vat_total"]))


def _refund(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    names = {"shipping": say("Shipping"), "kept": say("Kept back"), "other": say("Other amount")}
    yield Rule()
    yield Columns(say("Refund slip"), paper.issued)
    yield from paper.whose()
    yield Rule()
    for line in facts["lines"]:
        yield Columns(names.get(line["what"]) or _thing(line), paper.amount(line["amount"]), hang=HANG)
        if line["what"] == "goods" and line["quantity"] != 1000:
            yield Text(f"  {paper.count(line)}")
    if facts["surplus"]:
        yield Columns(say("Paid too much"), paper.amount(facts["surplus"]))
    if facts["rounding"]:
        yield Columns(say("Cash rounding"), paper.amount(facts["rounding"]))
    yield Rule()
    yield Columns(say("Paid back"), paper.money(facts["paid_back"]), bold=True, size=2)
    yield from paper.payments(-1)
    if facts["total"] - facts["rounding"]:
        yield from paper.vat()
    if facts["reason"]:
        yield Text(say("Reason: %(reason)s") % {"reason": facts["reason"]}, align="center")


def _pickup(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    yield Text(facts["order"]["number"], bold=True, size=2, align="center")
    yield Text(facts["customer"]["name"] or facts["customer"]["company"], bold=True, size=2, align="center")
    ordered = f"{say('Ordered on')} {paper.short_day(facts['order']['day'])}" if facts["order"]["day"] else ""
    yield Columns(say("Pick-up slip"), ordered)
    if facts["customer"]["phone"]:
        yield Text(facts["customer"]["phone"])
    yield Rule()
    yield from _counted(paper)
    yield Rule()
    due = facts["due"]
    yield Columns(say("Still to pay") if due > 0 else say("Paid"), paper.money(due) if due > 0 else "", bold=True, size=2)


def _counted(paper: Paper) -> Iterator[Row]:
    for line in paper.facts["lines"]:
        yield Text(f"{paper.count(line)} {_thing(line)}", bold=True)
        if line["sku"]:
            yield Text(f"  {line['sku']}")


def _gift(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    yield Columns(say("Gift receipt"), paper.short_day(facts["order"]["day"]))
    yield Rule()
    for line in facts["lines"]:
        yield Text(f"{paper.count(line)} {_thing(line)}")
    yield Rule()
    yield Text(say("Exchange until %(day)s") % {"day": paper.long_day(facts["until"])}, bold=True, align="center")
    yield Text(say("Bring this receipt, also without the price."), align="center")


def _packing(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    buyer = facts["customer"]
    yield Rule()
    yield Columns(say("Packing slip"), facts["order"]["number"], bold=True)
    for part in buyer["shipping"] or buyer["billing"] or [buyer["company"] or buyer["name"]]:
        yield Text(part)
    if facts["shipping_method"]:
        yield Text(facts["shipping_method"])
    yield Rule()
    for line in facts["lines"]:
        yield Text(f"{'[ ]' if line['left'] > 0 else '   '} {paper.count(line, line['left'])} {_thing(line)}", bold=line["left"] > 0)
        if line["sku"]:
            yield Text(f"    {line['sku']}")
        if line["sent"]:
            yield Text(f"    {say('Sent before')}: {paper.count(line, line['sent'])}")


CONTENT: dict[str, Callable[[Paper], Iterator[Row]]] = {
    "receipt": _receipt, "refund": _refund, "pickup": _pickup, "gift": _gift, "packing": _packing, "dayclose": day_rows.rows,
    "voucher": voucher_rows.rows,
}
