"""The forms of the shop's lists: what a person types for a courier, a label, a status."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectField, StringField

from blueprints.support.formats import language
from blueprints.support.forms import AmountField, DeskForm, WholeNumberField, options, row_key
from models import Stage
from rules import statuses

TONES = options(("red", _("Red")), ("amber", _("Amber")), ("green", _("Green")), ("teal", _("Teal")), ("blue", _("Blue")), ("violet", _("Violet")),
         ("pink", _("Pink")), ("grey", _("Grey")))
PROVIDERS = options(("cash", _("Cash")), ("pin", _("Card at the counter")), ("bank_transfer", _("Bank transfer")), ("on_account", _("On account")),
             ("mollie", "Mollie"), ("stripe", "Stripe"), ("voucher", _("Voucher")), ("other", _("Something else")))
STAGES = options((Stage.DRAFT, _("Draft")), (Stage.OPEN, _("Pending")), (Stage.PREPARING, _("Processing")), (Stage.READY, _("Ready to collect")),
          (Stage.SHIPPED, _("Shipped")), (Stage.COMPLETED, _("Completed")), (Stage.CANCELLED, _("Cancelled")), (Stage.RETURNED, _("Returned")))


class CourierForm(DeskForm):
    name = StringField(_("Name"))
    url_template = StringField(_("Tracking page"))


class ShippingMethodForm(DeskForm):
    name = StringField(_("Name"))
    price = AmountField(_("Price"))
    free_above = AmountField(_("Free from"))
    courier = SelectField(_("Courier"), coerce=row_key, validate_choice=False)
    is_pickup = BooleanField(_("The customer collects it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.courier.object_data
        self.courier.choices = options(("", _("None")), *(
            (courier.id, courier.name) for courier in g.settings.couriers.values() if not courier.archived or courier.id == kept))


class PaymentMethodForm(DeskForm):
    name = StringField(_("Name"))
    provider = SelectField(_("Kind"), choices=PROVIDERS, validate_choice=False, default="other")
    term_days = WholeNumberField(_("Days to pay"))
    by_hand = BooleanField(_("On an order"), default=True)
    at_counter = BooleanField(_("At the counter"), default=True)
    for_links = BooleanField(_("Through a payment link"))


class LabelForm(DeskForm):
    name = StringField(_("Name"))
    tone = RadioField(_("Colour"), choices=TONES, validate_choice=False, default="blue")


class SourceForm(DeskForm):
    name = StringField(_("Name"))
    name_en = StringField(_("Name in English"))
    is_distance = BooleanField(_("Sold at a distance"), default=True)


class StatusForm(DeskForm):
    name = StringField(_("Name"))
    name_en = StringField(_("Name in English"))
    customer_name = StringField(_("What the customer reads"))
    customer_name_en = StringField(_("What the customer reads in English"))
    stage = SelectField(_("Stage"), choices=STAGES, validate_choice=False, default=Stage.OPEN)
    tone = RadioField(_("Colour"), choices=TONES, validate_choice=False, default="grey")
    letter = SelectField(_("Letter"), coerce=str, validate_choice=False)
    asks_tracking = BooleanField(_("Asks for courier and tracking code"))
    mails_customer = BooleanField(_("Mails the customer"))
    mails_admins = BooleanField(_("Mails the shop"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.letter.choices = options(("", _("None")), *statuses.letters(g.settings, language()).items())
