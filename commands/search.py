"""What orders, customers and products are found by."""

from __future__ import annotations

import time

import click

from commands import database as databases
from commands.meter import meter
from models import database
from rules import reindex as rules


@click.command()
def reindex() -> None:
    """Make the search texts and indexes of all orders, customers and products anew. The desk must be stopped."""
    databases.must_be_up_to_date()
    started = time.monotonic()
    with databases.alone(), database.connection_context():
        texts = rules.everything(meter("texts"))
    click.echo(f"Made {texts:,} texts and their indexes in {time.monotonic() - started:.1f} s.")
