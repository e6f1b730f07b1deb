"""Brings in a file of orders or products."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from commands import database as databases
from commands.meter import meter
from models import database
from rules import imports, product_import, shop
from rules.refusal import Refused
from rules.rights import DESK

MOST_SHOWN = 50
WORDS = (("created", "new"), ("unchanged", "already there"), ("refused", "refused"), ("left", "right, but not taken"))


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", default="", help="Where the orders come from. Default: what made the file.")
@click.option("--dry-run", is_flag=True, help="Only say what the file would do.")
def import_file(file: Path, source: str, dry_run: bool) -> None:
    """Bring in FILE, plain or gzipped CSV: orders of Shopify, UCI Online Retail or docs/import-format.md, or products.

    All of it or nothing; what is there already stays as it is. Ends with 1 when a row is refused. Sends no letters.
    """
    databases.must_be_up_to_date()
    with databases.in_use(), database.connection_context():
        if not shop.is_set_up():
            raise click.ClickException("There is no shop yet. Set it up in the browser, or with: bin/toonbank demo")
        try:
            done = _products(file, dry_run) if product_import.is_product_file(file) and not imports.is_order_file(file) else _orders(
                file, source, dry_run)
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
    sys.exit(0 if done else 1)


def _orders(file: Path, source: str, dry_run: bool) -> bool:
    started = time.monotonic()
    report = imports.bring_in(file, by=DESK, source=source, dry_run=dry_run, progress=meter("rows"))
    seconds = time.monotonic() - started
    _refused(report.refused)
    if report.format:
        click.echo(f"{file.name}: {report.format}{f', from {report.source}' if report.source else ''}")
    for key, word in WORDS:
        if report.orders[key]:
            click.echo(f"{report.orders[key]:>12,} orders {word} ({report.rows[key]:,} rows)")
    for currency, total in report.totals.items():
        click.echo(f"{total!s:>12} {currency} in total")
    if report.kept_totals:
        click.echo(f"{report.kept_totals:>12,} orders keep the file's total: their lines come to something else")
    _end(report.is_done, dry_run)
    if report.orders["created"]:
        click.echo(f"{seconds:.1f} s, {report.orders['created'] / seconds:,.0f} orders a second", err=True)
    return report.is_done


def _products(file: Path, dry_run: bool) -> bool:
    report = product_import.bring_in(file, file_name=file.name, dry_run=dry_run, by=DESK)
    _refused([*report.refused, *report.notes])
    if report.format:
        click.echo(f"{file.name}: products of {report.format}")
        click.echo(", ".join(f"{number:,} {word}" for word, number in report.counts.items()))
    if report.ignored:
        click.echo(f"Nothing was done with: {', '.join(report.ignored)}")
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
    return not report.refused


def _refused(faults: Iterable[Any]) -> None:
    faults = list(faults)
    for fault in faults[:MOST_SHOWN]:
        where = ", ".join(filter(None, (f"row {fault.row}" if fault.row else "", f"column '{fault.column}'" if fault.column else "")))
        click.echo(f"{where or 'The file'}: {fault}", err=True)
    if len(faults) > MOST_SHOWN:
        click.echo(f"… and {len(faults) - MOST_SHOWN:,} more", err=True)


def _end(is_done: bool, dry_run: bool) -> None:
    if not is_done:
        click.echo("Nothing was imported: correct these rows, or take them out of the file, and import it again.", err=True)
    elif dry_run:
        click.echo("Nothing was changed: this was a dry run.")
