"""`muster conform URL`: play the conformance cases against a running server, through its API."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pydantic
import requests
import typer

import muster
from muster.cli.cases import Case, CaseError, Player

app = typer.Typer()
SOME_FAIL, NOTHING_PLAYED = 1, 2
PACKAGE = Path(muster.__file__).parent
# In a wheel the cases are part of the package; in a checkout they stand beside it, where people look for them.
PLACES = (PACKAGE / "conformance", PACKAGE.parent / "conformance")


@app.command()
def conform(
    url: Annotated[str, typer.Argument(metavar="URL", help="The server, as http://127.0.0.1:8000.")],
    token: Annotated[str, typer.Option(help="An API token of an owner.", show_default=False)],
    only: Annotated[str, typer.Option(help="Play only the cases whose name contains this.")] = "",
    cases: Annotated[
        Path | None, typer.Option(help="A TOML file of cases, or a folder of them.", show_default="the product's own")
    ] = None,
    wait: Annotated[float, typer.Option(help="Seconds that one import may take.")] = 60.0,
) -> None:
    """Play the conformance cases against a running server, each in a new team, and say which do not hold.

    The teams stay there afterwards: use an installation made for it. Exit code 1 if a case fails, 2 if none is played.
    """
    player = Player(url, token, wait)
    passed = failed = 0
    try:
        if refusal := player.refusal():
            raise ValueError(refusal)
        for file, case in read_cases(cases or own_cases()):
            if only in case.name:
                try:
                    player.play(case)
                    passed += 1
                except CaseError as failure:
                    failed += 1
                    typer.echo(f"FAIL {file.stem}: {case.name} [{', '.join(case.rules)}]: {failure}")
    except (requests.RequestException, OSError, ValueError) as error:
        typer.echo(f"The cases cannot be played: {error}.", err=True)
        raise typer.Exit(NOTHING_PLAYED) from error
    typer.echo(f"{passed} passed, {failed} failed")
    raise typer.Exit(SOME_FAIL if failed else 0 if passed else NOTHING_PLAYED)


def own_cases() -> Path:
    """The folder of the cases that come with the product."""
    for place in PLACES:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"no cases in {' or '.join(map(str, PLACES))}")


def read_cases(place: Path) -> Iterator[tuple[Path, Case]]:
    """Every case of a file, or of the TOML files of a folder, with the file it stands in."""
    for file in sorted(place.glob("*.toml")) if place.is_dir() else [place]:
        for each in tomllib.loads(file.read_text(encoding="utf-8"))["case"]:
            yield file, read_case(file, each)


def read_case(file: Path, told: dict[str, Any]) -> Case:
    """One case, checked: a key that the format does not know is an error, not something left unchecked."""
    try:
        return Case.model_validate(told)
    except pydantic.ValidationError as error:
        raise ValueError(f"{file.name}, {told.get('name', 'a case without a name')}: {error}") from error
