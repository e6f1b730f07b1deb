"""The forms of the stock book."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, StringField

from blueprints.product_form import read_stock
from blueprints.support.forms import DeskForm, options
from money import Quantity
from rules.refusal import Refused
from rules.stock_book import REASONS

OTHER = "other"


def quantity_of(typed: str | None) -> Quantity:
    """What was typed as a quantity of goods."""
    try:
        return read_stock(typed or "")
    except ValueError:
        raise Refused("Enter a quantity, like 2 or 0,250.", field="quantity") from None


class CountForm(DeskForm):
    """`seen`: thousandths on hand, as the page showed them."""

    seen = HiddenField()
    quantity = StringField(_("Counted"))
    reason = StringField(_("Remark"))

    def on_hand_seen(self) -> Quantity | None:
        typed = self.seen.data or ""
        return Quantity(int(typed)) if re.fullmatch(r"-?[0-9]{1,12}", typed) else None


class CorrectionForm(DeskForm):
    way = RadioField(_("More or less"), choices=options(("less", _("Less on hand")), ("more", _("More on hand"))), default="less",
                     validate_choice=False)
    quantity = StringField(_("How much"))
    reason = SelectField(_("Why"), choices=options(("", _("Choose a reason")), *((each, _(each)) for each in REASONS), (OTHER, _("Something else"))),
                         validate_choice=False)
    note = StringField(_("Remark"))

    def why(self) -> str:
        """The reason of the list; for something else what was typed."""
        chosen = self.reason.data or ""
        return (self.note.data or "") if chosen == OTHER else chosen if chosen in REASONS else ""

    def said(self) -> str:
        """What was typed besides the reason."""
        return "" if self.reason.data == OTHER else self.note.data or ""
