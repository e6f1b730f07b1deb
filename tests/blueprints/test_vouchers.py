"""Vouchers in the browser: paying with a code, the list, and blocking one."""

import re

import rules.shop
from models import Operator, Order, Payment, Role, Voucher
from money import Money
from rules import vouchers
from tests import factories
from tests.conftest import signed_in
from tests.receipt_printer import read, texts
from tests.rules.test_vouchers import a_voucher, sold


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\xa0", " ")


def partials(html):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))


def asking(order, code, key="a-key-of-the-form", **fields):
    return {"key": key, "version": Order.get_by_id(order.id).version, "code": code} | fields


def test_an_order_is_paid_with_a_code_once(htmx, shop):
    voucher, order = a_voucher(shop), sold(shop, 750)
    assert "vouchers-code" in page(htmx.get(f"/orders/{order.number}"))
    for _ in range(2):
        html = page(htmx.post(f"/orders/{order.number}/vouchers", data=asking(order, vouchers.written(voucher.code).lower())))
    shown = partials(html)
    assert "Tegoedbon" in shown["payments-payments"] and "Betaald" in shown["orders-state"] and "vouchers-code" not in shown["vouchers-redeem"]
    assert Voucher.get_by_id(voucher.id).balance == Money(1_250)


def test_a_wrong_code_is_said_at_its_field_and_stays(htmx, shop):
    order = sold(shop, 750)
    wrong = vouchers.written(vouchers.new_code())
    for code, said in ((wrong, "geen tegoedbon"), ("ABC", "geen code"), ("", "Typ of scan")):
        shown = partials(page(htmx.post(f"/orders/{order.number}/vouchers", data=asking(order, code)), 404 if code == wrong else 422))["vouchers-redeem"]
        assert said in shown and f'value="{code}"' in shown and "<details open>" in shown
    voucher = a_voucher(shop)
    shown = partials(page(htmx.post(f"/orders/{order.number}/vouchers", data=asking(order, voucher.code, amount="9")), 422))["vouchers-redeem"]
    assert "hoogstens" in shown and 'value="9"' in shown and not Payment.select().where(Payment.order == order).exists()


def test_the_list_shows_what_is_left_and_one_shows_its_history(htmx, client, shop):
    voucher, order = a_voucher(shop), sold(shop, 750)
    page(htmx.post(f"/orders/{order.number}/vouchers", data=asking(order, voucher.code)))
    listed = page(client.get("/vouchers", query_string={"q": vouchers.written(voucher.code)}))
    assert f"…{voucher.code[-4:]}" in listed and "€ 12,50" in listed and voucher.code not in listed
    shown = page(client.get(f"/vouchers/{voucher.id}"))
    assert vouchers.written(voucher.code) in shown and f"Bestelling {order.number}" in shown and "€ 7,50" in shown
    assert client.get("/vouchers/999").status_code == 404


def test_a_voucher_is_blocked_and_used_again(htmx, shop):
    voucher, order = a_voucher(shop), sold(shop, 750)
    assert "Geblokkeerd" in page(htmx.post(f"/vouchers/{voucher.id}/blocking", data={"blocked": "1"}))
    html = page(htmx.post(f"/orders/{order.number}/vouchers", data=asking(order, voucher.code)), 422)
    assert "geblokkeerd" in partials(html)["vouchers-redeem"]
    assert "Te gebruiken" in page(htmx.post(f"/vouchers/{voucher.id}/blocking", data={"blocked": ""}))
    page(htmx.post(f"/orders/{order.number}/vouchers", data=asking(order, voucher.code, key="another")))


def test_without_a_script_it_works_too(client, shop):
    voucher, order = a_voucher(shop), sold(shop, 750)
    assert client.post(f"/orders/{order.number}/vouchers", data=asking(order, voucher.code)).status_code == 303
    assert client.post(f"/vouchers/{voucher.id}/blocking", data={"blocked": "1"}).status_code == 303
    assert "Nog niets" not in page(client.get("/vouchers"))


