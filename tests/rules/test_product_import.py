"""Bringing in product files: counts straight from the file, nothing twice, nothing half."""

import csv
import gzip
import hashlib
import io
from pathlib import Path

import pytest

from models import Category, Event, Import, ImportRow, Movement, Product, Shop, Source
from money import Money, Quantity
from rules import product_import, products
from rules import shop as small_tables
from rules.product_facts import facts_of
from rules.refusal import Refused
from rules.rights import DESK, Actor
from tests.factories import a_product, vat

OWN = Path(__file__).parents[1] / "data" / "products"
FOREIGN = Path(__file__).parents[3] / "shared" / "data"
NOTHING = {"new": 0, "changed": 0, "unchanged": 0, "refused": 0}


def bring_in(source, dry_run=False, by=DESK):
    if isinstance(source, str):
        source = io.BytesIO(source.encode())
    return product_import.bring_in(source, file_name="lijst.csv", dry_run=dry_run, by=by)


def said(faults):
    return [(fault.row, fault.column, str(fault)) for fault in faults]


def everything():
    """What is in the tables an import writes to."""
    return [list(table.select().order_by(table.id).tuples()) for table in (Product, Category, Source, Movement, Event, Import, ImportRow)]


def the(sku):
    return products.get(Product.get(Product.sku == sku).id)


def stock_is_true():
    for product in Product.select():
        moved = sum(movement.quantity.thousandths for movement in Movement.select().where(Movement.product == product))
        assert moved == product.on_hand.thousandths


def plainly(path):
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if "semicolon" in path.name else ","))


def test_our_own_file_becomes_products_with_stock_and_categories(shop):
    report = bring_in(OWN / "own-nl.csv")
    assert report.counts == NOTHING | {"new": 5} and report.ignored == ["Schap"]
    small, cheese, bottle = the("EG-100"), the("KAAS"), the("FLES")
    assert (small.name, small.variant, small.price, small.ean) == ("Earl Grey", "100 g", Money(695), "8712345678906")
    assert (small.vat_category, bottle.vat_category) == (vat("low"), vat("zero"))
    assert (small.on_hand, small.is_tracked, small.weight) == (Quantity(12_000), True, 120)
    assert (cheese.unit, cheese.on_hand, bottle.is_deposit) == ("kg", Quantity(2750), True)
    assert small.category == the("EG-250").category and small.category.name == "Losse thee"
    assert products.find("earl 250") == [the("EG-250")]
    stock_is_true()
    kinds = [event.kind for event in Event.select().where(Event.product == small)]
    assert kinds == ["product.imported"]
    assert Event.get(Event.kind == "products.imported").facts["counts"] == report.counts
    done = Import.get()
    assert (done.id, done.kind, done.counts, done.state) == (report.number, "own_products", report.counts, "done")
    assert done.file_hash == hashlib.sha256((OWN / "own-nl.csv").read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["own-nl.csv", "own-en.csv", "own-faults.csv", "shopify.csv", "shopify-2025.csv", "woocommerce.csv"])
def test_importing_again_changes_nothing(shop, name):
    first = bring_in(OWN / name)
    was = list(Product.select().order_by(Product.id).tuples()), Movement.select().count(), Category.select().count()
    again = bring_in(OWN / name)
    assert again.counts == first.counts | {"new": 0, "unchanged": first.new}
    assert was == (list(Product.select().order_by(Product.id).tuples()), Movement.select().count(), Category.select().count())


@pytest.mark.parametrize("name", ["own-nl.csv", "own-faults.csv", "shopify.csv", "woocommerce.csv"])
def test_a_dry_run_says_the_same_and_writes_nothing(shop, name):
    was = everything()
    trial = bring_in(OWN / name, dry_run=True)
    assert everything() == was and trial.number is None
    done = bring_in(OWN / name)
    assert (done.counts, said(done.refused), said(done.notes)) == (trial.counts, said(trial.refused), said(trial.notes))
    assert [step.effect for step in trial.first] == ["new"] * trial.new


