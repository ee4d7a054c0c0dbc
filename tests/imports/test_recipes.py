"""Recipes: what was decided for a file is done again to the next one with the same headers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from muster.contacts import custom_fields
from muster.contacts.models import CustomField
from muster.core.fields import Options, options_from_json, options_to_json
from muster.core.fixes import FIXES
from muster.imports import run, worker
from muster.imports.draft import edits
from muster.imports.draft.bulk_fixes import propose, repeat_of
from muster.imports.draft.draft import Draft
from muster.imports.filters import Filter
from muster.imports.models import Import, Recipe, State
from muster.imports.recipes import keep, manage, offer, use
from tests.cast import Cast
from tests.imports.play import HEADER as PLAIN
from tests.imports.play import contact, drafted, imported

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

HEADER = ["Student ID", "First Name", "Surname", "Cell Phone", "WhatsApp", "Opt Out?", "Program"]
COLUMNS: dict[str, str | None] = {
    "Student ID": "ContactId",
    "First Name": "FirstName",
    "Surname": "LastName",
    "Cell Phone": "MobileNumber",
    "WhatsApp": "WhatsAppMobileNumber",
    "Opt Out?": "OptedOut",
    "Program": "Course",
}
ROWS = (
    ("S1", "Ana", "Lee", "716-555-0101", "491512345678", "opted out", "Law"),
    ("S2", "Bo", "Kay", "716-555-0102", "+49 1512 345679", "no", "Art"),
    ("S3", "Cy", "", "716-555-0103", "4,91512E+12", "no", "Art"),
)


def data(rows: Any = ROWS, order: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6), title: str = "Spring;;\n\n") -> bytes:
    lines = [";".join(row[place] for place in order) for row in (HEADER, *rows)]
    return (title + "\n".join(lines) + "\n").encode("cp1252")


def fix(imp: Import, cast: Cast, name: str, field: str, code: str, **typed: str) -> None:
    """Do a fix as the page does."""
    draft, wanted = Draft.of(imp), Filter("problems", code, field)
    header = draft.header[[its and its.name for its in draft.reading.checked.columns].index(field)]
    proposal = propose(draft, wanted, FIXES[name], header, typed)
    cells = [(each.row, each.header, each.after) for each in proposal.cells]
    assert cells
    edits.edit(imp, cast.alice, cells, repeat=repeat_of(proposal, wanted, typed))


@pytest.fixture
def course(cast: Cast) -> CustomField:
    return custom_fields.add(cast.team, cast.alice, name="Course")


def first_time(cast: Cast) -> Recipe:
    """Import a file with answers and fixes, and return the recipe that it leaves."""
    imp = drafted(cast.team, cast.alice, data(), columns=COLUMNS, header_row=3)
    fix(imp, cast, "add-plus", "WhatsAppMobileNumber", "phone-no-plus", **{"countries": "1", "country:DE": "on"})
    fix(imp, cast, "map", "OptedOut", "yesno-unknown", **{"map:opted out": "yes"})
    run.confirm(Import.objects.get(pk=imp.pk), cast.alice)
    done = worker.run_now(Import.objects.get(pk=imp.pk))
    assert (done.state, done.created, done.failed) == (State.DONE, 2, 1)
    return Recipe.objects.get(team=cast.team)


def next_file(cast: Cast, what: bytes) -> Import:
    return offer.offer(drafted(cast.team, cast.alice, what))


def test_the_same_file_twice_asks_nothing_the_second_time(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    imp = next_file(cast, data())
    assert (imp.state, offer.offered(imp)) == (State.REFUSED, recipe)

    assert use.apply(imp, cast.bob, recipe) == []

    imp.refresh_from_db()
    assert (imp.state, imp.unchanged, imp.failed, imp.recipe) == (State.READY, 2, 1, "contacts.csv")
    assert use.asks_nothing_new(imp, recipe)


def test_other_rows_are_fixed_as_the_first_ones_were(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    rows = (("S7", "Di", "Roy", "716-555-0107", "491512345677", "OPTED OUT", "Law"),)
    imp = next_file(cast, data(rows))
    use.apply(imp, cast.bob, recipe)
    run.confirm(Import.objects.get(pk=imp.pk), cast.alice)

    done = worker.run_now(Import.objects.get(pk=imp.pk))

    assert (done.created, done.failed) == (1, 0)
    found = contact(cast.team, "S7")
    assert (found.whatsapp_number, found.text_out) == ("+491512345677", True)


def test_a_new_cause_is_not_passed_over(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    imp = next_file(cast, data((("S7", "Di", "Roy", "7", "", "no", "Law"),)))
    use.apply(imp, cast.bob, recipe)
    imp.refresh_from_db()
    assert (imp.state, use.asks_nothing_new(imp, recipe)) == (State.READY, False)


def test_the_same_headers_in_another_order_are_known(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    imp = next_file(cast, data(order=(6, 5, 4, 3, 2, 1, 0)))
    use.apply(imp, cast.bob, recipe)
    imp.refresh_from_db()
    assert (imp.state, imp.unchanged, imp.failed) == (State.READY, 2, 1)


def test_other_headers_are_offered_nothing(cast: Cast, course: CustomField) -> None:
    first_time(cast)
    assert offer.offered(next_file(cast, data().replace(b"Surname", b"Last Name"))) is None
    assert offer.offered(next_file(cast, data(title=""))) is None  # read as the recipe reads it, this is another table


def test_another_team_is_offered_nothing(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    assert offer.find(drafted(cast.other_team, cast.charlie, data())) is None
    assert offer.named(cast.other_team, recipe.name) is offer.named(cast.other_team, str(recipe.pk)) is None


def test_a_field_that_was_deleted_is_asked_about_again(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    custom_fields.delete(course, cast.alice)
    imp = next_file(cast, data())

    assert use.apply(imp, cast.bob, recipe) == ["Program was Course, which is a field no more."]

    imp.refresh_from_db()
    assert imp.state == State.REFUSED
    assert [each["field"] for each in imp.summary["problems"]] == ["Program"]


def test_a_field_with_a_new_name_is_followed(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    custom_fields.change(course, cast.alice, name="Degree")
    imp = next_file(cast, data())
    assert use.apply(imp, cast.bob, recipe) == []
    imp.refresh_from_db()
    assert (imp.state, imp.options["columns"]["Program"]) == (State.READY, "Degree")


def test_one_of_two_columns_is_asked_about_where_they_stand_elsewhere(cast: Cast) -> None:
    header = f"{PLAIN},MobileNumber"
    row = "S1,Ana,Lee,716-555-0101,,716-555-0199"
    imported(cast.team, cast.alice, f"{header}\n{row}\n".encode(), columns={"MobileNumber (column F)": None})
    recipe = Recipe.objects.get()
    same, other = (
        f"{header}\n{row}\n",
        "MobileNumber,MobileNumber,ContactId,FirstName,LastName,WhatsAppMobileNumber\n1,2,S,A,B,\n",
    )
    found = [next_file(cast, text.encode()) for text in (same, other)]
    for imp in found:
        assert offer.offered(imp) == recipe
        use.apply(imp, cast.bob, recipe)
        imp.refresh_from_db()
    assert [imp.state for imp in found] == [State.READY, State.REFUSED]


def test_a_plain_file_leaves_no_recipe(cast: Cast) -> None:
    imported(
        cast.team, cast.alice, b"ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber\nS1,A,B,716-555-0101,\n"
    )
    assert not Recipe.objects.exists()


def test_a_later_import_makes_a_new_version_only_of_another_recipe(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    for columns, version in ((COLUMNS | {"Program": None}, 2), (COLUMNS | {"Program": None}, 2)):
        imp = drafted(cast.team, cast.bob, data(), columns=columns, header_row=3, fixes=tuple(recipe.options["fixes"]))
        run.confirm(Import.objects.get(pk=imp.pk), cast.bob)
        worker.run_now(Import.objects.get(pk=imp.pk))
        recipe.refresh_from_db()
        assert (recipe.version, recipe.saved_by) == (version, cast.bob)
    assert Recipe.objects.count() == 1


def test_two_imports_that_end_at_once_leave_one_whole_recipe(cast: Cast, course: CustomField) -> None:
    imports = []
    for answer in ("Course", None):
        imp = drafted(cast.team, cast.alice, data(), columns=COLUMNS | {"Program": answer}, header_row=3)
        run.confirm(imp, cast.alice)
        imports.append(Import.objects.get(pk=imp.pk))
    barrier = Barrier(2)

    def go(imp: Import) -> str:
        barrier.wait()
        try:
            for _ in range(20):
                imp.refresh_from_db()
                if imp.state == State.WAITING:
                    worker.run_now(imp)
            return imp.state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(go, imports)) == [State.DONE, State.DONE]
    recipe = Recipe.objects.get()
    assert recipe.version == 2
    assert recipe.options["columns"]["Program"] in ("Course", None)


def test_it_keeps_the_latest_of_a_team(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "MOST_OF_A_TEAM", 2)
    for number in range(3):
        header = f"{PLAIN},N{number}"
        imported(cast.team, cast.alice, f"{header}\nS1,A,B,716-555-0101,,\n".encode(), columns={f"N{number}": None})
    assert [each.headers[-1] for each in Recipe.objects.order_by("id")] == ["N1", "N2"]
    assert [each.name for each in Recipe.objects.order_by("id")] == ["contacts.csv (2)", "contacts.csv"]


def test_it_says_what_it_does_step_by_step(cast: Cast, course: CustomField) -> None:
    recipe = first_time(cast)
    assert manage.recipe_json(recipe)["steps"] == [
        "Header in row: 3",
        "Student ID: ContactId",
        "First Name: FirstName",
        "Surname: LastName",
        "Cell Phone: MobileNumber",
        "WhatsApp: WhatsAppMobileNumber",
        "Opt Out?: OptedOut",
        "Program: Course",
        "WhatsApp: Add the missing + (DE)",
        "Opt Out?: Map values (opted out → yes)",
        "WhatsApp Contact Handling: Fail Blank Values",
    ]


def test_options_survive_being_kept() -> None:
    options = Options(fixes=({"fix": "trim", "header": "A", "code": "", "values": {}},))
    assert options_from_json(options_to_json(options)) == options


@pytest.mark.parametrize(
    "options",
    [
        {"encoding": "cp1252"},
        {"delimiter": ";"},
        {"header_row": 3},
        {"sheet": "May"},
        {"quoted_rows": True},
        {"backslashes": True},
        {"mend_letters": True},
        {"columns": {"A": None}},
        {"date_orders": {"Start": "dmy"}},
        {"fixes": ({"fix": "trim", "header": "A", "code": "", "values": {}},)},
        {"allow_mobile_updates": True},
        {"blank_opt_out": "keep"},
        {"opt_back_in": "keep"},
        {"blank_mobile": "infer"},
    ],
)
def test_a_step_taken_back_leaves_what_nobody_had_chosen(options: dict[str, Any]) -> None:
    chosen = Options(**options)
    [step] = [each for each in manage.steps(chosen) if each.name != "blank_mobile" or "blank_mobile" in options]
    assert manage.without(chosen, step.name) == Options()


@pytest.mark.parametrize("name", ["", "encoding", "columns:A", "fixes:0", "fixes:x", "team", "opt_back_in"])
def test_a_step_that_is_not_there_cannot_be_taken_back(name: str) -> None:
    assert manage.without(Options(), name) is None
