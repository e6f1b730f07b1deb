"""The tables: columns, the constraints that keep them true, and no decisions.

What the shop decides lives in rules/; this file only says what can exist. In the order of an order's life.
Money is whole cents, quantities whole thousandths, rates and percentages basis points, moments naive UTC to the second.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from peewee import (
    BigAutoField, BlobField, BooleanField, CharField, Check, DatabaseProxy, DateField, DateTimeField, ForeignKeyField, IntegerField, JSONField,
    Model, TextField,
)
from playhouse.db_url import connect

from money import ZERO, Money, MoneyField, Quantity, QuantityField

LIMIT = 9_999_999_999  # cents, either way: domain.md, Money 7
NOTHING = Quantity(0)

database = DatabaseProxy()


PLANS = (  # a page asks for little, each time of others; the ids of many orders fit into memory
    "-c jit=off -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_custom_plan -c work_mem=16MB")


def connect_database(url: str) -> None:
    """Point every table at the database of this URL (sqlite:////path or postgresql://…); opens nothing yet."""
    if url.startswith("sqlite"):
        database.initialize(connect(
            url.replace("sqlite:", "sqlite+pool:", 1), autoconnect=False, timeout=10, lock_type="IMMEDIATE",
            check_same_thread=False, stale_timeout=600, max_connections=200,
            pragmas={"busy_timeout": 10_000, "journal_mode": "wal", "foreign_keys": 1, "synchronous": 2,
                     "cache_size": -1_000},  # each thread has one; the system keeps the rest of the file at hand
        ))
    else:
        database.initialize(connect(
            url.replace("postgresql:", "postgresql+pool:", 1), autoconnect=False, prefer_psycopg3=True, max_connections=40,
            stale_timeout=600, timeout=10, options=PLANS,
        ))


def is_sqlite() -> bool:
    return "sqlite" in type(database.obj).__name__.lower()


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class MomentField(DateTimeField):
    """A moment in naive UTC, whole seconds. Within a second the row's id says what came first."""

    def python_value(self, value: Any) -> datetime | None:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


def one_of(column: str, values: Iterable[str]) -> list[Any]:
    """CHECK constraint: the column holds one of these words."""
    return [Check(f"{column} IN ({', '.join(repr(str(value)) for value in values)})")]


def between(column: str, low: int, high: int) -> list[Any]:
    return [Check(f"{column} BETWEEN {low} AND {high}")]


class Stage(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PREPARING = "preparing"
    READY = "ready"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class PaymentState(StrEnum):
    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"


SETTLED = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED)  # nothing is owed any more, either way


class Regime(StrEnum):
    STANDARD = "standard"
    REVERSE_CHARGE = "reverse_charge"
    INTRA_EU = "intra_eu"
    EXPORT = "export"
    SMALL_BUSINESS = "kor"


DISCOUNT: list[Any] = [Check("discount_value >= 0 AND (discount_kind <> 'percent' OR discount_value <= 10000)")]
TONES = ("red", "amber", "green", "teal", "blue", "violet", "pink", "grey")
LANGUAGES = ("nl", "en")
UNITS = ("piece", "kg", "m", "l", "hour")
LETTER_STATES = ("waiting", "claimed", "handing", "sent", "failed", "uncertain", "cancelled")
PRINT_STATES = ("waiting", "claimed", "handing", "sent", "printed", "failed", "uncertain", "cancelled")
BANK_STATES = ("proposed", "confirmed", "ignored", "done")  # done: money out that a refund said already
PROVIDERS = ("cash", "pin", "bank_transfer", "on_account", "mollie", "stripe", "voucher", "other")


class Table(Model):
    if TYPE_CHECKING:  # what peewee adds: the id, the key of each relation, backrefs
        id: Any

        def __getattr__(self, name: str) -> Any: ...

    class Meta:
        database = database
        legacy_table_names = False


# The shop and what it set up. Small tables: read once per change and kept in memory by rules/shop.py.

class Logo(Table):
    """A picture that stands, or once stood, above what the shop prints. Never changed, and kept for as long as a paper shows it."""

    sha256 = CharField(64, primary_key=True, help_text="of its file")
    file = BlobField(help_text="a PNG without transparency")
    width = IntegerField(help_text="pixels")
    height = IntegerField()
    created = MomentField(default=now)
    dropped = MomentField(null=True, help_text="since when nothing new shows it; empty: something new does, or a paper is known to")


class Shop(Table):
    """One row. `revision` changes with every change of the small tables, so that each process knows when to read them again."""

    name = CharField(120)
    street = CharField(120, default="")
    postcode = CharField(16, default="")
    city = CharField(80, default="")
    country = CharField(2, default="NL")
    email = CharField(254, default="")
    phone = CharField(40, default="")
    website = CharField(200, default="")
    vat_number = CharField(20, default="")
    chamber_number = CharField(20, default="", help_text="KvK")
    iban = CharField(40, default="")
    account_holder = CharField(70, default="", help_text="of the IBAN; empty: the shop's name")
    bic = CharField(11, default="", help_text="of the IBAN's bank; needed outside the EEA only")
    language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
    currency = CharField(3, default="EUR")
    prices_include_vat = BooleanField(default=True)
    small_business = BooleanField(default=False, help_text="KOR: no VAT shown or charged")
    receipt_footer = CharField(500, default="")
    voucher_terms = CharField(300, default="", help_text="on a voucher; empty: the desk's own sentence")
    voucher_terms_en = CharField(300, default="")
    receipt_numbers = CharField(40, default="{year}-{number:05}")
    invoice_numbers = CharField(40, default="F{year}-{number:05}")
    credit_numbers = CharField(40, default="C{year}-{number:05}")
    invoice_days = IntegerField(default=14, constraints=between("invoice_days", 0, 365), help_text="to pay, when the method says nothing")
    exchange_days = IntegerField(default=14, constraints=between("exchange_days", 0, 365), help_text="on a gift receipt")
    withdrawal_days = IntegerField(default=14, constraints=between("withdrawal_days", 14, 365), help_text="to withdraw from a distance sale")
    transit_days = IntegerField(default=2, constraints=between("transit_days", 0, 60), help_text="a parcel is on its way, as nobody says it arrived")
    tone = CharField(10, default="teal", constraints=one_of("tone", TONES), help_text="the colour of its letters")
    logo = ForeignKeyField(Logo, null=True, index=False, on_delete="RESTRICT")
    revision = CharField(32)
    created = MomentField(default=now)

    class Meta:
        constraints = [Check("id = 1")]


class VatCategory(Table):
    """What a product falls under; what that costs is a dated VatRate."""

    key = CharField(20, unique=True)
    name = CharField(40)
    name_en = CharField(40)
    position = IntegerField(default=0)


class VatRate(Table):
    category = ForeignKeyField(VatCategory, backref="rates", on_delete="CASCADE")
    rate = IntegerField(constraints=between("rate", 0, 10_000), help_text="basis points")
    valid_from = DateField()

    class Meta:
        indexes = ((("category", "valid_from"), True),)


class Role(Table):
    key = CharField(20, null=True, unique=True, help_text="owner, manager and clerk come with the desk")
    name = CharField(60, unique=True)
    rights = JSONField(default=list, help_text="keys of rules.rights.RIGHTS")
    refund_limit = MoneyField(null=True, constraints=[Check("refund_limit >= 0")])


class Operator(Table):
    """Somebody who signs in. `auth_version` ends every session when it goes up."""

    name = CharField(80)
    email = CharField(254, unique=True, help_text="lower case")
    password_hash = CharField(200, null=True)
    pin_hash = CharField(200, null=True)
    role = ForeignKeyField(Role, backref="operators", on_delete="RESTRICT")
    tone = CharField(10, default="teal", constraints=one_of("tone", TONES))
    language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
    theme = CharField(5, default="auto", constraints=one_of("theme", ("auto", "light", "dark")))
    active = BooleanField(default=True)
    auth_version = IntegerField(default=1)
    created = MomentField(default=now)


class Printer(Table):
    """Something paper comes out of. `settings`: what its kind needs (rules/printers.py)."""

    name = CharField(60, unique=True)
    kind = CharField(12, constraints=one_of("kind", ("browser", "network", "cloudprnt", "epson_sdp")))
    settings = JSONField(default=dict)
    group = CharField(40, default="", help_text="the printers that print for one another when one stays off; empty: none does")
    last_seen = MomentField(null=True, help_text="when it last could print")
    state = CharField(120, default="", help_text="what is wrong with it; empty: nothing known")
    archived = BooleanField(default=False)


class Device(Table):
    """A browser somebody signed in on; a shared tablet has a name."""

    key = CharField(64, unique=True, help_text="hash of what its cookie holds")
    session = CharField(64, null=True, unique=True, help_text="who is signed in on it now; empty: nobody")
    name = CharField(80)
    printer = ForeignKeyField(Printer, null=True, on_delete="SET NULL", help_text="where its receipts come out; empty: its browser prints")
    created = MomentField(default=now)
    last_seen = MomentField(default=now)


class SignInAttempt(Table):
    """Failed and successful attempts, for the throttle."""

    account = CharField(254)
    address = CharField(64)
    kind = CharField(10, constraints=one_of("kind", ("password", "pin", "voucher", "link")))
    succeeded = BooleanField()
    created = MomentField(default=now)

    class Meta:
        indexes = (
            (("account", "created"), False),  # how often did this account fail lately
            (("address", "created"), False),  # how often did this address fail lately
        )


class Courier(Table):
    name = CharField(60, unique=True)
    url_template = CharField(500, default="", help_text="{code} {postcode} {country} are filled in")
    position = IntegerField(default=0)
    archived = BooleanField(default=False)


class ShippingMethod(Table):
    name = CharField(60, unique=True)
    price = MoneyField(default=ZERO, constraints=between("price", 0, LIMIT))
    free_above = MoneyField(null=True, constraints=[Check("free_above >= 0")])
    courier = ForeignKeyField(Courier, null=True, on_delete="RESTRICT")
    is_pickup = BooleanField(default=False)
    position = IntegerField(default=0)
    archived = BooleanField(default=False)


class PaymentMethod(Table):
    key = CharField(30, unique=True)
    name = CharField(60, unique=True)
    provider = CharField(20, default="other", constraints=one_of("provider", PROVIDERS))
    by_hand = BooleanField(default=True)
    at_counter = BooleanField(default=True)
    for_links = BooleanField(default=False)
    term_days = IntegerField(null=True, constraints=[Check("term_days BETWEEN 0 AND 365")])
    secrets = TextField(null=True, help_text="encrypted with the instance key")
    account = JSONField(default=dict, help_text="at the provider: its name, since when and by whom, what it answered last")
    position = IntegerField(default=0)
    archived = BooleanField(default=False)


class Source(Table):
    """Where an order came from."""

    key = CharField(60, unique=True)
    name = CharField(60)
    name_en = CharField(60)
    is_distance = BooleanField(default=True, help_text="sold at a distance: the customer may withdraw")
    position = IntegerField(default=0)


class Label(Table):
    name = CharField(60)
    scope = CharField(10, constraints=one_of("scope", ("order", "customer")))
    tone = CharField(10, default="blue", constraints=one_of("tone", TONES))
    blocks_shipping = BooleanField(default=False)
    expires_after = IntegerField(null=True, constraints=[Check("expires_after > 0")], help_text="days")
    position = IntegerField(default=0)
    archived = BooleanField(default=False)

    class Meta:
        indexes = ((("scope", "name"), True),)


class LetterTemplate(Table):
    """The text of a letter in one language; `attach` and `active` are the same in both."""

    key = CharField(60)
    language = CharField(2, constraints=one_of("language", LANGUAGES))
    name = CharField(80)
    subject = CharField(200)
    body = TextField()
    attach = CharField(20, default="", constraints=one_of("attach", ("", "receipt", "invoice", "invoice_ubl")))
    active = BooleanField(default=True)
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("key", "language"), True),)


