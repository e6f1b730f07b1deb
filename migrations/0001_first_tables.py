"""The tables of the first release, frozen. Constraints are written out: what is not said here is not in the database."""

from peewee import (
    BigAutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    Check,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    JSONField,
    Model,
    TextField,
)

LIMIT = 9999999999


def one_of(column, values):
    return [Check(f"{column} IN ({', '.join((repr(str(value)) for value in values))})")]


def between(column, low, high):
    return [Check(f"{column} BETWEEN {low} AND {high}")]


STAGE = ("draft", "open", "preparing", "ready", "shipped", "completed", "cancelled", "returned")
PAYMENTSTATE = ("unpaid", "partly_paid", "paid", "overpaid", "partly_refunded", "refunded")
REGIME = ("standard", "reverse_charge", "intra_eu", "export", "kor")
DISCOUNT = [Check("discount_value >= 0 AND (discount_kind <> 'percent' OR discount_value <= 10000)")]
TONES = ("red", "amber", "green", "teal", "blue", "violet", "pink", "grey")
LANGUAGES = ("nl", "en")
UNITS = ("piece", "kg", "m", "l", "hour")
LETTER_STATES = ("waiting", "claimed", "handing", "sent", "failed", "uncertain", "cancelled")
PRINT_STATES = ("waiting", "claimed", "handing", "sent", "printed", "failed", "uncertain", "cancelled")
BANK_STATES = ("proposed", "confirmed", "ignored", "done")
PROVIDERS = ("cash", "pin", "bank_transfer", "on_account", "mollie", "stripe", "voucher", "other")


