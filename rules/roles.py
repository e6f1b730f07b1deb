"""Roles: named lists of rights. Nobody gives, takes or manages more than they have themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from models import Operator, Role
from money import Money
from rules import fields, lists, settings
from rules.refusal import NotFound, Refused
from rules.rights import RIGHTS, Actor
from rules.shop import Settings

OWNER = "owner"
STAFF = "settings.staff"
Values = Mapping[str, Any]


def add(values: Values, *, by: Actor) -> Role:
    """`name`, `rights` (keys of RIGHTS) and `refund_limit` (Money, none: no limit)."""
    with settings.changing(by, STAFF) as known:
        role = Role.create(**_clean(values, known, None, by))
        settings.record("added", "role", role, by=by, rights=role.rights)
    return role


def change(key: int, values: Values, *, by: Actor) -> None:
    """The owner's role may be renamed and nothing else, so that somebody can always do everything."""
    with settings.changing(by, STAFF) as known:
        role = find(known, key)
        must_cover(by, role)
        settings.write("role", role, _clean(values, known, role, by), by=by)


def remove(key: int, *, by: Actor) -> None:
    with settings.changing(by, STAFF) as known:
        role = find(known, key)
        must_cover(by, role)
        if role.key == OWNER:
            raise Refused("The desk needs {name}.", name=role.name)
        if Operator.select().where(Operator.role == key).exists():
            raise Refused("{name} is in use, so it cannot be deleted.", name=role.name)
        Role.delete().where(Role.id == key).execute()
        settings.record("removed", "role", role, by=by)


def _clean(values: Values, known: Settings, role: Role | None, by: Actor) -> dict[str, Any]:
    cleaned = fields.read({
        "name": partial(lists.name_in, values, known.roles, role),
        "rights": lambda: _rights(values["rights"], role, by),
        "refund_limit": lambda: _limit(values["refund_limit"], by),
    })
    if role is not None and role.key == OWNER:
        cleaned["refund_limit"] = None
    return cleaned


def _rights(wanted: Iterable[str], role: Role | None, by: Actor) -> list[str]:
    """In the order of RIGHTS. Rights that this desk does not know are refused, and those the giver does not have."""
    chosen = set(wanted)
    if not chosen <= RIGHTS.keys():
        raise Refused("Choose from the list.")
    if role is not None and role.key == OWNER and chosen != RIGHTS.keys():
        raise Refused("The owner keeps every right.")
    if beyond := [right for right in RIGHTS if right in chosen and not by.may(right)]:
        raise Refused("You cannot give the right '{right}': you do not have it yourself.", right=RIGHTS[beyond[0]])
    return [right for right in RIGHTS if right in chosen]


def _limit(limit: Money | None, by: Actor) -> Money | None:
    if limit is not None:
        lists.amount(limit)
    if _is_more(limit, by.refund_limit):
        raise Refused("You cannot allow more than your own limit of {limit}.", limit=by.refund_limit)
    return limit


def must_cover(by: Actor, role: Role, field: str | None = None) -> None:
    """Whoever has this role may do no more than `by`."""
    if not by.rights.issuperset(role.rights) or ("refunds.make" in role.rights and _is_more(role.refund_limit, by.refund_limit)):
        raise Refused("You may not do this: who has the role {role} may do more than you.", field=field, role=role.name)


def _is_more(limit: Money | None, own: Money | None) -> bool:
    """No limit is more than any."""
    return own is not None and (limit is None or limit > own)


def given(key: Any, known: Settings, by: Actor) -> int:
    role = known.roles.get(key)
    if role is None:
        raise Refused("Choose one of the list.")
    must_cover(by, role)
    return int(role.id)


def find(known: Settings, key: int) -> Role:
    role = known.roles.get(key)
    if role is None:
        raise NotFound("This role does not exist.")
    return role
