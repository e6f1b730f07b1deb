"""What an operator chose and finds again: the columns of a list, how long its pages are."""

from __future__ import annotations

from typing import Any

from models import Preference
from rules.prepared import Prepared
from rules.rights import Actor

KEPT = Prepared(lambda operator, name: Preference.select(Preference.value).where(Preference.operator == operator, Preference.name == name))


def get(by: Actor, name: str, default: Any) -> Any:
    if by.operator is None:
        return default
    kept = KEPT.first(by.operator, name)
    return default if kept is None else kept.value


def keep(by: Actor, name: str, value: Any) -> None:
    Preference.insert(operator=by.operator, name=name, value=value).on_conflict(
        conflict_target=[Preference.operator, Preference.name], update={Preference.value: value}).execute()
