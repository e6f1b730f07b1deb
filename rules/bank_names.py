"""Whether a name on a bank's statement can be that of an order: banks write 'HR J JANSEN E/O P DE VRIES' for Jan Jansen."""

from __future__ import annotations

import re
from typing import Protocol

from rules.search import fold

NOT_A_NAME = frozenset((
    "hr", "mw", "mevr", "mevrouw", "dhr", "heer", "mr", "mrs", "ms", "de", "den", "der", "van", "von", "het", "ten", "ter", "te", "la", "le", "the",
    "en", "of", "eo", "bv", "nv", "vof", "cv", "ltd", "gmbh", "sa", "stichting", "inzake",
))


class Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def company(self) -> str: ...


def is_same(said: str, named: Named) -> bool:
    """The bank's name has every word of the company, or the last name with a first name or initial that does not differ."""
    words = _words(said)
    company = [word for word in _words(named.company) if len(word) > 1]
    return bool(company) and set(company) <= set(words) or _is_person(words, _words(named.name))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1 ", fold(text).replace("b.v.", "bv").replace("n.v.", "nv")))
            if word not in NOT_A_NAME]


def _is_person(said: list[str], name: list[str]) -> bool:
    if not name or len(name[-1]) < 3 or name[-1] not in said:
        return False
    first, others = name[0], [word for word in said if word != name[-1]]
    return len(name) == 1 or not others or any(_is_first(word, first) for word in others)


def _is_first(said: str, first: str) -> bool:
    """The first name, or its initial."""
    return said == first or (said[0] == first[0] and 1 in (len(said), len(first)))
