"""What goes wrong at the stand-in because a test wants it to: before it does what it was asked, or after."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

KINDS = (
    "reset",          # the line breaks before anything was done
    "reset after",    # it was done, and then the line breaks
    "hang",           # no answer ever, and nothing was done
    "hang after",     # it was done, and no answer ever
    "slow",           # it is done, and answered after a second and a half
    "500", "500 after",
    "503",            # not now: nothing was done, which Mollie promises and Stripe does not
    "429",            # asked too often: nothing was done
    "garbage",        # a page instead of an answer, and nothing was done
    "garbage after",
    "lost", "closed", # a page of somebody in between: 404, 403
    "redirect",       # ask again elsewhere, where it would be done
    "drip",           # it was done, and the answer comes one byte at a time
    "flood",          # it was done, and the answer is far too long
)


@dataclass
class Faults:
    """`on`: ask, fetch, cancel, refund, fetch_refund, cancel_refund, check, or any."""

    planned: list[list[object]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def plan(self, kind: str, on: str = "any", times: int = 1) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind}: one of {KINDS}")
        with self.lock:
            self.planned.append([kind, on, times])

    def next(self, name: str) -> str:
        with self.lock:
            for fault in self.planned:
                if fault[1] in ("any", name) and fault[2] > 0:
                    fault[2] -= 1
                    return str(fault[0])
        return ""

    def clear(self) -> None:
        with self.lock:
            self.planned.clear()

    def hang(self) -> None:
        """As long as the stand-in lives, a minute at the most."""
        self.over.wait(60)
