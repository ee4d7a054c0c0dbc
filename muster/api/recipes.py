"""Recipes: what was decided for files with certain headers, listed, renamed, deleted, and used by a new import."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from muster.api.auth import Admins, who
from muster.api.description.openapi import says
from muster.api.paging import Page, newest_first
from muster.api.problems import Refused
from muster.contacts.schema import schema_of
from muster.core.fields import Options
from muster.core.sentences.language import gettext as _
from muster.imports.models import Recipe
from muster.imports.recipes import manage, offer, use
from muster.teams.models import Team

router = Router(tags=["Recipes"])
RECIPE = "/teams/{team}/recipes/{recipe_id}"
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
EXAMPLE: dict[str, Any] = {
    "id": 3,
    "name": "september.csv",
    "version": 2,
    "headers": ["Student ID", "First Name", "Surname", "Cell Phone", "WhatsApp"],
    "source": "september.csv",
    "saved_at": "2026-09-03T09:30:04Z",
    "saved_by": "ana@example.edu",
    "steps": ["Student ID: ContactId", "WhatsApp: Add the missing + (DE)"],
}


class RecipeOut(Schema):
    """A recipe. `steps` says in words what it does; `version` grows when it changes."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})
    id: int
    name: str
    version: int
    headers: list[str]
    source: str
    saved_at: datetime
    saved_by: str | None
    steps: list[str]


class RecipeList(Schema):
    """A page of recipes, the newest first."""

    items: list[RecipeOut]
    next: str | None


class RecipeGone(Schema):
    """The id of the recipe that was deleted."""

    id: int


class RecipeChange(Schema):
    """A new name. With the `version` that was looked at: 409 when it has moved on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Registrar", "version": 2}})
    name: Annotated[str, Field(max_length=1_000)]
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


def find(request: HttpRequest, recipe_id: int) -> Recipe:
    """Return the recipe in the address. Raises Http404 when it is not the team's."""
    return get_object_or_404(Recipe.objects.select_related("saved_by"), team=who(request).team, pk=recipe_id)


def repeated(team: Team, wanted: str | None) -> tuple[Options | None, str]:
    """Return what a recipe says and its name, found by name or id; nothing where none is wanted. Raises Refused."""
    if wanted is None:
        return None, ""
    found = offer.named(team, wanted)
    if found is None:
        raise Refused(422, _("The team has no recipe {wanted}.", wanted=wanted))
    return use.repeated(found, schema_of(team)).options, found.name


@router.get("/teams/{team}/recipes", auth=Admins(), response=RecipeList)
def list_recipes(request: HttpRequest, team: str, page: Query[Page]) -> dict[str, Any]:
    """List the team's recipes."""
    recipes = Recipe.objects.filter(team=who(request).team).select_related("saved_by")
    return newest_first(recipes, page, manage.recipe_json)


@router.get(RECIPE, auth=Admins(), response=RecipeOut)
def read_recipe(request: HttpRequest, team: str, recipe_id: Id) -> dict[str, Any]:
    """Show a recipe."""
    return manage.recipe_json(find(request, recipe_id))


@router.patch(RECIPE, auth=Admins(), response=RecipeOut, openapi_extra=says(409))
def change_recipe(request: HttpRequest, team: str, recipe_id: Id, body: RecipeChange) -> dict[str, Any]:
    """Rename a recipe. 422 when another one has the name, 409 when it is at another version than the given one."""
    try:
        changed = manage.rename(find(request, recipe_id), who(request).user, body.name, body.version)
    except manage.Overtaken as overtaken:
        raise Refused(409, _("The recipe is at another version than the one given.")) from overtaken
    return manage.recipe_json(changed)


@router.delete(RECIPE, auth=Admins(), response=RecipeGone)
def delete_recipe(request: HttpRequest, team: str, recipe_id: Id) -> dict[str, Any]:
    """Delete a recipe: the next file with its headers is asked about as any other."""
    manage.delete(find(request, recipe_id), who(request).user)
    return {"id": recipe_id}
