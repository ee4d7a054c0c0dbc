"""`muster import`: the same engine, in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from muster.contacts.models import Contact
from muster.imports.models import Import, Mail
from tests.cast import Cast
from tests.cli.conftest import HEADER, Muster

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
Rows = Callable[..., str]
TO_ADMISSIONS = ("--team", "admissions", "--blank-mobile", "fail")


def test_it_imports_a_file(muster: Muster, cast: Cast, rows: Rows, tmp_path: Path) -> None:
    file = tmp_path / "september.csv"
    file.write_text(rows("S1,A,B,7165551234,", "S2,,B,7165551235,"), encoding="utf-8")

    said = muster("import", str(file), *TO_ADMISSIONS)

    assert said.code == 1
    assert said.out.endswith("2 rows: 1 created, 0 updated, 0 unchanged, 1 failed.\n")
    assert Contact.objects.get(team=cast.team).contact_id == "S1"
    assert Import.objects.get().filename == "september.csv"


def test_it_prints_the_import_of_the_api_with_the_seconds_of_each_phase(muster: Muster, cast: Cast, rows: Rows) -> None:
    said = muster("import", "-", *TO_ADMISSIONS, "--json", input=rows("S1,A,B,7165551234,"))

    assert (said.code, said.json["state"]) == (0, "done")
    assert said.json["totals"]["created"] == 1
    assert set(said.json["seconds"]) == {"parse", "check", "plan", "apply", "total"}
    assert said.json["seconds"]["total"] > 0


def test_it_exits_with_2_when_the_file_is_refused(muster: Muster, cast: Cast) -> None:
    said = muster("import", "-", *TO_ADMISSIONS, "--json", input="ContactId\nS1\n")

    assert (said.code, said.json["state"]) == (2, "refused")


def test_a_dry_run_changes_nothing(muster: Muster, cast: Cast, rows: Rows) -> None:
    said = muster("import", "-", *TO_ADMISSIONS, "--dry-run", "--json", input=rows("S1,A,B,7165551234,"))

    assert (said.code, said.json["state"], said.json["id"]) == (0, "ready", None)
    assert said.json["totals"]["created"] == 1
    assert not Import.objects.exists()
    assert not Contact.objects.exists()


def test_it_takes_every_option(muster: Muster, cast: Cast, rows: Rows) -> None:
    muster("import", "-", *TO_ADMISSIONS, input=f"{HEADER},WhatsAppOptedOut\nS1,A,B,7165551234,,yes\n")
    options = ("--allow-mobile-updates", "--keep-opt-outs", "--columns", '{"Notes": null}')

    said = muster(
        "import",
        "-",
        *TO_ADMISSIONS,
        *options,
        "--json",
        input=f"{HEADER},WhatsAppOptedOut,Notes\nS1,A,B,7165559999,,,x\n",
    )

    assert said.code == 0
    contact = Contact.objects.get()
    assert (contact.mobile_number, contact.whatsapp_out) == ("+17165559999", True)


def test_it_names_and_mails_the_user_who_imports(muster: Muster, cast: Cast, rows: Rows) -> None:
    muster("import", "-", *TO_ADMISSIONS, "--user", "Alice@example.edu", input=rows("S1,A,B,7165551234,"))

    assert Import.objects.get().created_by == cast.alice
    assert [mail.to for mail in Mail.objects.all()] == ["alice@example.edu"]


def test_it_says_whom_it_does_not_know(muster: Muster, cast: Cast, rows: Rows) -> None:
    assert muster("import", "-", "--team", "none", "--blank-mobile", "fail", input=rows()).code == 64
    assert muster("import", "-", *TO_ADMISSIONS, "--user", "nobody@example.edu", input=rows()).code == 64
    assert muster("import", "-", "--team", "admissions", input=rows()).code == 64


def test_it_does_as_a_recipe_says(muster: Muster, cast: Cast) -> None:
    text = HEADER.replace("LastName", "Surname") + "\nS1,A,B,7165551234,\n"
    muster(
        "import", "-", *TO_ADMISSIONS, "--columns", '{"Surname": "LastName"}', "--user", cast.alice.email, input=text
    )

    again = muster("import", "-", "--team", "admissions", "--recipe", "Pasted rows", "--json", input=text)

    assert (again.code, again.json["totals"]["unchanged"], again.json["recipe"]) == (0, 1, "Pasted rows")
    for wrong in (("--recipe", "Nonsense"), ()):
        assert muster("import", "-", "--team", "admissions", *wrong, input=text).code == 64