class Status(Table):
    """The shop's own word for where an order stands; what it means is its stage."""

    name = CharField(60)
    name_en = CharField(60)
    customer_name = CharField(60, default="", help_text="what the customer reads; empty: the name")
    customer_name_en = CharField(60, default="")
    stage = CharField(12, constraints=one_of("stage", Stage))
    tone = CharField(10, default="grey", constraints=one_of("tone", TONES))
    position = IntegerField(default=0)
    letter = CharField(60, null=True, help_text="LetterTemplate.key")
    mails_customer = BooleanField(default=False)
    mails_admins = BooleanField(default=False)
    asks_tracking = BooleanField(default=False)
    archived = BooleanField(default=False)


class NumberSeries(Table):
    """The next number of a series; taken in the transaction that uses it, so that a series without gaps has none."""

    key = CharField(60, primary_key=True, help_text="order, invoice-2026, …")
    next = IntegerField(default=1, constraints=[Check("next >= 1")])


class Preference(Table):
    """What an operator chose: columns of a list, what was picked last."""

    operator = ForeignKeyField(Operator, on_delete="CASCADE")
    name = CharField(60)
    value = JSONField()

    class Meta:
        indexes = ((("operator", "name"), True),)


class View(Table):
    """A saved filter: of one operator, or of the whole shop when operator is empty."""

    operator = ForeignKeyField(Operator, null=True, backref="views", on_delete="CASCADE")
    name = CharField(60)
    query = CharField(500)
    position = IntegerField(default=0)
    columns = JSONField(null=True)