def test_what_the_file_says_replaces_what_the_shop_has_and_the_rest_stays(shop):
    bring_in("naam;sku;prijs;voorraad;categorie\nEarl Grey;EG;4,95;5;Thee\n")
    product = the("EG")
    products.change(product, facts_of(product), 1, DESK)
    report = bring_in("naam;sku;prijs;voorraad\nEarl Grey de luxe;EG;5,25;80\n")
    changed = the("EG")
    assert report.counts == NOTHING | {"changed": 1}
    assert (changed.name, changed.price, changed.category.name, changed.version) == ("Earl Grey de luxe", Money(525), "Thee", 2)
    assert changed.on_hand == Quantity(5000), "stock is counted from a file once"
    assert products.find("luxe") == [changed]
    event = Event.select().where(Event.product == changed).order_by(Event.id.desc()).first()
    assert event.kind == "product.changed"
    assert event.facts["changes"] == {"name": ["Earl Grey", "Earl Grey de luxe"], "price": [495, 525]}


def test_every_row_that_is_left_out_is_named_with_its_column_and_reason(shop):
    report = bring_in(OWN / "own-faults.csv")
    assert said(report.refused) == [
        (3, "Prijs", "There is no price here."),
        (4, "Prijs", "'gratis' is not an amount."),
        (5, "Prijs", "A price is from 0.00 to 99999999.99."),
        (6, "SKU", "This product stands in row 2 already."),
        (7, "Naam", "There is no name here."),
        (8, "Voorraad", "This is sold by the piece: enter a whole number."),
        (9, "Btw", "'19' is not a VAT category of the shop."),
        (10, "Eenheid", "'ons' is not a unit. Units are: piece, kg, m, l, hour."),
    ]
    assert said(report.notes) == [
        (11, "EAN", "This EAN is not right: with these digits the last one would be 6."),
        (13, "EAN", "The EAN '8712345678906' stands in row 12 already; it is left out here."),
    ]
    assert report.counts == NOTHING | {"new": 4, "refused": 8}
    assert (the("G-10").ean, the("G-11").ean, the("G-12").ean) == (None, "8712345678906", None)
    assert [(row.row, row.column) for row in ImportRow.select().order_by(ImportRow.id)] == [(row, column) for row, column, _ in
                                                                                         said(report.refused) + said(report.notes)]


def test_a_sku_that_stands_twice_in_a_shopify_file_is_refused_with_both_rows(shop):
    text = ("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
            "a,A,Size,S,SAME,1\na,,,M,SAME,2\n")
    for _ in range(2):
        assert said(bring_in(text).refused) == [(3, "Variant SKU", "The SKU 'SAME' stands in row 2 already.")]
    assert the("SAME").variant == "S"


@pytest.mark.parametrize(("text", "row", "column", "reason"), [
    ('naam;prijs\nThee;1\nKop;"2\n',       3, "",      "A quotation mark is opened here and never closed."),
    ("naam;prijs\nThee;1\nKop;2;3\nPot;3", 3, "prijs", "This row has 3 cells, the header has 2."),
    ("merk;kleur\nThee;1\n",               1, "",      product_import.UNKNOWN.message),
    ("",                                   0, "",      "The file is empty."),
])
def test_nothing_is_taken_of_a_file_that_cannot_be_read(shop, text, row, column, reason):
    was = everything()
    report = bring_in(text)
    assert not report.readable and said(report.refused) == [(row, column, reason)]
    assert everything() == was


def test_a_product_made_by_hand_is_known_again_by_its_sku(shop):
    product = a_product("Theedoek", 1000, sku="TT-R-L", on_hand=2)
    report = bring_in(OWN / "shopify.csv")
    assert report.counts == NOTHING | {"new": 2, "changed": 1}
    found = the("TT-R-L")
    assert (found.id, found.name, found.price, found.on_hand) == (product.id, "Tea towel", Money(1450), Quantity(2000))


