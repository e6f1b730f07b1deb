"""Operators from the command line: the way in when nobody can sign in any more."""

from __future__ import annotations

import sys

import click

from commands import database as databases
from models import database
from rules import people, shop
from rules.refusal import Invalid, Refused
from rules.rights import DESK


@click.command()
@click.argument("email")
@click.option("--name", help="Default: what stands before the @.")
@click.option("--role", default="clerk", show_default=True, help="The key or the name of a role: owner, manager, clerk or one of your own.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input instead of asking for it.")
def create_operator(email: str, name: str | None, role: str, password_stdin: bool) -> None:
    """Make an operator with this EMAIL, who can sign in at once."""
    databases.must_be_up_to_date()
    with database.connection_context():
        try:
            settings = shop.current()
            wanted = people.role_named(role, settings)
            password = sys.stdin.readline().rstrip("\r\n") if password_stdin else click.prompt("Password", hide_input=True, confirmation_prompt=True)
            values = {"name": name or email.partition("@")[0], "email": email, "role": wanted.id, "language": settings.shop.language,
                      "password": password}
            operator = people.add(values, by=DESK)
        except Invalid as invalid:
            raise click.ClickException("\n".join(f"{field}: {refused}" for field, refused in invalid.errors.items())) from None
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
    click.echo(f"{operator.name} can sign in as {operator.email} ({wanted.name}).")
