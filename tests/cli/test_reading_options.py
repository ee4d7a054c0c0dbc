"""How a file is read, as options of both commands."""

from pathlib import Path

import pytest

from muster.contacts.models import Contact, CustomField
from tests.cast import Cast
from tests.cli.conftest import HEADER, Muster, Said
from tests.reading_cases import CASES, Told

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

COMMANDS = {
    "check": ("check",),
    "import": ("import", "--dry-run", "--team", "admissions", "--blank-mobile", "fail"),
}
command = pytest.mark.parametrize("name", COMMANDS)


def codes(said: Said) -> set[str]:
    return {*said.json["problem_counts"], *said.json["note_counts"]}


def as_options(told: Told) -> list[str]:
    [(name, value)] = told.option.items()
    option = f"--{name.replace('_', '-')}"
    return [option] if value is True else [option, str(value)]


@command
@pytest.mark.parametrize("told", CASES, ids=lambda told: told.name)
def test_a_command_reads_the_file_as_it_is_told(
    muster: Muster, cast: Cast, tmp_path: Path, name: str, told: Told
) -> None:
    file = tmp_path / "people"
    file.write_bytes(told.data)
    run = (*COMMANDS[name], str(file), "--json")

    assert codes(muster(*run)) == told.before
    assert codes(muster(*run, *as_options(told))) == told.after


def test_a_date_is_read_in_the_order_that_is_told(muster: Muster, cast: Cast, tmp_path: Path) -> None:
    CustomField.objects.create(team=cast.team, name="Applied", name_folded="applied", kind="date")
    file = tmp_path / "people.csv"
    file.write_text(f"{HEADER},Applied\nS1,Ada,Obi,7165550101,,03/04/25\n", encoding="utf-8")
    run = ("import", str(file), "--team", "admissions", "--blank-mobile", "fail")

    assert muster(*run, "--dry-run", "--json").json["problem_counts"] == {"value-not-a-date": 1}
    assert muster(*run, "--date-order", "Applied=dmy").code == 0
    assert Contact.objects.get(team=cast.team).custom == {str(CustomField.objects.get().pk): "2025-04-03"}


@command
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--encoding", "klingon"), "--encoding: klingon is not known."),
        (("--delimiter", "x"), "--delimiter is one of"),
        (("--date-order", "Applied=xyz"), "--date-order is FIELD=ORDER"),
    ],
)
def test_what_is_not_known_is_said_in_a_line(
    muster: Muster, cast: Cast, name: str, options: tuple[str, ...], sentence: str
) -> None:
    said = muster(*COMMANDS[name], "-", *options, input=f"{HEADER}\nS1,Ada,Obi,7165550101,\n")

    assert (said.code, sentence in said.err, said.out) == (64, True, "")


@command
def test_notes_are_words_with_their_code_behind(muster: Muster, cast: Cast, tmp_path: Path, name: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(f"{HEADER}\n'00123,Ada,Obi,7165550101,\n'00124,Jos\xe9,Obi,7165550102,\n".encode("cp1252"))
    lines = [line for line in muster(*COMMANDS[name], str(file)).out.splitlines() if line.startswith("Note: ")]

    assert lines == [
        (
            "Note: Read as Windows-1252, because it is not UTF-8. Check that letters with accents look right.  "
            "[file-encoding]"
        ),
        "Note: Ids without what a spreadsheet put around them: 2 rows.  [id-cleaned]",
    ]
