"""Operators: who works at the desk, in which role; their passwords and PINs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models import TONES, Operator, Role
from rules import contacts, fields, passwords, roles, settings, shop
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.shop import Settings

Values = Mapping[str, Any]
STAFF = "settings.staff"
LONGEST_NAME = 80
THEMES = ("auto", "light", "dark")


def add(values: Values, *, by: Actor) -> Operator:
    """Somebody new: `name`, `email`, `role` (id), `language` and a first `password` to tell them."""
    with settings.changing(by, STAFF) as known:
        cleaned = fields.read(_checks(values, known, None, by) | {
            "password": lambda: passwords.must_be_good(values["password"], like=(values["email"], values["name"])),
        }) | {"password_hash": passwords.hash_password(values["password"])}
        del cleaned["password"]
        operator = Operator.create(**cleaned, tone=TONES[(len(known.operators) + TONES.index("teal")) % len(TONES)])
        settings.record("added", "operator", operator, by=by)
    return operator


def change(key: int, values: Values, *, by: Actor) -> None:
    """Change `name`, `email`, `role` and `language`. Nobody manages who may do more than they; one owner always stays."""
    with settings.changing(by, STAFF) as known:
        operator = find(known, key)
        roles.must_cover(by, known.roles[operator.role_id])
        cleaned = fields.read(_checks(values, known, operator, by))
        if cleaned["role"] != operator.role_id:
            must_not_be_the_last_owner(operator, known, field="role")
        settings.write("operator", operator, cleaned, by=by)


def _checks(values: Values, known: Settings, operator: Operator | None, by: Actor) -> dict[str, Callable[[], Any]]:
    return {
        "name": lambda: fields.a_name(values["name"], at_most=LONGEST_NAME),
        "email": lambda: _free_email(values["email"], known, operator),
        "role": lambda: roles.given(values["role"], known, by),
        "language": lambda: contacts.language(values["language"]),
    }


def email(text: str) -> str:
    address = contacts.email_address(text)
    if not address:
        raise Refused("Fill in an e-mail address.")
    return address


def _free_email(text: str, known: Settings, operator: Operator | None) -> str:
    address = email(text)
    if any(other.email == address for other in known.operators.values() if operator is None or other.id != operator.id):
        raise Refused("Another operator already has this e-mail address.")
    return address


def find(known: Settings, key: int) -> Operator:
    operator = known.operators.get(key)
    if operator is None:
        raise NotFound("This operator does not exist.")
    return operator


def set_active(key: int, active: bool, *, by: Actor) -> None:
    """Let somebody in or keep them out; keeping out ends their sessions at once."""
    with settings.changing(by, STAFF) as known:
        operator = find(known, key)
        roles.must_cover(by, known.roles[operator.role_id])
        if not active:
            if operator.id == by.operator:
                raise Refused("You cannot deactivate yourself. Ask another owner.")
            must_not_be_the_last_owner(operator, known)
        if operator.active != active:
            _write(operator, active=active, auth_version=operator.auth_version + 1)
            settings.record("restored" if active else "archived", "operator", operator, by=by)


def must_not_be_the_last_owner(operator: Operator, known: Settings, field: str | None = None) -> None:
    owners = [other for other in known.operators.values() if known.roles[other.role_id].key == roles.OWNER and other.active]
    if owners == [operator]:
        raise Refused("Somebody has to stay the owner. Make another operator owner first.", field=field)


def reset_password(key: int, password: str, *, by: Actor) -> None:
    """Give somebody a new password; whoever is signed in as them is signed out everywhere."""
    with settings.changing(by, STAFF) as known:
        operator = find(known, key)
        roles.must_cover(by, known.roles[operator.role_id])
        _set_password(operator, password, by=by)


def change_password(password: str, *, by: Actor) -> None:
    """One's own. It ends every session; the caller opens this one again. Asking for the present one is the caller's too."""
    with settings.changing(by, None) as known:
        _set_password(find(known, by.operator or 0), password, by=by)


def _set_password(operator: Operator, password: str, *, by: Actor) -> None:
    passwords.must_be_good(password, like=(operator.email, operator.name))
    _write(operator, password_hash=passwords.hash_password(password), auth_version=operator.auth_version + 1)
    settings.record("changed", "operator", operator, by=by, changes={"password": [None, None]})


def set_pin(pin: str, *, by: Actor) -> None:
    """One's own PIN, 4 to 8 digits."""
    passwords.must_be_good_pin(pin)
    _set_pin(by.operator or 0, passwords.hash_password(pin), by=by, right=None)


def remove_pin(*, by: Actor) -> None:
    _set_pin(by.operator or 0, None, by=by, right=None)


def take_pin(key: int, *, by: Actor) -> None:
    """Take somebody's PIN away, for when others know it."""
    roles.must_cover(by, shop.current().roles[find(shop.current(), key).role_id])
    _set_pin(key, None, by=by, right=STAFF)


def _set_pin(key: int, pin_hash: str | None, *, by: Actor, right: str | None) -> None:
    with settings.changing(by, right) as known:
        operator = find(known, key)
        _write(operator, pin_hash=pin_hash)
        settings.record("changed", "operator", operator, by=by, changes={"pin": [bool(operator.pin_hash), bool(pin_hash)]})


def change_own(values: Values, *, by: Actor) -> None:
    """One's own `name`, `language`, `theme` or `tone`; what is not given stays."""
    checks: dict[str, Callable[[], Any]] = {
        "name": lambda: fields.a_name(values["name"], at_most=LONGEST_NAME),
        "language": lambda: contacts.language(values["language"]),
        "theme": lambda: _one_of(values["theme"], THEMES),
        "tone": lambda: _one_of(values["tone"], TONES),
    }
    with settings.changing(by, None) as known:
        cleaned = fields.read({field: check for field, check in checks.items() if field in values})
        settings.write("operator", find(known, by.operator or 0), cleaned, by=by)


def _one_of(value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Refused("Choose one of the list.")
    return value


def _write(operator: Operator, **values: Any) -> None:
    Operator.update(**values).where(Operator.id == operator.id).execute()


def role_named(text: str, known: Settings) -> Role:
    """By key or name, as one types it on the command line."""
    for role in known.roles.values():
        if text.casefold() in ((role.key or "").casefold(), role.name.casefold()):
            return role
    raise Refused("There is no role {name}.", name=text)