# Products

class Category(Table):
    name = CharField(80, unique=True)
    tone = CharField(10, default="blue", constraints=one_of("tone", TONES))
    icon = CharField(30, default="package")
    position = IntegerField(default=0)


class Product(Table):
    """Something with a price. on_hand = Σ movements; available = on_hand − held."""

    name = CharField(200)
    variant = CharField(120, default="")
    sku = CharField(80, null=True, unique=True)
    ean = CharField(14, null=True, unique=True)
    category = ForeignKeyField(Category, null=True, backref="products", on_delete="SET NULL")
    description = TextField(default="")
    price = MoneyField(constraints=between("price", 0, LIMIT))
    vat_category = ForeignKeyField(VatCategory, on_delete="RESTRICT")
    is_deposit = BooleanField(default=False, help_text="statiegeld: outside VAT and discounts")
    unit = CharField(5, default="piece", constraints=one_of("unit", UNITS))
    stays_sold = BooleanField(default=False, help_text="no right of withdrawal: made to measure, sealed for hygiene, perishable")
    is_tracked = BooleanField(default=True)
    allows_backorder = BooleanField(default=False)
    on_hand = QuantityField(default=NOTHING)
    held = QuantityField(default=NOTHING)
    low_stock = QuantityField(null=True)
    weight = IntegerField(null=True, help_text="grams")
    handle = CharField(200, null=True, index=True, help_text="groups the variants of one imported product")
    source = ForeignKeyField(Source, null=True, on_delete="RESTRICT")
    external_key = CharField(200, null=True)
    search = TextField(default="", help_text="folded words, kept by rules/products.py")
    archived = BooleanField(default=False)
    version = IntegerField(default=1)
    created = MomentField(default=now)
    changed = MomentField(default=now)

    class Meta:
        indexes = (
            (("source", "external_key"), True),  # importing again finds the same product
            (("archived", "search", "id"), False),  # the product list, by folded name
            (("category", "search", "id"), False),  # one category, by folded name
        )

    @property
    def available(self) -> Quantity:
        return self.on_hand - self.held

    @property
    def is_out(self) -> bool:
        return bool(self.is_tracked and self.available <= NOTHING)

    @property
    def is_low(self) -> bool:
        return bool(self.is_tracked and self.low_stock is not None and self.available <= self.low_stock)


# Customers

class Address(Table):
    """Belongs to one customer or one order, never to both: an order keeps what was true when it was made."""

    name = CharField(120, default="")
    company = CharField(120, default="")
    street = CharField(120, default="", help_text="with the house number")
    extra = CharField(120, default="")
    postcode = CharField(16, default="")
    city = CharField(80, default="")
    country = CharField(2, default="NL")


class Customer(Table):
    name = CharField(120, default="")
    company = CharField(120, default="")
    email = CharField(254, null=True, unique=True, help_text="lower case; one customer per address")
    phone = CharField(40, default="")
    phone_digits = CharField(40, default="", index=True)
    vat_number = CharField(20, default="")
    chamber_number = CharField(20, default="")
    language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
    billing = ForeignKeyField(Address, null=True, on_delete="SET NULL")
    shipping = ForeignKeyField(Address, null=True, on_delete="SET NULL", help_text="empty: the billing address")
    note = TextField(default="")
    source = ForeignKeyField(Source, null=True, on_delete="RESTRICT")
    external_key = CharField(80, null=True)
    search = TextField(default="", help_text="folded words, kept by rules/customers.py")
    archived = BooleanField(default=False)
    version = IntegerField(default=1)
    created = MomentField(default=now)
    changed = MomentField(default=now)

    class Meta:
        constraints = [Check("name <> '' OR company <> '' OR email IS NOT NULL OR external_key IS NOT NULL")]
        indexes = (
            (("source", "external_key"), True),  # importing again finds the same customer
            (("archived", "id"), False),  # the customer list, newest first
        )


class CustomerLabel(Table):
    customer = ForeignKeyField(Customer, index=False, backref="labels", on_delete="CASCADE")
    label = ForeignKeyField(Label, index=False, on_delete="CASCADE")
    rule = IntegerField(null=True, help_text="the LabelRule that gave it; empty: a person did")
    created = MomentField(default=now)

    class Meta:
        indexes = (
            (("customer", "label"), True),
            (("label", "customer"), False),  # the customers with a label
        )


class LabelRule(Table):
    """Buying this product, or anything of this category, gives the customer a label."""

    label = ForeignKeyField(Label, on_delete="CASCADE")
    product = ForeignKeyField(Product, null=True, on_delete="CASCADE")
    category = ForeignKeyField(Category, null=True, on_delete="CASCADE")
    moment = CharField(10, default="paid", constraints=one_of("moment", ("created", "paid", "completed")))
    takes_back = BooleanField(default=False)
    active = BooleanField(default=True)

    class Meta:
        constraints = [Check("(product_id IS NULL) <> (category_id IS NULL)")]


class Coupon(Table):
    code = CharField(40, unique=True, help_text="upper case")
    kind = CharField(10, constraints=one_of("kind", ("percent", "amount", "shipping")))
    value = IntegerField(default=0, constraints=[Check("value >= 0 AND (kind <> 'percent' OR value <= 10000)")])
    minimum = MoneyField(default=ZERO, constraints=between("minimum", 0, LIMIT))
    valid_from = DateField(null=True)
    valid_until = DateField(null=True)
    max_uses = IntegerField(null=True, constraints=[Check("max_uses > 0")])
    per_customer = IntegerField(null=True, constraints=[Check("per_customer > 0")])
    combinable = BooleanField(default=False)
    active = BooleanField(default=True)
    created = MomentField(default=now)

    class Meta:
        constraints = [Check("valid_until >= valid_from")]


class CouponScope(Table):
    """What a coupon is for; a coupon without rows here is for everything."""

    coupon = ForeignKeyField(Coupon, backref="scopes", on_delete="CASCADE")
    product = ForeignKeyField(Product, null=True, on_delete="CASCADE")
    category = ForeignKeyField(Category, null=True, on_delete="CASCADE")

    class Meta:
        constraints = [Check("(product_id IS NULL) <> (category_id IS NULL)")]
        indexes = ((("coupon", "product", "category"), True),)


# Orders

