"""Recipes by API, and on the command line."""

import pytest

from muster.imports.models import Import, Recipe
from tests.api.conftest import HEADER, Caller
from tests.cast import Cast
from tests.imports.play import imported

pytestmark = pytest.mark.django_db(databases="__all__")
OWN = HEADER.replace("LastName", "Surname")
ROW = "S1,Ana,Lee,716-555-0101,"
TEXT = f"{OWN}\n{ROW}\n"


@pytest.fixture
def recipe(cast: Cast) -> Recipe:
    imported(cast.team, cast.alice, TEXT.encode(), columns={"Surname": "LastName"}, blank_mobile="infer")
    return Recipe.objects.get()


@pytest.mark.parametrize("by_id", [True, False])
def test_an_import_does_as_the_recipe_says(admin: Caller, recipe: Recipe, by_id: bool) -> None:
    wanted = recipe.pk if by_id else recipe.name

    posted = admin("POST", "/imports", {"text": TEXT, "recipe": wanted, "confirm": False})

    assert (posted.status, posted.body["state"], posted.body["recipe"]) == (202, "ready", recipe.name)
    assert posted.body["options"]["columns"] == {"Surname": "LastName"}
    assert posted.body["options"]["blank_mobile"] == "infer"


def test_what_is_said_beside_it_counts(admin: Caller, recipe: Recipe) -> None:
    body = {"text": f"{OWN},Notes\n{ROW},x\n", "recipe": recipe.name, "confirm": False}
    posted = admin("POST", "/imports", {**body, "blank_mobile": "fail", "columns": {"Notes": None}})
    assert posted.body["options"]["columns"] == {"Surname": "LastName", "Notes": None}
    assert posted.body["options"]["blank_mobile"] == "fail"


def test_a_recipe_that_is_not_there_is_refused(admin: Caller, recipe: Recipe) -> None:
    before = Import.objects.count()
    assert admin("POST", "/imports", {"text": TEXT, "recipe": "Nonsense"}).status == 422
    assert admin("POST", "/imports", {"text": TEXT}).status == 422  # neither a recipe nor what a blank number means
    assert Import.objects.count() == before


def test_it_is_listed_shown_renamed_and_deleted(admin: Caller, recipe: Recipe) -> None:
    where = f"/recipes/{recipe.pk}"
    assert [each["name"] for each in admin("GET", "/recipes").body["items"]] == ["contacts.csv"]
    shown = admin("GET", where).body
    assert (shown["version"], shown["headers"], shown["saved_by"]) == (1, OWN.split(","), "alice@example.edu")
    assert "Surname: LastName" in shown["steps"]
    assert admin("PATCH", where, {"name": "Registrar", "version": 1}).body["version"] == 2
    assert admin("PATCH", where, {"name": "Other", "version": 1}).status == 409
    assert admin("PATCH", where, {"name": ""}).status == 422
    assert admin("DELETE", where).body == {"id": recipe.pk}
    assert admin("GET", where).status == 404
