"""The fields an order can be found by: what they are called, what kind of value they take."""

from __future__ import annotations

from typing import NamedTuple

from rules.search import fold


class Field(NamedTuple):
    """`title` is what a person reads (translated); the first of `dutch` and `english` is how it is written, the others are understood.

    kind: money, number and date can be compared; choice is one of the shop's own words; text is part of what stands there,
    by the beginning of a word; yes is 'ja' or 'nee'.
    """

    key: str
    title: str
    kind: str
    dutch: tuple[str, ...]
    english: tuple[str, ...]
    choices: str = ""  # for a choice: which small table

    @property
    def is_ordered(self) -> bool:
        return self.kind in ("money", "number", "date")

    def name(self, language: str) -> str:
        return (self.dutch if language == "nl" else self.english)[0]


FIELDS: dict[str, Field] = {field.key: field for field in (
    Field("number",          "Number",           "text",   ("nummer", "nr", "bestelling"),          ("number", "no", "order")),
    Field("customer",        "Customer",         "text",   ("klant", "naam"),                       ("customer", "name")),
    Field("company",         "Company",          "text",   ("bedrijf",),                            ("company",)),
    Field("email",           "E-mail",           "text",   ("e-mail", "email", "mail"),             ("email", "e-mail", "mail")),
    Field("phone",           "Phone",            "text",   ("telefoon", "tel"),                     ("phone", "tel")),
    Field("city",            "City",             "text",   ("plaats", "stad"),                      ("city", "town")),
    Field("postcode",        "Postcode",         "text",   ("postcode",),                           ("postcode", "zip")),
    Field("country",         "Country",          "text",   ("land",),                               ("country",)),
    Field("total",           "Total",            "money",  ("totaal", "bedrag"),                    ("total", "amount")),
    Field("due",             "To pay",           "money",  ("open", "tebetalen"),                   ("due", "balance")),
    Field("items",           "Items",            "number", ("artikelen", "aantal"),                 ("items", "pieces")),
    Field("payment",         "Payment",          "choice", ("betaling", "betaald"),                 ("payment", "paid"), "payment_states"),
    Field("status",          "Status",           "choice", ("status",),                             ("status",), "statuses"),
    Field("stage",           "Stage",            "choice", ("fase",),                               ("stage",), "stages"),
    Field("method",          "Payment method",   "choice", ("betaalmethode", "methode"),            ("paymentmethod", "method"), "payment_methods"),
    Field("shipping",        "Shipping method",  "choice", ("verzending", "verzendmethode"),        ("shipping", "shippingmethod"), "shipping_methods"),
    Field("courier",         "Courier",          "choice", ("koerier",),                            ("courier",), "couriers"),
    Field("tracking",        "Tracking code",    "text",   ("tracking", "trackingcode"),            ("tracking", "trackingcode")),
    Field("label",           "Label",            "choice", ("label",),                              ("label",), "labels"),
    Field("customer_label",  "Customer label",   "choice", ("klantlabel",),                         ("customerlabel",), "customer_labels"),
    Field("operator",        "Operator",         "choice", ("medewerker", "door"),                  ("operator", "by"), "operators"),
    Field("source",          "Source",           "choice", ("bron",),                               ("source",), "sources"),
    Field("product",         "Product",          "text",   ("product", "artikel"),                  ("product", "item")),
    Field("sku",             "SKU",              "text",   ("sku", "artikelnummer"),                ("sku",)),
    Field("ean",             "Barcode",          "text",   ("ean", "barcode"),                      ("ean", "barcode")),
    Field("coupon",          "Coupon",           "text",   ("coupon",),                             ("coupon",)),
    Field("invoice",         "Invoice number",   "text",   ("factuur", "factuurnummer"),            ("invoice",)),
    Field("imported",        "Imported from",    "text",   ("import", "bestand"),                   ("import", "file")),
    Field("created",         "Date",             "date",   ("datum", "besteld"),                    ("date", "ordered", "created")),
    Field("paid_on",         "Paid on",          "date",   ("betaalddatum", "betaaldop"),           ("paidon",)),
    Field("shipped_on",      "Shipped on",       "date",   ("verzondendatum", "verzondenop"),       ("shippedon",)),
    Field("changed_on",      "Changed on",       "date",   ("gewijzigd",),                          ("changed",)),
    Field("note",            "Has a note",       "yes",    ("notitie",),                            ("note",)),
    Field("to_ship",         "To ship",          "yes",    ("teverzenden",),                        ("toship",)),
    Field("unprinted",       "Not printed",      "yes",    ("ongeprint",),                          ("unprinted",)),
    Field("mine",            "Changed by me",    "yes",    ("doormij",),                            ("mine",)),
)}

NAMES = {fold(name): field for field in FIELDS.values() for name in (*field.dutch, *field.english)}
YES, NO = frozenset(("ja", "yes", "1", "j", "y")), frozenset(("nee", "no", "0", "n"))


def named(name: str) -> Field | None:
    return NAMES.get(fold(name))
