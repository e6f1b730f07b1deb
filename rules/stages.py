"""The stages of an order's life, as one table: what a status of each means, and what follows."""

from __future__ import annotations

from typing import NamedTuple

from models import Stage, Status


class Step(NamedTuple):
    rank: int                 # how far along; a lower rank than the present one is a correction
    is_open: bool             # still asks for work
    stock: str                # what its lines want of the stock: free, held or taken
    next: tuple[Stage, ...]   # what usually follows, the first as the button on the order
    event: str


STEPS = {
    Stage.DRAFT:     Step(0, True,  "free",  (Stage.OPEN, Stage.PREPARING, Stage.COMPLETED, Stage.CANCELLED), "order.drafted"),
    Stage.OPEN:      Step(1, True,  "held",  (Stage.PREPARING, Stage.READY, Stage.SHIPPED, Stage.CANCELLED),  "order.opened"),
    Stage.PREPARING: Step(2, True,  "held",  (Stage.SHIPPED, Stage.READY, Stage.COMPLETED, Stage.CANCELLED),  "order.prepared"),
    Stage.READY:     Step(3, True,  "held",  (Stage.COMPLETED, Stage.SHIPPED, Stage.CANCELLED),               "order.readied"),
    Stage.SHIPPED:   Step(4, True,  "taken", (Stage.COMPLETED, Stage.RETURNED),                               "order.shipped"),
    Stage.COMPLETED: Step(5, False, "taken", (Stage.RETURNED,),                                               "order.completed"),
    Stage.CANCELLED: Step(6, False, "free",  (),                                                              "order.cancelled"),
    Stage.RETURNED:  Step(6, False, "free",  (),                                                              "order.returned"),
}


def step(status: Status) -> Step:
    return STEPS[Stage(status.stage)]


def is_correction(was: Status, wanted: Status) -> bool:
    """Going back, or leaving what was closed: possible for who has the right, nothing is a dead end."""
    return step(wanted).rank < step(was).rank or (step(was).rank == 6 and was.stage != wanted.stage)


def said_to_customer(status: Status, language: str) -> str:
    """What the customer reads."""
    if language == "en":
        return str(status.customer_name_en or status.name_en)
    return str(status.customer_name or status.name)
