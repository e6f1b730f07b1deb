"""The files the desk can read in, recognised by their header."""

from __future__ import annotations

from plugins.imports.contract import ProductFormat
from plugins.imports.reading import Sheet

PRODUCTS: tuple[ProductFormat, ...] = ()


def product_format(sheet: Sheet) -> ProductFormat | None:
    return next((each for each in PRODUCTS if each.recognises(sheet)), None)
