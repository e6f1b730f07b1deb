"""The fields an order can be found by: what they are called, what kind of value they take."""

from __future__ import annotations

from typing import NamedTuple

from rules.refusal import N_
from rules.search import fold


class Field(NamedTuple):
    """`title` is what a person reads (translated); the first of `dutch` and `english` is how it is written, the others are understood.

    kind: money, number and date can be compared; choice is one of the shop's own words; text is part of what stands there,
    by the beginning of a word; yes is 'ja' or 'nee'. A choice that may be none is also 'geen'.
    """

    key: str
    title: str
    kind: str
    dutch: tuple[str, ...]
    english: tuple[str, ...]
    choices: str = ""  # for a choice: which small table
    may_be_none: bool = False

    @property
    def is_ordered(self) -> bool:
        return self.kind in ("money", "number", "date")

    def name(self, language: str) -> str:
        return (self.dutch if language == "nl" else self.english)[0]


FIELDS: dict[str, Field] = {field.key: field for field in (
    Field("number",         N_("Number"),          "text",   ("nummer", "nr", "bestelling"),          ("number", "no", "order")),
    Field("customer",       N_("Customer"),        "text",   ("klant", "naam"),                       ("customer", "name")),
    Field("company",        N_("Company"),         "text",   ("bedrijf",),                            ("company",)),
    Field("email",          N_("E-mail"),          "text",   ("e-mail", "email", "mail"),             ("email", "e-mail", "mail")),
    Field("phone",          N_("Phone"),           "text",   ("telefoon", "tel"),                     ("phone", "tel")),
    Field("city",           N_("City"),            "text",   ("plaats", "stad"),                      ("city", "town")),
    Field("postcode",       N_("Postcode"),        "text",   ("postcode",),                           ("postcode", "zip")),
    Field("country",        N_("Country"),         "choice", ("land",),                               ("country",), "countries"),
    Field("total",          N_("Total"),           "money",  ("totaal", "bedrag"),                    ("total", "amount")),
    Field("due",            N_("To pay"),          "money",  ("open", "tebetalen"),                   ("due", "balance")),
    Field("items",          N_("Items"),           "number", ("artikelen", "aantal"),                 ("items", "pieces")),
    Field("payment",        N_("Payment"),         "choice", ("betaling", "betaald"),                 ("payment", "paid"), "payment_states"),
    Field("status",         N_("Status"),          "choice", ("status",),                             ("status",), "statuses"),
    Field("stage",          N_("Stage"),           "choice", ("fase",),                               ("stage",), "stages"),
    Field("method",         N_("Payment method"),  "choice", ("betaalmethode", "methode"), ("paymentmethod", "method"), "payment_methods", True),
    Field("shipping",       N_("Shipping method"), "choice", ("verzending", "verzendmethode"),         ("shipping", "via"), "shipping_methods", True),
    Field("courier",        N_("Courier"),         "choice", ("koerier",),                            ("courier",), "couriers", True),
    Field("tracking",       N_("Tracking code"),   "text",   ("tracking", "trackingcode"),            ("tracking", "trackingcode")),
    Field("label",          N_("Label"),           "choice", ("label",),                              ("label",), "labels", True),
    Field("customer_label", N_("Customer label"),  "choice", ("klantlabel",),                         ("customerlabel",), "customer_labels", True),
    Field("operator",       N_("Operator"),        "choice", ("medewerker", "door"),                  ("operator", "by"), "operators", True),
    Field("source",         N_("Source"),          "choice", ("bron",),                               ("source",), "sources"),
    Field("product",        N_("Product"),         "text",   ("product", "artikel"),                  ("product", "item")),
    Field("sku",            N_("SKU"),             "text",   ("sku", "artikelnummer"),                ("sku",)),
    Field("ean",            N_("Barcode"),         "text",   ("ean", "barcode"),                      ("ean", "barcode")),
    Field("coupon",         N_("Coupon"),          "text",   ("coupon",),                             ("coupon",)),
    Field("invoice",        N_("Invoice number"),  "text",   ("factuur", "factuurnummer"),            ("invoice",)),
    Field("imported",       N_("Imported from"),   "text",   ("import", "bestand"),                   ("import", "file")),
    Field("created",        N_("Date"),            "date",   ("datum", "besteld"),                    ("date", "ordered", "created")),
    Field("paid_on",        N_("Paid on"),         "date",   ("betaalddatum", "betaaldop"),           ("paidon",)),
    Field("shipped_on",     N_("Shipped on"),      "date",   ("verzondendatum", "verzondenop"),       ("shippedon",)),
    Field("changed_on",     N_("Changed on"),      "date",   ("gewijzigd",),                          ("changed",)),
    Field("note",           N_("Has a note"),      "yes",    ("notitie",),                            ("note",)),
    Field("late",           N_("Overdue"),         "yes",    ("telaat", "vervallen"),                 ("late", "overdue")),
    Field("to_ship",        N_("To ship"),         "yes",    ("teverzenden",),                        ("toship",)),
    Field("unprinted",      N_("Not printed"),     "yes",    ("ongeprint",),                          ("unprinted",)),
    Field("mine",           N_("Changed by me"),   "yes",    ("doormij",),                            ("mine",)),
    Field("todo",           N_("To do"),           "choice", ("tedoen",),                             ("todo",), "todo"),
)}

NAMES = {fold(name): field for field in FIELDS.values() for name in (*field.dutch, *field.english)}
YES, NO = frozenset(("ja", "yes", "1", "j", "y")), frozenset(("nee", "no", "0", "n"))


def named(name: str) -> Field | None:
    return NAMES.get(fold(name))


def yes_or_no(text: str) -> bool | None:
    said = fold(text)
    return True if said in YES else False if said in NO else None
