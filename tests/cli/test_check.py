"""`muster check`: what is wrong with a file, without a database."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import HEADER, Muster

Rows = Callable[..., str]


def test_it_finds_nothing_wrong(muster: Muster, rows: Rows) -> None:
    said = muster("check", "-", input=rows("S1,A,B,7165551234,"))

    assert (said.code, said.out) == (0, "1 row: 1 created, 0 updated, 0 unchanged, 0 failed.\n")


def test_it_exits_with_1_when_a_row_fails(muster: Muster, rows: Rows) -> None:
    said = muster("check", "-", input=rows("S1,A,B,7165551234,", "S2,,B,7165551235,"))

    assert said.code == 1
    assert "Row 3 FirstName" in said.out
    assert "[value-blank]" in said.out


def test_it_exits_with_2_when_the_file_is_refused(muster: Muster) -> None:
    said = muster("check", "-", "--json", input="ContactId,FirstName\nS1,A\n")

    assert (said.code, said.json["state"]) == (2, "refused")
    assert [each["field"] for each in said.json["problems"]] == ["LastName", "MobileNumber", "WhatsAppMobileNumber"]


def test_it_prints_the_outcome_as_json(muster: Muster, rows: Rows) -> None:
    said = muster("check", "-", "--json", "--blank-mobile", "infer", input=rows("S1,A,B,,+44 1753 495000"))

    assert said.code == 0
    assert said.json["totals"] == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0, "failed": 0}
    assert said.json["note_counts"] == {"number-inferred": 1, "text-opted-out": 1}


def test_it_reads_the_teams_own_fields_region_and_staff(muster: Muster, tmp_path: Path) -> None:
    fields = tmp_path / "fields.toml"
    fields.write_text(
        'home_region = "GB"\nstaff = ["007"]\n'
        '[[field]]\nname = "Program"\nkind = "choice"\nchoices = ["Biology"]\nrequired = true\n',
        encoding="utf-8",
    )
    text = f"{HEADER},StaffId,Program\nS1,A,B,01753 495000,,007,Biology\nS2,A,B,01753 495001,,8,Chemistry\n"

    said = muster("check", "-", "--fields", str(fields), "--json", input=text)

    assert [(each["row"], each["code"]) for each in said.json["problems"]] == [
        (3, "value-not-a-choice"),
        (3, "staff-unknown"),
    ]


def test_it_takes_every_staff_id_when_none_are_given(muster: Muster) -> None:
    assert muster("check", "-", input=f"{HEADER},StaffId\nS1,A,B,7165551234,,anybody\n").code == 0


def test_it_takes_a_region_and_answers_for_columns(muster: Muster) -> None:
    text = f"{HEADER},Notes\nS1,A,B,01753 495000,,x\n"

    assert muster("check", "-", "--region", "gb", "--columns", '{"Notes": null}', input=text).code == 0


def test_it_says_what_it_cannot_read(muster: Muster, tmp_path: Path) -> None:
    wrong = tmp_path / "fields.toml"
    wrong.write_text('[[field]]\nname = "StaffId"\n', encoding="utf-8")

    assert muster("check", str(tmp_path / "none.csv")).code == 64
    assert muster("check", "-", "--region", "Narnia", input="x").code == 64
    assert muster("check", "-", "--columns", "[]", input="x").code == 64
    assert muster("check", "-", "--columns", "{", input="x").code == 64
    assert muster("check", "-", "--fields", str(wrong), input="x").code == 64


def test_it_needs_no_django() -> None:
    program = "import sys, muster.cli.checking, muster.cli.configuring; print('django' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout == "False\n"