class Import(Table):
    """One file that was read in."""

    kind = CharField(30, help_text="the format's key")
    source = ForeignKeyField(Source, null=True, on_delete="RESTRICT")
    file_name = CharField(200)
    file_hash = CharField(64, index=True)
    state = CharField(12, default="running", constraints=one_of("state", ("running", "done", "failed", "undone")))
    counts = JSONField(default=dict)
    operator = ForeignKeyField(Operator, null=True, on_delete="SET NULL")
    created = MomentField(default=now)
    ended = MomentField(null=True)


class ImportRow(Table):
    """A row of the file that was refused or skipped, and why."""

    file = ForeignKeyField(Import, backref="rows", on_delete="CASCADE")
    row = IntegerField()
    column = CharField(80, default="")
    message = CharField(500)
    text = TextField(default="")


class Order(Table):
    """From concept to returned. `placed` is empty while it is a draft. The totals are what rules/pricing.py computed at the
    last change; nothing recomputes them by itself. balance: what is still to be paid; what was refunded is not owed again."""

    number = CharField(40, unique=True)
    status = ForeignKeyField(Status, index=False, on_delete="RESTRICT")
    customer = ForeignKeyField(Customer, null=True, index=False, backref="orders", on_delete="RESTRICT")
    operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
    source = ForeignKeyField(Source, index=False, on_delete="RESTRICT")
    name = CharField(120, default="")
    company = CharField(120, default="")
    email = CharField(254, default="")
    phone = CharField(40, default="")
    vat_number = CharField(20, default="")
    reference = CharField(80, default="", help_text="the customer's own reference")
    language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
    billing = ForeignKeyField(Address, null=True, on_delete="RESTRICT")
    shipping = ForeignKeyField(Address, null=True, on_delete="RESTRICT", help_text="empty: the billing address")
    payment_method = ForeignKeyField(PaymentMethod, null=True, index=False, on_delete="RESTRICT")
    shipping_method = ForeignKeyField(ShippingMethod, null=True, index=False, on_delete="RESTRICT")
    shipping_price = MoneyField(null=True, constraints=between("shipping_price", 0, LIMIT), help_text="typed by hand; empty: the method's")
    discount_kind = CharField(8, null=True, constraints=one_of("discount_kind", ("percent", "amount")))
    discount_value = IntegerField(default=0, constraints=DISCOUNT)
    regime = CharField(15, default="standard", constraints=one_of("regime", Regime))
    prices_include_vat = BooleanField(default=True)
    currency = CharField(3, default="EUR")

    goods = MoneyField(default=ZERO, help_text="lines before any discount")
    discount = MoneyField(default=ZERO, help_text="on lines, on the order and by coupons, together")
    shipping_total = MoneyField(default=ZERO)
    vat = MoneyField(default=ZERO)
    rounding = MoneyField(default=ZERO, help_text="cash rounded to five cents")
    total = MoneyField(default=ZERO, constraints=between("total", -LIMIT, LIMIT))
    paid = MoneyField(default=ZERO, help_text="Σ captured payments")
    refunded = MoneyField(default=ZERO, help_text="Σ refunds that are done")
    payment_state = CharField(16, default="unpaid", constraints=one_of("payment_state", PaymentState))
    items = QuantityField(default=NOTHING)
    keeps_total = BooleanField(default=False, help_text="imported with a total that its lines do not add up to")

    parked = CharField(80, default="", help_text="a name for a draft put aside")
    created = MomentField(default=now)
    placed = MomentField(null=True)
    changed = MomentField(default=now)
    paid_at = MomentField(null=True)
    shipped_at = MomentField(null=True)
    due = DateField(null=True)
    version = IntegerField(default=1)
    external_number = CharField(80, null=True)
    imported = ForeignKeyField(Import, null=True, index=False, on_delete="SET NULL")
    duplicate_of = ForeignKeyField("self", null=True, index=False, on_delete="SET NULL")

    # No columns: what the rules have in hand while an order is being changed (rules.orders.changing).
    content: Any  # its lines
    settled: Any  # the sums to write when the change is done
    sums: Any     # what the screen shows of them
    oversell: bool  # somebody who may chose to sell more than there is

    class Meta:
        indexes = (
            (("source", "external_number"), True),  # an import finds the same order again
            (("customer", "placed"), False),  # one customer's orders
            (("total", "id"), False),  # orders of an amount; the list by amount
            (("items", "id"), False),  # orders of so many pieces; the list by pieces
            (("paid_at", "placed"), False),  # what was paid in these days, with what sorts it
            (("shipped_at", "placed"), False),  # what was shipped in these days
            (("changed", "placed"), False),  # what was changed in these days; the list by last change
        )

    @property
    def is_draft(self) -> bool:
        return bool(self.status.stage == Stage.DRAFT)

    @property
    def balance(self) -> Money:
        return ZERO if self.payment_state in SETTLED else self.total - self.paid + self.refunded


Order.add_index(Order.index(  # the list, newest first; and any combination of what is short, in one walk over this index
    Order.placed, Order.id, Order.status, Order.payment_state, Order.payment_method, Order.shipping_method, Order.operator, Order.source,
    Order.total, Order.items, Order.shipped_at, Order.paid_at, name="order_list"))
FACETS = (Order.status, Order.payment_state, Order.payment_method, Order.shipping_method, Order.operator, Order.source)
for facet in FACETS:
    Order.add_index(Order.index(  # the orders of one value, newest first; what several of these say together is read off the same walk
        facet, Order.placed, Order.id, *(other for other in FACETS if other is not facet), name=f"order_{facet.column_name}_placed"))
Order.add_index(Order.index(  # what is to be paid, or was paid too much, newest first
    Order.placed, Order.id, Order.payment_state, Order.total, Order.paid, Order.refunded, Order.status, Order.due, name="order_owing",
).where(Order.payment_state.in_(("unpaid", "partly_paid", "overpaid"))))
Order.add_index(Order.index(  # the few that were paid, shipped or changed before they were placed: the days of all others say when that was at most
    Order.placed, Order.paid_at, Order.shipped_at, Order.changed, name="order_early",
).where((Order.paid_at < Order.placed) | (Order.shipped_at < Order.placed) | (Order.changed < Order.placed)))
Order.add_index(Order.index(  # of which there is money here: what of it was cancelled or came back is to be refunded
    Order.status, Order.payment_state, name="order_money_here").where(Order.paid > Order.refunded))
Order.add_index(Order.index(Order.imported, name="order_of_import").where(Order.imported.is_null(False)))  # what one import made
Order.add_index(Order.index(Order.operator, Order.changed, name="order_drafts").where(Order.placed.is_null()))  # drafts of an operator


