"""The list of orders on a shop of a million: each field, free words, the worst two fields together, page 10,000, bad input, and while others
write.

Times are what a browser on this machine waits for. The floors are of the same run: the page rendered from memory, without server or
database, and for each page its SQL alone, asked again by the driver. First on SQLite and, where that is installed, then on PostgreSQL.
"""

from __future__ import annotations

import sys
import time

from bench.harness import Kept, Times, memory, running, shop, table
from bench.listing import HEAD, Listing
from bench.questions import Question, fields, pairs, words
from bench.saving import cost_of_the_index, while_others_write
from bench.server import postgresql

from flask import Flask

from app import create_app
from rules import shop as shops

AGAIN = 10  # pairs that took longest are measured again, one by one
SHOWN = 3
CHOSEN = 2  # questions of each field that are paired: those that took longest


def main() -> None:
    orders, app = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, create_app()
    measure("SQLite", shop(orders), app)
    with postgresql() as server:
        if server:
            measure("PostgreSQL", shop(orders, server=server), app)
        else:
            print("PostgreSQL is not installed: not measured on it.")


def measure(database: str, desk: Kept, app: Flask) -> None:
    began = time.perf_counter()
    print(f"\n## {database}: {' '.join((desk.folder / 'made').read_text().split()[1:])}\n")
    with running(desk), desk.opened():
        listing = Listing(desk, app)
        print(f"Floors: this page rendered from memory {spoken(listing.floor())}; its rows in a bare table {spoken(listing.bare)}\n", flush=True)
        listed(listing)
        bad_input(listing)
        beside = while_others_write(listing, app)
        print(f"\nEight read: {spoken(beside.idle)}; while two write: {spoken(beside.busy)}, no errors; a write {spoken(beside.writes)}")
        print(f"Memory of all processes after that: {memory(desk)}")
    with_index, without = cost_of_the_index(desk)
    print(f"Saving an order: {spoken(with_index)}; without the search index {spoken(without)}")
    print(f"Measured in {time.perf_counter() - began:.0f} s", flush=True)


def listed(listing: Listing) -> None:
    by_field: dict[str, list[Question]] = {}
    for _, question in listing.scanned(fields(shops.current())):
        by_field.setdefault(question.about, []).append(question)
    pages = [listing.first(), listing.deep(), listing.counted_anew(), *map(listing.measured, words())]
    table([HEAD, *(page.row() for page in [*pages, *(listing.measured(asked[0]) for asked in by_field.values())])])
    two = pairs(question for asked in by_field.values() for question in asked[:CHOSEN])
    worst = sorted(map(listing.measured, [question for _, question in listing.scanned(two)[:AGAIN]]), key=lambda page: -page.times.of(0.95))
    print(f"\nOf {len(two):,} pairs the worst:\n")
    table([HEAD, *(page.row() for page in worst[:SHOWN])])


def bad_input(listing: Listing) -> None:
    print("\nBad input:\n")
    table([HEAD, *(page.row() for page in listing.hostile())])


def spoken(times: Times) -> str:
    return f"p50 {times.at(0.5)}, p95 {times.at(0.95)}"


if __name__ == "__main__":
    main()
