"""Invoices without a database: what is sold, computed by the one calculator, as the facts that every document is printed from."""

from hypothesis import strategies as st

from money import Money, Quantity
from rules.coupons import CouponFacts
from rules.pricing import Discount, PricedLine, totals

SELLER = {"name": "Theehuis De Kop", "street": "Oudegracht 112", "postcode": "3511 AX", "city": "Utrecht", "country": "NL", "email": "hallo@example.nl",
          "phone": "030 555 01 12", "website": "", "vat_number": "NL004495445B01", "chamber_number": "30198745", "iban": "NL91 ABNA 0417 1643 00",
          "bic": "", "account_holder": "", "receipt_footer": ""}
BUYER = {"name": "Sanne de Boer", "company": "Atelier Noord B.V.", "vat_number": "NL857426193B01", "email": "sanne@example.nl", "phone": "",
         "billing": ["Atelier Noord B.V.", "Croeselaan 18"], "shipping": []}
PLACE = {"street": "Croeselaan 18", "extra": "", "postcode": "3521 CA", "city": "Utrecht", "country": "NL"}
NOWHERE = dict.fromkeys(PLACE, "")
UNITS = ("piece", "kg", "m", "l", "hour")


def facts(lines, *, paid=0, rounding=0, currency="EUR", regime="standard", prices_include_vat=True, names=None, units=None, **terms):
    """The facts of an invoice of these lines."""
    result = totals(lines, regime=regime, prices_include_vat=prices_include_vat, **terms)
    total = result.total.cents + rounding
    return {
        "language": "nl", "currency": currency, "regime": regime, "prices_include_vat": prices_include_vat, "shop": SELLER, "customer": BUYER,
        "order": {"number": "17", "day": "2026-11-20", "reference": "", "operator": ""},
        "lines": [_line(line, each, f"Artikel {place}", (units or UNITS)[place % len(units or UNITS)])
                  for place, (line, each) in enumerate(zip(lines, result.lines, strict=True), start=1)],
        "goods": result.goods.cents, "line_discount": result.line_discount.cents, "order_discount": result.order_discount.cents,
        "coupons": [{"code": each.code, "amount": each.amount.cents} for each in result.coupons if each.kind != "shipping"],
        "shipping": (result.shipping - result.shipping_discount).cents, "shipping_method": "", "vat_total": result.vat_total.cents,
        "rounding": rounding, "total": total, "paid": paid, "refunded": 0, "due": total - paid,
        "vat": [{"rate": each.rate, "base": each.base.cents, "vat": each.vat.cents, "gross": each.gross.cents} for each in result.vat],
        "payments": [], "day": "2026-11-23", "supplied": "2026-11-21", "prepaid": "", "pay_before": "2026-12-07" if total > paid else "",
        "billing": PLACE, "delivery": NOWHERE,
    }


def _line(line, each, name, unit):
    discount = line.discount or Discount("amount", 0)
    return {
        "name": name, "variant": "", "sku": "", "unit": unit if line.quantity.is_whole else "kg", "quantity": line.quantity.thousandths,
        "price": line.price.cents, "gross": each.gross.cents, "discount": each.discount.cents, "discount_kind": discount.kind,
        "discount_value": discount.value, "amount": each.amount.cents, "net": each.net.cents, "rate": line.vat_rate, "deposit": line.deposit,
    }


@st.composite
def lines(draw):
    """What may be on a line: pieces, weights, returns, gifts, discounts, deposits."""
    pieces = st.integers(1, 40).map(Quantity.pieces)
    quantity = draw(pieces | st.integers(1, 9999).map(Quantity) | st.integers(-3, -1).map(Quantity.pieces))
    discount = draw(st.none() | st.builds(Discount, st.just("percent"), st.integers(0, 10_000)) | st.builds(Discount, st.just("amount"), st.integers(0, 5000)))
    deposit = draw(st.integers(0, 9)) == 0
    return PricedLine(quantity, Money(draw(st.integers(0, 20_000))), draw(st.sampled_from((0, 900, 2100))), None if deposit else discount, deposit)


@st.composite
def sales(draw):
    """The facts of any invoice."""
    coupons = [CouponFacts("NAJAAR", "percent", draw(st.integers(0, 10_000)))] if draw(st.booleans()) else []
    discount = draw(st.none() | st.builds(Discount, st.just("amount"), st.integers(0, 3000)))
    return facts(
        draw(st.lists(lines(), min_size=1, max_size=8)), discount=discount, coupons=coupons, shipping=Money(draw(st.integers(0, 1500))),
        regime=draw(st.sampled_from(("standard", "standard", "standard", "reverse_charge", "intra_eu", "export", "kor"))),
        prices_include_vat=draw(st.booleans()), rounding=draw(st.sampled_from((0, 0, -2, 1, 2))), paid=draw(st.sampled_from((0, 0, 1000))),
    )
