"""Signing in and out: passwords, PINs, the devices people do it on and the sessions there."""

from __future__ import annotations

import hashlib
import secrets

from models import Device, Operator, database, now
from rules import events, fields, passwords, shop, throttle
from rules.prepared import Prepared
from rules.refusal import NotFound, Refused


def with_password(email: str, password: str, *, address: str, device: Device | None) -> Operator:
    """The operator with this e-mail address and password. Refuses with the same words, after the same time, an unknown
    address, a wrong password and somebody who may no longer sign in; and who tries too often (rules/throttle.py)."""
    operator = _recognised(email, password, address, device)
    if operator is None:
        raise Refused("The e-mail address or the password is not right.", field="password")
    return operator


def _recognised(email: str, password: str, address: str, device: Device | None) -> Operator | None:
    attempt = throttle.try_password(email, address, device=device.id if device else None)
    operator = _active(email)
    if not passwords.is_right(operator.password_hash if operator else None, password) or operator is None:
        return None
    throttle.succeeded(attempt)
    if device:
        throttle.forgive_pins(operator.id, device.id)
    return operator


def _active(email: str) -> Operator | None:
    wanted = email.strip().lower()
    return next((operator for operator in shop.current().operators.values() if operator.email == wanted and operator.active), None)


def with_pin(key: str, pin: str, *, address: str, device: Device) -> Operator:
    """The operator with this id (as text) and PIN, on a device where somebody is or was signed in."""
    operator = next((operator for operator in who_has_a_pin() if str(operator.id) == key), None)
    if operator is None:
        raise NotFound("This operator cannot sign in with a PIN.")
    attempt = throttle.try_pin(operator.id, address, device=device.id)
    if not passwords.is_right(operator.pin_hash, pin):
        raise Refused("This PIN is not right.", field="pin")
    throttle.succeeded(attempt)
    return operator


def must_know_password(operator: Operator, password: str, *, address: str, device: Device, field: str) -> None:
    """Ask the person at the keyboard to prove once more who they are."""
    try:
        is_known = _recognised(operator.email, password, address, device) is not None
    except Refused as refused:
        raise Refused(refused.message, field=field, **refused.facts) from None
    if not is_known:
        raise Refused("This is not your password.", field=field)


def who_has_a_pin() -> list[Operator]:
    return [operator for operator in shop.current().operators.values() if operator.active and operator.pin_hash]


def device_with(key: str | None) -> Device | None:
    """The device that keeps this key in a cookie."""
    return Device.get_or_none(Device.key == _hash(key)) if key else None


def new_device(name: str) -> tuple[Device, str]:
    """A device and the key it keeps; we keep only the key's hash."""
    key = secrets.token_urlsafe(32)
    return Device.create(key=_hash(key), name=name[:80]), key


def rename_device(device: Device, name: str) -> None:
    typed = fields.read({"device": lambda: fields.a_name(name, at_most=80)})["device"]
    Device.update(name=typed).where(Device.id == device.id).execute()


def start(device: Device, operator: Operator, *, how: str) -> str:
    """The operator is now the one at this device: ends what was open there, gives the new session's name."""
    session = secrets.token_urlsafe(32)
    with database.atomic():
        Device.update(session=session, last_seen=now()).where(Device.id == device.id).execute()
        events.record("operator.signed-in", by=shop.current().actor(operator.id, device.id), how=how)
    return session


def end(device: Device, operator: Operator) -> None:
    """Sign out: the session is over at once, also for who kept a copy of its cookie."""
    with database.atomic():
        Device.update(session=None).where(Device.id == device.id).execute()
        events.record("operator.signed-out", by=shop.current().actor(operator.id, device.id))


OPEN_ON = Prepared(lambda session: Device.select().where(Device.session == session))


def device_in(session: str) -> Device | None:
    """The device this session is open on; none when it has ended."""
    return OPEN_ON.first(session) if session else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
