"""Offering a recipe: finding the one for a file by its headers, and what the pages of a draft show of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.contacts.schema import schema_of
from muster.core.cells.whole import whole
from muster.core.fields import options_from_json
from muster.core.problems import BadFile
from muster.imports.draft.sample import first_rows
from muster.imports.models import Import, Recipe
from muster.imports.recipes import manage
from muster.imports.recipes.headers import key_of, reading_of
from muster.teams.models import Team

_MOST_READINGS = 20  # ways of reading a file, the latest first, that are tried to find its recipe


def find(imp: Import) -> Recipe | None:
    """Return the recipe of the team for a file with these headers, read as the recipe reads it."""
    recipes: dict[tuple[Any, ...], dict[str, Recipe]] = {}
    for each in Recipe.objects.filter(team=imp.team).order_by("-saved_at").select_related("saved_by"):
        recipes.setdefault(tuple(reading_of(each.options).items()), {})[each.key] = each
    for reading, by_key in list(recipes.items())[:_MOST_READINGS]:
        key = _key_of_file(imp, dict(reading))
        if key in by_key:
            return by_key[key]
    return None


def _key_of_file(imp: Import, reading: Mapping[str, Any]) -> str | None:
    try:
        return key_of(first_rows(imp, schema_of(imp.team), options_from_json(reading)).header)
    except BadFile:
        return None


def offer(imp: Import) -> Import:
    """Remember which recipe there is for a file that was just brought."""
    found = find(imp)
    if found:
        imp.offered = found.id
        Import.objects.filter(pk=imp.pk).update(offered=found.id)
    return imp


def offered(imp: Import) -> Recipe | None:
    """Return the recipe that is offered for a draft, unless it was applied or has been deleted."""
    if imp.offered is None or imp.recipe:
        return None
    return Recipe.objects.filter(team=imp.team_id, pk=imp.offered).select_related("saved_by").first()


def named(team: Team, wanted: str) -> Recipe | None:
    """Return the recipe of this name, or with this id."""
    recipes = Recipe.objects.filter(team=team).select_related("saved_by")
    found = recipes.filter(name=wanted).first()
    pk = whole(wanted)
    return found or (None if pk is None else recipes.filter(pk=pk).first())


def of_draft(imp: Import) -> dict[str, Any]:
    """Return what the pages of a draft show of recipes: the one that is offered, or what the applied one did."""
    steps = manage.steps(options_from_json(imp.options)) if imp.recipe else []
    return {"recipe_offered": offered(imp), "recipe_steps": steps}
