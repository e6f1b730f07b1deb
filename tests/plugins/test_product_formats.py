"""Product files of other platforms, read into plain values."""

import csv
import gzip
import io
from pathlib import Path

import pytest

from models import Product
from money import Money, Quantity
from plugins import imports
from plugins.imports import product_cells, reading
from plugins.imports.contract import Unreadable

OWN = Path(__file__).parents[1] / "data" / "products"
FOREIGN = Path(__file__).parents[3] / "shared" / "data"


def read(path, currency="EUR"):
    with reading.opened(path) as sheet:
        format_ = imports.product_format(sheet)
        return format_.key, format_.read(sheet, currency)


def read_text(text, currency="EUR"):
    with reading.opened(io.BytesIO(text.encode())) as sheet:
        return imports.product_format(sheet).read(sheet, currency)


def products_in(path, currency="EUR"):
    return read(path, currency)[1].products


def faults_of(file):
    return [(fault.row, fault.column, str(fault)) for fault in file.faults]


def plainly(path):
    """The rows as dictionaries, without anything of ours."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if "semicolon" in path.name else ","))


def foreign(pattern):
    return pytest.mark.parametrize("path", sorted(FOREIGN.glob(pattern)), ids=lambda path: path.name)


# Shopify

def test_a_shopify_product_of_several_rows_becomes_a_product_per_variant():
    key, file = read(OWN / "shopify.csv")
    red_m, red_l, card = file.products
    assert key == "shopify_products" and not file.faults
    assert (red_m.name, red_m.variant, red_m.handle, red_m.key) == ("Tea towel", "Red / M", "tea-towel", "tea-towel/Red/M")
    assert (red_m.sku, red_m.code, red_m.price, red_m.weight, red_m.stock) == ("00123", "8712345678906", Money(1250), 80, Quantity(7000))
    assert red_m.description == red_l.description == "Linen, 50 × 70\n- Washable"
    assert (red_l.name, red_l.variant, red_l.category) == ("Tea towel", "Red / L", "Linen")
    assert (red_l.stock, red_l.allows_backorder, red_m.allows_backorder) == (Quantity(-3000), True, False)
    assert (card.variant, card.is_tracked, card.stock, card.weight, card.vat, card.archived) == ("", False, None, None, "zero", True)
    assert file.ignored == ["Vendor", "Published", "Option2 Name", "Image Src"]


def test_the_column_names_shopify_uses_since_2025_are_known_too():
    (pot,) = products_in(OWN / "shopify-2025.csv")
    assert (pot.name, pot.variant, pot.sku, pot.price, pot.stock, pot.weight) == ("Teapot", "", "POT-2", Money(8900), Quantity(2000), 1450)
    assert (pot.allows_backorder, pot.archived, pot.vat) == (False, False, None)


@foreign("shopify-products/*.csv*")
def test_real_shopify_files_are_read_whole(path):
    """A product for each row with a price; its stock is that of the rows whose stock Shopify tracks."""
    variants = [row for row in plainly(path) if row["Variant Price"]]
    too_long = [row for row in variants if len(row["Variant SKU"]) > product_cells.LONGEST["sku"]]
    kept = [row for row in variants if row not in too_long]
    key, file = read(path)
    assert key == "shopify_products"
    assert len(file.products) == len(kept) and len(file.faults) == len(too_long)
    assert all(fault.column == "Variant SKU" for fault in file.faults)
    assert sum(product.price.cents for product in file.products) == sum(round(float(row["Variant Price"]) * 100) for row in kept)
    assert {product.handle for product in file.products} == {row["Handle"] for row in kept}
    tracked = [int(row["Variant Inventory Qty"]) for row in kept if row["Variant Inventory Tracker"]]
    assert sum(product.stock.thousandths for product in file.products if product.stock) == 1000 * sum(tracked)
    assert not any("<" in (product.description or "") and "</" in product.description for product in file.products)


# WooCommerce

def test_woocommerce_variations_take_from_their_parent_what_they_lack():
    key, file = read(OWN / "woocommerce.csv")
    cherry, plum, stamp = file.products
    assert key == "woocommerce_products"
    assert (cherry.row, cherry.name, cherry.variant, cherry.handle, cherry.price) == (2, "Jam", "Cherry", "jam", Money(495))
    assert (cherry.vat, cherry.category, cherry.weight, cherry.description) == ("low", "Jam, honey", 400, "Fruit, sugar")
    assert (cherry.is_tracked, cherry.stock, cherry.allows_backorder) == (False, None, False)
    assert (plum.sku, plum.code, plum.stock, plum.low_stock) == ("jam-plum", "8712345678906", Quantity(5000), Quantity(2000))
    assert plum.allows_backorder
    assert (stamp.price, stamp.vat, stamp.stock, stamp.is_tracked) == (Money(110), "zero", Quantity(0), True)
    assert faults_of(file) == [
        (6, "Parent", "The product 'gone' of this variation is not in the file."), (7, "Regular price", "There is no price here."),
    ]
    assert "Sale price" in file.ignored and "Attribute 1 value(s)" not in file.ignored


@foreign("woocommerce/sample_products*.csv")
def test_real_woocommerce_files_are_read_whole(path):
    rows = plainly(path)
    sold = [row for row in rows if row["Regular price"]]
    _, file = read(path)
    assert len(file.products) == len(sold) == 22
    assert {product.sku: str(product.price) for product in file.products} == {row["SKU"]: f"{float(row['Regular price']):.2f}" for row in sold}
    assert [fault.row for fault in file.faults] == [number for number, row in enumerate(rows, start=2) if row["Type"] == "grouped"]
    hoodies = {product.variant for product in file.products if product.handle == "woo-hoodie"}
    assert hoodies == {"Red / No", "Green / No", "Blue / No", "Blue / Yes"}


# Medusa

@foreign("medusa-products/exported-products-*.csv")
def test_real_medusa_files_give_prices_in_the_shops_currency(path):
    rows = plainly(path)
    for currency in ("EUR", "USD", "DKK"):
        key, file = read(path, currency)
        assert key == "medusa_products" and not file.faults
        assert [str(product.price) for product in file.products] == [f"{float(row[f'Variant Price {currency}']):.2f}" for row in rows]
    assert [(product.name, product.variant, product.is_tracked) for product in file.products] == [
        (row["Product Title"], f"{row['Variant Option 1 Value']} / {row['Variant Option 2 Value']}", True) for row in rows
    ]
    assert file.products[0].description == "test-product-description\ntest line 2"


@pytest.mark.parametrize(("name", "currency", "column", "said"), [
    ("invalid-column.csv",     "EUR", "Product field", "Medusa has no column 'Product field'. Correct its name, or remove the column."),
    ("invalid-prices.csv",     "EUR", "Variant Price nonexistent [EUR]",
     "'Variant Price nonexistent [EUR]' has prices of one region only. Remove this column to take the other prices."),
    ("prices-with-region.csv", "EUR", "Variant Price EUR", "There are no prices in EUR, only in: USD."),
    ("prices-with-region.csv", "USD", "Variant Price Test Region [USD]",
     "'Variant Price Test Region [USD]' has prices of one region only. Remove this column to take the other prices."),
])
def test_medusa_files_with_columns_it_does_not_know_are_refused_by_the_columns_name(name, currency, column, said):
    header = {"invalid-column.csv": "Variant Price EUR,Product field", "invalid-prices.csv": "Variant Price EUR,Variant Price nonexistent [EUR]",
              "prices-with-region.csv": "Variant Price Test Region [USD],Variant Price USD"}[name]
    path = FOREIGN / "medusa-products" / name
    content = path.read_bytes() if path.exists() else f"Product Handle,Product Title,Variant Title,{header}\n".encode()
    with pytest.raises(Unreadable) as refused, reading.opened(io.BytesIO(content)) as sheet:
        imports.product_format(sheet).read(sheet, currency)
    (fault,) = refused.value.faults
    assert (fault.column, str(fault)) == (column, said)


@foreign("medusa-products/unrelated-column.csv")
def test_a_column_medusa_never_had_is_said_to_be_ignored(path):
    _, file = read(path)
    assert len(file.products) == 1 and "Some field" in file.ignored


# Spree

@foreign("spree/products.csv")
@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_the_real_spree_file_gives_each_variant_its_price_in_the_shops_currency(path, currency):
    rows = plainly(path)
    variants = [row for row in rows if row["option1_value"]]
    prices = {row["sku"]: f"{float(row['price']):.2f}" for row in rows if row["currency"] == currency}
    names = {row["slug"]: row["name"] for row in rows if row["name"]}
    key, file = read(path, currency)
    assert key == "spree_products" and not file.faults
    assert [(product.name, product.variant, product.sku, str(product.price)) for product in file.products] == [
        (names[row["slug"]], row["option1_value"], row["sku"], prices[row["sku"]]) for row in variants
    ]
    assert sum(product.stock.thousandths for product in file.products) == 1000 * sum(int(row["inventory_count"]) for row in variants)
    assert file.products[0].category == "Coffee Machines" and file.products[0].weight == round(19.8 * 453.59237)


def test_spree_prices_in_another_currency_only_are_refused_by_column():
    file = read_text("slug,sku,name,price,currency,option1_name,option1_value\npot,P,Pot,0,USD,,\npot,P-R,,9,USD,Colour,Red\npot,P-X,,8,EUR,,\n")
    assert faults_of(file) == [
        (3, "currency", "There are no prices in EUR, only in: USD."), (4, "sku", "No variant in the file has the SKU 'P-X'."),
    ]


def test_a_spree_product_without_variants_is_a_product():
    (pot,) = read_text("slug,sku,name,price,currency,option1_name,option1_value\npot,P,Pot,7.5,EUR,,\n").products
    assert (pot.name, pot.variant, pot.price) == ("Pot", "", Money(750))


# The shop's own

def test_our_own_file_is_read_the_dutch_way_under_a_dutch_header():
    key, file = read(OWN / "own-nl.csv")
    small, large, cheese, advice, bottle = file.products
    assert key == "own_products" and not file.faults and file.ignored == ["Schap"]
    assert (small.row, small.name, small.variant, small.sku, small.code) == (2, "Earl Grey", "100 g", "EG-100", "8712345678906")
    assert (small.price, small.vat, small.category, small.stock) == (Money(695), "9%", "Losse thee", Quantity(12_000))
    assert (small.weight, small.description) == (120, "Zwarte thee met bergamot.\nUit Ceylon.")
    assert (large.row, large.price, large.weight) == (3, Money(123450), 250)
    assert (cheese.unit, cheese.stock) == ("kg", Quantity(2750))
    assert (advice.unit, advice.stock, advice.key) == ("hour", None, "Advies / ")
    assert (bottle.is_deposit, small.is_deposit) == (True, False)


def test_our_own_file_is_read_the_english_way_under_an_english_header():
    pot, mug = products_in(OWN / "own-en.csv")
    assert (pot.price, pot.stock, pot.low_stock, pot.allows_backorder) == (Money(123450), Quantity(4000), Quantity(2000), True)
    assert (mug.stock, mug.allows_backorder, mug.is_tracked) == (Quantity(1_000_000), False, None)


def test_every_value_that_cannot_be_taken_is_named_by_row_and_column():
    _, file = read(OWN / "own-faults.csv")
    assert faults_of(file) == [
        (3, "Prijs", "There is no price here."),
        (4, "Prijs", "'gratis' is not an amount."),
        (5, "Prijs", "A price is from 0.00 to 99999999.99."),
        (6, "SKU", "This product stands in row 2 already."),
        (7, "Naam", "There is no name here."),
        (10, "Eenheid", "'ons' is not a unit. Units are: piece, kg, m, l, hour."),
    ]


@pytest.mark.parametrize(("cells", "column", "said"), [
    (f"{'x' * 201},1,,,",                   "name",   "This is too long: 201 characters. The limit is 200."),
    (f"a,1,{'x' * 81},,",                   "sku",    "This is too long: 81 characters. The limit is 80."),
    ("a,100000000,,,",                      "price",  "'100000000' is not an amount."),
    ("a,1.234,,,",                          "price",  "'1.234' is not an amount."),
    ("a,1,,veel,",                          "stock",  "'veel' is not a quantity."),
    ("a,1,,1000000,",                       "stock",  "Enter a quantity from -999999 to 999999."),
    ("a,1,,,zwaar",                         "weight", "'zwaar' is not a weight."),
    ("a,1,,,-5",                            "weight", "Enter a number from 0 to 9999999."),
])
def test_values_beyond_what_a_product_can_be_are_refused(cells, column, said):
    file = read_text(f"name,price,sku,stock,weight\n{cells}\n")
    assert file.products == [] and faults_of(file) == [(2, column, said)]


def test_nothing_invisible_and_no_markup_comes_in():
    (product,) = read_text("name,price,description\n\u202e  Th\u00e9\x07 <b>x</b> 😀 ,1,<script>alert(1)</script><p>Hi</p>\n").products
    assert product.name == "Thé <b>x</b> 😀" and product.description == "Hi"


def test_files_of_something_else_are_not_taken_for_products():
    for name in ("woocommerce/woocommerce_orders.csv", "northwind/orders.csv", "shopify-orders/ltv_sample_orders.csv", "bagisto/products.csv",
                 "shopware5/OrderImport.csv", "superstore/sample-superstore.csv.gz", "uci-online-retail/2011-12-05.csv"):
        if (FOREIGN / name).exists():
            with reading.opened(FOREIGN / name) as sheet:
                assert imports.product_format(sheet) is None, name


def test_the_limits_are_those_of_the_table():
    columns = {name: getattr(Product, name).max_length for name in ("name", "variant", "sku")}
    assert columns == {name: product_cells.LONGEST[name] for name in columns}
    assert Product.external_key.max_length == product_cells.LONGEST_KEY


def test_a_key_that_is_too_long_to_keep_still_differs():
    one, two = (product_cells.key_of("h" * 300, option) for option in ("Red", "Blue"))
    assert one != two and len(one) == len(two) == product_cells.LONGEST_KEY
