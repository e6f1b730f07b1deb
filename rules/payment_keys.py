"""The keys of payment providers: entered, replaced, checked and taken away, and never told to anybody again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from models import PaymentMethod, now
from plugins import payments
from plugins.payments.contract import Declined, Secret, Unknown, Unreachable
from rules import lists, payment_methods, sealed, settings, shop
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import Actor, must_have

RIGHT = "settings.secrets"
LONGEST = 500
TEST = re.compile(r"(^|_)test_")  # test_…, sk_test_…, rk_test_…


class Answer(NamedTuple):
    """What the provider said to the keys. `outcome`: good, declined, unreachable or unknown."""

    outcome: str
    account: str = ""
    why: str = ""


def asked_of(method: PaymentMethod) -> tuple[Secret, ...]:
    """What its provider gives to who has an account there."""
    return tuple(payments.KINDS[method.provider].secrets) if method.provider in payments.KINDS else ()


def enter(key: int, typed: Mapping[str, str], *, by: Actor) -> Answer:
    """Enter the keys of a method, or some anew: what is left empty stays. The provider is asked first, and keys it declines are not kept;
    when it does not answer they are, unchecked."""
    must_have(by, RIGHT)
    method = find(key)
    values = _read(method, typed)
    answer = _ask(method, values)
    if answer.outcome == "declined":
        who = payment_methods.name_of(method.provider)
        raise Refused("{provider} does not accept this: {what}", field=asked_of(method)[0].name, provider=who, what=answer.why)
    account = {"since": _now(), "by": by.operator, "is_test": any(TEST.search(value) for value in values.values())} | _heard(answer)
    with settings.changing(by, RIGHT) as known:
        kept = settings.find(lists.PAYMENT_METHODS, known, key)
        if kept.provider != method.provider:
            raise NotFound("This no longer exists.")
        _write(kept, by, secrets=sealed.seal(values), account=account)
    return answer


def remove(key: int, *, by: Actor) -> None:
    """Forget the keys; nothing can be paid through a link of this method any more."""
    with settings.changing(by, RIGHT) as known:
        method = settings.find(lists.PAYMENT_METHODS, known, key)
        if method.secrets:
            _write(method, by, secrets=None, account={}, for_links=False)


def check(key: int, *, by: Actor) -> Answer:
    """Ask the provider whether the keys are still good, and remember what it says."""
    must_have(by, RIGHT)
    method = find(key)
    if not method.secrets:
        raise Refused("Enter the keys of {provider} first.", provider=payment_methods.name_of(method.provider))
    answer = _ask(method, _opened(method))
    with settings.changing(by, RIGHT):
        account = {name: value for name, value in method.account.items() if name != "declined"} | _heard(answer)
        PaymentMethod.update(account=account).where(PaymentMethod.id == key, PaymentMethod.secrets == method.secrets).execute()
    return answer


def find(key: int) -> PaymentMethod:
    """A method whose provider asks for keys."""
    method: PaymentMethod = settings.find(lists.PAYMENT_METHODS, shop.current(), key)
    if not asked_of(method):
        raise NotFound("This method needs no keys.")
    return method


def _opened(method: PaymentMethod) -> dict[str, str]:
    try:
        return sealed.opened(method.secrets)
    except sealed.Unreadable:
        raise Refused("These keys can no longer be read: the desk's own key was changed. Enter them again.") from None


def _read(method: PaymentMethod, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, over what is kept. Invalid names each that is missing, or is no key at all."""
    try:
        kept = sealed.opened(method.secrets)
    except sealed.Unreadable:
        kept = {}
    values: dict[str, str] = {}
    errors: dict[str, Refused] = {}
    for secret in asked_of(method):
        value = typed.get(secret.name, "").strip() or kept.get(secret.name, "")
        if not value:
            errors[secret.name] = Refused("Fill this in: it looks like {example}.", example=secret.example)
        elif not re.fullmatch(rf"[!-~]{{1,{LONGEST}}}", value):
            errors[secret.name] = Refused("This is no key: it looks like {example}.", example=secret.example)
        values[secret.name] = value
    if errors:
        raise Invalid(errors)
    return values


def _ask(method: PaymentMethod, values: Mapping[str, str]) -> Answer:
    """Outside any transaction: it may take ten seconds."""
    try:
        return Answer("good", account=_without(values, payments.provider(method.provider, values).check()))
    except Declined as error:
        return Answer("declined", why=_without(values, str(error)))
    except Unreachable:
        return Answer("unreachable")
    except Unknown:
        return Answer("unknown")


def _without(values: Mapping[str, str], said: str) -> str:
    """What a provider says, in case it repeats a key."""
    for value in values.values():
        said = said.replace(value, "…") if len(value) > 3 else said
    return said[:200]


def _heard(answer: Answer) -> dict[str, Any]:
    """What is worth remembering; that nobody answered is not."""
    if answer.outcome == "good":
        return {"name": answer.account, "checked": _now()}
    return {"declined": answer.why, "checked": _now()} if answer.outcome == "declined" else {}


def _now() -> str:
    return now().isoformat()


def _write(method: PaymentMethod, by: Actor, **values: Any) -> None:
    """The event says that the keys changed, and nothing of them."""
    PaymentMethod.update(**values).where(PaymentMethod.id == method.id).execute()
    changes: dict[str, list[bool]] = {"secrets": [bool(method.secrets), bool(values["secrets"])]}
    if method.for_links and values.get("for_links") is False:
        changes["for_links"] = [True, False]
    settings.record("changed", "payment_method", method, by=by, changes=changes)