class Line(Table):
    """A line of the cart. gross = price × quantity; amount = gross − its own discount; net = its share of the total
    without shipping, after order discount and coupons (what a refund of it gives back)."""

    order = ForeignKeyField(Order, index=False, backref="lines", on_delete="CASCADE")
    position = IntegerField(default=0)
    product = ForeignKeyField(Product, null=True, index=False, on_delete="RESTRICT")
    name = CharField(200)
    variant = CharField(120, default="")
    sku = CharField(80, default="")
    unit = CharField(5, default="piece", constraints=one_of("unit", UNITS))
    quantity = QuantityField(constraints=[Check("quantity <> 0 AND quantity BETWEEN -99999000 AND 99999000")])
    price = MoneyField(constraints=between("price", -LIMIT, LIMIT))
    list_price = MoneyField(null=True, help_text="the product's price when the line's was changed by hand")
    vat_rate = IntegerField(constraints=between("vat_rate", 0, 10_000))
    vat_category = ForeignKeyField(VatCategory, null=True, index=False, on_delete="RESTRICT")
    is_deposit = BooleanField(default=False)
    discount_kind = CharField(8, null=True, constraints=one_of("discount_kind", ("percent", "amount")))
    discount_value = IntegerField(default=0, constraints=DISCOUNT)
    discount = MoneyField(default=ZERO)
    amount = MoneyField(default=ZERO, constraints=between("amount", -LIMIT, LIMIT))
    net = MoneyField(default=ZERO, constraints=between("net", -LIMIT, LIMIT))
    held = QuantityField(default=NOTHING, help_text="of the product's stock, for this line")
    taken = QuantityField(default=NOTHING)
    stock_note = CharField(200, default="", help_text="why stock was left alone")

    class Meta:
        indexes = (
            (("order", "position"), False),  # the lines of an order
            (("product", "order"), False),  # the orders of a product
        )


Line.add_index(Line.index(Line.product, Line.order, name="line_holding").where(Line.held > 0))  # for which orders a product is held


class OrderVat(Table):
    """VAT of one rate of an order: base excludes VAT."""

    order = ForeignKeyField(Order, index=False, backref="vat_sums", on_delete="CASCADE")
    rate = IntegerField(constraints=between("rate", 0, 10_000))
    base = MoneyField()
    vat = MoneyField()

    class Meta:
        indexes = ((("order", "rate"), True),)


class OrderCoupon(Table):
    order = ForeignKeyField(Order, index=False, backref="coupons", on_delete="CASCADE")
    coupon = ForeignKeyField(Coupon, index=False, backref="uses", on_delete="RESTRICT")
    position = IntegerField(default=0)
    amount = MoneyField(default=ZERO)
    reason = JSONField(null=True, help_text="why it gives nothing now: message and facts")

    class Meta:
        indexes = (
            (("order", "coupon"), True),
            (("coupon", "order"), False),  # the orders with a coupon
        )


class OrderLabel(Table):
    order = ForeignKeyField(Order, index=False, backref="labels", on_delete="CASCADE")
    label = ForeignKeyField(Label, index=False, on_delete="CASCADE")
    created = MomentField(default=now)

    class Meta:
        indexes = (
            (("order", "label"), True),
            (("label", "order"), False),  # the orders with a label
        )


class OrderText(Table):
    """Every word an order is found by, folded, each behind a mark that says what it is of (rules/order_text.py). Its trigram index is
    made in the migrations. The key rises with the day the order was placed, so that the index finds the newest first."""

    key = BigAutoField(help_text="day placed and order; below 2^31: a draft")
    order = ForeignKeyField(Order, unique=True, on_delete="CASCADE")
    text = TextField()


class Note(Table):
    """For operators only: never in a letter, a document or a customer's page."""

    order = ForeignKeyField(Order, index=False, backref="notes", on_delete="CASCADE")
    text = TextField()
    operator = ForeignKeyField(Operator, null=True, on_delete="SET NULL")
    created = MomentField(default=now)

    class Meta:
        indexes = ((("order", "id"), False),)  # the notes of an order


class Presence(Table):
    """Who has an order open, and on which device; one that was not seen for a while has closed it (rules/presence.py)."""

    order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
    operator = ForeignKeyField(Operator, index=False, on_delete="CASCADE")
    device = ForeignKeyField(Device, index=False, on_delete="CASCADE")
    seen = MomentField(default=now)

    class Meta:
        indexes = ((("order", "operator", "device"), True),)  # who else is at this order


class Event(Table):
    """What happened, in order: the timeline people read and the queue tasks work off. Never changed but for `handled`."""

    kind = CharField(40, help_text="noun.past-participle")
    order = ForeignKeyField(Order, null=True, index=False, backref="events", on_delete="CASCADE")
    customer = ForeignKeyField(Customer, null=True, index=False, on_delete="CASCADE")
    product = ForeignKeyField(Product, null=True, index=False, on_delete="CASCADE")
    operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
    device = ForeignKeyField(Device, null=True, index=False, on_delete="RESTRICT")
    facts = JSONField(default=dict)
    cause = ForeignKeyField("self", null=True, index=False, on_delete="RESTRICT")
    created = MomentField(default=now)
    handled = MomentField(null=True)


Event.add_index(Event.index(Event.order, Event.id, name="event_of_order").where(Event.order.is_null(False)))  # an order's timeline
Event.add_index(Event.index(Event.customer, Event.id, name="event_of_customer").where(Event.customer.is_null(False)))  # a customer's
Event.add_index(Event.index(Event.product, Event.id, name="event_of_product").where(Event.product.is_null(False)))  # a product's
Event.add_index(Event.index(Event.operator, Event.order, name="event_of_operator").where(Event.order.is_null(False)))  # the orders one changed
Event.add_index(Event.index(Event.id, name="event_waiting").where(Event.handled.is_null()))  # what tasks still have to do


# Stock, parcels, money

class Movement(Table):
    """Stock that moved. on_hand of a product is the sum of its movements; never changed or deleted."""

    product = ForeignKeyField(Product, index=False, backref="movements", on_delete="RESTRICT")
    line = ForeignKeyField(Line, null=True, on_delete="SET NULL")
    order = ForeignKeyField(Order, null=True, index=False, on_delete="RESTRICT")
    kind = CharField(12, constraints=one_of("kind", ("initial", "sale", "return", "delivery", "count", "correction")))
    quantity = QuantityField(constraints=[Check("quantity <> 0")])
    reason = CharField(200, default="")
    event = ForeignKeyField(Event, null=True, on_delete="RESTRICT")
    operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
    created = MomentField(default=now)

    class Meta:
        indexes = ((("product", "id"), False),)  # why is this number what it is


