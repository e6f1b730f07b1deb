"""Who may do what: every right is named once here, roles are lists of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from money import Money
from rules.refusal import N_, Refused

RIGHTS = {
    "orders.see":       N_("See orders"),
    "orders.edit":      N_("Make and change orders"),
    "orders.price":     N_("Change prices by hand"),
    "orders.discount":  N_("Give discounts"),
    "orders.returns":   N_("Sell negative quantities (returns)"),
    "orders.status":    N_("Change the status of orders"),
    "orders.correct":   N_("Set an order back to an earlier status"),
    "orders.cancel":    N_("Cancel orders"),
    "orders.links":     N_("Withdraw the addresses of a customer"),
    "payments.record":  N_("Record payments"),
    "refunds.make":     N_("Refund"),
    "documents.print":  N_("Print documents"),
    "days.close":       N_("Close the day and see its figures"),
    "customers.see":    N_("See customers"),
    "customers.edit":   N_("Change customers"),
    "products.see":     N_("See products"),
    "products.edit":    N_("Change products"),
    "stock.oversell":   N_("Sell more than there is"),
    "stock.adjust":     N_("Count and correct stock"),
    "coupons.edit":     N_("Make and change coupons"),
    "exports.run":      N_("Export"),
    "imports.run":      N_("Import files"),
    "views.share":      N_("Share views with the whole shop"),
    "figures.see":      N_("See turnover and figures"),
    "letters.edit":     N_("Change letters"),
    "automations.edit": N_("Change automations"),
    "settings.see":     N_("See the settings"),
    "settings.desk":    N_("Change statuses, labels, couriers and shipping methods"),
    "settings.money":   N_("Change the shop's profile, VAT and payment methods"),
    "settings.secrets": N_("Enter the keys of payment providers"),
    "settings.staff":   N_("Change operators and roles"),
}

CLERK = ("orders.see", "orders.edit", "orders.discount", "orders.status", "payments.record", "refunds.make", "documents.print",
         "customers.see", "customers.edit", "products.see")
MANAGER = tuple(right for right in RIGHTS if right not in ("settings.money", "settings.secrets", "settings.staff"))
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
