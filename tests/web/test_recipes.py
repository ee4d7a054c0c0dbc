"""Recipes on pages: offered on a draft, done with one click, taken back, listed, renamed, deleted."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.imports.models import Import, Recipe, State
from muster.imports.recipes import offer
from tests.cast import Cast
from tests.imports.play import HEADER, drafted, imported
from tests.web.drafts import address, said

pytestmark = pytest.mark.django_db(databases="__all__")
OWN = HEADER.replace("LastName", "Surname")
ROW = "S1,Ana,Lee,716-555-0101,"
TRIM = {"fix": "trim", "header": "Surname", "code": "", "values": {}}


@pytest.fixture
def recipe(cast: Cast) -> Recipe:
    imported(cast.team, cast.alice, f"{OWN}\n{ROW}\n".encode(), columns={"Surname": "LastName"}, fixes=(TRIM,))
    return Recipe.objects.get()


def draft(cast: Cast, row: str = ROW) -> Import:
    return offer.offer(drafted(cast.team, cast.alice, f"{OWN}\n{row}\n".encode(), method="file"))


def test_a_draft_offers_it_and_one_click_goes_to_confirm(cast: Cast, recipe: Recipe) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    page = client.get(address(imp))
    assert page.context["recipe_offered"] == recipe
    assert "Do it as on " in page.content.decode()

    answer = client.post(address(imp, "repeat"), {"revision": str(imp.revision)})

    assert answer.headers["Location"] == address(imp, "confirm/")
    imp.refresh_from_db()
    assert (imp.state, imp.recipe) == (State.READY, "contacts.csv")
    page = client.get(address(imp))
    assert page.context["recipe_offered"] is None
    assert "Surname: Trim spaces" in page.content.decode()


def test_an_upload_can_be_done_as_last_time_at_once(cast: Cast, recipe: Recipe) -> None:
    client, new = cast.browser(cast.alice), "/t/admissions/imports/new/"
    assert "Upload and do it as last time" in client.get(new).content.decode()
    for text, ends in ((f"{OWN}\n{ROW}\n", "confirm/"), (f"{HEADER}\n{ROW}\n", "/")):
        file = SimpleUploadedFile("october.csv", text.encode())
        answer = client.post(new, {"blank_mobile": "fail", "file": file, "again": "yes"})
        assert answer.headers["Location"].endswith(ends)
    assert "No import before this one" in said(client, answer.headers["Location"])[-1]


def test_what_was_not_seen_the_last_time_is_shown_first(cast: Cast, recipe: Recipe) -> None:
    imp, client = draft(cast, "S2,Bo,,716-555-0102,"), cast.browser(cast.alice)
    assert client.post(address(imp, "repeat")).headers["Location"] == address(imp)
    assert said(client, address(imp)) == [
        "Done as with contacts.csv. Each step can be taken back under Causes and options."
    ]


def test_a_step_is_taken_back(cast: Cast, recipe: Recipe) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    client.post(address(imp, "repeat"))
    client.post(address(imp, "take-back"), {"taken": "fixes:0"})
    imp.refresh_from_db()
    assert imp.options["fixes"] == []
    client.post(address(imp, "take-back"), {"taken": "fixes:0"})
    assert said(client, address(imp))[-1] == "This step is not there any more."


def test_every_step_has_a_button_that_takes_it_back_alone(cast: Cast, recipe: Recipe) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    client.post(address(imp, "repeat"))
    imp.refresh_from_db()
    page = client.get(address(imp))
    steps = [each.name for each in page.context["recipe_steps"]]
    assert steps == ["columns:Surname", "fixes:0", "blank_mobile"]
    assert page.content.decode().count('name="taken"') == len(steps)
    before = imp.options
    for step, changed in (("blank_mobile", {"blank_mobile": "infer"}), ("columns:Surname", {"columns": {}})):
        Import.objects.filter(pk=imp.pk).update(options=before)
        imp.refresh_from_db()
        client.post(address(imp, "take-back"), {"taken": step, "revision": str(imp.revision)})
        imp.refresh_from_db()
        assert imp.options == before | changed
    assert imp.state == State.REFUSED
    assert "Surname" in client.get(address(imp)).content.decode()


def test_a_form_of_an_older_draft_does_nothing(cast: Cast, recipe: Recipe) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    client.post(address(imp, "repeat"), {"revision": str(imp.revision + 1)})
    imp.refresh_from_db()
    assert (imp.state, imp.recipe) == (State.REFUSED, "")


def test_one_that_was_deleted_meanwhile_is_not_there(cast: Cast, recipe: Recipe) -> None:
    imp, client = draft(cast), cast.browser(cast.alice)
    recipe.delete()
    client.post(address(imp, "repeat"))
    assert said(client, address(imp)) == ["This recipe is not there any more."]


def listed(client: Client) -> list[str]:
    return [each.name for each, _ in client.get("/t/admissions/imports/recipes/").context["recipes"]]


def test_it_is_listed_renamed_and_deleted(cast: Cast, recipe: Recipe) -> None:
    client, where = cast.browser(cast.alice), f"/t/admissions/imports/recipes/{recipe.pk}/"
    assert listed(client) == ["contacts.csv"]
    assert client.post(where, {"name": "  Registrar  weekly ", "version": "1"}).status_code == 302
    assert listed(client) == ["Registrar weekly"]
    assert client.post(f"{where}delete").status_code == 302
    assert listed(client) == []
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(("form", "status"), [({"name": " "}, 422), ({"name": "New", "version": "7"}, 409)])
def test_a_name_that_cannot_be_or_an_older_version_changes_nothing(
    cast: Cast, recipe: Recipe, form: dict[str, str], status: int
) -> None:
    answer = cast.browser(cast.alice).post(f"/t/admissions/imports/recipes/{recipe.pk}/", form)
    assert (answer.status_code, Recipe.objects.get().name) == (status, "contacts.csv")


def test_it_is_only_for_admins_of_the_team(cast: Cast, recipe: Recipe) -> None:
    where = f"/t/admissions/imports/recipes/{recipe.pk}/"
    assert cast.browser(cast.bob).get(where).status_code == 403
    assert cast.browser(cast.charlie).get(where).status_code == 404
    elsewhere = where.replace("admissions", cast.other_team.slug)
    assert cast.browser(cast.charlie).post(f"{elsewhere}delete").status_code == 404
    assert Recipe.objects.exists()
