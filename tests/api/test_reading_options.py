"""How a file is read, as options of the API: of a new import, and of a draft."""

from typing import Any

import pytest

from tests.api.conftest import Caller
from tests.reading_cases import CASES, Told

pytestmark = pytest.mark.django_db(databases="__all__")


def codes(body: Any) -> set[str]:
    return {*body["problem_counts"], *body["note_counts"]}


def as_form(value: Any) -> str:
    return "true" if value is True else str(value)


@pytest.mark.parametrize("told", CASES, ids=lambda told: told.name)
def test_a_file_is_read_as_the_form_tells(admin: Caller, told: Told) -> None:
    posted = {"file": ("people", told.data), "blank_mobile": "fail", "confirm": "false"}

    assert codes(admin.form("/imports", posted).body) == told.before
    options = {name: as_form(value) for name, value in told.option.items()}
    assert codes(admin.form("/imports", posted | options).body) == told.after


@pytest.mark.parametrize("told", CASES, ids=lambda told: told.name)
def test_a_draft_is_read_again_as_a_change_tells(admin: Caller, told: Told) -> None:
    draft = admin.form("/imports", {"file": ("people", told.data), "blank_mobile": "fail", "confirm": "false"}).body

    changed = admin("PATCH", f"/imports/{draft['id']}", told.option).body
    assert codes(changed) == told.after