def test_what_one_platform_brought_is_not_overwritten_by_another(shop):
    bring_in(OWN / "shopify.csv")
    report = bring_in('ID,Type,SKU,Name,"Regular price"\n1,simple,TT-R-L,Doek,3\n')
    assert said(report.refused) == [(2, "SKU", "Tea towel Red / L already has this SKU.")]
    assert the("TT-R-L").price == Money(1450)


def test_the_shops_own_file_goes_by_sku_then_ean_then_name(shop):
    for name, codes in (("Met SKU", {"sku": "A-1"}), ("Met EAN", {"ean": "8712345678906"}), ("Zonder", {})):
        a_product(name, 100, **codes)
    bring_in(OWN / "shopify.csv")
    report = bring_in("naam;sku;ean;prijs\nAnders;A-1;;2\nAnders;;871 2345 678906;3\nzonder;;;4\nCard;TT-R-L;;5\n")
    assert report.counts == NOTHING | {"changed": 4}
    assert sorted(product.price.cents for product in Product.select()) == [200, 300, 400, 500, 1250, 2500]


def test_a_name_that_several_products_have_is_not_guessed(shop):
    a_product("Mok", 100, sku="M-1")
    a_product("Mok", 200, sku="M-2")
    report = bring_in("naam;prijs\nMok;3\n")
    assert said(report.refused) == [(2, "naam", "There are several products with this name. Give its SKU or EAN.")]


def test_two_rows_that_are_the_same_product_do_not_both_write_it(shop):
    bring_in('ID,Type,SKU,Name,"Regular price"\n7,simple,S-7,Stamp,1\n')
    report = bring_in('ID,Type,SKU,Name,"Regular price"\n7,simple,,Stamp,2\n8,simple,S-7,Stempel,3\n')
    assert said(report.refused) == [(3, "ID", "Row 2 is the same product: S-7.")]
    assert the("S-7").price == Money(200)


@pytest.mark.parametrize("text", ["low", "Laag", "reduced", "9", "9%", "9 %"])
def test_a_vat_category_is_known_by_key_name_and_rate(shop, text):
    bring_in(f"naam;sku;prijs;btw\nThee;T;1;{text}\n")
    assert the("T").vat_category == vat("low")


def test_without_a_word_of_vat_it_is_the_standard_rate(shop):
    bring_in("naam;sku;prijs\nThee;T;1\n")
    assert the("T").vat_category == vat("high")


def test_what_a_file_does_not_count_is_not_tracked(shop):
    bring_in("naam;sku;prijs\nThee;T;1\n")
    bring_in("naam;sku;prijs;voorraad;voorraad bijhouden\nKop;K;1;;\nMok;M;1;0;\nKan;P;1;;ja\nBon;B;1;3;nee\n")
    assert {product.sku: product.is_tracked for product in Product.select()} == {"T": False, "K": False, "M": True, "P": True, "B": False}


def test_what_is_not_tracked_is_not_counted(shop):
    bring_in("naam;sku;prijs;voorraad;voorraad bijhouden\nBon;B;1;3;nee\n")
    assert the("B").on_hand == Quantity(0) and not Movement.select().exists()


def test_a_barcode_that_is_the_sku_needs_no_word(shop):
    report = bring_in("naam;sku;ean;prijs\nThee;30235;30235;1\nKop;K;30236;1\n")
    assert said(report.notes) == [(3, "ean", "An EAN has 8, 12, 13 or 14 digits; this has 5.")]
    assert products.by_code("30235") == the("30235")


def test_it_takes_the_right_to_import(shop):
    with pytest.raises(Refused, match="You may not do this"):
        bring_in(OWN / "own-nl.csv", by=Actor(None, "Bob", frozenset({"products.edit"})))


