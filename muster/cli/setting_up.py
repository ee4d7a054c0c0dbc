"""Before a command that wants the data: find it, or say in a line what is wrong with the settings."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import NoReturn

import django
import typer
from dj_database_url import ParseError, UnknownSchemeError
from pydantic import ValidationError

from muster.cli.reading import USAGE
from muster.settings import make_folder, settings, variable


def find_data(*, may_begin: bool) -> None:
    """Make the folder of the data where that is meant; elsewhere it is not made in the wrong place by mistake."""
    folder = read_settings().absolute()
    try:
        if may_begin or settings().database_url:
            make_folder()
    except OSError as error:
        give_up(f"MUSTER_DATA is {folder}, and that cannot be made: {error.strerror}.")
    if not folder.is_dir():
        give_up(f"There is no installation in {folder}. Set MUSTER_DATA, or begin one with `muster serve`.")


def read_settings() -> Path:
    """Read them all, and return the folder of the data."""
    try:
        return settings().data
    except ValidationError as error:
        give_up("\n".join(f"{variable(str(each['loc'][0]))}: {each['msg']}." for each in error.errors()))


def set_up_django() -> None:
    """Load the settings and the models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.django_settings")
    try:
        importlib.import_module("muster.django_settings")
    except (ParseError, UnknownSchemeError, ValueError):  # what they say may show the password
        give_up("DATABASE_URL is not the address of a database: postgres://user:password@host/name.")
    django.setup()
    importlib.import_module("django.utils.translation").activate("en")  # pages and mails choose their own


def give_up(sentence: str) -> NoReturn:
    """Say why nothing could be done."""
    typer.echo(sentence, err=True)
    sys.exit(USAGE)
