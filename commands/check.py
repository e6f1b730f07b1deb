"""Proves that the shop's data is what its rules say."""

from __future__ import annotations

import sys
import time

import click

from commands import database as databases
from models import database
from rules import checks, shop

MOST_SHOWN = 1_000


@click.command()
def check() -> None:
    """Recompute everything the shop's rules promise and name each row that breaks one; changes nothing.

    Ends with 1 when there is such a row. The desk may go on meanwhile.
    """
    databases.must_be_up_to_date()
    started, found = time.monotonic(), 0
    with databases.in_use(), database.connection_context():
        if not shop.is_set_up():
            raise click.ClickException("There is no shop yet.")
        for found, breach in enumerate(checks.run(lambda subject: click.echo(f"Checking {subject}", err=True)), start=1):
            if found <= MOST_SHOWN:
                click.echo(str(breach))
    if found:
        click.echo(f"{found:,} breaches, in {time.monotonic() - started:.0f} s.", err=True)
        sys.exit(1)
    click.echo(f"All is as it should be ({time.monotonic() - started:.1f} s).")
