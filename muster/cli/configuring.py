"""`muster settings`: every setting, its value, and where it came from."""

from __future__ import annotations

import typer

from muster.settings import describe

app = typer.Typer()


@app.command("settings")
def show() -> None:
    """List every setting, its value, and where it came from."""
    for each in describe():
        typer.echo(f"{each.variable} = {each.value or '(unset)'}  ({each.source})")
        typer.echo(f"    {each.help}")
