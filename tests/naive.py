"""What a query finds, worked out the slow way: every order is read with all that belongs to it, and looked at in Python."""

import re
from datetime import UTC, datetime, time

from models import (
    Address, Coupon, CustomerLabel, Document, Event, Import, Letter, Line, Note, Order, OrderCoupon, OrderLabel, Parcel, Product,
)
from money import Money, Quantity
from rules import addresses, contacts, shop
from rules.filters import dates
from rules.search import fold
from tests.varied import TODAY

PAYMENTS = {
    "unpaid": ("niet betaald", "not paid", "onbetaald", "unpaid", "open"), "partly_paid": ("deels betaald", "partly paid"), "paid": ("betaald", "paid"),
    "overpaid": ("te veel betaald", "paid too much", "overpaid"), "partly_refunded": ("deels terugbetaald", "partly refunded"),
    "refunded": ("terugbetaald", "refunded"),
}
STAGES = {
    "draft": ("concept", "draft"), "open": ("in afwachting", "open", "pending"), "preparing": ("in behandeling", "preparing"),
    "ready": ("klaar", "ready"), "shipped": ("verzonden", "shipped"), "completed": ("voltooid", "completed"),
    "cancelled": ("geannuleerd", "cancelled"), "returned": ("retour", "returned"),
}
TODO = {"pay": ("betalen", "pay"), "prepare": ("klaarmaken", "prepare"), "ship": ("verzenden", "ship"), "refund": ("terugbetalen", "refund"),
        "letters": ("mail mislukt", "mail failed", "brieven", "letters")}
ENOUGH = re.compile(r"[^\W_]{3}")  # letters or digits to be found inside a word
NONE = ("geen", "none", "niemand", "nobody", "zonder", "without")


class Shop:
    """Everything, in memory."""

    def __init__(self):
        self.settings = shop.current()
        self.addresses = {row.id: row for row in Address.select()}
        self.products = {row.id: row for row in Product.select()}
        self.customer_labels = by(CustomerLabel, "customer_id", lambda row: row.label_id)
        self.orders = [Seen(order, self) for order in Order.select()]
        for table, name in ((Line, "lines"), (Parcel, "parcels"), (Document, "documents"), (Note, "notes"), (OrderLabel, "labels"),
                            (OrderCoupon, "coupons"), (Event, "events"), (Letter, "letters")):
            rows = by(table, "order_id", lambda row: row)
            for seen in self.orders:
                setattr(seen, name, rows.get(seen.order.id, []))
        self.codes = {row.id: row.code for row in Coupon.select()}
        self.files = {row.id: row.file_name for row in Import.select()}
        for seen in self.orders:
            seen.words = list(words(seen, self))
        self.held = {}

    def find(self, terms, operator):
        """The orders that all terms hold of, newest first."""
        each = [(term, self.holding(term, operator)) for term in terms]
        asks_drafts = {seen.order.status_id for seen in self.orders if seen.stage == "draft" and any(
            term.field in ("status", "stage") and not term.negated and seen.order.id in held for term, held in each)}
        found = [seen for seen in self.orders if (seen.order.placed or (seen.order.status_id in asks_drafts and seen.stage == "draft"))
                 and all((seen.order.id in held) != term.negated for term, held in each)]
        return [seen.order for seen in sorted(found, key=lambda seen: (seen.order.placed or seen.order.created, seen.order.id), reverse=True)]

    def holding(self, term, operator):
        """The ids of the orders that a term holds of, negated or not; each value is looked at once."""
        for value in term.values:
            if (term.field, value, operator) not in self.held:
                self.held[term.field, value, operator] = {seen.order.id for seen in self.orders if holds(term.field, value, seen, self, operator)}
        return set().union(*(self.held[term.field, value, operator] for value in term.values))


class Seen:
    def __init__(self, order, everything):
        self.order = order
        self.stage = str(everything.settings.statuses[order.status_id].stage)


def by(table, key, value):
    found = {}
    for row in table.select().order_by(table._meta.primary_key):
        found.setdefault(getattr(row, key), []).append(value(row))
    return found


