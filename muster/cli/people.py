"""`muster owner`, `muster token`, `muster demo`: who may come in."""

from __future__ import annotations

from typing import Annotated

import typer
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from muster import demo as demo_team
from muster.migrating import migrate_database
from muster.settings import settings
from muster.teams import members, tokens
from muster.teams.models import User

app = typer.Typer()
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their address.")]


def refuse(error: ValidationError | str) -> typer.Exit:
    """Say why not, and end with exit code 1."""
    typer.echo(" ".join(error.messages) if isinstance(error, ValidationError) else error, err=True)
    return typer.Exit(1)


@app.command()
def owner(
    email: Email,
    password: Annotated[
        str, typer.Option(envvar="MUSTER_PASSWORD", help="Asked when left out.", show_default=False)
    ] = "",
) -> None:
    """Create an owner of this installation, or make an existing user one."""
    migrate_database(quiet=True)
    known = User.objects.filter(email=email.strip().lower()).first()
    if not password and not (known and known.has_usable_password()):
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        if password:
            validate_password(password, known or User(email=email))
        made = members.make_owner(None, email, password=password or None)
    except ValidationError as error:
        raise refuse(error) from error
    if known and not known.is_active:
        typer.echo(f"The account of {made.email} was switched off. It is on again.", err=True)
    typer.echo(f"{made.email} is an owner of this installation.", err=True)


@app.command()
def token(email: Email, name: Annotated[str, typer.Option(help="What the token is for.", show_default=False)]) -> None:
    """Print a new API token, alone on standard output."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise refuse(f"No user has the address {email}.")
    _, plain = tokens.make(user, name)
    typer.echo(plain)


@app.command()
def demo(
    random_passwords: Annotated[
        bool, typer.Option("--random-passwords", help="For an installation that others can reach.")
    ] = False,
) -> None:
    """Make a demo team with fields, users and contacts. Doing it twice changes nothing.

    At an address that is not of this machine its passwords are random, and shown this once.
    """
    migrate_database(quiet=True)
    public = random_passwords or not demo_team.is_of_this_machine(settings().url)
    typer.echo(demo_team.make(random_passwords=public).text(settings().url))
