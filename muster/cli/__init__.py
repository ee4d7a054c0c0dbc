"""The command line: `muster serve`, `muster check FILE` and the rest. Each command is loaded when it is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

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
    "settings": "configuring",
    "conform": "conforming",
}
PURE = {"checking", "configuring", "conforming"}  # no database, no Django: they start in a moment


class Commands(TyperGroup):
    """Knows every command's name, and loads its module only for the one that is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        if module not in PURE:
            set_up_django()
        group = typer.main.get_group(import_module(f"muster.cli.{module}").app)
        return group.get_command(ctx, cmd_name)


def set_up_django() -> None:
    """Load the settings and the models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
    import_module("django").setup()


app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def muster() -> None:
    """Contacts in bulk, without surprises: preview, import, undo."""


def main() -> None:
    """Run the command line. A database that does not answer is a sentence, not a stack trace."""
    try:
        app(prog_name="muster")
    except Exception as error:
        database = sys.modules.get("django.db")
        if database is None or not isinstance(error, database.DatabaseError):
            raise
        typer.echo(f"The database does not answer as it should: {error}. Has `muster migrate` been run?", err=True)
        sys.exit(3)
    finally:
        _close_pools()


def _close_pools() -> None:
    """The threads of an open pool would keep the process from ending."""
    if "django.db" in sys.modules:
        import_module("muster.pools").close_pools()