Movement.add_index(Movement.index(Movement.order, name="movement_of_order").where(Movement.order.is_null(False)))  # what an order moved


class Parcel(Table):
    order = ForeignKeyField(Order, index=False, backref="parcels", on_delete="CASCADE")
    courier = ForeignKeyField(Courier, null=True, index=False, on_delete="RESTRICT")
    courier_name = CharField(60, default="", help_text="typed by hand when no courier of the list fits")
    tracking_code = CharField(60, default="")
    created = MomentField(default=now)
    shipped_at = MomentField(null=True)

    # No column: how much of which line is in it (rules/parcels.py)
    contents: dict[int, Quantity]

    class Meta:
        indexes = (
            (("order", "id"), False),  # the parcels of an order
            (("courier", "order"), False),  # the orders of a courier
        )


Parcel.add_index(Parcel.index(Parcel.courier_name, Parcel.order, name="parcel_typed_courier").where(Parcel.courier_name != ""))  # typed by hand


class ParcelLine(Table):
    parcel = ForeignKeyField(Parcel, backref="lines", on_delete="CASCADE")
    line = ForeignKeyField(Line, on_delete="CASCADE")
    quantity = QuantityField(constraints=[Check("quantity > 0")])

    class Meta:
        indexes = ((("parcel", "line"), True),)


class Document(Table):
    """Something printed and numbered. `facts` is frozen when it is issued: a reprint is the same for ever."""

    order = ForeignKeyField(Order, null=True, index=False, backref="documents", on_delete="RESTRICT")
    kind = CharField(12, constraints=one_of("kind", ("receipt", "invoice", "credit", "packing", "pickup", "gift", "refund", "voucher", "dayclose")))
    series = CharField(40, null=True)
    number = CharField(40, null=True, unique=True)
    sequence = IntegerField(null=True)
    facts = JSONField()
    refers_to = ForeignKeyField("self", null=True, on_delete="RESTRICT")
    operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
    issued = MomentField(default=now)
    prints = IntegerField(default=0)

    class Meta:
        constraints = [Check("(series IS NULL) = (sequence IS NULL)")]
        indexes = (
            (("series", "sequence"), True),  # gapless: no number twice
            (("order", "kind", "id"), False),  # the documents of an order
        )


class DayClose(Table):
    """A day that was closed: its document has what came in and went back since the close before. Never changed or deleted."""

    document = ForeignKeyField(Document, unique=True, on_delete="RESTRICT")
    previous = ForeignKeyField("self", null=True, unique=True, on_delete="RESTRICT", help_text="one close follows each")
    hash = CharField(64, help_text="of its number, its facts and the hash before")
    operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
    created = MomentField(default=now)


class Payment(Table):
    """Money that came in, or that a provider was asked for. Only captured ones count."""

    order = ForeignKeyField(Order, index=False, backref="payments", on_delete="RESTRICT")
    method = ForeignKeyField(PaymentMethod, on_delete="RESTRICT")
    amount = MoneyField(constraints=[Check(f"amount <> 0 AND amount BETWEEN {-LIMIT} AND {LIMIT}")])
    state = CharField(10, constraints=one_of("state", ("intent", "pending", "captured", "failed", "cancelled", "expired")))
    reference = CharField(80, default="")
    provider_key = CharField(80, null=True, unique=True)
    idempotency_key = CharField(64, null=True, unique=True)
    checkout_url = CharField(1_000, default="", help_text="the provider's page where it is paid")
    error = CharField(300, default="", help_text="why it came to nothing, in the provider's words")
    corrects = ForeignKeyField("self", null=True, on_delete="RESTRICT", help_text="the payment this row takes back")
    operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
    created = MomentField(default=now)
    captured_at = MomentField(null=True)
    looked = MomentField(null=True, help_text="when the provider was last asked how it stands")
    close = ForeignKeyField(DayClose, null=True, index=False, on_delete="RESTRICT", help_text="that counts it; empty: the next one will")
    elsewhere = BooleanField(default=False, help_text="taken at another till, which closed it: an import brought it")

    class Meta:
        indexes = ((("order", "id"), False),)  # the payments of an order


Payment.add_index(Payment.index(Payment.id, name="payment_open").where(Payment.state.in_(("intent", "pending"))))  # what a provider still has to say
Payment.add_index(Payment.index(Payment.id, name="payment_to_close").where(  # what the next day close counts
    Payment.close.is_null(), Payment.captured_at.is_null(False), ~Payment.elsewhere))


class Refund(Table):
    """Money that goes back. The row is there before the provider is asked."""

    order = ForeignKeyField(Order, index=False, backref="refunds", on_delete="RESTRICT")
    payment = ForeignKeyField(Payment, null=True, on_delete="RESTRICT")
    method = ForeignKeyField(PaymentMethod, on_delete="RESTRICT")
    amount = MoneyField(constraints=[Check(f"amount > 0 AND amount <= {LIMIT}")])
    state = CharField(10, constraints=one_of("state", ("intent", "queued", "pending", "done", "failed", "cancelled", "unknown")))
    reason = CharField(200, default="")
    provider_key = CharField(80, null=True, unique=True)
    idempotency_key = CharField(64, null=True, unique=True)
    error = CharField(300, default="", help_text="why it came to nothing, in the provider's words")
    again_of = ForeignKeyField("self", null=True, unique=True, on_delete="RESTRICT", help_text="the one that came to nothing, tried again")
    operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
    created = MomentField(default=now)
    done_at = MomentField(null=True)
    looked = MomentField(null=True, help_text="when the provider was last asked how it stands")
    close = ForeignKeyField(DayClose, null=True, index=False, on_delete="RESTRICT", help_text="that counts it; empty: the next one will")
    elsewhere = BooleanField(default=False, help_text="taken at another till, which closed it: an import brought it")

    class Meta:
        indexes = ((("order", "id"), False),)  # the refunds of an order


Refund.add_index(Refund.index(Refund.id, name="refund_open").where(  # what a provider still has to say
    Refund.state.in_(("intent", "queued", "pending", "unknown"))))
Refund.add_index(Refund.index(Refund.id, name="refund_to_close").where(  # what the next day close counts
    Refund.close.is_null(), Refund.done_at.is_null(False), ~Refund.elsewhere))


class RefundLine(Table):
    refund = ForeignKeyField(Refund, backref="lines", on_delete="RESTRICT")
    line = ForeignKeyField(Line, on_delete="RESTRICT")
    quantity = QuantityField(constraints=[Check("quantity > 0")])
    amount = MoneyField()
    condition = CharField(10, default="sellable", constraints=one_of("condition", ("sellable", "damaged", "kept")))


