"""`muster check FILE`: what is wrong with a file, without a database."""

from __future__ import annotations

import json
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.reading import Reading, give_up, takes_reading
from muster.core import (
    BadFile,
    Kind,
    Known,
    Options,
    Outcome,
    Schema,
    check,
    custom_field,
    errors,
    make_plan,
    parse,
    phones,
)
from muster.core.fields import MAX_CUSTOM_FIELDS, position, reserved_name

app = typer.Typer()
SOME_ROWS_FAIL, REFUSED = 1, 2
STAFF = position("StaffId")


class BlankMobile(StrEnum):
    """What a blank MobileNumber means."""

    INFER = "infer"
    FAIL = "fail"


@app.command("check")
@takes_reading
def check_file(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file or a workbook; - reads standard input.")],
    *,
    reading: Reading,
    fields: Annotated[Path | None, typer.Option(help="The team's own fields, region and Staff IDs, as TOML.")] = None,
    region: Annotated[str, typer.Option(help="Home region of the team.")] = "",
    blank_mobile: Annotated[BlankMobile, typer.Option(help="What a blank MobileNumber means.")] = BlankMobile.FAIL,
    columns: Annotated[str, typer.Option(help='Answers as JSON: {"Cell Phone": "MobileNumber", "Notes": null}')] = "{}",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing: the exit code says it.")] = False,
) -> None:
    """Say what is wrong with a file, without a database.

    Exit code 1 if any row fails, 2 if the file is refused, 64 if it could not be tried.

    Nothing is known of the team's contacts here: every row counts as a new one.
    """
    schema, staff = read_fields(fields, region)
    options = Options(blank_mobile=blank_mobile, columns=read_columns(columns), **reading.options())
    outcome, refused = judge(read_file(file), schema, options, staff)
    if as_json:
        found = {name: [*map(errors.retold, getattr(outcome, name))] for name in ("problems", "notes")}
        told = {"state": "refused" if refused else "ready", **outcome.to_json(), **found}
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif not quiet:
        show(outcome, refused=refused)
    raise typer.Exit(exit_code(outcome, refused=refused))


def judge(data: bytes, schema: Schema, options: Options, staff: frozenset[str] | None) -> tuple[Outcome, bool]:
    """Parse, check and plan as if the team had no contacts. With `staff` None, every Staff ID counts as known."""
    try:
        checked = check(parse(data, schema, options), schema, options)
    except BadFile as bad:
        return Outcome.of_bad_file(bad.problems), True
    if staff is None:
        staff = frozenset(each.values[STAFF] for each in checked.records if isinstance(each.values[STAFF], str))
    return Outcome.of(make_plan(checked, Known(staff=staff), schema, options)), False


def exit_code(outcome: Outcome, *, refused: bool) -> int:
    """0 when every row is good, 1 when some fail, 2 when the file is refused."""
    return REFUSED if refused else SOME_ROWS_FAIL if outcome.totals["failed"] else 0


def read_file(name: str) -> bytes:
    """The bytes of a file, or of standard input for -."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        give_up(f"{name}: {error.strerror}.")


def read_columns(text: str) -> dict[str, str | None]:
    """The column answers. Ends the program when they are not a JSON object of names."""
    try:
        answers = json.loads(text)
    except ValueError as error:
        give_up(f"--columns is not JSON: {error}.")
    if not isinstance(answers, dict) or not all(each is None or isinstance(each, str) for each in answers.values()):
        give_up('--columns is an object of names: {"Cell Phone": "MobileNumber", "Notes": null}.')
    return answers


def read_fields(path: Path | None, region: str) -> tuple[Schema, frozenset[str] | None]:
    """The schema of a TOML file: `home_region`, `strict_numbers`, `staff`, and a `[[field]]` for each own field."""
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
        custom = [_field(number, each) for number, each in enumerate(kept.get("field", []), 1)]
    except (OSError, ValueError, KeyError) as error:
        give_up(f"{path}: {error}.")
    home = region.upper() or kept.get("home_region", "US")
    if not phones.is_region(home):
        give_up(f"{home} is not a region, such as US or GB.")
    if len(custom) > MAX_CUSTOM_FIELDS:
        give_up(f"{path} has {len(custom)} fields; a team can have {MAX_CUSTOM_FIELDS}.")
    staff = frozenset(map(str, kept["staff"])) if "staff" in kept else None
    return Schema(tuple(custom), home, bool(kept.get("strict_numbers", False))), staff


def _field(number: int, kept: dict[str, Any]) -> Any:
    if reserved_name(kept["name"]):
        raise ValueError(f"{kept['name']} is the product's own header")
    return custom_field(
        kept["name"],
        f"custom.{number}",
        Kind(kept.get("kind", "text")),
        required=bool(kept.get("required", False)),
        max_length=int(kept.get("max_length", 255)),
        choices=kept.get("choices", ()),
    )


def show(outcome: Outcome, *, refused: bool) -> None:
    """Print an outcome for people: the counts, each problem with its fix, the notes counted."""
    for problem in map(errors.retold, outcome.problems):
        place = " ".join(filter(None, [f"Row {problem['row']}" if problem["row"] else "File", problem["field"]]))
        typer.echo(f"{place}: {problem['message']} {problem['fix']}  [{problem['code']}]")
    counted = sum(outcome.problem_counts.values())
    if counted > len(outcome.problems):
        typer.echo(f"… and {counted - len(outcome.problems):,} more problems.")
    of_file = {note["code"]: note["message"] for note in map(errors.retold, outcome.notes)}
    for code, count in outcome.note_counts.items():
        words = of_file.get(code) or f"{errors.title(code)}: {count:,} {'row' if count == 1 else 'rows'}."
        typer.echo(f"Note: {words}  [{code}]")
    if refused:
        typer.echo("The file cannot be imported as it is. Nothing was changed.")
        return
    totals = outcome.totals
    parts = ", ".join(f"{totals[name]:,} {name}" for name in ("created", "updated", "unchanged", "failed"))
    typer.echo(f"{totals['rows']:,} {'row' if totals['rows'] == 1 else 'rows'}: {parts}.")
