"""Who may open which page of Contact Import, and how: the same questions for every address."""

from uuid import uuid4

import pytest

from muster.imports.models import Import
from tests.cast import Cast
from tests.imports.play import ANA, drafted, sheet

pytestmark = pytest.mark.django_db(databases="__all__")

# Every address below /t/<team>/imports/, and the methods it takes.
OF_THE_TEAM = {
    "": "GET",
    "new/": "GET POST",
    "paste/": "GET POST",
    "template.csv": "GET",
    "recipes/": "GET",
    "template.xlsx": "GET",
}
OF_AN_IMPORT = {
    "": "GET",
    "progress": "GET",
    "rows-to-fix.csv": "GET",
    "rows-to-fix.xlsx": "GET",
    "changes.csv": "GET",
    "original": "GET",
    "options": "POST",
    "columns": "GET POST",
    "repeat": "POST",
    "take-back": "POST",
    "reading/": "GET POST",
    "rows/2/": "GET POST",
    "rows/2/leave-out": "POST",
    "fix/": "GET POST",
    "undo-step": "POST",
    "redo-step": "POST",
    "confirm/": "GET POST",
    "cancel": "POST",
    "undo/": "GET POST",
}
EVERY = [(path, methods, False) for path, methods in OF_THE_TEAM.items()]
EVERY += [(path, methods, True) for path, methods in OF_AN_IMPORT.items()]
one_by_one = pytest.mark.parametrize(
    ("path", "methods", "of_an_import"), EVERY, ids=[f"{'import/' * own}{path}" for path, _, own in EVERY]
)


@pytest.fixture
def imp(cast: Cast) -> Import:
    return drafted(cast.team, cast.alice, sheet(ANA))


def address(path: str, imp: Import | None, team: str = "admissions") -> str:
    return f"/t/{team}/imports/{f'{imp.pk}/' if imp else ''}{path}"


@one_by_one
def test_it_sends_strangers_to_sign_in(cast: Cast, imp: Import, path: str, methods: str, of_an_import: bool) -> None:
    where = address(path, imp if of_an_import else None)
    answer = cast.browser().generic(methods.split(maxsplit=1)[0], where)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@one_by_one
def test_it_does_not_exist_for_another_team(
    cast: Cast, imp: Import, path: str, methods: str, of_an_import: bool
) -> None:
    for method in methods.split():
        where = address(path, imp if of_an_import else None)
        assert cast.browser(cast.charlie).generic(method, where).status_code == 404


@one_by_one
def test_it_is_for_admins(cast: Cast, imp: Import, path: str, methods: str, of_an_import: bool) -> None:
    for method in methods.split():
        where = address(path, imp if of_an_import else None)
        assert cast.browser(cast.bob).generic(method, where).status_code == 403


@one_by_one
def test_it_takes_its_own_methods_only(cast: Cast, imp: Import, path: str, methods: str, of_an_import: bool) -> None:
    where = address(path, imp if of_an_import else None)
    for method in {"GET", "POST", "PUT", "DELETE"} - set(methods.split()):
        assert cast.browser(cast.alice).generic(method, where).status_code == 405


@one_by_one
def test_it_refuses_a_form_without_its_token(
    cast: Cast, imp: Import, path: str, methods: str, of_an_import: bool
) -> None:
    if "POST" in methods:
        where = address(path, imp if of_an_import else None)
        assert cast.browser(cast.alice, csrf=True).post(where).status_code == 403


@pytest.mark.parametrize("path", OF_AN_IMPORT)
def test_it_does_not_find_an_import_that_is_not_there(cast: Cast, imp: Import, path: str) -> None:
    missing = Import(pk=uuid4())
    for method in OF_AN_IMPORT[path].split():
        assert cast.browser(cast.alice).generic(method, address(path, missing)).status_code == 404


@pytest.mark.parametrize("path", OF_AN_IMPORT)
def test_it_does_not_find_the_import_of_another_team(cast: Cast, imp: Import, path: str) -> None:
    for method in OF_AN_IMPORT[path].split():
        where = address(path, imp, "financial-aid")
        assert cast.browser(cast.charlie).generic(method, where).status_code == 404


def test_it_says_to_users_that_admins_import(cast: Cast) -> None:
    answer = cast.browser(cast.bob).get("/t/admissions/imports/")
    assert "Admin" in answer.content.decode()
