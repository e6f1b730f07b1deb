"""The shop's logo: on what is issued from now on, on paper of every kind, and never on what was issued before."""

import io
import zlib
from datetime import timedelta

import pytest
import zxingcpp
from peewee import IntegrityError
from PIL import Image, ImageChops, ImageStat
from pypdf import PdfReader

from models import Document, Event, Logo, Shop, now
from plugins.documents import pdf
from plugins.printers import escpos
from plugins.printers.contract import PAPERS, Model
from rules import documents, logos, orders, printers, printing, receipt_rows, settings
from rules import shop as shops
from rules.refusal import Refused
from rules.rights import MANAGER, Actor
from tests import factories
from tests.factories import a_logo
from tests.receipt_printer import read

pytestmark = pytest.mark.row("S21")


def kept():
    return shops.current().shop.logo_id


@pytest.fixture
def chosen(shop, by):
    logos.change(a_logo(), by=by)
    return kept()


def printed(document, width=80, **model):
    return read(escpos.written(receipt_rows.rows(document), Model(PAPERS[width], **model)))


def test_a_logo_is_kept_under_the_sum_of_its_file(chosen, by):
    row = Logo.get()
    assert (row.sha256, Image.open(io.BytesIO(logos.file(chosen))).size) == (chosen, (row.width, row.height))
    logos.change(a_logo(), by=by)
    assert Logo.select().count() == 1, "the same once more is no other"
    event = Event.select().where(Event.kind == "settings.changed").order_by(Event.id.desc()).get()
    assert event.facts["changes"] == {"logo": [None, chosen]}


def test_who_may_not_change_the_shop_may_not_change_its_logo(shop):
    for act in (lambda by: logos.change(a_logo(), by=by), lambda by: logos.remove(by=by)):
        with pytest.raises(Refused):
            act(Actor(None, "Bob", MANAGER))
    assert kept() is None


@pytest.mark.parametrize(("file", "sentence"), [(b"no picture", "no picture"), (b"x" * (logos.LARGEST + 1), "larger than 5 MB")])
def test_what_is_no_logo_is_refused_and_the_old_one_stays(chosen, by, file, sentence):
    with pytest.raises(Refused, match=sentence):
        logos.change(file, by=by)
    assert kept() == chosen


def test_the_form_of_the_shop_is_not_out_of_date_by_a_new_logo(shop, by):
    before = settings.mark(shops.current().shop)
    logos.change(a_logo(), by=by)
    assert settings.mark(shops.current().shop) == before


@pytest.mark.parametrize("format", ["receipt_80", "packing", "pickup_80", "gift_80"])
@pytest.mark.parametrize("width", PAPERS)
def test_a_receipt_printer_prints_the_logo_on_top(chosen, placed_order, by, format, width):
    document = documents.issue(placed_order, format, by=by)
    found = printed(document, width)
    assert [row.what for row in found].count("picture") == 1 and found[0].what == "picture"
    page = Image.open(io.BytesIO(logos.file(chosen))).convert("L")
    same = page.resize((found[0].value.width, round(found[0].value.width * page.height / page.width)))
    differs = ImageChops.difference(found[0].value.crop((0, 0, *same.size)).resize((40, 17)), same.resize((40, 17)))
    assert ImageStat.Stat(differs).mean[0] < 30, "it looks like what was uploaded"


def test_without_a_logo_there_is_no_picture(placed_order, by):
    assert "picture" not in [row.what for row in printed(documents.issue(placed_order, "receipt_80", by=by))]


def test_as_a_picture_all_of_the_receipt_is_drawn_with_its_codes(chosen, placed_order, by):
    document = documents.issue(placed_order, "receipt_80", by=by)
    found, cut = printed(document, as_picture=True)
    codes = {code.text for code in zxingcpp.read_barcodes(found.value)}
    assert codes == {f"TB-{placed_order.number.zfill(6)}", document.facts["page"]} and cut.what == "cut"


def test_a_printer_gets_everything_as_a_picture_when_it_is_set_so(printer, by):
    assert not printers.model(printer).as_picture
    factories.change_printer(printer, by, as_picture=True)
    assert printers.model(shops.current().printers[printer.id]).as_picture


def test_what_was_issued_before_keeps_how_it_looked(placed_order, by):
    first = documents.issue(placed_order, "receipt_80", by=by)
    bare = printed(first)
    logos.change(a_logo(), by=by)
    again = documents.issue(placed_order, "receipt_80", by=by)
    assert again.id == first.id and printed(again) == bare, "a copy, not a new receipt"


