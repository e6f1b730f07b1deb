"""A form sent twice has one effect: its key answers with the first result."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from peewee import IntegrityError

from models import Key, database, now
from rules.refusal import Conflict
from rules.rights import Actor

KEPT = timedelta(days=30)


def once(key: str, purpose: str, request: Any, do: Callable[[], Any], *, by: Actor) -> Any:
    """Run `do` in a transaction unless this key was used before; then answer what it answered (plain JSON values).

    `request` is what was asked: the same key with another request is refused. A second request that comes while the
    first still runs waits for it (the key's row is locked) and gets its answer.
    """
    asked = hashlib.sha256(repr((purpose, by.operator, request)).encode()).hexdigest()
    try:
        with database.atomic():
            Key.create(key=key, purpose=purpose, operator=by.operator, request_hash=asked)
            answer = do()
            Key.update(answer=answer).where(Key.key == key).execute()
            return answer
    except IntegrityError:
        seen = Key.get_or_none(Key.key == key)
        if seen is None:
            raise
    if seen.request_hash != asked:
        raise Conflict("This form was already sent with other contents. Open the page again to see what was saved.")
    return seen.answer


def forget_old() -> int:
    """Drop keys nobody can still repeat; the night task calls this."""
    return int(Key.delete().where(Key.created < now() - KEPT).execute())
