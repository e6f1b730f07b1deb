"""Fills a demo shop."""

from __future__ import annotations

import sys
import time

import click

from commands import database as databases
from commands.meter import meter
from models import database
from rules import demo as demo_rules
from rules import profile, shop
from rules.refusal import Invalid, Refused


@click.command()
@click.option("--orders", default=1_500, show_default=True, type=click.IntRange(1, demo_rules.MOST_ORDERS), help="How many.")
@click.option("--seed", default=2026, show_default=True, help="The same seed makes the same shop.")
@click.option("--email", help="Of the owner, when there is no shop yet.")
@click.option("--name", default="", help="Of the owner. Default: what stands before the @.")
@click.option("--password-stdin", is_flag=True, help="Read the owner's password from the first line of the input instead of asking for it.")
def demo(orders: int, seed: int, email: str | None, name: str, password_stdin: bool) -> None:
    """Make a Dutch demo shop of any size, or fill the one that was set up and is still empty."""
    databases.bring_up_to_date()
    started = time.monotonic()
    with databases.in_use(), database.connection_context():
        try:
            owner = None if shop.is_set_up() else _owner(email, name, password_stdin)
            with database.atomic():
                if owner:
                    profile.open_shop({**profile.BLANK, **profile.DEMO}, owner)
                demo_rules.fill(orders, seed, progress=meter("orders"))
        except Invalid as invalid:
            raise click.ClickException("\n".join(f"{field.removeprefix('owner_')}: {refused}" for field, refused in invalid.errors.items())) from None
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
    seconds = time.monotonic() - started
    click.echo(f"Made {orders:,} orders in {seconds:.1f} s ({orders / seconds:,.0f} a second).")


def _owner(email: str | None, name: str, password_stdin: bool) -> dict[str, str]:
    """Asks for what was not given; there is no password that anybody could know."""
    email = email or click.prompt("E-mail address of the owner")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return {"name": name or email.partition("@")[0], "email": email, "password": password}
