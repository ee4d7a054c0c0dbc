"""`muster import FILE`: the engine of the pages, in this process, with a progress bar."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from muster.api.shapes.imports import import_json
from muster.cli.checking import REFUSED, SOME_ROWS_FAIL, BlankMobile, read_columns, read_file, show
from muster.cli.reading import Reading, give_up, takes_reading
from muster.contacts.schema import schema_of
from muster.core import BadFile, Outcome, check, make_plan, parse
from muster.core.fields import Options, options_to_json
from muster.core.sentences import failures
from muster.imports import run, worker
from muster.imports.models import Import, Recipe, State
from muster.imports.progress import Clock, progress
from muster.imports.recipes import offer, use
from muster.imports.recipes.repeats import repeated
from muster.imports.store import facts
from muster.settings import settings
from muster.teams.models import Team, User

app = typer.Typer()
SECONDS_BETWEEN_LOOKS = 0.2
PHASES = ("parse", "check", "plan", "apply")
OURS_FAILED = 3


class OptBackIn(StrEnum):
    """What becomes of who had opted out, where the file opts them in."""

    FILE = "file"
    KEEP = "keep"


@app.command("import")
@takes_reading
def import_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file or a workbook; - reads standard input.")],
    *,
    reading: Reading,
    team: Annotated[str, typer.Option(metavar="SLUG", help="The team, as in its address.", show_default=False)],
    blank_mobile: Annotated[
        BlankMobile | None, typer.Option(help="What a blank MobileNumber means; needed without --recipe.")
    ] = None,
    allow_mobile_updates: Annotated[
        bool, typer.Option("--allow-mobile-updates", help="Change mobile numbers of existing contacts.")
    ] = False,
    keep_opt_outs: Annotated[
        bool, typer.Option("--keep-opt-outs", help="A blank WhatsApp opt-out keeps what is stored.")
    ] = False,
    opt_back_in: Annotated[
        OptBackIn, typer.Option(help="Who had opted out, where the file opts them in: as the file says, or kept.")
    ] = OptBackIn.FILE,
    columns: Annotated[str, typer.Option(help='Answers as JSON: {"Cell Phone": "MobileNumber", "Notes": null}')] = "{}",
    recipe: Annotated[str, typer.Option(metavar="NAME", help="Do as with the last file of this recipe.")] = "",
    user: Annotated[str, typer.Option(metavar="EMAIL", help="Who imports: named in history, and mailed.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the import as the API shows it.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing: the exit code says it.")] = False,
) -> None:
    """Import a file. Exit code 1 if any row failed, 2 if the file was refused, 3 if it failed on our side.

    64 if it could not be tried.
    """
    started = time.perf_counter()
    said = {
        "blank_mobile": blank_mobile.value if blank_mobile else None,
        "allow_mobile_updates": allow_mobile_updates,
        "blank_opt_out": "keep" if keep_opt_outs else "opt_in",
        "opt_back_in": opt_back_in.value,
        "columns": read_columns(columns),
        **reading.options(),
    }
    found = find_team(team)
    kept = find_recipe(found, recipe)
    name = kept.name if kept else ""
    order = Order(found, find_user(user), file, read_file(file), chosen_options(found, said, kept), name)
    imp = would(order) if dry_run else carry_out(order, hide_bar=as_json or quiet)
    seconds = {phase: round(imp.seconds.get(phase, 0.0), 3) for phase in PHASES}
    seconds["total"] = round(time.perf_counter() - started, 3)
    if as_json or not quiet:
        report(imp, seconds, as_json=as_json, dry_run=dry_run)
    raise typer.Exit(exit_code(imp))


@dataclass(frozen=True)
class Order:
    """What is to be imported, and for whom."""

    team: Team
    user: User | None
    name: str
    data: bytes
    options: Options
    recipe: str = ""


def find_recipe(team: Team, recipe: str) -> Recipe | None:
    """The recipe of this name or id, or the end of the program; nothing when none was named."""
    return (offer.named(team, recipe) or give_up(f"The team has no recipe {recipe}.")) if recipe else None


def chosen_options(team: Team, said: dict[str, Any], recipe: Recipe | None) -> Options:
    """Return the options of the command; what it does not say is as the recipe has it."""
    if recipe is None:
        return Options(**said) if said["blank_mobile"] else give_up("--blank-mobile is needed: infer or fail.")
    options, plain = use.repeated(recipe, schema_of(team)).options, Options()
    chosen = {name: value for name, value in said.items() if value is not None and value != getattr(plain, name)}
    if said["blank_mobile"]:
        chosen["blank_mobile"] = said["blank_mobile"]
    for name in ("columns", "date_orders"):
        chosen[name] = {**getattr(options, name), **said[name]}
    return replace(options, **chosen)


def find_team(slug: str) -> Team:
    """The team with this slug, or the end of the program."""
    return Team.objects.filter(slug=slug).first() or give_up(f"No team has the address {slug}.")


def find_user(email: str) -> User | None:
    """The user with this address, or the end of the program; nobody when none was named."""
    if not email:
        return None
    return User.objects.filter(email=email.strip().lower()).first() or give_up(f"No user has the address {email}.")


def would(order: Order) -> Import:
    """Look at the file without keeping anything: an import that is never saved, as it would be."""
    imp = Import(team=order.team, created_by=order.user, method="api", filename=filename(order.name))
    imp.recipe = order.recipe
    imp.options, schema, clock = options_to_json(order.options), schema_of(order.team), Clock(imp)
    try:
        with clock.timed("parse"):
            table = parse(order.data, schema, order.options, max_rows=settings().max_api_rows)
            table = repeated(table, schema, order.options)
        with clock.timed("check"):
            checked = check(table, schema, order.options)
        with clock.timed("plan"):
            plan = make_plan(checked, facts.of(order.team, checked.asked()).known, schema, order.options)
        outcome, imp.state = Outcome.of(plan), State.READY
    except BadFile as bad:
        outcome, imp.state = Outcome.of_bad_file(bad.problems), State.REFUSED
    imp.summary, imp.seconds = outcome.to_json(), clock.seconds
    for name, count in outcome.totals.items():
        setattr(imp, name, count)
    return imp


def carry_out(order: Order, *, hide_bar: bool) -> Import:
    """Import it here, with a progress bar on standard error."""
    with Watch(hidden=hide_bar) as watch:
        imp = run.receive(
            order.team,
            order.user,
            method="api",
            filename=filename(order.name),
            data=order.data,
            options=order.options,
            confirm=True,
            recipe=order.recipe,
        )
        watch.key = imp.pk
        return worker.run_now(imp)


class Watch:
    """Draws how far an import is, from a thread that looks at what the engine tells."""

    def __init__(self, *, hidden: bool) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self.bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden)
        self.key: UUID | None = None  # the import, once there is one
        self.stop = threading.Event()
        self.drawing = None if hidden else threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> Watch:
        self.bar.start()
        if self.drawing:
            self.drawing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        if self.drawing:
            self.drawing.join()
        self.bar.stop()

    def _draw(self) -> None:
        task = self.bar.add_task("Reading", total=None)
        try:
            while not self.stop.wait(SECONDS_BETWEEN_LOOKS):
                imp = Import.objects.filter(pk=self.key).first() if self.key else None
                if imp:
                    told = progress(imp)
                    words = told["phase"].capitalize() or "Waiting"
                    self.bar.update(task, description=words, completed=told["done"], total=told["of"])
        finally:
            connections.close_all()


def filename(name: str) -> str:
    """The name that history shows."""
    return "" if name == "-" else Path(name).name


def report(imp: Import, seconds: dict[str, float], *, as_json: bool, dry_run: bool) -> None:
    """Print the import: as the API's JSON, or for people."""
    if as_json:
        shown = {**import_json(imp), "seconds": seconds} | ({"id": None} if dry_run else {})
        typer.echo(json.dumps(shown, cls=DjangoJSONEncoder, ensure_ascii=False))
        return
    if imp.state == State.FAILED:
        typer.echo(failures.FAILURE, err=True)
        return
    outcome = Outcome.from_json(imp.summary)
    show(outcome, refused=imp.state == State.REFUSED)
    if dry_run and imp.state == State.READY:
        typer.echo("Nothing was changed: this was a dry run.")
    typer.echo(" · ".join(f"{phase} {each:.2f} s" for phase, each in seconds.items()), err=True)


def exit_code(imp: Import) -> int:
    """0 when every row is good, 1 when some fail, 2 when the file is refused, 3 when we failed or were cancelled."""
    if imp.state in {State.FAILED, State.CANCELLED}:
        return OURS_FAILED
    return REFUSED if imp.state == State.REFUSED else SOME_ROWS_FAIL if imp.failed else 0