def test_the_source_of_a_platform_is_made_once(shop):
    bring_in(OWN / "shopify.csv")
    bring_in(OWN / "shopify-2025.csv")
    assert [source.key for source in Source.select().where(Source.key == "shopify")] == ["shopify"]
    assert any(source.key == "shopify" for source in small_tables.current().sources.values())


def test_a_file_says_itself_whether_it_lists_products(shop):
    assert product_import.is_product_file(OWN / "shopify.csv")
    assert not product_import.is_product_file(io.BytesIO(b"order,date\n1,2\n"))
    assert not product_import.is_product_file(io.BytesIO(b"\x00\x01"))


# Real files

def real(*patterns):
    paths = sorted(path for pattern in patterns for path in FOREIGN.glob(pattern))
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name)


@pytest.mark.thorough
@real("shopify-products/*.csv*")
def test_a_real_shopify_file_is_imported_whole_and_only_once(shop, path):
    seen, kept = set(), []
    for row in plainly(path):
        sku = row["Variant SKU"].lstrip("'")
        if row["Variant Price"] and len(sku) <= 80 and sku not in seen:
            kept.append(row)
            seen |= {sku} - {""}
    report = bring_in(path)
    variants = sum(bool(row["Variant Price"]) for row in plainly(path))
    assert report.counts == NOTHING | {"new": len(kept), "refused": variants - len(kept)}
    assert Product.select().count() == len(kept)
    assert sum(product.price.cents for product in Product.select()) == sum(round(100 * float(row["Variant Price"])) for row in kept)
    tracked = [int(row["Variant Inventory Qty"]) for row in kept if row["Variant Inventory Tracker"]]
    assert sum(movement.quantity.thousandths for movement in Movement.select()) == 1000 * sum(tracked)
    assert {name for name, in Category.select(Category.name).tuples()} >= {row["Type"] for row in kept if row["Type"]}
    was = list(Product.select().order_by(Product.id).tuples())
    assert bring_in(path).counts == NOTHING | {"unchanged": len(kept), "refused": variants - len(kept)}
    assert list(Product.select().order_by(Product.id).tuples()) == was
    stock_is_true()


@real("woocommerce/sample_products.csv")
def test_the_real_woocommerce_override_changes_the_same_products(shop, path):
    sold = [row for row in plainly(path) if row["Regular price"]]
    assert bring_in(path).counts == NOTHING | {"new": len(sold), "refused": 1}
    override = path.with_name("sample_products_override.csv")
    prices = {row["SKU"]: round(100 * float(row["Regular price"])) for row in plainly(override) if row["Regular price"]}
    assert bring_in(override).counts == NOTHING | {"changed": len(prices), "refused": 1}
    assert {product.sku: product.price.cents for product in Product.select()} == prices


@real("medusa-products/exported-products-comma.csv")
def test_the_real_medusa_file_is_the_same_with_semicolons(shop, path):
    assert bring_in(path).counts == NOTHING | {"new": 3}
    assert bring_in(path.with_name("exported-products-semicolon.csv")).counts == NOTHING | {"unchanged": 3}
    assert sum(product.price.cents for product in Product.select()) == sum(100 * int(row["Variant Price EUR"]) for row in plainly(path))


@real("medusa-products/invalid-*.csv", "medusa-products/prices-with-region.csv")
def test_the_medusa_files_that_are_wrong_leave_nothing_behind(shop, path):
    was = everything()
    report = bring_in(path)
    assert not report.readable and report.refused[0].column and everything() == was


@real("spree/products.csv")
@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_the_real_spree_file_is_imported_in_the_shops_currency(shop, path, currency):
    Shop.update(currency=currency).execute()
    small_tables.touch()
    rows = plainly(path)
    prices = [row["price"] for row in rows if row["currency"] == currency and float(row["price"])]
    assert bring_in(path).counts == NOTHING | {"new": len(prices)}
    assert sum(product.price.cents for product in Product.select()) == sum(round(100 * float(price)) for price in prices)
    assert bring_in(path).counts == NOTHING | {"unchanged": len(prices)}
    stock_is_true()
