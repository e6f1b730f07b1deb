"""A plot of amounts beside those of before, as the numbers an SVG needs: all in percent of its box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rules.today import Span

TOP, BOTTOM, LEFT, RIGHT = 6.0, 88.0, 8.0, 100.0
STEPS = (1, 2, 5)
MOST_LINES = 4


class Bar(NamedTuple):
    """`left` and `wide` are of its place, the bar is a little narrower; `line` is where the amount of before stands."""

    span: Span
    left: float
    wide: float
    top: float
    height: float
    line: float | None

    @property
    def middle(self) -> float:
        return round(self.left + self.wide / 2, 2)


class Plot(NamedTuple):
    """`lines`: whole euros and where their line is, from the axis up."""

    bars: list[Bar]
    lines: list[tuple[int, float]]


def plot(spans: Sequence[Span]) -> Plot:
    highest = max((amount.cents for span in spans for amount in (span.sold, span.before)), default=0)
    step = step_of(highest)
    full = step * max(1, -(-highest // step))
    wide = (RIGHT - LEFT) / max(1, len(spans))

    def at(cents: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * max(0, cents) / full, 2)

    bars = [Bar(span, round(LEFT + place * wide, 2), round(wide, 2), at(span.sold.cents), round(BOTTOM - at(span.sold.cents), 2),
                at(span.before.cents) if span.before.cents > 0 else None) for place, span in enumerate(spans)]
    return Plot(bars, [(cents // 100, at(cents)) for cents in range(0, full + 1, step)])


def step_of(highest: int) -> int:
    """Cents between two lines: a round number of euros, so that there are four lines at most above the axis."""
    power = 100
    while True:
        for step in STEPS:
            if highest <= step * power * MOST_LINES:
                return step * power
        power *= 10
