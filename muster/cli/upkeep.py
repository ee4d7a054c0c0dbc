"""`muster backup`, `restore` and `partition`: looking after an installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.migrating import migrate_database
from muster.upkeep import backup as backups
from muster.upkeep import partition as partitions
from muster.upkeep import restore as restoring
from muster.upkeep.archive import NotDone

app = typer.Typer()
File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


def not_done(error: NotDone) -> typer.Exit:
    """Say why, and end with exit code 1."""
    typer.echo(str(error), err=True)
    return typer.Exit(1)


@app.command()
def backup(file: File) -> None:
    """Write database, secret key and mail files into one file, while everything runs. Keep it as safe as they are."""
    try:
        size = backups.backup(file)
    except NotDone as error:
        raise not_done(error) from error
    typer.echo(f"{file}: {size:,} bytes.", err=True)


@app.command()
def restore(
    file: File,
    force: Annotated[bool, typer.Option("--force", help="Also in place of an installation that is there.")] = False,
) -> None:
    """Put a backup back, after it has been checked. Stop web and workers first."""
    try:
        contents = restoring.restore(file, force=force)
    except NotDone as error:
        raise not_done(error) from error
    migrate_database(quiet=True)
    typer.echo(f"The installation is as it was on {contents.made_at}, by Muster {contents.version}.", err=True)


@app.command()
def partition(
    by: Annotated[int, typer.Option("--by", help="How many partitions each table gets.")] = 16,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the statements; change nothing.")] = False,
) -> None:
    """PostgreSQL: divide the tables that grow by team, in place, in one transaction. Stop web and workers first."""
    try:
        done = partitions.would(by) if dry_run else partitions.partition(by)
    except NotDone as error:
        raise not_done(error) from error
    if dry_run:
        typer.echo("\n".join(f"{each};" for each in done))
    else:
        typer.echo(f"Divided into {by}: {', '.join(done)}." if done else "Everything is divided already.", err=True)
