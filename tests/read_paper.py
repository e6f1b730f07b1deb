"""Amounts read back from paper: pages for rolls and sheets, and what a receipt printer is sent. What cannot be read is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from money import Quantity
from rules import wording
from tests.receipt_printer import read

SIGNED = r"[-−]?\s?(?:€|£|US\$|\$|[A-Z]{3})?\s?\d[\d.,]*[.,]\d\d"
AMOUNT = re.compile(SIGNED)
RIGHT = re.compile(rf"^(.*?)((?:\s+{SIGNED})+)$")
PIECES = re.compile(rf"^(\S+)(?: [a-z]+)? × ({SIGNED})(?: per(?: [a-z]+)?)?$")
LISTED = re.compile(r"^\S+ ([-−]?\d+(?:[.,]\d+)?\s%)$")  # what the three amounts below it are of
PERCENT = re.compile(r"^[-−]?(\d+)(?:[.,](\d+))?\s%$")
Reading = dict[str, Any]


def cents(text: str) -> int:
    """Of an amount with two decimals, in any language and currency."""
    text = " ".join(text.split())
    if not AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no amount")
    number = int(re.sub(r"\D", "", text))
    return -number if text[0] in "-−" else number


def percent(text: str) -> int:
    """Basis points."""
    whole, part = PERCENT.fullmatch(" ".join(text.split())).groups("")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def quantity(text: str) -> int:
    """Thousandths; what counts it may stand behind it."""
    return Quantity.parse(text.split()[0].replace(",", "."), "en").thousandths


def said(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def cells(table: Any, path: str = ".//tr") -> Iterator[list[str]]:
    return ([said(cell) for cell in row if cell.tag in ("td", "th")] for row in table.iterfind(path))


# Receipts on a roll: each row what stands left, the amounts on its right, and whether it belongs to the line above it

Rows = Iterable[tuple[str, list[int], bool]]


def roll(rows: Rows, language: str) -> Reading:
    say = wording.of(language).gettext
    found: Reading = {"quantities": [], "prices": [], "gross": [], "discounts": [], "order_discount": 0, "coupons": {}, "shipping": 0, "on_top": 0,
                      "rounding": 0, "payments": [], "due": 0, "goes_back": False, "vat": [], "outside": 0}
    once = {say(name).split()[0]: key for name, key in (("Cash rounding", "rounding"), ("Still to pay", "due"), ("Deposit, outside VAT", "outside"))}
    for left, amounts, belongs in rows:
        word = left.partition(" ")[0]
        if "total" not in found:
            _above_total(found, say, left, amounts, belongs)
        elif PERCENT.match(left):
            base, vat, gross = amounts
            found["vat"].append((percent(left), base, vat, gross))
        elif word in once:
            (found[once[word]],) = amounts
        elif left in (say("Paid too much"), say("To be paid back")):
            found |= {"due": -amounts[0], "goes_back": left == say("To be paid back")}
        elif amounts:
            (amount,) = amounts
            found["payments"].append((word, amount))
    return found


def _above_total(found: Reading, say: Any, left: str, amounts: list[int], belongs: bool) -> None:
    if pieces := PIECES.match(left) if belongs else None:
        found["quantities"][-1], found["prices"][-1] = quantity(pieces[1]), cents(pieces[2])
        return
    (amount,) = amounts
    if belongs and left.startswith(say("Discount")):
        found["discounts"][-1] = -amount
    elif left.startswith("Artikel "):
        for name, value in (("quantities", 1000), ("prices", amount), ("gross", amount), ("discounts", 0)):
            found[name].append(value)
    elif left.startswith(say("Coupon")):
        found["coupons"][left.split()[-1]] = -amount
    elif left.startswith(say("Shipping")):
        found["shipping"] = amount
    else:
        name = {say("Discount"): "order_discount", say("VAT"): "on_top", say("Total"): "total"}[left]
        found[name] = -amount if name == "order_discount" else amount


def roll_page(page: str, language: str) -> Reading:
    """A receipt for a roll, from its HTML."""
    return roll(_rows_of_page(etree.HTML(page)), language)


def _rows_of_page(page: Any) -> Rows:
    for row in page.iterfind(".//tr"):
        left, *right = [said(cell) for cell in row]
        if row.find("th[@scope='col']") is None:
            yield left, [cents(each) for each in right], row.get("class") == "sub"


def escpos(sent: bytes, language: str) -> Reading:
    """A receipt, from the bytes that go to its printer."""
    return roll(_rows_of_text(_below_head(sent)), language)


def _below_head(sent: bytes) -> list[str]:
    """What is printed from the left margin, from the rule under whose receipt it is, without the names of columns."""
    printed = [str(row.value) for row in read(sent) if row.what == "text" and row.style.align == "left"]
    rules = [place for place, text in enumerate(printed) if text.startswith("---")]
    return list(_beside(text for text in printed[rules[1]:] if not text.startswith("---") and not ("Excl." in text and "Incl." in text)))


def _beside(printed: Iterator[str]) -> Iterator[str]:
    """With the columns of a table that was too wide beside each other again."""
    for text in printed:
        if of := LISTED.match(text):
            named = [AMOUNT.search(next(printed))[0] for _heading in range(3)]
            text = " ".join([of[1], *named])
        yield text


def _rows_of_text(printed: list[str]) -> Rows:
    """What does not fit of the left goes on below; so does a right that would leave no room."""
    rows: list[tuple[str, list[int], bool]] = []
    for text in printed:
        match = None if PIECES.match(text.strip()) else RIGHT.fullmatch(" " + text)
        left, right = (match[1].strip(), AMOUNT.findall(match[2])) if match else (text.strip(), [])
        belongs = text.startswith("  ") and bool(left)
        if left and not (belongs and not right and not PIECES.match(left)):
            rows.append((left, [], belongs))
        rows[-1][1].extend(map(cents, right))
    return [row for row in rows if row[1] or PIECES.match(row[0])]


# Receipts and invoices on a sheet

def sheet(page: str, language: str) -> Reading:
    say, root = wording.of(language).gettext, etree.HTML(page)
    found: Reading = {"quantities": [], "prices": [], "off": [], "vat_rates": [], "amounts": [], "order_discount": 0, "coupons": {}, "shipping": 0}
    for row in cells(root.find(".//table[@class='lines']"), "tbody/tr"):
        _sheet_row(found, say, row)
    return found | _sheet_vat(root, say) | _sheet_sums(root, say)


def _sheet_row(found: Reading, say: Any, row: list[str]) -> None:
    count, what, *_, price, off, rate, amount = row
    if count:
        found["quantities"].append(quantity(count))
        found["prices"].append(cents(price))
        found["off"].append(None if not off else ("percent", percent(off)) if "%" in off else ("amount", -cents(off)))
        found["vat_rates"].append(None if rate == "–" else percent(rate))
        found["amounts"].append(cents(amount))
    elif what.startswith(say("Coupon")):
        found["coupons"][what.split()[-1]] = -cents(amount)
    elif what.startswith(say("Shipping")):
        found["shipping"] = cents(amount)
    elif what == say("Discount"):
        found["order_discount"] = -cents(amount)
    else:
        raise ValueError(row)


def _sheet_vat(root: Any, say: Any) -> Reading:
    found: Reading = {"vat": [], "outside": 0}
    if (table := root.find(".//table[@class='vat']")) is not None:
        for name, *amounts in cells(table, "tbody/tr"):
            if name == say("Deposit, outside VAT"):
                found["outside"] = cents(amounts[-1])
            else:
                found["vat"].append((percent(name), *map(cents, amounts)))
        ((_, base, vat, gross),) = cells(table, "tfoot/tr")
        found["together"] = cents(base), cents(vat), cents(gross)
    return found


def _sheet_sums(root: Any, say: Any) -> Reading:
    names = {say("Total excl. VAT"): "net_total", say("VAT"): "vat_total", say("Total"): "total", say("Cash rounding"): "rounding",
             say("Still to pay"): "due", say("Paid too much"): "overpaid", say("To be paid back"): "back"}
    found: Reading = {"net_total": None, "vat_total": 0, "rounding": 0, "due": 0, "payments": []}
    for name, amount in cells(root.find(".//table[@class='sums']")):
        if name in names:
            found[names[name]] = cents(amount)
        else:
            what, _, method = name.partition(", ")
            if (what == say("Paid back")) != (cents(amount) > 0) or what not in (say("Paid"), say("Paid back")):
                raise ValueError(name)
            found["payments"].append((method.split()[0], -cents(amount)))
    goes_back, over = "back" in found, found.pop("overpaid", 0) + found.pop("back", 0)
    return found | {"due": found["due"] - over, "goes_back": goes_back, "transfers": _transfers(root)}


def _transfers(root: Any) -> set[int]:
    """What the customer is asked to pay, in sentences."""
    return {cents(each) for part in root.iterfind(".//div[@class='pay keep']") for each in AMOUNT.findall(said(part))}


# What comes back: every amount on it, a row at a time

def flat(page: str) -> list[list[int]]:
    """Of a page."""
    found = [[cents(text) for text in row if AMOUNT.fullmatch(text)] for row in cells(etree.HTML(page))]
    return [row for row in found if row]


def flat_escpos(sent: bytes) -> list[list[int]]:
    """Of what a receipt printer is sent."""
    return [amounts for _, amounts, _ in _rows_of_text(_below_head(sent)) if amounts]
