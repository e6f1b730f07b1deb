"""A day close and an X report as rows: for a receipt printer, and for the page of a roll, which says the same word for word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from models import Document
from money import Money, format_percent
from plugins.printers.contract import Columns, Row, Rule, Text
from rules import day_facts, shop
from rules.receipt_paper import Paper
from rules.refusal import N_

REFUNDS = N_("Refunds")


def parts(document: Document) -> list[list[Row]]:
    """The rows between two rules, for the page of a roll."""
    found: list[list[Row]] = []
    for row in rows(Paper(document)):
        if isinstance(row, Rule):
            found.append([])
        else:
            found[-1].append(row)
    return found


def rows(paper: Paper) -> Iterator[Row]:
    """What lies between the shop above it and the cut."""
    yield from _head(paper)
    yield from _turnover(paper)
    yield from _money(paper)
    if "drawer" in paper.facts:
        yield from _drawer(paper)
    yield from _rest(paper)


def _head(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    yield Text(f"{say('Day close')} {paper.number}" if paper.number else say("X report"), bold=True)
    yield Columns(say("From"), _moment(facts["since"]))
    yield Columns(say("Until"), _moment(facts["until"]))
    if facts["previous"]:
        yield Columns(say("The close before"), facts["previous"])
    if not paper.number:
        yield Text(say("This closes nothing: the day goes on."), align="center")


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(shop.ZONE).strftime("%d-%m-%Y %H:%M")


def _turnover(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    yield Columns(say("Sales"), str(facts["sales"]))
    yield Columns(say("Discounts"), paper.amount(-facts["discount"]))
    for row in facts["vat"]:
        yield Columns(say("At %(rate)s VAT") % {"rate": format_percent(row["rate"], paper.language)}, paper.amount(row["gross"]))
        yield Columns(f"  {say('Excl. VAT')}", paper.amount(row["base"]))
        yield Columns(f"  {say('VAT')}", paper.amount(row["vat"]))
    if facts["outside"]:
        yield Columns(say("Outside VAT"), paper.amount(facts["outside"]))
    yield Columns(say("Turnover"), paper.money(facts["turnover"]), bold=True, size=2)
    if facts["rounding"]:
        yield Columns(say("Cash rounding"), paper.amount(facts["rounding"]))
    if facts["surplus"]:
        yield Columns(say("Paid too much"), paper.amount(facts["surplus"]))


def _money(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    for row in facts["methods"]:
        yield from _sums(paper, row["method"], row)
    yield Columns(say(N_("Received less paid back")), paper.amount(facts["total"]["net"]), bold=True)
    if facts["refunds"]["count"]:
        yield Columns(f"{say(REFUNDS)} × {facts['refunds']['count']}", paper.amount(-facts["refunds"]["amount"]))
    for name, word in (("given", say("Given in vouchers")), ("spent", say("Paid with vouchers"))):
        if facts["vouchers"][name]:
            yield Columns(word, paper.amount(facts["vouchers"][name]))
    yield Rule()
    for row in facts["people"]:
        yield from _sums(paper, row["name"] or say("Without an operator"), row)


def _sums(paper: Paper, name: str, row: dict[str, Any]) -> Iterator[Row]:
    """What came in and went back apart, where both happened."""
    yield Columns(f"{name} ×\u00a0{row['count']}" if row["count"] > 0 else name, paper.amount(row["net"]))
    if row["paid_back"]:
        yield Columns(f"  {paper.say('Received')}", paper.amount(row["received"]))
        yield Columns(f"  {paper.say('Paid back')}", paper.amount(-row["paid_back"]))


def _drawer(paper: Paper) -> Iterator[Row]:
    drawer, say = paper.facts["drawer"], paper.say
    yield Rule()
    yield Columns(say("In the drawer at the start"), paper.amount(drawer["opening"]))
    yield Columns(say("Cash in"), paper.amount(drawer["received"]))
    yield Columns(say("Cash out"), paper.amount(-drawer["paid_back"]))
    yield Columns(say("Should be in it"), paper.amount(drawer["expected"]), bold=True)
    for piece, number in drawer["pieces"]:
        yield Columns(f"  {number} × {paper.amount(piece)}", paper.amount(piece * number))
    yield Columns(say("Counted"), paper.amount(drawer["counted"]), bold=True)
    yield Columns(say("Difference"), paper.amount(drawer["difference"]), bold=True)
    if drawer["reason"]:
        yield Text(drawer["reason"])
    yield Columns(say("Taken out"), paper.amount(drawer["banked"]))
    yield Columns(say("Stays for the next day"), paper.amount(drawer["kept"]))


def _rest(paper: Paper) -> Iterator[Row]:
    facts, say = paper.facts, paper.say
    yield Rule()
    if facts["copies"] is not None:
        yield Columns(say("Printed again (copies)"), str(facts["copies"]))
    for odd in facts["odd"]:
        amount = Money(odd["amount"]).format(paper.language, odd["currency"])
        yield Text(f"{odd['order']}: {say(day_facts.ODD[odd['what']]).format(currency=odd['currency'])}, {amount}")
    if facts["more_odd"]:
        yield Text(say("And %(count)s more") % {"count": facts["more_odd"]})
    if facts.get("note"):
        yield Text(facts["note"])
    if facts.get("operator"):
        yield Text(say(N_("Closed by %(name)s")) % {"name": facts["operator"]})