def words(seen, everything):
    """What every word on the order is of, in any order."""
    order = seen.order
    yield from of("number", order.number, order.external_number)
    yield from of("customer", order.name)
    yield from of("company", order.company)
    yield from of("email", order.email)
    yield from of("phone", order.phone.replace(" ", ""), contacts.phone_digits(order.phone))
    yield from of("phone end", contacts.phone_digits(order.phone)[::-1])
    yield from of("", order.vat_number, order.reference)
    for key in (order.billing_id, order.shipping_id):
        if (place := everything.addresses.get(key)) and (place.street or place.postcode or place.city):
            yield from of("postcode", place.postcode.replace(" ", ""))
            yield from of("city", place.city)
            yield from of("house", addresses.house_number(place.street))
            yield from of("country", place.country)
            yield from of("", place.street, place.extra)
        if place:
            yield from of("customer", place.name)
            yield from of("company", place.company)
    for line in seen.lines:
        yield from of("product", line.name, line.variant)
        yield from of("sku", line.sku)
    for parcel in seen.parcels:
        yield from of("tracking", parcel.tracking_code)
        yield from of("", parcel.courier_name)
    for document in seen.documents:
        yield from of("invoice" if document.kind in ("invoice", "credit") else "", document.number)
    for note in seen.notes:
        yield from of("", note.text)


def of(field, *texts):
    for text in texts:
        for word in fold(text or "").split():
            yield field, word


def holds(field, value, seen, everything, operator):
    order, settings, text = seen.order, everything.settings, value.text
    match field:
        case "":
            return free(text, seen, everything)
        case "number" | "customer" | "company" | "city" | "tracking" | "product" | "sku" | "invoice":
            return begins(field, fold(text), seen)
        case "email":
            return begins("email", fold(text), seen) or any(f"@{fold(text).removeprefix('@')}" in word for _, word in seen.words)
        case "phone":
            digits = contacts.phone_digits(text)
            return begins("phone", digits or fold(text), seen) or (bool(digits) and begins("phone end", digits[::-1], seen))
        case "postcode":
            return begins("postcode", fold(text.replace(" ", "")), seen)
        case "country":
            names = {code.lower(): [name for language in ("nl", "en") for key, name in addresses.countries(language) if key == code] + [code]
                     for code, _ in addresses.countries("nl")}
            return any(("country", code) in seen.words for code in picked(text, names))
        case "total":
            return within(order.total.cents, value, lambda text: Money.parse(text).cents)
        case "due":
            owed = (order.total - order.paid + order.refunded).cents if order.payment_state in ("unpaid", "partly_paid", "overpaid") else 0
            return within(owed, value, lambda text: Money.parse(text).cents)
        case "items":
            return within(order.items.thousandths, value, lambda text: Quantity.parse(text).thousandths)
        case "created":
            return on(order.placed or order.created, value)
        case "paid_on":
            return on(order.paid_at, value)
        case "shipped_on":
            return on(order.shipped_at, value)
        case "changed_on":
            return on(order.changed, value)
        case "payment":
            if text in ("ja", "nee"):
                return (order.payment_state in ("unpaid", "partly_paid")) == (text == "nee")
            return order.payment_state in picked(text, PAYMENTS)
        case "stage":
            return seen.stage in picked(text, STAGES)
        case "status":
            return order.status_id in picked(text, named(settings.statuses))
        case "method":
            return order.payment_method_id in picked(text, named(settings.payment_methods), {None: NONE})
        case "shipping":
            return order.shipping_method_id in picked(text, named(settings.shipping_methods), {None: NONE})
        case "source":
            return order.source_id in picked(text, named(settings.sources))
        case "operator":
            people = named(settings.operators)
            people[operator] += ["ik", "mij", "me", "myself"]
            return order.operator_id in picked(text, people, {None: NONE})
        case "label" | "customer_label":
            scope = "order" if field == "label" else "customer"
            on_it = {row.label_id for row in seen.labels} if field == "label" else set(everything.customer_labels.get(order.customer_id, ()))
            wanted = picked(text, named({key: label for key, label in settings.labels.items() if label.scope == scope}), {None: NONE})
            return bool(on_it & set(wanted)) or (None in wanted and not on_it)
        case "courier":
            known = picked(text, named(settings.couriers), {None: NONE})
            return (None in known and not seen.parcels) or any(
                (parcel.courier_id and parcel.courier_id in known) or (parcel.courier_name and fold(parcel.courier_name).startswith(fold(text)))
                for parcel in seen.parcels)
        case "coupon":
            return any(everything.codes[row.coupon_id].startswith(text.upper()) for row in seen.coupons)
        case "ean":
            return any((everything.products[line.product_id].ean or "").startswith(text) for line in seen.lines if line.product_id)
        case "imported":
            return order.imported_id is not None and fold(text) in fold(everything.files[order.imported_id])
    return yes(field, seen, everything, operator) == (text in ("ja", "yes")) if field != "todo" else any(
        todo(kind, seen, everything) for kind in picked(text, TODO))


