"""How far long work is, on the terminal; on anything else nothing is said."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def meter(what: str) -> Callable[[int, int], None]:
    """Shows '12,000 of 25,900 rows · 40 s' in one line that is written over, at most five times a second."""
    started, shown = time.monotonic(), [0.0]

    def show(done: int, whole: int) -> None:
        now = time.monotonic()
        if sys.stderr.isatty() and (done == whole or now - shown[0] > 0.2):
            shown[0] = now
            end = "\n" if done == whole else ""
            print(f"\r{done:,} of {whole:,} {what} · {now - started:.0f} s ", end=end, file=sys.stderr, flush=True)

    return show