class Return(Table):
    """Goods of one order that come back, by step: said so, here, and what came of it. Its refund is the first row of what was paid back."""

    order = ForeignKeyField(Order, index=False, backref="returns", on_delete="RESTRICT")
    number = CharField(50, unique=True, help_text="the order's and a count")
    state = CharField(10, constraints=one_of("state", ("announced", "received", "settled", "cancelled")))
    settlement = CharField(10, default="", constraints=one_of("settlement", ("", "refund", "voucher", "exchange", "nothing")))
    origin = CharField(10, default="desk", constraints=one_of("origin", ("desk", "customer")))
    is_withdrawal = BooleanField(default=False, help_text="of the contract: paid back within 14 days of `created`")
    whole_order = BooleanField(default=False, help_text="withdrawn from all of it: shipping is paid back too")
    reason = CharField(200, default="")
    name = CharField(120, default="", help_text="who withdrew")
    email = CharField(254, default="", help_text="where the confirmation went")
    refund = ForeignKeyField(Refund, null=True, on_delete="RESTRICT")
    exchange = ForeignKeyField(Order, null=True, backref="exchanged", on_delete="RESTRICT", help_text="the order of the new goods")
    operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
    created = MomentField(default=now)
    received_at = MomentField(null=True)
    settled_at = MomentField(null=True)

    class Meta:
        indexes = ((("order", "id"), False),)  # the returns of an order


Return.add_index(Return.index(Return.created, Return.order, name="return_open").where(Return.state.in_(("announced", "received"))))  # to be done


class ReturnLine(Table):
    """So much of a line was announced; so much came, for sale again or damaged."""

    back = ForeignKeyField(Return, backref="lines", on_delete="RESTRICT")
    line = ForeignKeyField(Line, on_delete="CASCADE")
    quantity = QuantityField(constraints=[Check("quantity >= 0")])
    sellable = QuantityField(default=NOTHING, constraints=[Check("sellable >= 0")])
    damaged = QuantityField(default=NOTHING, constraints=[Check("damaged >= 0")])

    class Meta:
        indexes = ((("back", "line"), True),)


class Voucher(Table):
    """Money that the shop owes whoever has the code (tegoedbon). balance = amount − Σ uses."""

    code = CharField(16, unique=True, help_text="without dashes")
    amount = MoneyField(constraints=[Check(f"amount > 0 AND amount <= {LIMIT}")])
    balance = MoneyField(constraints=[Check("balance >= 0 AND balance <= amount")], help_text="what is left")
    currency = CharField(3, default="EUR")
    expires = DateField(null=True, help_text="the last day; empty: never")
    order = ForeignKeyField(Order, null=True, on_delete="RESTRICT", help_text="what it was given for")
    refund = ForeignKeyField(Refund, null=True, on_delete="RESTRICT")
    customer = ForeignKeyField(Customer, null=True, on_delete="RESTRICT")
    blocked = MomentField(null=True)
    operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
    created = MomentField(default=now)


class VoucherUse(Table):
    """What was paid with a voucher; a payment that takes one back gives its amount back (below zero)."""

    voucher = ForeignKeyField(Voucher, backref="uses", on_delete="RESTRICT")
    payment = ForeignKeyField(Payment, unique=True, on_delete="RESTRICT")
    amount = MoneyField(constraints=[Check("amount <> 0")])


class Link(Table):
    """An address without signing in: of an order's own page for its customer, or of what is due on it. Only the token's hash is kept."""

    order = ForeignKeyField(Order, index=False, backref="links", on_delete="RESTRICT")
    purpose = CharField(4, constraints=one_of("purpose", ("page", "pay")))
    token_hash = CharField(64, unique=True)
    created = MomentField(default=now)
    revoked = MomentField(null=True)

    class Meta:
        indexes = ((("order", "purpose", "id"), False),)  # the links of an order


class Notice(Table):
    """What a provider sent by itself, and what came of it. Each of its keys counts once."""

    method = ForeignKeyField(PaymentMethod, index=False, on_delete="RESTRICT")
    key = CharField(120, null=True, help_text="the provider's own key of this notice, where it gives one")
    outcome = CharField(10, constraints=one_of("outcome", ("done", "same", "unknown", "forged", "malformed", "failed")))
    payment = ForeignKeyField(Payment, null=True, index=False, on_delete="RESTRICT")
    created = MomentField(default=now, index=True)

    class Meta:
        indexes = ((("method", "key"), True),)  # once each


class BankFile(Table):
    """A bank statement that was read in. Never deleted, nor what was in it."""

    name = CharField(200)
    sha256 = CharField(64, unique=True)
    format = CharField(30, help_text="the format's key")
    iban = CharField(40, default="", help_text="of the account; empty: of several")
    entries = IntegerField(help_text="in the file")
    added = IntegerField(help_text="of these, what no file had before")
    operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
    created = MomentField(default=now)


class BankEntry(Table):
    """Money that came in on the bank, or went out (below zero). `key`: the same in each file that has it."""

    file = ForeignKeyField(BankFile, index=False, backref="rows", on_delete="RESTRICT")
    account = CharField(40)
    key = CharField(64)
    booked = DateField()
    amount = MoneyField(constraints=[Check(f"amount <> 0 AND amount BETWEEN {-LIMIT} AND {LIMIT}")])
    currency = CharField(3, default="EUR")
    name = CharField(140, default="")
    iban = CharField(40, default="", help_text="of the other party")
    reference = CharField(140, default="", help_text="the payer's: structured, or end to end")
    description = CharField(1000, default="")
    state = CharField(10, default="proposed", constraints=one_of("state", BANK_STATES))
    sureness = IntegerField(default=0, help_text="of the proposal when it was read: 3 sure, 2 likely, 1 perhaps, 0 none")
    chosen = JSONField(default=list, help_text="keys of the orders a person chose instead")
    refund = ForeignKeyField(Refund, null=True, unique=True, on_delete="RESTRICT")

    class Meta:
        indexes = (
            (("account", "key"), True),  # once, whatever file it comes in
            (("account", "booked"), False),  # what is there of these days
            (("state", "booked", "id"), False),  # what is open, newest first
            (("file", "state"), False),  # what of a file is open
        )


BankEntry.add_index(BankEntry.index(BankEntry.iban, name="bank_entry_of_iban").where(BankEntry.iban != ""))  # who paid from it before