def up(migrator, db):
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Logo(Table):
        sha256 = CharField(64, primary_key=True)
        file = BlobField()
        width = IntegerField()
        height = IntegerField()
        created = DateTimeField()
        dropped = DateTimeField(null=True)

    class Shop(Table):
        name = CharField(120)
        street = CharField(120, default="")
        postcode = CharField(16, default="")
        city = CharField(80, default="")
        country = CharField(2, default="NL")
        email = CharField(254, default="")
        phone = CharField(40, default="")
        website = CharField(200, default="")
        vat_number = CharField(20, default="")
        chamber_number = CharField(20, default="")
        iban = CharField(40, default="")
        account_holder = CharField(70, default="")
        bic = CharField(11, default="")
        language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
        currency = CharField(3, default="EUR")
        prices_include_vat = BooleanField(default=True)
        small_business = BooleanField(default=False)
        receipt_footer = CharField(500, default="")
        voucher_terms = CharField(300, default="")
        voucher_terms_en = CharField(300, default="")
        receipt_numbers = CharField(40, default="{year}-{number:05}")
        invoice_numbers = CharField(40, default="F{year}-{number:05}")
        credit_numbers = CharField(40, default="C{year}-{number:05}")
        invoice_days = IntegerField(default=14, constraints=between("invoice_days", 0, 365))
        exchange_days = IntegerField(default=14, constraints=between("exchange_days", 0, 365))
        withdrawal_days = IntegerField(default=14, constraints=between("withdrawal_days", 14, 365))
        transit_days = IntegerField(default=2, constraints=between("transit_days", 0, 60))
        tone = CharField(10, default="teal", constraints=one_of("tone", TONES))
        logo = ForeignKeyField(Logo, null=True, index=False, on_delete="RESTRICT")
        revision = CharField(32)
        created = DateTimeField()

        class Meta:
            constraints = [Check("id = 1")]

    class VatCategory(Table):
        key = CharField(20, unique=True)
        name = CharField(40)
        name_en = CharField(40)
        position = IntegerField(default=0)

    class VatRate(Table):
        category = ForeignKeyField(VatCategory, on_delete="CASCADE")
        rate = IntegerField(constraints=between("rate", 0, 10000))
        valid_from = DateField()

        class Meta:
            indexes = ((("category", "valid_from"), True),)

    class Role(Table):
        key = CharField(20, null=True, unique=True)
        name = CharField(60, unique=True)
        rights = JSONField()
        refund_limit = BigIntegerField(null=True, constraints=[Check("refund_limit >= 0")])

    class Operator(Table):
        name = CharField(80)
        email = CharField(254, unique=True)
        password_hash = CharField(200, null=True)
        pin_hash = CharField(200, null=True)
        role = ForeignKeyField(Role, on_delete="RESTRICT")
        tone = CharField(10, default="teal", constraints=one_of("tone", TONES))
        language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
        theme = CharField(5, default="auto", constraints=one_of("theme", ("auto", "light", "dark")))
        active = BooleanField(default=True)
        auth_version = IntegerField(default=1)
        created = DateTimeField()

    class Printer(Table):
        name = CharField(60, unique=True)
        kind = CharField(12, constraints=one_of("kind", ("browser", "network", "cloudprnt", "epson_sdp")))
        settings = JSONField()
        group = CharField(40, default="")
        last_seen = DateTimeField(null=True)
        state = CharField(120, default="")
        archived = BooleanField(default=False)

    class Device(Table):
        key = CharField(64, unique=True)
        session = CharField(64, null=True, unique=True)
        name = CharField(80)
        printer = ForeignKeyField(Printer, null=True, on_delete="SET NULL")
        created = DateTimeField()
        last_seen = DateTimeField()

    class SignInAttempt(Table):
        account = CharField(254)
        address = CharField(64)
        kind = CharField(10, constraints=one_of("kind", ("password", "pin", "voucher", "link")))
        succeeded = BooleanField()
        created = DateTimeField()

        class Meta:
            indexes = ((("account", "created"), False), (("address", "created"), False))

    class Courier(Table):
        name = CharField(60, unique=True)
        url_template = CharField(500, default="")
        position = IntegerField(default=0)
        archived = BooleanField(default=False)

    class ShippingMethod(Table):
        name = CharField(60, unique=True)
        price = BigIntegerField(default=0, constraints=between("price", 0, LIMIT))
        free_above = BigIntegerField(null=True, constraints=[Check("free_above >= 0")])
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
        secrets = TextField(null=True)
        account = JSONField()
        position = IntegerField(default=0)
        archived = BooleanField(default=False)

    class Source(Table):
        key = CharField(60, unique=True)
        name = CharField(60)
        name_en = CharField(60)
        is_distance = BooleanField(default=True)
        position = IntegerField(default=0)

    class Label(Table):
        name = CharField(60)
        scope = CharField(10, constraints=one_of("scope", ("order", "customer")))
        tone = CharField(10, default="blue", constraints=one_of("tone", TONES))
        blocks_shipping = BooleanField(default=False)
        expires_after = IntegerField(null=True, constraints=[Check("expires_after > 0")])
        position = IntegerField(default=0)
        archived = BooleanField(default=False)

        class Meta:
            indexes = ((("scope", "name"), True),)

    class LetterTemplate(Table):
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
        name = CharField(60)
        name_en = CharField(60)
        customer_name = CharField(60, default="")
        customer_name_en = CharField(60, default="")
        stage = CharField(12, constraints=one_of("stage", STAGE))
        tone = CharField(10, default="grey", constraints=one_of("tone", TONES))
        position = IntegerField(default=0)
        letter = CharField(60, null=True)
        mails_customer = BooleanField(default=False)
        mails_admins = BooleanField(default=False)
        asks_tracking = BooleanField(default=False)
        archived = BooleanField(default=False)

    class NumberSeries(Table):
        key = CharField(60, primary_key=True)
        next = IntegerField(default=1, constraints=[Check("next >= 1")])

    class Preference(Table):
        operator = ForeignKeyField(Operator, on_delete="CASCADE")
        name = CharField(60)
        value = JSONField()

        class Meta:
            indexes = ((("operator", "name"), True),)

    class View(Table):
        operator = ForeignKeyField(Operator, null=True, on_delete="CASCADE")
        name = CharField(60)
        query = CharField(500)
        position = IntegerField(default=0)
        columns = JSONField(null=True)

    class Category(Table):
        name = CharField(80, unique=True)
        tone = CharField(10, default="blue", constraints=one_of("tone", TONES))
        icon = CharField(30, default="package")
        position = IntegerField(default=0)

    class Product(Table):
        name = CharField(200)
        variant = CharField(120, default="")
        sku = CharField(80, null=True, unique=True)
        ean = CharField(14, null=True, unique=True)
        category = ForeignKeyField(Category, null=True, on_delete="SET NULL")
        description = TextField(default="")
        price = BigIntegerField(constraints=between("price", 0, LIMIT))
        vat_category = ForeignKeyField(VatCategory, on_delete="RESTRICT")
        is_deposit = BooleanField(default=False)
        unit = CharField(5, default="piece", constraints=one_of("unit", UNITS))
        stays_sold = BooleanField(default=False)
        is_tracked = BooleanField(default=True)
        allows_backorder = BooleanField(default=False)
        on_hand = BigIntegerField(default=0)
        held = BigIntegerField(default=0)
        low_stock = BigIntegerField(null=True)
        weight = IntegerField(null=True)
        handle = CharField(200, null=True, index=True)
        source = ForeignKeyField(Source, null=True, on_delete="RESTRICT")
        external_key = CharField(200, null=True)
        search = TextField(default="")
        archived = BooleanField(default=False)
        version = IntegerField(default=1)
        created = DateTimeField()
        changed = DateTimeField()

        class Meta:
            indexes = ((("source", "external_key"), True), (("archived", "search", "id"), False), (("category", "search", "id"), False))

    class Address(Table):
        name = CharField(120, default="")
        company = CharField(120, default="")
        street = CharField(120, default="")
        extra = CharField(120, default="")
        postcode = CharField(16, default="")
        city = CharField(80, default="")
        country = CharField(2, default="NL")

    class Customer(Table):
        name = CharField(120, default="")
        company = CharField(120, default="")
        email = CharField(254, null=True, unique=True)
        phone = CharField(40, default="")
        phone_digits = CharField(40, default="", index=True)
        vat_number = CharField(20, default="")
        chamber_number = CharField(20, default="")
        language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
        billing = ForeignKeyField(Address, null=True, on_delete="SET NULL")
        shipping = ForeignKeyField(Address, null=True, on_delete="SET NULL")
        note = TextField(default="")
        source = ForeignKeyField(Source, null=True, on_delete="RESTRICT")
        external_key = CharField(80, null=True)
        search = TextField(default="")
        archived = BooleanField(default=False)
        version = IntegerField(default=1)
        created = DateTimeField()
        changed = DateTimeField()

        class Meta:
            constraints = [Check("name <> '' OR company <> '' OR email IS NOT NULL OR external_key IS NOT NULL")]
            indexes = ((("source", "external_key"), True), (("archived", "id"), False))

    class CustomerLabel(Table):
        customer = ForeignKeyField(Customer, index=False, on_delete="CASCADE")
        label = ForeignKeyField(Label, index=False, on_delete="CASCADE")
        rule = IntegerField(null=True)
        created = DateTimeField()

        class Meta:
            indexes = ((("customer", "label"), True), (("label", "customer"), False))

    class LabelRule(Table):
        label = ForeignKeyField(Label, on_delete="CASCADE")
        product = ForeignKeyField(Product, null=True, on_delete="CASCADE")
        category = ForeignKeyField(Category, null=True, on_delete="CASCADE")
        moment = CharField(10, default="paid", constraints=one_of("moment", ("created", "paid", "completed")))
        takes_back = BooleanField(default=False)
        active = BooleanField(default=True)

        class Meta:
            constraints = [Check("(product_id IS NULL) <> (category_id IS NULL)")]

    class Coupon(Table):
        code = CharField(40, unique=True)
        kind = CharField(10, constraints=one_of("kind", ("percent", "amount", "shipping")))
        value = IntegerField(default=0, constraints=[Check("value >= 0 AND (kind <> 'percent' OR value <= 10000)")])
        minimum = BigIntegerField(default=0, constraints=between("minimum", 0, LIMIT))
        valid_from = DateField(null=True)
        valid_until = DateField(null=True)
        max_uses = IntegerField(null=True, constraints=[Check("max_uses > 0")])
        per_customer = IntegerField(null=True, constraints=[Check("per_customer > 0")])
        combinable = BooleanField(default=False)
        active = BooleanField(default=True)
        created = DateTimeField()

        class Meta:
            constraints = [Check("valid_until >= valid_from")]

    class CouponScope(Table):
        coupon = ForeignKeyField(Coupon, on_delete="CASCADE")
        product = ForeignKeyField(Product, null=True, on_delete="CASCADE")
        category = ForeignKeyField(Category, null=True, on_delete="CASCADE")

        class Meta:
            constraints = [Check("(product_id IS NULL) <> (category_id IS NULL)")]
            indexes = ((("coupon", "product", "category"), True),)

    class Import(Table):
        kind = CharField(30)
        source = ForeignKeyField(Source, null=True, on_delete="RESTRICT")
        file_name = CharField(200)
        file_hash = CharField(64, index=True)
        state = CharField(12, default="running", constraints=one_of("state", ("running", "done", "failed", "undone")))
        counts = JSONField()
        operator = ForeignKeyField(Operator, null=True, on_delete="SET NULL")
        created = DateTimeField()
        ended = DateTimeField(null=True)

    class ImportRow(Table):
        file = ForeignKeyField(Import, on_delete="CASCADE")
        row = IntegerField()
        column = CharField(80, default="")
        message = CharField(500)
        text = TextField(default="")

    class Order(Table):
        number = CharField(40, unique=True)
        status = ForeignKeyField(Status, index=False, on_delete="RESTRICT")
        customer = ForeignKeyField(Customer, null=True, index=False, on_delete="RESTRICT")
        operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
        source = ForeignKeyField(Source, index=False, on_delete="RESTRICT")
        name = CharField(120, default="")
        company = CharField(120, default="")
        email = CharField(254, default="")
        phone = CharField(40, default="")
        vat_number = CharField(20, default="")
        reference = CharField(80, default="")
        language = CharField(2, default="nl", constraints=one_of("language", LANGUAGES))
        billing = ForeignKeyField(Address, null=True, on_delete="RESTRICT")
        shipping = ForeignKeyField(Address, null=True, on_delete="RESTRICT")
        payment_method = ForeignKeyField(PaymentMethod, null=True, index=False, on_delete="RESTRICT")
        shipping_method = ForeignKeyField(ShippingMethod, null=True, index=False, on_delete="RESTRICT")
        shipping_price = BigIntegerField(null=True, constraints=between("shipping_price", 0, LIMIT))
        discount_kind = CharField(8, null=True, constraints=one_of("discount_kind", ("percent", "amount")))
        discount_value = IntegerField(default=0, constraints=DISCOUNT)
        regime = CharField(15, default="standard", constraints=one_of("regime", REGIME))
        prices_include_vat = BooleanField(default=True)
        currency = CharField(3, default="EUR")
        goods = BigIntegerField(default=0)
        discount = BigIntegerField(default=0)
        shipping_total = BigIntegerField(default=0)
        vat = BigIntegerField(default=0)
        rounding = BigIntegerField(default=0)
        total = BigIntegerField(default=0, constraints=between("total", -LIMIT, LIMIT))
        paid = BigIntegerField(default=0)
        refunded = BigIntegerField(default=0)
        payment_state = CharField(16, default="unpaid", constraints=one_of("payment_state", PAYMENTSTATE))
        items = BigIntegerField(default=0)
        keeps_total = BooleanField(default=False)
        parked = CharField(80, default="")
        created = DateTimeField()
        placed = DateTimeField(null=True)
        changed = DateTimeField()
        paid_at = DateTimeField(null=True)
        shipped_at = DateTimeField(null=True)
        due = DateField(null=True)
        version = IntegerField(default=1)
        external_number = CharField(80, null=True)
        imported = ForeignKeyField(Import, null=True, index=False, on_delete="SET NULL")
        duplicate_of = ForeignKeyField("self", null=True, index=False, on_delete="SET NULL")

        class Meta:
            indexes = (
                (("source", "external_number"), True),
                (("customer", "placed"), False),
                (("total", "id"), False),
                (("items", "id"), False),
                (("paid_at", "placed"), False),
                (("shipped_at", "placed"), False),
                (("changed", "placed"), False),
            )

    class Line(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        position = IntegerField(default=0)
        product = ForeignKeyField(Product, null=True, index=False, on_delete="RESTRICT")
        name = CharField(200)
        variant = CharField(120, default="")
        sku = CharField(80, default="")
        unit = CharField(5, default="piece", constraints=one_of("unit", UNITS))
        quantity = BigIntegerField(constraints=[Check("quantity <> 0 AND quantity BETWEEN -99999000 AND 99999000")])
        price = BigIntegerField(constraints=between("price", -LIMIT, LIMIT))
        list_price = BigIntegerField(null=True)
        vat_rate = IntegerField(constraints=between("vat_rate", 0, 10000))
        vat_category = ForeignKeyField(VatCategory, null=True, index=False, on_delete="RESTRICT")
        is_deposit = BooleanField(default=False)
        discount_kind = CharField(8, null=True, constraints=one_of("discount_kind", ("percent", "amount")))
        discount_value = IntegerField(default=0, constraints=DISCOUNT)
        discount = BigIntegerField(default=0)
        amount = BigIntegerField(default=0, constraints=between("amount", -LIMIT, LIMIT))
        net = BigIntegerField(default=0, constraints=between("net", -LIMIT, LIMIT))
        held = BigIntegerField(default=0)
        taken = BigIntegerField(default=0)
        stock_note = CharField(200, default="")

        class Meta:
            indexes = ((("order", "position"), False), (("product", "order"), False))

    class OrderVat(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        rate = IntegerField(constraints=between("rate", 0, 10000))
        base = BigIntegerField()
        vat = BigIntegerField()

        class Meta:
            indexes = ((("order", "rate"), True),)

    class OrderCoupon(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        coupon = ForeignKeyField(Coupon, index=False, on_delete="RESTRICT")
        position = IntegerField(default=0)
        amount = BigIntegerField(default=0)
        reason = JSONField(null=True)

        class Meta:
            indexes = ((("order", "coupon"), True), (("coupon", "order"), False))

    class OrderLabel(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        label = ForeignKeyField(Label, index=False, on_delete="CASCADE")
        created = DateTimeField()

        class Meta:
            indexes = ((("order", "label"), True), (("label", "order"), False))

    class OrderText(Table):
        key = BigAutoField()
        order = ForeignKeyField(Order, unique=True, on_delete="CASCADE")
        text = TextField()

    class Note(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        text = TextField()
        operator = ForeignKeyField(Operator, null=True, on_delete="SET NULL")
        created = DateTimeField()

        class Meta:
            indexes = ((("order", "id"), False),)

    class Presence(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        operator = ForeignKeyField(Operator, index=False, on_delete="CASCADE")
        device = ForeignKeyField(Device, index=False, on_delete="CASCADE")
        seen = DateTimeField()

        class Meta:
            indexes = ((("order", "operator", "device"), True),)

    class Event(Table):
        kind = CharField(40)
        order = ForeignKeyField(Order, null=True, index=False, on_delete="CASCADE")
        customer = ForeignKeyField(Customer, null=True, index=False, on_delete="CASCADE")
        product = ForeignKeyField(Product, null=True, index=False, on_delete="CASCADE")
        operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
        device = ForeignKeyField(Device, null=True, index=False, on_delete="RESTRICT")
        facts = JSONField()
        cause = ForeignKeyField("self", null=True, index=False, on_delete="RESTRICT")
        created = DateTimeField()
        handled = DateTimeField(null=True)

    class Movement(Table):
        product = ForeignKeyField(Product, index=False, on_delete="RESTRICT")
        line = ForeignKeyField(Line, null=True, on_delete="SET NULL")
        order = ForeignKeyField(Order, null=True, index=False, on_delete="RESTRICT")
        kind = CharField(12, constraints=one_of("kind", ("initial", "sale", "return", "delivery", "count", "correction")))
        quantity = BigIntegerField(constraints=[Check("quantity <> 0")])
        reason = CharField(200, default="")
        event = ForeignKeyField(Event, null=True, on_delete="RESTRICT")
        operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
        created = DateTimeField()

        class Meta:
            indexes = ((("product", "id"), False),)

    class Parcel(Table):
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        courier = ForeignKeyField(Courier, null=True, index=False, on_delete="RESTRICT")
        courier_name = CharField(60, default="")
        tracking_code = CharField(60, default="")
        created = DateTimeField()
        shipped_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("order", "id"), False), (("courier", "order"), False))

    class ParcelLine(Table):
        parcel = ForeignKeyField(Parcel, on_delete="CASCADE")
        line = ForeignKeyField(Line, on_delete="CASCADE")
        quantity = BigIntegerField(constraints=[Check("quantity > 0")])

        class Meta:
            indexes = ((("parcel", "line"), True),)

    class Document(Table):
        order = ForeignKeyField(Order, null=True, index=False, on_delete="RESTRICT")
        kind = CharField(
            12, constraints=one_of("kind", ("receipt", "invoice", "credit", "packing", "pickup", "gift", "refund", "voucher", "dayclose"))
        )
        series = CharField(40, null=True)
        number = CharField(40, null=True, unique=True)
        sequence = IntegerField(null=True)
        facts = JSONField()
        refers_to = ForeignKeyField("self", null=True, on_delete="RESTRICT")
        operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
        issued = DateTimeField()
        prints = IntegerField(default=0)

        class Meta:
            constraints = [Check("(series IS NULL) = (sequence IS NULL)")]
            indexes = ((("series", "sequence"), True), (("order", "kind", "id"), False))

    class DayClose(Table):
        document = ForeignKeyField(Document, unique=True, on_delete="RESTRICT")
        previous = ForeignKeyField("self", null=True, unique=True, on_delete="RESTRICT")
        hash = CharField(64)
        operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
        created = DateTimeField()

    class Payment(Table):
        order = ForeignKeyField(Order, index=False, on_delete="RESTRICT")
        method = ForeignKeyField(PaymentMethod, on_delete="RESTRICT")
        amount = BigIntegerField(constraints=[Check(f"amount <> 0 AND amount BETWEEN {-LIMIT} AND {LIMIT}")])
        state = CharField(10, constraints=one_of("state", ("intent", "pending", "captured", "failed", "cancelled", "expired")))
        reference = CharField(80, default="")
        provider_key = CharField(80, null=True, unique=True)
        idempotency_key = CharField(64, null=True, unique=True)
        checkout_url = CharField(1000, default="")
        error = CharField(300, default="")
        corrects = ForeignKeyField("self", null=True, on_delete="RESTRICT")
        operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
        created = DateTimeField()
        captured_at = DateTimeField(null=True)
        looked = DateTimeField(null=True)
        close = ForeignKeyField(DayClose, null=True, index=False, on_delete="RESTRICT")
        elsewhere = BooleanField(default=False)

        class Meta:
            indexes = ((("order", "id"), False),)

    class Refund(Table):
        order = ForeignKeyField(Order, index=False, on_delete="RESTRICT")
        payment = ForeignKeyField(Payment, null=True, on_delete="RESTRICT")
        method = ForeignKeyField(PaymentMethod, on_delete="RESTRICT")
        amount = BigIntegerField(constraints=[Check(f"amount > 0 AND amount <= {LIMIT}")])
        state = CharField(10, constraints=one_of("state", ("intent", "queued", "pending", "done", "failed", "cancelled", "unknown")))
        reason = CharField(200, default="")
        provider_key = CharField(80, null=True, unique=True)
        idempotency_key = CharField(64, null=True, unique=True)
        error = CharField(300, default="")
        again_of = ForeignKeyField("self", null=True, unique=True, on_delete="RESTRICT")
        operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
        created = DateTimeField()
        done_at = DateTimeField(null=True)
        looked = DateTimeField(null=True)
        close = ForeignKeyField(DayClose, null=True, index=False, on_delete="RESTRICT")
        elsewhere = BooleanField(default=False)

        class Meta:
            indexes = ((("order", "id"), False),)

    class RefundLine(Table):
        refund = ForeignKeyField(Refund, on_delete="RESTRICT")
        line = ForeignKeyField(Line, on_delete="RESTRICT")
        quantity = BigIntegerField(constraints=[Check("quantity > 0")])
        amount = BigIntegerField()
        condition = CharField(10, default="sellable", constraints=one_of("condition", ("sellable", "damaged", "kept")))

    class Return(Table):
        order = ForeignKeyField(Order, index=False, on_delete="RESTRICT")
        number = CharField(50, unique=True)
        state = CharField(10, constraints=one_of("state", ("announced", "received", "settled", "cancelled")))
        settlement = CharField(10, default="", constraints=one_of("settlement", ("", "refund", "voucher", "exchange", "nothing")))
        origin = CharField(10, default="desk", constraints=one_of("origin", ("desk", "customer")))
        is_withdrawal = BooleanField(default=False)
        whole_order = BooleanField(default=False)
        reason = CharField(200, default="")
        name = CharField(120, default="")
        email = CharField(254, default="")
        refund = ForeignKeyField(Refund, null=True, on_delete="RESTRICT")
        exchange = ForeignKeyField(Order, null=True, on_delete="RESTRICT")
        operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
        created = DateTimeField()
        received_at = DateTimeField(null=True)
        settled_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("order", "id"), False),)

    class ReturnLine(Table):
        back = ForeignKeyField(Return, on_delete="RESTRICT")
        line = ForeignKeyField(Line, on_delete="CASCADE")
        quantity = BigIntegerField(constraints=[Check("quantity >= 0")])
        sellable = BigIntegerField(default=0, constraints=[Check("sellable >= 0")])
        damaged = BigIntegerField(default=0, constraints=[Check("damaged >= 0")])

        class Meta:
            indexes = ((("back", "line"), True),)

    class Voucher(Table):
        code = CharField(16, unique=True)
        amount = BigIntegerField(constraints=[Check(f"amount > 0 AND amount <= {LIMIT}")])
        balance = BigIntegerField(constraints=[Check("balance >= 0 AND balance <= amount")])
        currency = CharField(3, default="EUR")
        expires = DateField(null=True)
        order = ForeignKeyField(Order, null=True, on_delete="RESTRICT")
        refund = ForeignKeyField(Refund, null=True, on_delete="RESTRICT")
        customer = ForeignKeyField(Customer, null=True, on_delete="RESTRICT")
        blocked = DateTimeField(null=True)
        operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
        created = DateTimeField()

    class VoucherUse(Table):
        voucher = ForeignKeyField(Voucher, on_delete="RESTRICT")
        payment = ForeignKeyField(Payment, unique=True, on_delete="RESTRICT")
        amount = BigIntegerField(constraints=[Check("amount <> 0")])

    class Link(Table):
        order = ForeignKeyField(Order, index=False, on_delete="RESTRICT")
        purpose = CharField(4, constraints=one_of("purpose", ("page", "pay")))
        token_hash = CharField(64, unique=True)
        created = DateTimeField()
        revoked = DateTimeField(null=True)

        class Meta:
            indexes = ((("order", "purpose", "id"), False),)

    class Notice(Table):
        method = ForeignKeyField(PaymentMethod, index=False, on_delete="RESTRICT")
        key = CharField(120, null=True)
        outcome = CharField(10, constraints=one_of("outcome", ("done", "same", "unknown", "forged", "malformed", "failed")))
        payment = ForeignKeyField(Payment, null=True, index=False, on_delete="RESTRICT")
        created = DateTimeField(index=True)

        class Meta:
            indexes = ((("method", "key"), True),)

    class BankFile(Table):
        name = CharField(200)
        sha256 = CharField(64, unique=True)
        format = CharField(30)
        iban = CharField(40, default="")
        entries = IntegerField()
        added = IntegerField()
        operator = ForeignKeyField(Operator, null=True, on_delete="RESTRICT")
        created = DateTimeField()

    class BankEntry(Table):
        file = ForeignKeyField(BankFile, index=False, on_delete="RESTRICT")
        account = CharField(40)
        key = CharField(64)
        booked = DateField()
        amount = BigIntegerField(constraints=[Check(f"amount <> 0 AND amount BETWEEN {-LIMIT} AND {LIMIT}")])
        currency = CharField(3, default="EUR")
        name = CharField(140, default="")
        iban = CharField(40, default="")
        reference = CharField(140, default="")
        description = CharField(1000, default="")
        state = CharField(10, default="proposed", constraints=one_of("state", BANK_STATES))
        sureness = IntegerField(default=0)
        chosen = JSONField()
        refund = ForeignKeyField(Refund, null=True, unique=True, on_delete="RESTRICT")

        class Meta:
            indexes = (
                (("account", "key"), True),
                (("account", "booked"), False),
                (("state", "booked", "id"), False),
                (("file", "state"), False),
            )

    class BankPart(Table):
        entry = ForeignKeyField(BankEntry, on_delete="RESTRICT")
        payment = ForeignKeyField(Payment, unique=True, on_delete="RESTRICT")

    class Job(Table):
        kind = CharField(40)
        state = CharField(10, default="waiting", constraints=one_of("state", ("waiting", "running", "done", "stopped", "failed")))
        total = IntegerField(default=0)
        done = IntegerField(default=0)
        settings = JSONField()
        report = JSONField()
        operator = ForeignKeyField(Operator, null=True, on_delete="SET NULL")
        worker = CharField(40, null=True)
        lease = DateTimeField(null=True)
        created = DateTimeField()
        ended = DateTimeField(null=True)

        class Meta:
            indexes = ((("state", "id"), False),)

    class JobRow(Table):
        job = ForeignKeyField(Job, index=False, on_delete="CASCADE")
        order = ForeignKeyField(Order, index=False, on_delete="CASCADE")
        state = CharField(10, default="waiting", constraints=one_of("state", ("waiting", "done", "same", "refused")))
        was = JSONField(null=True)
        refusal = JSONField(null=True)

        class Meta:
            indexes = ((("job", "order"), True), (("job", "state", "id"), False))

    class PrintJob(Table):
        document = ForeignKeyField(Document, null=True, on_delete="RESTRICT")
        printer = ForeignKeyField(Printer, index=False, on_delete="RESTRICT")
        moved_from = ForeignKeyField(Printer, null=True, index=False, on_delete="RESTRICT")
        batch = ForeignKeyField(Job, null=True, index=False, on_delete="SET NULL")
        is_copy = BooleanField(default=False)
        opens_drawer = BooleanField(default=False)
        state = CharField(10, default="waiting", constraints=one_of("state", PRINT_STATES))
        key = CharField(64, unique=True)
        asked = DateTimeField()
        since = DateTimeField()
        not_before = DateTimeField()
        worker = CharField(40, null=True)
        lease = DateTimeField(null=True)
        attempts = IntegerField(default=0)
        error = CharField(300, default="")
        operator = ForeignKeyField(Operator, null=True, index=False, on_delete="RESTRICT")
        device = ForeignKeyField(Device, null=True, index=False, on_delete="RESTRICT")
        created = DateTimeField()
        ended = DateTimeField(null=True)

        class Meta:
            indexes = ((("printer", "state", "id"), False), (("state", "id"), False), (("batch", "state"), False))

    class Letter(Table):
        event = ForeignKeyField(Event, on_delete="RESTRICT")
        template = CharField(60)
        recipient = CharField(254)
        order = ForeignKeyField(Order, null=True, index=False, on_delete="RESTRICT")
        language = CharField(2, constraints=one_of("language", LANGUAGES))
        subject = CharField(300)
        html = TextField()
        text = TextField()
        attachments = JSONField()
        message_id = CharField(120, unique=True)
        state = CharField(10, default="waiting", constraints=one_of("state", LETTER_STATES))
        not_before = DateTimeField()
        worker = CharField(40, null=True)
        lease = DateTimeField(null=True)
        attempts = IntegerField(default=0)
        error = CharField(300, default="")
        created = DateTimeField()
        sent_at = DateTimeField(null=True)

        class Meta:
            indexes = ((("event", "template", "recipient"), True), (("state", "id"), False), (("order", "id"), False))

    class Automation(Table):
        name = CharField(80)
        trigger = CharField(40)
        condition = CharField(500, default="")
        active = BooleanField(default=False)
        version = IntegerField(default=1)
        created = DateTimeField()

    class AutomationStep(Table):
        automation = ForeignKeyField(Automation, on_delete="CASCADE")
        position = IntegerField()
        kind = CharField(30)
        settings = JSONField()

    class AutomationRun(Table):
        automation = ForeignKeyField(Automation, on_delete="CASCADE")
        event = ForeignKeyField(Event, on_delete="RESTRICT")
        order = ForeignKeyField(Order, null=True, on_delete="CASCADE")
        state = CharField(10, constraints=one_of("state", ("waiting", "running", "done", "stopped", "skipped", "failed")))
        step = IntegerField(default=0)
        due = DateTimeField(null=True)
        report = JSONField()
        created = DateTimeField()

        class Meta:
            indexes = ((("automation", "event"), True), (("state", "due"), False))

    class Key(Table):
        key = CharField(64, primary_key=True)
        purpose = CharField(40)
        operator = ForeignKeyField(Operator, null=True, on_delete="CASCADE")
        request_hash = CharField(64)
        answer = JSONField(null=True)
        created = DateTimeField(index=True)

    class ApiKey(Table):
        name = CharField(60)
        key_hash = CharField(64, unique=True)
        rights = JSONField()
        created = DateTimeField()
        last_used = DateTimeField(null=True)
        revoked = DateTimeField(null=True)

    Order.add_index(
        Order.index(
            Order.placed,
            Order.id,
            Order.status,
            Order.payment_state,
            Order.payment_method,
            Order.shipping_method,
            Order.operator,
            Order.source,
            Order.total,
            Order.items,
            Order.shipped_at,
            Order.paid_at,
            name="order_list",
        )
    )
    FACETS = (Order.status, Order.payment_state, Order.payment_method, Order.shipping_method, Order.operator, Order.source)
    for facet in FACETS:
        Order.add_index(
            Order.index(
                facet, Order.placed, Order.id, *(other for other in FACETS if other is not facet), name=f"order_{facet.column_name}_placed"
            )
        )
    Order.add_index(
        Order.index(
            Order.placed,
            Order.id,
            Order.payment_state,
            Order.total,
            Order.paid,
            Order.refunded,
            Order.status,
            Order.due,
            name="order_owing",
        ).where(Order.payment_state.in_(("unpaid", "partly_paid", "overpaid")))
    )
    Order.add_index(
        Order.index(Order.placed, Order.paid_at, Order.shipped_at, Order.changed, name="order_early").where(
            (Order.paid_at < Order.placed) | (Order.shipped_at < Order.placed) | (Order.changed < Order.placed)
        )
    )
    Order.add_index(Order.index(Order.status, Order.payment_state, name="order_money_here").where(Order.paid > Order.refunded))
    Order.add_index(Order.index(Order.imported, name="order_of_import").where(Order.imported.is_null(False)))
    Order.add_index(Order.index(Order.operator, Order.changed, name="order_drafts").where(Order.placed.is_null()))
    Line.add_index(Line.index(Line.product, Line.order, name="line_holding").where(Line.held > 0))
    Event.add_index(Event.index(Event.order, Event.id, name="event_of_order").where(Event.order.is_null(False)))
    Event.add_index(Event.index(Event.customer, Event.id, name="event_of_customer").where(Event.customer.is_null(False)))
    Event.add_index(Event.index(Event.product, Event.id, name="event_of_product").where(Event.product.is_null(False)))
    Event.add_index(Event.index(Event.operator, Event.order, name="event_of_operator").where(Event.order.is_null(False)))
    Event.add_index(Event.index(Event.id, name="event_waiting").where(Event.handled.is_null()))
    Movement.add_index(Movement.index(Movement.order, name="movement_of_order").where(Movement.order.is_null(False)))
    Parcel.add_index(Parcel.index(Parcel.courier_name, Parcel.order, name="parcel_typed_courier").where(Parcel.courier_name != ""))
    Payment.add_index(Payment.index(Payment.id, name="payment_open").where(Payment.state.in_(("intent", "pending"))))
    Payment.add_index(
        Payment.index(Payment.id, name="payment_to_close").where(
            Payment.close.is_null(), Payment.captured_at.is_null(False), ~Payment.elsewhere
        )
    )
    Refund.add_index(Refund.index(Refund.id, name="refund_open").where(Refund.state.in_(("intent", "queued", "pending", "unknown"))))
    Refund.add_index(
        Refund.index(Refund.id, name="refund_to_close").where(Refund.close.is_null(), Refund.done_at.is_null(False), ~Refund.elsewhere)
    )
    Return.add_index(Return.index(Return.created, Return.order, name="return_open").where(Return.state.in_(("announced", "received"))))
    BankEntry.add_index(BankEntry.index(BankEntry.iban, name="bank_entry_of_iban").where(BankEntry.iban != ""))

    db.create_tables(
        [
            Logo,
            Shop,
            VatCategory,
            VatRate,
            Role,
            Operator,
            Printer,
            Device,
            SignInAttempt,
            Courier,
            ShippingMethod,
            PaymentMethod,
            Source,
            Label,
            LetterTemplate,
            Status,
            NumberSeries,
            Preference,
            View,
            Category,
            Product,
            Address,
            Customer,
            CustomerLabel,
            LabelRule,
            Coupon,
            CouponScope,
            Import,
            ImportRow,
            Order,
            Line,
            OrderVat,
            OrderCoupon,
            OrderLabel,
            OrderText,
            Note,
            Presence,
            Event,
            Movement,
            Parcel,
            ParcelLine,
            Document,
            DayClose,
            Payment,
            Refund,
            RefundLine,
            Return,
            ReturnLine,
            Voucher,
            VoucherUse,
            Link,
            Notice,
            BankFile,
            BankEntry,
            BankPart,
            Job,
            JobRow,
            PrintJob,
            Letter,
            Automation,
            AutomationStep,
            AutomationRun,
            Key,
            ApiKey,
        ]
    )
