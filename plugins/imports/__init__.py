"""The files the desk can read in, recognised by their header."""

from __future__ import annotations

from plugins.imports import (
    medusa_products, own_orders, own_products, shopify_orders, shopify_products, spree_products, uci_retail, woocommerce_products,
)
from plugins.imports.contract import OrderFormat, ProductFormat
from plugins.imports.reading import Sheet

PRODUCTS: tuple[ProductFormat, ...] = (
    shopify_products.FORMAT, woocommerce_products.FORMAT, medusa_products.FORMAT, spree_products.FORMAT,
    own_products.FORMAT,  # last: its names are the most usual ones
)
ORDERS: tuple[OrderFormat, ...] = (shopify_orders.FORMAT, uci_retail.FORMAT, own_orders.FORMAT)


def order_format(sheet: Sheet) -> OrderFormat | None:
    return next((each for each in ORDERS if each.recognises(sheet)), None)


def product_format(sheet: Sheet) -> ProductFormat | None:
    return next((each for each in PRODUCTS if each.recognises(sheet)), None)
