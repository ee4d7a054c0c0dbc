"""The overview: a team's first page, from counts that are kept; a new team sees its first steps."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.contacts import custom_fields
from muster.contacts.consent.channels import set_consent
from muster.contacts.models import Contact
from muster.overview import charts
from muster.overview.page import short
from tests.cast import Cast
from tests.imports.play import HEADER, drafted, imported

pytestmark = pytest.mark.django_db(databases=["default", "progress"])
PAGE = "/t/admissions/"
ROWS = "S1,Ana,Núñez,+1 716 555 1234,+44 1753 495000\nS2,Bo,Kay,+1 716 555 2345,\nS3,,Li,+1 716 555 3456,\n"


def fill(cast: Cast) -> None:
    imported(cast.team, cast.alice, f"{HEADER}\n{ROWS}".encode(), method="file")
    contact = Contact.objects.select_related("team").get(team=cast.team, contact_id="S2")
    set_consent(contact, channel="text", opted_out=True, source="contact", by=cast.alice)


def test_a_new_team_sees_its_first_steps_ticked_off(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    steps = browser.get(PAGE).context["steps"]
    assert [step["done"] for step in steps] == [False, True, False, False]  # Bob is there already
    custom_fields.add(cast.team, cast.alice, name="Major")
    drafted(cast.team, cast.alice, f"{HEADER}\n{ROWS}".encode())
    assert [step["done"] for step in browser.get(PAGE).context["steps"]] == [True, True, True, False]


def test_a_user_of_a_new_team_is_told_whom_to_ask(cast: Cast) -> None:
    page = cast.browser(cast.bob).get(PAGE)
    assert page.context["steps"] is None
    assert "An Admin of Admissions has to import them first." in page.content.decode()


def test_it_counts_whom_one_can_reach(cast: Cast) -> None:
    fill(cast)
    found = cast.browser(cast.bob).get(PAGE).context
    assert found["total"] == 2
    assert [(bar.label, bar.count, bar.width) for bar in found["reach"]] == [
        ("Text", 1, "50"),
        ("WhatsApp", 1, "50"),
        ("WhatsApp marketing", 1, "50"),
    ]
    assert [bar.count for bar in found["assigned"]] == [0, 2]
    assert [row[1:] for row in found["consent"]["rows"]][-1] == (6, 1)
    assert [each[1:] for each in found["consent"]["by_source"]] == [(6, 0), (0, 0), (0, 1)]


def test_every_column_of_a_picture_says_its_number(cast: Cast) -> None:
    fill(cast)
    found = cast.browser(cast.alice).get(PAGE).context
    assert [numbers[-1] for numbers in found["consent"]["numbers"]] == ["6", "1"]
    assert (found["imports"]["numbers"][-1], found["imports"]["numbers"][0]) == ("3", "")
    assert [short(each) for each in (0, 999, 12_345, 1_234_567)] == ["", "999", "12K", "1M"]


def test_only_admins_see_imports_and_what_waits(cast: Cast) -> None:
    fill(cast)
    drafted(cast.team, cast.alice, f"{HEADER}\n{ROWS}".encode(), method="file")
    assert "waiting" not in cast.browser(cast.bob).get(PAGE).context
    found = cast.browser(cast.alice).get(PAGE).context
    assert [each["kind"] for each in found["waiting"]] == ["draft", "to-fix"]
    assert found["imports"]["rows"][-1][1:] == (2, 0, 1)
    assert [(bar.label, bar.count) for bar in found["causes"]] == [("FirstName is blank", 1)]


def test_it_shows_nothing_of_another_team(cast: Cast) -> None:
    fill(cast)
    assert cast.browser(cast.charlie).get("/t/financial-aid/").context["is_new"]
    assert cast.browser(cast.charlie).get(PAGE).status_code == 404


def test_it_looks_at_no_contact_one_by_one(cast: Cast) -> None:
    fill(cast)
    browser = cast.browser(cast.alice)
    browser.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get(PAGE)
    assert not [each["sql"] for each in asked if re.search(r'FROM "contacts_(contact|change)"', each["sql"])]


def test_home_is_the_overview(cast: Cast) -> None:
    assert cast.browser(cast.alice).get("/").headers["Location"] == PAGE


def test_columns_fill_the_picture_and_stack_without_gaps() -> None:
    shapes, axis = charts.columns([{"a": 3, "b": 1}, {"a": 0, "b": 0}], [{"c": 4}, {"c": 0}])
    assert axis == "50"
    assert [(each.series, each.y, each.height) for each in shapes] == [
        ("a", "12.5", "37.5"),
        ("b", "0", "12.5"),
        ("c", "50", "50"),
    ]


def test_pictures_of_nothing_are_empty() -> None:
    assert charts.columns([{"a": 0}]) == ([], "100")
    assert [bar.width for bar in charts.bars([("x", 0, "", "")])] == ["0"]
