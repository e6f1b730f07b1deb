"""Who may do what: every right is named once here, roles are lists of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from money import Money
from rules.refusal import Refused

RIGHTS = {
    "orders.see":       "See orders",
    "orders.edit":      "Make and change orders",
    "orders.price":     "Change prices by hand",
    "orders.discount":  "Give discounts",
    "orders.returns":   "Sell negative quantities (returns)",
    "orders.status":    "Change the status of orders",
    "orders.correct":   "Set an order back to an earlier status",
    "orders.cancel":    "Cancel orders",
    "payments.record":  "Record payments",
    "refunds.make":     "Refund",
    "documents.print":  "Print documents",
    "customers.see":    "See customers",
    "customers.edit":   "Change customers",
    "products.see":     "See products",
    "products.edit":    "Change products",
    "stock.oversell":   "Sell more than there is",
    "stock.adjust":     "Count and correct stock",
    "coupons.edit":     "Make and change coupons",
    "exports.run":      "Export",
    "imports.run":      "Import files",
    "views.share":      "Share views with the whole shop",
    "figures.see":      "See turnover and figures",
    "letters.edit":     "Change letters",
    "automations.edit": "Change automations",
    "settings.see":     "See the settings",
    "settings.desk":    "Change statuses, labels, couriers and shipping methods",
    "settings.money":   "Change the shop's profile, VAT and payment methods",
    "settings.staff":   "Change operators and roles",
}

CLERK = ("orders.see", "orders.edit", "orders.discount", "orders.status", "payments.record", "refunds.make", "documents.print",
         "customers.see", "customers.edit", "products.see")
MANAGER = tuple(right for right in RIGHTS if right not in ("settings.money", "settings.staff"))
ROLES = {"owner": tuple(RIGHTS), "manager": MANAGER, "clerk": CLERK}


@dataclass(frozen=True)
class Actor:
    """Who does something, and on which device. `operator` is empty when the desk itself does (imports, tasks)."""

    operator: int | None
    name: str
    rights: frozenset[str] = field(default_factory=frozenset)
    device: int | None = None
    refund_limit: Money | None = None

    def may(self, right: str) -> bool:
        if right not in RIGHTS:
            raise KeyError(right)
        return right in self.rights


DESK = Actor(None, "Toonbank", frozenset(RIGHTS))


def must_have(by: Actor, right: str) -> None:
    if not by.may(right):
        raise Refused("You may not do this: your role lacks the right '{right}'.", right=RIGHTS[right])
