"""Vouchers in the browser: paying with a code, the list, and blocking one."""

import re

from models import Order, Payment, Voucher
from money import Money
from rules import vouchers
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