def test_what_was_issued_with_a_logo_keeps_it(chosen, placed_order, by):
    first = Document.get_by_id(documents.issue(placed_order, "receipt_80", by=by).id)
    sent, page = escpos.written(receipt_rows.rows(first), Model()), printing.html(first, "receipt_80")
    for change in (lambda: logos.change(a_logo((200, 40, 40)), by=by), lambda: logos.remove(by=by)):
        change()
        assert kept() != chosen
        document = Document.get_by_id(documents.issue(placed_order, "receipt_80", by=by).id)
        assert document.id == first.id
        assert (escpos.written(receipt_rows.rows(document), Model()), printing.html(document, "receipt_80")) == (sent, page)


def test_a_credit_note_has_the_logo_of_its_own_day(chosen, shop, by):
    invoice = documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by)
    logos.remove(by=by)
    credit = documents.credit(invoice.id, by=by)
    assert (invoice.facts["logo"], credit.facts["logo"]) == (chosen, "")


def test_the_test_page_shows_todays_logo(chosen, by):
    assert read(escpos.written(receipt_rows.test("Kassa", "nl"), Model()))[0].what == "picture"
    logos.remove(by=by)
    assert read(escpos.written(receipt_rows.test("Kassa", "nl"), Model()))[0].what == "text"


def test_a_logo_that_a_shop_shows_cannot_be_lost(chosen):
    with pytest.raises(IntegrityError):
        Logo.delete().execute()
    assert Shop.get().logo_id == chosen


RED, GREEN = a_logo((200, 40, 40)), a_logo((40, 160, 60))


def some_days_later():
    for row in Logo.select().where(Logo.dropped.is_null(False)):
        Logo.update(dropped=row.dropped - timedelta(days=2)).where(Logo.sha256 == row.sha256).execute()
    return logos.forget_unused()


def test_a_picture_that_stood_above_nothing_is_gone_after_some_nights(chosen, by):
    logos.change(RED, by=by)
    assert logos.forget_unused() == 0 and Logo.select().count() == 2, "who issues something meanwhile still shows it"
    assert some_days_later() == 1
    assert [row.sha256 for row in Logo.select()] == [kept()] != [chosen]
    logos.remove(by=by)
    assert some_days_later() == 1 and not Logo.select().exists()
    logos.change(a_logo(), by=by)
    assert kept() == chosen, "it can come back"


def test_a_picture_that_a_paper_shows_stays_for_ever(chosen, placed_order, by):
    document = documents.issue(placed_order, "receipt_80", by=by)
    page = printing.html(document, "receipt_80")
    logos.change(RED, by=by)
    red = kept()
    logos.change(GREEN, by=by)
    assert some_days_later() == 1, "red was above nothing"
    assert {row.sha256 for row in Logo.select()} == {chosen, kept()} and red not in (chosen, kept())
    assert Logo.get_by_id(chosen).dropped is None, "no paper is gone through for it again"
    logos.file.cache_clear()
    assert printing.html(Document.get_by_id(document.id), "receipt_80") == page and some_days_later() == 0


def test_a_picture_that_was_chosen_again_is_not_dropped(chosen, by):
    logos.remove(by=by)
    Logo.update(dropped=now() - timedelta(days=3)).execute()
    logos.change(a_logo(), by=by)
    logos.change(a_logo(), by=by)
    assert logos.forget_unused() == 0 and some_days_later() == 0 and kept() == chosen


def pictures_in(content):
    return [each.get_object() for page in PdfReader(io.BytesIO(content)).pages for each in page["/Resources"].get("/XObject", {}).values()]


@pytest.mark.thorough
@pytest.mark.once
@pytest.mark.parametrize("format", ["receipt_80", "receipt_58", "receipt_a4", "packing", "pickup_58", "gift_80", "invoice"])
def test_every_pdf_shows_it(chosen, shop, by, format):
    order = factories.an_invoiceable_order(shop, by)
    document = documents.issue(orders.find(order.number), format, by=by)
    (image,) = pictures_in(printing.made(document, format))
    row = Logo.get()
    assert (image["/Width"], image["/Height"], image["/ColorSpace"]) == (row.width, row.height, "/DeviceRGB") and "/SMask" not in image
    assert len(zlib.decompress(image._data)) == row.height * (3 * row.width + 1)


@pytest.mark.thorough
@pytest.mark.once
def test_many_documents_hold_the_picture_once(chosen, placed_order, by):
    html = printing.html(documents.issue(placed_order, "packing", by=by), "packing")
    content = pdf.sheets(iter([html] * 20), stylesheet=printing.STYLES, most=100)
    assert len(PdfReader(io.BytesIO(content)).pages) == 20
    assert len({image.indirect_reference.idnum for image in pictures_in(content)}) == 1
