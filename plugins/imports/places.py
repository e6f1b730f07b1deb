"""Countries as files write them."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from plugins.imports.reading import folded

UNKNOWN = "ZZ"
ALSO = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "eire": "IE", "usa": "US", "u.s.a.": "US",
    "united states of america": "US", "holland": "NL", "the netherlands": "NL", "nederland": "NL", "rsa": "ZA", "czech republic": "CZ",
    "tsjechische republiek": "CZ", "hong kong": "HK", "korea": "KR",
}


def country(text: str) -> str | None:
    """The ISO 3166 code of a code or a name in Dutch or English; None when it is neither."""
    return _codes().get(folded(text))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    known = {}
    for language in ("nl", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "QO", "XA", "XB", UNKNOWN):
                known[folded(name)] = known[code.lower()] = code
    return known | ALSO