def test_money_is_paid_back_by_voucher(htmx, shop):
    order, method = sold(shop, 750, paid=True), shop.payment_method("voucher")
    assert "Tegoedbon" in page(htmx.get(f"/orders/{order.number}/refunds/new"))
    page(htmx.post(f"/orders/{order.number}/refunds", data=asking(order, "", method=method.id, amount="5,00")))
    assert (Voucher.get().amount, Voucher.get().order) == (Money(500), order)


def test_it_is_printed_by_the_browser_or_on_a_printer(client, htmx, shop, by, printer, paper):
    voucher = a_voucher(shop)
    assert "Tegoedbon afdrukken" in page(client.get(f"/vouchers/{voucher.id}"))
    answer = client.post(f"/vouchers/{voucher.id}/printing", data={"kind": "page"})
    assert answer.status_code == 303 and answer.location.endswith("/voucher_80/print")
    shown = page(client.get(answer.location))
    assert "€ 20,00" in shown and vouchers.written(voucher.code) in shown and "js/documents/print.js" in shown
    answer = client.post(f"/vouchers/{voucher.id}/printing", data={"kind": "pdf"})
    assert answer.location.endswith("/voucher_80.pdf?copy=1") and client.get(answer.location).data.startswith(b"%PDF")
    answer = client.post(f"/vouchers/{voucher.id}/printing", data={"kind": "a4"})
    assert answer.location.endswith("/voucher_a4.pdf?copy=1") and client.get(answer.location).data.startswith(b"%PDF")
    said = page(htmx.post(f"/vouchers/{voucher.id}/print-jobs", data={"printer": printer.id, "key": "press"}))
    assert f'id="vouchers-print-{voucher.id}"' in said and "Onderweg naar Toonbank" in said
    assert "KOPIE" in texts(read(paper.wait_for_jobs(1)[0]))
    assert client.post(f"/vouchers/{voucher.id}/print-jobs", data={"printer": printer.id, "key": "plain"}).status_code == 303
    assert client.post(f"/vouchers/{voucher.id}/print-jobs", data={"printer": "9", "key": "none"}).status_code == 404
    assert "Tegoedbon" in page(client.get("/print-jobs"))


def test_where_it_was_given_it_is_printed_too_and_listed_with_the_papers(client, htmx, shop, by):
    voucher = a_voucher(shop)
    number = Order.get_by_id(voucher.order_id).number
    shown = page(client.get(f"/orders/{number}"))
    assert f'href="/vouchers/{voucher.id}"' in shown and f'action="/vouchers/{voucher.id}/printing"' in shown
    client.post(f"/vouchers/{voucher.id}/printing", data={"kind": "page"})
    assert "Tegoedbon" in page(htmx.get(f"/orders/{number}/documents"))
    Voucher.update(balance=0).execute()
    assert f'action="/vouchers/{voucher.id}/printing"' not in page(client.get(f"/orders/{number}"))
    assert client.post(f"/vouchers/{voucher.id}/printing", data={"kind": "page"}).status_code == 422


def test_its_code_opens_it_wherever_it_is_scanned(client, shop):
    voucher = a_voucher(shop)
    assert client.get("/scan", query_string={"code": f"TB-{voucher.code}"}).location == f"/vouchers/{voucher.id}"
    assert client.get("/scan", query_string={"code": f"TB-{vouchers.new_code()}"}).status_code == 404


def test_its_slip_is_only_for_who_may_spend_it(app, client, shop):
    voucher = a_voucher(shop)
    address = client.post(f"/vouchers/{voucher.id}/printing", data={"kind": "page"}).location
    role = Role.create(name="Inpakker", rights=["orders.see", "documents.print"])
    mies = Operator.create(name="Mies", email="mies@example.nl", role=role)
    rules.shop.touch()
    packer = signed_in(app, mies)
    assert client.get(address).status_code == 200 and packer.get(address).status_code == 404
    assert packer.get("/scan", query_string={"code": f"TB-{voucher.code}"}).location.startswith("/orders?")


def test_where_it_is_printed_is_valid_html(client, shop, by, html_errors):
    voucher = a_voucher(shop)
    factories.a_printer(by)
    factories.a_printer(by, kind="cloudprnt", name="Magazijn")
    for address in (f"/vouchers/{voucher.id}", f"/orders/{voucher.order.number}"):
        assert html_errors(client.get(address).text) == []
