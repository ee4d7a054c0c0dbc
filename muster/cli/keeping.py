"""`muster export` and `muster undo`: contacts out, and an import taken back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from django.core.serializers.json import DjangoJSONEncoder

from muster.api.shapes.imports import import_json
from muster.cli.importing import OURS_FAILED, find_team, find_user
from muster.cli.reading import give_up
from muster.contacts import export as exports
from muster.core.sentences import failures
from muster.imports import undo as undoing
from muster.imports import worker
from muster.imports.models import Import, State, WrongState
from muster.teams import audit

app = typer.Typer()
TeamSlug = Annotated[
    str, typer.Option("--team", metavar="SLUG", help="The team, as in its address.", show_default=False)
]
UserEmail = Annotated[
    str, typer.Option("--user", metavar="EMAIL", help="Who does it: named in the log and in history.")
]
REFUSED = 2


@app.command()
def export(
    team: TeamSlug,
    out: Annotated[str, typer.Argument(metavar="[FILE]", help="- writes standard output.")] = "-",
    user: UserEmail = "",
) -> None:
    """Write all contacts of a team as CSV, in the template's columns: imported again, every row is unchanged."""
    found, by = find_team(team), find_user(user)
    chosen = exports.contacts(found)
    audit.record(found, by, "exported", contacts=chosen.count())
    if out == "-":
        for text in exports.as_csv(found, chosen):
            sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    part = Path(f"{out}.part")  # a file that is there under its name is whole
    part.touch(mode=0o600)
    with part.open("w", encoding="utf-8", newline="") as file:
        file.writelines(exports.as_csv(found, chosen))
    part.replace(out)


@app.command()
def undo(
    import_id: Annotated[UUID, typer.Argument(metavar="IMPORT", help="Its id, as in its address.")],
    team: TeamSlug,
    user: UserEmail = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as the API shows it.")] = False,
) -> None:
    """Undo an import. Exit code 2 if it cannot be undone, 3 if it failed on our side."""
    found, by = find_team(team), find_user(user)
    imp = Import.objects.filter(team=found, pk=import_id).first() or give_up(f"The team has no import {import_id}.")
    try:
        if dry_run:
            say_plan(undoing.look(imp), as_json=as_json)
            return
        entry = worker.run_now(undoing.undo(imp, by))
    except WrongState as error:
        typer.echo(f"It cannot be undone: it is {error.state}, an undo itself, too old, or being undone.", err=True)
        raise typer.Exit(REFUSED) from error
    if as_json:
        typer.echo(json.dumps(import_json(entry), cls=DjangoJSONEncoder, ensure_ascii=False))
    if entry.state != State.DONE:
        typer.echo(failures.FAILURE, err=True)
        raise typer.Exit(OURS_FAILED)
    if not as_json:
        typer.echo(f"Undone: {entry.updated:,} contacts restored, {entry.summary['totals']['removed']:,} removed.")


def say_plan(plan: undoing.UndoPlan, *, as_json: bool) -> None:
    """Print what undoing would do."""
    if as_json:
        typer.echo(json.dumps(asdict(plan)))
        return
    typer.echo(f"{plan.removed:,} contacts would be removed, {plan.restored + plan.partly:,} restored.")
    typer.echo(f"{plan.kept_created + plan.kept_changed + plan.gone:,} stay: they were changed or removed since.")
