"""The command line: `muster serve`, `muster check FILE` and the rest. Each command is loaded when it is asked for."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from muster import __version__

# Command → the module of this package that has it.
COMMANDS = {
    "serve": "serving",
    "web": "serving",
    "work": "serving",
    "migrate": "serving",
    "owner": "people",
    "token": "people",
    "demo": "people",
    "check": "checking",
    "import": "importing",
    "export": "keeping",
    "undo": "keeping",
    "backup": "upkeep",
    "restore": "upkeep",
    "partition": "upkeep",
    "settings": "configuring",
    "conform": "conforming",
}
PURE = {"checking", "configuring", "conforming"}  # no database, no Django: they start in a moment


SERVERS = {"serve", "web", "work"}  # they run until they are stopped
BEGINNERS = {"serve", "migrate", "owner", "demo", "restore"}  # they may begin an installation where there is none


class Commands(TyperGroup):
    """Knows every command's name, and loads its module only for the one that is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Before a command that wants the data: see to it that there is some, or say where it was looked for."""
        if args[0] in COMMANDS and COMMANDS[args[0]] not in PURE and "--help" not in args:
            import_module("muster.cli.setting_up").find_data(may_begin=args[0] in BEGINNERS)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        if module not in PURE:
            import_module("muster.cli.setting_up").set_up_django()
        group = typer.main.get_group(import_module(f"muster.cli.{module}").app)
        return group.get_command(ctx, cmd_name)


typer.BadParameter.__bases__[0].exit_code = 64  # type: ignore[attr-defined]  # wrong usage: 2 is a refused file
app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def show_version(wanted: bool) -> None:
    """Print the version alone, and end."""
    if wanted:
        typer.echo(f"muster {__version__}")
        raise typer.Exit


@app.callback()
def muster(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Contacts in bulk, without surprises: preview, import, undo."""


def main() -> None:
    """Run the command line. A database that does not answer is a sentence, not a stack trace."""
    try:
        app(prog_name="muster")
    except Exception as error:
        migrating = sys.modules.get("muster.migrating")
        if migrating is not None and isinstance(error, migrating.LaterDatabase):
            typer.echo(str(error), err=True)
            sys.exit(3)
        database = sys.modules.get("django.db")
        if database is None or not isinstance(error, database.DatabaseError):
            raise
        typer.echo(f"The database does not answer as it should: {error}. Has `muster migrate` been run?", err=True)
        sys.exit(3)
    finally:
        _close_pools()
        _end_at_once()


def _end_at_once() -> None:
    """Leave it to the system to clear up after a server: Python would take a second of processor time for that."""
    ended = sys.exc_info()[1]
    if sys.argv[1:2] and sys.argv[1] in SERVERS and isinstance(ended, SystemExit) and not ended.code:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _close_pools() -> None:
    """The threads of an open pool would keep the process from ending."""
    if "muster.django_settings" in sys.modules:
        import_module("muster.pools").close_pools()
