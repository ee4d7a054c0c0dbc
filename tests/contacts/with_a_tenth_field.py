"""Everything a contact's field goes through, with a tenth system field: run by `test_tenth_field.py` in a copy."""

from pathlib import Path

import pytest

import muster
from muster.contacts import edit, erase, export, history
from muster.contacts.models import Change, Contact, CustomField
from muster.core.fields import SYSTEM_FIELDS
from muster.imports import undo, worker
from muster.teams import tokens
from tests.api.conftest import Caller
from tests.cast import Cast
from tests.imports.play import HEADER, contact, drafted, found, imported, sheet, totals

pytestmark = pytest.mark.django_db(databases="__all__")

WITH_NICKNAME = HEADER + ",Nickname,StaffId,Program"
ADA = "S1,Ada,Obi,+1 716 555 0101,,Countess,T01,Mathematics"
BO = "S2,Bo,Kay,+1 716 555 0102,,,,"


def file(*rows: str) -> bytes:
    return sheet(*rows, header=WITH_NICKNAME)


@pytest.fixture
def team(cast: Cast) -> Cast:
    CustomField.objects.create(team=cast.team, name="Program", name_folded="program")
    imported(cast.team, cast.alice, file(ADA, BO))
    return cast


def nickname(cast: Cast) -> str | None:
    stored: str | None = vars(contact(cast.team, "S1"))["nickname"]  # a column of this copy alone
    return stored


def test_it_is_the_copy_that_is_tested() -> None:
    assert Path(muster.__file__).parents[1] == Path(__file__).parents[2]
    assert [each.name for each in SYSTEM_FIELDS][3] == "Nickname"
    assert len(SYSTEM_FIELDS) == 10


def test_an_import_sets_keeps_and_clears_it(team: Cast) -> None:
    ada = contact(team.team, "S1")
    assert (nickname(team), ada.first_name, ada.mobile_number) == ("Countess", "Ada", "+17165550101")
    assert (ada.assigned_id, list(ada.custom.values())) == (team.membership(team.alice).id, ["Mathematics"])
    assert totals(imported(team.team, team.alice, file(ADA, BO))) == (0, 0, 2, 0)

    imported(team.team, team.alice, sheet("S1,Ada,King,+1 716 555 0101,"))
    assert nickname(team) == "Countess"

    imp = imported(team.team, team.alice, file(ADA.replace("Countess", "")))
    assert nickname(team) is None
    assert imp.summary["note_counts"]["value-cleared"] == 1


def test_the_preview_shows_what_changes(team: Cast) -> None:
    imp = drafted(team.team, team.alice, file(ADA.replace("Countess", "Enchantress")), method="file")

    page = team.browser(team.alice).get(f"/t/admissions/imports/{imp.id}/", follow=True).content.decode()

    assert "Enchantress" in page
    assert "Countess" in page


def test_it_is_edited_by_hand_on_the_page_and_in_the_api(team: Cast) -> None:
    ada = contact(team.team, "S1")
    client, address = team.browser(team.alice), f"/t/admissions/contacts/{ada.id}/"
    form = client.get(address + "edit/").context["form"]
    assert form["nickname"].value() == "Countess"
    typed = {each.html_name: each.value() or "" for each in form} | {"nickname": "Nana"}
    assert client.post(address + "edit/", typed).status_code == 302
    assert nickname(team) == "Nana"
    assert "Nana" in client.get(address).content.decode()

    admin = Caller(tokens.make(team.alice, "script")[1], "/teams/admissions")
    assert admin("PATCH", "/contacts/S1", {"nickname": "Addie"}).body["nickname"] == "Addie"
    assert admin("GET", "/contacts/S2").body["nickname"] is None
    assert [each["name"] for each in admin("GET", "/fields").body["items"]][3] == "Nickname"


def test_history_tells_of_it(team: Cast) -> None:
    edit.update(contact(team.team, "S1"), team.alice, {"nickname": "Nana"})

    (part,) = history.entries(contact(team.team, "S1"))[0].parts
    assert (part.field, part.label, part.before, part.after) == ("Nickname", "Nickname", "Countess", "Nana")


def test_search_finds_it(team: Cast) -> None:
    assert found(team.team, "countess") == ["S1"]

    edit.update(contact(team.team, "S1"), team.alice, {"nickname": "Nana"})
    assert (found(team.team, "countess"), found(team.team, "nana")) == ([], ["S1"])

    imported(team.team, team.alice, file(ADA.replace("Countess", "Enchantress")))
    assert (found(team.team, "nana"), found(team.team, "enchan")) == ([], ["S1"])


def test_an_export_has_it_and_imports_again_unchanged(team: Cast) -> None:
    text = "".join(export.as_csv(team.team, Contact.objects.filter(team=team.team)))

    assert text.splitlines()[0].split(",")[3] == "Nickname"
    assert "Countess" in text
    assert totals(imported(team.team, team.alice, text.encode())) == (0, 0, 2, 0)


def test_an_undo_gives_it_back(team: Cast) -> None:
    imp = imported(team.team, team.alice, file(ADA.replace("Countess", "Nana"), BO))
    assert nickname(team) == "Nana"

    worker.run_now(undo.undo(imp, team.alice))

    assert nickname(team) == "Countess"
    assert found(team.team, "countess") == ["S1"]


def test_erasing_leaves_nothing_of_it(team: Cast) -> None:
    ada = contact(team.team, "S1")
    erase.erase(ada, team.alice)

    assert found(team.team, "countess") == []
    kept = Change.objects.filter(contact=ada.id).values_list("action", "before", "after")
    assert list(kept) == [("erased", None, None)]  # who follows the changes learns that somebody went, and no more