def free(text, seen, everything):
    """A word of the box; what several words mean together is tested by itself."""
    wanted = fold(text).split()
    ways = [wanted] + ([[contacts.phone_digits(text)]] if re.fullmatch(r"\+?\d[\d()./-]{5,}", text) else [])
    if any(stands(way, [word for _, word in seen.words]) for way in ways):
        return True
    if re.fullmatch(r"\d+,\d\d", text) and seen.order.total.cents == int(text.replace(",", "")):
        return True
    return bool(re.fullmatch(r"\d{8}|\d{12,14}", text)) and any(
        line.product_id and everything.products[line.product_id].ean == text for line in seen.lines)


def stands(wanted, there):
    if len(wanted) == 1:
        word = wanted[0]
        return any(word in each if ENOUGH.search(word) else each.startswith(word) if len(word) > 1 else each == word for each in there)
    return any(
        (there[at].endswith(wanted[0]) if ENOUGH.search(wanted[0]) else there[at] == wanted[0])
        and there[at + 1:at + len(wanted) - 1] == wanted[1:-1] and there[at + len(wanted) - 1].startswith(wanted[-1])
        for at in range(len(there) - len(wanted) + 1)
    )


def begins(field, text, seen):
    wanted, there = text.split(), [word for of, word in seen.words if of == field]
    if len(wanted) == 1:
        return any(word == wanted[0] if len(wanted[0]) == 1 else word.startswith(wanted[0]) for word in there)
    return bool(wanted) and any(there[at:at + len(wanted) - 1] == wanted[:-1] and there[at + len(wanted) - 1].startswith(wanted[-1])
                                for at in range(len(there) - len(wanted) + 1))


def named(rows):
    return {key: [row.name, getattr(row, "name_en", "") or "", getattr(row, "key", "") or ""] for key, row in rows.items()}


def picked(text, *known):
    """The keys with this name; else those with one that begins so; else those with a word that does."""
    wanted = fold(text)
    names = {key: [fold(name) for name in each] for group in known for key, each in group.items()}
    for fits in (lambda name: name == wanted, lambda name: name.startswith(wanted), lambda name: f" {wanted}" in name):
        if found := [key for key, each in names.items() if any(name and fits(name) for name in each)]:
            return found
    return []


def within(number, value, read):
    if value.compare == "..":
        return (not value.text or number >= read(value.text)) and (not value.until or number <= read(value.until))
    other = read(value.text)
    return {"=": number == other, ">": number > other, ">=": number >= other, "<": number < other, "<=": number <= other}[value.compare]


def on(moment, value):
    """Compared as days of the shop."""
    if moment is None:
        return False
    day = moment.replace(tzinfo=UTC).astimezone(shop.ZONE).date()
    assert moment == datetime.combine(moment.date(), time(moment.hour, moment.minute, moment.second))
    if value.compare == "..":
        return (not value.text or day >= dates.read(value.text, TODAY).start) and (not value.until or day < dates.read(value.until, TODAY).end)
    days = dates.read(value.text, TODAY)
    return {"=": days.start <= day < days.end, ">": day >= days.end, ">=": day >= days.start, "<": day < days.start, "<=": day < days.end}[value.compare]


def yes(field, seen, everything, operator):
    match field:
        case "note":
            return bool(seen.notes)
        case "unprinted":
            return not any(document.prints for document in seen.documents)
        case "mine":
            return any(event.operator_id == operator for event in seen.events)
        case "late":
            return todo("pay", seen, everything) and seen.order.due is not None and seen.order.due < TODAY
        case "to_ship":
            return todo("ship", seen, everything)
    raise KeyError(field)


def todo(kind, seen, everything):
    order, owing = seen.order, seen.order.payment_state in ("unpaid", "partly_paid")
    method = everything.settings.payment_methods.get(order.payment_method_id)
    may_go = not owing or (method is not None and method.provider in ("on_account", "cash", "pin"))
    match kind:
        case "pay":
            return owing and order.total > order.paid and seen.stage in ("open", "preparing", "ready", "shipped", "completed")
        case "prepare":
            return seen.stage == "open" and may_go
        case "ship":
            way = everything.settings.shipping_methods.get(order.shipping_method_id)
            return seen.stage in ("preparing", "ready") and way is not None and not way.is_pickup and may_go
        case "refund":
            gone = seen.stage in ("cancelled", "returned") and order.payment_state not in ("unpaid", "refunded") and order.paid > order.refunded
            return order.payment_state == "overpaid" or gone or (order.total.cents < 0 and owing)
        case "letters":
            return any(letter.state in ("failed", "uncertain") for letter in seen.letters)
    raise KeyError(kind)
