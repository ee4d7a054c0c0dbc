"""Keeping a recipe: after an import, in its transaction, for the headers of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from muster.core.fields import Options, Schema, options_to_json
from muster.core.outcome import Outcome
from muster.core.replan import Reading
from muster.imports.models import Edit, Import, Recipe
from muster.imports.recipes.headers import key_of, raw
from muster.imports.recipes.repeats import MOST_REPEATED, can_be_repeated
from muster.imports.store.db_text import fit_for_json

MOST_OF_A_TEAM = 200  # the ones that were kept longest ago go first
LONGEST_NAME = 100
ANY = "*"  # in place of a code


def keep(imp: Import, read: Reading, outcome: Outcome, at: datetime) -> None:
    """Keep what was decided for this file, in place of what was for the same headers; nothing where nothing was.

    For whoever holds the team's lock: of two imports that end at once, the later one counts.
    """
    header, schema, options = read.table.header, read.schema, read.options
    names = {*raw(header), *header}
    columns = {name: answer for name, answer in options.columns.items() if name in names}
    decided = replace(options, columns=columns, fixes=_fixes(imp, options))
    if not _says_something(decided, schema):
        return
    used = {(answer or "").removeprefix("!") for answer in columns.values()} | set(decided.date_orders)
    values = {
        "headers": raw(header),
        "options": fit_for_json(options_to_json(decided)),
        "fields": {each.name: each.key for each in schema.custom if each.name in used},
        "left_out": sorted({*((each.code, each.field or "") for each in outcome.causes), *_by_hand(imp, read)}),
        "source": imp.filename,
        "saved_by": imp.by,
        "saved_at": at,
    }
    _save(imp, key_of(header), values)


def _by_hand(imp: Import, read: Reading) -> set[tuple[str, str]]:
    """Return the fields in which cells were typed: what is wrong there was seen, whatever it is."""
    typed = Edit.objects.filter(of=imp, undone=False, repeat={}).values_list("cells", flat=True)
    headers = {header for step in typed for _, header, *_ in step if header is not None}
    columns = zip(read.table.header, read.checked.columns, strict=True)
    return {(ANY, its.name) for header, its in columns if its and header in headers}


def _fixes(imp: Import, options: Options) -> tuple[Mapping[str, Any], ...]:
    """Return the fixes that were repeated, and the ones made to this file, each once."""
    made = Edit.objects.filter(of=imp, undone=False).exclude(repeat={}).order_by("number")
    found: list[Mapping[str, Any]] = []
    for fix in (*options.fixes, *made.values_list("repeat", flat=True)):
        if fix not in found and can_be_repeated(str(fix.get("fix")), str(fix.get("header"))):
            found.append(fix)
    return tuple(found[-MOST_REPEATED:])


def _says_something(options: Options, schema: Schema) -> bool:
    """Whether anything was decided that the team's last choice does not say by itself."""
    plain = Options(blank_mobile=options.blank_mobile)
    answers = {name: answer for name, answer in options.columns.items() if name not in schema.by_header}
    return replace(options, columns=answers) != plain


def _save(imp: Import, key: str, values: dict[str, Any]) -> None:
    found = Recipe.objects.select_for_update().filter(team=imp.team, key=key).first()
    if found is None:
        _make_room(imp)
        Recipe.objects.create(team=imp.team, key=key, name=free_name(imp, imp.name), **values)
        return
    is_other = any(getattr(found, name) != values[name] for name in ("options", "fields"))
    for name, value in values.items():
        setattr(found, name, value)
    found.version += is_other
    found.save()


def _make_room(imp: Import) -> None:
    kept = Recipe.objects.filter(team=imp.team).order_by("-saved_at", "-id").values_list("id", flat=True)
    Recipe.objects.filter(team=imp.team, id__in=list(kept[MOST_OF_A_TEAM - 1 :])).delete()


def free_name(imp: Import, wanted: str) -> str:
    """Return the name, with a number after it where another recipe of the team has it."""
    wanted = wanted[: LONGEST_NAME - 6]
    taken = set(Recipe.objects.filter(team=imp.team, name__startswith=wanted).values_list("name", flat=True))
    numbered = (
        wanted,
        *(f"{wanted} ({number})" for number in range(2, MOST_OF_A_TEAM + 2)),
    )
    return next(name for name in numbered if name not in taken)
