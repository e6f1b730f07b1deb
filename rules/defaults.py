"""What a new Dutch shop starts with; all of it can be changed in the settings."""

from __future__ import annotations

from datetime import date

from models import Category, Courier, Label, LetterTemplate, PaymentMethod, Role, ShippingMethod, Source, Stage, Status, VatCategory, VatRate
from money import Money
from rules import letter_defaults
from rules.rights import ROLES

ROLE_NAMES = {"owner": "Eigenaar", "manager": "Beheerder", "clerk": "Verkoper"}

# name, English, stage, tone, letter to the customer, asks for tracking
STATUSES = (
    ("Concept",              "Draft",            Stage.DRAFT,     "grey",   None,      False),
    ("In afwachting",        "Pending",          Stage.OPEN,      "amber",  None,      False),
    ("In behandeling",       "Processing",       Stage.PREPARING, "blue",   None,      False),
    ("Klaar om af te halen", "Ready to collect", Stage.READY,     "teal",   "ready",   False),
    ("Verzonden",            "Shipped",          Stage.SHIPPED,   "violet", "shipped", True),
    ("Voltooid",             "Completed",        Stage.COMPLETED, "green",  None,      False),
    ("Geannuleerd",          "Cancelled",        Stage.CANCELLED, "grey",   None,      False),
    ("Retour",               "Returned",         Stage.RETURNED,  "grey",   None,      False),
)

# key, name, English, {rate in basis points: valid from}; Wet op de omzetbelasting 1968, art. 9
VAT = (
    ("high", "Hoog", "Standard", {1900: date(2001, 1, 1), 2100: date(2012, 10, 1)}),
    ("low",  "Laag", "Reduced",  {600: date(1986, 10, 1), 900: date(2019, 1, 1)}),
    ("zero", "Nul",  "Zero",     {0: date(1969, 1, 1)}),
)

COURIERS = (
    ("PostNL", "https://jouw.postnl.nl/track-and-trace/{code}-{country}-{postcode}"),
    ("DHL",    "https://my.dhlecommerce.nl/home/tracktrace/{code}/{postcode}"),
    ("DPD",    "https://tracking.dpd.de/status/nl_NL/parcel/{code}"),
    ("GLS",    "https://gls-group.com/track/{code}"),
    ("UPS",    "https://www.ups.com/track?loc=nl_NL&tracknum={code}"),
)

# name, cents, free above, courier, collected in the shop
SHIPPING = (
    ("Afhalen in de winkel", 0,   None,  None,     True),
    ("PostNL pakket",        695, 7_500, "PostNL", False),
    ("PostNL brievenbus",    425, None,  "PostNL", False),
    ("DHL pakket",           650, 7_500, "DHL",    False),
    ("Eigen bezorging",      500, 5_000, None,     False),
)

# key, name, provider, at the counter, days to pay
PAYMENT = (
    ("cash",          "Contant",           "cash",          True,  None),
    ("pin",           "PIN",               "pin",           True,  None),
    ("bank_transfer", "Bankoverschrijving", "bank_transfer", False, 14),
    ("on_account",    "Op rekening",       "on_account",    False, 14),
    ("ideal",         "iDEAL",             "other",         False, None),
    ("voucher",       "Tegoedbon",         "voucher",       True,  None),
)

SOURCES = (("counter", "Kassa", "Counter"), ("phone", "Telefoon", "Phone"), ("email", "E-mail", "E-mail"), ("web", "Webshop", "Website"))

LABELS = (
    ("Hoge prioriteit", "order", "red"), ("Cadeau", "order", "pink"), ("Afhalen", "order", "blue"), ("Probleem", "order", "amber"),
    ("Vaste klant", "customer", "green"), ("B2B", "customer", "teal"),
)

CATEGORIES = (("Algemeen", "blue", "package"),)


def fill() -> None:
    """Write the defaults of an empty shop; the caller has the transaction."""
    for key, rights in ROLES.items():
        Role.create(key=key, name=ROLE_NAMES[key], rights=list(rights), refund_limit=Money(5_000) if key == "clerk" else None)
    for position, (name, english, stage, tone, letter, tracking) in enumerate(STATUSES):
        Status.create(name=name, name_en=english, stage=stage, tone=tone, position=position, letter=letter, mails_customer=bool(letter),
                      asks_tracking=tracking)
    for key, texts in letter_defaults.ALL.items():
        for language, text in texts.items():
            LetterTemplate.create(key=key, language=language, name=text.name, subject=text.subject, body=text.body)
    for position, (key, name, english, rates) in enumerate(VAT):
        category = VatCategory.create(key=key, name=name, name_en=english, position=position)
        for rate, valid_from in rates.items():
            VatRate.create(category=category, rate=rate, valid_from=valid_from)
    couriers = {
        name: Courier.create(name=name, url_template=template, position=position) for position, (name, template) in enumerate(COURIERS)
    }
    for position, (name, price, free_above, courier, is_pickup) in enumerate(SHIPPING):
        ShippingMethod.create(
            name=name, price=Money(price), free_above=Money(free_above) if free_above else None, courier=couriers.get(courier or ""),
            is_pickup=is_pickup, position=position,
        )
    for position, (key, name, provider, at_counter, days) in enumerate(PAYMENT):
        PaymentMethod.create(key=key, name=name, provider=provider, at_counter=at_counter, by_hand=provider != "voucher",
                             term_days=days, position=position)
    for position, (key, name, english) in enumerate(SOURCES):
        Source.create(key=key, name=name, name_en=english, is_distance=key != "counter", position=position)
    for position, (name, scope, tone) in enumerate(LABELS):
        Label.create(name=name, scope=scope, tone=tone, position=position)
    for position, (name, tone, icon) in enumerate(CATEGORIES):
        Category.create(name=name, tone=tone, icon=icon, position=position)
