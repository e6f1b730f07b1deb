"""What an operator chose and finds again: the columns of a list, how long its pages are."""

from __future__ import annotations

from typing import Any

from models import Preference
from rules.rights import Actor


def get(by: Actor, name: str, default: Any) -> Any:
    if by.operator is None:
        return default
    value = Preference.select(Preference.value).where(Preference.operator == by.operator, Preference.name == name).scalar()
    return default if value is None else value


def keep(by: Actor, name: str, value: Any) -> None:
    Preference.insert(operator=by.operator, name=name, value=value).on_conflict(
        conflict_target=[Preference.operator, Preference.name], update={Preference.value: value}).execute()