class BankPart(Table):
    """An entry, or a part of it, is this payment. That was taken back: its entry is open again for as much."""

    entry = ForeignKeyField(BankEntry, backref="parts", on_delete="RESTRICT")
    payment = ForeignKeyField(Payment, unique=True, on_delete="RESTRICT")


# Paper and mail

class Job(Table):
    """Long work, so that a person can follow it, stop it and read what was not done."""

    kind = CharField(40)
    state = CharField(10, default="waiting", constraints=one_of("state", ("waiting", "running", "done", "stopped", "failed")))
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    settings = JSONField(default=dict)
    report = JSONField(default=dict)
    operator = ForeignKeyField(Operator, null=True, on_delete="SET NULL")
    worker = CharField(40, null=True)
    lease = MomentField(null=True)
    created = MomentField(default=now)
    ended = MomentField(null=True)

    class Meta:
        indexes = ((("state", "id"), False),)  # what waits or was dropped


class JobRow(Table):
    """One order of a job: what became of it, and what it was before, so that a job goes on where it was and can be undone."""

    job = ForeignKeyField(Job, index=False, backref="rows", on_delete="CASCADE")
    order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
    state = CharField(10, default="waiting", constraints=one_of("state", ("waiting", "done", "same", "refused")))
    was = JSONField(null=True, help_text="what undoing needs")
    refusal = JSONField(null=True, help_text="why not: message and facts")

    class Meta:
        indexes = (
            (("job", "order"), True),  # once each
            (("job", "state", "id"), False),  # what still waits, and the report
        )


class PrintJob(Table):
    """A document on its way to a printer; without one a test. Claimed before it is handed over, never printed twice by itself."""

    document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
    printer = ForeignKeyField(Printer, index=False, backref="jobs", on_delete="RESTRICT")
    moved_from = ForeignKeyField(Printer, null=True, index=False, on_delete="RESTRICT", help_text="where it was to come out, when that is elsewhere")
    batch = ForeignKeyField(Job, null=True, index=False, on_delete="SET NULL", help_text="the long work it belongs to: those of many orders")
    is_copy = BooleanField(default=False)
    opens_drawer = BooleanField(default=False)
    state = CharField(10, default="waiting", constraints=one_of("state", PRINT_STATES))
    key = CharField(64, unique=True)
    asked = MomentField(default=now, help_text="when somebody last asked for it")
    since = MomentField(default=now, help_text="when somebody last asked for it, or it last changed printers")
    not_before = MomentField(default=now)
    worker = CharField(40, null=True)
    lease = MomentField(null=True)
    attempts = IntegerField(default=0)
    error = CharField(300, default="")
    operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
    device = ForeignKeyField(Device, null=True, index=False, on_delete="RESTRICT")
    created = MomentField(default=now)
    ended = MomentField(null=True)

    class Meta:
        indexes = (
            (("printer", "state", "id"), False),  # what waits for a printer
            (("state", "id"), False),  # what waits, what failed
            (("batch", "state"), False),  # what became of those of many orders
        )


class Letter(Table):
    """An e-mail: rendered once, claimed before it is sent, never sent twice by itself."""

    event = ForeignKeyField(Event, on_delete="RESTRICT")
    template = CharField(60)
    recipient = CharField(254)
    order = ForeignKeyField(Order, null=True, index=False, backref="letters", on_delete="RESTRICT")
    language = CharField(2, constraints=one_of("language", LANGUAGES))
    subject = CharField(300)
    html = TextField()
    text = TextField()
    attachments = JSONField(default=list)
    message_id = CharField(120, unique=True)
    state = CharField(10, default="waiting", constraints=one_of("state", LETTER_STATES))
    not_before = MomentField(default=now)
    worker = CharField(40, null=True)
    lease = MomentField(null=True)
    attempts = IntegerField(default=0)
    error = CharField(300, default="")
    created = MomentField(default=now)
    sent_at = MomentField(null=True)

    class Meta:
        indexes = (
            (("event", "template", "recipient"), True),  # one letter per cause, template and reader
            (("state", "id"), False),  # what waits to be sent, what failed
            (("order", "id"), False),  # the letters of an order
        )


# Automations

class Automation(Table):
    name = CharField(80)
    trigger = CharField(40, help_text="kind of event")
    condition = CharField(500, default="", help_text="in the filter language")
    active = BooleanField(default=False)
    version = IntegerField(default=1)
    created = MomentField(default=now)


class AutomationStep(Table):
    automation = ForeignKeyField(Automation, backref="steps", on_delete="CASCADE")
    position = IntegerField()
    kind = CharField(30)
    settings = JSONField(default=dict)


class AutomationRun(Table):
    automation = ForeignKeyField(Automation, backref="runs", on_delete="CASCADE")
    event = ForeignKeyField(Event, on_delete="RESTRICT")
    order = ForeignKeyField(Order, null=True, on_delete="CASCADE")
    state = CharField(10, constraints=one_of("state", ("waiting", "running", "done", "stopped", "skipped", "failed")))
    step = IntegerField(default=0)
    due = MomentField(null=True)
    report = JSONField(default=list)
    created = MomentField(default=now)

    class Meta:
        indexes = (
            (("automation", "event"), True),  # once per cause
            (("state", "due"), False),  # what is to be done now
        )


# Once

class Key(Table):
    """The key of a form: the same key answers with the first result."""

    key = CharField(64, primary_key=True)
    purpose = CharField(40)
    operator = ForeignKeyField(Operator, null=True, on_delete="CASCADE")
    request_hash = CharField(64)
    answer = JSONField(null=True)
    created = MomentField(default=now, index=True)


class ApiKey(Table):
    name = CharField(60)
    key_hash = CharField(64, unique=True)
    rights = JSONField(default=list)
    created = MomentField(default=now)
    last_used = MomentField(null=True)
    revoked = MomentField(null=True)


TABLES: tuple[type[Table], ...] = (
    Logo, Shop, VatCategory, VatRate, Role, Operator, Device, SignInAttempt, Courier, ShippingMethod, PaymentMethod, Source, Label,
    LetterTemplate, Status, NumberSeries, Preference, View, Category, Product, Address, Customer, CustomerLabel, LabelRule, Coupon,
    CouponScope, Import, ImportRow, Order, Line, OrderVat, OrderCoupon, OrderLabel, OrderText, Note, Presence, Event, Movement, Parcel,
    ParcelLine, Document, DayClose, Payment, Refund, RefundLine, Return, ReturnLine, Voucher, VoucherUse, Link, Notice, BankFile, BankEntry,
    BankPart, Printer, Job, JobRow, PrintJob, Letter, Automation, AutomationStep, AutomationRun, Key, ApiKey,
)
