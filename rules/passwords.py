"""Passwords and PINs: what is good enough, and how they are kept (argon2id, RFC 9106; its costs are OWASP's minimum)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rules.refusal import Refused

SHORTEST, LONGEST = 8, 128
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# What is checked for an unknown account, so that it takes as long as a known one: of no password, at the same costs.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$OLkd5eswl92zw7bMZOvtIQ$Zui8t8v13ha+eqDqEoUg3QUTdRSbCr1w0QY5uJhlvTc"

# What people choose most, worldwide and in the Netherlands, as far as it is long enough.
MOST_CHOSEN = """
    12345678 123456789 1234567890 12345678910 0123456789 87654321 987654321 9876543210 11223344 1122334455 12341234 123123123 123321123
    12344321 13579246 147258369 123456123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx qazwsxedc qwertyui qwertyuiop qwerty12 qwerty123
    qwerty1234 qwertz123 azerty123 asdfghjk asdfghjkl zxcvbnm1 a1b2c3d4 abcd1234 abcdefgh abcdefghi abc12345 abc123456 aa123456 a1234567
    password password1 password12 password123 passw0rd p@ssw0rd p@ssword pa55word wachtwoord wachtwoord1 wachtwoord123 wachtw00rd geheim01
    geheim12 geheim123 welkom01 welkom02 welkom10 welkom11 welkom12 welkom123 welkom1234 welcome1 welcome01 welcome123 letmein1 letmein123
    changeme changeme1 changeme123 iloveyou iloveyou1 ikhouvanjou ikhouvanjou1 sunshine princess princess1 football football1 baseball
    superman batman123 starwars trustno1 whatever computer computer1 internet samsung1 michelle jennifer liverpool feyenoord feyenoord1
    amsterdam amsterdam1 rotterdam rotterdam1 nederland nederland1 ajax1234 ajaxajax voetbal1 voetbal123 zonnebloem zomer2025 zomer2026
    winter2025 winter2026 lente2026 herfst2026 zomer123 winter123 vakantie vakantie1 snoopy12 chocolade appeltaart hallo123 hallo1234
    hallohallo test1234 testtest testtest1 demo1234 admin123 admin1234 administrator beheerder toonbank toonbank1 toonbank123 kassa123
    kassa1234 winkel01 winkel123 secret123 master123 monkey123 dragon123 shadow123 charlie1 blablabla blabla123 default1 guest123
"""
COMMON = frozenset(MOST_CHOSEN.split())


def must_be_good(password: str, *, field: str = "password", like: Iterable[str] = ()) -> None:
    """Long enough and not what anybody would try first; no rules on kinds of characters (NIST SP 800-63B, 3.1.1.2).

    `like` are texts that everybody knows of this person: the e-mail address, the name.
    """
    if len(password) < SHORTEST:
        raise Refused("Use at least {low} characters.", field=field, low=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("Use at most {high} characters.", field=field, high=LONGEST)
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 3 or plain in {text.casefold() for text in like}:
        raise Refused("Too many people use this password, or it is too easy to guess. Choose another.", field=field)


def must_be_good_pin(pin: str, *, field: str = "pin") -> None:
    if not re.fullmatch(r"[0-9]{4,8}", pin):
        raise Refused("A PIN has 4 to 8 digits.", field=field)
    if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        raise Refused("This PIN is too easy to guess. Choose another.", field=field)


def hash_password(password: str) -> str:
    return HASHER.hash(_uniform(password))


def is_right(kept: str | None, password: str) -> bool:
    """Whether this password or PIN belongs to the hash. Without a hash, or with an absurdly long text, as slow and always no."""
    possible = kept is not None and len(password) <= LONGEST
    try:
        return HASHER.verify(kept if possible and kept else NOBODY, _uniform(password[:LONGEST])) and possible
    except (VerificationError, InvalidHashError):
        return False


def _uniform(password: str) -> str:
    """The same letters typed on another keyboard are the same password (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", password)
